"""Frames and series of polars and pyarrow are read, and come back as they came."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import sklearn
from imblearn.pipeline import make_pipeline
from in_memory import from_bytes, to_bytes
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_validate
from sklearn.preprocessing import OrdinalEncoder, StandardScaler

from skfairgen import FairDistillResampler, FairEncoder, FairGenerator, WithSensitiveColumns, compare, distill, evaluate
from skfairgen.metrics import FairnessScorer, disparity_report

pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")

N_ROWS = 120


def polars_table():
    rng = np.random.default_rng(0)
    hours = [dt.timedelta(hours=int(hour)) for hour in rng.integers(0, 5_000, N_ROWS)]
    days = [dt.datetime(2020, 1, 1) + span for span in hours]
    X = pl.DataFrame(
        {
            "sex": rng.choice(["f", "m"], N_ROWS),
            "gaps": [None if place % 7 == 0 else place for place in range(N_ROWS)],
            "number": rng.normal(size=N_ROWS),
            "yes": rng.random(N_ROWS) < 0.5,
            "day": [day.date() for day in days],
            "moment": days,
            "zoned": pl.Series(days, dtype=pl.Datetime("ns", "Europe/Paris")),
            "span": hours,
            "clock": [day.time() for day in days],
            "word": pl.Series(rng.choice(list("xyz"), N_ROWS), dtype=pl.Categorical),
            "listed": pl.Series(rng.choice(list("xyz"), N_ROWS), dtype=pl.Enum(["z", "x", "y", "unseen"])),
            "price": [Decimal(int(value)) / 4 for value in rng.integers(0, 99, N_ROWS)],
            "bytes": [b"a", b"b"] * (N_ROWS // 2),
            "nothing": [None] * N_ROWS,
            "small": pl.Series(rng.integers(0, 9, N_ROWS), dtype=pl.UInt8),
            "narrow": pl.Series(rng.normal(size=N_ROWS), dtype=pl.Float32),
        }
    )
    return X, pl.Series("label", rng.choice(["no", "yes"], N_ROWS))


def as_arrow(X, y):
    return X.to_arrow(), pa.chunked_array([y.to_arrow()])


def as_batch(X, y):
    return X.to_arrow().combine_chunks().to_batches()[0], y.to_arrow()


TABLES = {"polars": lambda X, y: (X, y), "pyarrow table": as_arrow, "pyarrow batch": as_batch}


@pytest.fixture(params=TABLES)
def table(request):
    return TABLES[request.param](*polars_table())


def assert_same_kind(made, given):
    assert type(made) is type(given)
    assert made.schema == given.schema if hasattr(given, "schema") else type(made) is type(given)


def test_real_rows_come_back_before_the_new_ones(table):
    X, y = table
    resampler = FairDistillResampler("sex", max_epochs=1, random_state=0)
    X_new, y_new = resampler.fit_resample(X, y)
    assert_same_kind(X_new, X)
    assert type(y_new) is type(y)
    real = X_new.head(N_ROWS) if hasattr(X_new, "head") else X_new.slice(0, N_ROWS)
    assert real.equals(X)
    assert y_new[:N_ROWS].equals(y)
    assert len(y_new) == len(resampler.synthetic_mask_) > N_ROWS
    assert resampler.feature_names_in_.tolist() == polars_table()[0].columns


def test_synthetic_rows_come_as_the_frame_did(table):
    X, y = table
    generator = FairGenerator("sex", max_epochs=1, random_state=0).fit(X, y)
    drawn, labels, groups = generator.sample(9, return_sensitive_features=True, random_state=0)
    assert_same_kind(drawn, X)
    assert type(labels) is type(y)
    assert type(groups) is type(X)
    again = from_bytes(to_bytes(generator)).sample(9, random_state=0)
    assert again[0].equals(drawn)
    assert again[1].equals(labels)
    student = from_bytes(to_bytes(distill(generator, max_epochs=1, random_state=0)))
    assert type(student.sample(9, random_state=0)[0]) is type(X)


def test_an_encoder_gives_rows_as_the_frame_came(table):
    X, y = table
    encoder = FairEncoder("sex", max_epochs=1, n_components=2, random_state=0).fit(X, y)
    assert encoder.transform(X).shape == (N_ROWS, 2)
    other = encoder.counterfactual(X, pl.Series("sex", ["f"] * N_ROWS), random_state=0)
    assert_same_kind(other, X)
    assert set(other["sex"].to_pylist() if hasattr(other["sex"], "to_pylist") else other["sex"]) == {"f"}


def test_sensitive_values_beside_x_come_as_they_came():
    X, y = polars_table()
    resampler = FairDistillResampler(max_epochs=1, random_state=0)
    resampler.fit_resample(X.drop("sex"), y, sensitive_features=X["sex"])
    assert isinstance(resampler.sensitive_features_, pl.Series)
    assert resampler.sensitive_features_[:N_ROWS].equals(X["sex"])
    resampler.fit_resample(X.drop("sex"), y, sensitive_features=X[["sex"]])
    assert isinstance(resampler.sensitive_features_, pl.DataFrame)


@pytest.mark.skipif(sklearn.__version__ < "1.7", reason="scikit-learn 1.6 does not know frames of polars 2")
def test_a_step_before_that_puts_out_polars_is_followed():
    X, y = polars_table()
    encode = make_column_transformer(
        (OrdinalEncoder(), ["sex"]), (StandardScaler(), ["number", "narrow"]), verbose_feature_names_out=False
    ).set_output(transform="polars")
    resampler = FairDistillResampler("sex", max_epochs=1, random_state=0)
    model = make_pipeline(encode, resampler, LogisticRegression()).fit(X, y)
    assert model[1].groups_ == [0.0, 1.0]
    scores = cross_validate(
        model, X, y, scoring=FairnessScorer("demographic_parity_difference", "sex", pos_label="yes"), cv=2
    )
    assert scores["test_score"].shape == (2,)


def test_scores_and_accounts_read_polars():
    X, y = polars_table()
    X = X.select("sex", "number", "narrow", "small").with_columns(pl.col("sex").cast(pl.Categorical))
    rates = disparity_report(y, y, sensitive_features=X["sex"], pos_label="yes", random_state=0)
    expected = disparity_report(
        y.to_numpy(),
        y.to_numpy(),
        sensitive_features=pd.Series(X["sex"].to_list(), name="sex"),
        pos_label="yes",
        random_state=0,
    )
    pd.testing.assert_frame_equal(rates, expected)
    X, y = pl.concat([X] * 3), pl.concat([y] * 3)
    rows, held = (X[::2], y[::2]), (X[1::2], y[1::2])
    account = evaluate(rows, *rows, *held, sensitive_columns="sex", pos_label="yes")
    assert len(account.fairness_) > 0
    comparison = compare(
        LogisticRegression(),
        X.drop("sex").with_columns(sex=X["sex"] == "f"),
        y,
        sensitive_columns="sex",
        cv=2,
        remedies=["class x group weights"],
        pos_label="yes",
    )
    assert len(comparison.to_frame()) > 0


def test_another_estimator_gets_sensitive_columns_of_polars():
    class Taker(LogisticRegression):
        def fit(self, X, y, *, sensitive_features):
            self.seen_ = type(X), sensitive_features.tolist()
            return super().fit(X, y)

    X, y = polars_table()
    X = X.select("sex", "number")
    model = WithSensitiveColumns(Taker(), "sex", keep=False).fit(X, y)
    assert model.estimator_.seen_ == (pl.DataFrame, X["sex"].to_list())
    assert len(model.predict(X)) == N_ROWS


def test_a_query_that_has_not_run_is_refused():
    X, y = polars_table()
    with pytest.raises(TypeError, match=r"X is a LazyFrame of polars.*collect\(\)"):
        FairGenerator().fit(X.lazy(), y)


def test_nested_columns_are_refused_by_name_before_training():
    X, y = polars_table()
    for nested in ([[1]] * N_ROWS, [{"a": 1}] * N_ROWS):
        with pytest.raises(ValueError, match="Column 'deep' holds values of the type .*not hashable"):
            FairGenerator().fit(X.with_columns(deep=pl.Series(nested)), y)


def test_names_may_occur_twice_in_arrow():
    numbers = np.random.default_rng(0).normal(size=N_ROWS)
    X = pa.Table.from_arrays([pa.array(numbers), pa.array(-numbers)], ["same", "same"])
    drawn, _ = FairGenerator(max_epochs=1, random_state=0).fit(X).sample(5)
    assert drawn.column_names == ["same", "same"]


@pytest.mark.parametrize("name", ["day", "moment", "zoned", "span", "price"])
def test_many_sensitive_values_of_polars_are_cut_into_bands(name):
    X, y = polars_table()
    generator = FairGenerator(name, max_epochs=1, random_state=0).fit(X, y)
    assert len(generator.groups_) == 4
    drawn, _, values = generator.sample(20, return_sensitive_features=True, random_state=0)
    assert drawn[name].is_between(X[name].min(), X[name].max()).all()
    assert from_bytes(to_bytes(generator)).groups_ == generator.groups_
