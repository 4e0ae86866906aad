"""A made table whose unequal treatment of groups is known exactly."""

from collections.abc import Sequence
from itertools import product
from string import ascii_lowercase

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state, check_scalar

from skfairgen.data import RandomState
from skfairgen.datasets._bunch import Dataset, as_bunch
from skfairgen.datasets._columns import class_features, derived_features, proxy_features, with_missing_values

DESCRIPTION = """A made classification table with a known disparity between groups.

The group is drawn first, the class from the group's own rates (true_class_rates), the features from the
class, the proxies from the group. Made by skfairgen.datasets.make_biased_classification.
"""


def make_biased_classification(
    n_samples: int = 1000,
    *,
    n_numeric: int = 4,
    n_categorical: int = 2,
    n_boolean: int = 1,
    n_proxies: int = 1,
    n_derived: int = 0,
    n_classes: int = 2,
    weights: Sequence[float] | None = None,
    sensitive_levels: Sequence[int] = (2,),
    bias: float = 1.0,
    proxy_strength: float = 1.0,
    class_sep: float = 1.0,
    missing_rate: float = 0.05,
    random_state: RandomState = None,
    return_X_y: bool = False,
) -> Dataset:
    r"""Make a mixed table in which the groups' class rates differ by a known amount.

    A group :math:`g` is drawn, then its class :math:`c` with the stated probability

    .. math:: P(y = c \mid g) \propto w_c \exp\left(-\mathrm{bias} \; d_g \; c / (C - 1)\right)

    where :math:`d_g \in [0, 1]` is the mean, over the sensitive columns, of the level's position (0 for the
    first level, 1 for the last). The truth is this table, not an estimate. Features then depend on the class
    only, and proxies on the group only, so :math:`p(x \mid y, s)` is the same for all groups but for the
    proxies.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of rows, at least 1.
    n_numeric : int, default=4
        Numeric features, in turn: ``normal`` (float, one decimal), ``count`` (integer), ``skewed`` (float,
        two decimals), ``spiked`` (integer, about half of the values 0).
    n_categorical : int, default=2
        Categorical features of five levels.
    n_boolean : int, default=1
        Boolean features.
    n_proxies : int, default=1
        Features that tell the level of one sensitive column, taken in turn; the first is numeric, the second
        categorical, and so on.
    n_derived : int, default=0
        Features that others determine finely, in turn: ``sum`` (of two numeric ones), ``copy`` (one numeric
        feature plus noise of 1 % of its spread), ``ratio`` (exact). Needs ``n_numeric >= 3``.
    n_classes : int, default=2
        Number of classes, labeled 0 to ``n_classes - 1``; the last one is the positive class.
    weights : sequence of float of shape (n_classes,), default=None
        Class shares :math:`w_c` of the best-treated group; normalized. None: each class is half as frequent
        as the one before.
    sensitive_levels : sequence of int, default=(2,)
        Number of levels, 2 to 26, of each sensitive column; each level is half as frequent as the one before,
        and the columns are independent of one another.
    bias : float, default=1.0
        Log odds, positive class against class 0, that the worst-treated group loses; 0: equal rates.
    proxy_strength : float, default=1.0
        How well proxies tell the level: distance of a numeric proxy's extreme means, in standard deviations,
        and log odds of a categorical one's own level. 0: not at all.
    class_sep : float, default=1.0
        Distance between the first and the last class in each feature, in standard deviations.
    missing_rate : float, default=0.05
        Share of missing values, in [0, 1), in each feature that is neither sensitive nor derived, completely
        at random. A derived value is missing when a value it derives from is.
    random_state : int, RandomState instance or None, default=None
        Determines the rows; the truth does not depend on it.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    Bunch or (DataFrame, Series)
        ``data``, ``target`` (int64), ``frame``, ``feature_names``, ``target_names``, ``sensitive_columns``,
        ``positive_class``, ``DESCR``, and the truth: ``true_class_rates`` (DataFrame, a row for each group, a
        column for each class), ``true_group_shares`` (Series), ``true_demographic_parity_difference`` and
        ``true_demographic_parity_ratio`` (largest minus, and smallest over, largest rate of the positive
        class among the groups).

    Raises
    ------
    TypeError, ValueError
        If a parameter is of another type or outside its range.

    Examples
    --------
    >>> from skfairgen.datasets import make_biased_classification
    >>> made = make_biased_classification(weights=(0.5, 0.5), bias=1.0, random_state=0)
    >>> made.true_class_rates.round(3)[1].to_dict()
    {'a': 0.5, 'b': 0.269}
    >>> round(made.true_demographic_parity_ratio, 3)
    0.538
    """
    _check_parameters(n_samples, n_numeric, n_categorical, n_boolean, n_proxies, n_derived, n_classes)
    _check_strengths(bias, proxy_strength, class_sep, missing_rate)
    weights = _checked_weights(weights, n_classes)
    groups, shares = _groups(sensitive_levels)
    rates = _class_rates(groups, weights, bias)

    random = check_random_state(random_state)
    drawn = random.choice(len(groups), size=n_samples, p=shares)
    y = (random.uniform(size=(n_samples, 1)) > rates[drawn].cumsum(axis=1)[:, :-1]).sum(axis=1)
    merit = class_sep * y / (n_classes - 1)
    proxies = proxy_features(random, groups[drawn], sensitive_levels, n_proxies, proxy_strength)
    features = class_features(random, merit, n_numeric, n_categorical, n_boolean) | proxies
    features = with_missing_values(random, pd.DataFrame(features), missing_rate)
    derived = derived_features(random, features, n_derived)

    sensitive = {f"group_{k}": _letters(groups[drawn, k], n) for k, n in enumerate(sensitive_levels)}
    frame = pd.concat([pd.DataFrame(sensitive), features, derived], axis=1).assign(target=y.astype("int64"))
    return as_bunch(
        frame,
        target="target",
        sensitive_columns=list(sensitive),
        positive_class=n_classes - 1,
        description=DESCRIPTION,
        return_X_y=return_X_y,
        **_truth(groups, shares, rates, list(sensitive)),
    )


