"""The law school table: who passes the bar."""

from os import PathLike

from skfairgen.datasets._bunch import Dataset, as_bunch
from skfairgen.datasets._reader import as_categories, read_table

DESCRIPTION = """Law school: did a student who entered a US law school in 1991 pass the bar exam?

Target: pass_bar (1, the positive class: passed). Sensitive columns: race (White, Non-White), male.
Source: L. Wightman, LSAC National Longitudinal Bar Passage Study, 1998, as cleaned by T. Le Quy et al., "A
survey on datasets for fairness-aware machine learning", 2022. 20,798 rows. decile1b and decile3 are class
standings in years 1 and 3, zfygpa and zgpa standardized grades, fam_inc an income quintile, tier the rank of
the school (6 best).
"""
ORIGIN = "https://github.com/tailequy/fairness_dataset (law_school_clean.csv)"
COLUMNS = [
    "decile1b",
    "decile3",
    "lsat",
    "ugpa",
    "zfygpa",
    "zgpa",
    "fulltime",
    "fam_inc",
    "male",
    "tier",
    "race",
    "pass_bar",
]
INTEGERS = ["decile1b", "decile3", "fam_inc", "tier", "pass_bar"]


def fetch_law_school(
    *, data_home: str | PathLike[str] | None = None, return_X_y: bool = False, as_frame: bool = True
) -> Dataset:
    """Read the law school table: who passes the bar.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder that holds ``law_school.csv.gz``; the environment variable ``SKFAIRGEN_DATA`` when None. OpenML
        carries no table with this target.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=True
        Return frames; False returns arrays, and positions as `sensitive_columns`.

    Returns
    -------
    Bunch or (DataFrame, Series)
        ``data`` (11 features: int64, float64, bool ``fulltime`` and ``male``, category ``race``), ``target``
        (Series of int64 0/1), ``frame``, ``feature_names``, ``target_names``, ``sensitive_columns``,
        ``positive_class`` (1), ``DESCR``.

    Raises
    ------
    FileNotFoundError
        If the folder does not hold the file; the message says where to get it and where to put it.
    ValueError
        If the table lacks a column.

    Examples
    --------
    >>> from skfairgen.datasets import fetch_law_school
    >>> fetch_law_school().sensitive_columns  # doctest: +SKIP
    ['race', 'male']
    """
    frame = read_table("law_school", columns=COLUMNS, origin=ORIGIN, data_home=data_home)
    frame = frame.assign(fulltime=frame["fulltime"] == 1, male=frame["male"] == 1)
    frame = as_categories(frame.astype(dict.fromkeys(INTEGERS, "int64")), ["race"])
    return as_bunch(
        frame,
        target="pass_bar",
        sensitive_columns=["race", "male"],
        positive_class=1,
        description=DESCRIPTION,
        return_X_y=return_X_y,
        as_frame=as_frame,
    )
