"""Fit a parquet folder of many rows: seconds, and the most memory taken, also by the same rows in memory.

Every fit is a process of its own; a memory is the peak beyond the imports. Mapped files count while they are read.

    python benchmarks/larger_than_memory.py [--rows 5000000] [--columns 15] [--epochs 14] [--frame]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROWS_PER_FILE = 500_000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--columns", type=int, default=15)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--frame", action="store_true", help="also fit the rows in memory")
    parser.add_argument("--fit", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fit:
        print(json.dumps(fit_once(*options.fit, options.epochs)))
        return
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), options.rows, options.columns)
        for kind in ["files", "frame"][: 1 + options.frame]:
            command = [sys.executable, __file__, "--epochs", str(options.epochs), "--fit", folder, kind]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            print(kind, done.stdout.splitlines()[-1], flush=True)


def write(folder, n_rows, n_columns):
    """Write half numbers, half categories that hang together, with a group and a class."""
    weights = np.random.default_rng(0).normal(size=(4, n_columns))
    for place, start in enumerate(range(0, n_rows, ROWS_PER_FILE)):
        n, rng = min(ROWS_PER_FILE, n_rows - start), np.random.default_rng([1, place])
        score = rng.normal(size=(n, 4)) @ weights + rng.normal(size=(n, n_columns))
        columns = {f"number_{k}": np.exp(0.5 * score[:, k]).round(2) for k in range(0, n_columns - 2, 2)}
        for k in range(1, n_columns - 2, 2):
            columns[f"category_{k}"] = np.char.add("level ", np.clip(score[:, k] + 5, 0, 9).astype(int).astype(str))
        columns |= {"group": rng.choice(["a", "b"], n), "y": score[:, -1] > 0}
        pq.write_table(pa.table(columns), folder / f"part-{place:05d}.parquet")


def fit_once(folder, kind, epochs):
    """Return what one fit takes."""
    from skfairgen import FairGenerator

    before, peak = private_megabytes(), Peak()
    start, wall = time.process_time(), time.perf_counter()
    X, y = folder, "y"
    if kind == "frame":
        table = pq.read_table(folder)
        X, y = table.drop_columns(["y"]), table.column("y")
    FairGenerator("group", max_epochs=epochs, random_state=0).fit(X, y)
    return {
        "cpu_seconds": round(time.process_time() - start, 1),
        "wall_seconds": round(time.perf_counter() - wall, 1),
        "peak_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before),
        "peak_megabytes_without_mapped_files": round(peak.stop() - before),
    }


class Peak:
    """Watches the memory that is the process's own, ten times a second."""

    def __init__(self):
        self.most, self.ended = 0.0, threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def stop(self):
        """Return the most that was seen, MB."""
        self.ended.set()
        self.thread.join()
        return self.most

    def _watch(self):
        while not self.ended.wait(0.1):
            self.most = max(self.most, private_megabytes())


def private_megabytes():
    """Return the resident memory that no file backs, MB (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1024


if __name__ == "__main__":
    main()
