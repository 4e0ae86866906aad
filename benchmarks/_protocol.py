"""The measuring protocol: real tables with their splits, the judging classifier, the simple baselines."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTENC, RandomOverSampler
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from xgboost import XGBClassifier

from skfairgen import datasets
from skfairgen.metrics import demographic_parity_ratio, equalized_odds_ratio

# one sensitive column each, the first of the table's
SENSITIVE_COLUMN = {
    "adult": "sex",
    "compas": "race",
    "german_credit": "sex",
    "law_school": "race",
    "dutch_census": "sex",
}


@dataclass(frozen=True)
class Task:
    """A real table, split once: what a generator may see, and what it is judged on.

    Attributes
    ----------
    train, test : (DataFrame, Series)
        Features and target.
    sensitive_columns : list of str
    positive : label
        Positive class of the target; None where there are more than two classes.
    min_group_rows : int
        Groups with fewer rows to test on are left out of the ratios.
    """

    train: tuple
    test: tuple
    sensitive_columns: list
    positive: object
    min_group_rows: int = 1


def load_task(name, split=0):
    """Read and split one of the tables of `SENSITIVE_COLUMN`, "adult_race_sex" or "made_4_classes".

    "adult_race_sex" crosses two sensitive columns, and leaves groups under 100 rows out of the ratios; the 4-class
    table is made, 30,000 rows to train on and as many to test on. Adult has its own split; of the others 30 % are held
    out, stratified by target x sensitive column, with `split` as the seed. COMPAS keeps two races and drops the age
    bands.

    On a table of 5,000 rows the split moves a ratio by .05: average over several.
    """
    if name == "adult_race_sex":
        return replace(load_task("adult"), sensitive_columns=["race", "sex"], min_group_rows=100)
    if name == "made_4_classes":
        made = datasets.make_biased_classification(
            60_000, n_classes=4, sensitive_levels=(2, 2), bias=2.0, missing_rate=0.0, random_state=0
        )
        integers = {label: "int64" for label, dtype in made.data.dtypes.items() if dtype == "Int64"}
        data = made.data.astype(integers)  # the judge and SMOTENC take no nullable integers
        train, test = (
            (data[rows].reset_index(drop=True), made.target[rows].reset_index(drop=True))
            for rows in (slice(30_000), slice(30_000, None))
        )
        return Task(train, test, made.sensitive_columns, None)
    sensitive = SENSITIVE_COLUMN[name]
    if name == "adult":
        bunch, held_out = datasets.fetch_adult("train"), datasets.fetch_adult("test")
        train, test = (bunch.data, bunch.target), (held_out.data, held_out.target)
        return Task(train, test, [sensitive], bunch.positive_class)
    if name == "compas":
        bunch = datasets.fetch_compas(races=("African-American", "Caucasian"))
        X, y = bunch.data.drop(columns="age_cat"), bunch.target
    else:
        bunch = getattr(datasets, f"fetch_{name}")()
        X, y = bunch.data, bunch.target
    strata = y.astype(str) + "|" + X[sensitive].astype(str)
    train_X, test_X, train_y, test_y = train_test_split(X, y, test_size=0.3, random_state=split, stratify=strata)
    train = train_X.reset_index(drop=True), train_y.reset_index(drop=True)
    test = test_X.reset_index(drop=True), test_y.reset_index(drop=True)
    return Task(train, test, [sensitive], bunch.positive_class)


def train_and_test(train, test, *, sensitive_columns, positive, random_state=0, sample_weight=None, min_group_rows=1):
    """Return utility and fairness of ``XGBClassifier()``, one-hot categories and raw numbers, on `test`.

    Parameters
    ----------
    train, test : (DataFrame, Series)
        Rows to train on, real or synthetic, and real rows to test on.
    sensitive_columns : list of str
        Their values in the tested rows are the groups; they are features first, then left out.
    positive : label
        Positive class of the target; None for more than two classes, whose ratios are those of the worst class, and
        whose ROC-AUC is the mean of each class against the rest.
    random_state : int
        Seed of the classifier.
    sample_weight : array-like of shape (n_rows,), default=None
        Weights of the rows to train on.
    min_group_rows : int
        Groups with fewer tested rows are left out of the ratios.

    Returns
    -------
    dict
        ``with_sensitive`` and ``without_sensitive``: each a dict of ``auc``, ``accuracy``, ``dpr``, ``eor``,
        ``selection_rate``, ``f1``.
    """
    groups = test[0][sensitive_columns]
    dropped = {"with_sensitive": [], "without_sensitive": sensitive_columns}
    classes = np.unique(np.asarray(test[1]))
    truth, known = (_codes(y, classes, positive) for y in (test[1], train[1]))
    rows = {}
    for name, columns in dropped.items():
        model = _one_hot_boosting(random_state)
        model.fit(
            train[0].drop(columns=columns),
            known,
            xgbclassifier__sample_weight=sample_weight,
        )
        score = model.predict_proba(test[0].drop(columns=columns))
        rows[name] = _figures(truth, score if positive is None else score[:, 1], groups, min_group_rows)
    return rows


def crossed(X, columns):
    """Return the groups as one Series of words."""
    return X[columns].astype(str).agg("|".join, axis=1)


def _codes(y, classes, positive):
    y = np.asarray(y)
    return np.searchsorted(classes, y) if positive is None else (y == positive).astype(int)


def baseline_rows(name, train, sensitive_columns, random_state=0):
    """Return the training rows as a simple method leaves them: "real", "random_oversampling", "smotenc".

    The two samplers bring every cell (class x group) to the size of the largest.
    """
    if name == "real":
        return train
    X, y = train
    cells = y.astype(str).str.cat(X[sensitive_columns].astype(str), sep="|")
    words = [label for label in X.columns if not pd.api.types.is_numeric_dtype(X[label])]
    if name == "smotenc":
        X = X.assign(**{label: X[label].astype(object).fillna("missing").astype(str) for label in words})
        sampler = SMOTENC(categorical_features=words, random_state=random_state)
    else:
        sampler = RandomOverSampler(random_state=random_state)
    resampled, cells_out = sampler.fit_resample(X, cells)
    class_of_cell = dict(zip(cells, y, strict=True))
    return resampled, pd.Series([class_of_cell[cell] for cell in cells_out], name=y.name)


def _one_hot_boosting(random_state):
    encode = make_column_transformer(
        ("passthrough", make_column_selector(dtype_include=[np.number, bool])),
        (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude=[np.number, bool])),
        sparse_threshold=0,
    )
    return make_pipeline(encode, XGBClassifier(random_state=random_state, n_jobs=1))


def _figures(truth, score, groups, min_group_rows=1):
    is_binary = score.ndim == 1
    predicted = (score > 0.5).astype(int) if is_binary else score.argmax(axis=1)
    names = crossed(groups, list(groups.columns))
    judged = (names.map(names.value_counts()) >= min_group_rows).to_numpy()
    compared = {"sensitive_features": names[judged].to_numpy()}
    return {
        "auc": float(roc_auc_score(truth, score, multi_class="ovr")),
        "accuracy": float(accuracy_score(truth, predicted)),
        "dpr": float(demographic_parity_ratio(truth[judged], predicted[judged], **compared)),
        "eor": float(equalized_odds_ratio(truth[judged], predicted[judged], **compared)),
        "selection_rate": float(predicted.mean()) if is_binary else np.nan,
        "f1": float(f1_score(truth, predicted, average="binary" if is_binary else "macro")),
    }
