"""Write rows to parquet by one worker and by several: rows a second, speed-up, and whether the files are the same.

SKFAIRGEN_DATA=folder python benchmarks/distributed.py --rows 10000000 --workers 1 2 [--executors joblib ray]
"""

import argparse
import hashlib
import tempfile
import time
import warnings
from pathlib import Path

import joblib

from skfairgen import FairGenerator, datasets, distill
from skfairgen.exceptions import SkfairgenWarning


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rows-per-file", type=int, default=500_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--executors", nargs="+", default=["joblib", "ray"])
    options = parser.parse_args()
    warnings.simplefilter("ignore", SkfairgenWarning)
    X, y = datasets.fetch_adult("train", return_X_y=True)
    student = distill(FairGenerator("sex", random_state=0).fit(X, y), random_state=0)
    for executor in options.executors:
        first = None
        for n_workers in options.workers:
            seconds, digest = write(student, executor, n_workers, options)
            first = first or (seconds, digest)
            print(
                f"{executor}, {n_workers} workers: {options.rows / seconds:,.0f} rows a second, speed-up "
                f"{first[0] / seconds:.2f}, {'identical files' if digest == first[1] else 'OTHER FILES'}",
                flush=True,
            )


def write(student, executor, n_workers, options):
    """Return the seconds that all files take, workers started before, and what tells the files from others."""
    with tempfile.TemporaryDirectory() as folder, pool(executor, n_workers):
        executor = "serial" if (executor, n_workers) == ("joblib", 1) else executor  # 1 is all cores to joblib's
        sizes = {"rows_per_file": options.rows_per_file, "random_state": 0}
        student.sample_to_parquet(Path(folder) / "warm", 2_000 * n_workers, rows_per_file=1_000, executor=executor)
        start = time.perf_counter()
        files = student.sample_to_parquet(Path(folder) / "rows", options.rows, executor=executor, **sizes)
        seconds = time.perf_counter() - start
        digest = hashlib.sha256()
        for file in files:
            digest.update(file.read_bytes())
    return seconds, digest.hexdigest()


def pool(executor, n_workers):
    """Return a context in which an executor has so many workers."""
    if executor == "joblib":
        return joblib.parallel_config("loky", n_jobs=n_workers)
    import ray

    return ray.init(num_cpus=n_workers, include_dashboard=False, log_to_driver=False)


if __name__ == "__main__":
    main()
