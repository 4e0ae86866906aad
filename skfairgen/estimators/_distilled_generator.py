"""DistilledGenerator: the small student that draws rows without its teacher and without the data."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import check_scalar
from sklearn.utils.validation import check_is_fitted

from skfairgen.data import ItemReader, RandomState
from skfairgen.estimators._documented import Documented
from skfairgen.estimators._row_drawer import RowDrawer, cell_names
from skfairgen.models import DensityModel
from skfairgen.scale import Executor, FileWriter, write_parquet
from skfairgen.training import draw_seed, random_generator


class DistilledGenerator(Documented, BaseEstimator):
    """A small generator of rows, distilled from a larger one: what :func:`distill` returns.

    It draws what its teacher draws, labels after the repair included, with no repair step of its own. It holds a
    small network, the codec of the columns and the shares of the cells, and no row of a table.

    Parameters
    ----------
    device : str, default="cpu"
        Torch device to draw on.
    n_threads : int, default=1
        Threads of torch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels; None when the teacher was fitted without y.
    groups_ : list
        Groups: scalars for one sensitive column, tuples for several; None without sensitive columns.
    cell_counts_ : dict
        Rows that each cell held: (class, group) to int, or class to int without groups.
    model_ : DensityModel
        The network, and the share of each cell.
    reader_ : ItemReader
        From items of the network to rows.
    codec_ : TableCodec
        From tokens to columns; the reader's.
    history_ : DataFrame
        A row an epoch of the distillation: train_loss and valid_loss (nats a row), dur (seconds).
    distillation_report_ : DataFrame
        How near it comes to its teacher: see :func:`distill`.
    n_parameters_ : int
        Free parameters of the network.
    size_bytes_ : int
        Bytes of the file that :meth:`save` writes.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of X, where they are all strings.

    Examples
    --------
    >>> from skfairgen import FairGenerator, distill
    >>> from skfairgen.datasets import make_biased_classification
    >>> table = make_biased_classification(n_samples=400, random_state=0)
    >>> teacher = FairGenerator(table.sensitive_columns, max_epochs=2, random_state=0).fit(table.data, table.target)
    >>> student = distill(teacher, max_epochs=2, random_state=0)
    >>> student.n_parameters_ < teacher.n_parameters_ / 5
    True
    >>> [len(X) for X, y in student.sample_batches(1000, batch_size=400, random_state=0)]
    [400, 400, 200]
    """

    classes_: np.ndarray | None
    groups_: list[Any] | None
    model_: DensityModel
    reader_: ItemReader
    history_: pd.DataFrame
    distillation_report_: pd.DataFrame
    n_features_in_: int
    feature_names_in_: np.ndarray

    def __init__(self, *, device: str = "cpu", n_threads: int = 1) -> None:
        self.device = device
        self.n_threads = n_threads

    def fit(self, X: Any = None, y: Any = None) -> NoReturn:
        """Refuse: a student learns from a teacher, not from a table.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError("A DistilledGenerator learns from a fitted generator: call skfairgen.distill(generator).")

    @property
    def n_parameters_(self) -> int:
        """Free parameters of the network."""
        return self.model_.density.n_parameters

    @property
    def cell_counts_(self) -> dict[Any, int]:
        """Rows that each cell held."""
        return cell_names(self.reader_.schema).as_dict(self.model_.cells.counts)

    @property
    def codec_(self) -> Any:
        """From tokens to columns."""
        return self.reader_.codec

    @property
    def size_bytes_(self) -> int:
        """Bytes of the file that :meth:`save` writes."""
        from skfairgen.estimators._persistence import size_bytes  # which knows this class

        return size_bytes(self)

    def save(self, path: str | PathLike[str] | BinaryIO, *, private_export: bool = True) -> None:
        """Write the student to a file: see :func:`save`.

        Parameters
        ----------
        path : str or Path
            File to write.
        private_export : bool, default=True
            Whether to leave out what few rows of the table held.
        """
        from skfairgen.estimators._persistence import save  # which knows this class

        save(self, path, private_export=private_export)

    def sample(
        self,
        n_samples: int = 1,
        *,
        cells: Mapping[Any, int] | None = None,
        group_shares: Mapping[Any, float] | None = None,
        class_shares: Mapping[Any, float] | None = None,
        return_sensitive_features: bool = False,
        random_state: RandomState | np.random.Generator = None,
    ) -> tuple[Any, ...]:
        """Draw synthetic rows.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows. Each cell gets its share of them to the row; chance rounds it up or down.
        cells : dict, default=None
            Rows to draw of each class, or (class, group) pair; takes the place of `n_samples`.
        group_shares, class_shares : dict, default=None
            Share of each group, and of each class, in the rows.
        return_sensitive_features : bool, default=False
            Whether to return the sensitive values of the rows as well.
        random_state : int, RandomState or None, default=None
            Seed of the draw.

        Returns
        -------
        X, y and, if asked for, sensitive_features
            As :meth:`FairGenerator.sample` returns them.

        Raises
        ------
        ValueError
            As :meth:`FairGenerator.sample` raises it.
        """
        check_is_fitted(self, "model_")
        return student_drawer(self).sample(
            n_samples,
            cells=cells,
            group_shares=group_shares,
            class_shares=class_shares,
            return_sensitive_features=return_sensitive_features,
            random_state=random_state,
        )

    def sample_batches(
        self, n_samples: int, batch_size: int = 65_536, *, random_state: RandomState | np.random.Generator = None
    ) -> Iterator[tuple[Any, ...]]:
        """Draw rows batch by batch, in memory that does not grow with their number.

        Parameters
        ----------
        n_samples : int
            Number of rows in all.
        batch_size : int, default=65536
            Rows of a batch; the last may be smaller.
        random_state : int, RandomState or None, default=None
            Seed. With an int, batch i is ``sample(batch_size, random_state=numpy.random.default_rng([seed, i]))``:
            any batch can be drawn alone, on any machine of the same kind.

        Returns
        -------
        Iterator of (X, y)
            As :meth:`sample` returns them.

        Raises
        ------
        ValueError
            If a number of rows is below 1.
        """
        check_is_fitted(self, "model_")
        check_scalar(n_samples, "n_samples", Integral, min_val=1)
        check_scalar(batch_size, "batch_size", Integral, min_val=1)
        return self._batches(int(n_samples), int(batch_size), _seed(random_state))

    def _batches(self, n_samples, batch_size, seed):
        for place, start in enumerate(range(0, n_samples, batch_size)):
            rng = np.random.default_rng([seed, place])
            yield self._batch(min(batch_size, n_samples - start), rng)

    def sample_to_parquet(
        self,
        path: str | PathLike[str],
        n_samples: int,
        *,
        rows_per_file: int = 1_000_000,
        batch_size: int = 62_500,
        target_name: str | None = None,
        executor: str | Executor = "serial",
        random_state: RandomState | np.random.Generator = None,
    ) -> list[Path]:
        """Draw rows into parquet files, in memory that does not grow with their number.

        A file gets its name when it is whole, and an empty file ``_SUCCESS`` is written last. An interrupted call
        is completed by the same call; files that are there are kept.

        Parameters
        ----------
        path : str or Path
            Folder of the files ``part-00000.parquet``, ``part-00001.parquet`` and so on; made where there is none.
        n_samples : int
            Number of rows in all.
        rows_per_file : int, default=1000000
            Rows of a file; the last may hold fewer.
        batch_size : int, default=62500
            Rows drawn at a time. A batch that falls in two files is drawn for each of them.
        target_name : str, default=None
            Name of the column of labels; None takes the name of the fitted y, or "target".
        executor : {"serial", "joblib", "ray"} or object with ``map(function, parts)``, default="serial"
            What writes the files: this process, processes of this machine (as many as
            ``joblib.parallel_config(n_jobs=)`` says), or the workers of the Ray cluster that ``ray.init`` joined; all
            must see the folder. The files are the same.
        random_state : int, RandomState or None, default=None
            Seed. The same seed, sizes and package versions give the same bytes.

        Returns
        -------
        list of Path
            The files written.

        Raises
        ------
        ImportError
            If pyarrow is missing, or ray where it is asked for.
        FileExistsError
            If the folder holds parquet files already, other than those of an interrupted call of the same arguments.
        """
        check_scalar(n_samples, "n_samples", Integral, min_val=1)
        check_scalar(rows_per_file, "rows_per_file", Integral, min_val=1)
        check_scalar(batch_size, "batch_size", Integral, min_val=1)
        check_is_fitted(self, "model_")
        sizes = {
            "seed": _seed(random_state),
            "n_samples": int(n_samples),
            "rows_per_file": int(rows_per_file),
            "batch_size": int(min(batch_size, rows_per_file)),
            "target_name": target_name,
        }
        writer = FileWriter(self._batch, self.reader_, Path(path), **sizes)
        return write_parquet(writer, {**sizes, "weights": _checksum(self.model_.density)}, executor)

    def _batch(self, n_rows, rng):
        return self.sample(n_rows, random_state=rng)


def _checksum(density):
    """Return what tells one network from another."""
    digest = sha256()
    for _, tensor in sorted(density.state_dict().items()):
        digest.update(tensor.cpu().numpy().tobytes())
    return digest.hexdigest()


def _seed(random_state):
    """Return the seed of all batches; what is no seed is an error now, not with the first batch."""
    seed = int(random_state) if isinstance(random_state, Integral) else draw_seed(random_generator(random_state))
    np.random.SeedSequence(seed)
    return seed


def student_drawer(student):
    """Return what draws the rows of a student."""
    return RowDrawer(student.reader_, student.model_, student.model_.shares, None, student.n_threads)
