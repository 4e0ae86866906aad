"""The Adult (Census Income) table with its official split."""

from os import PathLike

import pandas as pd

from skfairgen.datasets._bunch import Dataset, as_bunch
from skfairgen.datasets._reader import OpenMLTable, as_categories, read_table

DESCRIPTION = """Adult (Census Income): does a person earn more than $50,000 a year? Census bureau extract of
1994.

Target: income (">50K" is the positive class). Sensitive columns: sex, race.
Source: UCI Machine Learning Repository, B. Becker and R. Kohavi, 1996, CC BY 4.0. 32,561 training rows and
16,281 test rows, split by the authors. fnlwgt is a sampling weight.
"""
ORIGIN = "https://archive.ics.uci.edu/dataset/2/adult"
COUNTS = {"train": 32_561, "test": 16_281}
CATEGORIES = [
    "workclass",
    "education",
    "marital_status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "native_country",
    "income",
]
COLUMNS = [
    "age",
    "workclass",
    "fnlwgt",
    "education",
    "education_num",
    "marital_status",
    "occupation",
    "relationship",
    "race",
    "sex",
    "capital_gain",
    "capital_loss",
    "hours_per_week",
    "native_country",
    "income",
]


def fetch_adult(
    subset: str = "train",
    *,
    data_home: str | PathLike[str] | None = None,
    return_X_y: bool = False,
    as_frame: bool = True,
) -> Dataset:
    """Fetch the Adult table: who earns more than $50,000 a year.

    Both halves are read whatever the subset, so that all subsets have the same categories.

    Parameters
    ----------
    subset : {"train", "test", "all"}, default="train"
        32,561 training rows, 16,281 test rows (the official split), or the training rows and then the test
        rows.
    data_home : str or path-like, default=None
        Folder that holds ``adult_train.csv.gz`` and ``adult_test.csv.gz``; the environment variable
        ``SKFAIRGEN_DATA`` when None. Without the files, the table is fetched from OpenML (number 1590).
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=True
        Return frames; False returns arrays, and positions as `sensitive_columns`.

    Returns
    -------
    Bunch or (DataFrame, Series)
        ``data`` (14 features: categories and int64), ``target`` (categorical Series), ``frame``,
        ``feature_names``, ``target_names``, ``sensitive_columns``, ``positive_class`` (">50K"), ``DESCR``.

    Raises
    ------
    ValueError
        If `subset` is none of the three words, or a table lacks a column.
    FileNotFoundError
        If the table is neither in the folder nor on OpenML; the message says where to put which file.

    Examples
    --------
    >>> from skfairgen.datasets import fetch_adult
    >>> adult = fetch_adult("test")  # doctest: +SKIP
    >>> adult.sensitive_columns  # doctest: +SKIP
    ['sex', 'race']
    """
    if subset not in ("train", "test", "all"):
        raise ValueError(f"subset must be 'train', 'test' or 'all', found {subset!r}.")
    halves = {half: _read_half(half, data_home) for half in COUNTS}
    frame = as_categories(pd.concat(halves, names=["half", None]), CATEGORIES)
    frame = frame if subset == "all" else frame.loc[[subset]]
    return as_bunch(
        frame.reset_index(drop=True),
        target="income",
        sensitive_columns=["sex", "race"],
        positive_class=">50K",
        description=DESCRIPTION,
        return_X_y=return_X_y,
        as_frame=as_frame,
    )


def _read_half(half, data_home):
    def adapt(downloaded):
        renamed = downloaded.rename(columns=lambda name: name.replace("-", "_"))
        table = renamed.rename(columns={"class": "income"})
        for name in table.columns.intersection(CATEGORIES):
            table[name] = table[name].astype(object).str.strip()
        return _half_of(table, half)

    openml = OpenMLTable(data_id=1590, adapt=adapt)
    return read_table(f"adult_{half}", columns=COLUMNS, origin=ORIGIN, data_home=data_home, openml=openml)


def _half_of(table, half):
    # OpenML joins the two official files, test rows first; a row's sampling weight tells where each starts
    if len(table) != sum(COUNTS.values()) or table["fnlwgt"].iloc[0] != 226_802:
        raise ValueError(
            f"OpenML's Adult table no longer has its {sum(COUNTS.values())} rows in the known order (found "
            f"{len(table)} rows), so the official split is lost. Put adult_{half}.csv in a folder instead, "
            f"from {ORIGIN}."
        )
    rows = table.iloc[: COUNTS["test"]] if half == "test" else table.iloc[COUNTS["test"] :]
    integers = dict.fromkeys(set(COLUMNS) - set(CATEGORIES), "int64")
    return rows.astype(integers).reset_index(drop=True)
