"""Values in another form than those of fit: dates in another unit, frames by name, missing groups, other categories."""

import numpy as np
import pandas as pd
import pytest
from in_memory import from_bytes, to_bytes
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline

from skfairgen import FairDistillResampler, FairEncoder, FairGenerator
from skfairgen.exceptions import SmallGroupWarning, TextColumnWarning

pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    n_rows = 400
    sex = rng.choice(["F", "M"], n_rows, p=[0.4, 0.6])
    days = pd.to_timedelta(rng.integers(0, 9_000, n_rows), unit="D")
    X = pd.DataFrame(
        {
            "sex": sex,
            "kind": pd.Categorical(rng.choice(list("abc"), n_rows)),
            "number": rng.normal(size=n_rows) + (sex == "M"),
            "age": rng.integers(18, 80, n_rows),
            "born": (pd.Timestamp("1960-01-01") + days).astype("datetime64[us]"),
        }
    )
    return X, pd.Series((X["number"] + rng.normal(size=n_rows) > 0.8).astype(int))


def fitted(table, sensitive="sex", **more):
    return FairEncoder(sensitive, n_components=2, max_epochs=2, random_state=0, **more).fit(*table)


@pytest.mark.parametrize("unit", ["s", "ms", "ns"])
@pytest.mark.parametrize("sensitive", ["sex", "born"])
def test_the_same_moment_in_another_unit_is_the_same(table, sensitive, unit):
    X, _ = table
    other = X.astype({"born": f"datetime64[{unit}]"})
    encoder = fitted(table, sensitive)
    np.testing.assert_array_equal(encoder.transform(other), encoder.transform(X))
    same = encoder.counterfactual(other, X[[sensitive]])
    pd.testing.assert_frame_equal(same, X, check_dtype=False)


def test_durations_may_be_in_another_unit_too(table):
    X, y = table
    X = X.assign(born=X["born"] - pd.Timestamp("1960-01-01"))
    encoder = fitted((X, y))
    np.testing.assert_array_equal(encoder.transform(X.astype({"born": "timedelta64[s]"})), encoder.transform(X))


def test_dates_as_groups_survive_a_file(table):
    resampler = FairDistillResampler("born", max_epochs=1, random_state=0)
    resampler.fit_resample(*table)
    loaded = from_bytes(to_bytes(resampler))
    pd.testing.assert_frame_equal(loaded.sampling_plan_, resampler.sampling_plan_)


def test_sensitive_values_beside_x_are_those_of_fit_by_name(table):
    X, y = table
    S = X[["sex", "age"]].assign(age=X["age"] > 40)
    X = X[["number", "kind"]]
    encoder = FairEncoder(n_components=2, max_epochs=1, random_state=0).fit(X, y, sensitive_features=S)
    codes = encoder.transform(X, sensitive_features=S)
    for wrong in (S[["age", "sex"]], S.assign(more=1), S[["sex"]]):
        with pytest.raises(ValueError, match=r"sensitive_features has .* in their order: \['sex', 'age'\]"):
            encoder.transform(X, sensitive_features=wrong)
        with pytest.raises(ValueError, match=r"groups has .* in their order: \['sex', 'age'\]"):
            encoder.inverse_transform(codes, wrong)
    np.testing.assert_array_equal(encoder.transform(X, sensitive_features=S.to_numpy()), codes)


@pytest.mark.parametrize("kind", [list, tuple, np.array, pd.Series])
def test_missing_labels_are_no_class_in_any_container(table, kind):
    X, y = table
    labels = [None if place % 3 == 0 else "yes" if label else "no" for place, label in enumerate(y)]
    labels = labels if kind is np.array else [np.nan if label is None else label for label in labels]
    labels = np.array(labels, dtype=object) if kind is np.array else kind(labels)
    assert fitted((X, labels)).classes_.tolist() == ["no", "yes"]


def test_counterparts_of_other_categories_have_those_of_fit(table):
    X, _ = table
    encoder = fitted(table)
    some = X[X["kind"] != "c"].astype({"kind": str}).astype({"kind": "category"})
    own = encoder.counterfactual(some, some["sex"].tolist())
    assert own["kind"].dtype == X["kind"].dtype and own["kind"].tolist() == some["kind"].tolist()
    assert encoder.counterfactual(X.assign(kind="unheard of"), "F")["kind"].dtype == X["kind"].dtype


def test_counterparts_need_the_sensitive_columns(table):
    X, _ = table
    encoder = fitted(table, sensitive_at_prediction=False)
    assert len(encoder.transform(X.drop(columns="sex"))) == len(X)
    with pytest.raises(ValueError, match="sex"):
        encoder.counterfactual(X.drop(columns="sex"), "F")


