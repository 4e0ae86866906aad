"""FairDistillResampler: synthetic rows that repair a training table, inside a pipeline."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from numbers import Integral
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from imblearn.base import BaseSampler

from skfairgen._compat import Interval, StrOptions, fit_context
from skfairgen.data import Columns, RandomState, Rows, Table
from skfairgen.estimators._bulk_drawing import Saving
from skfairgen.estimators._distilled_generator import DistilledGenerator
from skfairgen.estimators._fair_generator import FairGenerator
from skfairgen.estimators._fitted import set_fitted
from skfairgen.estimators._parameters import GENERATOR_CONSTRAINTS, STRATEGY_CONSTRAINTS
from skfairgen.estimators._resampling import planned, read_labeled, resample
from skfairgen.estimators._resampling_plan import ResamplingPlan


class FairDistillResampler(Saving, BaseSampler):
    """Repair a training table, or images or sequences, imbalanced or unfair to groups, with synthetic rows.

    A generator learns the rows given their class and sensitive values, and draws what is missing. The unit is the
    *cell*: one (class, group) pair, where a group is one combination of sensitive values; without sensitive columns
    a cell is a class, and this is a class-balancing sampler.

    In the order of the parameters: table (`sensitive_columns` to `sample_shape`), code (`latent` to `guidance`),
    the rows that come out (`sampling_strategy` to `n_samples`), the promise (`criterion` to `legitimate_columns`), the
    student (`distill`, `keep_teacher`), training (`max_epochs` to `early_stopping`), machine (`device` to `verbose`).

    Parameters
    ----------
    sensitive_columns : label, position or list of them, default=None
        Columns of X whose values make the groups. None: groups do not matter.
    categorical_columns : "auto" or list of labels or positions, default="auto"
        Columns to read as categories, sensitive ones too; "auto" takes category, string, object and bool columns.
    sample_shape : tuple of int, default=None
        Shape of one image or sequence, as in :class:`FairGenerator`, and likewise the next four.
    latent : {"auto", "fair", None}, default="auto"
        Whether rows are learned by way of a code.
    penalty : str, default="energy_distance"
        What makes the code hide the group.
    prior : str, default="energy"
        What draws codes of a class.
    guidance : float, default=0.0
        How far codes are led to those that hide the group.
    sampling_strategy : str, float, dict or callable, default="auto"
        Rows in the output.

        - "parity": the fewest added rows that make every group's class rates equal.
        - "equalized_odds": rows that move the threshold of equal odds to one half in every group, `strength` of the
          way. Known after training only.
        - "not majority" or "all": every cell is raised to the largest; "minority": the smallest; "not minority": the
          others.
        - "auto": with a criterion, or with ``mode="replace"``, what the criterion says. Else "parity" when there are
          sensitive columns, and "not majority" when there are none.
        - float in (0, 1]: every cell is raised to this share of the largest.
        - dict of class, or (class, group) pair, to rows in the output; the group is a scalar for one sensitive
          column, a tuple for several, and None where the value is missing.
        - callable: takes y, or the list of each row's (class, group) pair, and returns such a dict.
    mode : {"augment", "replace"}, default="augment"
        "augment": the real rows first, untouched, then synthetic ones. "replace": synthetic rows only.
    n_samples : int, default=None
        Rows in the output: with ``mode="replace"``, or with ``mode="augment"`` and a criterion, the real rows
        included. None is as many as came in, or twice as many; with a `sampling_strategy`, what that says.
    criterion : {None, "demographic_parity", "equalized_odds", "equal_opportunity", "balanced_cells"}, default=None
        What is promised of a model trained on the rows, as in :class:`FairGenerator`. The synthetic rows obey it.
    strength : float in [0, 1], default=1.0
        Share of the gap between groups that is removed.
    sensitive_at_prediction : bool, default=True
        Whether the model trained on the rows will see the sensitive columns when it predicts.
    label_draw : {"auto", "sharpen", "decide", "sample", "minimal"}, default="auto"
        How rows are labeled, as in :class:`FairGenerator`. "auto" is "decide" with ``mode="augment"``, where the real
        rows keep the ranking, and else "sharpen".
    tuned_for : "auto", classifier or None, default="auto"
        Classifier that the plan of the labels is tuned for, as in :class:`FairGenerator`.
    legitimate_columns : label, position or list of them, default=None
        Columns of X that may explain a difference between groups, as in :class:`FairGenerator`.
    distill : "auto" or bool, default="auto"
        Whether to draw from a student of :func:`distill`. "auto" distills tables of 5,000 rows or more, and draws
        from the student unless it is further than 0.15 nats a row from its teacher.
    keep_teacher : bool, default=True
        Whether to keep ``teacher_`` after distilling.
    max_epochs : "auto" or int, default="auto"
        Passes over the rows at most; of more than 250,000 rows, over as many, drawn again for each pass.
    max_seconds : float, default=None
        Seconds of training at most, of each network, reading the rows included. Results then depend on the machine.
    batch_size : "auto" or int, default="auto"
        Rows of a training batch.
    lr : "auto" or float, default="auto"
        Largest learning rate.
    early_stopping : bool, default=True
        Keep the weights that explain held-out rows best, and stop when they no longer improve.
    device : str, default="cpu"
        Torch device, such as "cpu" or "cuda".
    n_threads : int, default=1
        Threads of torch.
    warm_start : bool, default=False
        Go on from the generator of the last call.
    random_state : int, RandomState or None, default=None
        Seed. None takes fresh entropy.
    verbose : bool or int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    generator_, teacher_ : FairGenerator or DistilledGenerator, FairGenerator
        What the synthetic rows were drawn from, and its teacher: the same unless it was distilled.
    synthetic_mask_ : ndarray of shape (n_rows,), bool
        Which rows of the output are synthetic.
    sampling_strategy_, sampling_plan_ : dict, DataFrame
        Synthetic rows of each cell: (class, group), or class, to int; what each has, gets, and why.
    sensitive_features_ : same kind as `sensitive_features`
        The sensitive values of the output rows, where they were given beside X.
    history_, tuning_ : DataFrame
        A row an epoch of training, and a row a round of the tuning of a plan: see :class:`FairGenerator`.
    classes_, groups_ : ndarray of shape (n_classes,), list or None
        Class labels; groups: scalars for one sensitive column, tuples for several.
    n_features_in_, feature_names_in_ : int, ndarray of shape (`n_features_in_`,)
        Number of columns of X, and their names, where they are all strings.

    Notes
    -----
    Sensitive columns of X stay aligned through pipelines and cross-validation. Values given as ``sensitive_features``
    do not: use ``sensitive_features_`` outside. Put it into imbalanced-learn's Pipeline, not scikit-learn's.

    Examples
    --------
    >>> from skfairgen import FairDistillResampler
    >>> from skfairgen.datasets import make_biased_classification
    >>> table = make_biased_classification(n_samples=400, random_state=0)
    >>> resampler = FairDistillResampler(table.sensitive_columns, max_epochs=2, random_state=0)
    >>> X_resampled, y_resampled = resampler.fit_resample(table.data, table.target)
    >>> len(X_resampled) == 400 + sum(resampler.sampling_strategy_.values())
    True
    """

    classes_: np.ndarray
    groups_: list[Any] | None
    generator_: FairGenerator | DistilledGenerator
    teacher_: FairGenerator
    synthetic_mask_: np.ndarray
    sampling_strategy_: dict[Any, int]
    sampling_plan_: pd.DataFrame
    sensitive_features_: Any
    history_: pd.DataFrame
    tuning_: pd.DataFrame
    n_features_in_: int
    feature_names_in_: np.ndarray

    _sampling_type = "bypass"

    __metadata_request__fit = {"sensitive_features": True}
    __metadata_request__fit_resample = {"sensitive_features": True}

    _parameter_constraints = {
        **GENERATOR_CONSTRAINTS,
        "sampling_strategy": STRATEGY_CONSTRAINTS,
        "mode": [StrOptions({"augment", "replace"})],
        "n_samples": [Interval(Integral, 1, None, closed="left"), None],
        "distill": [StrOptions({"auto"}), "boolean"],
        "keep_teacher": ["boolean"],
    }

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
        sampling_strategy: str | float | Mapping[Any, int] | Callable[..., Mapping[Any, int]] = "auto",
        mode: str = "augment",
        n_samples: int | None = None,
        criterion: str | None = None,
        strength: float = 1.0,
        sensitive_at_prediction: bool = True,
        label_draw: str = "auto",
        tuned_for: Any = "auto",
        legitimate_columns: Columns | None = None,
        distill: bool | Literal["auto"] = "auto",
        keep_teacher: bool = True,
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
        super().__init__(sampling_strategy=sampling_strategy)
        self.sensitive_columns = sensitive_columns
        self.categorical_columns = categorical_columns
        self.sample_shape = sample_shape
        self.latent = latent
        self.penalty = penalty
        self.prior = prior
        self.guidance = guidance
        self.mode = mode
        self.n_samples = n_samples
        self.criterion = criterion
        self.strength = strength
        self.sensitive_at_prediction = sensitive_at_prediction
        self.label_draw = label_draw
        self.tuned_for = tuned_for
        self.legitimate_columns = legitimate_columns
        self.distill = distill
        self.keep_teacher = keep_teacher
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
    def fit(self, X: Table, y: Rows, *, sensitive_features: Table | None = None) -> Self:
        """Check the input and work out ``sampling_strategy_``, without training; use ``fit_resample`` to resample.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Mixed columns, missing values allowed.
        y : array-like of shape (n_samples,)
            Class labels.
        sensitive_features : array-like of shape (n_samples,) or (n_samples, n_sensitive), default=None
            Sensitive values that are not columns of X.

        Returns
        -------
        self : FairDistillResampler
        """
        table = read_labeled(self, X, y, sensitive_features)
        set_fitted(self, **planned(table, ResamplingPlan.of(self, table)))
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X: Table, y: Rows, *, sensitive_features: Table | None = None) -> tuple[Any, Any]:
        """Learn the rows and return the repaired table.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Mixed columns, missing values allowed.
        y : array-like of shape (n_samples,)
            Class labels.
        sensitive_features : array-like of shape (n_samples,) or (n_samples, n_sensitive), default=None
            Sensitive values that are not columns of X.

        Returns
        -------
        X_resampled : same kind as X, of shape (n_samples_new, n_features)
            Column order, names and dtypes of X; a RangeIndex.
        y_resampled : same kind as y, of shape (n_samples_new,)
            Their labels.

        Raises
        ------
        ValueError
            If the input cannot be learned from, or the strategy asks for what cannot be; the message names the
            column, label or cell at fault. Nothing has been trained then.
        """
        return self._fit_resample(X, y, sensitive_features=sensitive_features)

    def explain_plan(self, X: Table, y: Rows, *, sensitive_features: Table | None = None) -> pd.DataFrame:
        """Say what each cell has, gets, and why, before anything is trained or drawn.

        Parameters
        ----------
        X, y, sensitive_features : table, labels, sensitive values
            As those of :meth:`fit`.

        Returns
        -------
        DataFrame
            A row a cell: class, group, n_real, n_synthetic, n_output (rows), rate_real, rate_output (share of the
            class within the group) and reason. What was fitted before stays.
        """
        return ResamplingPlan.of(self, read_labeled(self, X, y, sensitive_features)).frame()

    def _fit_resample(self, X, y, *, sensitive_features):
        return resample(self, read_labeled(self, X, y, sensitive_features), X, sensitive_features)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags
