"""The same seed gives the same rows, whatever else goes on in the process."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import torch
from joblib import Parallel, delayed

from skfairgen import FairDistillResampler, FairEncoder, FairGenerator, distill, load, save
from skfairgen.datasets import make_biased_classification

pytestmark = pytest.mark.filterwarnings("ignore::skfairgen.exceptions.SkfairgenWarning")
SEEDS = [0, 1, 2, 0]
PARITY = {"criterion": "demographic_parity", "label_draw": "sample"}


@pytest.fixture(scope="module")
def table():
    return make_biased_classification(300, bias=1.0, random_state=0)


def rows_of(seed, table):
    """Fit, distill and draw with one seed."""
    generator = FairGenerator("group_0", **PARITY, max_epochs=2, random_state=seed).fit(table.data, table.target)
    student = distill(generator, max_epochs=1, random_state=seed)
    drawn = [own.sample(100, random_state=seed) for own in (generator, student)]
    return pd.concat([X.assign(label=y.to_numpy()) for X, y in drawn], ignore_index=True)


def codes_of(seed, table):
    encoder = FairEncoder("group_0", n_components=2, max_epochs=1, distill=True, random_state=seed)
    return encoder.fit_transform(table.data, table.target)


@pytest.fixture(scope="module")
def expected(table):
    return [*(rows_of(seed, table) for seed in SEEDS), codes_of(0, table)]


def test_fits_in_threads_draw_what_they_draw_alone(table, expected):
    in_joblib = Parallel(n_jobs=4, backend="threading")(delayed(rows_of)(seed, table) for seed in SEEDS)
    with ThreadPoolExecutor(4) as pool:
        in_threads = list(pool.map(lambda seed: rows_of(seed, table), SEEDS))
    for found in (in_joblib, in_threads):
        for rows, own in zip(found, expected[:-1], strict=True):
            pd.testing.assert_frame_equal(rows, own, check_exact=True)
    assert not expected[0].equals(expected[1])


def test_codes_in_threads_are_what_they_are_alone(table):
    own = [codes_of(seed, table) for seed in SEEDS[:2]]
    found = Parallel(n_jobs=2, backend="threading")(delayed(codes_of)(seed, table) for seed in SEEDS[:2])
    np.testing.assert_array_equal(found, own)


def test_a_fitted_generator_is_shared_by_threads(table):
    generator = FairGenerator("group_0", label_draw="sample", max_epochs=1, random_state=0)
    generator.fit(table.data, table.target)

    def draw(seed):
        return generator.sample(50, criterion="demographic_parity", strength=0.5, random_state=seed)[0]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(draw, range(6)))
    for seed, rows in enumerate(found):
        pd.testing.assert_frame_equal(rows, draw(seed), check_exact=True)


@pytest.fixture
def meta_device():
    torch.set_default_device("meta")
    yield
    torch.set_default_device(None)


@pytest.fixture
def float64():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def check_that_nothing_changed(table, expected):
    torch.default_generator.manual_seed(11)
    state = torch.get_rng_state()
    before = torch.get_default_dtype(), torch.get_default_device(), torch.is_inference_mode_enabled()
    pd.testing.assert_frame_equal(rows_of(0, table), expected[0], check_exact=True)
    np.testing.assert_array_equal(codes_of(0, table), expected[-1])
    assert torch.equal(torch.get_rng_state(), state)
    after = torch.get_default_dtype(), torch.get_default_device(), torch.is_inference_mode_enabled()
    assert after == before


def test_the_caller_s_generator_neither_changes_nor_matters(table, expected):
    check_that_nothing_changed(table, expected)


def test_the_caller_s_dtype_neither_changes_nor_matters(table, expected, float64):
    check_that_nothing_changed(table, expected)


@pytest.mark.parametrize("options", [{}, {"prior": "flow", "guidance": 1.0}, {"prior": "wgan-gp"}])
def test_the_caller_s_dtype_does_not_matter_to_images(options, request):
    rng = np.random.default_rng(0)
    images, y, groups = (rng.integers(0, n, shape) for n, shape in ((256, (60, 4, 4)), (2, 60), (2, 60)))

    def drawn():
        generator = FairGenerator(**options, max_epochs=1, random_state=0)
        generator.fit(images.astype(np.uint8), y, sensitive_features=groups)
        return generator.sample(20, random_state=0)[0]

    own = drawn()
    request.getfixturevalue("float64")
    np.testing.assert_array_equal(drawn(), own)


def test_the_caller_s_device_neither_changes_nor_matters(table, expected, meta_device):
    check_that_nothing_changed(table, expected)


def test_the_caller_s_inference_mode_neither_changes_nor_matters(table, expected):
    with torch.inference_mode():
        check_that_nothing_changed(table, expected)


def test_the_caller_s_autocast_neither_changes_nor_matters(table, expected):
    with torch.autocast("cpu", dtype=torch.bfloat16):
        check_that_nothing_changed(table, expected)
        assert torch.is_autocast_enabled("cpu")


def test_the_caller_s_floating_point_errors_do_not_matter(table, expected):
    tiny = table.data.assign(tiny=np.linspace(0, 1e-300, len(table.data)))
    with np.errstate(all="raise"):
        generator = FairGenerator("group_0", max_epochs=1, random_state=0).fit(tiny, table.target)
        save(generator, file := io.BytesIO())
        file.seek(0)
        assert load(file).sample(20, random_state=0)[0]["tiny"].max() < 1e-299
    with np.errstate(all="raise"):
        check_that_nothing_changed(table, expected)
        resampler = FairDistillResampler("group_0", criterion="equalized_odds", max_epochs=1, random_state=0)
        assert len(resampler.fit_resample(table.data, table.target)[0]) > len(table.data)
        assert set(np.geterr().values()) == {"raise"}
