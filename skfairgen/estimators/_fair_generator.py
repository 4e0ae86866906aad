"""FairGenerator: learn a table, draw synthetic rows of any class and group."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from skfairgen._compat import fit_context
from skfairgen.data import Columns, RandomState, Rows, Table
from skfairgen.estimators._bulk_drawing import BulkDrawing
from skfairgen.estimators._generator_fitting import drawer_of, fit_passed
from skfairgen.estimators._parameters import GENERATOR_CONSTRAINTS
from skfairgen.models import TeacherModel
from skfairgen.scale import Executor


class FairGenerator(BulkDrawing, BaseEstimator):
    """Learn a table and draw synthetic rows from it, of any class and group.

    Every column becomes an integer token, and a masked column-autoregressive network learns the rows given their class
    and sensitive values. Images and sequences are learned by way of a code.

    In the order of the parameters: table (`sensitive_columns` to `sample_shape`), code (`latent` to `guidance`), the
    promise (`criterion` to `legitimate_columns`), training (`max_epochs` to `early_stopping`), machine (`device` to
    `verbose`).

    Parameters
    ----------
    sensitive_columns : label, position or list of them, default=None
        Columns of X whose values make the groups. Numeric ones of more than 20 values are cut at their quartiles.
    categorical_columns : "auto" or list of labels or positions, default="auto"
        Columns to read as categories, sensitive ones too; "auto" takes category, string, object and bool columns.
    sample_shape : tuple of int, default=None
        Shape of one image or sequence, (H, W, C), (H, W), (1, T, C) or (T,), where X holds grey images or flat rows.
        Arrays of shape (n, H, W, C) and (n, T, C) need none.
    latent : {"auto", "fair", None}, default="auto"
        Whether rows are learned by way of a code that hides the group, or without a code; "auto" takes one for images
        and sequences. Any criterion then asks for classes that are independent of the group.
    penalty : {"energy_distance", "fairdisco"}, default="energy_distance"
        What makes the code hide the group, as in :class:`FairEncoder`.
    prior : {"energy", "moments", "flow", "ddpm", "wgan-gp", "lsgan"}, default="energy"
        What draws codes of a class.
    guidance : float, default=0.0
        How far the steps of "flow" and "ddpm" are led to codes that hide the group (FADE, Lin et al., IJCAI 2025):
        along the gradient of its entropy given the class, times this. 1 to 10 are usual.
    criterion : {None, "demographic_parity", "equalized_odds", "equal_opportunity", "balanced_cells"}, default=None
        What is promised of a model trained on the rows, for real rows that it has not seen. None: nothing, the rows are
        a faithful copy. "demographic_parity": it selects the same share of every group. "equalized_odds": it has the
        same true and false positive rates in every group; "equal_opportunity": the same true positive rates.
        "balanced_cells" promises something of the rows only: classes are independent of the group, and rows are as
        they are within each class and group.
    strength : float in [0, 1], default=1.0
        Share of the gap between groups that is removed.
    sensitive_at_prediction : bool, default=True
        Whether the model trained on the rows will see the sensitive columns when it predicts.
    label_draw : {"auto", "sharpen", "decide", "sample", "minimal"}, default="auto"
        How rows are labeled. "sharpen": with the fair decision, with a probability of at least .88. "decide": with
        the fair decision. "sample": at random, by probabilities of the classes that were moved until they have the
        same distribution in every group; "minimal": likewise, with as few changes of labels as that allows. The last
        two belong to "demographic_parity"; they keep class shares exact and cost accuracy. "auto" is "sharpen".
    tuned_for : "auto", classifier or None, default="auto"
        Classifier that the plan of the labels is tuned for; None skips the tuning. "auto" is gradient boosting. It gets
        the rows as they are, so put encoders before it in a Pipeline.
    legitimate_columns : label, position or list of them, default=None
        Columns of X that may explain a difference between groups: "demographic_parity" then holds among rows alike in
        them. Numeric ones of more than 20 values are cut at their quartiles; strata of under 100 rows, or 2 %, pooled.
    max_epochs : "auto" or int, default="auto"
        Passes over the rows at most; of more than 250,000 rows, over as many, drawn again each time. "auto" is 14, or
        with a code 8.5 batches per square root of the rows.
    max_seconds : float, default=None
        Seconds from the call of `fit` to the end of training at most; a second network, as that of codes, has as many
        of its own, and what a criterion plans comes on top. Results then depend on the machine.
    batch_size : "auto" or int, default="auto"
        Rows of a training batch; "auto" is a 60th of the rows, between 32 and 512.
    lr : "auto" or float, default="auto"
        Largest learning rate (AdamW, one cycle); "auto" is .01, or .003 with a code.
    early_stopping : bool, default=True
        Hold out a tenth of the rows (5,000 at most), keep the weights that explain them best, and stop when they have
        not improved for a third of the epochs. Tables under 100 rows hold none out; with a code, no epoch is left out.
    device : str, default="cpu"
        Torch device to train and draw on, such as "cpu" or "cuda".
    n_threads : int, default=1
        Threads of torch.
    warm_start : bool, default=False
        Go on from the weights of the last ``fit``, with the tokens learned then; start over where columns, classes,
        groups or levels are others.
    random_state : int, RandomState or None, default=None
        Seed. None takes fresh entropy and leaves numpy's global state alone.
    verbose : bool or int, default=0
        1 shows progress bars of the training and of the tuning, and says what a training of over 30 seconds will cost.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels; None when fitted without y.
    groups_ : list
        Groups: scalars for one sensitive column, tuples for several; None without sensitive columns.
    cell_counts_ : dict
        Rows that each cell held: (class, group), or class without groups, to int.
    model_, reader_ : TeacherModel, ItemReader
        The trained network, rows of each cell, and how labels are repaired; between rows and items of the network.
    codec_ : TableCodec or GridCodec
        From columns to tokens and back, or from images and sequences; the reader's.
    n_parameters_ : int
        Free parameters.
    dependence_ : DataFrame
        With a code and groups: how well it tells each sensitive column, as in :class:`FairEncoder`; of recoded rows.
    history_ : DataFrame
        A row an epoch: train_loss and valid_loss (nats a row), dur (seconds); with a code, as in :class:`FairEncoder`.
    tuning_ : DataFrame
        A row a round of the tuning, where a plan was tuned: the largest gap between groups that the plan was asked for
        (``asked``) and the classifier showed (``gap``), how far that was from wanted (``missed``), its ``accuracy``.
    n_features_in_, feature_names_in_ : int, ndarray of shape (`n_features_in_`,)
        Number of columns of X, and their names, where they are all strings.

    Examples
    --------
    >>> from skfairgen import FairGenerator
    >>> from skfairgen.datasets import make_biased_classification
    >>> table = make_biased_classification(n_samples=400, random_state=0)
    >>> generator = FairGenerator(sensitive_columns=table.sensitive_columns, max_epochs=2, random_state=0)
    >>> X_new, y_new = generator.fit(table.data, table.target).sample(1000, random_state=0)
    >>> X_new.shape == (1000, table.data.shape[1])
    True
    """

    classes_: np.ndarray | None
    groups_: list[Any] | None
    cell_counts_: dict[Any, int]
    model_: TeacherModel
    dependence_: pd.DataFrame
    history_: pd.DataFrame
    tuning_: pd.DataFrame
    n_features_in_: int
    feature_names_in_: np.ndarray

    __metadata_request__fit = {"sensitive_features": True}
    _parameter_constraints = GENERATOR_CONSTRAINTS

    def __init__(
        self,
        sensitive_columns: Columns | None = None,
        *,
        categorical_columns: Literal["auto"] | Sequence[Hashable] = "auto",
        sample_shape: Sequence[int] | int | None = None,
        latent: str | None = "auto",
        penalty: str = "energy_distance",
        prior: str = "energy",
        guidance: float = 0.0,
        criterion: str | None = None,
        strength: float = 1.0,
        sensitive_at_prediction: bool = True,
        label_draw: str = "auto",
        tuned_for: Any = "auto",
        legitimate_columns: Columns | None = None,
        max_epochs: int | Literal["auto"] = "auto",
        max_seconds: float | None = None,
        batch_size: int | Literal["auto"] = "auto",
        lr: float | Literal["auto"] = "auto",
        early_stopping: bool = True,
        device: str = "cpu",
        n_threads: int = 1,
        warm_start: bool = False,
        random_state: RandomState = None,
        verbose: int = 0,
    ) -> None:
        self.sensitive_columns = sensitive_columns
        self.categorical_columns = categorical_columns
        self.sample_shape = sample_shape
        self.latent = latent
        self.penalty = penalty
        self.prior = prior
        self.guidance = guidance
        self.criterion = criterion
        self.strength = strength
        self.sensitive_at_prediction = sensitive_at_prediction
        self.label_draw = label_draw
        self.tuned_for = tuned_for
        self.legitimate_columns = legitimate_columns
        self.max_epochs = max_epochs
        self.max_seconds = max_seconds
        self.batch_size = batch_size
        self.lr = lr
        self.early_stopping = early_stopping
        self.device = device
        self.n_threads = n_threads
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X: Table | Iterator[Any],
        y: Rows | None = None,
        *,
        sensitive_features: Table | None = None,
        sample_weight: Rows | None = None,
        executor: str | Executor = "serial",
        n_workers: int = 1,
    ) -> Self:
        """Learn the rows.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features), path, Dataset of pyarrow or Ray, or iterator
            Mixed columns, missing values allowed; a path is that of parquet, larger than memory or not. An iterator
            gives frames of like columns, as ``pandas.read_csv(chunksize=)`` does; it is read once, to a temporary file.
        y : array-like of shape (n_samples,) or str, default=None
            Class labels; of files and iterators, the name of their column.
        sensitive_features : array-like of shape (n_samples,) or (n_samples, n_sensitive), default=None
            Sensitive values that are not columns of X.
        sample_weight : array-like of shape (n_samples,), default=None
            How many rows each stands for, as in a survey: they count by it in the likelihood and in cells' shares.
        executor : {"serial", "joblib", "ray"} or object with ``map``, default="serial"
            What reads files and makes their tokens, as in :meth:`sample_to_parquet`. The model is the same.
        n_workers : int, default=1
            Workers of Ray Train, each with a shard of the rows, that train together; the model depends on their number.

        Returns
        -------
        self : FairGenerator

        Raises
        ------
        ValueError
            If the input cannot be learned from; the message names the column or label at fault.
        """
        return fit_passed(self, X, y, sensitive_features, sample_weight, executor, n_workers)

    def sample(
        self,
        n_samples: int = 1,
        *,
        criterion: str | None = "fitted",
        strength: float | Literal["fitted"] = "fitted",
        cells: Mapping[Any, int] | None = None,
        group_shares: Mapping[Any, float] | None = None,
        class_shares: Mapping[Any, float] | None = None,
        return_sensitive_features: bool = False,
        return_sample_weight: bool = False,
        random_state: RandomState | np.random.Generator = None,
    ) -> tuple[Any, ...]:
        """Draw synthetic rows.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows. Each cell gets its share (moved by the criterion) to the row; chance rounds it.
        criterion : "fitted", None or a criterion, default="fitted"
            What is promised of a model trained on these rows; "fitted" is the estimator's own. No network is trained.
            A plan that ``fit`` did not make is tuned on rows of the generator alone.
        strength : "fitted" or float in [0, 1], default="fitted"
            How far, likewise.
        cells : dict, default=None
            Rows to draw of each class (spread over its groups), or (class, group) pair, in the place of `n_samples`.
        group_shares : dict, default=None
            Share of each group in the rows, in [0, 1]; groups left out share the rest as they do in the data. With
            several sensitive columns the keys are groups (tuples), or values of one of the columns.
        class_shares : dict, default=None
            Share of each class in the rows, likewise.
        return_sensitive_features : bool, default=False
            Whether to return the sensitive values of the rows as well.
        return_sample_weight : bool, default=False
            Whether to return every row once with each label it may have, and that label's probability as its weight.
        random_state : int, RandomState or None, default=None
            Seed of the draw.

        Returns
        -------
        X : DataFrame, ndarray or list of shape (n_rows, n_features)
            Rows in the container, column order and dtypes of the fitted X.
        y : Series, ndarray or list of shape (n_rows,)
            Their labels; None when fitted without y.
        sensitive_features : DataFrame, Series or ndarray of shape (n_rows,) or (n_rows, n_sensitive)
            Only with ``return_sensitive_features=True``.
        sample_weight : ndarray of shape (n_rows,)
            Only with ``return_sample_weight=True``; the weights of each drawn row sum to 1.

        Raises
        ------
        ValueError
            If a cell or a share names a class or a group never seen (it lists those there are), or shares do not fit.
        """
        return drawer_of(self, criterion, strength).sample(
            n_samples,
            cells=cells,
            group_shares=group_shares,
            class_shares=class_shares,
            return_sensitive_features=return_sensitive_features,
            return_sample_weight=return_sample_weight,
            random_state=random_state,
        )

    def _drawn_by(self):
        return [self.model_.rows.density, self.criterion, self.strength, self.label_draw, self.sensitive_at_prediction]
