"""What a plan is tuned with: a classifier that stands for the user's, and the rows that it is given."""

from functools import partial

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from skfairgen.criteria import LoopRows
from skfairgen.models import Tuning

#: the default proxy: it learns as fast as gradient boosting does by default elsewhere, so that what is tuned for it
#: holds for others; chosen on training rows of Adult and rows of its teacher
BOOSTING = {"learning_rate": 0.3, "max_iter": 60, "max_leaf_nodes": 63, "early_stopping": False, "random_state": 0}
N_TRIED = 200  # rows that a given classifier is tried on before anything is trained


class QuietClassifier:
    """A classifier of class codes that keeps to a number of threads; what :func:`tune_plan` clones and fits.

    Parameters
    ----------
    classifier : scikit-learn classifier
        It is cloned, and given the labels as users know them.
    classes : ndarray of shape (n_classes,)
        The labels.
    n_threads : int
        Threads of the libraries behind it.
    """

    def __init__(self, classifier, classes, n_threads):
        self.classifier = classifier
        self.classes = classes
        self.n_threads = n_threads

    def __sklearn_clone__(self):
        return QuietClassifier(clone(self.classifier), self.classes, self.n_threads)

    def fit(self, X, y):
        """Fit the classifier; labels of one class make it a constant."""
        self.constant_ = y[0] if (y == y[0]).all() else None
        if self.constant_ is None:
            with threadpool_limits(self.n_threads):
                self.classifier.fit(X, self.classes[y])
        return self

    def predict(self, X):
        """Return the predicted class codes."""
        if self.constant_ is not None:
            return np.full(len(X), self.constant_)
        with threadpool_limits(self.n_threads):
            predicted = self.classifier.predict(X)
        return np.searchsorted(self.classes, predicted).clip(max=len(self.classes) - 1)


def _seeded(classifier):
    """Return a clone whose chance is fixed wherever it has a random_state that is None."""
    made = clone(classifier)
    names = [
        name for name, value in made.get_params().items() if name.split("__")[-1] == "random_state" and value is None
    ]
    return made.set_params(**dict.fromkeys(names, 0)) if names else made


def tuning_of(estimator, reader, cells, sees_group, rows=None):
    """Return what a plan is tuned with; None where ``tuned_for`` is None.

    The default classifier is gradient boosting on numbers: categories by frequency, and the sensitive levels where the
    model sees them. A classifier that was given gets the rows as users will give them to it.

    Parameters
    ----------
    estimator : FairGenerator
        Its ``tuned_for``, ``verbose`` and ``n_threads`` count.
    reader : ItemReader
        Turns draws into rows.
    cells : Cells
        The levels of each group.
    sees_group : bool
        Whether the classifier is given the sensitive values.
    rows : TrainingRows or None
        The rows that ``fit`` was given; None after it.
    """
    if estimator.tuned_for is None:
        return None
    is_auto = isinstance(estimator.tuned_for, str)
    classifier = HistGradientBoostingClassifier(**BOOSTING) if is_auto else _seeded(estimator.tuned_for)
    view = _numbers(reader, cells, sees_group) if is_auto else _as_given(reader.schema, sees_group)

    def features(draws, rng):
        return view(reader.frame(draws.items, draws.group_codes, rng), draws.group_codes)

    def audit(fresh, rng):
        frames = [] if rows is None else [rows.frame]
        codes = [] if rows is None else [(rows.class_codes, rows.group_codes)]
        if fresh is not None:
            frames.append(reader.frame(fresh.items, fresh.group_codes, rng))
            codes.append((fresh.class_codes, fresh.group_codes))
        frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
        class_codes, group_codes = (np.concatenate(parts) for parts in zip(*codes, strict=True))
        strata = None if reader.schema.strata is None else reader.schema.stratum_codes(frame)
        return LoopRows(view(frame, group_codes), class_codes, group_codes, strata)

    track = partial(tqdm, desc="Tuning the plan", unit="round") if estimator.verbose else iter
    return Tuning(
        QuietClassifier(classifier, reader.schema.classes, estimator.n_threads),
        features,
        audit,
        rows is not None,
        track,
    )


def try_classifier(estimator, table):
    """Fit ``tuned_for`` on a few real rows, so that one that cannot take them is refused before anything is trained.

    Raises
    ------
    ValueError
        If it cannot; the message says what it said.
    """
    if estimator.tuned_for is None or isinstance(estimator.tuned_for, str):
        return
    rows = table.rows
    order = np.argsort(rows.class_codes, kind="stable")
    some = np.unique(order[np.linspace(0, len(order) - 1, min(N_TRIED, len(order))).astype(int)])
    frame = rows.frame.iloc[some].reset_index(drop=True)
    sees_group = estimator.sensitive_at_prediction
    X = _as_given(table.schema, sees_group)(frame, rows.group_codes[some])
    try:
        model = QuietClassifier(_seeded(estimator.tuned_for), table.schema.classes, estimator.n_threads)
        model.fit(X, rows.class_codes[some]).predict(X)
    except Exception as error:  # whatever the classifier of a user trips over
        raise ValueError(
            f"tuned_for={type(estimator.tuned_for).__name__} cannot be trained on rows of X: {error}. Give a "
            "classifier that takes them as they are, such as a Pipeline whose first step encodes text."
        ) from error


def _numbers(reader, cells, sees_group):
    schema = reader.schema
    places = slice(None) if sees_group else schema.blind_places

    def view(frame, group_codes):
        matrix = reader.codec.matrix(schema.features(frame))[:, places]
        return np.column_stack([matrix, cells.levels[group_codes]]) if sees_group else matrix

    return view


def _as_given(schema, sees_group):
    def view(frame, group_codes):
        X = schema.format.restore(frame)
        if sees_group or not schema.sensitive_positions:
            return X
        kept = [place for place in range(frame.shape[1]) if place not in schema.sensitive_positions]
        if schema.format.container == "frame":
            return schema.format.restore_columns(frame, kept)
        return np.asarray(X)[:, kept]

    return view
