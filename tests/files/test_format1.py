"""What files of format 1 hold becomes states of format 2, which encode and decode as the objects did."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from skfairgen import load
from skfairgen.criteria import OutcomeTransport, StratifiedTransport
from skfairgen.data import GroupCodec, StrataCodec, TableCodec, TableFormat, TargetCodec
from skfairgen.data._groups import _Bands, _Levels
from skfairgen.data.table import CategoricalColumn, NumericColumn
from skfairgen.data.table._derived_column import DerivedColumn, Relation
from skfairgen.files import pack, read_archive, to_version_2, unpack, write_archive

FOLDER = Path(__file__).parents[1] / "golden" / "format1"
FILES = sorted(FOLDER.glob("*.skfairgen"))
KINDS = {
    kind.__name__.strip("_"): kind
    for kind in (_Bands, _Levels, CategoricalColumn, DerivedColumn, GroupCodec, NumericColumn, OutcomeTransport)
    + (Relation, StrataCodec, StratifiedTransport, TableCodec, TableFormat, TargetCodec)
}


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def file(request):
    return request.param


def converted(path):
    manifest, state, arrays = read_archive(path, 1 << 30)
    assert manifest["format_version"] == 1
    return to_version_2(state, arrays)


def pairs(state, original):
    """Return each part's state beside the object that format 1 makes of it."""
    if isinstance(state, dict) and "kind" in state:
        return [(state, original)]
    if isinstance(state, dict) and "attributes" in state:
        found = state["attributes"].items()
        return [pair for name, own in found for pair in pairs(own, vars(original).get(name))]
    return []


def written(state):
    file = io.BytesIO()
    write_archive(file, {}, *pack(state))
    return file.getvalue()


def reread(state):
    _, value, arrays = read_archive(io.BytesIO(written(state)), 1 << 30)
    return unpack(value, arrays)


def assert_same(found, expected):
    """Assert that two parts hold the same, attribute by attribute."""
    assert type(found) is type(expected) or isinstance(expected, np.generic)
    if hasattr(expected, "__dict__") and type(expected).__module__.startswith("skfairgen"):
        assert {**vars(found)}.keys() - {"draws_rare_from_kept_"} == {**vars(expected)}.keys() - {
            "draws_rare_from_kept_"
        }
        for name, value in vars(expected).items():
            if name != "dtypes_" or None not in value:  # a private file of format 1 lost those of derived columns
                assert_same(vars(found)[name], value)
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        assert_same(list(found.values()), list(expected.values()))
    elif isinstance(expected, list | tuple):
        assert len(found) == len(expected)
        for pair in zip(found, expected, strict=True):
            assert_same(*pair)
    elif isinstance(expected, np.ndarray):
        np.testing.assert_array_equal(found, expected, strict=True)
    elif isinstance(expected, pd.Series):
        pd.testing.assert_series_equal(found, expected, check_exact=True)
    elif isinstance(expected, pd.Index):
        pd.testing.assert_index_equal(found, expected, exact=True)
    else:
        assert found == expected or (pd.isna(found) and pd.isna(expected))


def test_every_part_is_what_format_1_makes_of_it(file):
    found = pairs(converted(file), load(file))
    assert {"TableCodec", "TableFormat"} <= {state["kind"] for state, _ in found}
    for state, original in found:
        for made in (KINDS[state["kind"]].from_state(own, 2) for own in (state, reread(state))):
            assert_same(made, original)


def test_states_of_format_2_give_the_same_bytes_again(file):
    for state, original in pairs(converted(file), load(file)):
        again = KINDS[state["kind"]].from_state(state, 2).to_state()
        assert written(again) == written(original.to_state())


def test_codecs_encode_and_decode_as_before(file):
    for state, original in pairs(converted(file), load(file)):
        made = KINDS[state["kind"]].from_state(reread(state), 2)
        draws = [np.random.default_rng(0), np.random.default_rng(0)]
        if isinstance(made, TableCodec):
            tokens = np.column_stack([draws[0].choice(np.flatnonzero(own), 200) for own in original.generable_])
            draws[0] = np.random.default_rng(0)
            tables = [codec.decode(tokens, rng) for codec, rng in zip((made, original), draws, strict=True)]
            pd.testing.assert_frame_equal(*tables, check_exact=True)
            np.testing.assert_array_equal(made.encode(tables[0]), original.encode(tables[0]))
        if isinstance(made, GroupCodec):
            groups = np.arange(len(made.groups_)).repeat(20)
            tables = [codec.draw(groups, rng) for codec, rng in zip((made, original), draws, strict=True)]
            pd.testing.assert_frame_equal(*tables, check_exact=True)
            np.testing.assert_array_equal(made.encode(tables[0]), original.encode(tables[0]))
        if isinstance(made, StratifiedTransport):
            groups = made.transports_[0].groups_.repeat(50)
            given = draws[0].random(len(groups)), groups, np.zeros(len(groups), int)
            draws[0] = np.random.default_rng(0)
            moved = [
                own.transport(*given, strength=1.0, rng=rng) for own, rng in zip((made, original), draws, strict=True)
            ]
            np.testing.assert_array_equal(*moved)


def test_networks_are_given_as_settings_and_weights(file):
    whole = converted(file)
    estimator = load(file)
    while "net_" not in whole["attributes"]:
        whole, estimator = whole["attributes"]["generator_"], estimator.generator_
    network = whole["attributes"]["net_"]
    assert network["settings"] == estimator.net_.module_.settings
    weights = estimator.net_.module_.state_dict()
    assert list(network["weights"]) == list(weights)
    for name, weight in weights.items():
        np.testing.assert_array_equal(network["weights"][name], weight.numpy(), strict=True)


def test_what_a_file_refers_to_twice_is_one_dict():
    attributes = converted(FOLDER / "resampler.skfairgen")["attributes"]
    assert attributes["generator_"] is attributes["teacher_"]


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"$": "object", "name": "Popen", "v": {}, "place": 0}, "'Popen', which is none of"),
        ({"$": "object", "name": ["Popen"], "v": {}, "place": 0}, "do not fit"),
        ({"$": "object", "name": "TableCodec", "v": {}, "place": 0}, "do not fit"),
        ({"$": "object", "name": "FairEncoder", "v": {"a": {"$": "known", "v": 0}}, "place": 0}, "not read before"),
        ({"$": "type", "v": "Popen"}, "container"),
        ([{"$": "object", "name": "TableFormat", "v": {}, "place": 0}, *[{"$": "known", "v": 0}] * 101], "references"),
    ],
)
def test_forged_contents_are_refused(state, message):
    with pytest.raises(ValueError, match=message):
        to_version_2(state, {})


def test_the_fixtures_are_plain_zips():
    for path in FILES:
        with zipfile.ZipFile(path) as archive:
            assert len(archive.namelist()) == 3
    assert len(FILES) == 14
