"""The Dutch census of 2001: who has a prestigious occupation."""

from os import PathLike

from skfairgen.datasets._bunch import Dataset, as_bunch
from skfairgen.datasets._reader import as_categories, as_ordered, read_table

DESCRIPTION = """Dutch census 2001: does a person have a high-level (prestigious) occupation?

Target: occupation (1, the positive class: high-level). Sensitive column: sex. 60,420 rows.
Source: P. van der Laan, "The 2001 Census in the Netherlands", as cleaned by T. Le Quy et al., "A survey on
datasets for fairness-aware machine learning", 2022. Every column is a code; age and edu_level are ordered
bands.
"""
ORIGIN = "https://github.com/tailequy/fairness_dataset (dutch.csv)"
ORDERED = ["age", "edu_level"]
COLUMNS = [
    "sex",
    "age",
    "household_position",
    "household_size",
    "prev_residence_place",
    "citizenship",
    "country_birth",
    "edu_level",
    "economic_status",
    "cur_eco_activity",
    "marital_status",
    "occupation",
]


def fetch_dutch_census(
    *, data_home: str | PathLike[str] | None = None, return_X_y: bool = False, as_frame: bool = True
) -> Dataset:
    """Read the Dutch census of 2001: who has a prestigious occupation.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder that holds ``dutch_census.csv.gz``; the environment variable ``SKFAIRGEN_DATA`` when None.
        OpenML does not carry the table.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=True
        Return frames; False returns arrays, and positions as `sensitive_columns`.

    Returns
    -------
    Bunch or (DataFrame, Series)
        ``data`` (11 categories; ``age`` and ``edu_level`` ordered), ``target`` (Series of int64 0/1),
        ``frame``, ``feature_names``, ``target_names``, ``sensitive_columns``, ``positive_class`` (1),
        ``DESCR``.

    Raises
    ------
    FileNotFoundError
        If the folder does not hold the file; the message says where to get it and where to put it.
    ValueError
        If the table lacks a column.

    Examples
    --------
    >>> from skfairgen.datasets import fetch_dutch_census
    >>> fetch_dutch_census().sensitive_columns  # doctest: +SKIP
    ['sex']
    """
    frame = read_table("dutch_census", columns=COLUMNS, origin=ORIGIN, data_home=data_home)
    unordered = [name for name in COLUMNS[:-1] if name not in ORDERED]
    frame = as_categories(frame, unordered)
    frame = as_ordered(frame, {name: sorted(frame[name].dropna().unique()) for name in ORDERED})
    return as_bunch(
        frame,
        target="occupation",
        sensitive_columns=["sex"],
        positive_class=1,
        description=DESCRIPTION,
        return_X_y=return_X_y,
        as_frame=as_frame,
    )
