"""All fidelity and closeness figures of a synthetic table: overall, per group and per cell."""

import warnings

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.metrics import roc_auc_score
from sklearn.utils import check_random_state

from skfairgen.data import Columns, Rows
from skfairgen.exceptions import SmallGroupWarning
from skfairgen.metrics._c2st import c2st_scores
from skfairgen.metrics._closest_record import closest_record_indicator, copy_indicator
from skfairgen.metrics._column_shapes import encoded_shapes
from skfairgen.metrics._neighbor_features import neighbor_features
from skfairgen.metrics._numeric_pairs import correlation_slope, equality_differences, worst_pair
from skfairgen.metrics._pair_trends import encoded_pair_trends
from skfairgen.metrics._report_rows import append_target, report_rows
from skfairgen.metrics._support import SupportSearch
from skfairgen.metrics._table_features import encode_tables

_FIGURES = [
    "column_shapes",
    "column_pair_trends",
    "correlation_slope",
    "equality_gap",
    "worst_pair",
    "c2st_auc",
    "alpha_precision",
    "beta_recall",
    "density",
    "coverage",
    "authenticity",
    "closest_record_share",
    "exact_copy_rate",
    "holdout_copy_rate",
]


def fidelity_report(
    real_X: Rows,
    real_y: ArrayLike | None,
    synthetic_X: Rows,
    synthetic_y: ArrayLike | None,
    *,
    holdout_X: Rows | None = None,
    holdout_y: ArrayLike | None = None,
    sensitive_columns: Columns | None = None,
    categorical_columns: Columns = "auto",
    n_neighbors: int = 5,
    min_rows: int = 30,
    max_rows: int = 50000,
    random_state: int = 0,
) -> pd.DataFrame:
    """Report how faithful a synthetic table is, and how near to its training rows, per group and per cell.

    A group is a combination of the values of the sensitive columns, a cell a group within a class. A
    generator that serves one group badly shows it in that group's row.

    ``column_shapes``, ``column_pair_trends``, ``alpha_precision``, ``beta_recall``, ``density`` and
    ``coverage`` of a row compare the real with the synthetic rows of that group or cell alone. ``c2st_auc``
    takes the scores of the one classifier trained on all rows, and measures how well they tell real from
    synthetic within the group. ``authenticity``, ``closest_record_share`` and ``exact_copy_rate`` are shares
    of the group's synthetic rows, measured against all real rows.

    Parameters
    ----------
    real_X : DataFrame or array-like of shape (n_real, n_features)
        Real rows the generator was fitted on.
    real_y : array-like of shape (n_real,) or None
        Their target, a column like the others here; text, booleans and classes count as categories.
    synthetic_X : DataFrame or array-like of shape (n_synthetic, n_features)
        Synthetic rows, the same columns.
    synthetic_y : array-like of shape (n_synthetic,) or None
        Their target.
    holdout_X : DataFrame or array-like of shape (n_holdout, n_features), default=None
        Real rows the generator has not seen; without them ``closest_record_share`` and ``holdout_copy_rate``
        are NaN.
    holdout_y : array-like of shape (n_holdout,), default=None
        Their target.
    sensitive_columns : label or list of labels, default=None
        Columns of X that make the groups; positions for arrays. None: no group rows, and a cell is a class.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns of X without an order; "auto": all that are neither numbers nor dates, and booleans.
    n_neighbors : int, default=5
        Reach of a real row in ``beta_recall``, ``density`` and ``coverage``, in other real rows.
    min_rows : int, default=30
        A group or cell with fewer real or synthetic rows gets NaN and a `SmallGroupWarning`.
    max_rows : int or None, default=50_000
        Of a larger table so many rows are drawn for everything that rests on neighbors, whose cost grows with
        the square; None: all rows.
    random_state : int, default=0
        Seed of the folds, the classifier and the draws.

    Returns
    -------
    DataFrame of shape (1 + n_groups + n_cells, 16)
        Index levels ``level`` ("overall", "group", "cell"), ``group`` and ``class`` ("" where it does not
        apply). Columns ``n_real``, ``n_synthetic`` and the figures, see the functions of the same names;
        ``density`` and ``coverage`` are those of `density_coverage`. ``correlation_slope`` is the slope of synthetic
        on real correlations of numeric columns, 1 is best; ``equality_gap`` the largest difference, over pairs of
        numeric columns, between the shares of rows in which both are equal, 0 is best; ``worst_pair`` names
        the two columns whose trend or share of equal rows was kept least.

    Raises
    ------
    ValueError
        If the columns differ, a target is given for one table alone, a sensitive column is unknown, a numeric
        column holds infinite values, or a table has not more than `n_neighbors` rows.

    Warns
    -----
    SmallGroupWarning
        If a group or a cell has fewer than `min_rows` real or synthetic rows; the message names it.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from skfairgen.metrics import fidelity_report
    >>> rng = np.random.RandomState(0)
    >>> X = pd.DataFrame({"sex": rng.choice(["f", "m"], 800), "age": rng.normal(40, 9, 800)})
    >>> report = fidelity_report(X[:400], None, X[400:], None, sensitive_columns="sex")
    >>> report.index.to_list()
    [('overall', '', ''), ('group', 'f', ''), ('group', 'm', '')]
    >>> report[["n_real", "n_synthetic"]].sum().to_list()
    [800, 800]
    """
    tables, target = append_target((real_X, real_y), (synthetic_X, synthetic_y), (holdout_X, holdout_y))
    if target is not None and categorical_columns != "auto":
        categorical_columns = [*categorical_columns, target]
    real, synthetic, *holdout = encode_tables(*tables, categorical_columns=categorical_columns)
    rows = report_rows(tables, sensitive_columns, target, categorical_columns)
    whole = _whole_table_values(real, synthetic, holdout, random_state)
    near = _near_values(real, synthetic, holdout, n_neighbors, max_rows, random_state)
    values, small = [], []
    for row in rows:
        n_real, n_synthetic = int(row.in_tables[0].sum()), int(row.in_tables[1].sum())
        figures = {"n_real": n_real, "n_synthetic": n_synthetic}
        if row.level != "overall" and _is_small(row, near, min_rows, n_neighbors):
            small.append(f"{row.name} ({n_real} real, {n_synthetic} synthetic)")
        else:
            figures |= _figures(row, real, synthetic, whole, near, n_neighbors)
        values.append(figures)
    if small:
        warnings.warn(
            f"Fidelity is NaN for groups or cells with fewer than {min_rows} real or synthetic rows: "
            f"{', '.join(small)}. Merge small groups, or lower min_rows.",
            SmallGroupWarning,
            stacklevel=2,
        )
    index = pd.MultiIndex.from_arrays(
        [[getattr(row, part) for row in rows] for part in ("level", "group", "label")],
        names=["level", "group", "class"],
    )
    return pd.DataFrame(values, index=index, columns=["n_real", "n_synthetic", *_FIGURES])


