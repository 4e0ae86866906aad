"""Archives that are damaged or hostile are refused, and cost at most 100 MB of memory and 2 CPU seconds."""

import hashlib
import io
import json
import struct
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from safetensors.numpy import save as save_tensors

from skfairgen.files import read_archive, write_archive

N_FLIPS = 1_000
MEBI = 1 << 20
MAX_MEGABYTES, MAX_SECONDS = 100, 2
P = 2**61 - 1  # all multiples share one hash
READ = """
import sys, time
from skfairgen.files import read_archive, unpack

def peak():
    with open("/proc/self/status") as file:
        return int(file.read().split("VmHWM:")[1].split()[0]) / 1024

before, start = peak(), time.process_time()
try:
    unpack(*read_archive(sys.argv[1], 1 << 30)[1:])
    said = "read"
except ValueError as error:
    said = str(error)
print(peak() - before, time.process_time() - start, said)
"""


def archive(state=b"{}", tensors=None, manifest=None, method=zipfile.ZIP_DEFLATED):
    """Return an archive that a forger made, with checksums to match."""
    tensors = save_tensors({}) if tensors is None else tensors
    members = {"state.json": state, "tensors.safetensors": tensors}
    checksums = {name: {"sha256": hashlib.sha256(part).hexdigest()} for name, part in members.items()}
    valid = json.dumps({"format": "skfairgen", "format_version": 2, "members": checksums}).encode()
    return zipped({"manifest.json": valid if manifest is None else manifest, **members}.items(), method)


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, part in parts:
            made.writestr(name, part, method)
    return file.getvalue()


def tensors(header, body=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def entry(dtype="F64", shape=(1,), start=0, end=8):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}


def repeated(item, n_items):
    return b"[" + b",".join([item] * n_items) + b"]"


def zeros(n_bytes):
    return save_tensors({"a": np.zeros(n_bytes, np.int8)})


ARRAY = b'{"$":"array","v":"a"}'
WORDS = b'"dtype":{"$":"dtype","v":"|O"},"name":null}'
COSTLY = {
    "empty lists": (lambda: archive(repeated(b"[]", 149_000)), "read"),
    "small numbers": (lambda: archive(repeated(b"0", 1_000_000)), "values beside its arrays"),
    "long text": (lambda: archive(b'"' + b"a" * (12 * MEBI - 10) + b'"'), "read"),
    "longer text": (lambda: archive(b'"' + b"a" * (100 * MEBI) + b'"'), "too many for its size"),
    "wide text": (lambda: archive(b'"' + b"a" * (3 * MEBI - 20) + b'\\ud83d\\ude00"'), "read"),
    "escapes": (lambda: archive(b'"' + b"\\\\" * (5 * MEBI) + b'"'), "read"),
    "many texts": (lambda: archive(repeated(b'"' + b"a" * 38 + b'"', 298_000)), "read"),
    "huge integer": (lambda: archive(b"9" * 10**6), "digits"),
    "large integers": (lambda: archive(repeated(b"9" * 4000, 3_100)), "read"),
    "huge exponent": (lambda: archive(b"1e4000000"), "read"),
    "deep lists": (lambda: archive(b"[" * 100_000), "nests 100,000 levels"),
    "colliding keys": (
        lambda: archive(b'{"$":"set","v":[' + b",".join(b"%d" % (P * k) for k in range(100_000)) + b"]}"),
        "share one hash",
    ),
    "many columns": (lambda: archive(repeated(b'{"$":"series","v":["a"],' + WORDS, 10_000)), "read"),
    "too many columns": (lambda: archive(repeated(b'{"$":"series","v":["a"],' + WORDS, 10_001)), "columns"),
    "wide scalars": (lambda: archive(repeated(b'{"$":"number","v":"a","dtype":"<U16000"}', 40_000)), "read"),
    "endless range": (lambda: archive(b'{"$":"range","v":[0,999999999999,1],"name":null}'), "labels"),
    "zeros": (lambda: archive(ARRAY, zeros(16 * MEBI - 100)), "read"),
    "a bomb": (lambda: archive(ARRAY, zeros(500 * MEBI)), "too many for its size"),
    "zeros as objects": (lambda: archive(b'{"$":"series","v":' + ARRAY + b"," + WORDS, zeros(15 * MEBI)), "column"),
    "long header": (lambda: archive(b"{}", tensors(b" " * (100 * MEBI))), "too many for its size"),
    "many arrays": (
        lambda: archive(b"{}", tensors({str(k): entry("F32", (0,), 0, 0) for k in range(27_000)})),
        "nothing refers to",
    ),
    "all at once": (
        lambda: archive(
            b"[" + ARRAY + b"," + repeated(b'[{"a":0}]', 70_000) + b',"' + b"a" * (10 * MEBI) + b'"]', zeros(15 * MEBI)
        ),
        "read",
    ),
}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the peak of memory from /proc")
@pytest.mark.parametrize("name", COSTLY)
def test_a_small_file_costs_little_memory_and_time(name, tmp_path):
    make, expected = COSTLY[name]
    (tmp_path / "file").write_bytes(make())
    assert (tmp_path / "file").stat().st_size < 2 * MEBI
    command = [sys.executable, "-c", READ, str(tmp_path / "file")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    megabytes, seconds, said = done.stdout.split(" ", 2)
    assert expected in said
    assert float(megabytes) < MAX_MEGABYTES and float(seconds) < MAX_SECONDS


GOOD = tensors({"a": entry()}, b"\0" * 8)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "plain zip"),
        (b"PK\x05\x06" + b"\0" * 18, "plain zip"),
        (zipped([("state.json", b"{}")] * 1), "plain zip"),
        (zipped([("manifest.json", b""), ("state.json", b""), ("net.pkl", b"")]), "members"),
        (zipped([("manifest.json", b""), ("state.json", b""), ("../../escaped", b"")]), "members"),
        (archive(method=zipfile.ZIP_LZMA), "neither stored nor deflated"),
        (archive(method=zipfile.ZIP_BZIP2), "neither stored nor deflated"),
        (archive(manifest=b"{}"), "cannot be loaded"),
        (archive(manifest=b"[" * 10**6), "manifest holds 1,000,000 bytes"),
        (archive(manifest=b'{"format": "another"}'), "'another'"),
        (archive(b'{"a": 1, "a": 2}'), "a field twice"),
        (archive(b"NaN"), "not JSON"),
        (archive("é".encode()), "ascii"),
        (archive(b"\x80\x04K\x01."), "cannot be loaded"),
        (archive(tensors=b"1234"), "no whole header"),
        (archive(tensors=tensors({"a": entry("BF16", (4,))}, b"\0" * 8)), "not a plain one"),
        (archive(tensors=tensors({"a": entry("F8_E4M3", (8,))}, b"\0" * 8)), "not a plain one"),
        (archive(tensors=tensors({"a": entry(shape=(2**40, 2**40))}, b"\0" * 8)), "does not fill"),
        (archive(tensors=tensors({"a": entry(shape=(-1,))}, b"\0" * 8)), "shape"),
        (archive(tensors=tensors({"a": entry(shape=[1] * 9)}, b"\0" * 8)), "shape"),
        (archive(tensors=tensors({"a": entry(end=16)}, b"\0" * 16)), "does not fill"),
        (archive(tensors=tensors({"a": entry(), "b": entry()}, b"\0" * 8)), "does not fill"),
        (archive(tensors=tensors({"a": entry(start=8, end=16)}, b"\0" * 16)), "does not fill"),
        (archive(tensors=GOOD + b"\0"), "fill 8 of 9 bytes"),
        (archive(tensors=GOOD[:-1]), "ends behind"),
        (archive(tensors=tensors({"a": entry("BOOL", (8,))}, b"\2" * 8)), "booleans"),
    ],
)
def test_forged_archives_are_refused(content, message):
    with pytest.raises(ValueError, match=message):
        read_archive(io.BytesIO(content), 1 << 30)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_members_are_refused():
    with pytest.raises(ValueError, match="members"):
        read_archive(io.BytesIO(zipped([("manifest.json", b"{}"), ("state.json", b"{}"), ("state.json", b"{}")])), 1000)


