"""The state of a part is refused when it is loaded, or the part it makes can be used."""

import copy
import io

import numpy as np
import pandas as pd
import pytest

from skfairgen.criteria import OutcomeTransport, StratifiedTransport
from skfairgen.data import (
    CategoricalColumn,
    GroupCodec,
    NumericColumn,
    StrataCodec,
    TableCodec,
    TableFormat,
    TargetCodec,
)
from skfairgen.files import pack, read_archive, unpack, write_archive

N_ROWS = 400
RNG = np.random.default_rng(0)
NORMAL = RNG.normal(size=N_ROWS)
TABLE = pd.DataFrame(
    {
        0: NORMAL.round(2),
        1: RNG.choice(["a", "b", "c", None], N_ROWS),
        2: NORMAL.round(2) * 3 + 1,
        3: RNG.integers(0, 5, N_ROWS),
        4: pd.Categorical(RNG.choice(["x", "y"], N_ROWS)),
        5: pd.Timestamp("2020-01-01") + pd.to_timedelta(RNG.integers(0, 900, N_ROWS), unit="D"),
        6: [f"rare {row % 150}" if row % 3 == 0 else "frequent" for row in range(N_ROWS)],
    }
)
SENSITIVE = TABLE[[1, 2]]
GROUPS, STRATA = RNG.integers(0, 2, (2, N_ROWS))
SCORES = RNG.beta(2 + GROUPS, 3)
SCORES_3 = RNG.dirichlet([1, 2, 3], N_ROWS)


def rng():
    return np.random.default_rng(0)


def use_codec(codec):
    tokens = np.column_stack([rng().choice(np.flatnonzero(own), 50) for own in codec.generable_])
    codec.encode(codec.decode({"tokens": tokens}, rng()))


def use_column(column):
    column.encode(column.decode(np.flatnonzero(column.generable_), rng()))


def use_groups(codec):
    groups = np.arange(len(codec.groups_))
    codec.confine(codec.draw(groups, rng()), groups)
    codec.encode_levels(SENSITIVE)


def use_transport(transport):
    n_classes = len(transport.class_shares_)
    scores = np.full((len(transport.groups_), n_classes), 1 / n_classes)
    assert np.isfinite(transport.transport(scores, transport.groups_, rng=rng())).all()


def use_strata_transport(transport):
    for stratum, own in enumerate(transport.transports_):
        if own is not None:
            n_classes = len(own.class_shares_)
            scores = np.full((len(own.groups_), n_classes), 1 / n_classes)
            transport.transport(scores, own.groups_, np.full(len(own.groups_), stratum), strength=1.0, rng=rng())


