"""What each remedy does to the training rows or the model."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from imblearn.over_sampling import RandomOverSampler
from sklearn.linear_model import LogisticRegression

import skfairgen
from skfairgen.datasets import make_biased_classification
from skfairgen.report import Remedy
from skfairgen.report._group_thresholds import GroupThresholds
from skfairgen.report._groups import group_codes, large_groups
from skfairgen.report._remedies import REMEDIES, Setting, resolve_remedies

BY_NAME = {remedy.name: remedy for remedy in REMEDIES}
SETTING = Setting(["group_0"], "demographic_parity", 0)


@pytest.fixture(scope="module")
def rows():
    made = make_biased_classification(500, bias=2.0, weights=(0.5, 0.5), missing_rate=0.1, random_state=0)
    return made.data, made.target


def class_rates(X, y):
    return y.groupby(X["group_0"].astype(str)).mean()


def test_weights_make_class_and_group_independent(rows):
    X, y, weights = BY_NAME["class x group weights"].rows(*rows, SETTING)
    shares = pd.Series(weights).groupby([X["group_0"].astype(str), y]).sum().unstack() / len(y)
    assert shares.to_numpy() == pytest.approx(np.outer(shares.sum(axis=1), shares.sum(axis=0)))
    assert shares.sum(axis=0).to_list() == pytest.approx(y.value_counts(normalize=True).sort_index().to_list())


@pytest.mark.parametrize("name", ["random copies", "SMOTENC"])
def test_added_rows_make_the_class_rates_of_groups_equal(rows, name):
    X, y, weights = BY_NAME[name].rows(*rows, SETTING)
    assert weights is None
    assert class_rates(X, y).max() - class_rates(X, y).min() < 0.01
    assert class_rates(*rows).max() - class_rates(*rows).min() > 0.2


@pytest.mark.parametrize("name", ["random copies", "SMOTENC"])
def test_the_real_rows_stay_as_they_are(rows, name):
    X, y, _ = BY_NAME[name].rows(*rows, SETTING)
    pd.testing.assert_frame_equal(X[: len(rows[0])], rows[0])
    pd.testing.assert_series_equal(y[: len(rows[1])], rows[1])
    assert X.dtypes.equals(rows[0].dtypes)


def test_copies_are_copies(rows):
    X, _, _ = BY_NAME["random copies"].rows(*rows, SETTING)
    assert X.astype(object).merge(rows[0].astype(object).drop_duplicates(), how="inner").shape[0] == len(X)


def test_a_cell_without_rows_cannot_be_copied():
    X = pd.DataFrame({"group_0": ["a", "a", "b", "b"], "x": [1.0, 2.0, 3.0, 4.0]})
    with pytest.raises(ValueError, match="Group 'b' has no row of class 1"):
        BY_NAME["random copies"].rows(X, pd.Series([0, 1, 0, 0]), SETTING)


@pytest.mark.filterwarnings("ignore::skfairgen.exceptions.CollapseWarning")
def test_fair_rows_are_planned_for_what_the_model_sees(rows, monkeypatch):
    quick = partial(skfairgen.FairDistillResampler, max_epochs=1, tuned_for=None)
    monkeypatch.setattr(skfairgen, "FairDistillResampler", quick)
    X, y = rows
    both = BY_NAME["fair rows added"].rows(X, y, SETTING)
    blind = quick(
        ["group_0"],
        criterion="demographic_parity",
        sensitive_at_prediction=False,
        n_samples=4 * len(X),
        random_state=0,
    )
    pd.testing.assert_series_equal(both[False][1], blind.fit_resample(X, y)[1])
    assert not both[True][1].equals(both[False][1])


def test_a_sampler_becomes_a_remedy(rows):
    remedy = Remedy.from_sampler("classes alike", RandomOverSampler())
    X, y, _ = remedy.rows(*rows, SETTING)
    assert len(set(y.value_counts())) == 1
    pd.testing.assert_frame_equal(X, remedy.rows(*rows, SETTING)[0])


def test_group_thresholds_accept_every_group_at_one_rate():
    made = make_biased_classification(
        3_000, bias=2.0, weights=(0.5, 0.5), n_categorical=0, missing_rate=0, random_state=0
    )
    X = made.data.assign(group_0=(made.data["group_0"] == "b").astype(float)).astype(float)
    model = GroupThresholds(LogisticRegression(max_iter=500), ["group_0"]).fit(X, made.target)
    rates = pd.Series(model.predict(X)).groupby(X["group_0"], observed=True).mean()
    plain = pd.Series(model.estimator_.predict(X)).groupby(X["group_0"], observed=True).mean()
    assert rates.min() / rates.max() > 0.9 > plain.min() / plain.max()


def test_an_unknown_remedy_is_named():
    with pytest.raises(ValueError, match="magic"):
        resolve_remedies(["magic"], np.array([0, 1]))


def test_a_name_stands_for_one_remedy():
    with pytest.raises(ValueError, match="twice"):
        resolve_remedies(["SMOTENC", Remedy("SMOTENC")], np.array([0, 1]))


def test_several_columns_are_crossed_and_a_missing_value_is_a_group():
    codes, names = group_codes(pd.DataFrame({"a": ["x", None, "x"], "b": [1, 1, 2]}), ["a", "b"])
    assert [names[code] for code in codes] == ["x, 1", "missing, 1", "x, 2"]


def test_many_numbers_are_cut_at_their_quartiles():
    codes, _ = group_codes(pd.DataFrame({"age": np.arange(100)}), ["age"])
    counts = np.bincount(codes)
    assert len(counts) == 4 and np.ptp(counts) <= 2


def test_small_groups_are_left_out_and_named():
    codes, notes = large_groups(np.repeat([0, 1, 2], [40, 5, 40]), ["a", "b", "c"])
    assert np.unique(codes).tolist() == [-1, 0, 1]
    assert "b (5 rows)" in notes[0]
    with pytest.raises(ValueError, match="Fewer than two groups"):
        large_groups(np.repeat([0, 1], [40, 5]), ["a", "b"])
