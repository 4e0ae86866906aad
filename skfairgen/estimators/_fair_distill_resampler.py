"""FairDistillResampler: synthetic rows that repair a training table, inside a pipeline."""

from collections.abc import Mapping
from numbers import Integral, Real

import numpy as np
import pandas as pd
from imblearn.base import BaseSampler

from skfairgen._compat import Interval, StrOptions, fit_context
from skfairgen.criteria import allocate, apportion, sampling_plan, warn_about_small_cells
from skfairgen.estimators._distill import distill
from skfairgen.estimators._fair_generator import FairGenerator
from skfairgen.estimators._parameters import (
    CRITERION_CONSTRAINTS,
    LEGITIMATE_CONSTRAINTS,
    TABLE_CONSTRAINTS,
    TRAINING_CONSTRAINTS,
    check_criterion,
)
from skfairgen.estimators._training_table import read_training_table
from skfairgen.training import draw_seed, random_generator

MIN_DISTILLED_ROWS = 5_000  # benchmarks/distillation.py --part rows
STRATEGIES = {"auto", "parity", "minority", "not minority", "not majority", "all"}


class FairDistillResampler(BaseSampler):
    """Repair a training table that is imbalanced, or treats groups unequally, with synthetic rows.

    A generator learns the rows given their class and sensitive values, and draws what is missing. The unit is the
    *cell*: one (class, group) pair, where a group is one combination of sensitive values; without sensitive columns
    a cell is a class, and this is a class-balancing sampler.

    Parameters
    ----------
    sensitive_columns : label, position or list of them, default=None
        Columns of X whose values make the groups. None: groups do not matter.
    categorical_columns : "auto" or list of labels or positions, default="auto"
        Columns to read as categories; "auto" takes category, string, object and bool columns.
    sampling_strategy : str, float, dict or callable, default="auto"
        Rows in the output.

        - "parity": the fewest added rows that make every group's class rates equal.
        - "not majority" (or "all"): every cell is raised to the largest; "minority": only the smallest;
          "not minority": all but the smallest.
        - "auto": "parity" when there are sensitive columns, else "not majority". With ``mode="replace"``, the
          data's own cell shares, moved by the criterion.
        - float in (0, 1]: every cell is raised to this share of the largest.
        - dict of class, or (class, group) pair, to rows in the output; the group is a scalar for one sensitive
          column, a tuple for several, and None where the value is missing. The new rows of a class are spread
          over its groups by their shares.
        - callable: takes y, or with sensitive columns the list of each row's (class, group) pair, and returns such
          a dict.
    mode : {"augment", "replace"}, default="augment"
        "augment": the real rows first, untouched, then synthetic ones. "replace": synthetic rows only.
    n_samples : int, default=None
        Rows in the output of ``mode="replace"``; None gives as many as the strategy says, which is as many as came
        in for "auto".
    criterion : {None, "demographic_parity", "equalized_odds"}, default=None
        What the synthetic labels obey. None: a faithful copy. "demographic_parity": rows as they are within each
        group; their outcome scores are moved onto the barycenter of the groups' scores, and labels drawn from the
        moved scores. "equalized_odds": classes are drawn independently of the group, and rows as they are within
        each class and group.
    strength : float in [0, 1], default=1.0
        How far to go: 0 is as in the data, 1 is the criterion in full.
    sensitive_at_prediction : bool, default=True
        Whether the model trained on the rows will see the sensitive columns when it predicts. False matters to
        "demographic_parity": labels are drawn from the outcome score of a fair code that never saw the sensitive
        columns, which such a model can learn. The code is trained for 600 batches at least, and the whole takes three
        to four times as long.
    label_draw : {"sample", "minimal"}, default="sample"
        How "demographic_parity" draws labels from the moved scores. "sample": afresh. "minimal": a row keeps the label
        it was drawn with as often as the moved score allows, so that the fewest labels change.
    legitimate_columns : label, position or list of them, default=None
        Columns of X whose part in the outcome is to be left: "demographic_parity" then holds within each of their
        strata, and the groups may differ by as much as their strata do. Numeric columns of more than 20 values are cut
        at their quartiles; strata of under a 50th of the rows, or 100, are pooled.
    distill : "auto" or bool, default="auto"
        Whether to draw from a student, distilled from the teacher by :func:`distill`, instead of the teacher: it is a
        fifth as large, draws faster, and can be shipped without the data. "auto" distills tables of 5,000 rows or
        more: below that it would add more than two thirds to the time of the fit.
    keep_teacher : bool, default=True
        Whether to keep ``teacher_`` after distilling.
    max_epochs : int, default=14
        Passes over the rows at most.
    max_seconds : float, default=None
        Seconds of training at most, of each network; the learning rate is annealed to them. Results then depend on the
        machine.
    batch_size : "auto" or int, default="auto"
        Rows of a training batch.
    lr : float, default=0.01
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
        Seed: the same seed gives the same rows. None takes fresh entropy and leaves numpy's global state alone.
    verbose : bool or int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    generator_ : FairGenerator or DistilledGenerator
        What the synthetic rows were drawn from.
    teacher_ : FairGenerator
        The teacher; the same object as `generator_` unless it was distilled, and then gone with
        ``keep_teacher=False``.
    synthetic_mask_ : ndarray of shape (n_rows,), bool
        Which rows of the output are synthetic.
    sampling_strategy_ : dict
        Synthetic rows of each cell: (class, group), or class without sensitive columns, to int.
    sampling_plan_ : DataFrame
        What each cell has, gets, and why; see :meth:`explain_plan`.
    sensitive_features_ : same kind as `sensitive_features`
        The sensitive values of the output rows, where they were given beside X.
    history_ : DataFrame
        A row an epoch of training.
    classes_ : ndarray of shape (n_classes,)
        Class labels.
    groups_ : list or None
        Groups: scalars for one sensitive column, tuples for several.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of X, where they are all strings.

    Notes
    -----
    Sensitive values are columns of X, so that they stay aligned through pipelines and cross-validation. Values given
    as ``sensitive_features`` do not: the next step of a pipeline receives the resampled X and the original values;
    use ``sensitive_features_`` outside a pipeline instead. A returned DataFrame has a RangeIndex.

    References
    ----------
    .. [1] M. F. Sikder, R. Ramachandranpillai, D. de Leng, F. Heintz, "Generating Synthetic Fair Syntax-agnostic
       Data by Learning and Distilling Fair Representation", arXiv:2408.10755, 2024.

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

    _sampling_type = "bypass"

    __metadata_request__fit = {"sensitive_features": True}
    __metadata_request__fit_resample = {"sensitive_features": True}

    _parameter_constraints = {
        **TABLE_CONSTRAINTS,
        "sampling_strategy": [
            StrOptions(STRATEGIES),
            Interval(Real, 0, 1, closed="right"),
            Mapping,
            callable,
        ],
        "mode": [StrOptions({"augment", "replace"})],
        "n_samples": [Interval(Integral, 1, None, closed="left"), None],
        **CRITERION_CONSTRAINTS,
        **LEGITIMATE_CONSTRAINTS,
        "distill": [StrOptions({"auto"}), "boolean"],
        "keep_teacher": ["boolean"],
        **TRAINING_CONSTRAINTS,
    }

    def __init__(
        self,
        sensitive_columns=None,
        *,
        categorical_columns="auto",
        sampling_strategy="auto",
        mode="augment",
        n_samples=None,
        criterion=None,
        strength=1.0,
        sensitive_at_prediction=True,
        label_draw="sample",
        legitimate_columns=None,
        distill="auto",
        keep_teacher=True,
        max_epochs=14,
        max_seconds=None,
        batch_size="auto",
        lr=0.01,
        early_stopping=True,
        device="cpu",
        n_threads=1,
        warm_start=False,
        random_state=None,
        verbose=0,
    ):
        super().__init__(sampling_strategy=sampling_strategy)
        self.sensitive_columns = sensitive_columns
        self.categorical_columns = categorical_columns
        self.mode = mode
        self.n_samples = n_samples
        self.criterion = criterion
        self.strength = strength
        self.sensitive_at_prediction = sensitive_at_prediction
        self.label_draw = label_draw
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
    def fit(self, X, y, *, sensitive_features=None):
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
        self._plan(X, y, sensitive_features)
        return self

    @fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X, y, *, sensitive_features=None):
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

    def explain_plan(self, X, y, *, sensitive_features=None):
        """Say what each cell has, gets, and why, before anything is trained or drawn.

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
        DataFrame
            A row a cell: class, group, n_real, n_synthetic, n_output (rows), rate_real, rate_output (share of the
            class within the group) and reason. Also kept as ``sampling_plan_``.
        """
        return self.fit(X, y, sensitive_features=sensitive_features).sampling_plan_

    def _fit_resample(self, X, y, *, sensitive_features):
        layout, rows, wanted = self._plan(X, y, sensitive_features)
        rng = random_generator(self.random_state)
        self.teacher_ = self._teacher(rng)._fit_rows(layout, rows, rng)
        self.history_ = self.teacher_.history_
        is_distilled = len(rows.frame) >= MIN_DISTILLED_ROWS if self.distill == "auto" else self.distill
        self.generator_ = self._student(rng) if is_distilled else self.teacher_
        synthetic = self.generator_._draw(wanted, rng)
        n_real = 0 if self.mode == "replace" else len(rows.frame)
        self.synthetic_mask_ = np.arange(n_real + len(synthetic.frame)) >= n_real
        if sensitive_features is not None:
            drawn = layout.sensitive_values(synthetic.group_codes, synthetic.frame, rng)
            self.sensitive_features_ = layout.sensitive_features.join(sensitive_features, drawn) if n_real else drawn
        if n_real == 0:
            return layout.format.restore(synthetic.frame), layout.target.decode(synthetic.class_codes)
        codes = np.concatenate([rows.class_codes, synthetic.class_codes])
        return layout.format.join(X, synthetic.frame), layout.target.decode(codes)

    def _plan(self, X, y, sensitive_features):
        """Check the input and return its layout, its rows, and the rows to draw of each cell."""
        layout, rows = read_training_table(self, X, y, sensitive_features)
        if layout.target is None:
            raise ValueError("requires y to be passed, but the target y is None. Pass the class labels.")
        check_criterion(self.criterion, layout)
        wanted = self._rows_to_draw(layout, rows)
        self.classes_ = layout.target.classes_
        self.groups_ = None if layout.groups is None else layout.groups.groups_
        self.sampling_strategy_ = layout.cells.as_dict(wanted)
        plan = sampling_plan(
            layout.counts,
            wanted,
            layout.cells,
            strategy=self._strategy(layout),
            mode=self.mode,
            criterion=self.criterion,
            strength=self.strength,
        )
        self.sampling_plan_ = pd.DataFrame(plan)
        warn_about_small_cells(wanted, layout.counts, layout.cells)
        return layout, rows, wanted

    def _strategy(self, layout):
        """Return the sampling strategy with "auto" resolved, where it stands for another."""
        if self.sampling_strategy == "auto" and self.mode == "augment":
            return "not majority" if layout.groups is None else "parity"
        return self.sampling_strategy

    def _rows_to_draw(self, layout, rows):
        """Return the synthetic rows of each cell, an int array of shape (n_classes, n_groups)."""
        counts, cells = layout.counts, layout.cells
        strategy = self._strategy(layout)
        if callable(strategy):
            codes = zip(rows.class_codes, rows.group_codes, strict=True)
            strategy = strategy([cells.name(*place) for place in codes])
            if not isinstance(strategy, Mapping):
                raise ValueError(
                    f"The callable sampling_strategy returned {strategy!r}; expected a dict of class, or "
                    "(class, group) pair, to rows in the output."
                )
        if self.mode == "augment":
            return self._rows_to_add(allocate(strategy, counts, cells), counts, cells)
        if strategy == "auto":
            return apportion(layout.moved_shares(self.criterion, self.strength), self.n_samples or counts.sum())
        targets = allocate(strategy, counts, cells)
        if targets.sum() == 0:
            raise ValueError(f"sampling_strategy={self.sampling_strategy!r} asks for no row at all. Ask for some.")
        return targets if self.n_samples is None else apportion(targets, self.n_samples)

    def _rows_to_add(self, targets, counts, cells):
        for place in np.argwhere(targets < counts):
            raise ValueError(
                f"sampling_strategy asks for {targets[tuple(place)]:,} rows of cell {cells.name(*place)!r}, which "
                f"holds {counts[tuple(place)]:,}, and mode='augment' removes none. Ask for at least as many, or use "
                "mode='replace'."
            )
        return targets - counts

    def _student(self, rng):
        seed = draw_seed(rng) % 2**32
        student = distill(self.teacher_, max_seconds=self.max_seconds, random_state=seed, verbose=self.verbose)
        if not self.keep_teacher:
            del self.teacher_
        return student

    def _teacher(self, rng):
        parameters = set(FairGenerator().get_params())
        shared = {name: value for name, value in self.get_params(deep=False).items() if name in parameters}
        goes_on = self.warm_start and hasattr(self, "teacher_")
        teacher = self.teacher_ if goes_on else FairGenerator()
        return teacher.set_params(**{**shared, "random_state": draw_seed(rng) % 2**32})

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags
