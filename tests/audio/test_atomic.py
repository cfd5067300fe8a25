"""A file is written whole or not at all."""

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from desktop_app.audio.atomic import explain_write_error, replacing
from desktop_app.errors import UserError

posix = pytest.mark.skipif(os.name == "nt", reason="links, rights and devices as POSIX has them")


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if entry.name != ".user")


def test_the_new_file_takes_the_place_of_the_old_one_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(b"old")
    with replacing(target) as file:
        file.write(b"new")
        file.flush()
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert names_in(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("interruption", [ValueError, KeyboardInterrupt, UserError])
def test_an_exception_leaves_the_old_file_and_no_other(tmp_path: Path, interruption: type[BaseException]) -> None:
    target = tmp_path / "a.csv"
    target.write_bytes(b"old")
    with pytest.raises(interruption), replacing(target) as file:
        file.write(b"half")
        raise interruption
    assert target.read_bytes() == b"old"
    assert names_in(tmp_path) == ["a.csv"]


def test_the_file_in_the_making_is_hidden(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.wav"):
        assert all(name.startswith(".") and not name.endswith(".wav") for name in names_in(tmp_path))


@posix
def test_a_link_keeps_pointing_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    with replacing(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@posix
def test_the_rights_of_the_old_file_are_kept(tmp_path: Path) -> None:
    target = tmp_path / "a.wav"
    target.write_bytes(b"old")
    target.chmod(0o640)
    with replacing(target) as file:
        file.write(b"new")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@posix
def test_a_pipe_is_refused_and_stays(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UserError, match="device or a pipe"), replacing(tmp_path / "pipe"):
        pass
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("missing/a.wav", "its folder does not exist: create it"),
        ("folder", "is a folder: choose a file name"),
        ("file/a.wav", "is a file and no folder|its folder does not exist"),
        ("x" * 300 + ".wav", "too long a name|could not be written"),
    ],
)
def test_a_target_that_cannot_be_is_told_in_a_sentence(tmp_path: Path, path: str, sentence: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=sentence), replacing(tmp_path / path):
        pass
    assert names_in(tmp_path) == ["file", "folder"]


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_the_right_to_write_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="may not be written there"), replacing(tmp_path / "a.wav"):
        pass
    tmp_path.chmod(0o700)


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux's")
def test_a_full_disk_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no room left.*free some space"), replacing(tmp_path / "a.wav"):
        Path("/dev/full").write_bytes(b"x")
    assert names_in(tmp_path) == []


def test_a_name_that_is_not_text_can_be_told() -> None:
    sentence = str(explain_write_error(OSError(errno.ENOSPC, "full"), "/x/caf\udce9.wav"))
    assert "caf�.wav" in sentence
    sentence.encode()
