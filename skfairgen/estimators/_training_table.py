"""The rows an estimator is fitted on: checked, and split into features, groups and classes."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_consistent_length, validate_data

from skfairgen.criteria import CellNames, equalized_shares, margin_from_mapping, pooled_class_shares, with_margins
from skfairgen.data import GroupCodec, StrataCodec, TableCodec, TableFormat, TargetCodec

N_RANKS = 1_000


@dataclass
class TableLayout:
    """What is known of a table without its rows: kinds, classes, groups, and how many rows each cell held.

    Attributes
    ----------
    format : TableFormat
        What kind of table X is.
    sensitive_positions : list of int
        Positions of the sensitive columns in X; empty when `sensitive_features` were given instead.
    sensitive_features : SensitiveFormat or None
        Kind of the given `sensitive_features`.
    target : TargetCodec or None
        The classes; None without y.
    groups : GroupCodec or None
        The groups; None when there are no sensitive columns.
    counts : ndarray of shape (n_classes, n_groups), int
        Rows of each cell.
    legitimate_positions : list of int
        Positions of the legitimate columns in X.
    strata : StrataCodec or None
        The strata that they make; None when there are none.
    strata_counts : ndarray of shape (n_classes, n_groups, n_strata), int
        Rows of each cell and stratum; one stratum when there are no legitimate columns.
    """

    format: TableFormat
    sensitive_positions: list
    sensitive_features: "SensitiveFormat | None"
    target: TargetCodec | None
    groups: GroupCodec | None
    counts: np.ndarray | None = None
    legitimate_positions: list = field(default_factory=list)
    strata: StrataCodec | None = None
    strata_counts: np.ndarray | None = None

    @property
    def cells(self):
        """Names of the classes and groups."""
        classes = [None] if self.target is None else self.target.classes_.tolist()
        return CellNames(classes, None if self.groups is None else self.groups.groups_)

    @property
    def feature_positions(self):
        """Positions of the columns to generate: all but the sensitive ones that the group tells."""
        banded = [] if self.groups is None else self.groups.banded_columns_
        told = set(self.sensitive_positions) - set(banded)
        return [position for position in range(len(self.format.columns)) if position not in told]

    @property
    def blind_places(self):
        """Places, among the columns to generate, of those that are not sensitive."""
        return [k for k, position in enumerate(self.feature_positions) if position not in self.sensitive_positions]

    def given(self, class_codes, group_codes):
        """Return what the network is given of each row: class and sensitive levels, (n_rows, 1 + n_sensitive)."""
        return np.column_stack([class_codes, self.levels(group_codes)])

    def levels(self, group_codes):
        """Return the sensitive levels of each row, shape (n_rows, n_sensitive)."""
        if self.groups is None:
            return np.zeros((len(group_codes), 0), dtype=int)
        return self.groups.group_levels_[group_codes]

    @property
    def sensitive_names(self):
        """Labels of the sensitive columns; empty without any."""
        if self.sensitive_features is not None:
            return list(self.sensitive_features.table.columns)
        return [self.format.columns[position] for position in self.sensitive_positions]

    def sensitive_frame(self, frame, sensitive_features=None):
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
        check_consistent_length(frame, sensitive_features)
        given, values = _read_sensitive(sensitive_features)
        self.check_sensitive_columns(given.table, "sensitive_features", is_named=not given.is_series)
        return values

    def check_sensitive_columns(self, table, parameter, *, is_named=True):
        """Raise ValueError if a TableFormat of sensitive values has not the columns of ``fit``, in their order.

        Names are compared where both tables are frames of named columns, else their number.
        """
        known = self.format if self.sensitive_features is None else self.sensitive_features.table
        was_series = self.sensitive_features is not None and self.sensitive_features.is_series
        is_named = is_named and not was_series and table.container == known.container == "frame"
        found, expected = list(table.columns), self.sensitive_names
        if found != expected if is_named else len(found) != len(expected):
            raise ValueError(
                f"{parameter} has {len(found)} columns, {found}; expected those of fit, in their order: {expected}."
            )

    def read_data(self, X, y=None, sensitive_features=None):
        """Return other rows of the fitted table under integer labels.

        Raises
        ------
        ValueError
            If they have other columns, or y or the sensitive values another length.
        """
        table, frame = TableFormat.of(X)
        check_consistent_length(X, y, sensitive_features)
        if list(table.columns) != list(self.format.columns):
            raise ValueError(
                f"data has the columns {list(table.columns)}; expected those the teacher was fitted on, "
                f"{list(self.format.columns)}."
            )
        return frame

    def group_codes(self, frame, sensitive_features=None):
        """Return the group code of each row, shape (n_rows,); errors as in :meth:`sensitive_frame`."""
        if self.groups is None:
            return np.zeros(len(frame), dtype=int)
        return self.groups.encode(self.sensitive_frame(frame, sensitive_features))

    def ranks(self, frame, sensitive_features=None):
        """Return the ranks, 0 to 1,000, of continuous sensitive columns, shape (n_rows, n_continuous).

        A missing value stands in the middle.
        """
        banded = [] if self.groups is None else self.groups.banded_columns_
        if not banded:
            return np.zeros((len(frame), 0), dtype=int)
        ranks = self.sensitive_frame(frame, sensitive_features)[banded].rank(pct=True).fillna(0.5)
        return np.round(N_RANKS * ranks.to_numpy()).astype(int)

    @property
    def group_parents(self):
        """For each group, what it shares with those it leans on if it is small: its first sensitive value, if several.

        None where that is everyone.
        """
        if self.groups is None or self.groups.group_levels_.shape[1] < 2:
            return None
        return self.groups.group_levels_[:, 0]

    @property
    def class_shares(self):
        """Class shares of each group, shape (n_classes, n_groups); those of small groups lean on larger ones."""
        return pooled_class_shares(self.counts, self.group_parents)

    def moved_shares(self, criterion, strength):
        """Return the share of each cell that a criterion asks for, shape (n_classes, n_groups)."""
        counts = self.strata_counts if criterion == "demographic_parity" else self.counts
        return equalized_shares(counts, 0.0 if criterion is None else strength)

    def stratum_codes(self, frame):
        """Return the stratum of each row, shape (n_rows,)."""
        if self.strata is None:
            return np.zeros(len(frame), dtype=int)
        return self.strata.encode(frame[self.legitimate_positions])

    def without_strata(self):
        """Return a copy that knows no strata: drawing needs none."""
        return replace(self, legitimate_positions=[], strata=None, strata_counts=None)

    @property
    def level_cardinalities(self):
        """Number of levels of each sensitive column."""
        return [] if self.groups is None else self.groups.level_counts_

    @property
    def given_cardinalities(self):
        """Number of values of each column of :meth:`given`."""
        return [self.counts.shape[0], *self.level_cardinalities]

    def fit_codec(self, features, categorical_columns, *, is_blind=False):
        """Return a codec fitted on the generated columns; `categorical_columns` as users give them.

        `is_blind` is for networks that must not see the sensitive columns: no other column is then written as its
        distance from one of them.
        """
        if not isinstance(categorical_columns, str):
            categorical_columns = set(self.format.positions(categorical_columns, "categorical_columns"))
        codec = TableCodec(categorical_columns, hidden_columns=self.hidden_columns(is_blind))
        return codec.fit(features, self.format.columns[self.feature_positions])

    def hidden_columns(self, is_blind):
        """Return the positions of the columns that a network must not see, a set."""
        return set(self.sensitive_positions) if is_blind else set()

    def with_margins(self, shares, class_shares, group_shares):
        """Return cell shares moved to the class shares and group shares of two dicts, either None."""
        if class_shares is not None:
            class_shares = margin_from_mapping(class_shares, self.cells.classes, shares.sum(axis=1), "class_shares")
        if group_shares is not None:
            group_shares = self._group_margin(group_shares, shares.sum(axis=0))
        return with_margins(shares, class_shares=class_shares, group_shares=group_shares)

    def _group_margin(self, wanted, present):
        """Return group shares from a dict keyed by groups, or by the values of one of several sensitive columns."""
        if self.groups is None:
            raise ValueError("group_shares needs groups, and this generator was fitted without sensitive columns.")
        groups = self.groups.groups_
        if isinstance(groups[0], tuple) and not any(isinstance(key, tuple) for key in wanted):
            for place in range(len(groups[0])):
                values = [group[place] for group in groups]
                if all(key in values for key in wanted):
                    names = list(dict.fromkeys(values))
                    totals = np.array([present[[value == name for value in values]].sum() for name in names])
                    margin = margin_from_mapping(wanted, names, totals, "group_shares")
                    return present * np.array([(margin / totals)[names.index(value)] for value in values])
        return margin_from_mapping(wanted, groups, present, "group_shares")

    def fits(self, other):
        """Tell whether a network trained on this layout can go on with the rows of another."""
        same_columns = self.feature_positions == other.feature_positions
        same_cells = self.cells.classes == other.cells.classes and self.cells.groups == other.cells.groups
        return same_columns and same_cells

    def assemble(self, features, group_codes):
        """Join generated features with their groups' sensitive values, as a frame in the column order of X."""
        if self.groups is None or self.sensitive_features is not None:
            return features
        features = self.groups.confine(features, group_codes)
        frame = pd.concat([features, self.groups.decode(group_codes)], axis=1)
        return frame[range(len(self.format.columns))]

    def sensitive_values(self, group_codes, frame, rng):
        """Return the sensitive values of rows, in the kind of `sensitive_features`, or as columns of X."""
        if self.sensitive_features is not None:
            return self.sensitive_features.restore(self.groups.draw(group_codes, rng))
        return (
            None
            if self.groups is None
            else frame[self.sensitive_positions].set_axis(self.format.columns[self.sensitive_positions], axis=1)
        )


