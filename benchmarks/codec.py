"""Encode and decode a large mixed table: seconds of CPU, and how much the memory grows.

python benchmarks/codec.py --rows 1000000
python benchmarks/codec.py --columns 24 96 500  # fit as many correlated numeric columns of 5,000 rows
"""

import argparse
import threading
from contextlib import contextmanager

import numpy as np
import pandas as pd
import psutil
from _runs import cpu_clock

from skfairgen.data import TableCodec


def make_table(n_rows, seed=0):
    """Return 15 columns: floats, decimals, spiked and coarse integers, dates, levels from 2 to 5,000, missing ones."""
    rng = np.random.default_rng(seed)
    cities = np.array([f"city {k}" for k in range(5_000)])
    start = np.datetime64("2010-01-01", "s")
    columns = {
        "normal": rng.normal(size=n_rows),
        "skewed": rng.lognormal(3, 1, n_rows),
        "cents": rng.gamma(2, 50, n_rows).round(2),
        "one_decimal": rng.normal(37, 1, n_rows).round(1).astype("float32"),
        "with_gaps": np.where(rng.random(n_rows) < 0.1, np.nan, rng.normal(size=n_rows)),
        "spiked": np.where(rng.random(n_rows) < 0.9, 0, rng.integers(1, 100_000, n_rows)),
        "age": rng.integers(17, 91, n_rows).astype("int8"),
        "large": rng.integers(2**60, 2**62, n_rows),
        "nullable": pd.array(rng.integers(0, 500, n_rows), dtype="Int64"),
        "moment": start + rng.integers(0, 10**8, n_rows).astype("m8[s]"),
        "flag": rng.random(n_rows) < 0.3,
        "category": pd.Categorical.from_codes(rng.integers(0, 12, n_rows), list("abcdefghijkl")),
        "string": pd.Series(rng.choice(["yes", "no", "unknown"], n_rows)),
        "city": pd.Series(cities[(5_000 * rng.random(n_rows) ** 2).astype(int)]),
        "object": pd.Series(rng.choice(np.array(["x", "y", None], dtype=object), n_rows), dtype=object),
    }
    return pd.DataFrame(columns)


def make_numbers(n_columns, n_rows=5_000, seed=0):
    """Return numeric columns of which each is half noise and half five shared factors."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n_rows, 5)) @ rng.normal(size=(5, n_columns)) + rng.normal(size=(n_rows, n_columns))
    return pd.DataFrame(values)


@contextmanager
def memory_meter(seconds=0.002):
    """Yield a dict whose "peak_mib" is how far the resident set of this process rose above its start."""
    process, done, meter = psutil.Process(), threading.Event(), {}
    start = process.memory_info().rss
    peak = [start]

    def watch():
        while not done.wait(seconds):
            peak[0] = max(peak[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield meter
    done.set()
    watcher.join()
    meter["peak_mib"] = (max(peak[0], process.memory_info().rss) - start) / 2**20


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, nargs="+")
    options = parser.parse_args()
    if options.columns:
        for n_columns in options.columns:
            with cpu_clock() as clock:
                TableCodec().fit(make_numbers(n_columns))
            print(f"{n_columns} columns: {clock['cpu_seconds']:.2f} s CPU", flush=True)
        return
    n_rows = options.rows
    table = make_table(n_rows).set_axis(range(15), axis=1)
    print(f"{n_rows:,} rows x {table.shape[1]} columns, {table.memory_usage(deep=True).sum() / 2**20:,.0f} MiB")
    codec = TableCodec()
    with cpu_clock() as fit_clock, memory_meter() as fit_memory:
        codec.fit(table)
    with cpu_clock() as encode_clock, memory_meter() as encode_memory:
        tokens = codec.encode(table)
    with cpu_clock() as decode_clock, memory_meter() as decode_memory:
        codec.decode(tokens, np.random.default_rng(0))
    report("fit", fit_clock, fit_memory)
    report("encode", encode_clock, encode_memory)
    report("decode", decode_clock, decode_memory)


def report(step, clock, memory):
    print(f"{step}: {clock['cpu_seconds']:.2f} s CPU, peak memory + {memory['peak_mib']:,.0f} MiB", flush=True)


if __name__ == "__main__":
    main()
