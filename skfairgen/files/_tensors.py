"""Arrays of a safetensors member, made only once its header has been checked."""

import math
from typing import Any

import numpy as np

from skfairgen.files._json import checked_json, parse_json

DTYPES = {
    "BOOL": np.dtype(bool),
    **{f"I{8 * size}": np.dtype(f"<i{size}") for size in (1, 2, 4, 8)},
    **{f"U{8 * size}": np.dtype(f"<u{size}") for size in (1, 2, 4, 8)},
    **{f"F{8 * size}": np.dtype(f"<f{size}") for size in (2, 4, 8)},
}
MAX_DIMENSIONS = 8


def read_tensors(content: bytes) -> dict[str, np.ndarray]:
    """Return the arrays of a safetensors file's bytes, by name.

    Raises
    ------
    ValueError
        If an array has a dtype that numpy lacks or a shape that its bytes do not fill, or if the arrays overlap, or
        leave bytes of the file unused.
    """
    n_header = _header_size(content)
    header = parse_json(content[8 : 8 + n_header])
    header.pop("__metadata__", None)
    body = memoryview(content)[8 + n_header :]
    arrays, start = {}, 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        dtype, shape, end = _checked_entry(name, entry, start)
        if end > len(body):
            raise ValueError(f"its array {name!r:.80} ends behind the end of the file")
        arrays[name] = _array(body[start:end], dtype, shape)
        start = end
    if start != len(body):
        raise ValueError(f"its arrays fill {start:,} of {len(body):,} bytes")
    return arrays


def checked_header(content: bytes) -> dict[str, Any]:
    """Return the bytes of a safetensors file, unchanged, once their header is known to be one that can be read."""
    checked_json(content[8 : 8 + _header_size(content)])
    return content


def _header_size(content):
    n_header = int.from_bytes(content[:8], "little")
    if len(content) < 8 or n_header > len(content) - 8:
        raise ValueError("its arrays have no whole header")
    return n_header


def _checked_entry(name, entry, start):
    if set(entry) != {"dtype", "shape", "data_offsets"} or entry["dtype"] not in DTYPES:
        raise ValueError(f"its array {name!r:.80} is of the dtype {entry.get('dtype')!r:.80}, which is not a plain one")
    dtype, shape = DTYPES[entry["dtype"]], entry["shape"]
    if len(shape) > MAX_DIMENSIONS or not all(type(size) is int and 0 <= size < 1 << 48 for size in shape):
        raise ValueError(f"its array {name!r:.80} has the shape {shape!r:.80}")
    end = start + math.prod(shape) * dtype.itemsize
    if entry["data_offsets"] != [start, end]:
        raise ValueError(f"its array {name!r:.80} does not fill the bytes that its header names")
    return dtype, shape, end


def _array(content, dtype, shape):
    is_bool = dtype.kind == "b"
    values = np.frombuffer(content, dtype=np.uint8 if is_bool else dtype)
    if is_bool and (values > 1).any():
        raise ValueError("an array of booleans holds other numbers than 0 and 1")
    return values.reshape(shape).astype(dtype)
