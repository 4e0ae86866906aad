"""ProPublica's COMPAS table: who was charged again within two years."""

from collections.abc import Sequence
from os import PathLike

import numpy as np

from skfairgen.datasets._bunch import Dataset, as_bunch
from skfairgen.datasets._reader import OpenMLTable, as_categories, as_ordered, read_table

DESCRIPTION = """COMPAS: was a defendant of Broward County, Florida (2013-2014) charged again within two
years?

Target: two_year_recid (1, the positive class: charged again - the unfavorable outcome). Sensitive columns:
race, sex. Source: ProPublica, "How We Analyzed the COMPAS Recidivism Algorithm", 2016, with its own row
filter; names and case numbers removed. 6,172 rows; the literature often keeps the 5,278 of the races
African-American and Caucasian. Recidivism is measured by arrests, which are themselves unequal.
"""
ORIGIN = "https://github.com/propublica/compas-analysis (compas-scores-two-years.csv, ProPublica's row filter)"
AGES = ["Less than 25", "25 - 45", "Greater than 45"]
ON_OPENML = ("African-American", "Caucasian")
COLUMNS = [
    "sex",
    "age",
    "age_cat",
    "race",
    "juv_fel_count",
    "juv_misd_count",
    "juv_other_count",
    "priors_count",
    "c_charge_degree",
    "two_year_recid",
]


def fetch_compas(
    *,
    races: Sequence[str] | None = None,
    data_home: str | PathLike[str] | None = None,
    return_X_y: bool = False,
    as_frame: bool = True,
) -> Dataset:
    """Fetch ProPublica's COMPAS table: who was charged again within two years.

    Parameters
    ----------
    races : sequence of str, default=None
        Keep the rows of these races only; None keeps all 6,172 rows. Much of the literature uses
        ``races=("African-American", "Caucasian")``, 5,278 rows.
    data_home : str or path-like, default=None
        Folder that holds ``compas.csv.gz``; the environment variable ``SKFAIRGEN_DATA`` when None. Without
        the file, OpenML's table 42193 is fetched, which has the literature's two races only.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=True
        Return frames; False returns arrays, and positions as `sensitive_columns`.

    Returns
    -------
    Bunch or (DataFrame, Series)
        ``data`` (9 features), ``target`` (Series of int64 0/1), ``frame``, ``feature_names``,
        ``target_names``, ``sensitive_columns``, ``positive_class`` (1), ``DESCR``.

    Raises
    ------
    ValueError
        If a race is not in the table, or the table lacks a column.
    FileNotFoundError
        If the table is neither in the folder nor on OpenML, or if there is no file and `races` asks for rows
        that OpenML does not carry.

    Examples
    --------
    >>> from skfairgen.datasets import fetch_compas
    >>> fetch_compas(races=("African-American", "Caucasian")).data.shape  # doctest: +SKIP
    (5278, 9)
    """
    wanted = None if races is None else set(races)
    openml = OpenMLTable(42193, _adapt) if wanted is not None and wanted <= set(ON_OPENML) else None
    frame = read_table("compas", columns=COLUMNS, origin=ORIGIN, data_home=data_home, openml=openml)
    if wanted is not None:
        frame = _keep_races(frame, wanted)
    frame = as_ordered(as_categories(frame, ["sex", "race", "c_charge_degree"]), {"age_cat": AGES})
    return as_bunch(
        frame,
        target="two_year_recid",
        sensitive_columns=["race", "sex"],
        positive_class=1,
        description=DESCRIPTION,
        return_X_y=return_X_y,
        as_frame=as_frame,
    )


def _keep_races(frame, wanted):
    unknown = sorted(wanted - set(frame["race"]))
    if unknown:
        raise ValueError(f"races has {unknown}, which the table lacks; it has {sorted(set(frame['race']))}.")
    return frame[frame["race"].isin(wanted)].reset_index(drop=True)


def _adapt(downloaded):
    table = downloaded.astype("float64")
    # OpenML codes sex as 0 and 1 without saying which is which; four of five defendants are men
    male = table["sex"] == table["sex"].mode()[0]
    young, old = table["age_cat_Lessthan25"] == 1, table["age_cat_Greaterthan45"] == 1
    counts = ["age", "juv_fel_count", "juv_misd_count", "juv_other_count", "priors_count"]
    return (
        table[counts]
        .astype("int64")
        .assign(
            sex=np.where(male, "Male", "Female"),
            age_cat=np.select([young, old], [AGES[0], AGES[2]], AGES[1]),
            race=np.where(table["race_Caucasian"] == 1, ON_OPENML[1], ON_OPENML[0]),
            c_charge_degree=np.where(table["c_charge_degree_F"] == 1, "F", "M"),
            two_year_recid=table["twoyearrecid"].astype("int64"),
        )
    )
