"""The generator draws the rows it is asked for, in kind, repeatably, and learns what the rows hold."""

import pickle
from functools import partial

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skfairgen import FairGenerator
from skfairgen.datasets import make_biased_classification
from skfairgen.exceptions import SmallGroupWarning
from skfairgen.models import _density_model
from skfairgen.models._draws import by_chunks


@pytest.fixture(scope="module")
def generator(made):
    return FairGenerator("group_0", max_epochs=1, random_state=0).fit(made.data, made.target)


def test_rows_have_the_columns_dtypes_and_kinds_of_the_fitted_ones(generator, made):
    X, y = generator.sample(300, random_state=0)
    assert X.shape == (300, made.data.shape[1])
    assert X.columns.equals(made.data.columns)
    pd.testing.assert_series_equal(X.dtypes, made.data.dtypes)
    assert (y.name, y.dtype) == (made.target.name, made.target.dtype)
    assert X.index.equals(pd.RangeIndex(300)) and y.index.equals(pd.RangeIndex(300))


def test_the_same_random_state_draws_the_same_rows_whatever_was_drawn_before(generator):
    first = generator.sample(100, random_state=3)
    generator.sample(50, random_state=None)
    second = generator.sample(100, random_state=3)
    pd.testing.assert_frame_equal(first[0], second[0], check_exact=True)
    pd.testing.assert_series_equal(first[1], second[1])
    assert not first[0].equals(generator.sample(100, random_state=4)[0])


def test_many_rows_are_drawn_in_chunks_with_nothing_lost(generator, monkeypatch):
    whole = generator.sample(500, random_state=0)
    monkeypatch.setattr(_density_model, "by_chunks", partial(by_chunks, n_rows=64))
    in_chunks = generator.sample(500, random_state=0)
    pd.testing.assert_frame_equal(whole[0], in_chunks[0], check_exact=True)


def test_cells_are_drawn_exactly(generator, made):
    X, y = generator.sample(cells={(1, "b"): 30, 0: 90}, random_state=0)
    counts = pd.crosstab(y, X["group_0"])
    shares = made.data["group_0"][made.target == 0].value_counts(normalize=True)
    assert counts.loc[1, "b"] == 30 and counts.loc[1, "a"] == 0
    assert counts.loc[0].sum() == 90
    assert abs(counts.loc[0, "a"] - 90 * shares["a"]) < 1


def test_classes_and_groups_are_drawn_by_their_shares(generator, made):
    X, y = generator.sample(20_000, random_state=0)
    drawn = pd.crosstab(y, X["group_0"], normalize=True)
    real = pd.crosstab(made.target, made.data["group_0"], normalize=True)
    np.testing.assert_allclose(drawn, real, atol=0.015)


def test_a_cell_never_seen_is_an_error_that_lists_those_there_are(generator):
    with pytest.raises(ValueError, match=r"There is no cell \(1, 'z'\).*\['a', 'b'\]"):
        generator.sample(cells={(1, "z"): 3})


@pytest.mark.parametrize("n_samples", [0, -1, 2.5])
def test_a_number_of_rows_that_cannot_be_is_refused(generator, n_samples):
    with pytest.raises((ValueError, TypeError), match="n_samples"):
        generator.sample(n_samples)


@pytest.mark.parametrize(
    "asked",
    [
        {"cells": {(1, "c"): 5}},
        {"criterion": "balanced_cells"},
        {"criterion": "demographic_parity"},
        {"group_shares": {"c": 0.5}},
    ],
)
def test_a_small_cell_that_is_drawn_from_is_warned_of(asked):
    X = pd.DataFrame({"x": range(43), "s": ["a", "b"] * 20 + ["c"] * 3})
    options = {"label_draw": "sample", "max_epochs": 1, "random_state": 0}
    generator = FairGenerator("s", **options).fit(X, [0, 0, 1, 1] * 10 + [1] * 3)
    with pytest.warns(SmallGroupWarning, match=r"\(1, 'c'\) \(fewer than 5 real rows\)"):
        generator.sample(200, **asked, random_state=0)
    assert len(generator.sample(200, random_state=0)[0]) == 200  # a faithful copy asks for no more than there is


def test_without_labels_only_rows_are_learned(made):
    generator = FairGenerator("group_0", max_epochs=1, random_state=0).fit(made.data)
    X, y = generator.sample(10, random_state=0)
    assert y is None and generator.classes_ is None
    assert len(X) == 10


def test_sensitive_features_are_returned_when_asked_for(made):
    X = made.data.drop(columns="group_0")
    generator = FairGenerator(max_epochs=1, random_state=0)
    generator.fit(X, made.target, sensitive_features=made.data["group_0"])
    X_new, _, groups = generator.sample(50, return_sensitive_features=True, random_state=0)
    assert (groups.name, groups.dtype) == ("group_0", made.data["group_0"].dtype)
    assert "group_0" not in X_new and len(groups) == 50


def test_sensitive_columns_are_returned_as_a_frame_when_asked_for(generator):
    X, _, groups = generator.sample(50, return_sensitive_features=True, random_state=0)
    pd.testing.assert_frame_equal(groups, X[["group_0"]])


def test_an_unfitted_generator_says_so():
    with pytest.raises(NotFittedError):
        FairGenerator().sample(3)


def test_a_clone_is_unfitted_and_a_pickle_draws_the_same(generator):
    assert not hasattr(clone(generator), "model_")
    restored = pickle.loads(pickle.dumps(generator))
    pd.testing.assert_frame_equal(restored.sample(30, random_state=0)[0], generator.sample(30, random_state=0)[0])


def test_what_the_columns_say_of_class_and_group_is_learned():
    made = make_biased_classification(4_000, class_sep=2.0, proxy_strength=2.0, missing_rate=0.0, random_state=0)
    generator = FairGenerator("group_0", max_epochs=6, random_state=0).fit(made.data, made.target)
    X, y = generator.sample(8_000, random_state=0)
    numbers = made.data.select_dtypes("number").columns
    for real, drawn in [
        (made.data[numbers].groupby(made.target).mean(), X[numbers].groupby(y).mean()),
        (
            made.data[numbers].groupby(made.data["group_0"], observed=True).mean(),
            X[numbers].groupby(X["group_0"], observed=True).mean(),
        ),
    ]:
        distance = (drawn - real).abs() / made.data[numbers].std()
        assert distance.astype(float).to_numpy().max() < 0.15


@pytest.mark.parametrize("n_rows", [2, 7, 31])
def test_fewer_rows_than_a_batch_are_learned(n_rows):
    X = pd.DataFrame({"x": np.arange(n_rows) / 3, "c": [None, "a"] * (n_rows // 2) + ["b"] * (n_rows % 2)})
    y = np.arange(n_rows) % 2
    X_new, y_new = FairGenerator(max_epochs=2, batch_size=512, random_state=0).fit(X, y).sample(20, random_state=0)
    assert X_new["x"].between(0, X["x"].max()).all()
    assert set(X_new["c"].dropna()) <= {"a", "b"}
    assert len(y_new) == 20


@pytest.mark.parametrize(
    "X",
    [
        pd.DataFrame({"a": np.arange(60.0)}),
        pd.DataFrame({"a": ["x", "y"] * 30}),
        pd.DataFrame({"a": [1] * 60, "b": ["k"] * 60}),
        pd.DataFrame({"a": [np.nan] * 60, "b": [None] * 60, "c": range(60)}),
        pd.DataFrame({"a": pd.date_range("2020", periods=60, tz="UTC"), "b": pd.to_timedelta(range(60), unit="h")}),
        pd.DataFrame({"a": [f"level {k % 30}" for k in range(60)], "b": pd.array([1, None] * 30, dtype="Int8")}),
    ],
    ids=["one number", "one category", "constant", "all missing", "times", "many levels"],
)
def test_tables_of_every_shape_are_learned(X):
    X_new, _ = FairGenerator(max_epochs=1, random_state=0).fit(X, [0, 1] * 30).sample(40, random_state=0)
    pd.testing.assert_series_equal(X_new.dtypes, X.dtypes)
    for name in X:
        assert X_new[name].isna().any() <= X[name].isna().any()
        assert X[name].isna().all() == X_new[name].isna().all()


@pytest.mark.filterwarnings("ignore::skfairgen.exceptions.WarmStartWarning")
def test_tokens_that_may_tell_a_hidden_column_are_not_gone_on_with():
    """A column is never read as its distance from a sensitive one, and a sensitive one only by a model that sees it."""
    rng = np.random.default_rng(0)
    age = rng.integers(18, 90, 300)
    X = pd.DataFrame({"age": age, "born": 2020 - age})
    generator = FairGenerator("age", max_epochs=1, warm_start=True, random_state=0).fit(X, age > 50)
    assert [type(generator.codec_.columns_[place]).__name__ for place in (0, 1)] == ["DerivedColumn", "NumericColumn"]
    before = generator.codec_
    generator.set_params(sensitive_at_prediction=False).fit(X, age > 50)
    assert generator.codec_ is not before and generator.codec_.hidden_columns == {0}
    assert type(generator.codec_.columns_[1]).__name__ == "NumericColumn"
