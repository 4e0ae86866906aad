"""Archives give back what was written; the same contents are the same bytes."""

import io
import json
import os
import zipfile

import numpy as np
import pytest

from skfairgen.files import read_archive, write_archive

STATE = {"a": [1, 2.5, None, "\ud800é"], "b": {"$": "array", "v": "a0"}}
ARRAYS = {
    "a0": np.arange(6.0).reshape(2, 3),
    "flags": np.array([True, False, True]),
    "half": np.ones(3, np.float16),
    "none": np.zeros((0, 4), np.int8),
    "one": np.array(7, np.uint64),
}


def written(state=STATE, arrays=ARRAYS):
    file = io.BytesIO()
    write_archive(file, {"class": "Some"}, state, arrays)
    return file.getvalue()


def read(content, max_bytes=1 << 30):
    return read_archive(io.BytesIO(content), max_bytes)


def assert_same(arrays, expected):
    assert sorted(arrays) == sorted(expected)
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, expected[name], strict=True)
        assert array.flags.writeable and array.flags.aligned


def test_what_was_written_is_read():
    manifest, state, arrays = read(written())
    assert manifest["class"] == "Some" and manifest["format_version"] == 2
    assert state == STATE
    assert_same(arrays, ARRAYS)


def test_paths_and_file_objects_hold_the_same_bytes(tmp_path):
    for path in (tmp_path / "file", str(tmp_path / "other")):
        write_archive(path, {"class": "Some"}, STATE, ARRAYS)
        with open(path, "rb") as file:
            assert file.read() == written()
        assert read_archive(path, 1 << 20)[1] == STATE
    assert sorted(os.listdir(tmp_path)) == ["file", "other"]


def test_missing_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_archive(tmp_path / "none", 1 << 20)


def test_files_larger_than_max_bytes_are_refused_packed_and_unpacked():
    content = written(arrays={"a": np.zeros(100_000)})
    with pytest.raises(ValueError, match="more than max_bytes=100 bytes"):
        read(content, 100)
    with pytest.raises(ValueError, match="max_bytes"):
        read(content, len(content) + 1000)


def test_arrays_that_deflate_like_a_bomb_are_stored_and_read():
    arrays = {"zeros": np.zeros(3 << 20)}
    content = written(arrays=arrays)
    assert len(content) > arrays["zeros"].nbytes
    assert_same(read(content)[2], arrays)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ([0] * 400_000, "400,000 values beside its arrays"),
        (["a" * 1000] * 13_000, "bytes of text"),
        (["\u4e2d" * 1000] * 600, "bytes of text"),
        (json.loads("[" * 150 + "]" * 150), "nests 150 levels"),
    ],
)
def test_what_would_not_be_read_is_not_written(state, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        write_archive(tmp_path / "file", {}, state, {})
    assert os.listdir(tmp_path) == []


def test_brackets_and_commas_in_strings_do_not_count():
    state = ["[{" * 1000 + '"\\' * 10 + "," * 400_000]
    assert read(written(state))[1] == state


def test_format_1_is_read_and_newer_formats_are_not():
    with zipfile.ZipFile(io.BytesIO(written())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for version, is_read in ((1, True), (3, False), (0, False), (True, False), ("2", False)):
        manifest = json.loads(parts["manifest.json"]) | {"format_version": version}
        parts["manifest.json"] = json.dumps(manifest).encode()
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, part)
        if is_read:
            assert read(file.getvalue())[0]["format_version"] == version
        else:
            with pytest.raises(ValueError, match="update skfairgen"):
                read(file.getvalue())
