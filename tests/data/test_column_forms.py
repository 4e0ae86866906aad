"""Columns of objects and of Arrow's own types are read as what they restate, and come back."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from skfairgen.data import TableCodec, TableFormat, is_numeric
from skfairgen.data._column_forms import FORMS, plain_column
from skfairgen.data._state import part_state, read_part

pa = pytest.importorskip("pyarrow")

DAYS = [date(2020, 1, day) for day in (1, 5, 9)]
OBJECTS = {
    "whole numbers": [3, 1, 2],
    "whole numbers with gaps": [3, None, 2],
    "numbers": [0.5, 2.25, 1.0],
    "numbers with gaps": [0.5, np.nan, 1.0],
    "numbers with NA": [0.5, pd.NA, 1.0],
    "decimals": [Decimal("0.50"), Decimal("12.25"), Decimal("1.10")],
    "dates": DAYS,
    "dates with gaps": [DAYS[0], None, DAYS[1]],
    "old dates": [date(1, 1, 1), date(9999, 12, 31), DAYS[0]],
    "times": [time(1, 30), time(23, 59, 59), None],
    "moments": [datetime(2020, 1, 1, 12), datetime(2021, 1, 1), datetime(2022, 1, 1)],
    "spans": [timedelta(hours=1), timedelta(days=3), timedelta(0)],
}


@pytest.mark.parametrize("container", ["frame", "array", "list"])
@pytest.mark.parametrize("kind", OBJECTS)
def test_objects_are_learned_as_numbers_and_come_back(kind, container):
    values = pd.Series(OBJECTS[kind], dtype=object)
    X = pd.DataFrame({"a": values, "b": list("xyz")})
    X = {"frame": X, "array": X.to_numpy(), "list": X.to_numpy().tolist()}[container]
    format, frame = TableFormat.of(X)
    assert is_numeric(frame[0])
    restored = TableFormat.from_state(format.to_state(), 2).restore(frame)
    restored = restored if container == "list" else np.asarray(restored, dtype=object).tolist()
    column = pd.Series([row[0] for row in restored], dtype=object)
    assert column.isna().tolist() == values.isna().tolist()
    assert column.dropna().tolist() == values.dropna().tolist()
    assert str(column.dropna().tolist()) == str(values.dropna().tolist()) or kind in ("moments", "spans")


@pytest.mark.parametrize("values", [["a", "b"], [True, False], [1, "a"], [None, None], [2**70, 1], [b"a", b"b"]])
def test_other_objects_stay(values):
    column = pd.Series(values, dtype=object)
    form, plain = plain_column(column)
    assert form is None
    assert plain is column


ARROW = {
    "dictionary": pa.array(["a", None, "b"]).dictionary_encode(),
    "dictionary of numbers": pa.array([5, None, 7], pa.int16()).dictionary_encode(),
    "ordered": pa.array(["a", None, "b"]).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string(), ordered=True)),
    "decimal": pa.array([Decimal("0.50"), None, Decimal("12.25")]),
    "view": pa.array(["a", None, "b"], pa.string_view()),
}


@pytest.mark.parametrize("kind", ARROW)
def test_arrow_types_are_read_as_what_they_restate_and_come_back(kind):
    array = pa.chunked_array([ARROW[kind]])
    form, plain = plain_column(pd.Series(pd.arrays.ArrowExtensionArray(array)))
    assert (kind == "decimal") == is_numeric(plain)
    restored = read_part(part_state(form), FORMS, 2).restore(plain)
    assert pa.array(restored.array).type == array.type
    assert pa.chunked_array(pa.array(restored.array)).to_pylist() == array.to_pylist()


@pytest.mark.parametrize("values", [[[1], [2]], [{"a": 1}, None]])
def test_values_within_values_are_refused_by_the_name_of_the_column(values):
    X = pd.DataFrame({"deep": pd.arrays.ArrowExtensionArray(pa.chunked_array([values])), "x": [1, 2]})
    with pytest.raises(ValueError, match="Column 'deep' holds values of the type .*not hashable"):
        TableFormat.of(X)


def test_half_floats_of_arrow_are_learned_and_come_back():
    frame = pd.DataFrame({"half": pd.Series(np.arange(200, dtype="float16") / 7, dtype=pd.ArrowDtype(pa.float16()))})
    form, read = TableFormat.of(frame)
    codec = TableCodec().fit(read)
    drawn = form.restore(codec.decode(codec.encode(read), np.random.default_rng(0)))
    assert drawn.dtypes.equals(frame.dtypes) and len(set(drawn["half"])) > 100
