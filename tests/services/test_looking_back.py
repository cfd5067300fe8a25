"""A glance holds exactly what the stream held; files of one kind take each other's place; clips are named by time."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from desktop_app.audio.capture import Capture
from desktop_app.audio.clips import ClipRequest
from desktop_app.audio.inputs import InputRequest
from desktop_app.services import looking_back as looking_back_module
from desktop_app.services.free_space import FreeSpace
from desktop_app.services.jobs import Cancelled, JobContext, JobRunner
from desktop_app.services.live_folders import clips_folder, recordings_folder
from desktop_app.services.looking_back import Glance, LookingBack
from desktop_app.services.messages import Message, Messages
from desktop_app.services.playback import Playback
from desktop_app.services.settings import LivePreferences
from tests.audio.fake_input import FakeMicrophone
from tests.audio.fake_output import FakeDevice
from tests.audio.test_streams import wait_for

RATE = 8_000


@pytest.fixture
def messages() -> Messages:
    return Messages()


@pytest.fixture
def looking_back(runner: JobRunner, messages: Messages) -> Iterator[LookingBack]:
    playback = Playback(runner, messages, FakeDevice())
    made = LookingBack(runner, messages, playback)
    yield made
    playback.close()
    made.close()


@pytest.fixture
def microphone() -> FakeMicrophone:
    return FakeMicrophone(sample_rate_hz=RATE, channels=2, speed=4)


@pytest.fixture
def capture(microphone: FakeMicrophone) -> Iterator[Capture]:
    made = Capture(InputRequest(), microphone, history_s=2)
    made.start()
    wait_for(lambda: made.state.frames > 3 * RATE)
    yield made
    assert made.close()


def taken(looking_back: LookingBack, capture: Capture, qtbot: QtBot) -> Glance:
    with qtbot.waitSignal(looking_back.taken, timeout=20_000) as told:
        looking_back.take(capture)
    glance: Glance = told.args[0]
    return glance


def test_a_glance_is_the_sound_of_the_stream_sample_by_sample(
    looking_back: LookingBack, capture: Capture, microphone: FakeMicrophone, qtbot: QtBot
) -> None:
    capture.stop()
    wait_for(lambda: capture.state.phase == "ended")
    glance = taken(looking_back, capture, qtbot)
    sound, rate_hz = soundfile.read(glance.path, dtype="float32")
    assert rate_hz == RATE
    assert len(sound) == pytest.approx(2 * RATE, rel=0.03)
    assert glance.second_of(glance.start + RATE) == 1.0
    np.testing.assert_array_equal(sound, microphone.frames_from(glance.start, len(sound), 2))


def test_the_next_glance_takes_the_place_of_the_last_but_not_of_what_plays(
    looking_back: LookingBack, capture: Capture, qtbot: QtBot
) -> None:
    first = taken(looking_back, capture, qtbot)
    newest_s = capture.state.frames / RATE
    looking_back.play(capture, newest_s - 0.5, newest_s - 0.2)
    second = taken(looking_back, capture, qtbot)
    assert not first.path.exists()
    assert second.path.exists()
    wait_for(lambda: len(list(second.path.parent.glob("event-*.wav"))) == 1)
    folder = second.path.parent
    looking_back.close()
    assert not folder.exists()


def test_a_clip_is_named_after_the_time_it_began_in_a_folder_named_after_its_label(
    looking_back: LookingBack, capture: Capture, tmp_path: Path, qtbot: QtBot
) -> None:
    glance = taken(looking_back, capture, qtbot)
    at_s = datetime(2026, 5, 1, 4, 30, 15).timestamp()
    for expected in ("2026-05-01_04-30-15.flac", "2026-05-01_04-30-15 (2).flac"):
        with qtbot.waitSignal(looking_back.cut_finished, timeout=20_000) as told:
            looking_back.cut(ClipRequest(glance.path, 0.25, 0.75, "con/../yes"), at_s, tmp_path)
        path: Path = told.args[0]
        assert path.name == expected
        assert path.parent.parent == tmp_path
        assert soundfile.info(path).frames == RATE // 2


def test_a_clip_that_cannot_be_written_is_told(
    looking_back: LookingBack, messages: Messages, capture: Capture, tmp_path: Path, qtbot: QtBot
) -> None:
    glance = taken(looking_back, capture, qtbot)
    (tmp_path / "file").write_text("no folder")
    with qtbot.waitSignal(messages.posted, timeout=20_000) as told:
        looking_back.cut(ClipRequest(glance.path, 0.25, 0.75), 0.0, tmp_path / "file")
    message: Message = told.args[0]
    assert message.level == "error"


def test_free_space_is_told_of_a_folder_that_is_not_there_yet(runner: JobRunner, tmp_path: Path, qtbot: QtBot) -> None:
    space = FreeSpace(runner)
    with qtbot.waitSignal(space.found, timeout=20_000) as told:
        space.watch(tmp_path / "not" / "yet")
    space.stop()
    assert told.args[0] > 0


def test_recordings_and_clips_have_a_place_of_their_own_until_one_is_chosen(tmp_path: Path) -> None:
    assert recordings_folder(LivePreferences()).name == "Earmark"
    assert clips_folder(LivePreferences(folder=str(tmp_path))) == tmp_path / "clips"
    assert clips_folder(LivePreferences(clips_folder=str(tmp_path))) == tmp_path


def test_a_look_back_that_was_overtaken_leaves_the_newer_one_its_file(capture: Capture, tmp_path: Path) -> None:
    newer, overtaken = tmp_path / "glance-2.wav", JobContext(lambda: None)
    newer.write_bytes(b"sound")
    overtaken.cancel()
    with pytest.raises(Cancelled):
        looking_back_module._write(overtaken, capture, (RATE, 2 * RATE), tmp_path / "glance-1.wav")
    assert newer.exists()
