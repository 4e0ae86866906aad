"""Every attack on a synthetic table in one frame: overall, per group, and for the smallest groups together."""

from collections.abc import Callable, Hashable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from skfairgen._listed import listed
from skfairgen.data import Columns, Rows, in_bands
from skfairgen.metrics._attack_rates import risk_against_control, wilson
from skfairgen.metrics._attribute_inference import attribute_inference
from skfairgen.metrics._closest_record import closest_record_share, exact_copy_rate
from skfairgen.metrics._groups import encode_groups
from skfairgen.metrics._linkability import linkability
from skfairgen.metrics._lone_values import lone_values
from skfairgen.metrics._membership_inference import membership_inference
from skfairgen.metrics._singling_out import singling_out
from skfairgen.metrics._table_features import as_frame

SMALLEST = "smallest groups"
_TIMES_AS_MANY = 5
_MAX_SYNTHETIC = 50_000


def privacy_audit(
    real: Rows,
    synthetic: Rows,
    holdout: Rows,
    *,
    sensitive_columns: Sequence[Hashable] | None = None,
    log_likelihood: Callable[[pd.DataFrame], ArrayLike] | None = None,
    categorical_columns: Columns = "auto",
    min_rows: int = 100,
    max_rows: int = 2_000,
    random_state: int = 0,
) -> pd.DataFrame:
    """Attack a synthetic table in every way of this room, each against people the generator has not seen.

    No figure shows that a table is private. "No signal found" says that these attacks did no better on training rows
    than on held-out rows; another attack may.

    Parameters
    ----------
    real : DataFrame or array-like of shape (n_real, n_columns)
        Real rows the generator has seen, their target among the columns if it was one.
    synthetic : DataFrame or array-like of shape (n_synthetic, n_columns)
        Synthetic rows, the same columns.
    holdout : DataFrame or array-like of shape (n_holdout, n_columns)
        Real rows the generator has not seen.
    sensitive_columns : list of labels or None, default=None
        Columns that make the groups, and that are guessed in attribute inference. None: neither.
    log_likelihood : callable or None, default=None
        ``log_likelihood(rows) -> array of shape (n_rows,)``, in nats: who has the generator itself. None: no attack by
        likelihood.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns without an order; "auto": all that are neither numbers nor dates, and booleans.
    min_rows : int, default=100
        Groups with fewer training or held-out rows are attacked together, as "smallest groups".
    max_rows : int, default=2_000
        Rows of each real table that the attacks on persons look at, at most; the attacks on
        tables take five times as many, and those on persons up to 50,000 synthetic rows.
    random_state : int, default=0
        Seed of all draws.

    Returns
    -------
    DataFrame
        Index levels "people" ("everyone", then the groups) and "attack". Columns "reached" and "control" (what was
        reached on training rows, and on held-out rows or by guessing), "excess" (of AUCs and shares the difference, of
        "singling out", "linkability", "exact copies" and "lone values" as a share of what was left to find) with its
        95 % interval "low" to "high", and "finding": "signal found" where the interval lies above 0, else "no signal
        found"; "undefined" where nothing can be said.

    Raises
    ------
    ValueError
        If the columns differ, a sensitive column is unknown, or a numeric column holds infinite values.

    Notes
    -----
    Of 40 figures of a table that leaks nothing, about one shows a signal by chance.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from skfairgen.metrics import privacy_audit
    >>> drawn = np.random.RandomState(0).normal(size=(2, 200, 4))
    >>> real, fresh = (pd.DataFrame(rows, columns=list("abcd")) for rows in drawn)
    >>> privacy_audit(real, real, fresh).loc[("everyone", "linkability"), "finding"]
    'signal found'
    """
    rng = np.random.RandomState(random_state)
    real, synthetic, holdout = (as_frame(table).reset_index(drop=True) for table in (real, synthetic, holdout))
    secrets = list(sensitive_columns or [])
    unknown = [label for label in secrets if label not in real.columns]
    if unknown:
        raise ValueError(f"sensitive_columns names {listed(unknown)}: use labels from {listed(real.columns)}.")
    synthetic = _at_most(synthetic, _MAX_SYNTHETIC, rng)
    options = {"categorical_columns": categorical_columns, "random_state": random_state}
    tables = [_at_most(table, _TIMES_AS_MANY * max_rows, rng) for table in (real, synthetic, holdout)]
    rows = {("everyone", name): figures for name, figures in _attacks_on_tables(*tables, options).items()}
    for people, of_real, of_holdout in _people(real, holdout, secrets, categorical_columns, min_rows):
        attacked = (_at_most(real[of_real], max_rows, rng), synthetic, _at_most(holdout[of_holdout], max_rows, rng))
        for name, figures in _attacks_on_people(*attacked, secrets, log_likelihood, max_rows, options).items():
            rows[people, name] = figures
    index = pd.MultiIndex.from_tuples(rows, names=["people", "attack"])
    frame = pd.DataFrame(list(rows.values()), index=index, columns=["reached", "control", "excess", "low", "high"])
    frame["finding"] = np.select(
        [frame["low"].isna(), frame["low"] > 0], ["undefined", "signal found"], "no signal found"
    )
    return frame


