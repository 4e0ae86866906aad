"""Work by one worker and by several: rows a second, speed-up, and whether the result is the same.

Rows are written to parquet, or read (`--part read` makes the token file of a parquet folder, as fit does), or trained
on (`--part train`: by Ray Train, an epoch's seconds and the held-out nats a row).

    SKFAIRGEN_DATA=folder python benchmarks/distributed.py --rows 10000000 --workers 1 2 [--executors joblib ray]
    python benchmarks/distributed.py --part read --rows 4000000 [--columns 15]
    python benchmarks/distributed.py --part train --rows 20000 [--columns 15] [--seeds 3]
"""

import argparse
import hashlib
import pickle
import tempfile
import time
import warnings
from pathlib import Path

import joblib
import larger_than_memory

from skfairgen import FairGenerator, datasets, distill
from skfairgen.data import ItemReader
from skfairgen.estimators import _generator_fitting
from skfairgen.estimators._streamed_table import read_dataset
from skfairgen.exceptions import SkfairgenWarning
from skfairgen.scale import SharedTraining, _shared_training, as_executor


def main():
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rows-per-file", type=int, default=500_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--executors", nargs="+", default=["joblib", "ray"])
    parser.add_argument("--part", choices=["write", "read", "train"], default="write")
    parser.add_argument("--columns", type=int, default=15)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=14)
    options = parser.parse_args()
    warnings.simplefilter("ignore", SkfairgenWarning)
    with tempfile.TemporaryDirectory() as folder:
        source = prepared(options, Path(folder))
        if options.part == "train":
            train(source, options)
            return
        for executor in options.executors:
            first = None
            for n_workers in options.workers:
                seconds, digest = {"write": write, "read": read}[options.part](source, executor, n_workers, options)
                first = first or (seconds, digest)
                print(
                    f"{executor}, {n_workers} workers: {options.rows / seconds:,.0f} rows a second, speed-up "
                    f"{first[0] / seconds:.2f}, {'the same' if digest == first[1] else 'ANOTHER'} result",
                    flush=True,
                )


def prepared(options, folder):
    """Return a student of Adult, or the folder with rows to read."""
    if options.part != "write":
        (folder / "rows").mkdir()
        larger_than_memory.write(folder / "rows", options.rows, options.columns)
        return folder / "rows" if options.part == "read" else folder
    X, y = datasets.fetch_adult("train", return_X_y=True)
    return distill(FairGenerator("sex", random_state=0).fit(X, y), random_state=0)


def read(folder, executor, n_workers, options):
    """Return the seconds that all passes of fit take, workers started before, and what tells the tokens from others."""
    with pool(executor, n_workers):
        executor = Here() if (executor, n_workers) == ("joblib", 1) else as_executor(executor)
        list(executor.map(started, range(4 * n_workers)))
        executor.in_parts = 0.0
        wall, cpu = time.perf_counter(), time.process_time()
        table = read_dataset(FairGenerator("group"), folder, "y", executor)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        reader = ItemReader.fit(table.schema, table.rows.frame, "auto", is_blind=False)
        wall, cpu = wall - time.perf_counter(), cpu - time.process_time()
        arrays = table.arrays(reader)
        wall, cpu = wall + time.perf_counter(), cpu + time.process_time()
        print(f"CPU seconds of the calling process: {cpu:.2f}, of which in parts {executor.in_parts:.2f}")
        return wall, hashlib.sha256(arrays["tokens"]).hexdigest()


class Here:
    """Runs parts in this process, and notes the CPU seconds of what workers could do."""

    in_parts = 0.0

    def map(self, function, parts):
        for part in parts:
            start = time.process_time()
            done = pickle.dumps(function(part))
            self.in_parts += time.process_time() - start
            yield pickle.loads(done)


def train(folder, options):
    """Print what training takes and comes to, by seed and number of workers."""
    own, note = _shared_training._train_shard, folder / "cpu"

    def timed(*shared):  # local, so that workers need no file of benchmarks
        start = time.process_time()
        done = own(*shared)
        with note.open("a") as file:
            file.write(f"{time.process_time() - start:.2f} ")
        return done

    _shared_training._train_shard = timed
    with pool("ray", max(options.workers)):
        for seed in range(options.seeds):
            for n_workers in options.workers:
                _generator_fitting.SharedTraining = lambda *_, n=n_workers: SharedTraining(n)  # one, too, by Ray Train
                generator = FairGenerator("group", max_epochs=options.epochs, random_state=seed)
                history = generator.fit(folder / "rows", "y", n_workers=2).history_
                print(
                    f"seed {seed}, {n_workers} workers: {note.read_text()}CPU s each, {history['dur'].sum():.1f} s, "
                    f"{history['valid_loss'].min():.4f} nats a row",
                    flush=True,
                )
                note.unlink()


def started(place):
    """Import what the work needs."""
    import skfairgen.estimators  # noqa: F401

    time.sleep(0.2)


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
