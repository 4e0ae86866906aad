"""Made populations of finitely many kinds of row, whose P(y, s | x) is known: every answer is exact."""

import numpy as np
from scipy.optimize import linprog

from skfairgen.criteria import constrained_pairs, constraint_functions, sighted_posteriors


def population(n_classes=2, n_groups=2, n_kinds=400, seed=0):
    """Return P(y, s | x) of each kind, (n_kinds, C, S), and the share of each kind; classes lean on groups."""
    rng = np.random.default_rng(seed)
    ability = rng.normal(size=(n_kinds, 1, 1))
    classes, groups = np.arange(n_classes)[:, None], np.arange(n_groups)
    logits = classes * (1.3 * ability + 0.7 * groups - 0.4) + rng.normal(0, 0.7, (n_kinds, 1, n_groups))
    joint = np.exp(logits + rng.normal(0, 0.5, (n_kinds, n_classes, n_groups)))
    shares = rng.random(n_kinds) + 0.1
    return joint / joint.sum(axis=(1, 2), keepdims=True), shares / shares.sum()


def seen_rows(joint, shares):
    """Return rows of each kind and group: joint posteriors, those that know the group, groups and shares."""
    n_kinds, _, n_groups = joint.shape
    groups = np.tile(np.arange(n_groups), n_kinds)
    rows = np.repeat(joint, n_groups, axis=0)
    weights = (shares[:, None] * joint.sum(axis=1)).ravel()
    return rows, sighted_posteriors(rows, groups), groups, weights


def best_accuracy(joint, shares, criterion, wanted):
    """Return the accuracy of the best rule with these gaps, chance allowed, and the price of each gap, (C, J)."""
    cells = np.tensordot(shares, joint, axes=1)
    functions = constraint_functions(joint, cells, criterion)
    pairs = np.argwhere(constrained_pairs(cells, criterion))
    n_kinds, n_classes = joint.shape[:2]
    gaps = np.zeros((len(pairs), n_kinds, n_classes))
    for place, (decided, constraint) in enumerate(pairs):
        gaps[place, :, decided] = shares * functions[:, constraint]
    total = np.kron(np.eye(n_kinds), np.ones(n_classes))
    solved = linprog(
        -(shares[:, None] * joint.sum(axis=2)).ravel(),
        A_eq=np.vstack([gaps.reshape(len(pairs), -1), total]),
        b_eq=np.append([wanted[decided, constraint] for decided, constraint in pairs], np.ones(n_kinds)),
        bounds=(0, None),
    )
    assert solved.success, solved.message
    prices = np.zeros(wanted.shape)
    prices[tuple(pairs.T)] = -solved.eqlin.marginals[: len(pairs)]
    return -solved.fun, prices


def draw_rows(joint, shares, n_rows, seed=0):
    """Return kinds, class and group codes of drawn rows."""
    rng = np.random.default_rng(seed)
    kinds = rng.choice(len(shares), n_rows, p=shares)
    cells = joint.reshape(len(joint), -1)[kinds]
    codes = (rng.random((n_rows, 1)) > cells.cumsum(axis=1)[:, :-1]).sum(axis=1)
    return kinds, *np.unravel_index(codes, joint.shape[1:])
