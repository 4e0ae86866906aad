"""main: from words to a command, and from errors to one line."""

import os
import signal
import sys
import threading
import warnings
from collections.abc import Sequence
from contextlib import contextmanager

from skfairgen._version import __version__
from skfairgen.cli import _compare, _demo, _distill, _evaluate, _fit, _info, _sample
from skfairgen.cli._parser import add_command, new_parser
from skfairgen.cli._terminal import plain_lines, say

COMMANDS = (_demo, _compare, _fit, _sample, _distill, _evaluate, _info)
INTERRUPTED, TERMINATED, READER_LEFT = 130, 143, 141  # 128 + the signal, as shells count


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command of ``skfairgen``.

    Results go to the standard output, all else that is said to the standard error.

    Parameters
    ----------
    arguments : list of str or None, default=None
        Words after the program's name; None takes those of the command line.

    Returns
    -------
    int
        Exit status: 0; 1 when something is wrong with the input, the output or what is installed; 130 after Ctrl-C;
        141 when the reader of a pipe has left.

    Raises
    ------
    SystemExit
        If the words are not understood (status 2), ask for help or the version (status 0), or the process is
        terminated (status 143).

    Examples
    --------
    >>> from skfairgen.cli import main
    >>> main([])
    usage: skfairgen ...
    0
    """
    parser, commands = new_parser(__version__)
    for command in COMMANDS:
        add_command(commands, command)
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    with _warnings_as_lines(), _cleaning_up_when_terminated(), plain_lines():
        return _status(options)


def _status(options):
    try:
        options.run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        say("\nStopped. No unfinished file is left.")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python says it again when it ends
        return READER_LEFT
    except Exception as error:
        if options.debug:
            raise
        say(f"skfairgen {options.command}: {_in_one_line(error)}")
        _forget_output()
        return 1
    return 0


def _in_one_line(error):
    text = " ".join(str(error).split())
    if isinstance(error, (ImportError, ValueError)) and text:
        return text
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."
    return f"{type(error).__name__}: {text} (--debug shows where)"


def _forget_output():
    """Drop what could not be written, or Python tries, and complains, once more when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _warnings_as_lines():
    def show(message, category, *_):
        say(f"{category.__name__}: {' '.join(str(message).split())}")

    with warnings.catch_warnings():
        warnings.showwarning = show
        yield


@contextmanager
def _cleaning_up_when_terminated():
    def leave(*_):
        sys.exit(TERMINATED)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
