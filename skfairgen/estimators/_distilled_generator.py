"""DistilledGenerator: the small student that draws rows without its teacher and without the data."""

from collections.abc import Mapping
from os import PathLike
from typing import Any, BinaryIO, NoReturn

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skfairgen.data import ItemReader, RandomState
from skfairgen.estimators._bulk_drawing import BulkDrawing
from skfairgen.estimators._row_drawer import RowDrawer, cell_names
from skfairgen.models import DensityModel
from skfairgen.training import checked_device


class DistilledGenerator(BulkDrawing, BaseEstimator):
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
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
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
    def cell_counts_(self) -> dict[Any, int]:
        """Rows that each cell held; of a private file, the same small number for all that held fewer than 5."""
        return cell_names(self.reader_.schema).as_dict(self.model_.cells.counts)

    @property
    def size_bytes_(self) -> int:
        """Bytes of the file that :meth:`save` writes."""
        from skfairgen.estimators._persistence import size_bytes  # which knows this class

        return size_bytes(self)

    def save(self, path: str | PathLike[str] | BinaryIO, *, private_export: bool = True) -> Any:
        """Write the student to a file: see :func:`save`.

        Parameters
        ----------
        path : str or Path
            File to write.
        private_export : bool, default=True
            Whether to leave out what few rows of the table held.

        Returns
        -------
        DataFrame or None
            Of a private export, what was coarsened: "column" and "coarsened", in words.
        """
        from skfairgen.estimators._persistence import save  # which knows this class

        return save(self, path, private_export=private_export)

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

    def _drawn_by(self):
        return [self.model_.density]


def student_drawer(student):
    """Return what draws the rows of a student, on the device that it names now."""
    student.model_.density.to(checked_device(student.device, student.n_threads))
    return RowDrawer(student.reader_, student.model_, student.model_.shares, None, student.n_threads)