@dataclass
class TableRows:
    """The rows themselves: columns of X under integer labels, and the class and group code of each row.

    Rows to learn from have the ranks of their continuous sensitive values too.
    """

    frame: pd.DataFrame
    class_codes: np.ndarray
    group_codes: np.ndarray
    ranks: np.ndarray | None = None


@dataclass(frozen=True)
class SensitiveFormat:
    """Kind of the values given as `sensitive_features`: their table, and whether they were one-dimensional."""

    table: TableFormat
    is_series: bool
    is_flat: bool

    def restore(self, frame):
        """Return a frame of sensitive values as the kind that was given."""
        if self.is_series:
            return frame.iloc[:, 0].rename(self.table.columns[0])
        restored = self.table.restore(frame)
        if not self.is_flat:
            return restored
        return [row[0] for row in restored] if self.table.container == "list" else restored.ravel()

    def join(self, values, added):
        """Return the given sensitive values, untouched, followed by restored ones."""
        if self.is_series or self.table.container == "frame":
            return pd.concat([values, added], ignore_index=True)
        return [*values, *added] if self.table.container == "list" else np.concatenate([values, added])


def read_training_table(estimator, X, y, sensitive_features):
    """Check what was passed to ``fit`` and return its layout and rows; sets ``n_features_in_``.

    Raises
    ------
    ValueError
        If X, y and sensitive_features differ in length, a sensitive column does not exist, sensitive values are
        given both ways, or y is missing, continuous or has one class only.
    """
    if estimator.sensitive_columns is not None and sensitive_features is not None:
        raise ValueError(
            "Both sensitive_columns (of X) and sensitive_features (beside X) were given; "
            "give the sensitive values in one way."
        )
    table_format, frame = TableFormat.of(X)
    validate_data(estimator, X if table_format.columns.is_unique else frame, skip_check_array=True)
    check_consistent_length(X, y, sensitive_features)
    target, class_codes = _read_target(y, len(frame))
    positions, sensitive_format, sensitive = [], None, None
    if estimator.sensitive_columns is not None:
        positions = table_format.positions(estimator.sensitive_columns, "sensitive_columns")
        sensitive, sensitive_names = frame[positions], table_format.columns[positions]
    elif sensitive_features is not None:
        sensitive_format, sensitive = _read_sensitive(sensitive_features)
        sensitive_names = sensitive_format.table.columns
    groups, group_codes = None, np.zeros(len(frame), dtype=int)
    if sensitive is not None and sensitive.shape[1] > 0:
        groups = GroupCodec().fit(sensitive, sensitive_names)
        group_codes = groups.encode(sensitive)
    layout = TableLayout(table_format, positions, sensitive_format, target, groups)
    if not layout.feature_positions:
        raise ValueError(
            f"X has no columns but the sensitive ones, {layout.sensitive_names}; expected others to learn. Add some."
        )
    shape = (1 if target is None else len(target.classes_), 1 if groups is None else len(groups.groups_))
    layout.counts = _counts((class_codes, group_codes), shape)
    if getattr(estimator, "legitimate_columns", None) is not None:
        layout.legitimate_positions = _legitimate_positions(estimator, table_format, positions)
        own = layout.legitimate_positions
        layout.strata = StrataCodec().fit(frame[own], table_format.columns[own])
    n_strata = 1 if layout.strata is None else layout.strata.n_strata_
    layout.strata_counts = _counts((class_codes, group_codes, layout.stratum_codes(frame)), (*shape, n_strata))
    return layout, TableRows(frame, class_codes, group_codes, layout.ranks(frame, sensitive_features))


