"""FairEncoder: rows to codes that do not reveal the group, and back."""

from dataclasses import replace
from numbers import Integral, Real

import numpy as np
import pandas as pd
import torch
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_consistent_length, check_is_fitted
from threadpoolctl import threadpool_limits

from skfairgen._compat import Interval, StrOptions, fit_context
from skfairgen.estimators._code_decoder import CodeDecoder
from skfairgen.estimators._code_guards import warn_of_collapse, warn_of_leakage, warn_of_unmet_bound
from skfairgen.estimators._distill import distill
from skfairgen.estimators._leakage_probe import probe_dependence
from skfairgen.estimators._parameters import (
    CRITERION_CONSTRAINTS,
    TABLE_CONSTRAINTS,
    TRAINING_CONSTRAINTS,
    training_options,
)
from skfairgen.estimators._partial_target import UNLABELED, read_partial_target
from skfairgen.estimators._row_encoder import RowEncoder
from skfairgen.estimators._trained_net import TrainableNet
from skfairgen.estimators._training_table import read_training_table
from skfairgen.nn.table import table_autoencoder
from skfairgen.training import (
    MIN_BATCHES,
    FairObjective,
    draw_seed,
    fit_autoencoder,
    random_generator,
    torch_generator,
    torch_runtime,
)

MIN_EPOCHS = 10


