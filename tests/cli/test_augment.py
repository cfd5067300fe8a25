"""`earmark augment`: the same number gives the same sound again, another one another."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from tests.cli.conftest import Earmark
from tests.cli.labelled_tones import write_classes

SOUND = ("--set", "sound.sample_rate_hz=8000", "--set", "sound.window_s=0.5")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return class folders of tones without the damaged file, which may be drawn."""
    folder = write_classes(tmp_path / "data")
    (folder / "low" / "broken.wav").unlink()
    return folder


def test_examples_are_written_and_come_back_by_their_number(earmark: Earmark, data: Path, tmp_path: Path) -> None:
    answers = [
        earmark("augment", "--data", data, *SOUND, "--count", 2, "--seed", seed, "--out", tmp_path / name)
        for seed, name in ((7, "one"), (7, "again"), (9, "other"))
    ]
    assert [answer.status for answer in answers] == [0, 0, 0]
    one, again, other = ([Path(line) for line in answer.out.splitlines()] for answer in answers)
    assert len(one) == 4 and [path.name[-10:] for path in one[:2]] == ["before.wav", "-after.wav"]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in again]
    assert [path.name for path in one] != [path.name for path in other]
    assert not np.array_equal(sf.read(one[0])[0], sf.read(one[1])[0])


@pytest.mark.parametrize("front_end", ["log_mel", "spectrogram", "waveform"])
def test_without_changes_a_clip_stays_as_it_is(earmark: Earmark, data: Path, tmp_path: Path, front_end: str) -> None:
    plain = ("--set", "training.augmentation=false", "--set", f"front_end.kind={front_end}")
    answer = earmark("augment", "--data", data, *SOUND, *plain, "--count", 1, "--out", tmp_path / "out")
    before, after = (Path(line) for line in answer.out.splitlines())
    assert before.read_bytes() == after.read_bytes()


def test_what_cannot_be_heard_is_one_sentence(earmark: Earmark, data: Path, tmp_path: Path) -> None:
    assert "Name what is to be learnt" in earmark("augment", "--out", tmp_path / "out").err
    assert "--count 0 makes no sense" in earmark("augment", "--data", data, "--count", 0).err
    (tmp_path / "file").write_text("")
    answer = earmark("augment", "--data", data, "--out", tmp_path / "file" / "out")
    assert answer.status == 2 and "file" in answer.err


def test_a_line_that_is_no_request_is_a_problem_and_the_next_one_is_heard(
    earmark: Earmark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('no json\n{"config": 3}\n{"config": "x = [", "clip": 1, "seed": 1}\n'))
    answer = earmark("augment", "--json-lines", "--out", tmp_path / "out")
    assert answer.status == 0
    told = [json.loads(line) for line in answer.out.splitlines()]
    assert [each["event"] for each in told] == ["error"] * 3
    assert "Line 3 is no JSON object" in told[2]["text"]
