"""JSON of a file that nobody vouches for: how much it holds is checked before it is parsed."""

import json
import re
from typing import Any

import numpy as np

MAX_BYTES = 12 << 20
ESCAPE_COST = 4  # one escaped letter makes each letter of its string take 4 bytes
MAX_VALUES = 300_000
MAX_DEPTH = 100
MAX_DIGITS = 4_000


def checked_json(content: bytes) -> bytes:
    """Return JSON bytes, unchanged, that :func:`parse_json` takes.

    Raises
    ------
    ValueError
        If they hold more text, values or levels than a file may.
    """
    n_bytes = len(content) * (ESCAPE_COST if b"\\u" in content else 1)
    if n_bytes > MAX_BYTES:
        raise ValueError(
            f"it holds {len(content):,} bytes of text, and a file may hold {MAX_BYTES:,}, or a quarter of that where "
            "some letter is not ASCII. Drop the columns of many different labels"
        )
    bare = re.sub(rb'"[^"]*"', b"", content.replace(b"\\\\", b"").replace(b'\\"', b""))
    n_values = sum(map(bare.count, (b",", b":", b"[", b"{")))
    if n_values > MAX_VALUES:
        raise ValueError(
            f"it holds about {n_values:,} values beside its arrays, and a file may hold {MAX_VALUES:,}. "
            "Drop the columns of many different labels"
        )
    brackets = np.frombuffer(re.sub(rb"[^][{}]+", b"", bare), dtype=np.uint8)
    depth = np.cumsum(np.where(np.isin(brackets, list(b"[{")), 1, -1)).max(initial=0)
    if depth > MAX_DEPTH:
        raise ValueError(f"it nests {depth:,} levels of values, and a file may nest {MAX_DEPTH}")
    return content


def parse_json(content: bytes) -> Any:
    """Return the values of JSON bytes, which must be ASCII.

    Raises
    ------
    ValueError
        If they are not JSON, or hold more than a file may.
    """
    text = checked_json(content).decode("ascii")
    return json.loads(
        text, parse_int=_integer, parse_float=_float, parse_constant=_no_constant, object_pairs_hook=_object
    )


def _integer(text):
    if len(text) > MAX_DIGITS:
        raise ValueError(f"it holds a number of {len(text):,} digits, and one may have {MAX_DIGITS:,}")
    return int(text)


def _float(text):
    if len(text) > MAX_DIGITS:
        raise ValueError(f"it holds a number of {len(text):,} digits, and one may have {MAX_DIGITS:,}")
    return float(text)


def _no_constant(text):
    raise ValueError(f"it holds the number {text}, which is not JSON")


def _object(pairs):
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("it names a field twice")
    return values
