"""Shoulder exercises, recorded at the wrist."""

from os import PathLike

import numpy as np
from sklearn.utils import Bunch, check_scalar

from skfairgen.datasets._arrays import read_arrays
from skfairgen.datasets._bunch import Dataset

DESCRIPTION = """Wrist accelerometer and gyroscope of ten people, who do seven shoulder exercises with either arm.

Target: the exercise. Sensitive feature: the arm; its values are in the signal only.
Source: D. Burns et al., "Shoulder physiotherapy exercise recognition", Physiological Measurement 39, 2018; the package
seglearn (BSD 3-Clause).
"""
CHANNELS = ("acceleration x", "acceleration y", "acceleration z", "rotation x", "rotation y", "rotation z")
HERTZ = 25  # the recordings, at 50 Hz, are averaged two by two


def fetch_watch_exercises(
    *,
    seconds: float = 2.0,
    step: float = 1.0,
    data_home: str | PathLike[str] | None = None,
    return_X_y: bool = False,
) -> Dataset:
    """Fetch windows of wrist movements, with the exercise and the arm of each.

    ====================  ==================================
    Sequences             of (50, 6) by default, float32, 25 a second
    Target                the exercise, seven names
    Sensitive feature     the arm, ``"left"`` or ``"right"``
    ====================  ==================================

    Parameters
    ----------
    seconds : float, default=2.0
        Length of a window, at least 0.04.
    step : float, default=1.0
        Seconds from the start of a window to the start of the next, at least 0.04. Windows of one recording overlap
        where this is less than `seconds`.
    data_home : str or path-like, default=None
        Folder that holds ``watch.npz``; the environment variable ``SKFAIRGEN_DATA`` when None. Without the file, the
        recordings are those of the package seglearn.
    return_X_y : bool, default=False
        Return ``(sequences, target)`` instead of a Bunch.

    Returns
    -------
    Bunch or (ndarray, ndarray)
        ``sequences`` (float32, shape (n_windows, n_times, 6)), ``target`` (names of exercises),
        ``sensitive_features`` (``"left"``, ``"right"``), ``people`` (int64, the person of each window: split by it),
        ``channel_names``, ``target_names``, ``DESCR``.

    Raises
    ------
    FileNotFoundError
        If there is neither the file nor the package.
    ValueError
        If `seconds` or `step` is below 0.04.

    Examples
    --------
    >>> from skfairgen.datasets import fetch_watch_exercises
    >>> fetch_watch_exercises().sequences.shape[1:]  # doctest: +SKIP
    (50, 6)
    """
    for name, value in {"seconds": seconds, "step": step}.items():
        check_scalar(value, name, (int, float), min_val=1 / HERTZ)
    names = ["X", "n", "y", "side", "subject", "names"]
    arrays = read_arrays("watch", names=names, package="seglearn", from_package=_from_package, data_home=data_home)
    length, stride = round(seconds * HERTZ), round(step * HERTZ)
    ends = np.cumsum(arrays["n"])
    recordings = [_windows(part, length, stride) for part in np.split(arrays["X"], ends[:-1])]
    of_recording = np.repeat(np.arange(len(recordings)), [len(windows) for windows in recordings])
    sequences = np.concatenate(recordings).astype("float32")
    target = arrays["names"].astype(str)[arrays["y"]][of_recording]
    if return_X_y:
        return sequences, target
    return Bunch(
        sequences=sequences,
        target=target,
        sensitive_features=np.where(arrays["side"] == 1, "right", "left")[of_recording],
        people=arrays["subject"].astype("int64")[of_recording],
        channel_names=list(CHANNELS),
        target_names=[str(name) for name in arrays["names"]],
        DESCR=DESCRIPTION,
    )


def _windows(recording, length, stride):
    """Return windows of shape (n_windows, length, n_channels) of a recording at 50 Hz."""
    slow = recording[: len(recording) // 2 * 2].reshape(-1, 2, recording.shape[1]).mean(axis=1)
    starts = range(0, len(slow) - length + 1, stride)
    return np.array([slow[start : start + length] for start in starts]).reshape(-1, length, recording.shape[1])


def _from_package():
    from seglearn.datasets import load_watch

    watch = load_watch()
    return {
        "X": np.concatenate(watch["X"])[:, :6],
        "n": np.array([len(recording) for recording in watch["X"]]),
        "y": np.asarray(watch["y"]).astype(int),
        "side": np.asarray(watch["side"]),
        "subject": np.asarray(watch["subject"]),
        "names": np.asarray(watch["y_labels"]),
    }
