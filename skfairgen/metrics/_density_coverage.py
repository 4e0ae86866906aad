"""Density and coverage of Naeem et al. 2020."""

from skfairgen.data import Columns, Rows
from skfairgen.metrics._neighbor_features import neighbor_features
from skfairgen.metrics._support import SupportSearch
from skfairgen.metrics._table_features import Features, encode_tables


def density_coverage(
    real: Rows,
    synthetic: Rows,
    *,
    categorical_columns: Columns = "auto",
    features: Features | None = None,
    n_neighbors: int = 5,
) -> tuple[float, float]:
    r"""Density and coverage: how deep synthetic rows lie among real ones, and how many real rows they reach.

    With :math:`B_i` the ball from a real row to its :math:`k`-th nearest other real row [1]_,

    .. math:: \text{density} = \frac{1}{kM} \sum_{j=1}^M \sum_{i=1}^N 1[g_j \in B_i], \qquad
       \text{coverage} = \frac1N \sum_{i=1}^N 1[\exists j: g_j \in B_i]

    in the coordinates of `alpha_precision`. Balls are closed: a copy of a repeated real row lies in its ball.

    Parameters
    ----------
    real : DataFrame or array-like of shape (n_real, n_columns)
        Real rows.
    synthetic : DataFrame or array-like of shape (n_synthetic, n_columns)
        Synthetic rows, the same columns.
    categorical_columns : "auto" or list of labels, default="auto"
        Columns without an order; "auto": all that are neither numbers nor dates, and booleans.
    features : callable, default=None
        Takes each of the sets, such as arrays of images, and returns numbers of shape (n, p) to compare in its place.
    n_neighbors : int, default=5
        :math:`k`.

    Returns
    -------
    (float, float)
        Density, 0 or more, about 1 for fresh rows of the same distribution; and coverage in [0, 1], about
        :math:`1 - 2^{-k}` (0.969 for 5) for as many fresh rows as there are real ones.

    Raises
    ------
    ValueError
        If the columns differ, there are not more real rows than `n_neighbors`, or a numeric column holds
        infinite values.

    References
    ----------
    .. [1] M. F. Naeem, S. J. Oh, Y. Uh, Y. Choi, J. Yoo, "Reliable fidelity and diversity metrics for
       generative models", ICML 2020.

    Examples
    --------
    >>> import numpy as np
    >>> from skfairgen.metrics import density_coverage
    >>> real = np.array([[0.0], [1.0], [3.0], [4.0]])
    >>> density_coverage(real, np.array([[0.5], [0.5]]), n_neighbors=1)
    (2.0, 0.5)
    """
    encoded = encode_tables(real, synthetic, categorical_columns=categorical_columns, features=features)
    search = SupportSearch.run(*neighbor_features(*encoded), n_neighbors)
    return search.density(), search.coverage()
