"""What all commands share: help, version, exit status."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app import __version__
from desktop_app.__main__ import main, wants_window
from desktop_app.audio.formats import writable_formats
from desktop_app.cli.shared import cells, duration_text, say, seconds, size_text
from tests.cli.conftest import Earmark


def test_the_version(earmark: Earmark) -> None:
    answer = earmark("--version")
    assert (answer.status, answer.out) == (0, f"earmark {__version__}\n")


@pytest.mark.parametrize("command", [[], ["info"], ["classify"], ["export"], ["evaluate"], ["models"]])
def test_help_teaches_by_example(earmark: Earmark, command: list[str]) -> None:
    answer = earmark(*command, "--help")
    assert answer.status == 0
    assert f"earmark {' '.join(command)}".strip() in answer.out
    assert answer.out.count("earmark ") >= 4


def test_the_help_of_export_lists_what_can_be_written(earmark: Earmark) -> None:
    help_text = earmark("export", "--help").out
    assert all(f"  {entry.name} " in help_text for entry in writable_formats())
    assert "{onset_s}" in help_text


@pytest.mark.parametrize(
    "arguments",
    [["frobnicate"], ["info"], ["info", "--colour", "a.wav"], ["export", "a.wav"], ["classify", "a.wav", "--hop", "x"]],
)
def test_misuse_is_two_and_told_on_stderr(earmark: Earmark, arguments: list[str]) -> None:
    answer = earmark(*arguments)
    assert answer.status == 2
    assert answer.out == ""
    assert "usage: earmark" in answer.err


@pytest.mark.parametrize("argument", ["x" * 300, "~nobody-of-that-name/sounds", "gone"])
def test_a_path_that_cannot_be_is_no_folder_to_open(argument: str) -> None:
    assert not wants_window([argument])


def test_a_folder_without_recordings_is_told(earmark: Earmark, tmp_path: Path) -> None:
    answer = earmark("info", tmp_path)
    assert answer.status == 2
    assert answer.err.startswith("earmark: There are no recordings in “")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_a_reader_that_leaves_early_is_no_error(folder: Path) -> None:
    command = f"{sys.executable} -m desktop_app info {folder} --json | head -c 1"
    finished = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert finished.stdout == "["
    assert "Traceback" not in finished.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", ["info", "models"])
def test_a_disk_that_is_full_is_one_sentence(folder: Path, command: str, unbuffered: str) -> None:
    arguments = [str(folder)] if command == "info" else []
    with Path("/dev/full").open("w") as full:
        finished = subprocess.run(
            [sys.executable, "-m", "desktop_app", command, *arguments],
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert finished.returncode == 2
    assert finished.stderr.splitlines()[-1].startswith("earmark: What is printed cannot be written (No space left")
    assert "Traceback" not in finished.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_a_closed_stdout_is_no_fault(folder: Path) -> None:
    command = f"{sys.executable} -m desktop_app info {folder / 'stereo.wav'} >&-"
    finished = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (finished.returncode, finished.stderr) == (0, "")


def test_ctrl_c_while_libraries_load_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("desktop_app.cli.main", interrupted)
    assert main(["info"]) == 130


def test_a_name_that_is_not_text_is_printed_as_escapes(tmp_path: Path) -> None:
    try:
        (tmp_path / "caf\udce9.wav").write_bytes(b"no sound")
    except (OSError, UnicodeError):
        pytest.skip("this file system takes text only")
    finished = subprocess.run(
        [sys.executable, "-m", "desktop_app", "info", "--json", tmp_path], capture_output=True, check=False
    )
    assert finished.returncode == 1
    assert b"caf\\udce9.wav" in finished.stdout


@pytest.mark.parametrize(
    ("text", "value"), [("12.5", 12.5), ("1:02.5", 62.5), ("1:00:00", 3_600), ("0", 0), ("0:0:0.001", 0.001)]
)
def test_times_are_seconds_minutes_or_hours(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "-1", "nan", "inf", "1:2:3:4", "1,5", "one"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"could not convert|^" + re.escape(text)):
        seconds(text)


@pytest.mark.parametrize(
    ("duration_s", "text"),
    [(None, "?"), (0, "0:00.000"), (1.25, "0:01.250"), (59.9996, "1:00.000"), (3_723.5, "1:02:03.500")],
)
def test_durations_read_like_a_clock(duration_s: float | None, text: str) -> None:
    assert duration_text(duration_s) == text


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(None, "?"), (0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (99_960, "100 kB"), (2_500_000, "2.5 MB")],
)
def test_sizes_read_as_in_a_file_manager(size_bytes: int | None, text: str) -> None:
    assert size_text(size_bytes) == text


def test_names_with_control_characters_are_told_without_them(capsys: pytest.CaptureFixture[str]) -> None:
    say("“tab\there\x1b[31m” is left out.\nAnd “ja ✓”.")
    assert capsys.readouterr().err == "“tab\\x09here\\x1b[31m” is left out.\nAnd “ja ✓”.\n"
    (cell,) = cells("red\x1b[31m")
    assert cell.plain == "red\\x1b[31m"


def test_how_to_open_the_window_is_listed_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "--help"]) == 0
    assert "Open the window, on a folder or a recording" in capsys.readouterr().out
    assert main(["--help"]) == 0
    assert "    open         open the window" in capsys.readouterr().out
