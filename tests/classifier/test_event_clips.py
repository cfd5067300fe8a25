"""Clips of events hold the sound around them, are listed as unreviewed, and a disk that refuses is told."""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.audio.capture import Capture
from desktop_app.audio.inputs import InputRequest
from desktop_app.classifier import event_clips
from desktop_app.classifier.event_clips import MANIFEST, EventClips
from desktop_app.classifier.streaming import Event
from desktop_app.errors import UserError
from tests.audio.fake_input import FakeMicrophone
from tests.audio.test_streams import wait_for

RATE = 8_000


@pytest.fixture
def microphone() -> FakeMicrophone:
    return FakeMicrophone(sample_rate_hz=RATE, channels=2, speed=4)


@pytest.fixture
def capture(microphone: FakeMicrophone) -> Iterator[Capture]:
    made = Capture(InputRequest(), microphone)
    made.start()
    wait_for(lambda: made.state.frames > RATE // 2)
    yield made
    assert made.close()


def event(onset_s: float, label: str = "owl") -> Event:
    return Event(label, 0.9, onset_s, onset_s + 0.5, onset_s + 0.6, "owls")


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / MANIFEST).open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_clip_waits_for_the_sound_after_it_and_holds_every_channel(
    capture: Capture, microphone: FakeMicrophone, tmp_path: Path
) -> None:
    clips = EventClips(tmp_path, capture, context_s=0.25)
    path = clips.keep(event(1.0))
    assert clips.turn() == []
    assert not path.exists()
    wait_for(lambda: capture.state.frames > 2 * RATE)
    clips.turn()
    assert clips.close() == []
    sound, _ = soundfile.read(path, dtype="float32")
    np.testing.assert_allclose(sound, microphone.frames_from(RATE * 3 // 4, RATE, 2), atol=2**-15)
    (row,) = rows(tmp_path)
    assert (row["clip"], row["label"], row["score"], row["model"]) == (path.name, "owl", "0.9000", "owls")
    assert (row["onset_s"], row["offset_s"], row["status"]) == ("0.250", "0.750", "unreviewed")
    at_s = datetime.fromisoformat(row["recorded_at"]).timestamp()
    assert at_s == pytest.approx(capture.clock_s(RATE * 3 // 4), abs=0.01)
    assert path.name.endswith("_owl.flac")


def test_at_the_end_what_there_is_is_kept_and_a_second_run_adds_to_the_list(capture: Capture, tmp_path: Path) -> None:
    for label in ("owl", "wren/robin"):
        clips = EventClips(tmp_path, capture, context_s=100)
        path = clips.keep(event(0.1, label))
        assert clips.close() == []
        assert soundfile.info(path).frames >= RATE // 2
    assert [row["label"] for row in rows(tmp_path)] == ["owl", "wren/robin"]
    assert len(list(tmp_path.glob("*.flac"))) == 2


def test_a_folder_that_cannot_be_made_is_told(capture: Capture, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UserError, match="choose another folder"):
        EventClips(tmp_path / "file" / "clips", capture)


def test_a_clip_that_cannot_be_saved_is_told_and_the_next_one_is_saved(capture: Capture, tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    clips = EventClips(folder, capture, context_s=0)
    folder.rmdir()
    clips.keep(event(-0.4))
    wait_for(lambda: bool(problems := clips.turn()) and "its folder does not exist" in str(problems[0]))
    folder.mkdir()
    path = clips.keep(event(-0.2))
    assert clips.close() == []
    assert path.exists()


def test_a_fault_of_ours_is_told_and_logged(
    capture: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clips = EventClips(tmp_path, capture, context_s=0.1)
    monkeypatch.setattr(event_clips, "save_audio", lambda *_: 1 / 0)
    clips.keep(event(0.2))
    (problem,) = clips.close()
    assert "a fault of Earmark" in str(problem)
    assert "ZeroDivisionError" in caplog.text
    caplog.clear()
