"""The probe that guesses the group."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from skfairgen.criteria import cross_validated_auc, group_aucs

RNG = np.random.default_rng(0)
LEVELS = RNG.integers(0, 2, (2_000, 2))
# two normals a distance 1 apart have an AUC of Phi(1 / sqrt(2)) = .76; the second column is not told at all
CODES = RNG.normal(size=(2_000, 3)) + LEVELS[:, :1] * [1, 0, 0]


@pytest.mark.parametrize("held_out", [np.arange(600), np.arange(0)])
def test_the_auc_of_each_sensitive_column_lies_in_its_interval(held_out):
    aucs = group_aucs(CODES, LEVELS, held_out, np.random.default_rng(0))
    assert aucs.shape == (2, 3)
    assert aucs[:, 0] == pytest.approx([0.76, 0.5], abs=0.08)
    assert (aucs[:, 1] < aucs[:, 0]).all() and (aucs[:, 0] < aucs[:, 2]).all()


def test_a_column_of_one_level_cannot_be_judged():
    levels = np.column_stack([LEVELS[:, 0], np.zeros(2_000, dtype=int)])
    assert np.isnan(group_aucs(CODES, levels, np.arange(600), np.random.default_rng(0))[1]).all()
    assert group_aucs(CODES, levels[:, :0], np.arange(600), np.random.default_rng(0)).shape == (0, 3)


def test_any_classifier_can_be_the_probe():
    folds = StratifiedKFold(5)
    assert cross_validated_auc(LogisticRegression(), CODES, LEVELS[:, 0], folds) == pytest.approx(0.76, abs=0.03)
    three = LEVELS.sum(axis=1)
    assert cross_validated_auc(LogisticRegression(), three[:, None] * 1.0, three, folds) > 0.8
