"""Unbiased distance covariance and correlation, also against several columns of mixed kinds."""

from collections.abc import Sequence

import torch
from torch import Tensor

from skfairgen.losses._class_average import class_average
from skfairgen.losses._pairwise_distance import pairwise_distance


def distance_covariance(x: Tensor, y: Tensor | Sequence[Tensor], *, classes: Tensor | None = None) -> Tensor:
    r"""Unbiased squared distance covariance of two samples, by U-centered distances.

    .. math:: \frac{1}{n(n-3)} \sum_{i \ne j} \tilde A_{ij} \tilde B_{ij}, \qquad
              \tilde A_{ij} = a_{ij} - \frac{\sum_l a_{il}}{n-2} - \frac{\sum_k a_{kj}}{n-2}
              + \frac{\sum_{kl} a_{kl}}{(n-1)(n-2)}

    with :math:`a_{ij} = \lVert x_i - x_j \rVert` and :math:`b_{ij} = \lVert y_i - y_j \rVert`. Zero in
    expectation under independence, so a single value may be negative.

    A sequence of columns is compared jointly, by the product kernel
    :math:`b_{ij} = -2 \prod_c (1 + k_c(i, j))` with the distance-induced kernel of each column about its mean
    :math:`m_c`, :math:`2 k_c(i, j) = \lVert y^c_i - m_c \rVert + \lVert y^c_j - m_c \rVert - \lVert y^c_i -
    y^c_j \rVert`. The product expands to every column alone plus all their interactions, so a code that hides
    each column but not their combination is still seen. One column gives the plain form.

    Parameters
    ----------
    x : Tensor of shape (n, K)
        First sample (codes), n >= 4, in any unit.
    y : Tensor of shape (n, L), or sequence of Tensors of shapes (n, L_c)
        Second sample; a categorical column enters one-hot. In a sequence the columns should share a scale
        (standardize them), or the widest decides.
    classes : Tensor of shape (n,), int64, default=None
        When given, the average within each class, weighted by its share of the labeled rows; negative means
        unlabeled; classes with fewer than 4 rows count as 0.

    Returns
    -------
    Tensor of shape ()
        Squared distance covariance, in the product of both samples' units.

    Raises
    ------
    ValueError
        If there are fewer than four rows, or the samples differ in their number of rows.

    References
    ----------
    .. [1] G. Szekely, M. Rizzo, "Partial distance correlation with methods for dissimilarities",
       Ann. Stat. 42, 2014.
    .. [2] D. Sejdinovic, B. Sriperumbudur, A. Gretton, K. Fukumizu, "Equivalence of distance-based and
       RKHS-based statistics in hypothesis testing", Ann. Stat. 41, 2013.

    Examples
    --------
    >>> import torch
    >>> x = torch.arange(6.0).unsqueeze(1)
    >>> distance_covariance(x, x)
    tensor(1.5556)
    """
    distances, other = _distances(x), _joint_distances(y)
    _check_rows(distances, other)
    return _over_classes(_covariance, distances, other, classes)


def distance_correlation(x: Tensor, y: Tensor | Sequence[Tensor], *, classes: Tensor | None = None) -> Tensor:
    r"""Bias-corrected squared distance correlation: :func:`distance_covariance` without the units.

    .. math:: \frac{\mathcal V(x, y)}{\sqrt{\mathcal V(x, x) \, \mathcal V(y, y)}}

    Does not change when the codes are rescaled, so as a penalty it gives no reason to shrink them.

    Parameters
    ----------
    x : Tensor of shape (n, K)
        First sample (codes), n >= 4.
    y : Tensor of shape (n, L), or sequence of Tensors of shapes (n, L_c)
        Second sample, as in :func:`distance_covariance`.
    classes : Tensor of shape (n,), int64, default=None
        As in :func:`distance_covariance`.

    Returns
    -------
    Tensor of shape ()
        At most 1; 0 in expectation under independence; 0 when a sample is constant.

    Raises
    ------
    ValueError
        If there are fewer than four rows, or the samples differ in their number of rows.

    References
    ----------
    .. [1] G. Szekely, M. Rizzo, "Partial distance correlation with methods for dissimilarities",
       Ann. Stat. 42, 2014.

    Examples
    --------
    >>> import torch
    >>> x = torch.arange(6.0).unsqueeze(1)
    >>> distance_correlation(x, -3 * x)
    tensor(1.)
    """
    distances, other = _distances(x), _joint_distances(y)
    _check_rows(distances, other)
    return _over_classes(_correlation, distances, other, classes)


def _distances(sample: Tensor) -> Tensor:
    return pairwise_distance(sample, sample)


def _joint_distances(y: Tensor | Sequence[Tensor]) -> Tensor:
    if isinstance(y, Tensor):
        return _distances(y)
    if len(y) == 1:
        return _distances(y[0])
    product: Tensor | float = 1.0
    for column in y:
        to_mean = pairwise_distance(column, column.mean(dim=0, keepdim=True))
        product = product * (1 + (to_mean + to_mean.T - _distances(column)) / 2)
    return torch.as_tensor(-2 * product)


def _check_rows(distances: Tensor, other: Tensor) -> None:
    if distances.shape != other.shape or len(distances) < 4:
        raise ValueError(
            f"Found samples of {len(distances)} and {len(other)} rows; expected the same number, at least 4, "
            "since U-centering divides by n - 3."
        )


def _over_classes(statistic, distances: Tensor, other: Tensor, classes: Tensor | None) -> Tensor:
    if classes is None:
        return statistic(distances, other)

    def within(rows: Tensor) -> Tensor:
        if len(rows) < 4:
            return distances.new_zeros(())
        block = (rows.unsqueeze(1), rows)
        return statistic(distances[block], other[block])

    return class_average(within, classes)


def _covariance(distances: Tensor, other: Tensor) -> Tensor:
    n_rows = len(distances)
    return (_u_centered(distances) * _u_centered(other)).sum() / (n_rows * (n_rows - 3))


def _correlation(distances: Tensor, other: Tensor) -> Tensor:
    a, b = _u_centered(distances), _u_centered(other)
    scale = (a * a).sum() * (b * b).sum()
    if scale <= torch.finfo(scale.dtype).tiny:
        return scale * 0
    return (a * b).sum() / scale.sqrt()


def _u_centered(distances: Tensor) -> Tensor:
    n_rows = len(distances)
    off_diagonal = 1 - torch.eye(n_rows, dtype=distances.dtype, device=distances.device)
    distances = distances * off_diagonal
    row_sums = distances.sum(1)
    centered = distances - (row_sums.unsqueeze(0) + row_sums.unsqueeze(1)) / (n_rows - 2)
    return (centered + row_sums.sum() / ((n_rows - 1) * (n_rows - 2))) * off_diagonal
