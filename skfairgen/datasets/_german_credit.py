"""The Statlog German credit table."""

from os import PathLike

import numpy as np

from skfairgen.datasets._bunch import Dataset, as_bunch
from skfairgen.datasets._reader import OpenMLTable, as_categories, read_table

DESCRIPTION = """German credit: was a borrower of a South German bank a good risk?

Target: class_label (1, the positive class: good; 0: bad). Sensitive column: sex. 1,000 rows; 700 are good.
Source: UCI Statlog (German Credit Data), H. Hofmann, 1994, CC BY 4.0, decoded. Single men count as
"divorced/separated" in marital_status, because the source does not tell single from married women.
"""
ORIGIN = "https://archive.ics.uci.edu/dataset/144/statlog+german+credit+data"
NUMBERS = [
    "duration",
    "credit_amount",
    "installment_rate",
    "residence_since",
    "age",
    "existing_credits",
    "number_people_provide_maintenance_for",
    "class_label",
]
COLUMNS = [
    "checking_account",
    "duration",
    "credit_history",
    "purpose",
    "credit_amount",
    "savings_account",
    "employment_since",
    "installment_rate",
    "other_debtors",
    "residence_since",
    "property",
    "age",
    "other_installment",
    "housing",
    "existing_credits",
    "job",
    "number_people_provide_maintenance_for",
    "telephone",
    "foreign_worker",
    "sex",
    "marital_status",
    "class_label",
]
NAMES_ON_OPENML = {
    "checking_status": "checking_account",
    "savings_status": "savings_account",
    "employment": "employment_since",
    "installment_commitment": "installment_rate",
    "other_parties": "other_debtors",
    "property_magnitude": "property",
    "other_payment_plans": "other_installment",
    "num_dependents": "number_people_provide_maintenance_for",
    "own_telephone": "telephone",
}


def fetch_german_credit(
    *, data_home: str | PathLike[str] | None = None, return_X_y: bool = False, as_frame: bool = True
) -> Dataset:
    """Fetch the German credit table: who was a good risk.

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder that holds ``german_credit.csv.gz``; the environment variable ``SKFAIRGEN_DATA`` when None.
        Without the file, OpenML's table 31 (credit-g) is fetched: the same rows and columns, with OpenML's
        spelling of the levels.
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=True
        Return frames; False returns arrays, and positions as `sensitive_columns`.

    Returns
    -------
    Bunch or (DataFrame, Series)
        ``data`` (21 features: categories and int64), ``target`` (Series of int64 0/1), ``frame``,
        ``feature_names``, ``target_names``, ``sensitive_columns``, ``positive_class`` (1), ``DESCR``.

    Raises
    ------
    FileNotFoundError
        If the table is neither in the folder nor on OpenML; the message says where to put which file.
    ValueError
        If the table lacks a column.

    Examples
    --------
    >>> from skfairgen.datasets import fetch_german_credit
    >>> fetch_german_credit().target.sum()  # doctest: +SKIP
    700
    """
    openml = OpenMLTable(31, _adapt)
    frame = read_table("german_credit", columns=COLUMNS, origin=ORIGIN, data_home=data_home, openml=openml)
    levels = [name for name in COLUMNS if name not in NUMBERS]
    frame = frame.assign(**{name: frame[name].str.strip() for name in levels})
    return as_bunch(
        as_categories(frame, levels),
        target="class_label",
        sensitive_columns=["sex"],
        positive_class=1,
        description=DESCRIPTION,
        return_X_y=return_X_y,
        as_frame=as_frame,
    )


def _adapt(downloaded):
    table = downloaded.rename(columns=NAMES_ON_OPENML)
    status = table["personal_status"].astype(str)
    table = table.assign(
        sex=np.where(status.str.startswith("female"), "female", "male"),
        marital_status=np.where(status == "male mar/wid", "married/widowed", "divorced/separated"),
        class_label=(table["class"] == "good"),
    )
    return table.astype({name: "int64" if name in NUMBERS else "str" for name in COLUMNS})
