"""`earmark classify` judges what it can, gives a reason for the rest, and keeps what is done."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.assets import DEFAULT_MODEL, models_dir, samples_dir
from desktop_app.classifier.checkpoint import LoadedModel, save_checkpoint
from desktop_app.cli.classify import CSV_COLUMNS
from tests.classifier.conftest import tone_model, write_tone
from tests.cli.conftest import Earmark

__all__ = ["tone_model", "write_tone"]  # fixtures

TEN_WORDS = {"yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"}


@pytest.fixture
def model(tone_model: LoadedModel, tmp_path: Path) -> Path:
    path = tmp_path / "tones.safetensors"
    save_checkpoint(path, tone_model.network, tone_model.card)
    return path


@pytest.fixture
def tones(write_tone: Callable[..., Path], tmp_path: Path) -> Path:
    """Return a folder with a high tone, a low one after silence, and a file that is no sound."""
    (tmp_path / "tones").mkdir()
    write_tone("tones/a high.wav", ("high", 0.5))
    write_tone("tones/b, then low.wav", ("_silence_", 1.0), ("low", 0.5))
    (tmp_path / "tones" / "c broken.wav").write_text("no sound at all")
    return tmp_path / "tones"


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))


def test_the_best_find_of_each_recording_is_a_line(earmark: Earmark, model: Path, tones: Path) -> None:
    answer = earmark("classify", tones, "--model", model)
    assert answer.status == 0
    header, high, low, broken = answer.out.splitlines()
    assert header.split() == ["Recording", "From", "s", "To", "s", "Label", "Score"]
    assert "a high.wav" in high
    assert high.split()[-4:-1] == ["0.00", "0.50", "high"]
    assert low.split()[-4:-1] == ["1.00", "1.50", "low"]
    assert "“c broken.wav”" in broken
    assert "3 recordings (6 windows) judged in" in answer.err
    assert "1 could not be read" in answer.err


def test_every_window_is_a_row_of_the_csv_file(earmark: Earmark, model: Path, tones: Path, tmp_path: Path) -> None:
    answer = earmark("classify", tones, "--model", model, "--csv", tmp_path / "out.csv", "--hop", "0.5")
    rows = rows_of((tmp_path / "out.csv").read_text(encoding="utf-8"))
    assert (answer.status, answer.out) == (0, "")
    assert f"saved in {tmp_path / 'out.csv'}" in answer.err
    assert tuple(rows[0]) == CSV_COLUMNS
    assert [(row["onset_s"], row["offset_s"], row["label"]) for row in rows] == [
        ("0.000", "0.500", "high"),
        ("0.000", "0.500", "_silence_"),
        ("0.500", "1.000", "_silence_"),
        ("1.000", "1.500", "low"),
        ("", "", ""),
    ]
    assert rows[1]["path"] == str(tones / "b, then low.wav")
    assert {row["model"] for row in rows[:4]} == {"tones"}
    assert all(0.5 < float(row["score"]) <= 1 and not row["error"] for row in rows[:4])
    assert "c broken.wav" in rows[4]["error"]


def test_the_csv_can_go_to_stdout(earmark: Earmark, model: Path, tones: Path) -> None:
    answer = earmark("classify", tones / "a high.wav", "--model", model, "--csv", "-")
    assert [row["label"] for row in rows_of(answer.out)] == ["high"]


def test_one_broken_file_alone_is_no_misuse(earmark: Earmark, model: Path, tones: Path) -> None:
    answer = earmark("classify", tones / "c broken.wav", tones / "missing.wav", "--model", model)
    assert answer.status == 0
    assert "2 could not be read" in answer.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--model", "nightingale"], "no model named “nightingale”"),
        (["--model", "missing.safetensors"], "“missing.safetensors” does not exist"),
        (["--hop", "0"], "The hop must be more than 0"),
        (["--csv", "missing/out.csv"], "its folder does not exist"),
    ],
)
def test_misuse_is_told_and_leaves_no_file(
    earmark: Earmark, model: Path, tones: Path, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    defaults = ["--model", str(model), "--csv", str(tmp_path / "out.csv")]
    answer = earmark("classify", tones, *defaults, *arguments)
    assert answer.status == 2
    assert sentence in answer.err
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.skipif(os.name == "nt", reason="Ctrl+C as POSIX sends it")
def test_ctrl_c_keeps_what_is_done_and_says_so(model: Path, write_tone: Callable[..., Path], tmp_path: Path) -> None:
    recording = write_tone("long.wav", ("high", 60.0))
    command = [sys.executable, "-m", "desktop_app", "classify", *[recording] * 500]
    command += ["--model", model, "--hop", "0.02", "--csv", tmp_path / "out.csv"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        wait_for_rows(tmp_path)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        told = process.stderr.read()
    rows = rows_of((tmp_path / "out.csv").read_text(encoding="utf-8"))
    assert process.returncode == 130
    assert "Stopped: " in told
    assert "of 500 recordings judged; saved in" in told
    assert "Traceback" not in told
    assert rows
    assert {row["label"] for row in rows} == {"high"}
    assert not list(tmp_path.glob(".earmark-*"))


def wait_for_rows(folder: Path) -> None:
    """Wait until some verdicts lie in the file in the making."""
    for _ in range(600):
        if any(path.stat().st_size > 1_000 for path in folder.glob(".earmark-*")):
            return
        time.sleep(0.05)
    pytest.fail("no verdict within 30 s")


def test_a_new_user_sees_the_bundled_words_found(earmark: Earmark) -> None:
    if not (models_dir() / f"{DEFAULT_MODEL}.safetensors").is_file():
        pytest.skip("the bundled model is not here")
    answer = earmark("classify", samples_dir())
    found = {Path(line.split()[0]).name: line.split()[-2] for line in answer.out.splitlines()[1:]}
    words = {name: sample_label for name in found if (sample_label := name.lower().split("-")[0]) in TEN_WORDS}
    assert answer.status == 0
    assert len(words) == 16
    assert sum(found[name] == label for name, label in words.items()) >= 15, found
    assert found["quiet-room.flac"] == "_silence_"
    assert found["seven-other-word.flac"] == "_unknown_"