def test_groups_are_named_in_any_form(table):
    X, y = table
    X = X.assign(sex=X["sex"].astype(object).where(X["age"] > 30, None))
    encoder = fitted((X, y))
    codes = encoder.transform(X)[:2]

    def sexes(groups):
        return encoder.inverse_transform(codes, groups, random_state=0)["sex"].tolist()

    assert sexes([["F"], ["M"]]) == sexes(np.array([["F"], ["M"]])) == sexes(["F", "M"]) == ["F", "M"]
    assert sexes([np.nan, "F"]) == sexes([pd.NA, "F"]) == sexes([None, "F"]) == [None, "F"]
    by_age = fitted(table, "age")
    by_number, by_column = (
        by_age.inverse_transform(codes, ages, random_state=0) for ages in ([20, 70], X[["age"]][:2])
    )
    assert by_number["age"].iloc[0] < 35 < by_number["age"].iloc[1] and len(by_column) == 2
    generator = FairGenerator("sex", max_epochs=1, random_state=0).fit(X, y)
    for missing in (None, np.nan, pd.NA):
        assert generator.sample(20, group_shares={missing: 1.0})[0]["sex"].isna().all()
        assert generator.sample(cells={(1, missing): 20})[0]["sex"].isna().all()


@pytest.mark.parametrize("columns", [["sex", "sex"], ["sex", 0]])
def test_a_column_is_named_once(table, columns):
    with pytest.raises(ValueError, match="sensitive_columns names column 'sex' twice"):
        fitted(table, columns)


@pytest.mark.parametrize("criterion", ["demographic_parity", "equalized_odds"])
def test_criteria_need_labels_and_groups_before_anything_is_trained(table, criterion, monkeypatch):
    X, y = table
    plain, unlabeled = (
        FairGenerator(columns, max_epochs=1).fit(X, labels) for columns, labels in [(None, y), ("sex", None)]
    )
    monkeypatch.setattr("skfairgen.estimators._generator_fitting.learn_rows", lambda *_, **__: pytest.fail("trained"))
    with pytest.raises(ValueError, match="y was None"):
        FairGenerator("sex", criterion=criterion).fit(X)
    with pytest.raises(ValueError, match="there are no groups"):
        FairGenerator(criterion=criterion).fit(X, y)
    with pytest.raises(ValueError, match="there are no groups"):
        FairDistillResampler(criterion=criterion, mode="replace").fit_resample(X, y)
    with pytest.raises(ValueError, match="y was None"):
        unlabeled.sample(5, criterion=criterion)
    with pytest.raises(ValueError, match="there are no groups"):
        plain.sample(5, criterion=criterion)


@pytest.mark.parametrize(
    "option", [{"cells": "parity"}, {"cells": [1, 2]}, {"group_shares": 0.5}, {"class_shares": [1]}]
)
def test_what_must_be_a_dict_is_asked_for(table, option):
    generator = FairGenerator("sex", max_epochs=1, random_state=0).fit(*table)
    with pytest.raises(ValueError, match=f"{next(iter(option))} is .*; expected a dict"):
        generator.sample(5, **option)


def test_a_blind_outcome_that_the_rows_tell_nothing_of_is_not_tied_to_the_group(table):
    X, _ = table
    y = np.random.default_rng(1).integers(0, 2, len(X))
    options = {"criterion": "demographic_parity", "sensitive_at_prediction": False}
    generator = FairGenerator("sex", max_epochs=1, random_state=0, **options).fit(X, y)
    X_new, y_new = generator.sample(8_000, random_state=0)
    assert np.ptp(pd.Series(y_new).groupby(X_new["sex"].to_numpy()).mean()) < 0.03


@pytest.mark.parametrize("value", ["never seen", None])
def test_rows_of_a_group_that_fit_did_not_see_get_the_average_code(table, value):
    X, _ = table
    encoder = fitted(table)
    others = X.assign(sex=X["sex"].astype(object).where(np.arange(len(X)) > 2, value))
    with pytest.warns(
        SmallGroupWarning, match=f"3 of 400 rows are of groups that fit did not see, such as 'sex'={value!r}"
    ):
        codes = encoder.transform(others)
    by_group = [encoder.transform(X.assign(sex=group)) for group in encoder.groups_]
    shares = X["sex"].value_counts(normalize=True)[encoder.groups_].to_numpy()
    np.testing.assert_allclose(codes[:3], np.tensordot(shares, np.array(by_group), 1)[:3])
    np.testing.assert_array_equal(codes[3:], encoder.transform(X)[3:])


def test_folds_without_a_group_have_scores(table):
    X, y = table
    X = X.assign(sex=np.where(np.arange(len(X)) < 5, "rare", X["sex"]))
    model = make_pipeline(FairEncoder("sex", n_components=2, max_epochs=1, random_state=0), LogisticRegression())
    scores = cross_val_score(model, X, y, cv=GroupKFold(3), groups=np.where(X["sex"] == "rare", 0, np.arange(len(X))))
    assert np.isfinite(scores).all()


def test_text_dates_are_read_with_a_warning_that_names_the_column(table):
    X, _ = table
    encoder = fitted(table)
    as_text = X.assign(born=X["born"].astype(str), age=X["age"].astype(str))
    with pytest.warns(TextColumnWarning, match="Column 'born' holds text such as .* where fit held datetime64"):
        np.testing.assert_array_equal(encoder.transform(as_text), encoder.transform(X))
    with pytest.raises(ValueError, match="Column 'age' holds values such as 'old', where fit held int64"):
        encoder.transform(X.assign(age="old"))