def _whole_table_values(real, synthetic, holdout, random_state):
    is_synthetic = np.repeat([False, True], [real.n_rows, synthetic.n_rows])
    return {
        "is_synthetic": is_synthetic,
        "c2st": c2st_scores(real, synthetic, random_state=random_state),
        "copy": copy_indicator(real, synthetic),
        "holdout_copy": copy_indicator(real, holdout[0]) if holdout else None,
    }


def _near_values(real, synthetic, holdout, n_neighbors, max_rows, random_state):
    generator = check_random_state(random_state)
    tables = [real, synthetic, *holdout]
    drawn = [_draw(table.n_rows, max_rows, generator) for table in tables]
    features = neighbor_features(*[table.take(rows) for table, rows in zip(tables, drawn, strict=True)])
    search = SupportSearch.run(features[0], features[1], n_neighbors)
    return {
        "drawn": drawn,
        "search": search,
        "authentic": search.authentic(),
        "closest": closest_record_indicator(*features, generator) if holdout else None,
    }


def _draw(n_rows, max_rows, generator):
    if max_rows is None or n_rows <= max_rows:
        return np.arange(n_rows)
    return np.sort(generator.choice(n_rows, max_rows, replace=False))


def _is_small(row, near, min_rows, n_neighbors):
    in_real, in_synthetic = row.in_tables[:2]
    drawn_real, drawn_synthetic = near["drawn"][:2]
    too_few = min(in_real.sum(), in_synthetic.sum()) < min_rows
    return too_few or in_real[drawn_real].sum() <= n_neighbors or not in_synthetic[drawn_synthetic].any()


def _figures(row, real, synthetic, whole, near, n_neighbors):
    in_real, in_synthetic = row.in_tables[:2]
    part_real, part_synthetic = real.take(in_real), synthetic.take(in_synthetic)
    in_both = np.concatenate([in_real, in_synthetic])
    trends, equal = encoded_pair_trends(part_real, part_synthetic), equality_differences(part_real, part_synthetic)
    figures = {
        "column_shapes": np.mean(list(encoded_shapes(part_real, part_synthetic).values())),
        "column_pair_trends": _mean_defined(trends.values()),
        "correlation_slope": correlation_slope(part_real, part_synthetic),
        "equality_gap": max(map(abs, equal.values()), default=0.0),
        "worst_pair": worst_pair(trends, equal),
        "c2st_auc": roc_auc_score(whole["is_synthetic"][in_both], whole["c2st"][in_both]),
        "exact_copy_rate": whole["copy"][in_synthetic].mean(),
    }
    if whole["holdout_copy"] is not None and row.in_tables[2].any():
        figures["holdout_copy_rate"] = whole["holdout_copy"][row.in_tables[2]].mean()
    drawn_real, drawn_synthetic = in_real[near["drawn"][0]], in_synthetic[near["drawn"][1]]
    search = near["search"]
    if row.level != "overall":
        search = SupportSearch.run(search.real[drawn_real], search.synthetic[drawn_synthetic], n_neighbors)
    for name in ("alpha_precision", "beta_recall", "density", "coverage"):
        figures[name] = getattr(search, name)()
    figures["authenticity"] = near["authentic"][drawn_synthetic].mean()
    if near["closest"] is not None:
        figures["closest_record_share"] = near["closest"][drawn_synthetic].mean()
    return figures


def _mean_defined(scores):
    scores = np.array(list(scores))
    defined = scores[~np.isnan(scores)]
    return defined.mean() if len(defined) else np.nan
