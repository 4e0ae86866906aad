"""Class labels come back in the container, name and dtype they came in."""

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import TargetCodec, read_partial_target

TARGETS = [
    pd.Series([1, 0, 1], name="y"),
    pd.Series(["b", "a", "b"]),
    pd.Series(["b", "a", "b"], dtype=object),
    pd.Series(["b", "a", "b"], dtype="string[python]"),
    pd.Series([True, False, True]),
    pd.Series([True, False, True], dtype="boolean"),
    pd.Series([2, 1, 2], dtype="Int64"),
    pd.Series([2, 1, 2], dtype="int8"),
    pd.Series([2.0, 1.0, 2.0], dtype="float32"),
    pd.Series(pd.Categorical(["b", "a", "b"], categories=["c", "b", "a"], ordered=True)),
    pd.Series(pd.Categorical([2, 1, 2])),
    np.array([1, 0, 1], dtype="int8"),
    np.array(["b", "a", "b"]),
    np.array(["b", "a", "b"], dtype=object),
    np.array([True, False, True]),
    [1, 0, 1],
    ["b", "a", "b"],
]


@pytest.mark.parametrize("y", TARGETS, ids=lambda y: f"{type(y).__name__} {getattr(y, 'dtype', '')}")
def test_labels_come_back_as_they_were(y):
    codec = TargetCodec().fit(y)
    codes = codec.encode(y)
    assert codes.tolist() in ([1, 0, 1], [0, 1, 0])
    decoded = codec.decode(codes)
    if isinstance(y, pd.Series):
        pd.testing.assert_series_equal(decoded, y)
    else:
        assert type(decoded) is type(y)
        np.testing.assert_array_equal(decoded, y)
        assert getattr(decoded, "dtype", None) == getattr(y, "dtype", None)


def test_a_one_hot_target_comes_back_one_hot():
    y = np.eye(3, dtype=int)[[2, 0, 1, 2]]
    codec = TargetCodec().fit(y)
    assert codec.encode(y).tolist() == [2, 0, 1, 2]
    np.testing.assert_array_equal(codec.decode(np.array([1])), [[0, 1, 0]])


def test_a_frame_of_one_column_comes_back_as_one():
    y = pd.DataFrame({"label": ["b", "a", "b"]})
    codec = TargetCodec().fit(y)
    pd.testing.assert_frame_equal(codec.decode(codec.encode(y)), y)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_missing_labels_are_counted_and_refused(missing):
    y = pd.Series(["a", missing, "b", missing], dtype=object)
    with pytest.raises(ValueError, match="y is missing in 2 of 4 rows"):
        TargetCodec().fit(y)


def test_a_continuous_target_is_refused():
    with pytest.raises(ValueError, match="continuous"):
        TargetCodec().fit(np.random.default_rng(0).normal(size=20))


def test_labels_of_several_types_are_refused():
    with pytest.raises(ValueError, match=r"y mixes labels of types \['int', 'str'\]"):
        TargetCodec().fit(np.array(["a", 1, "a"], dtype=object))


@pytest.mark.parametrize("read", [TargetCodec().fit, read_partial_target])
@pytest.mark.parametrize("dtype", [int, float, "Int64"])
def test_prices_are_not_taken_for_classes(read, dtype):
    with pytest.raises(
        ValueError, match=r"1,000 different numbers, 100(\.0)? to 1099.*Regression is not supported: cut"
    ):
        read(pd.Series(range(100, 1100), dtype=dtype))


def test_numbers_that_are_strings_are_classes():
    assert len(TargetCodec().fit([str(code) for code in range(60)] * 2).classes_) == 60
