"""The warning about a model that learned nothing."""

import warnings

import numpy as np

from skfairgen.data import TableCodec
from skfairgen.exceptions import TrainingBudgetWarning

MARGIN = 1.01  # of the loss of independent columns
MIN_ROWS = 100  # a loss of fewer says nothing


def warn_of_a_far_student(report, codec, lr):
    """Warn of a student of tables more than a nat a column from its teacher; of repaired labels, from equal tokens."""
    if not isinstance(codec, TableCodec):  # nats of an element of an item have no such scale
        return
    own = report[report["group"].isna() & report["term"].notna()]
    distance = own["kl"].mean()
    if np.isnan(distance):
        distance = 1 + (own["log_loss"] - np.log(codec.cardinalities_)).mean()
    if not distance <= 1:
        warnings.warn(
            f"The student has not learned its teacher: it is {distance:.3g} nats a column from it. lr={lr} may be too "
            "large, or the student too small.",
            TrainingBudgetWarning,
            stacklevel=4,
        )


def warn_of_nothing_learned(model, items, rows, judged, options, n_threads):
    """Warn of a model of tokens that explains rows no better than one that draws every column on its own.

    A model that had all its epochs is warned of only where its loss is twice that of tokens that are equally frequent.

    Parameters
    ----------
    model : DensityModel
        Trained.
    items : dict of ndarray
        Items of all rows.
    rows : TrainingRows
        Their classes and groups.
    judged : ndarray of int
        Positions of the rows to judge by.
    options : TrainingOptions
        How it was trained.
    n_threads : int
        Threads of torch.
    """
    if "tokens" not in items or len(rows) < MIN_ROWS:
        return
    own = {name: values[judged] for name, values in items.items()}
    loss = -model.log_likelihood(own, rows.class_codes[judged], rows.group_codes[judged], n_threads).mean()
    shares = [np.bincount(column) / len(column) for column in items["tokens"].T]
    apart = -sum(np.log(share[column]).mean() for share, column in zip(shares, own["tokens"].T, strict=True))
    even = sum(np.log(max(np.count_nonzero(share), 2)) for share in shares)
    least = 2 * even if options.max_seconds is None else MARGIN * apart
    if loss <= least:
        return
    why = f"lr={options.lr} may be too large"
    if options.max_seconds is not None:
        why = f"max_seconds={options.max_seconds} may have ended training too early, or {why}"
    warnings.warn(
        f"The model has not learned the rows: its loss is {loss:.2f} nats a row, and {apart:.2f} where every column is "
        f"drawn on its own; {why}.",
        TrainingBudgetWarning,
        stacklevel=4,
    )
