"""Words and missing values made readable to an estimator that cannot take them."""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.utils import get_tags

_MAX_LEVELS = 50


def with_plain_features(estimator, X):
    """Put a default preprocessing before an estimator that could not read the columns of X.

    A Pipeline is left as it is: it brings its own preprocessing. So is any estimator when X holds numbers only, none
    missing. Otherwise words are one-hot encoded (a missing word is a level; beyond the 50 most frequent levels of a
    column the others share one), dates become numbers, and missing numbers are filled with the median and all numbers
    scaled, unless the estimator takes missing numbers. A column of numbers that are all missing is left out.

    Parameters
    ----------
    estimator : classifier
    X : DataFrame of shape (n_rows, n_columns)

    Returns
    -------
    classifier
        The estimator, or a Pipeline that ends in it.
    """
    words = [label for label in X if is_word_column(X[label])]
    if isinstance(estimator, Pipeline) or not (words or any(_is_awkward(X[label]) for label in X)):
        return estimator
    numbers = [label for label in X if label not in words and X[label].notna().any()]
    steps = [FunctionTransformer(_as_numbers)]
    if not get_tags(estimator).input_tags.allow_nan:
        steps += [SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()]
    one_hot = OneHotEncoder(max_categories=_MAX_LEVELS, handle_unknown="infrequent_if_exist", sparse_output=False)
    encode = ColumnTransformer(
        [
            ("numbers", make_pipeline(*steps), numbers),
            ("words", make_pipeline(FunctionTransformer(as_words), one_hot), words),
        ]
    )
    return make_pipeline(encode, estimator)


def is_word_column(column):
    """Tell whether the values of a column have no order: all but numbers, booleans and dates."""
    kind = pd.api.types
    dtype = column.dtype
    return isinstance(dtype, pd.CategoricalDtype) or not (
        kind.is_numeric_dtype(dtype) or kind.is_datetime64_any_dtype(dtype) or kind.is_timedelta64_dtype(dtype)
    )


def as_words(X):
    """Return a frame of text; a missing value becomes the word "missing"."""
    return pd.DataFrame(
        {label: X[label].astype(object).where(X[label].notna(), "missing").astype(str) for label in X}, index=X.index
    )


def _as_numbers(X):
    return np.column_stack([_numbers(X[label]) for label in X])


def _numbers(column):
    if column.dtype.kind in "mM":
        return np.where(column.isna(), np.nan, column.astype("int64", errors="ignore").to_numpy().astype(np.float64))
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _is_awkward(column):
    return column.isna().any() or not isinstance(column.dtype, np.dtype) or column.dtype.kind not in "iufb"
