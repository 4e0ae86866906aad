"""FairEncoder: rows to codes that do not reveal the group, and back."""

from collections.abc import Hashable, Sequence
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.base import clone

from skfairgen._compat import fit_context
from skfairgen.data import Columns, ItemReader, RandomState, Rows, Table
from skfairgen.estimators._code_guards import guard_of_encoder, measure_code, warn_of_unmet_bound
from skfairgen.estimators._code_learning import check_bound, code_options, learn_code, read_labels
from skfairgen.estimators._code_transformer import CodeTransformer
from skfairgen.estimators._distill import distill
from skfairgen.estimators._fitted import set_fitted
from skfairgen.estimators._learning import read_table
from skfairgen.estimators._parameters import CODE_CONSTRAINTS
from skfairgen.models import CodeModel
from skfairgen.training import draw_seed, random_generator


class FairEncoder(CodeTransformer):
    r"""Turn rows into a code that does not reveal the group, and codes into rows.

    A variational autoencoder whose decoder is told the sensitive values, so that the code need not hold them, and
    whose code, as well as what the code says of the outcome, is penalized for its dependence on them:

    .. math:: w_r \sum_j \mathrm{CE}_j + w_y \mathrm{CE}_y + \beta\, \mathrm{KL} + \lambda(t) \big(D(z; s)
              + D(f(z); s)\big)

    with D the energy distance between each group and the rest (continuous columns: distance correlation as well), and
    the penalty raised from 0 over the first half of training.

    In the order of the parameters: the table and the width (`sensitive_columns` to `sample_shape`), what the
    code hides (`criterion` to `sensitive_at_prediction`), what it tells (`supervised` to `kl_weight`), whether it does
    (`leakage_threshold`), a small one (`distill`), training (`max_epochs` to `early_stopping`), the machine (`device`
    to `verbose`).

    Parameters
    ----------
    sensitive_columns : label, position or list of them, default=None
        Columns of X that the code must not reveal. Numeric columns of more than 20 values count as continuous.
    n_components : "auto" or int, default="auto"
        Width of the code; "auto" is 8 for tables and 16 for images and sequences. Components that carry next to nothing
        are set to 0.
    categorical_columns : "auto" or list of labels or positions, default="auto"
        Columns to read as categories, sensitive ones too; "auto" takes category, string, object and bool columns.
    sample_shape : tuple of int, default=None
        Shape of one image or sequence, as in :class:`FairGenerator`.
    criterion : {"demographic_parity", "equalized_odds", None}, default="demographic_parity"
        "demographic_parity": the code is independent of the group. "equalized_odds": within each class, which needs
        y. None: no penalty.
    fairness_weight : "auto" or float, default="auto"
        Weight of the penalty; 0 is none, "auto" 100 for tables and 30 for images and sequences. Accuracy of a model on
        the codes falls as parity rises.
    max_dependence : "auto", float or None, default="auto"
        Dependence to come below: the weight of the penalty starts at `fairness_weight`, which must be above 0, and is
        adapted. Of tables, that of held-out rows, the column ``valid_dependence`` of ``history_``; "auto" is None, no
        bound. Of images and sequences, that of ``train_recoded``; "auto" is .003.
    penalty : {"energy_distance", "fairdisco"}, default="energy_distance"
        The statistic D. "fairdisco" is that of [1]_ as published, for reproduction: without the term of the class
        scores, biased, and on a scale that falls exponentially with `n_components`.
    sensitive_at_prediction : bool, default=True
        Whether ``transform`` will see the sensitive columns. With False the encoder is trained without them, and X
        may lack them then.
    supervised : {"auto", True, False}, default="auto"
        Whether the code is to predict y. "auto": where y has two classes or more.
    outcome_weight : "auto" or float, default="auto"
        Weight of the outcome's cross-entropy; "auto" is 20, or 1 for images and sequences.
    reconstruction_weight : float or "auto", default="auto"
        Weight of the rows' likelihood. "auto" is 0.1 with an outcome, and 1.0 without or for images and sequences.
        The more, the more of the row the code keeps, and the better it reveals the group.
    kl_weight : "auto" or float, default="auto"
        Weight of the code's divergence from the standard normal distribution: the more, the less a code holds.
        "auto" is 0.2, or 0.01 for images and sequences.
    leakage_threshold : float, default=0.6
        ROC-AUC above which a :class:`~skfairgen.exceptions.LeakageWarning` is issued, when the whole interval of
        ``dependence_`` is above it.
    distill : bool, default=False
        Whether to put a student of at most a fifth of the encoder's parameters in its place, taught on the same rows;
        see :func:`~skfairgen.distill`.
    max_epochs : "auto" or int, default="auto"
        Passes over the rows at most; "auto" is 10, or more where that would be fewer than 600 batches.
    max_seconds : float, default=None
        Seconds of training at most, of the encoder, with reading the rows, and of its student. Results then depend on
        the machine.
    batch_size : "auto" or int, default="auto"
        Rows of a training batch; "auto" is a 60th of the rows, between 256 and 512.
    lr : "auto" or float, default="auto"
        Largest learning rate (AdamW, one cycle); "auto" is .005, or .003 for images and sequences.
    early_stopping : bool, default=True
        Hold out a tenth of the rows (5,000 at most), and keep the weights of the epoch with their least loss, of those
        with the whole penalty. Tables under 100 rows hold none out.
    device : str, default="cpu"
        Torch device to train on, such as "cpu" or "cuda".
    n_threads : int, default=1
        Threads of torch.
    warm_start : bool, default=False
        Go on from the weights of the last ``fit``, with the tokens learned then; start over where columns, classes,
        groups, levels or the shape of the network are others, and after ``distill=True``.
    random_state : int, RandomState or None, default=None
        Seed. None takes fresh entropy and leaves numpy's global state alone.
    verbose : bool or int, default=0
        1 shows a progress bar, and says what a training of over 30 seconds will cost.

    Attributes
    ----------
    dependence_ : DataFrame
        How well a probe guesses each sensitive column from held-out codes: ``auc`` and its 95 % bootstrap interval
        ``low``, ``high``. 0.5 is chance. Where under 10 rows of two levels were held out, by cross-validation.
    history_ : DataFrame
        A row an epoch: likelihood (nats a row), kl (nats a row), outcome (cross-entropy, nats) and dependence, each
        with ``train_`` and ``valid_``; the losses, the weight of the penalty, and the seconds.
    distillation_report_ : DataFrame
        How near a student comes to its teacher: see :func:`~skfairgen.distill`. Only of a student.
    n_parameters_ : int
        Free parameters of the encoder network.
    classes_ : ndarray of shape (n_classes,)
        Class labels; None where the code was not trained to predict y.
    groups_ : list
        Groups: scalars for one sensitive column, tuples for several; None without sensitive columns.
    active_components_ : ndarray of shape (n_components,), bool
        Components that carry something; the others are 0.
    model_, reader_ : CodeModel, ItemReader
        The trained network, and what reads rows as its items.
    codec_ : TableCodec
        From columns to tokens and back; the reader's.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names of X, where they are all strings.

    Notes
    -----
    A posterior mean tells more than training ever saw of the code: finer than the noise of the code, it can reveal the
    group to a probe although the penalty is 0. Codes are therefore rounded to one standard deviation of the noise of
    each component.

    Independence was measured on the training rows' kind of people, with one probe: a code that passes can still leak
    to a stronger one, or elsewhere. The encoder of images and sequences never sees the group, is trained on items put
    into groups drawn at random too, and is probed on such items: its code hides the group within each class as well.

    References
    ----------
    .. [1] J. Liu, Z. Li, Y. Yao, F. Xu, X. Ma, M. Xu, H. Tong, "Fair Representation Learning: An Alternative to
       Mutual Information", KDD 2022.
    .. [2] C. Louizos, K. Swersky, Y. Li, M. Welling, R. Zemel, "The Variational Fair Autoencoder", ICLR 2016.

    Examples
    --------
    >>> from skfairgen import FairEncoder
    >>> from skfairgen.datasets import make_biased_classification
    >>> table = make_biased_classification(n_samples=400, random_state=0)
    >>> encoder = FairEncoder(table.sensitive_columns, n_components=4, random_state=0)
    >>> codes = encoder.fit(table.data, table.target).transform(table.data)
    >>> codes.shape
    (400, 4)
    """

    classes_: np.ndarray | None
    groups_: list[Any] | None
    dependence_: pd.DataFrame
    history_: pd.DataFrame
    distillation_report_: pd.DataFrame
    model_: CodeModel
    reader_: ItemReader
    n_features_in_: int
    feature_names_in_: np.ndarray

    __metadata_request__fit = {"sensitive_features": True}
    __metadata_request__transform = {"sensitive_features": True}

    _parameter_constraints = CODE_CONSTRAINTS

    def __init__(
        self,
        sensitive_columns: Columns | None = None,
        *,
        n_components: int | Literal["auto"] = "auto",
        categorical_columns: Literal["auto"] | Sequence[Hashable] = "auto",
        sample_shape: Sequence[int] | int | None = None,
        criterion: str | None = "demographic_parity",
        fairness_weight: float | Literal["auto"] = "auto",
        max_dependence: float | Literal["auto"] | None = "auto",
        penalty: str = "energy_distance",
        sensitive_at_prediction: bool = True,
        supervised: bool | Literal["auto"] = "auto",
        outcome_weight: float | Literal["auto"] = "auto",
        reconstruction_weight: float | Literal["auto"] = "auto",
        kl_weight: float | Literal["auto"] = "auto",
        leakage_threshold: float = 0.6,
        distill: bool = False,
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
        self.n_components = n_components
        self.categorical_columns = categorical_columns
        self.sample_shape = sample_shape
        self.criterion = criterion
        self.fairness_weight = fairness_weight
        self.max_dependence = max_dependence
        self.penalty = penalty
        self.sensitive_at_prediction = sensitive_at_prediction
        self.supervised = supervised
        self.outcome_weight = outcome_weight
        self.reconstruction_weight = reconstruction_weight
        self.kl_weight = kl_weight
        self.leakage_threshold = leakage_threshold
        self.distill = distill
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
    def fit(self, X: Table, y: Rows | None = None, *, sensitive_features: Table | None = None) -> Self:
        """Learn the code.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Mixed columns, missing values allowed.
        y : array-like of shape (n_samples,), default=None
            Class labels; missing, or -1 beside two other numbers, where a row has none.
        sensitive_features : array-like of shape (n_samples,) or (n_samples, n_sensitive), default=None
            Sensitive values that are not columns of X.

        Returns
        -------
        self : FairEncoder

        Raises
        ------
        ValueError
            If the input cannot be learned from, "equalized_odds" is asked for without labels, or `max_dependence` with
            nothing to bound.
        """
        check_bound(self, sensitive_features)
        table = read_table(self, X, None, sensitive_features)
        labels = read_labels(self, y, table.rows)
        rng = random_generator(self.random_state)
        options = code_options(self, table)
        learned = learn_code(self, options, table, labels, rng)
        fitted = {
            "reader_": learned.reader,
            "model_": learned.model,
            "history_": learned.history,
            "classes_": labels.predicted,
            "groups_": table.schema.group_names,
            **table.names,
        }
        if self.distill:
            teacher = clone(self)
            set_fitted(teacher, **fitted)
            data, seed = (X, y, sensitive_features), draw_seed(rng) % 2**32
            student = distill(teacher, data=data, max_seconds=self.max_seconds, random_state=seed, verbose=self.verbose)
            fitted |= {"model_": student.model_, "distillation_report_": student.distillation_report_}
        guard = guard_of_encoder(self, options.is_coded, labels)
        judged = (fitted["model_"], learned, table, labels.class_codes, rng, guard, self.n_threads)
        fitted["dependence_"] = measure_code(*judged)
        set_fitted(self, **fitted)
        if not learned.kept_to_bound:
            warn_of_unmet_bound(learned, self.max_dependence)
        return self

    def fit_transform(self, X: Table, y: Rows | None = None, *, sensitive_features: Table | None = None) -> np.ndarray:
        """Learn the code and return the codes of the same rows.

        Parameters
        ----------
        X, y, sensitive_features : table, labels, sensitive values
            As those of :meth:`fit`.

        Returns
        -------
        Z : ndarray of shape (n_samples, n_components), float64
            Codes.
        """
        self.fit(X, y, sensitive_features=sensitive_features)
        return self.transform(X, sensitive_features=sensitive_features if self.model_.sees_levels else None)
