"""The first minute: what weights and fair rows do to a model, on held-out rows of a real table."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier

from skfairgen.datasets import load_mortgages
from skfairgen.report import compare

REMEDIES = ["class x group weights", "fair rows added"]
N_FOLDS = 3


@dataclass(frozen=True)
class Table:
    """What the demo runs on.

    Attributes
    ----------
    X : DataFrame
    y : Series
    sensitive_columns : list of str
    favorable : label
        The class that people want.
    found : str
        What the table is and what was found in it, in words.
    """

    X: pd.DataFrame
    y: pd.Series
    sensitive_columns: list
    favorable: object
    found: str


def read_mortgages(sensitive_columns):
    """Return the embedded mortgage applications.

    Raises
    ------
    ImportError
        If the package that carries them is not installed.
    """
    X, y = load_mortgages(return_X_y=True)
    return _described(X, y, sensitive_columns, 1, "Boston mortgage applications of 1990; approved, by group")


def read_csv(path, target, sensitive_columns, favorable=None):
    """Return the table of a CSV file; rows without a class are dropped.

    Without `favorable` it is 1 where the classes are numbers or truth values, else the last class in sorted order.

    Raises
    ------
    ValueError
        If a column or the favorable class is not there, or there are not two classes.
    """
    frame = pd.read_csv(path)
    missing = [name for name in (target, *sensitive_columns) if name not in frame]
    if missing:
        raise ValueError(f"{path} has no column {missing[0]!r}. Its columns: {', '.join(map(str, frame.columns))}.")
    frame = frame[frame[target].notna()].reset_index(drop=True)
    classes = np.unique(frame[target])
    if len(classes) != 2:
        raise ValueError(f"Column {target!r} holds {len(classes)} values, expected 2 classes.")
    by_name = {str(label): label for label in classes}
    if favorable is not None and favorable not in by_name:
        raise ValueError(f"Column {target!r} holds no {favorable!r}, only {', '.join(by_name)}.")
    chosen = classes[-1] if favorable is None else by_name[favorable]
    X = frame.drop(columns=target)
    return _described(X, frame[target], sensitive_columns, chosen, f"rows of {path}; {target} = {chosen}, by group")


def run(table, *, seed, page):
    """Compare the remedies on a table, and return what was found, as text.

    Parameters
    ----------
    table : Table
    seed : int
    page : path
        Where the page with the picture is written.

    Returns
    -------
    str
    """
    comparison = compare(
        HistGradientBoostingClassifier(random_state=0),
        table.X,
        table.y,
        sensitive_columns=table.sensitive_columns,
        remedies=REMEDIES,
        cv=N_FOLDS,
        pos_label=table.favorable,
        random_state=seed,
        verbose=1,
    )
    return f"{comparison.summary()}\n\n{_picture(comparison, page)}"


def _picture(comparison, page):
    try:
        comparison.to_html(page)
    except ImportError as error:
        return str(error)
    return f"The picture, and all figures, are in {page}: open it in a browser."


def _described(X, y, sensitive_columns, favorable, what):
    rates = (y == favorable).groupby([X[name].astype(object) for name in sensitive_columns], dropna=False).mean()
    by_group = ", ".join(f"{_name(group)} {rate:.1%}" for group, rate in rates.items())
    return Table(X, y, list(sensitive_columns), favorable, f"{len(X):,} {what}: {by_group}.")


def _name(group):
    values = group if isinstance(group, tuple) else (group,)
    return " ".join("missing" if pd.isna(value) else str(value) for value in values)
