"""A file is replaced whole, or left as it was."""

import os
import stat

import pytest

from skfairgen.files import atomic_write


def write(path, content):
    with atomic_write(path) as file:
        file.write(content)


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path):
    (tmp_path / "ordinary").touch()
    write(tmp_path / "new", b"new")
    assert (tmp_path / "new").read_bytes() == b"new"
    assert mode(tmp_path / "new") == mode(tmp_path / "ordinary")


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path):
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "file").chmod(0o640)
    write(str(tmp_path / "file"), b"new")
    assert (tmp_path / "file").read_bytes() == b"new" and mode(tmp_path / "file") == 0o640


def test_other_files_of_the_folder_are_not_touched(tmp_path):
    (tmp_path / "file.part").write_bytes(b"mine")
    write(tmp_path / "file", b"new")
    assert (tmp_path / "file.part").read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "file.part"]


@pytest.mark.parametrize("points_to", ["other", "nowhere"])
def test_a_symbolic_link_is_replaced_and_not_followed(tmp_path, points_to):
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "link").symlink_to(tmp_path / points_to)
    write(tmp_path / "link", b"new")
    assert not (tmp_path / "link").is_symlink() and (tmp_path / "link").read_bytes() == b"new"
    assert (tmp_path / "other").read_bytes() == b"other" and not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path, error):
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(error), atomic_write(tmp_path / "file") as file:
        file.write(b"half")
        raise error
    assert (tmp_path / "file").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
@pytest.mark.parametrize("through_link", [False, True])
def test_a_folder_a_device_or_a_pipe_is_not_replaced(tmp_path, make, through_link):
    make(tmp_path / "other")
    kind = stat.S_IFMT((tmp_path / "other").lstat().st_mode)
    (tmp_path / "link").symlink_to(tmp_path / "other")
    with pytest.raises(OSError, match="is a folder, a device or a pipe; expected a file"):
        write(tmp_path / ("link" if through_link else "other"), b"new")
    assert sorted(os.listdir(tmp_path)) == ["link", "other"] and (tmp_path / "link").is_symlink()
    assert stat.S_IFMT((tmp_path / "other").lstat().st_mode) == kind