def _groups(sensitive_levels):
    """All combinations of levels, as positions of shape (n_groups, n_sensitive), and their shares."""
    if not len(sensitive_levels):
        raise ValueError("sensitive_levels is empty; give the number of levels of at least one column.")
    for n_levels in sensitive_levels:
        check_scalar(n_levels, "sensitive_levels", (int, np.integer), min_val=2, max_val=len(ascii_lowercase))
    groups = np.array(list(product(*(range(n_levels) for n_levels in sensitive_levels))))
    shares = 0.5 ** groups.sum(axis=1)
    return groups, shares / shares.sum()


def _class_rates(groups, weights, bias):
    disadvantage = (groups / groups.max(axis=0)).mean(axis=1)
    position = np.arange(len(weights)) / (len(weights) - 1)
    rates = weights * np.exp(-bias * np.outer(disadvantage, position))
    return rates / rates.sum(axis=1, keepdims=True)


def _truth(groups, shares, rates, names):
    levels = [tuple(ascii_lowercase[position] for position in group) for group in groups]
    if len(names) == 1:
        index = pd.Index([level for (level,) in levels], name=names[0])
    else:
        index = pd.MultiIndex.from_tuples(levels, names=names)
    positive = rates[:, -1]
    return {
        "true_class_rates": pd.DataFrame(rates, index=index, columns=pd.RangeIndex(rates.shape[1], name="target")),
        "true_group_shares": pd.Series(shares, index=index, name="share"),
        "true_demographic_parity_difference": float(positive.max() - positive.min()),
        "true_demographic_parity_ratio": float(positive.min() / positive.max()),
    }


def _letters(positions, n_levels):
    return pd.Categorical.from_codes(positions, categories=list(ascii_lowercase[:n_levels]))


def _checked_weights(weights, n_classes):
    if weights is None:
        weights = 0.5 ** np.arange(n_classes)
    weights = np.asarray(weights, dtype="float64")
    if weights.shape != (n_classes,) or not np.isfinite(weights).all() or (weights <= 0).any():
        raise ValueError(f"weights must be {n_classes} positive numbers, one for each class, found {weights}.")
    return weights / weights.sum()


def _check_parameters(n_samples, n_numeric, n_categorical, n_boolean, n_proxies, n_derived, n_classes):
    integer = (int, np.integer)
    check_scalar(n_samples, "n_samples", integer, min_val=1)
    check_scalar(n_classes, "n_classes", integer, min_val=2)
    check_scalar(n_categorical, "n_categorical", integer, min_val=0)
    check_scalar(n_boolean, "n_boolean", integer, min_val=0)
    check_scalar(n_proxies, "n_proxies", integer, min_val=0)
    check_scalar(n_derived, "n_derived", integer, min_val=0)
    check_scalar(n_numeric, "n_numeric", integer, min_val=0)
    if n_derived and n_numeric < 3:
        raise ValueError(f"n_derived={n_derived} needs n_numeric >= 3 features to derive from, found {n_numeric}.")


def _check_strengths(bias, proxy_strength, class_sep, missing_rate):
    real = (int, float, np.integer, np.floating)
    check_scalar(bias, "bias", real, min_val=0)
    check_scalar(proxy_strength, "proxy_strength", real, min_val=0)
    check_scalar(class_sep, "class_sep", real, min_val=0)
    check_scalar(missing_rate, "missing_rate", real, min_val=0, max_val=1, include_boundaries="left")
