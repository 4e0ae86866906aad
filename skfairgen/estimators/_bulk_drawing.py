"""What every generator does with many rows: batches, parquet files, a file of itself."""

from collections.abc import Iterator
from hashlib import sha256
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from sklearn.utils import check_scalar
from sklearn.utils.validation import check_is_fitted

from skfairgen.data import ItemReader, RandomState
from skfairgen.estimators._documented import Documented
from skfairgen.scale import Executor, FileWriter, drawn_rows, write_parquet
from skfairgen.training import draw_seed, random_generator


class Saving(Documented):
    """An estimator of mixed tables that :func:`skfairgen.save` writes; before BaseEstimator."""

    def save(self, path: str | PathLike[str] | BinaryIO) -> None:
        """Write the estimator to a file: see :func:`save`.

        Parameters
        ----------
        path : str, Path or binary file
            File to write.
        """
        from skfairgen.estimators._persistence import save  # which knows this class

        save(self, path)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


class BulkDrawing(Saving):
    """Draw many rows with the ``sample`` of a fitted generator.

    Attributes
    ----------
    model_ : DensityModel or TeacherModel
        What draws.
    reader_ : ItemReader
        From items of the network to rows.
    """

    model_: Any
    reader_: ItemReader

    @property
    def codec_(self) -> Any:
        """From columns to tokens and back."""
        return self.reader_.codec

    @property
    def n_parameters_(self) -> int:
        """Free parameters of the network."""
        return self._drawn_by()[0].n_parameters

    def sample(self, n_samples: int = 1, **options: Any) -> tuple[Any, ...]:
        """Draw synthetic rows."""
        raise NotImplementedError

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
            As ``sample`` returns them.

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
        ValueError
            If a number is below 1, the path is an address, or the rows are arrays of images or sequences.
        FileExistsError
            If the folder holds parquet files already, other than those of an interrupted call of the same arguments.
        """
        check_scalar(n_samples, "n_samples", Integral, min_val=1)
        check_scalar(rows_per_file, "rows_per_file", Integral, min_val=1)
        check_scalar(batch_size, "batch_size", Integral, min_val=1)
        check_is_fitted(self, "model_")
        _check_columns(self.reader_)
        sizes = {
            "seed": _seed(random_state),
            "n_samples": int(n_samples),
            "rows_per_file": int(rows_per_file),
            "batch_size": int(min(batch_size, rows_per_file)),
            "target_name": target_name,
        }
        writer = FileWriter(self._batch, self.reader_, Path(path), **sizes)
        return write_parquet(writer, {**sizes, "weights": checksum(*self._drawn_by())}, executor)

    def sample_to_ray(
        self,
        n_samples: int,
        *,
        batch_size: int = 62_500,
        target_name: str | None = None,
        random_state: RandomState | np.random.Generator = None,
    ) -> Any:
        """Draw rows as a dataset of Ray, whose tasks draw a batch each when it is read.

        They are the rows of :meth:`sample_to_parquet` with the same arguments, and the same at every reading. Their
        blocks come in any order, as all of Ray's do, unless its ``preserve_order`` is set.

        Parameters
        ----------
        n_samples : int
            Number of rows in all.
        batch_size, target_name, random_state
            As in :meth:`sample_to_parquet`.

        Returns
        -------
        ray.data.Dataset
            The rows, with a column of labels where the fit had some.

        Raises
        ------
        ImportError
            If ray or pyarrow is missing.
        ValueError
            As :meth:`sample_to_parquet` raises it.
        """
        check_scalar(n_samples, "n_samples", Integral, min_val=1)
        check_scalar(batch_size, "batch_size", Integral, min_val=1)
        check_is_fitted(self, "model_")
        _check_columns(self.reader_)
        sizes = (_seed(random_state), int(n_samples), int(batch_size), int(batch_size))
        return drawn_rows(FileWriter(self._batch, self.reader_, Path(), *sizes, target_name))

    def _batch(self, n_rows, rng):
        return self.sample(n_rows, random_state=rng)[:2]

    def _drawn_by(self):
        raise NotImplementedError


def _check_columns(reader):
    if reader.schema.format.columns is None:
        raise ValueError(
            f"Parquet and Ray hold tables, and this generator draws arrays of shape "
            f"{reader.schema.format.stored_shape}. Take sample_batches, or fit on flat rows with sample_shape."
        )


def checksum(density, *parameters):
    """Return what tells one network from another, and other parameters of its draws."""
    digest = sha256(repr(parameters).encode() if parameters else b"")
    for _, tensor in sorted(density.state_dict().items()):
        digest.update(tensor.cpu().numpy().tobytes())
    return digest.hexdigest()


def _seed(random_state):
    """Return the seed of all batches; what is no seed is an error now, not with the first batch."""
    seed = int(random_state) if isinstance(random_state, Integral) else draw_seed(random_generator(random_state))
    np.random.SeedSequence(seed)
    return seed
