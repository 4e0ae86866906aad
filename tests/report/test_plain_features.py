"""The default preprocessing of estimators that cannot read the columns of X."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skfairgen.report._plain_features import with_plain_features


@pytest.fixture
def mixed():
    return pd.DataFrame(
        {
            "number": [1.0, np.nan, 3.0, 4.0],
            "count": pd.array([1, None, 3, 4], dtype="Int64"),
            "yes": pd.array([True, None, False, True], dtype="boolean"),
            "word": ["a", "b", None, "a"],
            "level": pd.Categorical(["x", None, "y", "x"]),
            "day": pd.to_datetime(["2020-01-01", None, "2020-01-03", "2020-01-04"]),
        }
    )


@pytest.mark.parametrize("estimator", [LogisticRegression(), HistGradientBoostingClassifier(max_iter=2)])
def test_any_column_can_be_read(mixed, estimator):
    model = with_plain_features(estimator, mixed).fit(mixed, [0, 1, 0, 1])
    unseen = mixed.assign(word=["never seen", None, "a", "b"])
    assert model.predict_proba(unseen).shape == (4, 2)


def test_an_estimator_that_takes_missing_numbers_gets_them(mixed):
    numbers = mixed[["number", "count"]]
    kept = with_plain_features(HistGradientBoostingClassifier(max_iter=2), numbers).fit(numbers, [0, 1, 0, 1])
    filled = with_plain_features(LogisticRegression(), numbers).fit(numbers, [0, 1, 0, 1])
    assert np.isnan(kept[:-1].transform(numbers)).sum() == 2
    assert not np.isnan(filled[:-1].transform(numbers)).any()


def test_plain_numbers_and_pipelines_are_left_alone(mixed):
    plain, pipeline = LogisticRegression(), make_pipeline(StandardScaler(), LogisticRegression())
    assert with_plain_features(plain, pd.DataFrame({"a": [1.0, 2.0], "b": [1, 0]})) is plain
    assert with_plain_features(pipeline, mixed) is pipeline


@pytest.mark.parametrize("estimator", [LogisticRegression(), HistGradientBoostingClassifier(max_iter=2)])
def test_an_empty_column_does_no_harm(mixed, estimator):
    empty = mixed.assign(nothing=np.nan)
    said = with_plain_features(estimator, empty).fit(empty, [0, 1, 0, 1]).predict_proba(empty)
    np.testing.assert_array_equal(
        said, with_plain_features(estimator, mixed).fit(mixed, [0, 1, 0, 1]).predict_proba(mixed)
    )
