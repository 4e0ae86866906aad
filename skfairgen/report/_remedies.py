"""The remedies that can be compared: what each does to the training rows, or to the model."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Self

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC
from sklearn.base import clone
from sklearn.utils import check_random_state

import skfairgen
from skfairgen.criteria import allocate
from skfairgen.report._group_thresholds import GroupThresholds
from skfairgen.report._groups import group_codes
from skfairgen.report._plain_features import as_words, is_word_column

AS_IT_IS = "as it is"
_TIMES_AS_MANY = 4  # rows in the output of "fair rows added", against those that came in
_NEIGHBORS = 5
_PLANNED_FOR_BLIND = (
    "Its rows were planned for such a model: pass sensitive_at_prediction=False to FairDistillResampler."
)


@dataclass(frozen=True)
class Setting:
    """What a remedy is told.

    Attributes
    ----------
    sensitive_columns : list of labels
    criterion : {"demographic_parity", "equalized_odds", "equal_opportunity"}
        What the groups are to have in common.
    seed : int
    """

    sensitive_columns: list
    criterion: str
    seed: int


def _same_rows(X, y, setting):
    return X, y, None


def _same_model(estimator, setting):
    return estimator


@dataclass(frozen=True)
class Remedy:
    """One way to make a model treat groups more alike.

    Parameters
    ----------
    name : str
        What the tables call it.
    rows : callable
        ``rows(X, y, setting) -> X, y, sample_weight``: the rows to train on, from the training rows of a fold;
        the weights are None for a remedy that does not weigh. `setting` has the attributes ``sensitive_columns``
        (list), ``criterion`` (str) and ``seed`` (int). A dict of bool to such rows has those for a model that sees the
        sensitive columns (True), and those for one that does not.
    model : callable
        ``model(estimator, setting) -> estimator``: the unfitted estimator to train.
    needs_group : bool, default=False
        Whether the model has to know the group when it predicts. It is then left out where the model does not see the
        sensitive columns.
    is_free : bool, default=False
        Whether it costs nothing: no row is drawn, no generator trained. Of two that do equally well, one that is free
        is recommended.
    blind_note : str, default=""
        A sentence to add where it is recommended for a model that does not see the sensitive columns.

    Examples
    --------
    >>> from skfairgen.report import Remedy
    >>> halved = Remedy("every second row", rows=lambda X, y, setting: (X[::2], y[::2], None))
    >>> halved.is_free
    False
    """

    name: str
    rows: Callable[..., Any] = _same_rows
    model: Callable[..., Any] = _same_model
    needs_group: bool = False
    is_free: bool = False
    blind_note: str = ""

    @classmethod
    def from_sampler(cls, name: str, sampler: Any) -> Self:
        """Make a remedy of a sampler that takes X as it is.

        Parameters
        ----------
        name : str
            What the tables call it.
        sampler : estimator with ``fit_resample``
            It is cloned; a ``random_state`` it has is set to the seed of the fold.

        Returns
        -------
        Remedy
        """

        def rows(X, y, setting):
            fresh = clone(sampler)
            if "random_state" in fresh.get_params():
                fresh.set_params(random_state=setting.seed)
            return *fresh.fit_resample(X, y), None

        return cls(name, rows)


def resolve_remedies(remedies, y):
    """Return the remedies to compare, "as it is" first.

    Raises
    ------
    ValueError
        If a name is unknown, or given twice.
    """
    known = {remedy.name: remedy for remedy in REMEDIES}
    if isinstance(remedies, str) and remedies == "auto":
        chosen = [r for r in REMEDIES if r.model is not _group_thresholds or _has_thresholds(y)]
    else:
        unknown = [r for r in remedies if isinstance(r, str) and r not in known]
        if unknown:
            raise ValueError(f"remedies names {unknown}: use names from {list(known)}, or Remedy objects.")
        chosen = [known[r] if isinstance(r, str) else r for r in remedies]
    chosen = [known[AS_IT_IS], *(r for r in chosen if r.name != AS_IT_IS)]
    names = [r.name for r in chosen]
    if len(set(names)) < len(names):
        raise ValueError(
            f"remedies names {[n for n in names if names.count(n) > 1][0]!r} twice: give each its own name."
        )
    return chosen


def rows_by_sight(remedy, rows):
    """Return the rows of a remedy as a dict: for a model that sees the sensitive columns, and for one that does not.

    Raises
    ------
    TypeError
        If they are anything but what a Remedy is asked for.
    """
    by_sight = rows if isinstance(rows, dict) else dict.fromkeys((True, False), rows)
    expected = "expected X, y, sample_weight (or None), or a dict of such rows for True and for False."
    if set(by_sight) != {True, False}:
        raise TypeError(f"The rows of the remedy {remedy.name!r} are a dict of {list(by_sight)}: {expected}")
    for own in by_sight.values():
        if not isinstance(own, tuple | list) or len(own) != 3 or not isinstance(own[0], pd.DataFrame):
            names = [type(part).__name__ for part in (own if isinstance(own, tuple | list) else [own])]
            raise TypeError(
                f"The rows of the remedy {remedy.name!r} are {', '.join(names)}: {expected} X is a DataFrame."
            )
    return by_sight


def _has_thresholds(y):
    return find_spec("fairlearn") is not None and len(np.unique(y)) == 2


def _weights(X, y, setting):
    r"""Weigh each row by :math:`p(y) p(s) / p(y, s)` (Kamiran and Calders, 2012)."""
    classes, groups = np.unique(y, return_inverse=True)[1], group_codes(X, setting.sensitive_columns)[0]
    counts = np.zeros((classes.max() + 1, groups.max() + 1))
    np.add.at(counts, (classes, groups), 1)
    independent = counts.sum(1, keepdims=True) * counts.sum(0, keepdims=True) / counts.sum()
    return X, y, (independent / np.maximum(counts, 1))[classes, groups]


def _copies(X, y, setting):
    rng = check_random_state(setting.seed)
    _, _, positions, missing = _parity_cells(X, y, setting)
    added = [rng.choice(rows, n) for rows, n in zip(positions, missing, strict=True) if n]
    rows = np.concatenate([np.arange(len(X)), *added])
    return X.iloc[rows].reset_index(drop=True), _take(y, rows), None


def _smote(X, y, setting):
    cells, class_of_cell, positions, missing = _parity_cells(X, y, setting)
    wanted = {cell: len(rows) + n for cell, (rows, n) in enumerate(zip(positions, missing, strict=True)) if n}
    if not wanted:
        return X, y, None
    if any(dtype.kind in "mM" for dtype in X.dtypes):
        raise ValueError("SMOTENC takes no dates.")
    smallest = min(len(positions[cell]) for cell in wanted)
    if smallest < 2:
        raise ValueError("SMOTENC has no neighbor in a (class, group) cell of one row.")
    words = [label for label in X if is_word_column(X[label]) or X[label].dtype.kind == "b"]
    numbers = [label for label in X if label not in words]
    filled = pd.concat([as_words(X[words]), _filled(X[numbers])], axis=1)
    common = {
        "sampling_strategy": wanted,
        "random_state": setting.seed,
        "k_neighbors": min(_NEIGHBORS, smallest - 1),
    }
    if words and numbers:
        sampler = SMOTENC(categorical_features=words, **common)
    else:
        sampler = SMOTEN(**common) if words else SMOTE(**common)
    rows, cell = sampler.fit_resample(filled, cells)
    added = _like(rows.iloc[len(X) :], X)
    labels = class_of_cell[np.asarray(cell)[len(X) :]]
    return pd.concat([X, added], ignore_index=True), _joined(y, labels), None


def _parity_cells(X, y, setting):
    """Return each row's cell, each cell's class and rows, and how many it lacks for equal class rates of the groups."""
    labels, classes = np.unique(y, return_inverse=True)
    groups, names = group_codes(X, setting.sensitive_columns)
    counts = np.bincount(classes * len(names) + groups, minlength=len(labels) * len(names))
    counts = counts.reshape(len(labels), len(names))
    missing = (allocate("parity", counts, None) - counts).ravel()
    cells = classes * len(names) + groups
    positions = [np.flatnonzero(cells == cell) for cell in range(counts.size)]
    empty = [cell for cell in np.flatnonzero(missing) if not len(positions[cell])]
    if empty:
        lacking = names[empty[0] % len(names)]
        raise ValueError(f"Group {lacking!r} has no row of class {labels[empty[0] // len(names)]} to copy.")
    return cells, np.repeat(labels, len(names)), positions, missing


def _filled(X):
    numbers = X.astype("Float64").astype("float64") if len(X.columns) else X
    return numbers.fillna(numbers.median()).fillna(0.0)


def _like(rows, X):
    """Return made rows in the columns and dtypes of X; the word that stood for a missing value becomes one again."""
    columns = {}
    for label in X:
        made, dtype = rows[label], X[label].dtype
        if pd.api.types.is_bool_dtype(dtype):
            made = made.map({"True": True, "False": False})
        elif is_word_column(X[label]):
            known = X[label].dropna().drop_duplicates()
            made = made.map(dict(zip(known.astype(str), known, strict=True)))
        elif pd.api.types.is_integer_dtype(dtype):
            made = made.round()
        columns[label] = made.astype(dtype)
    return pd.DataFrame(columns)


def _take(y, rows):
    return y.iloc[rows].reset_index(drop=True)


def _joined(y, labels):
    return pd.concat([y, pd.Series(labels, name=y.name).astype(y.dtype)], ignore_index=True)


def _fair_rows(mode):
    def rows(X, y, setting):
        from skfairgen.estimators._resampling import resample_for_both  # loads torch

        resampler = skfairgen.FairDistillResampler(
            setting.sensitive_columns,
            criterion=setting.criterion,
            mode=mode,
            n_samples=_TIMES_AS_MANY * len(X) if mode == "augment" else None,
            random_state=setting.seed,
        )
        both = resample_for_both(resampler, X, y)
        return {sees: (*rows, None) for sees, rows in zip((True, False), both, strict=True)}

    return rows


def _group_thresholds(estimator, setting):
    return GroupThresholds(estimator, setting.sensitive_columns, setting.criterion, setting.seed)


REMEDIES = (
    Remedy(AS_IT_IS, is_free=True),
    Remedy("class x group weights", rows=_weights, is_free=True),
    Remedy("random copies", rows=_copies, is_free=True),
    Remedy("SMOTENC", rows=_smote),
    Remedy("fair rows added", rows=_fair_rows("augment"), blind_note=_PLANNED_FOR_BLIND),
    Remedy("fair rows instead", rows=_fair_rows("replace"), blind_note=_PLANNED_FOR_BLIND),
    Remedy("group thresholds", model=_group_thresholds, needs_group=True),
)