@pytest.mark.parametrize("declared", [0, 1, 3, 2**31, 2**32 - 1])
def test_sizes_that_lie_are_refused(declared):
    content = bytearray(archive(b"[1, 2, 3, 4, 5, 6, 7, 8, 9]"))
    for signature, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = content.index(signature, content.index(signature) + 1)  # the second member's
        content[start + place : start + place + 4] = struct.pack("<I", declared)
    with pytest.raises(ValueError, match="cannot be loaded"):
        read_archive(io.BytesIO(bytes(content)), 1 << 40)


@pytest.mark.parametrize("bit", [0, 6])
def test_encrypted_members_are_refused(bit):
    content = bytearray(archive())
    content[content.index(b"PK\x01\x02") + 8] |= 1 << bit
    with pytest.raises(ValueError, match="encrypted"):
        read_archive(io.BytesIO(bytes(content)), 1 << 20)


def written():
    file = io.BytesIO()
    write_archive(file, {}, {"names": list("abcdefghij") * 50}, {"a": np.random.default_rng(0).normal(size=300)})
    return file.getvalue()


def test_a_changed_member_is_told_by_its_checksum():
    with zipfile.ZipFile(io.BytesIO(written())) as made:
        parts = {name: made.read(name) for name in made.namelist()}
    parts["state.json"] += b" "
    with pytest.raises(ValueError, match="changed after it was written"):
        read_archive(io.BytesIO(zipped(parts.items())), 1 << 20)


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.99])
def test_truncated_archives_are_refused(kept):
    content = written()
    with pytest.raises(ValueError, match="cannot be loaded"):
        read_archive(io.BytesIO(content[: int(kept * len(content)) if isinstance(kept, float) else kept]), 1 << 20)


def test_flipped_bits_are_refused_or_change_nothing():
    rng, content = np.random.default_rng(0), written()
    _, state, arrays = read_archive(io.BytesIO(content), 1 << 20)
    n_refused = 0
    for place, bit in zip(rng.integers(len(content), size=N_FLIPS), rng.integers(8, size=N_FLIPS), strict=True):
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(bit)
        try:
            _, found, found_arrays = read_archive(io.BytesIO(bytes(damaged)), 1 << 20)
        except ValueError:
            n_refused += 1
            continue
        assert found == state
        np.testing.assert_array_equal(found_arrays["a"], arrays["a"])
    assert n_refused > 0.9 * N_FLIPS
