"""save and load: fitted estimators as one file of JSON and safetensors, without pickle."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from sklearn.utils.validation import check_is_fitted

from skfairgen.estimators._private_export import without_records
from skfairgen.estimators._state import StateReader, StateWriter, known_class
from skfairgen.training import read_archive, write_archive

SAVED = ("DistilledGenerator", "FairDistillResampler", "FairEncoder", "FairGenerator")
PACKAGES = ("skfairgen", "numpy", "pandas", "scikit-learn", "torch", "safetensors")


def save(estimator, path, *, private_export="auto"):
    """Write a fitted estimator to a file that can be read without executing anything.

    The file is a zip of JSON and safetensors. It holds what drawing and coding rows need, and no row; seeds that are
    generators are left out. The same estimator gives the same bytes.

    Parameters
    ----------
    estimator : FairGenerator, DistilledGenerator, FairDistillResampler or FairEncoder
        Fitted.
    path : str or Path
        File to write; one that exists is replaced in one step, once the new one is whole.
    private_export : "auto" or bool, default="auto"
        Whether to leave out what few rows held: categories and groups seen fewer than ``min_category_count`` (5)
        times, and the numbers of each column's outermost 5 rows at either end. "auto" does so for a
        DistilledGenerator, and for no other. See the documentation of distillation for what rows then look like.

    Raises
    ------
    TypeError
        If the estimator is of another class, or holds a value that cannot be written; the message names it.
    NotFittedError
        If it is not fitted.
    ValueError
        If `private_export` is asked for an estimator that is no DistilledGenerator.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skfairgen import FairGenerator, distill, load, save
    >>> from skfairgen.datasets import make_biased_classification
    >>> table = make_biased_classification(n_samples=400, random_state=0)
    >>> teacher = FairGenerator(table.sensitive_columns, max_epochs=2, random_state=0).fit(table.data, table.target)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(distill(teacher, max_epochs=2, random_state=0), Path(folder) / "student.skfairgen")
    ...     student = load(Path(folder) / "student.skfairgen")
    >>> len(student.sample(10)[0])
    10
    """
    content = to_bytes(estimator, private_export=private_export)
    path = Path(path)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


def load(path, *, max_bytes=1 << 30):
    """Read an estimator that :func:`save` wrote, onto the CPU.

    Nothing in the file is executed: classes are looked up in a list, values are plain JSON and numbers. The file is
    checked against the checksums it carries, which tell damage; they do not tell who wrote it.

    Parameters
    ----------
    path : str or Path
        The file.
    max_bytes : int, default=1 GiB
        Largest size of its unpacked contents, in bytes.

    Returns
    -------
    FairGenerator, DistilledGenerator, FairDistillResampler or FairEncoder
        The estimator; it draws and codes bit for bit what the saved one did (after a private export, what that left).
        Fitting it with ``warm_start=True`` begins anew.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is damaged, was not written by :func:`save`, comes from a newer format, names a class that is not
        on the list, or is larger than `max_bytes`.

    Examples
    --------
    >>> from skfairgen import load
    >>> load("student.skfairgen")
    Traceback (most recent call last):
    FileNotFoundError: ...
    """
    path = Path(path)
    n_bytes = path.stat().st_size
    if n_bytes > max_bytes:
        raise ValueError(
            f"{path} holds {n_bytes:,} bytes, and max_bytes allows {max_bytes:,}. Raise it if you trust it."
        )
    return from_bytes(path.read_bytes(), max_bytes)


def to_bytes(estimator, *, private_export="auto"):
    """Return the bytes that :func:`save` writes."""
    name = type(estimator).__name__
    if name not in SAVED or known_class(name) is not type(estimator):
        raise TypeError(f"{type(estimator).__name__} cannot be saved; save takes {', '.join(SAVED)}.")
    check_is_fitted(estimator)
    is_student = name == "DistilledGenerator"
    if private_export == "auto":
        private_export = is_student
    if private_export and not is_student:
        raise ValueError(
            f"private_export=True needs a DistilledGenerator, found {name}. Distill a generator and "
            "save the student, or leave private_export out."
        )
    writer = StateWriter()
    state = writer.write(without_records(estimator) if private_export else estimator)
    versions = {"python": platform.python_version(), **{package: version(package) for package in PACKAGES}}
    return write_archive(
        {"class": name, "private_export": bool(private_export), "versions": versions}, state, writer.arrays
    )


def from_bytes(content, max_bytes=1 << 30):
    """Return the estimator of the bytes that :func:`to_bytes` gave."""
    manifest, state, arrays = read_archive(content, max_bytes)
    try:
        reader = StateReader(arrays)
        estimator = reader.read(state)
        if type(estimator).__name__ not in SAVED:
            raise ValueError(f"it holds a {type(estimator).__name__}, expected one of {list(SAVED)}")
        for made in reader.known.values():
            if "device" in vars(made):
                made.device = "cpu"
    except (RecursionError, Exception) as error:  # whatever a made-up state trips over
        raise ValueError(f"The file cannot be loaded: {error} ({type(error).__name__}). Get a whole copy.") from error
    return estimator
