"""Alpha-precision, beta-recall and authenticity of Alaa et al. 2022."""

from skfairgen.data import Columns, Rows
from skfairgen.metrics._neighbor_features import neighbor_features
from skfairgen.metrics._support import SupportSearch
from skfairgen.metrics._table_features import encode_tables


def alpha_precision(real: Rows, synthetic: Rows, *, categorical_columns: Columns = "auto") -> float:
    r"""Integrated alpha-precision: do synthetic rows fill the real rows' typical region as real rows do?

    :math:`S_\alpha` is the smallest ball around the real mean with a share :math:`\alpha` of the real rows,
    :math:`P_\alpha` the share of synthetic rows in it; the figure is [1]_

    .. math:: 1 - 2 \int_0^1 |P_\alpha - \alpha| \, d\alpha

    The rows are compared in coordinates in which a number has unit variance and two levels of a category lie
    as far apart as two random numbers (no learned embedding). Where many rows tie (few distinct rows),
    :math:`\alpha` is the real mass that the ball really holds, so that equal samples score 1.

    Parameters
    ----------
    real : DataFrame or array-like of shape (n_real, n_columns)
        Real rows.
    synthetic : DataFrame or array-like of shape (n_synthetic, n_columns)
        Synthetic rows, the same columns.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns without an order; "auto": all that are neither numbers nor dates, and booleans.

    Returns
    -------
    float
        In [0, 1], 1 is best. Low when rows lie too far out, and when they crowd the middle.

    Raises
    ------
    ValueError
        If the columns differ, a table is too small, or a numeric column holds infinite values.

    References
    ----------
    .. [1] A. Alaa, B. van Breugel, E. Saveliev, M. van der Schaar, "How faithful is your synthetic data?
       Sample-level metrics for evaluating and auditing generative models", ICML 2022.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.metrics import alpha_precision
    >>> real = np.random.RandomState(0).normal(size=(200, 2))
    >>> alpha_precision(real, real), round(alpha_precision(real, real + 9), 2)
    (1.0, 0.0)
    """
    return _search(real, synthetic, categorical_columns, 1).alpha_precision()


def beta_recall(
    real: Rows,
    synthetic: Rows,
    *,
    categorical_columns: Columns = "auto",
    n_neighbors: int = 5,
) -> float:
    r"""Integrated beta-recall: do the synthetic rows' typical regions cover the real rows?

    :math:`S_\beta` is the smallest ball around the synthetic mean with a share :math:`\beta` of the synthetic
    rows. A real row counts as covered by it, :math:`R_\beta`, when the nearest synthetic row lies in
    :math:`S_\beta` and is no farther than the real row's `n_neighbors`-th nearest real one; the figure
    is [1]_

    .. math:: 1 - 2 \int_0^1 |R_\beta - \beta| \, d\beta

    with the coordinates and the ties of `alpha_precision`.

    Parameters
    ----------
    real : DataFrame or array-like of shape (n_real, n_columns)
        Real rows.
    synthetic : DataFrame or array-like of shape (n_synthetic, n_columns)
        Synthetic rows, the same columns.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns without an order; "auto": all that are neither numbers nor dates, and booleans.
    n_neighbors : int, default=5
        Reach of a real row, counted in other real rows.

    Returns
    -------
    float
        In [0, 1]; 1 for a copy. Fresh rows of the same distribution stay below 1, the more so with many
        columns (about 0.92 on a census table of 15 columns): read it beside the figure of a hold-out.

    Raises
    ------
    ValueError
        If the columns differ, there are not more real rows than `n_neighbors`, or a numeric column holds
        infinite values.

    References
    ----------
    .. [1] A. Alaa, B. van Breugel, E. Saveliev, M. van der Schaar, "How faithful is your synthetic data?
       Sample-level metrics for evaluating and auditing generative models", ICML 2022.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.metrics import beta_recall
    >>> real = np.random.RandomState(0).normal(size=(200, 2))
    >>> beta_recall(real, real), round(beta_recall(real, real[:1].repeat(200, axis=0)), 2)
    (1.0, 0.0)
    """
    return _search(real, synthetic, categorical_columns, n_neighbors).beta_recall()


def authenticity(real: Rows, synthetic: Rows, *, categorical_columns: Columns = "auto") -> float:
    r"""Share of synthetic rows that are not suspiciously close to a real one.

    With :math:`i^*` the real row nearest to the synthetic row :math:`j`, the row is authentic when [1]_

    .. math:: d(g_j, r_{i^*}) > \min_{i \ne i^*} d(r_i, r_{i^*})

    that is, when it is farther from that real row than any other real row is. Distances are those of
    `alpha_precision`.

    Parameters
    ----------
    real : DataFrame or array-like of shape (n_real, n_columns)
        Real rows the generator has seen.
    synthetic : DataFrame or array-like of shape (n_synthetic, n_columns)
        Synthetic rows, the same columns.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns without an order; "auto": all that are neither numbers nor dates, and booleans.

    Returns
    -------
    float
        In [0, 1]; 0 for copies. Fresh rows of the same distribution score about 0.4 to 0.8, depending on the
        dimension: read it beside the figure of a hold-out.

    Raises
    ------
    ValueError
        If the columns differ, there are fewer than 2 real rows, or a numeric column holds infinite values.

    Notes
    -----
    The distance on the right belongs to the real row :math:`i^*`. Code in wide use (synthcity, FairX) takes
    it from the real row that happens to stand at the position of a synthetic row's neighbor.

    References
    ----------
    .. [1] A. Alaa, B. van Breugel, E. Saveliev, M. van der Schaar, "How faithful is your synthetic data?
       Sample-level metrics for evaluating and auditing generative models", ICML 2022.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.metrics import authenticity
    >>> authenticity(np.array([[0.0], [1.0], [5.0]]), np.array([[0.0], [10.0]]))
    0.5
    """
    return float(_search(real, synthetic, categorical_columns, 1).authentic().mean())


def _search(real, synthetic, categorical_columns, n_neighbors):
    encoded = encode_tables(real, synthetic, categorical_columns=categorical_columns)
    return SupportSearch.run(*neighbor_features(*encoded), n_neighbors)
