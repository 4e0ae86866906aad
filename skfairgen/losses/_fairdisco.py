"""FairDisCo's penalty, as published, for reproduction."""

import math

import torch
from torch import Tensor


def fairdisco_penalty(codes: Tensor, groups: Tensor, *, log_variance: Tensor | None = None) -> Tensor:
    r"""Squared difference between the joint density of code and group and the product of its marginals.

    .. math:: \sum_s \int \lvert q(z, s) - q(z)\, q(s) \rvert^2 dz = \sum_s \Big(\frac{n_s}{n}\Big)^2
              \big( \bar k_{\cdot\cdot} + \bar k_{ss} - 2 \bar k_{s\cdot} \big), \qquad
              k_{ij} = \mathcal N(\mu_i;\, \mu_j,\, \sigma_i^2 + \sigma_j^2)

    in closed form, since :math:`q(z) = \frac1n \sum_i \mathcal N(z; \mu_i, \sigma_i^2)` is a mixture of the
    rows' posteriors; :math:`\bar k_{s\cdot}` is the mean over pairs of a row of group s and any row.

    Parameters
    ----------
    codes : Tensor of shape (n, K)
        Posterior means :math:`\mu`.
    groups : Tensor of shape (n,), int64
        Group of each row; any integer codes.
    log_variance : Tensor, default=None
        :math:`\log \sigma^2` of the posteriors, of shape (n, K) or broadcastable to it. None: 0, a kernel
        density estimate of bandwidth 1.

    Returns
    -------
    Tensor of shape ()
        At least 0 up to rounding, in units of one over code volume.

    Raises
    ------
    ValueError
        If ``groups`` does not have one value per row.

    Notes
    -----
    A V-statistic: pairs of a row with itself are kept, which adds :math:`\frac1n (1 - \sum_s (n_s/n)^2)
    (\mathbb E\, k_{ii} - \mathbb E\, k_{ij})` under independence. It weights a group by the square of its
    share, and its scale falls exponentially with K (:math:`k_{ii} \le (4\pi\sigma^2)^{-K/2}`), so no weight
    carries over to another K. :func:`group_dependence` has none of the three. The authors' code also
    multiplies by the fill of the last batch, which is 1 for a full one. Memory is :math:`n^2` numbers.

    References
    ----------
    .. [1] J. Liu, Z. Li, Y. Yao, F. Xu, X. Ma, M. Xu, H. Tong, "Fair Representation Learning: An
       Alternative to Mutual Information", KDD 2022, pp. 1088-1097.

    Examples
    --------
    >>> import torch
    >>> codes = torch.tensor([[0.0], [0.0], [2.0], [2.0]])
    >>> f"{fairdisco_penalty(codes, torch.tensor([0, 0, 1, 1])):.4f}"
    '0.0446'
    >>> f"{fairdisco_penalty(codes, torch.tensor([0, 1, 0, 1])):.4f}"
    '0.0000'
    """
    if groups.shape != codes.shape[:1]:
        raise ValueError(
            f"Found groups of shape {tuple(groups.shape)} for codes of shape {tuple(codes.shape)}; "
            "expected one group code per row."
        )
    log_variance = torch.zeros_like(codes) if log_variance is None else log_variance.expand_as(codes)
    kernel = _GaussianOverlap.apply(codes, log_variance.exp())
    n_rows = len(codes)
    _, members = torch.unique(groups, return_inverse=True)
    one_hot = torch.nn.functional.one_hot(members).to(codes.dtype)
    shares = one_hot.mean(0)
    # each term is already multiplied by (n_s / n)^2, so an empty group would not divide by zero
    within = ((kernel @ one_hot) * one_hot).sum(0) / n_rows**2
    to_everyone = shares * (one_hot.T @ kernel.sum(1)) / n_rows**2
    return (shares.square() * kernel.mean() + within - 2 * to_everyone).sum()


class _GaussianOverlap(torch.autograd.Function):
    r"""The kernel :math:`k_{ij}` of means and variances, each (n, K); (n, n) numbers are kept, not (n, n, K)."""

    @staticmethod
    def forward(ctx, means, variances):
        exponent = means.new_zeros(len(means), len(means))
        for mean, variance in zip(means.unbind(1), variances.unbind(1), strict=True):
            total = variance.unsqueeze(1) + variance
            exponent -= (mean.unsqueeze(1) - mean).square_().div_(total).add_(total.mul_(2 * math.pi).log_())
        kernel = exponent.mul_(0.5).exp_()
        ctx.save_for_backward(means, variances, kernel)
        return kernel

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, gradient):
        means, variances, kernel = ctx.saved_tensors
        weight = (gradient + gradient.T).mul_(kernel)  # of the pair's exponent, for either of its rows
        of_means, of_variances = torch.empty_like(means), torch.empty_like(variances)
        for k, (mean, variance) in enumerate(zip(means.unbind(1), variances.unbind(1), strict=True)):
            inverse = (variance.unsqueeze(1) + variance).reciprocal_()
            slope = (mean - mean.unsqueeze(1)).mul_(inverse)  # of the exponent, in the mean of the row
            of_means[:, k] = (weight * slope).sum(dim=1)
            of_variances[:, k] = slope.square_().sub_(inverse).mul_(weight).sum(dim=1).div_(2)
        return of_means, of_variances
