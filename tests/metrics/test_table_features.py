"""The code book all fidelity figures share."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.metrics import c2st_auc, closest_record_share, column_shapes, density_coverage, train_synthetic_test_real
from skfairgen.metrics._neighbor_features import neighbor_features
from skfairgen.metrics._neighbor_search import cross_neighbors, distance_to_nearest, distance_to_neighbors
from skfairgen.metrics._table_features import encode_tables, shared_row_ids, tree_features

COLUMNS = {
    "int64": pd.Series([1, 2, 2, 3]),
    "float32": pd.Series([1, 2.5, np.nan, 3], dtype="float32"),
    "Int64": pd.Series([1, 2, None, 3], dtype="Int64"),
    "Float64": pd.Series([1, 2, None, 3.5], dtype="Float64"),
    "bool": pd.Series([True, False, True, True]),
    "boolean": pd.Series([True, None, False, True], dtype="boolean"),
    "object": pd.Series(["a", None, "b", "a"], dtype=object),
    "mixed": pd.Series(["a", 1, 2.5, None], dtype=object),
    "str": pd.Series(["a", "b", None, "a"], dtype="str"),
    "string": pd.Series(["a", "b", None, "a"], dtype="string"),
    "category": pd.Series(pd.Categorical(["a", None, "b", "a"])),
    "ordered": pd.Series(pd.Categorical([3, 1, None, 3], categories=[1, 2, 3], ordered=True)),
    "datetime": pd.Series(pd.to_datetime(["2024-01-01", None, "2024-05-01", "2024-02-01"])),
    "zoned": pd.Series(pd.to_datetime(["2024-01-01", None, "2024-05-01", "2024-02-01"]).tz_localize("UTC")),
    "timedelta": pd.Series(pd.to_timedelta([1, None, 3, 4], unit="h")),
    "constant": pd.Series([5, 5, 5, 5]),
    "all missing": pd.Series([np.nan] * 4),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_every_dtype_equals_itself_and_differs_from_other_rows(name):
    column = COLUMNS[name].rename("c").to_frame()
    first, second = encode_tables(column, column.iloc[::-1])
    ids, reversed_ids = shared_row_ids(first, second)
    assert (ids == reversed_ids[::-1]).all()
    assert len(np.unique(ids)) == COLUMNS[name].nunique(dropna=False)
    assert column_shapes(column, column)["c"] == 1
    real, synthetic = neighbor_features(first, second)
    assert np.isfinite(real).all()
    squared, _ = distance_to_nearest(real, synthetic)
    assert squared == pytest.approx(0)


def test_tables_may_hold_the_same_values_in_other_dtypes():
    ours = pd.DataFrame({"a": pd.Categorical(["x", "y"]), "b": [1, 2]})
    theirs = pd.DataFrame({"b": pd.Series([2.0, 1.0]), "a": pd.Series(["y", "x"], dtype="string")})
    ids, their_ids = shared_row_ids(*encode_tables(ours, theirs))
    assert ids.tolist() == their_ids[::-1].tolist()


def test_named_categories_are_categories_even_if_they_are_numbers():
    table = pd.DataFrame({"zip": [10, 20, 30], "x": [1.0, 2, 3]})
    (encoded,) = encode_tables(table, categorical_columns=["zip"])
    assert (list(encoded.numeric), list(encoded.categorical)) == (["x"], ["zip"])


def test_rare_levels_share_a_number_only_where_the_trees_cannot_hold_them():
    levels = np.repeat(np.arange(300), np.arange(300, 0, -1)).astype(str)
    (features,), is_categorical = tree_features(*encode_tables(pd.DataFrame({"c": levels})))
    assert is_categorical.tolist() == [True]
    assert len(np.unique(features)) == 254
    assert len(np.unique(features[: np.arange(300, 47, -1).sum()])) == 253


def test_the_search_in_blocks_finds_what_all_pairs_find():
    rng = np.random.RandomState(0)
    real, synthetic = rng.normal(size=(1500, 3)), rng.normal(size=(700, 3))
    synthetic[:50] = real[:50]
    pairs = ((real[:, None] - synthetic[None]) ** 2).sum(axis=2)
    radii = rng.uniform(0, 0.2, len(real))
    found = cross_neighbors(real, radii, synthetic)
    assert found.nearest_synthetic.tolist() == pairs.argmin(axis=1).tolist()
    assert found.nearest_real.tolist() == pairs.argmin(axis=0).tolist()
    assert found.to_real == pytest.approx(pairs.min(axis=0))
    assert found.n_balls.tolist() == (pairs <= radii[:, None]).sum(axis=0).tolist()


def test_neighbors_leave_out_the_row_itself_and_count_its_twins():
    nearest, second = distance_to_neighbors(np.array([[0.0], [0.0], [3.0], [7.0]]), 2)
    assert nearest.tolist() == [0, 0, 9, 16]
    assert second.tolist() == [9, 9, 9, 49]


@pytest.mark.parametrize("table", [np.zeros((0, 2)), np.zeros((2, 2, 2))])
def test_what_is_no_table_is_an_error(table):
    with pytest.raises(ValueError, match="expected"):
        encode_tables(table)


def test_repeated_labels_are_an_error():
    with pytest.raises(ValueError, match="unique"):
        encode_tables(pd.DataFrame([[1, 2]], columns=["a", "a"]))


def test_images_are_compared_by_their_features():
    rng = np.random.default_rng(0)
    real, holdout, near = (rng.normal(size=(200, 4, 4, 3)) for _ in range(3))

    def features(images):
        return images.reshape(len(images), -1)[:, :3]

    for measure, more in ((density_coverage, ()), (c2st_auc, ()), (closest_record_share, (holdout,))):
        expected = measure(features(real), features(near), *map(features, more))
        assert measure(real, near, *more, features=features) == expected
    with pytest.raises(ValueError, match=r"shape \(200,\) for 200 rows; expected numbers of shape \(n, p\)"):
        c2st_auc(real, near, features=lambda images: images.mean(axis=(1, 2, 3)))


def test_an_empty_column_can_be_trained_on():
    table = pd.DataFrame({"number": np.arange(40.0), "nothing": np.nan, "no_word": pd.Series([None] * 40, dtype="str")})
    y = np.arange(40) % 2
    assert train_synthetic_test_real(table, y, table, y, random_state=0)["accuracy"].notna().all()


def test_images_need_features_and_features_must_be_callable():
    images = np.zeros((6, 2, 2, 1))
    with pytest.raises(ValueError, match=r"shape \(6, 2, 2, 1\), of images or sequences.*Pass features="):
        encode_tables(images, images)
    with pytest.raises(TypeError, match="features is 'pixels'; expected a callable"):
        encode_tables(images, images, features="pixels")
