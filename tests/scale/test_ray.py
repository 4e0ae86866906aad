"""On a cluster of two nodes: the same files, also when a worker dies in the middle."""

import os

import pytest

from skfairgen import FairGenerator, distill
from skfairgen.datasets import make_biased_classification

pytest.importorskip("ray")
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
    """Executor on Ray whose first part kills its worker the first time that it runs."""

    def __init__(self, sign):
        self.sign = sign

    def map(self, function, parts):
        from skfairgen.scale import as_executor

        sign = self.sign

        def deadly(part):
            if part == 0 and not sign.exists():
                sign.touch()
                os.kill(os.getpid(), 9)
            return function(part)

        return as_executor("ray").map(deadly, parts)


@pytest.mark.filterwarnings("ignore")  # Ray's own, of sockets and futures
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
