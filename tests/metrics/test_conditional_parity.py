"""The gap that legitimate features leave: by hand, against a slow reference, and where strata lack a group."""

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import UndefinedMetricWarning

from skfairgen.exceptions import SmallGroupWarning
from skfairgen.metrics import (
    conditional_demographic_parity_difference,
    conditional_demographic_parity_ratio,
    demographic_parity_difference,
    demographic_parity_ratio,
    disparity_report,
)

# Simpson's paradox, as in admissions to Berkeley: each department admits both sexes at one rate, and women apply where
# few are admitted. (department, sex): (applicants, admitted)
ADMISSIONS = {
    ("easy", "man"): (80, 60),
    ("easy", "woman"): (20, 15),
    ("hard", "man"): (40, 10),
    ("hard", "woman"): (160, 40),
}


def applicants(admissions):
    rows = [
        (department, sex, int(place < admitted))
        for (department, sex), (applied, admitted) in admissions.items()
        for place in range(applied)
    ]
    return pd.DataFrame(rows, columns=["department", "sex", "admitted"])


def random_rows(seed, n_rows=500, n_classes=2):
    generator = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "group": generator.choice(["a", "b", "c"], n_rows),
            "rank": generator.choice(["low", "high", None], n_rows),
            "years": generator.integers(0, 4, n_rows),
            "label": generator.integers(0, n_classes, n_rows),
            "weight": generator.integers(1, 4, n_rows),
        }
    )
    lean = table["years"] + 2 * (table["group"] == "a") + generator.normal(size=n_rows)
    table["predicted"] = np.clip(lean // 2, 0, n_classes - 1).astype(int)
    return table


def slow_rates(table, positive=1):
    """Return the standardized selection rate of each group by the formula, cell by cell."""
    groups = table["group"].unique()
    rates, total = dict.fromkeys(groups, 0.0), 0.0
    for _, stratum in table.groupby(["rank", "years"], dropna=False):
        if set(stratum["group"]) != set(groups):
            continue
        total += stratum["weight"].sum()
        for group, cell in stratum.groupby("group"):
            selected = cell["weight"][cell["predicted"] == positive].sum()
            rates[group] += stratum["weight"].sum() * selected / cell["weight"].sum()
    return np.array([rate / total for rate in rates.values()])


def test_departments_that_admit_both_sexes_at_one_rate_explain_the_whole_gap():
    table = applicants(ADMISSIONS)
    admitted, sex = table["admitted"], table["sex"]
    options = {"sensitive_features": sex, "legitimate_features": table["department"]}
    assert demographic_parity_difference(admitted, admitted, sensitive_features=sex) == pytest.approx(
        70 / 120 - 55 / 180
    )
    assert conditional_demographic_parity_difference(admitted, admitted, **options) == pytest.approx(0)
    assert conditional_demographic_parity_ratio(admitted, admitted, **options) == pytest.approx(1)


def test_what_the_departments_do_not_explain_stays():
    table = applicants(ADMISSIONS | {("easy", "woman"): (20, 10)})
    options = {"sensitive_features": table["sex"], "legitimate_features": table["department"]}
    # a third of the rows applied to the easy department, where women now have 10 of 20 against 60 of 80
    men, women = 0.75 / 3 + 0.25 * 2 / 3, 0.5 / 3 + 0.25 * 2 / 3
    found = conditional_demographic_parity_difference(table["admitted"], table["admitted"], **options)
    assert found == pytest.approx(men - women)
    found = conditional_demographic_parity_ratio(table["admitted"], table["admitted"], **options)
    assert found == pytest.approx(women / men)


@pytest.mark.parametrize("seed", range(5))
def test_it_equals_the_formula_cell_by_cell(seed):
    table = random_rows(seed)
    options = {"sensitive_features": table["group"], "legitimate_features": table[["rank", "years"]]}
    options["sample_weight"] = table["weight"]
    rates = slow_rates(table)
    found = conditional_demographic_parity_difference(table["label"], table["predicted"], **options)
    assert found == pytest.approx(rates.max() - rates.min())
    found = conditional_demographic_parity_ratio(table["label"], table["predicted"], **options)
    assert found == pytest.approx(rates.min() / rates.max())


def test_weights_are_repeated_rows():
    table = random_rows(0)
    options = {"sensitive_features": table["group"], "legitimate_features": table[["rank", "years"]]}
    weighted = conditional_demographic_parity_difference(
        table["label"], table["predicted"], sample_weight=table["weight"], **options
    )
    repeated = table.loc[table.index.repeat(table["weight"])]
    options = {"sensitive_features": repeated["group"], "legitimate_features": repeated[["rank", "years"]]}
    found = conditional_demographic_parity_difference(repeated["label"], repeated["predicted"], **options)
    assert found == pytest.approx(weighted)


def test_several_classes_are_judged_by_the_worst_one():
    table = random_rows(1, n_classes=3)
    options = {"sensitive_features": table["group"], "legitimate_features": table["years"]}
    by_class = {
        label: conditional_demographic_parity_difference(table["label"], table["predicted"], pos_label=label, **options)
        for label in range(3)
    }
    found = conditional_demographic_parity_difference(table["label"], table["predicted"], **options)
    assert found == max(by_class.values()) > min(by_class.values())


def test_one_stratum_is_plain_demographic_parity():
    table = random_rows(2)
    plain = {"sensitive_features": table["group"], "sample_weight": table["weight"]}
    conditional = plain | {"legitimate_features": np.zeros(len(table))}
    y_true, y_pred = table["label"], table["predicted"]
    found = conditional_demographic_parity_difference(y_true, y_pred, **conditional)
    assert found == pytest.approx(demographic_parity_difference(y_true, y_pred, **plain))
    found = conditional_demographic_parity_ratio(y_true, y_pred, **conditional)
    assert found == pytest.approx(demographic_parity_ratio(y_true, y_pred, **plain))


def test_a_stratum_without_a_group_is_left_out_and_counted():
    table = applicants(ADMISSIONS | {("arts", "woman"): (100, 90)})
    options = {"sensitive_features": table["sex"], "legitimate_features": table["department"]}
    with pytest.warns(SmallGroupWarning, match=r"1 of 3, with 25\.0% of the rows"):
        found = conditional_demographic_parity_difference(table["admitted"], table["admitted"], **options)
    assert found == pytest.approx(0)
    # a group whose rows of a stratum weigh nothing has none there
    table = applicants(ADMISSIONS)
    options = {"sensitive_features": table["sex"], "legitimate_features": table["department"]}
    weight = ~((table["department"] == "easy") & (table["sex"] == "woman"))
    with pytest.warns(SmallGroupWarning, match="1 of 2"):
        conditional_demographic_parity_ratio(table["admitted"], table["admitted"], sample_weight=weight, **options)


@pytest.mark.parametrize(
    "metric",
    [conditional_demographic_parity_difference, conditional_demographic_parity_ratio],
    ids=["difference", "ratio"],
)
def test_nothing_is_compared_when_the_strata_tell_the_groups_apart(metric):
    table = applicants(ADMISSIONS)
    options = {"sensitive_features": table["sex"], "legitimate_features": table["sex"]}
    with pytest.warns(SmallGroupWarning, match="2 of 2.*Nothing is left to compare; the result is NaN") as caught:
        assert np.isnan(metric(table["admitted"], table["admitted"], **options))
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_a_model_that_selects_nobody_earns_no_ratio():
    table = applicants(ADMISSIONS)
    options = {"sensitive_features": table["sex"], "legitimate_features": table["department"]}
    with pytest.warns(UndefinedMetricWarning, match="0 / 0"):
        assert np.isnan(conditional_demographic_parity_ratio(table["admitted"], 0 * table["admitted"], **options))


@pytest.mark.parametrize("as_column", [list, np.asarray, pd.Series, lambda ages: pd.DataFrame({"age": ages})])
def test_a_column_of_many_numbers_is_cut_at_its_quartiles(as_column):
    ages = np.tile(np.arange(40.0), 10)
    groups = np.repeat(["a", "b"], 200)
    y_pred = ((ages > 20) & (groups == "a")) | (ages > 30)
    options = {"sensitive_features": groups}
    bands = np.searchsorted(np.quantile(ages, [0.25, 0.5, 0.75], method="nearest"), ages)
    expected = conditional_demographic_parity_ratio(y_pred, y_pred, legitimate_features=bands, **options)
    found = conditional_demographic_parity_ratio(
        y_pred, y_pred, legitimate_features=as_column(ages.tolist()), **options
    )
    assert found == expected


@pytest.mark.parametrize(
    ("legitimate", "message"),
    [
        (None, "legitimate_features is None"),
        (["x"], "legitimate_features has 1 rows, y has 2"),
        (pd.DataFrame(index=range(2)), "legitimate_features has no columns"),
        (np.zeros((2, 1, 1)), "legitimate_features has 3 dimensions"),
    ],
)
def test_bad_legitimate_features_are_named(legitimate, message):
    with pytest.raises(ValueError, match=message):
        conditional_demographic_parity_ratio(
            [0, 1], [0, 1], sensitive_features=["a", "b"], legitimate_features=legitimate
        )


def test_columns_of_one_name_are_two_columns():
    table = random_rows(3)
    twice = table[["rank", "years"]].set_axis(["x", "x"], axis=1)
    options = {"sensitive_features": table["group"]}
    named = conditional_demographic_parity_ratio(
        table["label"], table["predicted"], legitimate_features=table[["rank", "years"]], **options
    )
    found = conditional_demographic_parity_ratio(
        table["label"], table["predicted"], legitimate_features=twice, **options
    )
    assert found == named


def test_the_report_sets_the_conditional_gap_beside_the_plain_one():
    table = random_rows(4, n_rows=2000)
    options = {"sensitive_features": table["group"], "random_state": 0}
    legitimate = table[["rank", "years"]]
    plain = disparity_report(table["label"], table["predicted"], **options)
    report = disparity_report(table["label"], table["predicted"], legitimate_features=legitimate, **options)
    names = [f"conditional_demographic_parity_{kind}" for kind in ("difference", "ratio")]
    assert report.index[2:4].tolist() == names
    pd.testing.assert_frame_equal(report.drop(index=names), plain)
    for name, metric in zip(
        names, (conditional_demographic_parity_difference, conditional_demographic_parity_ratio), strict=True
    ):
        value = metric(
            table["label"], table["predicted"], sensitive_features=table["group"], legitimate_features=legitimate
        )
        assert report.loc[name, "low"] <= report.loc[name, "value"] == value <= report.loc[name, "high"]


def test_intervals_of_the_report_equal_a_row_bootstrap():
    table = random_rows(5, n_rows=3000).assign(weight=1)
    report = disparity_report(
        table["label"],
        table["predicted"],
        sensitive_features=table["group"],
        legitimate_features=table[["rank", "years"]],
        n_bootstrap=4000,
        random_state=0,
    )
    draws = [np.ptp(slow_rates(table.sample(frac=1, replace=True, random_state=seed))) for seed in range(200)]
    name = "conditional_demographic_parity_difference"
    np.testing.assert_allclose(report.loc[name, ["low", "high"]], np.quantile(draws, [0.025, 0.975]), atol=0.015)


def test_the_report_of_strata_that_tell_the_groups_apart_is_nan():
    table = applicants(ADMISSIONS)
    with pytest.warns(SmallGroupWarning, match="Nothing is left to compare") as caught:
        report = disparity_report(
            table["admitted"], table["admitted"], sensitive_features=table["sex"], legitimate_features=table["sex"]
        )
    assert report.filter(like="conditional", axis=0).isna().all(axis=None)
    assert caught[0].filename == __file__


def test_the_report_compares_conditional_rates_between_groups_only():
    options = {"sensitive_features": ["a", "b"], "legitimate_features": ["x", "x"], "method": "to_overall"}
    with pytest.raises(ValueError, match="leave out legitimate_features"):
        disparity_report([0, 1], [0, 1], **options)
