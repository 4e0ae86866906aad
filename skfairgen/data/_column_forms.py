"""Columns of types that only restate a simpler one: read as that, given back as they came."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Self

import numpy as np
import pandas as pd

from skfairgen.data._state import State

#: what `pandas.api.types.infer_dtype` calls objects, and what they are read as
OBJECTS = {
    "integer": "number",
    "floating": "number",
    "mixed-integer-float": "number",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "datetime": "moment",
    "datetime64": "moment",
    "timedelta": "span",
    "timedelta64": "span",
}
ARROW_VIEWS = {"halffloat": "float", "string_view": "large_string", "binary_view": "large_binary"}
NESTED = ("list", "struct", "map", "union", "extension", "run_end", "interval", "fixed_size_list")
MAX_DIGITS = 30
DAY = datetime(1970, 1, 1)


@dataclass(frozen=True)
class ObjectForm:
    """Numbers, dates or times that came as Python objects.

    Attributes
    ----------
    objects : {"number", "decimal", "date", "time", "moment", "span"}
        What they are.
    digits : int
        Digits after the point of decimals.
    missing : object
        How a missing value is written.
    """

    objects: str
    digits: int = 0
    missing: Any = None

    def restore(self, column: pd.Series) -> pd.Series:
        """Return a column of the dtype that it was read as, as objects."""
        values = np.empty(len(column), dtype=object)
        is_missing = column.isna().to_numpy()
        known = column[~is_missing]
        if self.objects == "decimal":
            values[~is_missing] = [Decimal(f"{value:.{self.digits}f}") for value in known]
        elif self.objects == "date":
            values[~is_missing] = known.dt.date
        elif self.objects == "time":
            values[~is_missing] = [(DAY + timedelta(microseconds=int(value))).time() for value in known]
        else:
            values[~is_missing] = known.astype(object)
        values[is_missing] = self.missing
        return pd.Series(values, index=column.index, name=column.name, dtype=object)

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it."""
        return {"objects": self.objects, "digits": self.digits, "missing": self.missing}

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the form of a state; ValueError if it is none."""
        with State(state, "ObjectForm") as fields:
            objects, missing = fields.choice("objects", set(OBJECTS.values())), fields.any("missing")
            fields.require(bool(pd.isna(missing)), f"has the missing value {missing!r:.80}")
            return cls(objects, fields.take("digits", int, low=0, high=MAX_DIGITS), missing)


@dataclass(frozen=True)
class ArrowForm:
    """Values of an Arrow type that the codecs do not take: dictionaries, decimals, views.

    Attributes
    ----------
    type : str
        The type's name, or that of a dictionary's values.
    arguments : tuple of int
        Precision and scale of a decimal.
    indices : str
        Name of the type of a dictionary's indices; "" where it is none.
    ordered : bool
        Whether a dictionary is ordered.
    """

    type: str
    arguments: tuple[int, ...] = ()
    indices: str = ""
    ordered: bool = False

    @classmethod
    def of(cls, type: Any) -> Self | None:
        """Return the form of a type of pyarrow; None for a type that the codecs take."""
        if hasattr(type, "index_type"):
            return cls(str(type.value_type), (), str(type.index_type), bool(type.ordered))
        if str(type).startswith("decimal"):
            return cls(str(type).partition("(")[0], (type.precision, type.scale))
        return cls(str(type)) if str(type) in ARROW_VIEWS else None

    @property
    def arrow_type(self) -> Any:
        """The type of pyarrow."""
        import pyarrow

        own = getattr(pyarrow, self.type)(*self.arguments) if self.arguments else pyarrow.type_for_alias(self.type)
        if not self.indices:
            return own
        return pyarrow.dictionary(pyarrow.type_for_alias(self.indices), own, self.ordered)

    def read(self, column: pd.Series) -> pd.Series:
        """Return a column as the dtype that the codecs take."""
        import pyarrow

        array = pyarrow.chunked_array(pyarrow.array(column.array))
        if self.indices:
            signed = pyarrow.dictionary(pyarrow.int64(), array.type.value_type, array.type.ordered)
            values = array.cast(signed).unify_dictionaries().to_pandas().array  # unsigned places are not for pandas
            return pd.Series(values if self.ordered else values.remove_unused_categories(), name=column.name)
        plain = pyarrow.float64() if self.arguments else pyarrow.type_for_alias(ARROW_VIEWS[self.type])
        return pd.Series(pd.arrays.ArrowExtensionArray(array.cast(plain)), name=column.name)

    def restore(self, column: pd.Series) -> pd.Series:
        """Return a column of the dtype that it was read as, in its own type."""
        import pyarrow

        array = pyarrow.array(column.array, from_pandas=True)
        array = pyarrow.chunked_array(array if isinstance(array, pyarrow.ChunkedArray) else [array])
        values = pd.arrays.ArrowExtensionArray(array.cast(self.arrow_type))
        return pd.Series(values, index=column.index, name=column.name)

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it."""
        return {
            "type": self.type,
            "arguments": list(self.arguments),
            "indices": self.indices,
            "ordered": self.ordered,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the form of a state; ValueError if it is none."""
        with State(state, "ArrowForm") as fields:
            arguments = tuple(fields.list("arguments", (int,)))
            type, indices = fields.take("type", str), fields.take("indices", str)
            fields.require(not arguments or type.startswith("decimal"), f"has the type {type!r:.80} of {arguments}")
            made = cls(type, arguments, indices, fields.take("ordered", bool))
            made.arrow_type  # noqa: B018 (an unknown name is an error now)
        return made


FORMS = {"ObjectForm": ObjectForm, "ArrowForm": ArrowForm}


def plain_column(column: pd.Series) -> tuple[Any, pd.Series]:
    """Return the form of a column and the column as what it restates; None, and the column itself, without a form.

    Raises
    ------
    ValueError
        If it holds lists, structs or other values within values.
    """
    if isinstance(column.dtype, pd.ArrowDtype):
        arrow_type = column.dtype.pyarrow_dtype
        if any(kind in str(arrow_type).partition("<")[0] for kind in NESTED):
            raise ValueError(
                f"Column {column.name!r} holds values of the type {arrow_type}, which are not hashable. Turn them into "
                "strings or numbers, one a row, or drop the column."
            )
        form = ArrowForm.of(arrow_type)
        return (None, column) if form is None else (form, form.read(column).set_axis(column.index))
    if column.dtype != object:
        return None, column
    objects = OBJECTS.get(pd.api.types.infer_dtype(column, skipna=True))
    if objects is None:
        return None, column
    try:
        plain, digits = _plain_objects(column, objects)
    except (OverflowError, ValueError, TypeError):  # beyond what the dtype holds
        return None, column
    if plain.dtype == object:
        return None, column
    missing = column[column.isna()]
    return ObjectForm(objects, digits, missing.iloc[0] if len(missing) else None), plain


def _plain_objects(column, objects):
    """Return a column of objects of one kind as numbers or moments, and the digits of decimals."""
    has_missing = column.isna().any()
    if objects in ("date", "time"):
        known = column.where(column.notna(), None)
        if objects == "date":
            moments = np.array(known.tolist(), dtype="datetime64[D]").astype("datetime64[s]")
            return pd.Series(moments, index=column.index, name=column.name), 0
        return known.map(_microseconds, na_action="ignore").astype("Int64" if has_missing else "int64"), 0
    if objects == "decimal":
        exponents = [value.as_tuple().exponent for value in column[column.notna()]]
        digits = max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0)
        return column.where(column.notna(), np.nan).astype("float64"), min(max(digits, 0), MAX_DIGITS)
    if objects == "number" and has_missing:
        is_whole = pd.api.types.infer_dtype(column, skipna=True) == "integer"
        known = column.where(column.notna(), None if is_whole else np.nan)
        return known.astype("Int64" if is_whole else "float64"), 0
    return column.infer_objects(), 0


def _microseconds(value: time) -> int:
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