SIZES = np.full((2, 2), 100)
PARTS = {
    "table": (lambda: TableCodec().fit(TABLE), use_codec),
    "number": (lambda: NumericColumn().fit(TABLE[0]), use_column),
    "date": (lambda: NumericColumn().fit(TABLE[5]), use_column),
    "word": (lambda: CategoricalColumn().fit(TABLE[1]), use_column),
    "rare words": (lambda: CategoricalColumn().fit(TABLE[6]), use_column),
    "private words": (
        lambda: CategoricalColumn().fit(TABLE[6]).without_records(),
        lambda own: own.decode(np.arange(2), rng()),
    ),
    "private numbers": (
        lambda: NumericColumn().fit(TABLE[0]).without_records(),
        lambda own: own.decode(np.arange(9), rng()),
    ),
    "groups": (lambda: GroupCodec().fit(SENSITIVE), use_groups),
    "private groups": (
        lambda: (lambda codec: codec.without_records(np.arange(len(codec.groups_))[:5]))(GroupCodec().fit(SENSITIVE)),
        lambda codec: codec.draw(np.arange(len(codec.groups_)), rng()),
    ),
    "no groups": (lambda: GroupCodec().fit(TABLE[[]]), lambda codec: codec.encode(TABLE[[]])),
    "strata": (lambda: StrataCodec().fit(TABLE[[1, 3]]), lambda codec: codec.encode(TABLE[[1, 3]])),
    "labels": (
        lambda: TargetCodec().fit(pd.Series(["u", "v"] * 9, name="y")),
        lambda codec: codec.decode(np.arange(len(codec.classes_))),
    ),
    "listed labels": (lambda: TargetCodec().fit([1, 2, 3]), lambda codec: codec.decode(np.arange(len(codec.classes_)))),
    "one-hot labels": (
        lambda: TargetCodec().fit(pd.DataFrame(np.eye(3, dtype=int), columns=list("abc"))),
        lambda codec: codec.decode(np.arange(len(codec.classes_))),
    ),
    "format": (lambda: TableFormat.of(TABLE.rename(columns=str))[0], lambda own: own.positions(own.columns[0], "x")),
    "array": (
        lambda: TableFormat.of(np.ones((3, 2), np.float32))[0],
        lambda own: own.restore(pd.DataFrame(np.ones((1, 2)))),
    ),
    "transport": (lambda: OutcomeTransport(n_knots=5).fit(SCORES, GROUPS), use_transport),
    "transport of 3 classes": (lambda: OutcomeTransport(n_knots=5).fit(SCORES_3, GROUPS), use_transport),
    "transports": (
        lambda: StratifiedTransport().fit(SCORES, GROUPS, STRATA, SIZES, rng=rng()),
        use_strata_transport,
    ),
    "a missing transport": (
        lambda: StratifiedTransport().fit(SCORES, GROUPS, np.zeros(N_ROWS, int), SIZES, rng=rng()),
        use_strata_transport,
    ),
}


@pytest.fixture(params=PARTS)
def made(request):
    make, use = PARTS[request.param]
    return make(), use


def written(part):
    file = io.BytesIO()
    write_archive(file, {}, *pack(part.to_state()))
    return file.getvalue()


def reread(part):
    _, value, arrays = read_archive(io.BytesIO(written(part)), 1 << 30)
    return type(part).from_state(unpack(value, arrays), 2)


def test_a_part_comes_back_from_a_file(made):
    part, use = made
    use(reread(part))
    assert written(reread(part)) == written(part)


HAVE_DEFAULTS = ("draws_rare_from_kept", "n_knots", "stand_ins")
JUNK = [
    None,
    True,
    -1,
    0,
    10**30,
    float("nan"),
    "x",
    [],
    {},
    ["x"],
    [None],
    np.zeros(0),
    np.full(3, 9e99),
    pd.Index([]),
    pd.NA,
]


def changed(value):
    """Yield other values than an array's: of another shape, dtype, order or range."""
    if isinstance(value, np.ndarray) and value.size:
        yield from (value[:-1], value[::-1], value.reshape(-1, 1), np.concatenate([value, value]), value.astype(object))
        if value.dtype.kind in "iuf":
            yield from (value + value.dtype.type(100), -value, value.astype(np.float32), value.astype(np.uint8))
        if value.dtype.kind == "f":
            yield value * np.nan
    if isinstance(value, list) and value:
        yield from (value[:-1], value[::-1], value + value)
    if isinstance(value, int) and not isinstance(value, bool):
        yield from (value + 1, value - 1, value + 1000, float(value), str(value))
    if isinstance(value, np.dtype):
        yield from (
            np.dtype("U3"),
            np.dtype(bool),
            np.dtype("i1"),
            np.dtype("M8[s]"),
            pd.CategoricalDtype(),
            pd.Int8Dtype(),
        )


def paths(state, path=()):
    """Yield the path of every value of a state that holds no others, and of every state in it."""
    items = state.items() if isinstance(state, dict) else enumerate(state) if isinstance(state, list) else ()
    yield path
    for key, value in items:
        yield from paths(value, (*path, key))


def with_value(state, path, value):
    state = copy.copy(state)
    state[path[0]] = value if len(path) == 1 else with_value(state[path[0]], path[1:], value)
    return state


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_changed_state_is_refused_or_can_be_used(made):
    part, use = made
    state = part.to_state()
    n_refused = n_changed = 0
    for path in list(paths(state))[1:]:
        value = state
        for key in path:
            value = value[key]
        for other in [*JUNK, *changed(value)]:
            n_changed += 1
            try:
                forged = type(part).from_state(with_value(state, path, other), 2)
            except ValueError as error:
                n_refused += 1
                assert str(error)
                continue
            if path[-1] not in ("positions", "columns") and "positions" not in path:  # which belong to the table
                use(forged)
    assert n_refused > 0.5 * n_changed


def test_states_lack_no_field_and_have_no_other(made):
    part, use = made
    state = part.to_state()
    with pytest.raises(ValueError, match="unknown fields"):
        type(part).from_state({**state, "more": 1}, 2)
    for name in state:
        left = {key: value for key, value in state.items() if key != name}
        try:
            use(type(part).from_state(left, 2))
        except ValueError as error:
            assert f"lacks the field {name}" in str(error) or name in HAVE_DEFAULTS
    for other in (None, [], 3, {}):
        with pytest.raises(ValueError, match=type(part).__name__):
            type(part).from_state(other, 2)


@pytest.mark.parametrize("name", ["n_bins", "min_count"])
def test_a_parameter_that_a_file_lacks_gets_its_default(name):
    state = NumericColumn().fit(TABLE[0]).to_state()
    del state[name]
    assert getattr(NumericColumn.from_state(state, 2), name) == getattr(NumericColumn(), name)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("grid", np.zeros((3, 2)), r"the NumericColumn has the grid of shape \(3, 2\), expected \(any, 33\)"),
        ("n_bins", "60", "the NumericColumn has n_bins='60', expected int"),
        ("step", 0, "the NumericColumn has step=0, expected a number from 1 to"),
        ("edges", np.zeros(3, int), "the NumericColumn has 3 edges for"),
        ("spikes", np.array([2.0, 1.0]), "the NumericColumn has"),
    ],
)
def test_complaints_name_the_part_the_field_and_what_was_expected(name, value, message):
    state = NumericColumn().fit(TABLE[0]).to_state()
    with pytest.raises(ValueError, match=message):
        NumericColumn.from_state({**state, name: value}, 2)


def test_a_missing_value_is_one_value():
    state = CategoricalColumn().fit(pd.Series(["a", "b", None] * 5, dtype=object)).to_state()
    assert CategoricalColumn.from_state(state, 2).missing_ is None
    with pytest.raises(ValueError, match="missing value"):
        CategoricalColumn.from_state({**state, "missing": [None]}, 2)


def test_columns_of_unknown_kinds_are_refused():
    state = TableCodec().fit(TABLE).to_state()
    with pytest.raises(ValueError, match="kind 'Popen' was found, expected one of"):
        TableCodec.from_state(with_value(state, ("columns", 0, "kind"), "Popen"), 2)


def test_a_column_derives_only_from_numbers_before_it():
    state = TableCodec().fit(TABLE).to_state()
    for sources in ([2], [1], [5]):
        with pytest.raises(ValueError, match="derives column 2 from"):
            TableCodec.from_state(with_value(state, ("columns", 2, "relation", "sources"), sources), 2)


DTYPES = ["int8", "uint64", "float32", "Int64", "Float32", "int64[pyarrow]", "float[pyarrow]", "M8[s]", "m8[ns]"]
DTYPES += [
    "datetime64[ns, Europe/Berlin]",
    "Sparse[int]",
    "bool",
    "string",
    "category",
    "timestamp[s][pyarrow]",
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.filterwarnings("ignore::skfairgen.exceptions.TextColumnWarning")
def test_columns_of_every_dtype_come_back(dtype):
    table = pd.DataFrame({0: pd.Series(np.arange(200) % 70).astype(dtype)})
    codec = TableCodec().fit(table)
    tables = [own.decode(own.encode(table), rng()) for own in (codec, reread(codec))]
    pd.testing.assert_frame_equal(*tables, check_exact=True)
    assert tables[0].dtypes.equals(table.dtypes)
