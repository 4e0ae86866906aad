"""On a cluster of two nodes: the same files and the same model, also when a worker dies in the middle."""

import os
import pickle

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skfairgen import FairGenerator, distill
from skfairgen.datasets import make_biased_classification
from skfairgen.estimators import _generator_fitting, _streamed_table
from skfairgen.exceptions import SkfairgenWarning
from skfairgen.scale import SharedTraining, _executors, _row_dataset, _shared_training, as_executor
from skfairgen.scale._executors import join_cluster

pytest.importorskip("ray")
pytestmark = pytest.mark.filterwarnings("ignore")  # Ray's own, of sockets and futures
SIZES = {"n_samples": 250, "rows_per_file": 60, "batch_size": 25, "random_state": 3}


@pytest.fixture(scope="module")
def cluster():
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    cluster.add_node(num_cpus=1)
    ray.init(address=cluster.address, log_to_driver=False)
    yield cluster
    ray.shutdown()
    cluster.shutdown()


@pytest.fixture(scope="module")
def student():
    table = make_biased_classification(n_samples=400, random_state=0)
    teacher = FairGenerator(table.sensitive_columns, max_epochs=1, random_state=0).fit(table.data, table.target)
    return distill(teacher, max_epochs=1, random_state=0)


class DiesOnce:
    """Executor on Ray whose worker is killed by the first part that runs."""

    def __init__(self, sign):
        self.sign = sign

    def map(self, function, parts):
        sign = self.sign

        def deadly(part):
            if not sign.exists():
                sign.touch()
                os.kill(os.getpid(), 9)
            return function(part)

        return as_executor("ray").map(deadly, parts)


@pytest.fixture(scope="module")
def rows():
    table = make_biased_classification(n_samples=400, random_state=0)
    return pa.Table.from_pandas(table.data.assign(outcome=table.target))


def fitted(X, y="outcome", executor="serial"):
    return FairGenerator("group_0", max_epochs=1, random_state=0).fit(X, y, executor=executor)


def drawn(generator):
    X, y = generator.sample(50, random_state=0)
    return [*X.to_pydict().values(), y.to_pylist()]


def test_two_nodes_write_the_files_of_one_process(cluster, student, tmp_path):
    student.sample_to_parquet(tmp_path / "here", **SIZES)
    student.sample_to_parquet(tmp_path / "ray", executor="ray", **SIZES)
    student.sample_to_parquet(tmp_path / "died", executor=DiesOnce(tmp_path / "sign"), **SIZES)
    files = [
        {path.name: path.read_bytes() for path in (tmp_path / name).glob("*.parquet")}
        for name in ("here", "ray", "died")
    ]
    assert (tmp_path / "sign").exists() and len(files[0]) == 5
    assert files[0] == files[1] == files[2]


def test_a_dataset_of_ray_is_learned_as_its_rows_in_files_whatever_its_blocks(cluster, rows, tmp_path):
    import ray.data

    pq.write_table(rows, tmp_path / "rows.parquet")
    frame = rows.to_pandas()
    datasets = [
        ray.data.read_parquet(str(tmp_path / "rows.parquet"), override_num_blocks=3),
        ray.data.from_arrow([rows.slice(0, 0), rows.slice(0, 7), rows.slice(7)]),
        ray.data.from_pandas([frame[:150], frame[150:]]).map_batches(
            lambda batch: batch, batch_size=90, batch_format="pandas"
        ),
    ]
    expected = drawn(fitted(tmp_path))
    assert [drawn(fitted(dataset)) for dataset in datasets] == [expected] * 3


def test_two_nodes_read_a_dataset_as_one_process_does(cluster, rows, tmp_path, monkeypatch):
    monkeypatch.setattr(_streamed_table, "SAMPLE_ROWS", 150)
    monkeypatch.setattr(_row_dataset, "BLOCK_ROWS", 40)
    monkeypatch.setattr(_row_dataset, "SPAN_BLOCKS", 1)
    for start in (0, 130):
        pq.write_table(rows.slice(start, 130 if start == 0 else None), tmp_path / f"{start}.parquet", row_group_size=70)
    expected = drawn(fitted(tmp_path))
    assert drawn(fitted(tmp_path, executor="ray")) == expected
    assert drawn(fitted(tmp_path, executor=DiesOnce(tmp_path.with_name("sign")))) == expected
    assert tmp_path.with_name("sign").exists()


def test_an_error_of_a_worker_is_that_of_the_function(cluster):
    def fail(part):
        raise KeyError("age")

    with pytest.raises(KeyError) as caught:
        list(as_executor("ray").map(fail, [0]))
    assert caught.value.args == ("age",)


def test_a_column_that_is_empty_or_whole_in_a_block_has_the_type_of_others(cluster, rows, tmp_path):
    import ray.data

    frame = rows.to_pandas()[["group_0", "normal_0", "count_0", "outcome"]]
    frame["count_0"] = frame["count_0"].astype(float).where(frame.index > 99)
    frame["normal_0"] = frame["normal_0"].round(0).fillna(0.0)
    parts = [frame[:100].assign(count_0=None, normal_0=frame["normal_0"][:100].astype(int)), frame[100:]]
    frame.to_parquet(tmp_path / "rows.parquet")
    assert drawn(fitted(ray.data.from_pandas(parts))) == drawn(fitted(tmp_path))