def _attacks_on_tables(real, synthetic, holdout, options):
    share = closest_record_share(real, synthetic, holdout, **options)
    middle, reach = wilson(share * len(synthetic), len(synthetic))
    words = options["categorical_columns"]
    copies, control = (exact_copy_rate(real, table, categorical_columns=words) for table in (synthetic, holdout))
    n, m = len(synthetic), len(holdout)
    return {
        "closest record": (share, 0.5, share - 0.5, middle - reach - 0.5, middle + reach - 0.5),
        "exact copies": tuple(risk_against_control(copies * n, n, control * m, m).values()),
        "lone values": _risk(lone_values(real, synthetic, holdout, **options)),
        "singling out": _risk(singling_out(real, synthetic, holdout, **options)),
    }


def _attacks_on_people(real, synthetic, holdout, secrets, log_likelihood, max_rows, options):
    found = {"linkability": _risk(linkability(real, synthetic, holdout, **options))}
    known = {"log_likelihood": log_likelihood, "max_rows": max_rows}
    for (attack, figure), row in membership_inference(real, synthetic, holdout, **known, **options).iterrows():
        values = row[["value", "low", "high"]] - row["guessing"]
        name = f"membership {attack}, {'AUC' if figure == 'roc_auc' else 'true positives at 1 %'}"
        found[name] = (row["value"], row["guessing"], *values)
    for secret in secrets:
        if real[secret].nunique() < 2 or real.shape[1] < 2:
            continue  # within a group there is nothing to guess
        for attack, row in attribute_inference(real, synthetic, holdout, secret=secret, **options).iterrows():
            found[f"{secret} by {attack}"] = tuple(row)
    return found


def _risk(figures):
    return tuple(figures[["attack", "control", "risk", "low", "high"]])


def _people(real, holdout, sensitive_columns, categorical_columns, min_rows):
    """Yield the name of the people, and which rows of either table they are."""
    yield "everyone", np.ones(len(real), dtype=bool), np.ones(len(holdout), dtype=bool)
    if not sensitive_columns:
        return
    both = pd.concat([table[sensitive_columns] for table in (real, holdout)], ignore_index=True)
    groups = encode_groups(in_bands(both, categorical_columns, len(real)).astype(object), len(both))
    of_real, of_holdout = np.split(groups.codes, [len(real)])
    sizes = [np.bincount(codes, minlength=len(groups.labels)) for codes in (of_real, of_holdout)]
    is_large = np.minimum(*sizes) >= min_rows
    for code in np.flatnonzero(is_large):
        yield groups.labels[code], of_real == code, of_holdout == code
    small = ~is_large[of_real], ~is_large[of_holdout]
    if min(part.sum() for part in small) >= 2:
        yield SMALLEST, *small


def _at_most(table, n_rows, rng):
    return table if len(table) <= n_rows else table.iloc[rng.choice(len(table), n_rows, replace=False)]
