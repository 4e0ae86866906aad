"""Training by several workers of Ray Train: each has a shard of the rows, and all have the mean of their gradients."""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from skorch.callbacks import Callback

from skfairgen.scale._executors import join_cluster
from skfairgen.training import MAX_ROWS_AN_EPOCH, torch_generator, torch_runtime, train

MAX_FAILURES = 3  # trainings that start over since a worker died
SHARED = ("train_loss", "valid_loss")


@dataclass(frozen=True)
class SharedTraining:
    """Trains a module as :func:`skfairgen.training.train` does, by workers of a Ray cluster.

    A batch is that of one process: each worker takes its share, from its shard of the rows. The result depends on the
    number of workers, and by one worker is that of `train`. A worker that dies lets the training start over.

    Attributes
    ----------
    n_workers : int
        Workers, of one CPU each.
    n_threads : int
        Threads of torch of each.
    """

    n_workers: int
    n_threads: int = 1

    def __call__(
        self,
        module: Any,
        task: Any,
        progress: Any,
        rows: Any,
        held_out: Any,
        options: Any,
        generator: Any,
        *,
        batch_size: int,
        callbacks: Iterable[Any] = (),
        **more: Any,
    ) -> list[dict[str, float]]:
        """Train the module; parameters, results and errors are those of `train`.

        Raises
        ------
        ImportError
            If ray, or what its trainer needs, is missing.
        ValueError
            If the cluster has too few CPUs, or as `train`.
        """
        try:
            import ray
            from ray.train import FailureConfig, RunConfig, ScalingConfig
            from ray.train.torch import TorchTrainer
        except ImportError as error:
            raise ImportError("n_workers needs Ray Train: pip install 'skfairgen[scale]'.") from error

        n_cpus = join_cluster(ray, self.n_workers)
        if n_cpus < self.n_workers:
            raise ValueError(
                f"n_workers={self.n_workers} need a CPU each, and the Ray cluster has {n_cpus}. Ask for fewer, or add "
                "machines."
            )
        n_workers, n_threads = self.n_workers, self.n_threads
        shards = [ray.put(rows.shard(place, n_workers)) for place in range(n_workers)]
        state = ray.put((module, task, progress, held_out, options, generator, [_SharedLosses(), *callbacks]))
        share = {"batch_size": max(batch_size // n_workers, 1), "max_rows": MAX_ROWS_AN_EPOCH // n_workers, **more}

        def run() -> Any:
            with torch_runtime(n_threads, options.device):
                return _train_shard(ray.get(state), shards, share)

        with tempfile.TemporaryDirectory() as folder:
            trainer = TorchTrainer(
                run,
                scaling_config=ScalingConfig(num_workers=n_workers),
                run_config=RunConfig(storage_path=folder, failure_config=FailureConfig(max_failures=MAX_FAILURES)),
            )
            done = trainer.fit().return_value
        if isinstance(done, ValueError):
            raise done
        weights, history = done
        module.load_state_dict({name: torch.tensor(values) for name, values in weights.items()})
        module.eval()
        return history


def _train_shard(state: tuple[Any, ...], shards: Sequence[Any], share: dict[str, Any]) -> Any:
    """Return the weights and the history that one worker ends with, as all do, or an error of the training itself."""
    import ray
    from ray.train.torch import prepare_model

    module, task, progress, held_out, options, generator, callbacks = state
    place = ray.train.get_context().get_world_rank()
    if place > 0:  # draws its own order
        options = replace(options, verbose=0)
        seeds = np.random.SeedSequence([generator.initial_seed(), place])
        generator = torch_generator(int(seeds.generate_state(1, np.uint64)[0] >> np.uint64(1)))
    wrapped = prepare_model(module, move_to_device=False, parallel_strategy_kwargs={"broadcast_buffers": False})
    rows = ray.get(shards[place])
    try:
        more = {"callbacks": callbacks, "wrapped": wrapped, **share}
        history = train(module, task, progress, rows, held_out, options, generator, **more)
    except ValueError as error:  # of all workers alike: starting over would not help
        return error
    return {name: weights.cpu().numpy() for name, weights in module.state_dict().items()}, history


class _SharedLosses(Callback):
    """Puts the mean of all workers in the place of an epoch's losses, so that all decide alike; comes first."""

    def on_epoch_end(self, net: Any, dataset_train: Any = None, dataset_valid: Any = None, **kwargs: Any) -> None:
        """Share the losses of the epoch."""
        names = [name for name in SHARED if name in net.history[-1]]
        losses = torch.tensor([net.history[-1, name] for name in names], dtype=torch.float64)
        torch.distributed.all_reduce(losses)
        for name, loss in zip(names, losses / torch.distributed.get_world_size(), strict=True):
            net.history.record(name, loss.item())
