"""Handwritten digits whose color goes with their class: images with a known bias."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.utils import Bunch, check_random_state, check_scalar

from skfairgen.data import RandomState
from skfairgen.datasets._bunch import Dataset

DESCRIPTION = """Colored handwritten digits: 1,797 images of 8 x 8 pixels, one color a digit.

Target: the digit, 0 to 9. Sensitive feature: the color, 0 to 9; its values are in the image only.
Source: the digits of scikit-learn (UCI "Optical recognition of handwritten digits"), colored at random.
"""

# red, green and blue, in [0, 1]; no two colors are close
PALETTE = np.array(
    [
        [1.0, 0.15, 0.15],
        [0.15, 1.0, 0.15],
        [0.25, 0.35, 1.0],
        [1.0, 1.0, 0.15],
        [1.0, 0.2, 1.0],
        [0.15, 1.0, 1.0],
        [1.0, 0.55, 0.1],
        [0.6, 0.3, 1.0],
        [0.55, 0.8, 0.35],
        [0.9, 0.9, 0.9],
    ]
)
COLOR_NAMES = ("red", "green", "blue", "yellow", "magenta", "cyan", "orange", "violet", "olive", "white")
COLOR_NOISE = 0.02  # standard deviation of each part of an image's color


def make_colored_digits(
    correlation: float = 0.95, *, random_state: RandomState = None, return_X_y: bool = False
) -> Dataset:
    """Color the digits of scikit-learn, so that the color goes with the digit.

    ====================  ==================================
    Images                1,797 of (8, 8, 3), uint8
    Target                the digit, 0 to 9
    Sensitive feature     the color, ten names
    ====================  ==================================

    Digit k has its own color, the k-th, with probability `correlation`, and else one of the nine others. Row i is the
    same digit whatever the parameters, so biased rows to train on and unbiased rows to test on are made by two calls
    and one split of the positions.

    Parameters
    ----------
    correlation : float, default=0.95
        Probability of a digit's own color, in [0, 1]; at 0.1 the color is independent of the digit.
    random_state : int, RandomState instance or None, default=None
        Seed of the colors.
    return_X_y : bool, default=False
        Return ``(images, target)`` instead of a Bunch.

    Returns
    -------
    Bunch or (ndarray, ndarray)
        ``images`` (uint8, shape (1797, 8, 8, 3)), ``target`` (int64), ``sensitive_features`` (names of colors),
        ``data`` (the images in flat rows, shape (1797, 192)), ``sample_shape`` ((8, 8, 3)), ``target_names``,
        ``DESCR``.

    Raises
    ------
    TypeError, ValueError
        If `correlation` is no number in [0, 1].

    Examples
    --------
    >>> from skfairgen.datasets import make_colored_digits
    >>> made = make_colored_digits(0.95, random_state=0)
    >>> made.images.shape
    (1797, 8, 8, 3)
    >>> made.target[:3].tolist(), made.sensitive_features[:3].tolist()
    ([0, 1, 2], ['red', 'green', 'blue'])
    """
    check_scalar(correlation, "correlation", (int, float), min_val=0, max_val=1)
    random_state = check_random_state(random_state)
    digits = load_digits()
    colors = draw_colors(digits.target, correlation, random_state)
    images = paint(digits.images / 16, colors, random_state)
    if return_X_y:
        return images, digits.target
    return Bunch(
        images=images,
        target=digits.target,
        sensitive_features=np.array(COLOR_NAMES)[colors],
        data=images.reshape(len(images), -1),
        sample_shape=images.shape[1:],
        target_names=[str(name) for name in digits.target_names],
        DESCR=DESCRIPTION,
    )


def draw_colors(classes, correlation, random_state):
    """Return a color for each row: its class's own with probability `correlation`, else one of the others."""
    n_colors = len(PALETTE)
    is_own = random_state.uniform(size=len(classes)) < correlation
    others = (classes + random_state.randint(1, n_colors, size=len(classes))) % n_colors
    return np.where(is_own, classes, others)


def paint(brightness, colors, random_state):
    """Return uint8 images of shape (n, H, W, 3) of grey ones of shape (n, H, W), in [0, 1], and their colors."""
    noise = random_state.normal(0, COLOR_NOISE, size=(len(colors), 3))
    shades = np.clip(PALETTE[colors] + noise, 0, 1)
    return np.rint(255 * brightness[..., None] * shades[:, None, None]).astype("uint8")
