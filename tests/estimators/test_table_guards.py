"""What is wrong with a table is said when it is learned, distilled and saved."""

import warnings

import numpy as np
import pandas as pd
import pytest

from skfairgen import FairDistillResampler, FairEncoder, FairGenerator, distill
from skfairgen.exceptions import LeakageWarning, WarmStartWarning

strict = pytest.mark.filterwarnings("error::skfairgen.exceptions.LeakageWarning")
N_ROWS = 200
RNG = np.random.default_rng(0)
EMAILS = np.array([f"{k}@example.org" for k in range(N_ROWS)], dtype=object)
IDENTIFIERS = {
    "integers in order": np.arange(N_ROWS) + 1_000,
    "shuffled integers": RNG.permutation(N_ROWS),
    "customer numbers": RNG.choice(10**6, N_ROWS, replace=False),
    "half missing integers": np.where(np.arange(N_ROWS) % 2, np.nan, np.arange(N_ROWS)),
    "text": EMAILS,
    "text, 70 % of it unique": np.where(np.arange(N_ROWS) < 0.6 * N_ROWS, EMAILS, EMAILS[::-1]),
    "half missing text": np.where(np.arange(N_ROWS) % 2, None, EMAILS),
}
OTHERS = {
    "amounts": RNG.lognormal(8, 1, N_ROWS).round(),
    "heights": RNG.normal(1_700, 100, N_ROWS).round(),
    "ages": RNG.integers(18, 90, N_ROWS),
    "real numbers": np.arange(N_ROWS) / 7,
    "days": pd.date_range("2020-01-01", periods=N_ROWS),
    "cities": RNG.choice([f"city {k}" for k in range(60)], N_ROWS),
}


def table(column, n_rows=N_ROWS):
    rng = np.random.default_rng(1)
    X = pd.DataFrame({"x": rng.normal(size=n_rows), "own": column[:n_rows]})
    return X, pd.Series(rng.integers(0, 2, n_rows), name="y")


def fast(**options):
    return FairGenerator(max_epochs=1, random_state=0, **options)


def leaks(caught):
    return [str(warning.message) for warning in caught if issubclass(warning.category, LeakageWarning)]


@pytest.mark.parametrize("kind", IDENTIFIERS)
@pytest.mark.parametrize("n_rows", [30, N_ROWS])
def test_an_identifier_is_named_at_fit(kind, n_rows):
    if kind in ("customer numbers", "shuffled integers") and n_rows == 30:
        pytest.skip("30 numbers with gaps do not tell whether they are spread evenly")
    with pytest.warns(LeakageWarning, match="Column 'own' looks like an identifier"):
        fast().fit(*table(IDENTIFIERS[kind], n_rows))


@pytest.mark.parametrize("is_beside", [False, True])
def test_a_sensitive_column_that_is_an_identifier_is_named(is_beside):
    X, y = table(EMAILS)
    beside = {"sensitive_features": X.pop("own")} if is_beside else {}
    with pytest.warns(LeakageWarning, match="Column 'own' looks like an identifier"):
        teacher = fast(sensitive_columns=None if is_beside else "own").fit(X, y, **beside)
    with pytest.warns(LeakageWarning, match="Column 'own' looks like an identifier"):
        distill(teacher, max_epochs=1, random_state=0)


@pytest.mark.parametrize("kind", OTHERS)
@strict
def test_measurements_are_no_identifiers(kind):
    fast().fit(*table(OTHERS[kind]))


@pytest.mark.filterwarnings("ignore::skfairgen.exceptions.LeakageWarning")
def test_an_identifier_is_named_at_distill_and_at_save(tmp_path):
    X, y = table(IDENTIFIERS["customer numbers"])
    teacher = fast().fit(X.assign(mail=EMAILS), y)
    with pytest.warns(LeakageWarning, match="Columns 'own', 'mail' look like"):
        student = distill(teacher, max_epochs=1, random_state=0)
    with pytest.warns(LeakageWarning, match="Columns 'own', 'mail' look like"):
        student.save(tmp_path / "whole.skfairgen", private_export=False)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        student.save(tmp_path / "private.skfairgen")
        assert student.size_bytes_ > 0
    assert [message for message in leaks(caught) if "leaves out every value of column 'mail'" in message]
    assert len(leaks(caught)) == 2


