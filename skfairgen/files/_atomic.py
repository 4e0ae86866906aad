"""Files that are replaced in one step, once the new contents are whole."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any


@contextmanager
def atomic_write(path: str | PathLike[str]) -> Iterator[Any]:
    """Open a new file for writing bytes; it takes the place of `path` when the block ends without an error.

    The bytes go to a new file of an unpredictable name in the same folder. After an error that file is removed, and
    `path` is as it was. A symbolic link is replaced by the file; what it points to is not touched. The new file has
    the mode of the file that it replaces, or that of any new file.

    Parameters
    ----------
    path : str or Path
        File to write.

    Yields
    ------
    binary file object

    Raises
    ------
    OSError
        If the folder does not exist or cannot be written to, or `path` is a folder, a device or a pipe.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_write(Path(folder) / "numbers") as file:
    ...         _ = file.write(b"123")
    ...     (Path(folder) / "numbers").read_bytes()
    b'123'
    """
    path = Path(path)
    if path.exists() and not path.is_file():
        raise OSError(f"{str(path)!r} is a folder, a device or a pipe; expected a file, or a name that is free.")
    unfinished = path.parent / f".{secrets.token_hex(16)}.unfinished"
    try:
        with open(unfinished, "xb") as file:  # x: never a file that exists, nor through a link
            yield file
            file.flush()
            os.fsync(file.fileno())
        if os.path.lexists(path) and stat.S_ISREG(mode := path.lstat().st_mode):
            unfinished.chmod(mode & 0o777)
        os.replace(unfinished, path)
    except BaseException:  # an interrupt leaves nothing behind either
        unfinished.unlink(missing_ok=True)
        raise
