"""How wide a student of a column density is: what was asked for, or the widest of a share of its parameters."""

from collections.abc import Mapping
from typing import Any

from skfairgen.nn._density import checked_widths


def student_widths(teacher: Any, size: float | Mapping[str, int]) -> dict[str, int]:
    """Return the widths of a student; its context shrinks as its hidden blocks do.

    Parameters
    ----------
    teacher : ColumnDensity
        Of which it is the student.
    size : float in (0, 1] or dict
        Share of the parameters at most, where embeddings are half as wide as the hidden blocks; or the widths,
        ``{"embedding_features": int, "hidden_features": int}``.

    Raises
    ------
    ValueError
        If the widths are not whole numbers above 0 for the names expected.
    """
    if isinstance(size, Mapping):
        widths = checked_widths(size, {"embedding_features", "hidden_features"})
        return {**widths, "context_features": _context_of(teacher, widths["hidden_features"])}
    hidden = 2
    while _n_parameters_of(teacher, hidden + 1) <= size * teacher.n_parameters:
        hidden += 1
    embedding, context = max(hidden // 2, 1), _context_of(teacher, hidden)
    return {"embedding_features": embedding, "hidden_features": hidden, "context_features": context}


def _context_of(teacher: Any, hidden: int) -> int:
    return -(-teacher.settings["context_features"] * hidden // teacher.hidden_features)


def _n_parameters_of(teacher: Any, hidden: int) -> int:
    """Return the parameters of a network with hidden blocks of a width, and embeddings half as wide."""
    n_columns, n_given, embedding = teacher.n_noise, len(teacher.given_cardinalities), max(hidden // 2, 1)
    context = _context_of(teacher, hidden)
    n_visible = n_columns * n_given + (0 if context else n_columns * (n_columns - 1) // 2)
    n_own = hidden + (0 if teacher.skip is None else 2 * hidden) + context * hidden
    seen = sum([*teacher.given_cardinalities, *teacher.seen.sizes[:-1]]) + context * max(n_columns - 1, 0)
    blocks = (n_columns * hidden + sum(teacher.cardinalities)) * (hidden + 1)
    return seen * embedding + n_visible * embedding * hidden + n_columns * n_own + blocks