class FairEncoder(RowEncoder, CodeDecoder, BaseEstimator):
    r"""Turn rows into a code that does not reveal the group, and codes into rows.

    A variational autoencoder whose decoder is told the sensitive values, so that the code need not hold them, and
    whose code, as well as what the code says of the outcome, is penalized for its dependence on them:

    .. math:: w_r \sum_j \mathrm{CE}_j + w_y \mathrm{CE}_y + \beta\, \mathrm{KL} + \lambda(t) \big(D(z; s)
              + D(f(z); s)\big)

    with D the energy distance between each group and the rest (continuous columns: distance correlation as well), and
    the penalty raised from 0 over the first half of training.

    Parameters
    ----------
    sensitive_columns : label, position or list of them, default=None
        Columns of X that the code must not reveal. Numeric columns of more than 20 values count as continuous.
    n_components : int, default=8
        Width of the code. Components that carry next to nothing are set to 0.
    categorical_columns : "auto" or list of labels or positions, default="auto"
        Columns to read as categories; "auto" takes category, string, object and bool columns.
    criterion : {"demographic_parity", "equalized_odds", None}, default="demographic_parity"
        "demographic_parity": the code is independent of the group. "equalized_odds": within each class, which needs
        y. None: no penalty.
    fairness_weight : float, default=100.0
        Weight of the penalty; 0 is none. Accuracy of a model on the codes falls as parity rises.
    max_dependence : float, default=None
        Held-out dependence, the column ``valid_dependence`` of ``history_``, to come below: the weight of the penalty
        starts at `fairness_weight`, which must be above 0, and is adapted.
    penalty : {"energy_distance", "fairdisco"}, default="energy_distance"
        The statistic D. "fairdisco" is that of [1]_ as published, on the posteriors of the code and without the term
        of the class scores, for reproduction: it is biased, weighs a group by the square of its share, and its scale
        falls exponentially with `n_components`, so that `fairness_weight` means something else for each.
    sensitive_at_prediction : bool, default=True
        Whether ``transform`` will see the sensitive columns. With False the encoder is trained without them, and X
        may lack them then.
    supervised : {"auto", True, False}, default="auto"
        Whether the code is to predict y. "auto": where y has two classes or more.
    outcome_weight : float, default=20.0
        Weight of the outcome's cross-entropy.
    reconstruction_weight : float or "auto", default="auto"
        Weight of the rows' likelihood. "auto" is 0.1 with an outcome and 1.0 without. The more, the more of the
        row the code keeps, and the better it reveals the group.
    kl_weight : float, default=0.2
        Weight of the code's divergence from the standard normal distribution: the more, the less a code holds.
    leakage_threshold : float, default=0.6
        ROC-AUC above which a :class:`~skfairgen.exceptions.LeakageWarning` is issued, when the whole interval of
        ``dependence_`` is above it.
    distill : bool, default=False
        Whether to put a student of at most a fifth of the encoder's parameters in its place, taught on the same rows;
        see :func:`~skfairgen.distill`.
    max_epochs : "auto" or int, default="auto"
        Passes over the rows at most; "auto" is 10, or more where that would be fewer than 600 batches.
    max_seconds : float, default=None
        Seconds of training at most, of the encoder and of its student each; learning rate and penalty follow them.
        Results then depend on the machine.
    batch_size : "auto" or int, default="auto"
        Rows of a training batch; "auto" is a 60th of the rows, between 256 and 512, and more above 200,000 rows.
    lr : float, default=0.005
        Largest learning rate (AdamW, one cycle).
    early_stopping : bool, default=True
        Hold out a tenth of the rows (5,000 at most), and keep the weights of the epoch with their least loss, of those
        with the whole penalty. Tables under 100 rows hold none out.
    device : str, default="cpu"
        Torch device to train on, such as "cpu" or "cuda".
    n_threads : int, default=1
        Threads of torch.
    warm_start : bool, default=False
        Go on from the weights of the last ``fit``, with the tokens learned then; begin anew where columns, classes,
        groups, levels or the shape of the network are others, and after ``distill=True``.
    random_state : int, RandomState or None, default=None
        Seed. None takes fresh entropy and leaves numpy's global state alone.
    verbose : bool or int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    dependence_ : DataFrame
        How well a probe (gradient boosting) guesses each sensitive column from held-out codes: ``auc`` and its 95 %
        bootstrap interval ``low``, ``high``. 0.5 is chance. Where fewer than 10 rows of two levels were held out, by
        cross-validation on all rows.
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
    net_ : TrainedNet
        The trained network.
    codec_ : TableCodec
        From columns to tokens and back.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of X, where they are all strings.

    Notes
    -----
    A posterior mean tells more than training ever saw of the code: finer than the noise of the code, it can reveal the
    group to a probe although the penalty is 0. Codes are therefore rounded to one standard deviation of the noise of
    each component.

    Independence was measured on the training rows' kind of people, with one probe: a code that passes can still leak
    to a stronger one, or elsewhere.

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

    __metadata_request__fit = {"sensitive_features": True}
    __metadata_request__transform = {"sensitive_features": True}

    _parameter_constraints = {
        **TABLE_CONSTRAINTS,
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "criterion": CRITERION_CONSTRAINTS["criterion"],
        "fairness_weight": [Interval(Real, 0, None, closed="left")],
        "max_dependence": [Interval(Real, 0, None, closed="neither"), None],
        "penalty": [StrOptions({"energy_distance", "fairdisco"})],
        "sensitive_at_prediction": ["boolean"],
        "supervised": [StrOptions({"auto"}), "boolean"],
        "outcome_weight": [Interval(Real, 0, None, closed="left")],
        "reconstruction_weight": [StrOptions({"auto"}), Interval(Real, 0, None, closed="neither")],
        "kl_weight": [Interval(Real, 0, None, closed="left")],
        "leakage_threshold": [Interval(Real, 0, 1, closed="both")],
        "distill": ["boolean"],
        **TRAINING_CONSTRAINTS,
        "max_epochs": [StrOptions({"auto"}), *TRAINING_CONSTRAINTS["max_epochs"]],
    }

    def __init__(
        self,
        sensitive_columns=None,
        *,
        n_components=8,
        categorical_columns="auto",
        criterion="demographic_parity",
        fairness_weight=100.0,
        max_dependence=None,
        penalty="energy_distance",
        sensitive_at_prediction=True,
        supervised="auto",
        outcome_weight=20.0,
        reconstruction_weight="auto",
        kl_weight=0.2,
        leakage_threshold=0.6,
        distill=False,
        max_epochs="auto",
        max_seconds=None,
        batch_size="auto",
        lr=0.005,
        early_stopping=True,
        device="cpu",
        n_threads=1,
        warm_start=False,
        random_state=None,
        verbose=0,
    ):
        self.sensitive_columns = sensitive_columns
        self.n_components = n_components
        self.categorical_columns = categorical_columns
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
    def fit(self, X, y=None, *, sensitive_features=None):
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
        self._check_bound(sensitive_features)
        layout, rows = read_training_table(self, X, None, sensitive_features)
        check_consistent_length(X, y)
        rng = random_generator(self.random_state)
        known_classes, class_codes = self._read_labels(y, len(rows.frame))
        classes = known_classes if self.supervised else None  # those the code is to predict
        features = rows.frame[layout.feature_positions]
        go_on = self._goes_on(layout, features, classes)
        if not go_on:
            is_blind = not self.sensitive_at_prediction
            self.codec_ = layout.fit_codec(features, self.categorical_columns, is_blind=is_blind)
        self._layout = layout
        self.classes_ = classes
        self.groups_ = None if layout.groups is None else layout.groups.groups_
        encoded = {
            "tokens": self.codec_.encode(features),
            "levels": self._layout.levels(rows.group_codes),
            "classes": class_codes,
            "ranks": rows.ranks,
        }
        options = training_options(self)
        if self.max_epochs == "auto":
            options = replace(options, max_epochs=MIN_EPOCHS)
        generator = torch_generator(draw_seed(rng))
        with torch_runtime(self.n_threads, self.device):
            autoencoder = self.net_.module_ if go_on else table_autoencoder(**self._module_parameters())
            if not go_on:
                autoencoder.reset_parameters(generator)
            fitted = fit_autoencoder(
                autoencoder,
                encoded,
                self._objective(),
                options,
                rng,
                generator,
                min_batches=MIN_BATCHES if self.max_epochs == "auto" else 0,
                max_dependence=self.max_dependence,
            )
        self.net_, self.history_ = TrainableNet(fitted.module), pd.DataFrame(fitted.history)
        self.active_components_ = self.net_.module_.encoder.active.cpu().numpy() > 0
        vars(self).pop("distillation_report_", None)  # of another fit
        if self.distill:
            data, seed = (X, y, sensitive_features), draw_seed(rng) % 2**32
            student = distill(self, data=data, max_seconds=self.max_seconds, random_state=seed, verbose=self.verbose)
            self.net_, self.distillation_report_ = student.net_, student.distillation_report_
        self._measure(encoded, fitted.held_out, rng)
        if not fitted.kept_to_bound:
            split = "valid" if len(fitted.held_out) else "train"
            warn_of_unmet_bound(self.history_[f"{split}_dependence"].dropna(), self.max_dependence)
        return self

    def fit_transform(self, X, y=None, *, sensitive_features=None):
        """Learn the code and return the codes of the same rows.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Mixed columns, missing values allowed.
        y : array-like of shape (n_samples,), default=None
            Class labels, as in ``fit``.
        sensitive_features : array-like of shape (n_samples,) or (n_samples, n_sensitive), default=None
            Sensitive values that are not columns of X.

        Returns
        -------
        Z : ndarray of shape (n_samples, n_components), float64
            Codes.
        """
        self.fit(X, y, sensitive_features=sensitive_features)
        return self.transform(X, sensitive_features=sensitive_features if self.sensitive_at_prediction else None)

    def _check_bound(self, sensitive_features):
        has_groups = self.sensitive_columns is not None or sensitive_features is not None
        if self.max_dependence is not None and not (has_groups and self.criterion and self.fairness_weight > 0):
            raise ValueError(
                f"max_dependence={self.max_dependence} has nothing to bound: found criterion={self.criterion!r}, "
                f"fairness_weight={self.fairness_weight} and {'' if has_groups else 'no '}sensitive columns. It needs "
                "a criterion, a weight above 0 to start from, and sensitive columns."
            )

    def _read_labels(self, y, n_rows):
        """Return the classes, None where they play no part, and each row's class code."""
        if y is None or not (self.supervised or self.criterion == "equalized_odds"):
            classes, codes = np.array([]), np.full(n_rows, UNLABELED)
        else:
            classes, codes = read_partial_target(y)
        if len(classes) >= 2:
            return classes, codes
        if self.criterion == "equalized_odds" or (
            self.supervised and self.supervised != "auto" and self.outcome_weight > 0
        ):
            asked = "criterion='equalized_odds'" if self.criterion == "equalized_odds" else "supervised=True"
            raise ValueError(
                f"{asked} requires y to be passed with two or more classes; found {len(classes)}. Pass the class "
                "labels, or use criterion='demographic_parity' with supervised='auto'."
            )
        return None, np.full(n_rows, UNLABELED)

    def _goes_on(self, layout, features, classes):
        is_trainable = hasattr(self, "net_") and self.net_.is_trainable
        if not (self.warm_start and is_trainable and self._layout.fits(layout)):
            return False
        same_classes = np.array_equal(classes, self.classes_) if classes is not None else self.classes_ is None
        module = self.net_.module_
        settings = {**module.encoder.settings, "n_classes": module.settings["n_classes"]}
        same_network = all(settings[name] == value for name, value in self._widths(layout, classes).items())
        return same_classes and same_network and self.codec_.covers(features)

    def _module_parameters(self):
        return {
            "cardinalities": self.codec_.cardinalities_,
            "given_cardinalities": self._layout.level_cardinalities,
            "generable": [torch.as_tensor(generable) for generable in self.codec_.generable_],
            **self._widths(self._layout, self.classes_),
        }

    def _widths(self, layout, classes):
        """Return what the network's shape depends on besides the tokens."""
        n_columns = len(layout.feature_positions)
        return {
            "n_classes": 0 if classes is None else len(classes),
            "latent_features": self.n_components,
            "visible_columns": list(range(n_columns)) if self.sensitive_at_prediction else layout.blind_places,
            "encode_given": self.sensitive_at_prediction,
        }

    def _objective(self):
        predicts = self.classes_ is not None
        reconstruction = self.reconstruction_weight
        if reconstruction == "auto":
            reconstruction = 0.1 if predicts else 1.0
        return FairObjective(
            reconstruction_weight=reconstruction,
            outcome_weight=self.outcome_weight if predicts else 0.0,
            kl_weight=self.kl_weight,
            fairness_weight=0.0 if self.criterion is None else self.fairness_weight,
            condition="classes" if self.criterion == "equalized_odds" else None,
            penalty=self.penalty,
        )

    def _measure(self, encoded, held_out, rng):
        """Set ``dependence_`` and warn of what is wrong with the codes."""
        codes = self._encode(encoded["tokens"], encoded["levels"])
        with threadpool_limits(self.n_threads):
            self.dependence_ = probe_dependence(codes, encoded["levels"], self._layout.sensitive_names, held_out, rng)
        if self.criterion == "demographic_parity":
            warn_of_leakage(self.dependence_, self.leakage_threshold)
        judged = held_out if len(held_out) else np.arange(len(codes))
        known = encoded["classes"][encoded["classes"] >= 0]
        is_trained = self.classes_ is not None and self.outcome_weight > 0
        log_shares = self._log_shares(codes[judged]) if is_trained else None
        base_shares = np.bincount(known) / max(len(known), 1)
        warn_of_collapse(codes, log_shares, encoded["classes"][judged], base_shares)

    @torch.no_grad()
    def _log_shares(self, codes):
        """Return the log-probabilities of the classes of codes, shape (n_rows, n_classes)."""
        scores = self.net_.module_.scores(torch.tensor(codes, dtype=torch.float32, device=self.device))
        return torch.log_softmax(scores, dim=1).cpu().numpy()

    @property
    def n_parameters_(self):
        """Free parameters of the encoder network."""
        check_is_fitted(self, "net_")
        return sum(parameter.numel() for parameter in self.net_.module_.encoder.parameters())

    @property
    def _n_features_out(self):
        return self.n_components

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags
