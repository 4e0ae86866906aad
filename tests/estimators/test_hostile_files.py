"""Files that are damaged or hostile are refused, run nothing, and allocate nothing that they do not hold."""

import hashlib
import io
import json
import os
import pickle
import zipfile

import numpy as np
import pytest
from in_memory import from_bytes, to_bytes

from skfairgen import FairEncoder, FairGenerator, distill, load
from skfairgen.datasets import make_biased_classification
from skfairgen.files import pack, read_archive, unpack, write_archive

pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")
N_FLIPS = 1_000


@pytest.fixture(scope="module")
def table():
    return make_biased_classification(n_samples=200, random_state=0)


@pytest.fixture(scope="module")
def student_file(table):
    teacher = FairGenerator("group_0", max_epochs=1, random_state=0).fit(table.data, table.target)
    return to_bytes(distill(teacher, max_epochs=1, random_state=0))


@pytest.fixture(scope="module")
def encoder_file(table):
    encoder = FairEncoder("group_0", sensitive_at_prediction=False, n_components=2, max_epochs=1, random_state=0)
    return to_bytes(encoder.fit(table.data, table.target))


@pytest.fixture(params=["student_file", "encoder_file"])
def any_file(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.99])
def test_truncated_files_are_refused(any_file, kept):
    with pytest.raises(ValueError, match="cannot be loaded"):
        from_bytes(any_file[: int(kept * len(any_file)) if isinstance(kept, float) else kept])


def test_flipped_bits_are_refused_or_change_nothing(any_file):
    rng = np.random.default_rng(0)
    expected = to_bytes(from_bytes(any_file), private_export=False)
    n_refused = 0
    for place, bit in zip(rng.integers(len(any_file), size=N_FLIPS), rng.integers(8, size=N_FLIPS), strict=True):
        damaged = bytearray(any_file)
        damaged[place] ^= 1 << int(bit)
        try:
            loaded = from_bytes(bytes(damaged))
        except ValueError:
            n_refused += 1
            continue
        assert to_bytes(loaded, private_export=False) == expected
    assert n_refused > 0.9 * N_FLIPS


def rewritten(content, change):
    """Return an archive whose members a forger changed, with checksums to match."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts = change(parts)
    manifest = json.loads(parts["manifest.json"])
    for name in manifest["members"]:
        manifest["members"][name]["sha256"] = hashlib.sha256(parts[name]).hexdigest()
    parts["manifest.json"] = json.dumps(manifest).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("a-pickle-was-run",)


def replaced(old, new, member="state.json"):
    def change(parts):
        assert old in parts[member]
        return {**parts, member: parts[member].replace(old, new)}

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda parts: {**parts, "net.pkl": pickle.dumps(Bomb())}, "members"),
        (lambda parts: {**parts, "../../escaped": b"x"}, "members"),
        (lambda parts: {**parts, "state.json": pickle.dumps(Bomb())}, "cannot be loaded"),
        (lambda parts: {**parts, "state.json": b"[" * 100_000}, "nests 100,000 levels"),
        (replaced(b'"DistilledGenerator"', b'"Popen"'), "'Popen', expected one of"),
        (replaced(b'"$": "array"', b'"$": "__init__"'), "unknown kind"),
        (replaced(b'"codec":', b'"__class__":'), "cannot be loaded"),
        (replaced(b'"hidden_features": ', b'"hidden_features": 99999999'), "cannot be loaded"),
        (replaced(b'"skfairgen"', b'"another"', "manifest.json"), "'another'"),
        (replaced(b'"format_version": 2', b'"format_version": 3', "manifest.json"), "update skfairgen"),
        (replaced(b'"shape":[', b'"shape":[9999999999,', "tensors.safetensors"), "cannot be loaded"),
    ],
)
def test_hostile_files_are_refused_and_run_nothing(student_file, change, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=message):
        from_bytes(rewritten(student_file, change))
    assert list(tmp_path.iterdir()) == []


def forged(content, change):
    """Return a file whose state a forger changed, in place, and wrote as files are written."""
    manifest, state, arrays = read_archive(io.BytesIO(content), 1 << 30)
    state = unpack(state, arrays)
    change(state)
    file = io.BytesIO()
    write_archive(file, {name: manifest[name] for name in ("class", "private_export", "versions")}, *pack(state))
    return file.getvalue()


def network_of(state):
    return state["model"]["autoencoder"]


def part_that_has(name, network):
    """Return the settings, of an autoencoder or its encoder, that a name belongs to."""
    return network["settings"] if name == "n_classes" else network["settings"]["encoder"]["settings"]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("n_classes", -1, "n_classes=-1, expected numbers of 0 or more"),
        ("given_cardinalities", [-1, 3], r"given_cardinalities=\[-1, 3\], expected"),
        ("latent_features", "2", "cannot be loaded"),
        ("latent_features", [], "cannot be loaded"),
        ("latent_features", 2.5, "cannot be loaded"),
        ("latent_features", 10**9, "the decoder's 2"),
        ("latent_features", 10**30, "cannot be loaded"),
        ("n_classes", 10**12, "do not have the shapes"),
        ("cardinalities", 3, "cannot be loaded"),
        ("cardinalities", {"a": 3}, "cannot be loaded"),
        ("cardinalities", [10**15], "cannot be loaded"),
        ("cardinalities", [1] * 10**5, "100,000 numbers as cardinalities"),
        ("visible_columns", [99], "index out of range"),
        ("visible_columns", [-1], "expected numbers of 0 or more"),
        ("visible_columns", [], "do not have the shapes"),
        ("encode_given", True, "do not have the shapes"),
        ("generable", [], "cannot be loaded"),
        ("unheard_of", 1, "unexpected keyword argument 'unheard_of'"),
    ],
)
def test_networks_of_settings_that_cannot_be_are_refused(encoder_file, name, value, message):
    content = forged(encoder_file, lambda state: part_that_has(name, network_of(state)).update({name: value}))
    with pytest.raises(ValueError, match=message):
        from_bytes(content)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda network: network.update(name="Linear"), "network of the name 'Linear'; expected one of"),
        (lambda network: network.update(name=["ColumnEncoder"]), "cannot be loaded"),
        (lambda network: network.update(name="ColumnEncoder"), "cannot be loaded"),
        (lambda network: network.update(settings=[]), "cannot be loaded"),
        (lambda network: part_that_has("cardinalities", network).pop("cardinalities"), "'cardinalities'"),
        (lambda network: network["settings"].pop("n_classes"), "do not have the shapes"),
        (lambda network: network["weights"].pop("head.bias"), "do not have the shapes"),
        (lambda network: network["weights"].update({"head.bias": np.zeros(2, "i4")}), "do not have the shapes"),
    ],
)
def test_networks_that_do_not_fit_their_weights_are_refused(encoder_file, change, message):
    content = forged(encoder_file, lambda state: change(network_of(state)))
    with pytest.raises(ValueError, match=message):
        from_bytes(content)


def test_a_changed_member_is_told_by_its_checksum(student_file):
    with zipfile.ZipFile(io.BytesIO(student_file)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["state.json"] += b" "
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    with pytest.raises(ValueError, match="changed after it was written"):
        from_bytes(buffer.getvalue())


def test_large_files_are_refused_before_they_are_unpacked(student_file, tmp_path):
    with pytest.raises(ValueError, match="max_bytes"):
        from_bytes(student_file, max_bytes=1_000)
    (tmp_path / "file").write_bytes(student_file)
    with pytest.raises(ValueError, match="max_bytes"):
        load(tmp_path / "file", max_bytes=1_000)
