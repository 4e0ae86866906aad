"""What was passed to ``fit``: checked, and split into rows, groups and classes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skfairgen.data._groups import GroupCodec
from skfairgen.data._kinds import KINDS, kind_of
from skfairgen.data._lengths import check_lengths
from skfairgen.data._native import as_pandas
from skfairgen.data._numpy_defaults import numpy_defaults
from skfairgen.data._schema import Schema
from skfairgen.data._sensitive_format import SensitiveFormat
from skfairgen.data._strata import StrataCodec
from skfairgen.data._target import TargetCodec
from skfairgen.data._typing import Columns, Rows, Table


@dataclass(frozen=True)
class TrainingRows:
    """The rows themselves.

    Attributes
    ----------
    frame : DataFrame
        Columns of X under integer labels.
    class_codes, group_codes, stratum_codes : ndarray of shape (n_rows,), int
        Codes of each row.
    ranks : ndarray of shape (n_rows, n_continuous), int
        Ranks of the continuous sensitive values.
    weights : ndarray of shape (n_rows,) or None
        How many rows each stands for, 1 on average; None where all are alike.
    """

    frame: Any
    class_codes: np.ndarray
    group_codes: np.ndarray
    stratum_codes: np.ndarray
    ranks: np.ndarray
    weights: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.class_codes)

    def cell_counts(self, schema: Schema) -> np.ndarray:
        """Return how many rows each class, group and stratum holds, shape (n_classes, n_groups, n_strata), int.

        With weights they are what its rows stand for, rounded, and at least 1 where it holds any.
        """
        n_classes = 1 if schema.classes is None else len(schema.classes)
        shape = (n_classes, len(schema.group_levels), schema.n_strata)
        places = np.ravel_multi_index((self.class_codes, self.group_codes, self.stratum_codes), shape)
        counts = np.bincount(places, self.weights, minlength=np.prod(shape)).reshape(shape)
        return np.where(counts > 0, np.maximum(np.round(counts), 1), 0).astype(int)


@numpy_defaults()
def read_training_rows(
    X: Any,
    y: Rows | None = None,
    sensitive_features: Table | None = None,
    *,
    sensitive_columns: Columns | None = None,
    legitimate_columns: Columns | None = None,
    categorical_columns: Columns = "auto",
    sample_shape: Sequence[int] | None = None,
) -> tuple[Schema, TrainingRows]:
    """Check what was passed to ``fit`` and return its schema and rows.

    Parameters
    ----------
    X : DataFrame, array-like or list of shape (n_samples, n_features), or what another kind takes
        The rows.
    y : array-like of shape (n_samples,) or None
        Class labels.
    sensitive_features : array-like or None
        Sensitive values beside X.
    sensitive_columns, legitimate_columns : label, position or list of them, or None
        Columns of X.
    categorical_columns : "auto", label, position or list of them
        Columns of X whose every value is a level of its own, in groups and strata too.
    sample_shape : sequence of int or None
        Shape of one image or sequence, where X holds such.

    Returns
    -------
    schema : Schema
    rows : TrainingRows

    Raises
    ------
    ValueError
        If X, y and sensitive_features differ in length, a column does not exist, sensitive values are given both
        ways, y is missing, continuous or has one class only, or nothing but sensitive columns is there.
    """
    if sensitive_columns is not None and sensitive_features is not None:
        raise ValueError(
            "Both sensitive_columns (of X) and sensitive_features (beside X) were given; "
            "give the sensitive values in one way."
        )
    stated = {} if sample_shape is None else {"sample_shape": sample_shape}
    table, frame = KINDS[kind_of(X, sample_shape)].format.of(X, **stated)
    if table.columns is None:
        _check_no_columns(sensitive_columns=sensitive_columns, legitimate_columns=legitimate_columns)
        _check_no_columns(categorical_columns=None if isinstance(categorical_columns, str) else categorical_columns)
    target, class_codes = _read_target(y, len(frame))
    positions, sensitive_format, sensitive = [], None, None
    if sensitive_columns is not None:
        positions = table.positions(sensitive_columns, "sensitive_columns")
        sensitive, names = frame[positions], table.columns[positions]
    elif sensitive_features is not None:
        sensitive_format, sensitive = SensitiveFormat.of(sensitive_features)
        names = sensitive_format.table.columns
        check_lengths(len(frame), sensitive_features=len(sensitive))
    categorical = set()
    if not isinstance(categorical_columns, str):
        categorical = set(table.positions(categorical_columns, "categorical_columns"))
    groups, group_codes = None, np.zeros(len(frame), dtype=int)
    if sensitive is not None and sensitive.shape[1] > 0:
        groups = GroupCodec().fit(sensitive, names, categorical if sensitive_format is None else ())
        group_codes = groups.encode(sensitive)
    schema = Schema(table, positions, sensitive_format, target, groups)
    if schema.feature_positions == []:
        raise ValueError(
            f"X has no columns but the sensitive ones, {schema.sensitive_names}; expected others to learn. Add some."
        )
    if legitimate_columns is not None:
        own = _legitimate_positions(legitimate_columns, table, positions)
        strata = StrataCodec().fit(frame[own], table.columns[own], categorical)
        schema = replace(schema, legitimate_positions=own, strata=strata)
    ranks = schema.ranks(frame, sensitive_features)
    return schema, TrainingRows(frame, class_codes, group_codes, schema.stratum_codes(frame), ranks)


def _check_no_columns(**named):
    for parameter, columns in named.items():
        if columns is not None:
            raise ValueError(
                f"Found {parameter}={columns!r}, but this X has no columns, as images have none. Pass sensitive values "
                "to fit as sensitive_features, or flatten X and give sample_shape."
            )


def _legitimate_positions(legitimate_columns, table, sensitive_positions):
    positions = table.positions(legitimate_columns, "legitimate_columns")
    both = [table.columns[position] for position in positions if position in sensitive_positions]
    if both or not positions:
        found = f"names the sensitive columns {both}" if both else "is empty"
        raise ValueError(
            f"legitimate_columns {found}; expected other columns of X, which may explain a difference between groups. "
            "Use None for demographic parity without them."
        )
    return positions


def _read_target(y, n_rows):
    if y is None:
        return None, np.zeros(n_rows, dtype=int)
    target = TargetCodec().fit(y)
    class_codes = target.encode(y)
    check_lengths(n_rows, y=len(class_codes))
    if len(target.classes_) < 2:
        raise ValueError(
            f"y has one class only, {target.classes_.tolist()[0]!r}, in {n_rows:,} sample(s); expected 2 or more "
            "classes. Pass rows of every class."
        )
    return target, class_codes


def read_weights(sample_weight: Any, n_rows: int) -> np.ndarray | None:
    """Return the weights of rows, 1 on average, shape (n_rows,); None without any.

    Raises
    ------
    ValueError
        If there is not one finite number of 0 or more a row, or all are 0.
    """
    if sample_weight is None:
        return None
    try:
        weights = np.asarray(as_pandas(sample_weight, "sample_weight"), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"sample_weight holds what is no number: {error}. Pass one number a row.") from error
    if np.ndim(weights) == 0:
        weights = np.full(n_rows, float(weights))
    if weights.ndim != 1:
        raise ValueError(f"Sample weights must be 1D array or scalar, got {weights.ndim}D array. Pass one a row.")
    check_lengths(n_rows, sample_weight=len(weights))
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise ValueError(
            "sample_weight must be finite, not negative and not all zero. Check the weights that you pass."
        )
    return weights / weights.mean()