TOLD = {
    "y itself": lambda y, rng: y,
    "other words": lambda y, rng: np.where(y == 1, "granted", "refused"),
    "several words": lambda y, rng: np.where(y == 1, rng.choice(["a", "b"], len(y)), rng.choice(["c", "d"], len(y))),
    "a number behind a threshold": lambda y, rng: np.where(y == 1, 50, 20) + rng.uniform(0, 20, len(y)),
    "missing where 0": lambda y, rng: np.where(y == 1, rng.uniform(0, 20, len(y)), np.nan),
}


@pytest.mark.filterwarnings("ignore::skfairgen.exceptions.CollapseWarning")
@pytest.mark.parametrize("make", [fast, lambda: FairEncoder(max_epochs=1, random_state=0)])
@pytest.mark.parametrize("kind", TOLD)
def test_the_target_left_among_the_columns_is_named(kind, make):
    X, y = table(OTHERS["amounts"])
    with pytest.warns(LeakageWarning, match="Column 'left' tells the class of every row"):
        make().fit(X.assign(left=TOLD[kind](y.to_numpy(), np.random.default_rng(0))), y)


@strict
def test_columns_that_nearly_tell_y_are_left_alone():
    X, y = table(OTHERS["amounts"])
    nearly = y.where(np.arange(N_ROWS) != 7, 1 - y)
    rare = pd.Series(np.arange(N_ROWS) < 12).astype(int)
    fast().fit(X.assign(nearly=nearly), y)
    fast().fit(
        X.assign(own=np.random.default_rng(2).permutation(N_ROWS) / 7), rare
    )  # each value of one class by chance


def test_a_warm_start_that_starts_over_says_so():
    X, y = table(OTHERS["ages"])
    older = X.assign(own=X["own"] + 60)
    generator = fast(warm_start=True).fit(X, y)
    codec = generator.codec_
    assert generator.fit(X.sample(150, random_state=0), y[:150]).codec_ is codec  # fewer rows of the same kind
    with pytest.warns(WarmStartWarning, match="starts over"):
        generator.fit(older, y)
    assert generator.sample(300, random_state=0)[0]["own"].max() > 120
    with pytest.warns(WarmStartWarning, match="columns, classes or groups"):
        generator.fit(older[["own"]], y)


def test_a_resampler_without_a_teacher_cannot_go_on():
    X, y = table(OTHERS["ages"])
    options = {"distill": True, "keep_teacher": False, "warm_start": True, "max_epochs": 1, "sampling_strategy": "all"}
    resampler = FairDistillResampler(random_state=0, **options)
    resampler.fit_resample(X, y)
    with pytest.warns(WarmStartWarning, match="no teacher is kept"):
        resampler.fit_resample(X, y)


def test_the_checks_of_a_million_rows_take_a_second():
    from time import process_time

    from skfairgen.data import TableCodec
    from skfairgen.data.table._identifiers import find_identifiers

    rng = np.random.default_rng(0)
    whole = pd.DataFrame({0: rng.integers(0, 10**9, 10**6), 1: rng.normal(size=10**6), 2: rng.integers(0, 9, 10**6)})
    codec = TableCodec().fit(whole)
    started = process_time()
    assert find_identifiers(codec.columns_, whole) == [0]
    assert process_time() - started < 2


def test_a_warm_start_on_the_same_rows_goes_on_whatever_their_ends():
    X = pd.DataFrame({"x": np.r_[1, 2, 2, 2, 2, 100, np.arange(200, 400)].astype(float)})  # five rows lie below 21.8
    generator = FairGenerator(max_epochs=1, warm_start=True, random_state=0).fit(X)
    with warnings.catch_warnings():
        warnings.simplefilter("error", WarmStartWarning)
        generator.fit(X)
