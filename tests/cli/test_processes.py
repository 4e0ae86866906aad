"""The commands as processes: files, pipes, a full disk, an interrupt."""

import io
import os
import resource
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest

from skfairgen import load

LABELED = ["--target", "loan", "--sensitive", "group"]
needs_posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits are those of POSIX")


def rows_of(process):
    assert process.returncode == 0, process.stderr.decode()
    return pd.read_csv(io.BytesIO(process.stdout))


def test_fit_says_what_it_read_and_did_on_the_standard_error(fitted):
    process, path = fitted
    said = process.stderr.decode()
    assert process.returncode == 0, said
    assert process.stdout == b""
    assert "300 rows, 4 columns" in said
    assert "1 rows lack 'loan'" in said
    assert "100%" in said
    assert "\r" not in said
    assert load(path).groups_ == ["a", "b"]


def test_a_pipe_leads_from_rows_to_rows(csv, command):
    words = ["fit", "-", *LABELED, "--epochs", "1", "-o", "-"]
    with open(csv, "rb") as table:
        fit = subprocess.Popen([*command, *words], stdin=table, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    sample = subprocess.run([*command, "sample", "-", "-n", "20"], stdin=fit.stdout, capture_output=True)
    fit.stdout.close()
    assert fit.wait() == 0
    assert len(rows_of(sample)) == 20


@needs_posix
def test_a_full_disk_leaves_the_file_as_it_was(model, run, tmp_path):
    def limit_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, 4_096))

    path = tmp_path / "rows.csv"
    path.write_text("before")
    process = run("sample", model, "-n", 5_000, "-o", path, preexec_fn=limit_files)
    assert process.returncode == 1
    assert process.stderr.decode().splitlines()[-1] == "skfairgen sample: File too large."
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_full_standard_output_is_an_error(model, command):
    with open("/dev/full", "wb") as full:
        process = subprocess.run([*command, "sample", model, "-n", "30"], stdout=full, stderr=subprocess.PIPE)
    assert process.returncode == 1
    assert process.stderr.decode().splitlines() == ["skfairgen sample: No space left on device."]


@needs_posix
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_leaves_nothing_half_written(sent, status, model, tmp_path, command):
    words = ["sample", model, "-n", "50_000_000", "-o", tmp_path / "rows.csv"]
    process = subprocess.Popen(
        [*command, *words],
        stderr=subprocess.PIPE,
        text=True,
        # a suite that a shell runs in the background ignores SIGINT, and so would its children
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 120
    while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(tmp_path.iterdir())
    process.send_signal(sent)
    _, said = process.communicate(timeout=120)
    assert process.returncode == status
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@needs_posix
def test_a_reader_that_leaves_ends_the_command_quietly(model):
    piped = f"{sys.executable} -m skfairgen sample {model} -n 200000 | head -n 1"
    process = subprocess.run(["bash", "-o", "pipefail", "-c", piped], capture_output=True, text=True)
    assert process.returncode == 141
    assert process.stdout == "group,income,zip,loan\n"
    assert "Error" not in process.stderr
