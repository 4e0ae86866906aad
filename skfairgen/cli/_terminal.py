"""What is said beside the result: on the standard error, as bars on a terminal and as lines elsewhere."""

import re
import sys
from contextlib import contextmanager, redirect_stderr
from time import monotonic

SECONDS_BETWEEN_LINES = 5
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # a name in a file could move the cursor, or set the title


def show(text, file=None):
    """Write a line of the result to the standard output, without the control characters that names may hold."""
    print(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", text), file=file, flush=file is not None)


def say(text):
    """Write a line to the standard error."""
    show(text, sys.stderr)


@contextmanager
def plain_lines():
    """Turn progress bars into a line every few seconds, unless the standard error is a terminal."""
    if sys.stderr.isatty():
        yield
        return
    with redirect_stderr(_Lines(sys.stderr)):
        yield


class _Lines:
    """A text stream that lets few of the states of a progress bar through, each as a line."""

    def __init__(self, stream):
        self._stream = stream
        self._due = 0.0
        self._is_in_bar = self._is_full = False

    def write(self, text):
        if text.startswith("\r"):
            self._write_state(text.strip())
        elif not (self._is_in_bar and text == "\n"):
            self._stream.write(text)
        self._is_in_bar = text.startswith("\r")
        return len(text)

    def _write_state(self, state):
        was_full, self._is_full = self._is_full, "100%" in state
        if self._is_full and was_full or not (self._is_full or monotonic() >= self._due):
            return
        self._due = monotonic() + SECONDS_BETWEEN_LINES
        self._stream.write(f"{state}\n")

    def __getattr__(self, name):
        return getattr(self._stream, name)
