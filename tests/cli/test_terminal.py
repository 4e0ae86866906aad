"""Bars on a terminal, lines elsewhere."""

import io
import sys

from tqdm import tqdm

from skfairgen.cli._terminal import plain_lines, say, show


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown_on(stream, monkeypatch):
    monkeypatch.setattr(sys, "stderr", stream)
    with plain_lines():
        for _ in tqdm(range(50), mininterval=0, desc="Work"):
            pass
        say("Done.")
    return stream.getvalue()


def test_a_terminal_shows_a_bar(monkeypatch):
    assert shown_on(Terminal(), monkeypatch).count("\r") >= 50


def test_a_file_shows_a_few_lines(monkeypatch):
    lines = shown_on(io.StringIO(), monkeypatch).splitlines()
    assert [line.split("%")[0] for line in lines] == ["Work:   0", "Work: 100", "Done."]


def test_names_cannot_steer_the_terminal(capsys):
    say("column \x1b]0;title\x07")
    show("group \x1b[2Jälter\r\n\tof 9")
    out, err = capsys.readouterr()
    assert (err, out) == ("column \ufffd]0;title\ufffd\n", "group \ufffd[2Jälter\ufffd\n\tof 9\n")
