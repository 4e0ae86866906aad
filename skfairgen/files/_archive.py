"""One zip of JSON and safetensors: equal contents are equal bytes, and reading trusts nothing."""

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save as save_tensors

from skfairgen.files._atomic import atomic_write
from skfairgen.files._json import checked_json, parse_json
from skfairgen.files._tensors import checked_header, read_tensors

FORMAT_VERSION = 2
MEMBERS = ("manifest.json", "state.json", "tensors.safetensors")
MAX_MANIFEST_BYTES = 1 << 16
MAX_INFLATION = 10  # of a member of more than SMALL_BYTES: how many times its bytes in the file it may unpack to
SMALL_BYTES = 16 << 20
END_RECORD = 22  # bytes of the zip's last record, which has no comment


def write_archive(target: Any, manifest: dict[str, Any], state: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Write an archive.

    Parameters
    ----------
    target : str, Path or binary file object
        Where to write. A file that exists is replaced in one step, once the new one is whole.
    manifest : dict
        What the archive is, of plain JSON values; the format version and the checksums are added.
    state : object
        Plain JSON values.
    arrays : dict of str to ndarray
        Numeric or boolean arrays, contiguous in C order.

    Raises
    ------
    ValueError
        If :func:`read_archive` would refuse what is written, because it holds too much text.
    """
    contents = {
        "state.json": json.dumps(state, allow_nan=False).encode(),
        "tensors.safetensors": save_tensors(arrays),
    }
    try:
        checked_json(contents["state.json"])
        checked_header(contents["tensors.safetensors"])
    except ValueError as error:
        raise ValueError(f"The file cannot be written: {error}.") from None
    checksums = {name: {"bytes": len(content), "sha256": _digest(content)} for name, content in contents.items()}
    manifest = {"format": "skfairgen", "format_version": FORMAT_VERSION, **manifest, "members": checksums}
    contents = {"manifest.json": json.dumps(manifest, indent=1).encode(), **contents}
    whole = _zipped(contents)
    if hasattr(target, "write"):
        left = memoryview(whole)
        while len(left):  # an unbuffered file may take a part only
            n_written = target.write(left)
            left = left[len(left) if n_written is None else n_written :]
        return
    with atomic_write(target) as file:
        file.write(whole)


def read_archive(source: Any, max_bytes: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, np.ndarray]]:
    """Return the manifest, state and arrays of an archive; nothing in it is executed.

    Parameters
    ----------
    source : str, Path or binary file object
        The archive.
    max_bytes : int
        Largest size of the file and of its unpacked contents, in bytes.

    Returns
    -------
    manifest : dict
        With "format_version" 1 or 2.
    state : object
    arrays : dict of str to ndarray

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not an archive of this format, was damaged or changed, was written by a newer version, or is too
        large.
    """
    whole = _read_source(source, max_bytes)
    try:
        members = _unpack(whole, max_bytes)
        manifest = _checked_manifest(parse_json(members["manifest.json"]))
        for name in MEMBERS[1:]:
            if manifest["members"][name]["sha256"] != _digest(members[name]):
                raise _RefusedError(f"its member {name} was changed after it was written")
        arrays = read_tensors(members.pop("tensors.safetensors"))
        return manifest, parse_json(members.pop("state.json")), arrays
    except _RefusedError as error:
        raise ValueError(f"The file cannot be loaded: {error}. Save it again, or get a whole copy.") from None
    except (MemoryError, RecursionError, Exception) as error:  # a damaged zip fails in a dozen ways
        raise ValueError(
            f"The file cannot be loaded: it is damaged, or not one that skfairgen.save wrote ({type(error).__name__}: "
            f"{error}). Get a whole copy."
        ) from error


class _RefusedError(Exception):
    """The archive is readable, and must not be read on."""


def _zipped(contents, method=zipfile.ZIP_DEFLATED):
    """Return the bytes of a zip; what deflates so far that it looks like a bomb is stored as it is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in contents.items():
            info = zipfile.ZipInfo(name)
            info.create_system = 3  # the same bytes on every system
            archive.writestr(info, content, method)
        if any(_inflates_too_much(info.file_size, info.compress_size) for info in archive.infolist()):
            return _zipped(contents, zipfile.ZIP_STORED)
    return buffer.getvalue()


def _inflates_too_much(n_bytes, n_packed):
    return n_bytes > SMALL_BYTES and n_bytes > MAX_INFLATION * n_packed


def _read_source(source, max_bytes):
    if hasattr(source, "read"):
        whole = b""
        while len(whole) <= max_bytes and (part := source.read(max_bytes + 1 - len(whole))):
            whole += part  # an unbuffered file may give a part only
    else:
        with Path(source).open("rb") as file:
            whole = file.read(max_bytes + 1)
    if len(whole) > max_bytes:
        raise ValueError(f"The file holds more than max_bytes={max_bytes:,} bytes. Raise max_bytes if you trust it.")
    return whole


def _unpack(whole, max_bytes):
    _check_end_record(whole)
    members = {}
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        infos = archive.infolist()
        if sorted(info.filename for info in infos) != sorted(MEMBERS):
            raise _RefusedError(f"it holds the members {[info.filename for info in infos]}, expected {list(MEMBERS)}")
        for info in infos:
            _check_member(info, len(whole), max_bytes - sum(map(len, members.values())))
            with archive.open(info) as member:
                members[info.filename] = member.read(info.file_size + 1)
            if len(members[info.filename]) != info.file_size:
                raise _RefusedError(f"its member {info.filename} does not have the size that it declares")
    return members


def _check_end_record(whole):
    """Refuse a zip of other than three members before its table of contents is read."""
    end = whole[-END_RECORD:]
    n_members, n_bytes = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    if end[:4] != b"PK\x05\x06" or n_members != len(MEMBERS) or n_bytes > 1024 or b"PK\x06\x07" in whole[-2048:]:
        raise _RefusedError(f"it is not a plain zip of the members {list(MEMBERS)} and no others")


def _check_member(info, n_whole, n_left):
    if info.flag_bits & ~0x800 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _RefusedError(f"its member {info.filename} is encrypted, or neither stored nor deflated")
    if info.filename == "manifest.json" and info.file_size > MAX_MANIFEST_BYTES:
        raise _RefusedError(f"its manifest holds {info.file_size:,} bytes, expected {MAX_MANIFEST_BYTES:,} at most")
    if info.file_size > n_left:
        raise _RefusedError(f"its member {info.filename} unpacks to more than max_bytes leaves, {n_left:,} bytes")
    if _inflates_too_much(info.file_size, min(info.compress_size, n_whole)):
        raise _RefusedError(f"its member {info.filename} unpacks to {info.file_size:,} bytes, too many for its size")


def _checked_manifest(manifest):
    if manifest["format"] != "skfairgen":
        raise _RefusedError(f"its format is {manifest['format']!r:.80}, expected 'skfairgen'")
    version = manifest["format_version"]
    if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
        raise _RefusedError(
            f"its format version is {version!r:.80} and this skfairgen reads 1 to {FORMAT_VERSION}; update skfairgen"
        )
    return manifest


def _digest(content):
    return hashlib.sha256(content).hexdigest()
