"""The class labels: integer codes, and the kind of container they came in."""

from typing import Any, Self

import numpy as np
import pandas as pd
from imblearn.utils import check_target_type
from sklearn.preprocessing import label_binarize
from sklearn.utils.multiclass import check_classification_targets

from skfairgen.data._state import State

MAX_NUMBERS = 50  # that are taken for classes
CONTAINERS = {kind.__name__: kind for kind in (pd.Series, pd.DataFrame, list, np.ndarray)}


class TargetCodec:
    """Encode class labels as integers, and give labels back in the container, name and dtype they came in.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, sorted.
    """

    def fit(self, y: Any) -> Self:
        """Learn the classes.

        Raises
        ------
        ValueError
            If `y` is missing in some row or continuous, or holds more than 50 different whole numbers.
        """
        self.container_: Any = type(y) if isinstance(y, pd.Series | pd.DataFrame | list) else np.ndarray
        self.name_: Any = y.name if isinstance(y, pd.Series) else None
        self.columns_: pd.Index | None = y.columns if isinstance(y, pd.DataFrame) else None
        labels = self._labels(y)
        self.dtype_: Any = _single_dtype(y) or getattr(y, "dtype", labels.dtype)
        self.is_one_hot_: bool = _is_one_hot(y)
        self.classes_: np.ndarray = np.unique(labels)
        return self

    def to_state(self) -> dict[str, Any]:
        """Return what a file holds of it: plain values, arrays and states of its parts."""
        return {
            "container": self.container_.__name__,
            "name": self.name_,
            "columns": self.columns_,
            "dtype": self.dtype_,
            "is_one_hot": self.is_one_hot_,
            "classes": self.classes_,
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
            made.is_one_hot_ = fields.take("is_one_hot", bool)
            made.classes_ = classes = fields.array("classes", "biufOUSM", (None,))
            fields.require(len(classes) > 0 and (classes[:-1] < classes[1:]).all(), "has classes that are not sorted")
            made.decode(np.arange(len(classes)))
        return made

    def encode(self, y: Any) -> np.ndarray:
        """Return the class codes of labels, an int array of shape (n_rows,)."""
        return np.searchsorted(self.classes_, self._labels(y))

    def decode(self, codes: np.ndarray) -> Any:
        """Return the labels of class codes, in the container, name and dtype of the fitted target."""
        labels = self.classes_[codes]
        if self.is_one_hot_:
            labels = label_binarize(labels, classes=self.classes_)
        if self.container_ is pd.Series:
            return pd.Series(labels, name=self.name_, dtype=self.dtype_)
        if self.container_ is pd.DataFrame:
            return pd.DataFrame(labels, columns=self.columns_).astype(self.dtype_)
        return labels.tolist() if self.container_ is list else labels.astype(self.dtype_)

    def _labels(self, y):
        missing = pd.isna(np.asarray(y, dtype=object))
        if missing.any():
            raise ValueError(
                f"y is missing in {int(missing.sum()):,} of {len(missing):,} rows (NaN, None, NaT or NA). "
                "Drop these rows, or give them a class of their own."
            )
        if isinstance(y, pd.Series | pd.DataFrame) and isinstance(_single_dtype(y), pd.api.extensions.ExtensionDtype):
            y = y.to_numpy(dtype=bool if pd.api.types.is_bool_dtype(_single_dtype(y)) else None)
        y = np.asarray(y)
        if y.dtype == object:
            y = np.array(y.tolist(), dtype=None if len({type(label) for label in y.ravel()}) == 1 else object)
        check_number_of_classes(y)
        try:
            check_classification_targets(y)
        except TypeError as error:  # labels that cannot be sorted
            types = sorted({type(label).__name__ for label in y.ravel()})
            raise ValueError(f"y mixes labels of types {types}, without an order. Turn them into strings.") from error
        return check_target_type(y)


def check_number_of_classes(y: np.ndarray) -> None:
    """Raise ValueError for more whole numbers than a target of classes holds."""
    values = np.unique(y) if y.dtype.kind in "iuf" else y[:0]
    if len(values) > MAX_NUMBERS and (values == np.round(values)).all():
        raise ValueError(
            f"y holds {len(values):,} different numbers, {values[0]} to {values[-1]}, which would be as many classes. "
            f"Expected {MAX_NUMBERS} at most. Regression is not supported: cut y into a few classes, for example with "
            "pandas.qcut. If the numbers are names of classes, turn them into strings."
        )


def _single_dtype(y):
    if isinstance(y, pd.DataFrame):
        return y.dtypes.iloc[0]
    return y.dtype if isinstance(y, pd.Series) else None


def _is_one_hot(y):
    return np.ndim(y) == 2 and np.shape(y)[1] > 1
