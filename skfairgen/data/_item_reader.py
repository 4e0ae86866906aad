"""Between what users pass and get, and items: a schema and a codec that belong together."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from skfairgen._listed import listed
from skfairgen.data._kinds import KINDS, kind_of_format
from skfairgen.data._numpy_defaults import numpy_defaults
from skfairgen.data._schema import Schema
from skfairgen.data._typing import Columns, Rows, Table
from skfairgen.data.table._table_codec import TableCodec
from skfairgen.data.table._text_columns import text_as_fitted, warn_of_new_levels


@dataclass(frozen=True)
class ItemReader:
    """Read rows as items, and give rows back from items.

    Attributes
    ----------
    schema : Schema
        What is known of the rows.
    codec : TableCodec or another codec
        From the columns to learn to items, named arrays whose first axis is the row, and back.
    """

    schema: Schema
    codec: Any

    @classmethod
    @numpy_defaults()
    def fit(
        cls,
        schema: Schema,
        frame: pd.DataFrame,
        categorical_columns: Columns = "auto",
        *,
        is_blind: bool = False,
        contexts: np.ndarray | None = None,
    ) -> Self:
        """Return a reader whose codec is fitted on rows.

        `is_blind` is for networks that must not see the sensitive columns: no other column is then written as its
        distance from one of them. `contexts`, the class and group of each row as one code, tell apart what rare
        categories belong to.
        """
        hidden = set(schema.sensitive_positions) if is_blind else set()
        kind = kind_of_format(schema.format)
        codec = KINDS[kind].codec(schema, categorical_columns, hidden)
        arguments = (contexts,) if kind == "table" else ()  # no other has categories
        return cls(schema, codec.fit(schema.features(frame), schema.feature_names, *arguments))

    @property
    def identifiers(self) -> list[Any]:
        """Labels of the columns that look like identifiers, the sensitive ones first."""
        schema, columns = self.schema, self.schema.format.columns
        sensitive = [] if schema.groups is None else [schema.sensitive_names[k] for k in schema.groups.identifiers_]
        return sensitive if columns is None else [*sensitive, *(columns[k] for k in self.codec.identifiers_)]

    def what_is_new(self, schema: Schema, frame: pd.DataFrame, *, is_blind: bool = False) -> str | None:
        """Say why a network trained on what this reader read cannot go on with other rows; None where it can."""
        hidden = set(schema.sensitive_positions) if is_blind else set()
        if not self.schema.fits(schema) or self.codec.hidden_columns != hidden:
            return "the columns, classes or groups are others than those of the last fit"
        if self.codec.covers(schema.features(frame)):
            return None
        return "some values, or their dtypes, are none that the last fit met"

    def as_fitted(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return rows with numbers and dates where they hold text, and those of ``fit`` did not; with a warning.

        Columns whose categories are all new are warned of too.

        Raises
        ------
        ValueError
            If the text holds something else; the message names the column.
        """
        if not isinstance(self.codec, TableCodec):
            return frame
        dtypes = dict(zip(self.codec.positions_, self.codec.dtypes_, strict=True))
        names = dict(enumerate(self.schema.format.columns))
        frame = text_as_fitted(frame, dtypes, names)
        warn_of_new_levels(self.codec.columns_, frame, names)
        return frame

    @numpy_defaults()
    def items(self, frame: pd.DataFrame) -> dict[str, np.ndarray]:
        """Return the items of rows under integer labels."""
        return self.codec.encode(self.schema.features(frame))

    def read(
        self, X: Table, y: Rows | None = None, sensitive_features: Table | None = None
    ) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
        """Return the items, class codes (0 without y) and group codes of real rows.

        Raises
        ------
        ValueError
            If they are not rows of the fitted kind, or a label or a group was not seen in ``fit``.
        """
        schema = self.schema
        frame = self.as_fitted(schema.read(X, y, sensitive_features))
        class_codes = np.zeros(len(frame), dtype=int) if schema.target is None else _class_codes(schema.target, y)
        return self.items(frame), class_codes, schema.group_codes(frame, sensitive_features)

    def stratum_codes(self, items: dict[str, np.ndarray], rng: np.random.Generator) -> np.ndarray:
        """Return the stratum of each item, shape (n_items,)."""
        if self.schema.strata is None:
            return np.zeros(len(next(iter(items.values()))), dtype=int)
        return self.schema.stratum_codes(self.codec.decode(items, rng))

    @numpy_defaults()
    def frame(self, items: dict[str, np.ndarray], group_codes: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
        """Draw rows under integer labels for items and the groups that they belong to."""
        return self.schema.assemble(self.codec.decode(items, rng), group_codes)

    def without_strata(self) -> Self:
        """Return a copy that knows no strata: drawing needs none."""
        return replace(self, schema=self.schema.without_strata())

    def to_state(self) -> dict[str, Any]:
        """Return the fitted values as plain values."""
        kind = kind_of_format(self.schema.format)
        return {"kind": kind, "schema": self.schema.to_state(), "codec": self.codec.to_state()}

    @classmethod
    @numpy_defaults()
    def from_state(cls, state: dict[str, Any], version: int) -> Self:
        """Return the reader of a state.

        Raises
        ------
        ValueError
            If its kind is unknown, or its parts do not belong together.
        """
        kind = state.get("kind")
        if kind not in KINDS:
            raise ValueError(f"it is of the kind {kind!r:.80}, expected one of {sorted(KINDS)}")
        schema = Schema.from_state(state["schema"], version, KINDS[kind].format)
        codec = KINDS[kind].codec_type.from_state(state["codec"], version)
        if not codec.fits(schema):
            raise ValueError("its codec does not code the columns that its schema names")
        return cls(schema, codec)


def _class_codes(target, y):
    unknown = [] if y is None else np.setdiff1d(target.labels(y), target.classes_).tolist()
    if y is None or unknown:
        found = "None" if y is None else f"the labels {listed(unknown)}"
        raise ValueError(f"data holds {found} as y; expected labels of {listed(target.classes_.tolist())}.")
    return target.encode(y)
