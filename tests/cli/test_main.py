"""Words, help, errors in one line."""

import json
import subprocess
import sys

import pandas as pd
import pyarrow.parquet
import pytest

from skfairgen import __version__
from skfairgen.cli import main
from skfairgen.cli._main import COMMANDS

LABELED = ["--target", "loan", "--sensitive", "group"]


def test_the_command_line_shows_help_and_version(capsys):
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert all(f"    {command.NAME} " in shown for command in COMMANDS)
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert stop.value.code == 0
    assert capsys.readouterr().out.split() == ["skfairgen", __version__]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.NAME)
def test_help_has_an_example_that_is_understood(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command.NAME, "--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert command.EXAMPLE in shown
    assert max(map(len, shown.splitlines())) <= 120
    for line in command.EXAMPLE.splitlines():
        words = line.split("|")[0].replace("skfairgen", "", 1).split()
        assert subprocess.run([sys.executable, "-c", _PARSE, *words]).returncode == 0, line


_PARSE = """
import sys
from skfairgen.cli import _main
_main._status = lambda options: 0
sys.exit(_main.main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "words",
    [
        ["demo", "--seed", "-1"],
        ["demo", "--seed", "x"],
        ["sample", "m", "-n", "0"],
        ["fit", "loans.csv", "-o", "m", "--criterion", "fair"],
        ["nothing"],
    ],
)
def test_a_wrong_word_is_named(words, capsys):
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2
    assert words[-1] in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["demo", "--sensitive", "age"], "race and sex"),
        (["demo", "--csv", "loans.csv"], "both --csv and --target"),
        (["demo", "--csv", "no_such.csv", *LABELED], "No such file or directory: no_such.csv"),
        (["fit", "no_such.parquet", "-o", "m"], "No such file or directory: no_such.parquet"),
        (["fit", "table.xls", "-o", "m"], "ends in none of .csv, .csv.gz, .parquet"),
        (["fit", "empty.csv", "-o", "m"], "empty.csv cannot be read: No columns to parse"),
        (["fit", "head.csv", "-o", "m"], "head.csv holds no row"),
        (["fit", "broken.csv", "-o", "m"], "broken.csv cannot be read"),
        (["fit", "twice.csv", "-o", "m"], "twice.csv cannot be read: more than one column has the name 'a': rename"),
        (["fit", "twice.parquet", "-o", "m"], "more than one column has the name 'a': rename all but one"),
        (["fit", "broken.parquet", "-o", "m"], "broken.parquet cannot be read"),
        (
            ["fit", "loans.csv", "--target", "lone", "-o", "m"],
            "no column 'lone'. Its columns: group, income, zip, loan",
        ),
        (["fit", "loans.csv", "--target", "loan", "--sensitive", "race", "-o", "m"], "no column 'race'"),
        (["demo", "--csv", "loans.csv", "--target", "loan", "--sensitive", "loan"], "as target and as sensitive"),
        (["fit", "loans.csv", "--dtypes", "broken.csv", "-o", "m"], "is not JSON"),
        (["fit", "loans.csv", "--dtypes", "list.json", "-o", "m"], "holds no JSON object"),
        (["fit", "loans.csv", "--dtypes", "dtypes.json", "-o", "m"], "'income' the dtype 'number'"),
        (["compare", "loans.csv", *LABELED], "denied and granted: name the one that people want with --favorable"),
        (["compare", "loans.csv", *LABELED, "--favorable", "given"], "no 'given', only denied, granted"),
        (["sample", "no_such.skfairgen", "-n", "3"], "No such file"),
        (["sample", "loans.csv", "-n", "3"], "cannot be loaded"),
        (["sample", "no_such.skfairgen", "-n", "3", "-o", "rows.xls"], "rows.xls ends in none of"),
        (["fit", "loans.csv", "-o", "nowhere/m"], "No such folder: nowhere."),
        (["distill", "m", "-o", "nowhere/m"], "No such folder: nowhere."),
        (["compare", "loans.csv", *LABELED, "--html", "nowhere/page.html"], "No such folder: nowhere."),
        (["info", "loans.csv"], "cannot be loaded"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(words, message, csv, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loans.csv").write_bytes(csv.read_bytes())
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "head.csv").write_text("a,b\n")
    (tmp_path / "twice.csv").write_text("a,b,a\n1,2,3\n")
    pyarrow.parquet.write_table(pyarrow.table([[1], [2]], names=["a", "a"]), tmp_path / "twice.parquet")
    (tmp_path / "broken.csv").write_text('a,b\n1,2\n1,2,3\n"')
    (tmp_path / "broken.parquet").write_text("PAR1")
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "dtypes.json").write_text('{"income": "number"}')
    before = sorted(tmp_path.iterdir())
    assert main(words) == 1
    said = capsys.readouterr()
    assert message in said.err.splitlines()[-1]
    assert said.err.splitlines()[-1].startswith(f"skfairgen {words[0]}: ")
    assert "Traceback" not in said.err
    assert said.out == ""
    assert sorted(tmp_path.iterdir()) == before
    with pytest.raises((ValueError, OSError)):
        main([*words, "--debug"])


def test_an_error_of_ours_tells_its_kind(csv, capsys, monkeypatch):
    monkeypatch.setattr("skfairgen.cli._tables.read_table", lambda *_: 1 / 0)
    assert main(["fit", str(csv), "-o", "m"]) == 1
    assert capsys.readouterr().err == "skfairgen fit: ZeroDivisionError: division by zero (--debug shows where)\n"


def test_dtypes_are_inferred_told_and_can_be_fixed(csv, tmp_path, capsys):
    from skfairgen.cli._tables import read_dtypes, read_table

    assert read_table(str(csv))["zip"].dtype == "int64"
    told = json.loads(capsys.readouterr().err.splitlines()[-1])
    assert told["income"] == "float64"
    (tmp_path / "dtypes.json").write_text(json.dumps(told | {"zip": "str"}))
    fixed = read_table(str(csv), read_dtypes(tmp_path / "dtypes.json"))
    assert set(fixed["zip"]) == {"01", "02", "30"}


def test_a_parquet_file_without_pyarrow_says_what_to_install(capsys, monkeypatch):
    monkeypatch.setattr("skfairgen.cli._tables.find_spec", lambda _: None)
    assert main(["fit", "loans.parquet", "-o", "m"]) == 1
    assert "loans.parquet needs pyarrow: pip install pyarrow" in capsys.readouterr().err


def test_times_are_read_where_dtypes_say_so(tmp_path):
    from skfairgen.cli._tables import read_table

    (tmp_path / "days.csv").write_text("day\n2020-01-31\n")
    read = read_table(str(tmp_path / "days.csv"), {"day": "datetime64[ns]"})
    assert read["day"].tolist() == [pd.Timestamp("2020-01-31")]


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"group;loan\na;1\nb;0\n", "its only column is 'group;loan': save the file with commas"),
        ("group,loan\nä,1\n".encode("latin-1"), "cannot be read as UTF-8"),
    ],
)
def test_a_table_of_a_spreadsheet_says_how_to_save_it(contents, message, tmp_path, capsys):
    (tmp_path / "t.csv").write_bytes(contents)
    assert main(["fit", str(tmp_path / "t.csv"), *LABELED, "-o", str(tmp_path / "m")]) == 1
    assert message.lower() in capsys.readouterr().err.lower()


def test_a_file_that_is_no_generator_is_named(csv, capsys):
    assert main(["info", str(csv)]) == 1
    assert "loans.csv: The file cannot be loaded" in capsys.readouterr().err


def test_no_table_is_overwritten_by_its_result(loans, tmp_path, capsys):
    path = tmp_path / "loans.csv"
    loans.to_csv(path, index=False)
    before = path.read_bytes()
    assert main(["fit", str(path), *LABELED, "--epochs", "1", "-o", str(tmp_path / "." / "loans.csv")]) == 1
    assert "would be overwritten" in capsys.readouterr().err
    assert main(["compare", str(path), *LABELED, "--html", str(path)]) == 1
    assert "would be overwritten" in capsys.readouterr().err
    assert main(["demo", "--csv", str(path), *LABELED, "--html", str(path)]) == 1
    assert "would be overwritten" in capsys.readouterr().err
    assert path.read_bytes() == before
