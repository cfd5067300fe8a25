"""What may be opened, and how folders are listed: in order, as they come, without falling into traps."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.audio.sources import find_audio, is_file, is_folder, require_regular_file, shown_name, typed_path
from desktop_app.errors import UserError

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="the file system has no such thing")
no_rights_for_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() == 0, reason="for root there are no forbidden files"
)


def _touch(path: Path, size: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    return path


def _listed(folder: Path) -> tuple[list[str], list[str]]:
    problems: list[str] = []
    found = [f.path.relative_to(folder).as_posix() for f in find_audio(folder, problems=problems.append)]
    return found, problems


def test_files_come_before_subfolders_by_name_without_regard_to_case(tmp_path: Path) -> None:
    for name in ("b.wav", "A.FLAC", "c.txt", "sub/z.mp3", "sub/deep/y.ogg", "Another/x.wav"):
        _touch(tmp_path / name)
    assert _listed(tmp_path) == (["A.FLAC", "b.wav", "Another/x.wav", "sub/z.mp3", "sub/deep/y.ogg"], [])


def test_numbers_in_names_count_as_numbers(tmp_path: Path) -> None:
    for name in ("clip 10.wav", "clip 9.wav", "Clip 1.wav", "day 12/a.wav", "day 2/a.wav"):
        _touch(tmp_path / name)
    assert _listed(tmp_path)[0] == ["Clip 1.wav", "clip 9.wav", "clip 10.wav", "day 2/a.wav", "day 12/a.wav"]


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    _touch(tmp_path / ".hidden.wav")
    _touch(tmp_path / ".git" / "a.wav")
    assert _listed(tmp_path) == ([], [])


def test_size_and_time_come_along(tmp_path: Path) -> None:
    path = _touch(tmp_path / "a.wav", 1234)
    os.utime(path, (1_000_000, 1_000_000))
    (found,) = find_audio(tmp_path, problems=pytest.fail)
    assert (found.path, found.size_bytes, found.modified_s) == (path, 1234, 1_000_000)


def test_the_first_file_comes_before_the_rest_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path / "a.wav")
    _touch(tmp_path / "later" / "b.wav")
    opened: list[str] = []
    real = os.scandir

    def scandir(path: Path) -> Iterator[os.DirEntry[str]]:
        opened.append(Path(path).name)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    listing = find_audio(tmp_path, problems=pytest.fail)
    assert next(listing).path.name == "a.wav"
    assert opened == [tmp_path.name]
    assert next(listing).path.name == "b.wav"


@posix_only
def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    _touch(tmp_path / "sub" / "a.wav")
    (tmp_path / "sub" / "again").symlink_to(tmp_path)
    assert _listed(tmp_path)[0] == ["sub/a.wav"]


@posix_only
def test_a_linked_file_is_listed_and_a_broken_link_is_told(tmp_path: Path) -> None:
    _touch(tmp_path / "a.wav")
    (tmp_path / "b.wav").symlink_to(tmp_path / "a.wav")
    (tmp_path / "c.wav").symlink_to(tmp_path / "nowhere.wav")
    found, problems = _listed(tmp_path)
    assert found == ["a.wav", "b.wav"]
    assert len(problems) == 1 and "c.wav" in problems[0]


@posix_only
def test_a_pipe_named_like_a_recording_is_left_out(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    assert _listed(tmp_path) == ([], [])


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    found, problems = _listed(tmp_path / "gone")
    assert found == [] and len(problems) == 1 and "gone" in problems[0]


@no_rights_for_root
def test_an_unreadable_folder_is_told_and_the_scan_goes_on(tmp_path: Path) -> None:
    locked = _touch(tmp_path / "locked" / "a.wav").parent
    _touch(tmp_path / "open" / "b.wav")
    locked.chmod(0)
    try:
        found, problems = _listed(tmp_path)
    finally:
        locked.chmod(stat.S_IRWXU)
    assert found == ["open/b.wav"]
    assert len(problems) == 1 and "locked" in problems[0]


@posix_only
def test_names_that_are_no_utf8_are_found_and_can_be_printed(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.wav"
    try:
        Path(os.fsdecode(raw)).write_bytes(b"x")
    except OSError:
        pytest.skip("this disk takes UTF-8 names only")
    (found,) = find_audio(tmp_path, problems=pytest.fail)
    assert os.fsencode(found.path) == raw
    assert shown_name(found.path).encode() == "caf\ufffd.wav".encode()


def test_a_home_folder_of_nobody_stays_as_it_was_typed() -> None:
    assert typed_path("~/sounds") == Path.home() / "sounds"
    assert typed_path("~nobody-of-that-name/sounds") == Path("~nobody-of-that-name/sounds")


def test_what_cannot_be_reached_is_neither_folder_nor_file(tmp_path: Path) -> None:
    assert is_folder(tmp_path) and not is_file(tmp_path)
    assert is_file(_touch(tmp_path / "a.wav")) and not is_folder(tmp_path / "a.wav")
    for path in (tmp_path / "gone", tmp_path / ("x" * 300), tmp_path / "a.wav" / "b", tmp_path / "\0"):
        assert not is_folder(path) and not is_file(path)


def test_a_regular_file_gives_its_stat(tmp_path: Path) -> None:
    assert require_regular_file(_touch(tmp_path / "a.wav", 7)).st_size == 7


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"“gone\.wav” does not exist"):
        require_regular_file(tmp_path / "gone.wav")


def test_a_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is a folder"):
        require_regular_file(tmp_path)


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is empty \(0 bytes\)"):
        require_regular_file(_touch(tmp_path / "a.wav", 0))


@posix_only
def test_a_pipe_says_so(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.wav")
    with pytest.raises(UserError, match="a pipe or a device"):
        require_regular_file(tmp_path / "a.wav")


@posix_only
def test_a_link_to_itself_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.wav").symlink_to(tmp_path / "a.wav")
    with pytest.raises(UserError, match="leads back to itself"):
        require_regular_file(tmp_path / "a.wav")


@posix_only
def test_an_endless_name_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="too long"):
        require_regular_file(tmp_path / ("x" * 300 + ".wav"))


def test_a_file_where_a_folder_should_be_says_so(tmp_path: Path) -> None:
    _touch(tmp_path / "a.wav")
    with pytest.raises(UserError, match="does not exist"):
        require_regular_file(tmp_path / "a.wav" / "b.wav")


def test_a_name_with_a_nul_says_so() -> None:
    with pytest.raises(UserError, match="not a possible file name"):
        require_regular_file("a\0b.wav")


@no_rights_for_root
def test_a_forbidden_file_says_so(tmp_path: Path) -> None:
    path = _touch(tmp_path / "a.wav")
    path.chmod(0)
    with pytest.raises(UserError, match="may not be read"):
        require_regular_file(path)


def test_a_file_that_access_refuses_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UserError, match="may not be read: ask for permission"):
        require_regular_file(_touch(tmp_path / "a.wav"))
