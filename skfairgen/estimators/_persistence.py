"""save and load: fitted estimators as one file of JSON and safetensors, without pickle."""

import io
import platform
from importlib.metadata import version
from os import PathLike
from typing import Any, BinaryIO, Literal

import pandas as pd
from sklearn.utils.validation import check_is_fitted

from skfairgen.estimators._export_account import export_account
from skfairgen.estimators._private_export import blanked_columns, without_records
from skfairgen.estimators._saved_states import CLASSES, estimator_from_state, estimator_to_state
from skfairgen.estimators._table_guards import warn_of_identifiers_in_a_file
from skfairgen.files import FORMAT_VERSION, pack, read_archive, to_version_2, unpack, write_archive

PACKAGES = ("skfairgen", "numpy", "pandas", "scikit-learn", "torch", "safetensors")


def save(
    estimator: Any, path: str | PathLike[str] | BinaryIO, *, private_export: bool | Literal["auto"] = "auto"
) -> pd.DataFrame | None:
    """Write a fitted estimator to a file that can be read without executing anything.

    The file is a zip of JSON and safetensors. It holds what drawing and coding rows need, and no row; seeds that are
    generators are left out, and so is a classifier given as `tuned_for`: plans made after loading are not tuned then.
    The same estimator gives the same bytes.

    Parameters
    ----------
    estimator : FairGenerator, DistilledGenerator, FairDistillResampler or FairEncoder
        Fitted.
    path : str, Path or binary file
        File to write; one that exists is replaced in one step, once the new one is whole.
    private_export : "auto" or bool, default="auto"
        Whether to leave out what few rows held: categories and groups seen fewer than ``min_category_count`` (5)
        times, and the numbers of each column's outermost 5 rows at either end. "auto" does so for a
        DistilledGenerator, and for no other. See the documentation of distillation for what rows then look like.

    Returns
    -------
    DataFrame or None
        Of a private export, what was coarsened, in words: "column" and "coarsened". It is not part of the file.

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
    ...     account = save(distill(teacher, max_epochs=2, random_state=0), Path(folder) / "student.skfairgen")
    ...     student = load(Path(folder) / "student.skfairgen")
    >>> len(student.sample(10)[0])
    10
    """
    written, *contents = _contents(estimator, private_export)
    is_private = written is not estimator
    fitted = getattr(estimator, "generator_", estimator)  # of a resampler, what draws
    warn_of_identifiers_in_a_file(fitted.reader_, blanked_columns(fitted) if is_private else [])
    write_archive(path, *contents)
    return export_account(fitted, written) if is_private else None


def load(path: str | PathLike[str] | BinaryIO, *, max_bytes: int = 1 << 30) -> Any:
    """Read an estimator that :func:`save` wrote, onto the CPU.

    Nothing in the file is executed: classes are looked up in a list, values are plain JSON and numbers. The file is
    checked against the checksums it carries, which tell damage; they do not tell who wrote it.

    Parameters
    ----------
    path : str, Path or binary file
        The file.
    max_bytes : int, default=1 GiB
        Largest size of its unpacked contents, in bytes.

    Returns
    -------
    FairGenerator, DistilledGenerator, FairDistillResampler or FairEncoder
        The estimator; it draws and codes bit for bit what the saved one did (after a private export, what that left).
        Fitting it with ``warm_start=True`` goes on from its weights.

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
    manifest, state, arrays = read_archive(path, max_bytes)
    try:
        read = to_version_2 if manifest["format_version"] == 1 else unpack
        state = read(state, arrays)
        return estimator_from_state(state, manifest["format_version"])
    except (RecursionError, Exception) as error:  # whatever a made-up state trips over
        raise ValueError(f"The file cannot be loaded: {error} ({type(error).__name__}). Get a whole copy.") from error


def size_bytes(estimator):
    """Return the bytes of the file that :func:`save` writes."""
    file = io.BytesIO()
    _, *contents = _contents(estimator, "auto")
    write_archive(file, *contents)
    return len(file.getvalue())


def _contents(estimator, private_export):
    """Return the estimator as it is written, and the manifest, the JSON state and the arrays of its file."""
    name = type(estimator).__name__
    if CLASSES.get(name) is not type(estimator):
        raise TypeError(f"{name} cannot be saved; save takes {', '.join(CLASSES)}.")
    check_is_fitted(estimator, "generator_" if name == "FairDistillResampler" else "model_")
    is_student = name == "DistilledGenerator"
    private_export = is_student if private_export == "auto" else bool(private_export)
    if private_export and not is_student:
        raise ValueError(
            f"private_export=True needs a DistilledGenerator, found {name}. Distill a generator and "
            "save the student, or leave private_export out."
        )
    written = without_records(estimator) if private_export else estimator
    whole = estimator_to_state(written)
    state, arrays = pack(whole)
    try:
        estimator_from_state(whole, FORMAT_VERSION)
    except Exception as error:  # a parameter that was changed after fit, or what no part can be made of
        raise ValueError(f"The estimator cannot be saved, because its file could not be loaded: {error}.") from error
    versions = {"python": platform.python_version(), **{package: version(package) for package in PACKAGES}}
    manifest = {
        "class": name,
        "private_export": private_export,
        "versions": versions,
    }
    return written, manifest, state, arrays