def _counts(codes, shape):
    return np.bincount(np.ravel_multi_index(codes, shape), minlength=np.prod(shape)).reshape(shape)


def _legitimate_positions(estimator, table_format, sensitive_positions):
    positions = table_format.positions(estimator.legitimate_columns, "legitimate_columns")
    both = [table_format.columns[position] for position in positions if position in sensitive_positions]
    if both or not positions:
        found = f"names the sensitive columns {both}" if both else "is empty"
        raise ValueError(
            f"legitimate_columns {found}; expected other columns of X, whose part in the outcome is to be left. "
            "Use None for demographic parity without them."
        )
    if estimator.criterion != "demographic_parity":
        raise ValueError(
            f"legitimate_columns was given with criterion={estimator.criterion!r}; it belongs to "
            "'demographic_parity', which it makes conditional. Leave it out, or choose that criterion."
        )
    return positions


def _read_target(y, n_rows):
    if y is None:
        return None, np.zeros(n_rows, dtype=int)
    target = TargetCodec().fit(y)
    if len(target.classes_) < 2:
        raise ValueError(
            f"y has one class only, {target.classes_[0]!r}, in {n_rows:,} sample(s); expected 2 or more classes. "
            "Pass rows of every class."
        )
    return target, target.encode(y)


def _read_sensitive(values):
    is_series = isinstance(values, pd.Series)
    is_flat = not is_series and np.ndim(values) == 1
    if is_series:
        values = values.to_frame()
    elif is_flat:
        values = [[value] for value in values] if isinstance(values, list) else np.reshape(values, (-1, 1))
    table, frame = TableFormat.of(values)
    return SensitiveFormat(table, is_series, is_flat), frame
