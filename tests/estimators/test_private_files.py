"""What fewer than five rows hold is neither in a file for others nor drawn from it."""

import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest

from skfairgen import FairGenerator, distill, load, save
from skfairgen.data import NumericColumn
from skfairgen.exceptions import LeakageWarning
from skfairgen.files import read_archive

N_ROWS = 800
RNG = np.random.default_rng(0)


def table(**columns):
    return pd.DataFrame({"group": RNG.choice(["a", "b"], N_ROWS), "x": RNG.normal(size=N_ROWS), **columns})


def exported(X, y=None, sensitive="group"):
    """Return the text and the numbers of a student's file, and the student that is loaded from it."""
    student = distill(FairGenerator(sensitive, max_epochs=1, random_state=0).fit(X, y), max_epochs=1, random_state=0)
    file = io.BytesIO()
    save(student, file)
    with zipfile.ZipFile(file) as archive:
        text = json.dumps(json.loads(archive.read("state.json")))
    file.seek(0)
    arrays = read_archive(file, 10**8)[2].values()
    numbers = np.concatenate([np.ravel(array).astype(np.float64) for array in arrays if array.dtype.kind in "iuf"])
    file.seek(0)
    return text, numbers, load(file)


@pytest.mark.parametrize("kind", ["words", "categories", "numbers", "dates"])
def test_a_class_of_four_rows_is_not_in_the_file(kind):
    pairs = {"words": ["no", "yes"], "numbers": [0, 1], "dates": pd.to_datetime(["2020-01-01", "2021-01-01"])}
    common = np.array(pairs.get(kind, pairs["words"]))
    y = pd.Series(RNG.choice(common, N_ROWS), dtype=object)
    y[:4] = rare = {"numbers": 8_675, "dates": pd.Timestamp("1987-06-05")}.get(kind, "quagga")
    y = y.astype("category") if kind == "categories" else y.infer_objects()
    text, numbers, loaded = exported(table(), y)
    assert "quagga" not in text and "8675" not in text and not np.isin(8_675, numbers)
    assert not np.isin(
        numbers, [rare.value // unit for unit in (1, 1_000, 10**6, 10**9)] if kind == "dates" else []
    ).any()
    assert loaded.classes_.tolist() == common.tolist() and set(loaded.cell_counts_) == {
        (label, group) for label in common.tolist() for group in "ab"
    }
    assert set(loaded.sample(2_000, random_state=0)[1]) == set(pd.Series(common))
    again = distill(loaded, max_epochs=1, random_state=0)  # which knows the classes that are left
    assert set(again.sample(200, random_state=0)[1]) == set(pd.Series(common))


def test_classes_of_few_rows_only_are_not_exported():
    X = pd.DataFrame({"x": np.arange(16.0)})
    student = distill(FairGenerator(max_epochs=1, random_state=0).fit(X, np.arange(16) // 4), max_epochs=1)
    with pytest.raises(ValueError, match=r"Every class held fewer than 5 rows .*private_export=False"):
        save(student, io.BytesIO())


def test_a_column_of_three_numbers_is_left_empty_and_named():
    few = np.full(N_ROWS, np.nan)
    few[:3] = 431.5, 431.625, 999.5
    with pytest.warns(LeakageWarning, match="leaves out every value of column 'few'"):
        text, numbers, loaded = exported(table(few=few))
    assert not np.isin(numbers.round(2), few[:3].round(2)).any() and "431" not in text
    assert loaded.sample(20_000, random_state=0)[0]["few"].isna().all()


@pytest.mark.parametrize("kind", ["floats", "whole numbers", "dates", "numbers beside a level"])
def test_a_band_of_a_sensitive_column_has_no_rows_own_edge(kind):
    numbers = {
        "floats": RNG.normal(40, 12, N_ROWS),
        "whole numbers": RNG.integers(10**7, size=N_ROWS),
        "dates": pd.Timestamp("1960-01-01") + pd.to_timedelta(RNG.integers(10**9, size=N_ROWS), unit="s"),
        "numbers beside a level": np.append(np.zeros(N_ROWS - 24), 1.37 * np.arange(1, 25)),
    }[kind]
    X = table(own=numbers)
    _, stored, loaded = exported(X, sensitive="own")
    values = X["own"].astype("datetime64[us]").astype("int64") if kind == "dates" else X["own"]
    counts = values.value_counts()
    assert not np.isin(stored, counts.index[counts < 5]).any()
    edges = {edge for band in loaded.groups_ for edge in (band.left, band.right)}
    assert not edges & set(X["own"][values.map(counts) < 5])
    assert loaded.sample(500, random_state=0)[0]["own"].dtype == X["own"].dtype


def test_bands_are_quartiles_where_several_rows_hold_them():
    ages = np.repeat(np.arange(20, 60), 20)
    generator = FairGenerator("age", max_epochs=1, random_state=0).fit(pd.DataFrame({"age": ages, "x": ages % 7}))
    assert [(band.left, band.right) for band in generator.groups_] == [(20, 30), (30, 40), (40, 49), (49, 59)]


def test_a_mean_of_neighbors_that_one_row_holds_is_not_written_like_it():
    amounts = np.concatenate(
        [RNG.lognormal(10, 1, 2_990).round(2), np.repeat([2e6, 3e6, 4e6, 5e6], [1, 2, 3, 4]) + 0.25]
    )
    private = NumericColumn().fit(pd.Series(amounts)).without_records()
    assert not np.isin(private.grid_.round(2), [3e6 + 0.25, 4e6 + 0.25]).any()  # (3 + 3 x 4 + 5) / 5 is 4


def test_a_category_that_no_row_holds_is_not_in_the_file():
    dtype = pd.CategoricalDtype(["a", "b", "quagga"])
    X = table(word=pd.Categorical(RNG.choice(["a", "b"], N_ROWS), dtype=dtype))
    X["group"] = X["group"].astype(dtype)
    text, _, loaded = exported(X, X["word"].sample(frac=1, random_state=0).reset_index(drop=True))
    assert "quagga" not in text and loaded.groups_ == ["a", "b"]


@pytest.mark.parametrize("criterion", [None, "balanced_cells"])
def test_cells_of_few_rows_have_one_count_in_the_file(criterion):
    counts = np.array([[300, 240, 4], [200, 1, 55]])
    y, group = (np.repeat(codes, counts.ravel()) for codes in np.divmod(np.arange(6), 3))
    X = pd.DataFrame({"group": group.astype(str), "x": RNG.normal(size=len(y))})
    generator = FairGenerator("group", criterion=criterion, max_epochs=1, random_state=0).fit(X, y)
    student = distill(generator, max_epochs=1, random_state=0)
    file = io.BytesIO()
    save(student, file)
    file.seek(0)
    loaded = load(file)
    model, others = loaded.model_, counts >= 5
    assert (model.cells.counts[others] == counts[others]).all()
    assert (model.cells.counts[~others] == 2).all()
    np.testing.assert_allclose(model.shares, student.model_.shares, atol=5 / counts.sum())
    assert not np.isclose(model.shares, student.model_.shares, rtol=1e-6, atol=0).any()
    if criterion is not None:
        positive = model.shares[1] / model.shares.sum(axis=0)
        np.testing.assert_allclose(positive, positive[0])


def test_saving_tells_what_a_private_file_coarsened():
    words = RNG.choice(["red", "blue"], N_ROWS).astype(object)
    words[:3] = "puce"
    few = np.full(N_ROWS, np.nan)
    few[:3] = 1.5
    y = np.repeat([0, 1, 2], [N_ROWS // 2, N_ROWS - N_ROWS // 2 - 4, 4])
    X = table(word=words, few=few, flag=RNG.integers(0, 2, N_ROWS))
    student = distill(FairGenerator("group", max_epochs=1, random_state=0).fit(X, y), max_epochs=1, random_state=0)
    with pytest.warns(LeakageWarning, match="'few'"):
        account = student.save(io.BytesIO()).set_index("column")["coarsened"]
    assert sorted(account.index) == ["(classes)", "few", "word", "x"]  # not the group, nor the flag
    assert account["word"] == "1 of 3 left out, each of fewer than 5 rows"
    assert account["(classes)"].startswith("1 of 3 left out")
    assert account["few"].startswith("left empty")
    assert "nearer to the middle" in account["x"]
    assert student.save(io.BytesIO(), private_export=False) is None