def test_a_dataset_of_ray_that_cannot_be_learned_is_refused(cluster, rows):
    import ray.data

    dataset = ray.data.from_arrow([rows.slice(0, 200), rows.slice(200)])
    with pytest.raises(ValueError, match="y='salary' is no column of the dataset"):
        fitted(dataset, "salary")
    with pytest.raises(ValueError, match="Blocks of the Ray dataset have unlike columns"):
        fitted(ray.data.from_arrow([rows, rows.drop_columns(["flag_0"])]))
    with pytest.raises(ValueError, match="Blocks of the Ray dataset have unlike columns"):
        fitted(ray.data.from_arrow([rows, rows.set_column(1, "normal_0", pa.array(["low"] * 400))]))
    large = rows.slice(0, 9).append_column("id", pa.array([2**53 + 1] * 9))
    with pytest.raises(ValueError, match=r"unlike types, id \(int64 and double\)"):
        fitted(ray.data.from_arrow([large, large.set_column(len(rows.column_names), "id", pa.array([0.5] * 9))]))
    with pytest.raises(ValueError, match="The dataset has 0 rows"):
        fitted(dataset.filter(lambda row: False))
    with pytest.raises(ValueError, match=r"another order in the columns .* or materialize\(\)"):
        fitted(dataset.random_shuffle())


def test_rows_are_drawn_as_a_dataset_of_ray(cluster, student, tmp_path):
    student.sample_to_parquet(tmp_path, 250, batch_size=60, random_state=3)
    dataset = student.sample_to_ray(250, batch_size=60, random_state=3)
    rows = sorted(map(str, pq.read_table(tmp_path).to_pylist()))
    for _ in range(2):  # at every reading, in any order
        found = pa.concat_tables(dataset.iter_batches(batch_size=None, batch_format="pyarrow"))
        assert sorted(map(str, found.to_pylist())) == rows
    assert dataset.materialize().num_blocks() == 5
    assert fitted(dataset, "target").cell_counts_ == fitted(tmp_path, "target").cell_counts_


def trained(rows, monkeypatch, n_workers, instead):
    """Return the history of a fit, and what it draws; workers call `instead` of what trains a shard."""
    monkeypatch.setattr(_generator_fitting, "SharedTraining", lambda *_: SharedTraining(n_workers))
    monkeypatch.setattr(_shared_training, "_train_shard", instead)
    generator = FairGenerator("group_0", max_epochs=3, random_state=0)
    generator.fit(rows.drop_columns(["outcome"]), rows.column("outcome"), n_workers=2)
    return generator.history_.drop(columns="dur"), drawn(generator)


@pytest.fixture(scope="module")
def trained_here(rows):
    generator = FairGenerator("group_0", max_epochs=3, random_state=0)
    generator.fit(rows.drop_columns(["outcome"]), rows.column("outcome"))
    return generator.history_.drop(columns="dur"), drawn(generator)


def test_one_worker_trains_as_no_worker_does_also_after_one_that_died(
    cluster, rows, trained_here, tmp_path, monkeypatch
):
    sign = tmp_path / "sign"

    def die_once(state, *shared):  # local, so that workers need no file of tests
        from skfairgen.scale._shared_training import _train_shard

        done = _train_shard(state, *shared)
        if not sign.exists():
            sign.touch()
            os.kill(os.getpid(), 9)
        return done

    history, rows_drawn = trained(rows, monkeypatch, 1, die_once)
    assert sign.exists()
    assert history.equals(trained_here[0]) and rows_drawn == trained_here[1]


def test_two_workers_train_alike_each_time_and_as_well_as_one(cluster, rows, trained_here, monkeypatch):
    def train_twice(state, *shared):
        from skfairgen.scale._shared_training import _train_shard

        (first, _), (second, history) = [_train_shard(pickle.loads(pickle.dumps(state)), *shared) for _ in range(2)]
        assert all((first[name] == second[name]).all() for name in first)
        return second, history

    history, rows_drawn = trained(rows, monkeypatch, 2, train_twice)
    assert rows_drawn != trained_here[1]
    assert history["valid_loss"].min() == pytest.approx(trained_here[0]["valid_loss"].min(), abs=0.1)  # nats a row


def test_work_that_waits_for_cpus_of_others_says_so(cluster, monkeypatch):
    import ray

    @ray.remote(num_cpus=1)
    class Other:
        def holds(self):
            return True

    monkeypatch.setattr(_executors, "PATIENCE", 0.2)
    other = Other.remote()
    assert ray.get(other.holds.remote())
    with pytest.warns(SkfairgenWarning, match="1 of the 2 CPUs of the Ray cluster are free, and 2 are wanted"):
        assert join_cluster(ray, 2) == 2
    ray.kill(other)


def test_more_workers_than_there_are_are_refused(cluster, rows):
    with pytest.raises(ValueError, match="n_workers=3 need a CPU each, and the Ray cluster has 2"):
        FairGenerator(max_epochs=1).fit(rows, n_workers=3)
