"""Small images and sequences with a known answer: where a bar lies tells the class, and its brightness the group."""

import numpy as np
import pandas as pd

SHAPES = {"images": (6, 5, 2), "sequences": (12, 2)}
TRAINING = {"max_epochs": 12, "lr": 0.01, "batch_size": 100, "random_state": 0}


def make_stripes(kind, n=500, correlation=0.9, seed=0, dtype="uint8"):
    """Return samples, classes ("low", "high") and groups ("dark", "light")."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, 2, n)
    groups = np.where(rng.random(n) < correlation, classes, 1 - classes)
    X = np.zeros((n, *SHAPES[kind]))
    half = SHAPES[kind][0] // 2
    for label in (0, 1):
        X[classes == label, label * half : (label + 1) * half] = 1
    level = np.where(groups == 1, 220, 90)[(slice(None), *[None] * len(SHAPES[kind]))]
    X = X * level + rng.normal(0, 4, X.shape) + 15
    names = np.array(["low", "high"])[classes], np.array(["dark", "light"])[groups]
    return np.clip(np.rint(X), 0, 255).astype(dtype), *names


def flat(X, groups):
    """Return samples as a frame of rows with their groups as a column."""
    frame = pd.DataFrame(X.reshape(len(X), -1)).rename(columns=lambda place: f"value {place}")
    frame.insert(1, "shade", groups)
    return frame


def seen_class(X):
    """Return the class that samples look like."""
    X = np.asarray(X, dtype=float)
    half = X.shape[1] // 2
    is_high = X[:, half:].reshape(len(X), -1).mean(axis=1) > X[:, :half].reshape(len(X), -1).mean(axis=1)
    return np.where(is_high, "high", "low")


def seen_group(X):
    """Return the group that samples look like."""
    brightness = np.quantile(np.asarray(X, dtype=float).reshape(len(X), -1), 0.75, axis=1)
    return np.where(brightness > 170, "light", "dark")
