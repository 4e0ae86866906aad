"""Where the parts of a job run: here, in processes of this machine, or on a Ray cluster."""

import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Protocol

from skfairgen.exceptions import SkfairgenWarning

PATIENCE = 3.0  # seconds for CPUs to be given back, before a warning
PENDING_PER_CORE = 2  # parts that wait at a worker, so that none is idle and memory stays bounded


class Executor(Protocol):
    """Runs a function on each part of a job. The result of a part depends on the part alone, not on where it ran."""

    def map(self, function: Callable[[Any], Any], parts: Iterable[Any]) -> Iterator[Any]:
        """Yield ``function(part)`` for each part, in the order of the parts."""
        ...


def as_executor(executor: Any) -> Executor:
    """Return the executor of a name, or the one that is given.

    Parameters
    ----------
    executor : {"serial", "joblib", "ray"} or Executor
        "serial": one part after another, here. "joblib": as many at a time as ``joblib.parallel_config(n_jobs=)``
        allows, all cores unless it is set. "ray": on the cluster that ``ray.init`` joined, or a new one of this
        machine; a part whose worker dies is run again.

    Raises
    ------
    ImportError
        If ray is asked for and missing.
    ValueError
        If the name is unknown.
    """
    if hasattr(executor, "map"):
        return executor
    if executor == "serial":
        return Serial()
    if executor == "joblib":
        return _Joblib()
    if executor == "ray":
        return _Ray()
    raise ValueError(f"executor is {executor!r:.80}; expected 'serial', 'joblib', 'ray', or an object that has map().")


class Serial:
    """Runs the parts one after another, each when its result is asked for."""

    def map(self, function, parts):
        return map(function, parts)


class _Joblib:
    def map(self, function, parts):
        from joblib import Parallel, delayed
        from joblib.parallel import get_active_backend

        n_jobs = get_active_backend()[1]
        run = Parallel(n_jobs=-1 if n_jobs in (None, 1) else n_jobs, return_as="generator")
        return run(delayed(function)(part) for part in parts)


class _Ray:
    def __init__(self):
        try:
            import ray
        except ImportError as error:
            raise ImportError("executor='ray' needs ray: pip install 'skfairgen[scale]'.") from error
        self.ray = ray

    def map(self, function, parts):
        ray = self.ray
        n_cpus = join_cluster(ray)
        held = ray.put(function)  # the network travels once to each machine, not with every part
        run = ray.remote(max_retries=5)(_call).remote
        parts = iter(parts)
        n_pending = PENDING_PER_CORE * max(n_cpus, 1)
        pending = deque(run(held, part) for part in islice(parts, n_pending))
        while pending:
            try:
                done = ray.get(pending.popleft())
            except ray.exceptions.RayTaskError as error:  # in the words of the function, without those of its worker
                raise error.cause from error
            yield done
            pending.extend(run(held, part) for part in islice(parts, 1))


def join_cluster(ray: Any, n_wanted: int = 1) -> int:
    """Start a cluster of this machine, unless one was joined, and return how many CPUs it has.

    Warns where others hold them for so long that work on `n_wanted` CPUs will wait.
    """
    if not ray.is_initialized():
        ray.init(include_dashboard=False, log_to_driver=False)
    n_cpus = int(ray.cluster_resources().get("CPU", 0))
    until = time.monotonic() + PATIENCE
    while (n_free := int(ray.available_resources().get("CPU", 0))) < n_wanted <= n_cpus:
        if time.monotonic() > until:
            warnings.warn(
                f"{n_free} of the {n_cpus} CPUs of the Ray cluster are free, and {n_wanted} are wanted: this waits "
                "until others end. See `ray status`.",
                SkfairgenWarning,
                stacklevel=2,
            )
            break
        time.sleep(0.1)
    return n_cpus


def _call(function, part):
    return function(part)
