"""The class labels: integer codes, and the kind of container they came in."""

from copy import copy
from typing import Any, Self

import numpy as np
import pandas as pd

from skfairgen.data._column_forms import FORMS, plain_column
from skfairgen.data._native import Native, as_pandas
from skfairgen.data._state import State, part_state, read_part
from skfairgen.data.table._numbers import is_time

MAX_NUMBERS = 50  # that are taken for classes
CONTAINERS = {kind.__name__: kind for kind in (pd.Series, pd.DataFrame, list, tuple, np.ndarray)}
SORTABLE = "biufUmM"  # kinds of arrays whose values are labels


class TargetCodec:
    """Encode class labels as integers, and give labels back in the container, name and dtype they came in.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, sorted; of one-hot labels, the columns that hold a 1.
    """

    def fit(self, y: Any) -> Self:
        """Learn the classes.

        Raises
        ------
        ValueError
            If `y` is no column of labels or one-hot columns, is missing in some row, continuous, of values without an
            order, holds more than 50 different whole numbers, dates or durations, or a different label in most of more
            than 50 rows.
        """
        self.native_: Native | None
        self.form_: Any
        self.native_, values = Native.of(y, "y")
        self.container_: Any = next((kind for kind in CONTAINERS.values() if type(values) is kind), np.ndarray)
        self.container_ = pd.Series if isinstance(values, pd.Series) else self.container_
        self.container_ = pd.DataFrame if isinstance(values, pd.DataFrame) else self.container_
        self.name_: Any = values.name if isinstance(values, pd.Series) else None
        self.columns_: pd.Index | None = values.columns if isinstance(values, pd.DataFrame) else None
        table, is_flat = label_table(values)
        self.n_columns_: int = 0 if is_flat else table.shape[1]
        self.form_, column = plain_column(table.iloc[:, 0].rename("y"))
        labels = _labels(table)
        is_column = self.container_ in (pd.Series, pd.DataFrame)
        self.dtype_: Any = column.dtype if is_column else getattr(values, "dtype", None)
        if not isinstance(self.dtype_, np.dtype | pd.api.extensions.ExtensionDtype):
            self.dtype_ = labels.dtype
        self.classes_: np.ndarray = np.unique(labels)
        if len(self.classes_) > max(MAX_NUMBERS, len(labels) / 2):
            raise ValueError(
                f"y holds {len(self.classes_):,} different labels in {len(labels):,} rows, like a column of names; "
                "expected classes that rows share. Pass the outcome, or join rare classes into one."
            )
        return self

    @property
    def is_one_hot_(self) -> bool:
        """Whether the labels are one-hot."""
        return self.n_columns_ > 1

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {
            "container": self.container_.__name__,
            "name": self.name_,
            "columns": self.columns_,
            "dtype": self.dtype_,
            "n_columns": self.n_columns_,
            "is_one_hot": self.is_one_hot_,
            "classes": self.classes_,
            "native": None if self.native_ is None else self.native_.to_state(),
            "form": None if self.form_ is None else part_state(self.form_),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the part of a state that :meth:`to_state` gave.

        Raises
        ------
        ValueError
            If a field is missing, or is not what the part expects; the message names it.
        """
        made = cls()
        with State(state, "TargetCodec") as fields:
            made.container_ = CONTAINERS[fields.choice("container", CONTAINERS)]
            made.name_ = fields.any("name")
            made.columns_ = fields.take("columns", (pd.Index, None))
            made.dtype_ = fields.dtype("dtype")
            made.classes_ = classes = fields.array("classes", "biufOUSmM", (None,))
            one_hot = fields.take("is_one_hot", bool)
            n_columns = len(classes) if one_hot else int(made.container_ is pd.DataFrame)
            made.n_columns_ = fields.take("n_columns", int, n_columns, low=0)
            fields.require(one_hot == made.is_one_hot_, f"has {made.n_columns_} columns")
            native, form = fields.any("native", None), fields.any("form", None)
            made.native_ = None if native is None else Native.from_state(native, version)
            made.form_ = None if form is None else read_part(form, FORMS, version)
            fields.require(len(classes) > 0 and (classes[:-1] < classes[1:]).all(), "has classes that are not sorted")
            if made.native_ is None:  # else another library is needed, which may not be there yet
                made.decode(np.arange(len(classes)))
        return made

    def without_records(self, kept: np.ndarray) -> Self:
        """Return a copy for drawing only that knows the classes of some codes alone."""
        made = copy(self)
        made.classes_ = self.classes_[kept]
        if made.classes_.dtype.kind in "US":  # no wider than the longest that is left
            made.classes_ = np.array(made.classes_.tolist())
        if isinstance(self.dtype_, pd.CategoricalDtype):
            categories = self.dtype_.categories
            made.dtype_ = pd.CategoricalDtype(categories[categories.isin(made.classes_)], self.dtype_.ordered)
        return made

    def encode(self, y: Any) -> np.ndarray:
        """Return the class codes of labels, an int array of shape (n_rows,)."""
        return np.searchsorted(self.classes_, self.labels(y))

    def labels(self, y: Any) -> np.ndarray:
        """Return labels as an array of shape (n_rows,) whose values compare with the classes."""
        return _labels(label_table(y)[0])

    def decode(self, codes: np.ndarray) -> Any:
        """Return the labels of class codes, in the container, name and dtype of the fitted target."""
        labels = self.classes_[codes]
        if self.is_one_hot_:
            labels = np.eye(self.n_columns_, dtype=int)[labels]
        elif self.n_columns_:
            labels = labels[:, np.newaxis]
        if self.container_ is pd.DataFrame:
            columns = [self._column(labels[:, place]) for place in range(self.n_columns_)]
            given = pd.concat(columns, axis=1).set_axis(self.columns_, axis=1)
        elif self.container_ is pd.Series:
            given = self._column(labels).rename(self.name_)
        elif self.form_ is not None:
            given = self.form_.restore(pd.Series(labels.ravel())).to_numpy().reshape(labels.shape)
        else:
            given = labels.astype(self.dtype_)
        if self.container_ in (list, tuple):
            return self.container_(given.tolist())
        return given if self.native_ is None else self.native_.restore(given)

    def _column(self, labels):
        column = pd.Series(labels, dtype=self.dtype_)
        return column if self.form_ is None else self.form_.restore(column)


def label_table(y):
    """Return labels as a frame of one column, or of one-hot columns, and whether they have one dimension."""
    y = as_pandas(y, "y")
    if isinstance(y, pd.DataFrame | pd.Series):
        return (y, False) if isinstance(y, pd.DataFrame) else (y.to_frame(), True)
    if isinstance(y, np.ma.MaskedArray):
        y = [None if is_masked else value for value, is_masked in zip(y.data, np.ma.getmaskarray(y), strict=True)]
    is_listed = isinstance(y, list | tuple | range)
    try:
        array = np.asarray(y, dtype=object if is_listed else None)
    except ValueError as error:
        raise ValueError(f"y cannot be read as an array: {error}. Pass one label a row.") from error
    if array.ndim not in (1, 2) or 0 in array.shape[1:]:
        raise ValueError(
            f"y is a {type(y).__name__} of the shape {array.shape}; expected one label a row: a list, array or Series."
        )
    return pd.DataFrame(array), array.ndim == 1


def _labels(table):
    """Return the labels of a frame, an array of shape (n_rows,): the places of the ones where they are one-hot."""
    missing = table.isna().to_numpy().any(axis=1)
    if missing.any():
        raise ValueError(
            f"y is missing in {int(missing.sum()):,} of {len(missing):,} rows (NaN, None, NaT or NA). "
            "Drop these rows, or give them a class of their own."
        )
    columns = [column_labels(plain_column(own.rename("y"))[1]) for _, own in table.items()]
    if len(columns) == 1:
        return columns[0]
    if (
        any(own.dtype.kind not in "biuf" or not np.isin(own, (0, 1)).all() for own in columns)
        or (np.sum(columns, axis=0, dtype=int) != 1).any()
    ):
        raise ValueError(
            f"y has {len(columns)} columns (multilabel or multioutput); expected one column of labels, or one-hot "
            "columns with a single 1 in each row. Pass one label a row."
        )
    return np.argmax(columns, axis=0)


def column_labels(column):
    """Return a column of labels as an array that can be sorted."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        column = column.astype(dtype.categories.dtype)
    if isinstance(dtype, pd.ArrowDtype) and is_time(dtype):
        labels = column.to_numpy(dtype=f"{dtype.kind}8[us]")
    else:
        is_bool = isinstance(dtype, pd.api.extensions.ExtensionDtype) and pd.api.types.is_bool_dtype(column.dtype)
        labels = column.to_numpy(dtype=bool if is_bool else None)
    if labels.dtype == object and pd.api.types.infer_dtype(labels) in ("string", "integer"):
        labels = np.array(labels.tolist())
    if labels.dtype.kind == "c":
        raise ValueError("Complex data not supported: y holds complex numbers. Pass class labels.")
    if labels.dtype.kind not in SORTABLE:
        types = sorted({type(label).__name__ for label in labels})
        raise ValueError(
            f"y mixes labels of types {types}, without an order. Turn them into strings."
            if len(types) > 1
            else f"y holds labels of the type {types}; expected strings, whole numbers, booleans or dates. Turn them "
            "into strings."
        )
    if labels.dtype.kind == "f" and not np.isfinite(labels).all():
        raise ValueError("y contains infinity; expected class labels. Drop these rows, or pass labels.")
    if labels.dtype.kind == "f" and (labels != np.round(labels)).any():
        example = labels[labels != np.round(labels)][0]
        raise ValueError(
            f"Unknown label type: continuous. y holds fractions such as {example:.4g}, and regression is not "
            "supported. Cut it into classes, for example by pandas.cut."
        )
    check_number_of_classes(labels)
    return labels


def check_number_of_classes(y: np.ndarray) -> None:
    """Raise ValueError for more whole numbers, dates or durations than a target of classes holds."""
    values = np.unique(y) if y.dtype.kind in "iufmM" else y[:0]
    if len(values) > MAX_NUMBERS and (values.dtype.kind in "mM" or (values == np.round(values)).all()):
        kind = {"M": "dates", "m": "durations"}.get(values.dtype.kind, "numbers")
        raise ValueError(
            f"y holds {len(values):,} different {kind}, {values[0]} to {values[-1]}, which would be as many classes. "
            f"Expected {MAX_NUMBERS} at most. Regression is not supported: cut y into a few classes, for example with "
            f"pandas.qcut. If the {kind} are names of classes, turn them into strings."
        )
