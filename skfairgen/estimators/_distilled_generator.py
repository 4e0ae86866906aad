"""DistilledGenerator: the small student that draws rows without its teacher and without the data."""

from numbers import Integral
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import check_scalar
from sklearn.utils.validation import check_is_fitted

from skfairgen.estimators._persistence import save, to_bytes
from skfairgen.estimators._row_sampler import RowSampler
from skfairgen.training import draw_seed, random_generator


class DistilledGenerator(RowSampler, BaseEstimator):
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
    net_ : TrainedNet
        Holds the network, ``module_``.
    codec_ : TableCodec
        From tokens to columns.
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
    >>> student.n_parameters_ < teacher.net_.module_.n_parameters / 5
    True
    >>> [len(X) for X, y in student.sample_batches(1000, batch_size=400, random_state=0)]
    [400, 400, 200]
    """

    def __init__(self, *, device="cpu", n_threads=1):
        self.device = device
        self.n_threads = n_threads

    def fit(self, X=None, y=None):
        """Refuse: a student learns from a teacher, not from a table.

        Raises
        ------
        TypeError
            Always.
        """
        raise TypeError("A DistilledGenerator learns from a fitted generator: call skfairgen.distill(generator).")

    @property
    def n_parameters_(self):
        """Free parameters of the network."""
        check_is_fitted(self, "net_")
        return self.net_.module_.n_parameters

    @property
    def size_bytes_(self):
        """Bytes of the file that :meth:`save` writes."""
        return len(to_bytes(self))

    def save(self, path, *, private_export=True):
        """Write the student to a file: see :func:`save`.

        Parameters
        ----------
        path : str or Path
            File to write.
        private_export : bool, default=True
            Whether to leave out what few rows of the table held.
        """
        save(self, path, private_export=private_export)

    def sample_batches(self, n_samples, batch_size=65_536, *, random_state=None):
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
        check_is_fitted(self, "net_")
        check_scalar(n_samples, "n_samples", Integral, min_val=1)
        check_scalar(batch_size, "batch_size", Integral, min_val=1)
        is_seed = isinstance(random_state, Integral)
        seed = int(random_state) if is_seed else draw_seed(random_generator(random_state))
        np.random.SeedSequence(seed)  # an error now, not with the first batch
        return self._batches(int(n_samples), int(batch_size), seed)

    def _batches(self, n_samples, batch_size, seed):
        for place, start in enumerate(range(0, n_samples, batch_size)):
            rng = np.random.default_rng([seed, place])
            yield self.sample(min(batch_size, n_samples - start), random_state=rng)

    def sample_to_parquet(
        self, path, n_samples, *, rows_per_file=1_000_000, batch_size=65_536, target_name=None, random_state=None
    ):
        """Draw rows into parquet files, in memory that does not grow with their number.

        Parameters
        ----------
        path : str or Path
            Folder of the files ``part-00000.parquet``, ``part-00001.parquet`` and so on; made where there is none.
        n_samples : int
            Number of rows in all.
        rows_per_file : int, default=1000000
            Rows of a file; the last may hold fewer.
        batch_size : int, default=65536
            Rows drawn at a time, and rows of a row group.
        target_name : str, default=None
            Name of the column of labels; None takes the name of the fitted y, or "target".
        random_state : int, RandomState or None, default=None
            Seed. The same seed, sizes and package versions give the same bytes.

        Returns
        -------
        list of Path
            The files written.

        Raises
        ------
        ImportError
            If pyarrow is missing.
        FileExistsError
            If the folder holds parquet files already.
        """
        check_scalar(rows_per_file, "rows_per_file", Integral, min_val=1)
        parquet = _Parquet()
        batches = self.sample_batches(n_samples, min(batch_size, rows_per_file), random_state=random_state)
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.glob("*.parquet")):
            raise FileExistsError(f"{folder} holds parquet files already; name an empty folder.")
        files, writer, left, schema = [], None, 0, None
        for X, y in batches:
            frame = self._frame(X, y, target_name)
            schema = schema or parquet.schema(frame, self._values_of_objects(frame))
            table = parquet.table(frame, schema)
            while table.num_rows:
                if left == 0:
                    writer = _closed(writer)
                    files.append(folder / f"part-{len(files):05d}.parquet")
                    writer, left = parquet.writer(files[-1], table.schema), rows_per_file
                writer.write_table(table.slice(0, left))
                written = min(left, table.num_rows)
                table, left = table.slice(written), left - written
        _closed(writer)
        return files

    def _frame(self, X, y, target_name):
        frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(X)
        frame = frame.set_axis([str(label) for label in frame.columns], axis=1)
        if y is None:
            return frame
        name = target_name or getattr(y, "name", None) or "target"
        labels = [y] if np.ndim(y) == 1 else [column for _, column in pd.DataFrame(np.asarray(y)).items()]
        names = [str(name)] if len(labels) == 1 else [f"{name}_{place}" for place in range(len(labels))]
        for name, label in zip(names, labels, strict=True):
            if name in frame:
                raise ValueError(f"The labels cannot be written as column {name!r}, which X has; give a target_name.")
            frame[name] = label
        return frame

    def _values_of_objects(self, frame):
        """Return all values that columns of objects may hold, by name: a batch may lack some, or all."""
        groups, n_features = self._layout.groups, len(self._layout.format.columns)
        known = {} if groups is None or self._layout.sensitive_features is not None else groups.columns_
        values = {}
        for position, name in enumerate(frame.columns[:n_features]):
            column = self.codec_.columns_.get(position)
            held = known[position].values if column is None else getattr(column, "levels_", None)
            if held is not None and pd.api.types.is_object_dtype(frame.dtypes.iloc[position]):
                values[name] = held
        return values

    def _cell_shares(self):
        """Return the share of each cell in the synthetic rows, shape (n_classes, n_groups): the teacher's."""
        return self._shares


class _Parquet:
    """pyarrow, imported when it is needed."""

    def __init__(self):
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError as error:
            raise ImportError("sample_to_parquet needs pyarrow: pip install pyarrow.") from error
        self.pyarrow = pyarrow

    def schema(self, frame, values):
        """Return the schema of all batches, given one of them and the values that its columns of objects may hold."""
        schema = self.pyarrow.Schema.from_pandas(frame, preserve_index=False)
        for name, known in values.items():
            kind = self.pyarrow.array(pd.Series(known, dtype=object), from_pandas=True).type
            place = schema.get_field_index(name)
            schema = schema.set(place, schema.field(place).with_type(kind))
        return schema

    def table(self, frame, schema):
        """Return a batch as a table of that schema."""
        return self.pyarrow.Table.from_pandas(frame, schema=schema, preserve_index=False)

    def writer(self, path, schema):
        return self.pyarrow.parquet.ParquetWriter(path, schema)


def _closed(writer):
    if writer is not None:
        writer.close()
