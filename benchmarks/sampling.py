"""Rows a second and peak memory of drawing Adult rows, by teacher and student, into frames and into parquet.

    SKFAIRGEN_DATA=folder python benchmarks/sampling.py --rows 1000000 --files folder

Aimed at: a student draws at least 150,000 rows a CPU second into a DataFrame, on one thread; the peak memory is that
of the whole process, training included.
"""

import argparse
import hashlib
import resource
import tempfile
import warnings
from pathlib import Path

from _runs import cpu_clock

from skfairgen import FairGenerator, datasets, distill
from skfairgen.exceptions import SkfairgenWarning


def rows_per_second(generator, n_rows, n_runs=5):
    """Return the best of some runs, in rows a CPU second."""
    clocks = []
    for seed in range(n_runs):
        with cpu_clock() as clock:
            generator.sample(n_rows, random_state=seed)
        clocks.append(clock["cpu_seconds"])
    return n_rows / min(clocks)


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows to write to parquet")
    parser.add_argument("--files", help="folder for the files; a temporary one without it")
    options = parser.parse_args()
    warnings.simplefilter("ignore", SkfairgenWarning)
    X, y = datasets.fetch_adult("train", return_X_y=True)
    teacher = FairGenerator("sex", random_state=0).fit(X, y)
    student = distill(teacher, random_state=0)
    for name, generator in (("teacher", teacher), ("student", student)):
        print(f"{name}: {rows_per_second(generator, 100_000):,.0f} rows a CPU second into a frame", flush=True)
    digests = []
    with tempfile.TemporaryDirectory() as temporary:
        for run in range(2):
            folder = Path(options.files or temporary) / f"run-{run}"
            with cpu_clock() as clock:
                files = student.sample_to_parquet(folder, options.rows, random_state=0)
            digests.append([hashlib.sha256(file.read_bytes()).hexdigest() for file in files])
            print(
                f"parquet: {options.rows / clock['cpu_seconds']:,.0f} rows a CPU second, {len(files)} files", flush=True
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"two runs give identical files: {digests[0] == digests[1]}; peak memory {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
