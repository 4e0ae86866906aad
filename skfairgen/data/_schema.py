"""What is known of the input without its rows: kind, sensitive columns, classes, groups, strata."""

import warnings
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from skfairgen._listed import listed, short
from skfairgen.data._groups import GroupCodec
from skfairgen.data._lengths import check_lengths
from skfairgen.data._sensitive_format import SensitiveFormat
from skfairgen.data._state import State
from skfairgen.data._strata import StrataCodec
from skfairgen.data._target import TargetCodec, label_table
from skfairgen.data._typing import Rows, Table
from skfairgen.exceptions import SmallGroupWarning

N_RANKS = 1_000


@dataclass(frozen=True)
class Schema:
    """What is known of a table, or of another kind of X, without its rows.

    Attributes
    ----------
    format : TableFormat
        What kind of X it is: it reads and restores the container.
    sensitive_positions : list of int
        Positions of the sensitive columns in X; empty when `sensitive_features` were given instead.
    sensitive_features : SensitiveFormat or None
        Kind of the given `sensitive_features`.
    target : TargetCodec or None
        The classes; None without y.
    groups : GroupCodec or None
        The groups; None when there are no sensitive columns.
    legitimate_positions : list of int
        Positions of the legitimate columns in X.
    strata : StrataCodec or None
        The strata that they make; None when there are none.
    """

    format: Any
    sensitive_positions: list[int] = field(default_factory=list)
    sensitive_features: SensitiveFormat | None = None
    target: TargetCodec | None = None
    groups: GroupCodec | None = None
    legitimate_positions: list[int] = field(default_factory=list)
    strata: StrataCodec | None = None

    @property
    def classes(self) -> np.ndarray | None:
        """Class labels, an array; None without y."""
        return None if self.target is None else self.target.classes_

    @property
    def group_names(self) -> list[Any] | None:
        """The groups, a list; None without sensitive columns."""
        return None if self.groups is None else self.groups.groups_

    @property
    def group_levels(self) -> np.ndarray:
        """Level codes of each group, shape (n_groups, n_sensitive), int; one group of no level without groups."""
        return np.zeros((1, 0), dtype=int) if self.groups is None else self.groups.group_levels_

    @property
    def level_cardinalities(self) -> list[int]:
        """Number of levels of each sensitive column."""
        return [] if self.groups is None else list(self.groups.level_counts_)

    @property
    def n_strata(self) -> int:
        """Number of strata; 1 when there are no legitimate columns."""
        return 1 if self.strata is None else self.strata.n_strata_

    @property
    def sensitive_names(self) -> list[Any]:
        """Labels of the sensitive columns; empty without any."""
        if self.sensitive_features is not None:
            return list(self.sensitive_features.table.columns)
        return [self.format.columns[position] for position in self.sensitive_positions]

    @property
    def feature_positions(self) -> list[int] | None:
        """Positions of the columns to learn: those that are not sensitive, then those that the group tells in part.

        None without columns.
        """
        if self.format.columns is None:
            return None
        others = [place for place in range(len(self.format.columns)) if place not in self.sensitive_positions]
        banded = [] if self.groups is None or self.sensitive_features is not None else self.groups.banded_columns_
        return [*others, *banded]

    @property
    def blind_places(self) -> list[int]:
        """Places, among the columns to learn, of those that are not sensitive."""
        return [
            k for k, position in enumerate(self.feature_positions or []) if position not in self.sensitive_positions
        ]

    @property
    def feature_names(self) -> pd.Index | None:
        """Labels of the columns to learn; None without columns."""
        return None if self.feature_positions is None else self.format.columns[self.feature_positions]

    def features(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the columns to learn of rows under integer labels; all there is without columns."""
        return frame if self.feature_positions is None else frame[self.feature_positions]

    def read(self, X: Any, y: Rows | None = None, sensitive_features: Table | None = None) -> pd.DataFrame:
        """Return other rows of the fitted kind under integer labels.

        Raises
        ------
        ValueError
            If they have other columns, or y or the sensitive values another length.
        """
        found, frame = self.format.read(X)
        if y is not None:
            check_lengths(len(frame), y=len(label_table(y)[0]))
        if self.format.columns is not None and list(found.columns) != list(self.format.columns):
            raise ValueError(
                f"data has the columns {listed(found.columns)}; expected those the teacher was fitted on, "
                f"{listed(self.format.columns)}."
            )
        return frame

    def sensitive_frame(self, frame: pd.DataFrame, sensitive_features: Table | None = None) -> pd.DataFrame:
        """Return the sensitive columns of rows, from their frame or from the values given beside it.

        Raises
        ------
        ValueError
            If they were given beside the frame in ``fit``, and are not now, or with other columns.
        """
        if self.sensitive_features is None:
            return frame[self.sensitive_positions]
        if sensitive_features is None:
            raise ValueError(
                "sensitive_features is missing: the estimator was fitted with sensitive values beside X, and needs "
                "those of these rows. Pass them, or fit with sensitive_columns."
            )
        given, values = SensitiveFormat.of(sensitive_features)
        check_lengths(len(frame), sensitive_features=len(values))
        self.check_sensitive_columns(given.table, "sensitive_features", is_named=not given.is_series)
        return values

    def check_sensitive_columns(self, table: Any, parameter: str, *, is_named: bool = True) -> None:
        """Raise ValueError if a TableFormat of sensitive values does not have the columns of ``fit``, in their order.

        Names are compared where both tables are frames of named columns, else their number.
        """
        known = self.format if self.sensitive_features is None else self.sensitive_features.table
        was_series = self.sensitive_features is not None and self.sensitive_features.is_series
        is_named = is_named and not was_series and table.container == known.container == "frame"
        found, expected = list(table.columns), self.sensitive_names
        if found != expected if is_named else len(found) != len(expected):
            raise ValueError(
                f"{parameter} has {len(found)} columns, {listed(found)}; expected those of fit, in their order: "
                f"{listed(expected)}."
            )

    def group_codes(self, frame: pd.DataFrame, sensitive_features: Table | None = None) -> np.ndarray:
        """Return the group code of each row, shape (n_rows,); errors as in :meth:`sensitive_frame`."""
        if self.groups is None:
            return np.zeros(len(frame), dtype=int)
        return self.groups.encode(self.sensitive_frame(frame, sensitive_features))

    def known_group_codes(self, frame: pd.DataFrame, sensitive_features: Table | None = None) -> np.ndarray:
        """Return group codes, -1 with a warning where ``fit`` did not see the group; else as :meth:`group_codes`."""
        if self.groups is None:
            return np.zeros(len(frame), dtype=int)
        values = self.sensitive_frame(frame, sensitive_features)
        codes = self.groups.find(values)
        n_unseen = int((codes < 0).sum())
        if n_unseen:
            first = values.iloc[int((codes < 0).argmax())].tolist()
            levels = self.groups.encode_levels(values)[codes < 0]
            is_new = [bool((column < 0).any()) for column in levels.T]
            told = ", ".join(
                f"{short(name)}={short(value)}"
                for name, value, is_own in zip(self.sensitive_names, first, is_new, strict=True)
                if is_own or not any(is_new)
            )
            warnings.warn(
                f"{n_unseen:,} of {len(codes):,} rows are of groups that fit did not see, such as {told}. They get the "
                "average of the codes that they would have in each group, by the groups' shares.",
                SmallGroupWarning,
                stacklevel=4,
            )
        return codes

    def ranks(self, frame: pd.DataFrame, sensitive_features: Table | None = None) -> np.ndarray:
        """Return the ranks, 0 to 1,000, of continuous sensitive columns, shape (n_rows, n_continuous).

        A missing value stands in the middle.
        """
        banded = [] if self.groups is None else self.groups.banded_columns_
        if not banded:
            return np.zeros((len(frame), 0), dtype=int)
        ranks = self.sensitive_frame(frame, sensitive_features)[banded].rank(pct=True).fillna(0.5)
        return np.round(N_RANKS * ranks.to_numpy()).astype(int)

    def stratum_codes(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the stratum of each row, shape (n_rows,)."""
        if self.strata is None:
            return np.zeros(len(frame), dtype=int)
        return self.strata.encode(frame[self.legitimate_positions])

    def without_strata(self) -> Self:
        """Return a copy that knows no strata: drawing needs none."""
        return replace(self, legitimate_positions=[], strata=None)

    def fits(self, other: Self) -> bool:
        """Tell whether a network trained on this schema can go on with the rows of another."""
        same_columns = self.feature_positions == other.feature_positions
        labels = [None if schema.target is None else schema.target.classes_.tolist() for schema in (self, other)]
        return same_columns and labels[0] == labels[1] and self.group_names == other.group_names

    def assemble(self, features: pd.DataFrame, group_codes: np.ndarray) -> pd.DataFrame:
        """Join generated features with their groups' sensitive values, in the column order of X."""
        if self.groups is None or self.sensitive_features is not None:
            return features
        features = self.groups.confine(features, group_codes)
        frame = pd.concat([features, self.groups.decode(group_codes)], axis=1)
        return frame[range(len(self.format.columns))]

    def sensitive_values(self, group_codes: np.ndarray, frame: pd.DataFrame, rng: np.random.Generator) -> Any:
        """Return the sensitive values of rows, in the kind of `sensitive_features`, or as columns of X."""
        if self.groups is None:
            return None
        if self.sensitive_features is not None:
            return self.sensitive_features.restore(self.groups.draw(group_codes, rng))
        return self.format.restore_columns(frame, self.sensitive_positions)

    def to_state(self) -> dict[str, Any]:
        """Return the fitted values as plain values."""
        parts = ("sensitive_features", "target", "groups", "strata")
        states = {name: None if getattr(self, name) is None else getattr(self, name).to_state() for name in parts}
        return {
            "format": self.format.to_state(),
            "sensitive_positions": [int(place) for place in self.sensitive_positions],
            "legitimate_positions": [int(place) for place in self.legitimate_positions],
            **states,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any], version: int, format_type: Any) -> Self:
        """Return the schema of a state; `format_type` is the class of the format.

        Raises
        ------
        ValueError
            If a part is not what the state says, or parts do not belong together.
        """
        with State(state, "Schema") as fields:
            parts = {"sensitive_features": SensitiveFormat, "target": TargetCodec, "groups": GroupCodec}
            parts["strata"] = StrataCodec
            read = {name: _part(fields.any(name, None), kind, version) for name, kind in parts.items()}
            format = format_type.from_state(fields.any("format"), version)
            n_columns = 0 if format.columns is None else len(format.columns)
            places = {}
            for name in ("sensitive_positions", "legitimate_positions"):
                places[name] = fields.take(name, list, default=[])
                is_place = all(type(place) is int and 0 <= place < n_columns for place in places[name])
                fields.require(is_place, f"has {name}={places[name]!r:.80}, expected columns 0 to {n_columns - 1}")
            made = cls(format, **places, **read)
            told = made.sensitive_positions if made.sensitive_features is None else range(len(made.sensitive_names))
            known = [] if made.groups is None else list(made.groups.columns_)
            fields.require(known == list(told), f"has groups of the columns {known}, expected {list(told)}")
        return made


def _part(state, kind, version):
    return None if state is None else kind.from_state(state, version)
