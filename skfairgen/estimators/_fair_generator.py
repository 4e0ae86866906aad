"""FairGenerator: learn a table, draw synthetic rows of any class and group."""

from copy import copy

import pandas as pd
import torch
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from skfairgen._compat import fit_context, validate_parameter_constraints
from skfairgen.estimators._outcome_repair import RepairedRowSampler
from skfairgen.estimators._parameters import (
    CRITERION_CONSTRAINTS,
    LEGITIMATE_CONSTRAINTS,
    TABLE_CONSTRAINTS,
    TRAINING_CONSTRAINTS,
    check_criterion,
    training_options,
)
from skfairgen.estimators._trained_net import TrainableNet
from skfairgen.estimators._training_table import read_training_table
from skfairgen.nn import ColumnDensity
from skfairgen.training import draw_seed, fit_density, random_generator, torch_generator, torch_runtime


class FairGenerator(RepairedRowSampler, BaseEstimator):
    """Learn a table and draw synthetic rows from it, of any class and group.

    The teacher of the package: every column becomes an integer token, and a masked column-autoregressive network
    learns the rows given their class and their sensitive values.

    Parameters
    ----------
    sensitive_columns : label, position or list of them, default=None
        Columns of X whose values make the groups. Numeric columns of more than 20 values are cut at their
        quartiles.
    categorical_columns : "auto" or list of labels or positions, default="auto"
        Columns to read as categories; "auto" takes category, string, object and bool columns.
    criterion : {None, "demographic_parity", "equalized_odds"}, default=None
        What the synthetic labels obey. None: a faithful copy. "demographic_parity": rows as they are within each
        group; their outcome scores are moved onto the barycenter of the groups' scores, and labels drawn from the
        moved scores. "equalized_odds": classes are drawn independently of the group, and rows as they are within
        each class and group.
    strength : float in [0, 1], default=1.0
        How far to go: 0 is as in the data, 1 is the criterion in full.
    sensitive_at_prediction : bool, default=True
        Whether models trained on the rows will see the sensitive columns when they predict. False matters to
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
    max_epochs : int, default=14
        Passes over the rows at most.
    max_seconds : float, default=None
        Seconds of training at most, of each network; the learning rate is annealed to them. Results then depend on the
        machine.
    batch_size : "auto" or int, default="auto"
        Rows of a training batch; "auto" is a 60th of the rows, between 32 and 512, and more above 200,000 rows.
    lr : float, default=0.01
        Largest learning rate (AdamW, one cycle).
    early_stopping : bool, default=True
        Hold out a tenth of the rows (5,000 at most), keep the weights that explain them best, and stop when they
        have not improved for a third of the epochs. Tables under 100 rows hold none out.
    device : str, default="cpu"
        Torch device to train and draw on, such as "cpu" or "cuda".
    n_threads : int, default=1
        Threads of torch.
    warm_start : bool, default=False
        Go on from the weights of the last ``fit``, with the tokens learned then; begin anew where columns, classes,
        groups or levels are others.
    random_state : int, RandomState or None, default=None
        Seed. None takes fresh entropy and leaves numpy's global state alone.
    verbose : bool or int, default=0
        1 shows a progress bar.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels; None when fitted without y.
    groups_ : list
        Groups: scalars for one sensitive column, tuples for several; None without sensitive columns.
    cell_counts_ : dict
        Rows that each cell held: (class, group) to int, or class to int without groups.
    net_ : TrainedNet
        The trained network, as ``net_.module_``.
    codec_ : TableCodec
        From columns to tokens and back.
    history_ : DataFrame
        A row an epoch: train_loss and valid_loss (nats a row), dur (seconds).
    blind_history_ : DataFrame
        Of the fair code behind labels for blind models, a row an epoch: likelihood, kl, outcome and dependence, as in
        the ``history_`` of :class:`FairEncoder`. Only with ``sensitive_at_prediction=False`` and "demographic_parity".
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of X, where they are all strings.

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

    __metadata_request__fit = {"sensitive_features": True}

    _parameter_constraints = {
        **TABLE_CONSTRAINTS,
        **CRITERION_CONSTRAINTS,
        **LEGITIMATE_CONSTRAINTS,
        **TRAINING_CONSTRAINTS,
    }

    def __init__(
        self,
        sensitive_columns=None,
        *,
        categorical_columns="auto",
        criterion=None,
        strength=1.0,
        sensitive_at_prediction=True,
        label_draw="sample",
        legitimate_columns=None,
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
        self.sensitive_columns = sensitive_columns
        self.categorical_columns = categorical_columns
        self.criterion = criterion
        self.strength = strength
        self.sensitive_at_prediction = sensitive_at_prediction
        self.label_draw = label_draw
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
    def fit(self, X, y=None, *, sensitive_features=None):
        """Learn the rows.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            Mixed columns, missing values allowed.
        y : array-like of shape (n_samples,), default=None
            Class labels.
        sensitive_features : array-like of shape (n_samples,) or (n_samples, n_sensitive), default=None
            Sensitive values that are not columns of X.

        Returns
        -------
        self : FairGenerator

        Raises
        ------
        ValueError
            If the input cannot be learned from; the message names the column or label at fault.
        """
        layout, rows = read_training_table(self, X, y, sensitive_features)
        check_criterion(self.criterion, layout)
        return self._fit_rows(layout, rows, random_generator(self.random_state))

    def sample(self, n_samples=1, *, criterion="fitted", strength="fitted", **options):
        """Draw synthetic rows.

        Parameters
        ----------
        n_samples : int, default=1
            Number of rows. Each cell gets its share of them (moved by the criterion) to the row; chance rounds it up
            or down.
        criterion : {"fitted", None, "demographic_parity", "equalized_odds"}, default="fitted"
            What the labels of these rows obey; "fitted" is the estimator's own. Nothing is trained again.
        strength : "fitted" or float in [0, 1], default="fitted"
            How far, likewise.
        **options
            ``cells``, ``group_shares``, ``class_shares`` (dicts), ``return_sensitive_features`` (bool) and
            ``random_state``, as in :meth:`DistilledGenerator.sample`:

            - cells: rows to draw of each class, or (class, group) pair; takes the place of `n_samples`.
            - group_shares: share of each group in the rows; groups left out share the rest as they do in the
              data. With several sensitive columns the keys are groups (tuples), or values of one of them.
            - class_shares: share of each class in the rows, likewise.
            - return_sensitive_features: whether to return the sensitive values of the rows as well.
            - random_state: seed of the draw.

        Returns
        -------
        X : DataFrame, ndarray or list of shape (n_rows, n_features)
            Rows in the container, column order and dtypes of the fitted X.
        y : Series, ndarray or list of shape (n_rows,)
            Their labels; None when fitted without y.
        sensitive_features : DataFrame, Series or ndarray of shape (n_rows,) or (n_rows, n_sensitive)
            Only with ``return_sensitive_features=True``.

        Raises
        ------
        ValueError
            If a cell or a share names a class or a group never seen (the message lists those there are), or shares
            do not sum to 1.
        """
        check_is_fitted(self, "net_")
        drawer = copy(self)
        drawer.criterion = self.criterion if criterion == "fitted" else criterion
        drawer.strength = self.strength if strength == "fitted" else strength
        validate_parameter_constraints(CRITERION_CONSTRAINTS, _criterion_of(drawer), "sample")
        return super(FairGenerator, drawer._ready()).sample(n_samples, **options)

    def _fit_rows(self, layout, rows, rng):
        features = rows.frame[layout.feature_positions]
        go_on = self.warm_start and self._can_go_on(layout, features)
        if not go_on:
            is_blind = not self.sensitive_at_prediction
            self.codec_ = layout.fit_codec(features, self.categorical_columns, is_blind=is_blind)
        self._layout = layout
        self.classes_ = None if layout.target is None else layout.target.classes_
        self.groups_ = None if layout.groups is None else layout.groups.groups_
        self.cell_counts_ = layout.cells.as_dict(layout.counts)
        encoded = {
            "tokens": self.codec_.encode(features),
            "classes": rows.class_codes,
            "levels": layout.levels(rows.group_codes),
        }
        module_parameters = {
            "cardinalities": self.codec_.cardinalities_,
            "given_cardinalities": layout.given_cardinalities,
            "generable": [torch.as_tensor(generable) for generable in self.codec_.generable_],
        }
        generator = torch_generator(draw_seed(rng))
        with torch_runtime(self.n_threads, self.device):
            density = self.net_.module_ if go_on else ColumnDensity(**module_parameters)
            if not go_on:
                density.reset_parameters(generator)
            fitted = fit_density(density, encoded, training_options(self), rng, generator)
        self.net_, self.history_ = TrainableNet(fitted.module), pd.DataFrame(fitted.history)
        for name in ("transport_", "blind_net_", "blind_history_"):  # of another fit
            vars(self).pop(name, None)
        self._transport_seed = draw_seed(rng)
        if self.criterion == "demographic_parity" and self.sensitive_at_prediction:
            self.transport_ = self._fit_transport(random_generator(self._transport_seed))
        if self.criterion == "demographic_parity" and not self.sensitive_at_prediction:
            self._fit_blind_outcome(encoded["tokens"], rows, module_parameters, rng)
        return self

    def _can_go_on(self, layout, features):
        """Tell whether the last network, if there is one and it was not loaded from a file, can learn these rows."""
        is_trainable = hasattr(self, "net_") and self.net_.is_trainable
        if not (is_trainable and self._layout.fits(layout)):
            return False
        is_as_blind = self.codec_.hidden_columns == layout.hidden_columns(not self.sensitive_at_prediction)
        return is_as_blind and self.codec_.covers(features)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


def _criterion_of(generator):
    return {name: getattr(generator, name) for name in CRITERION_CONSTRAINTS}
