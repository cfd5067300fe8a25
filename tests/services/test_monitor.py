"""The monitor tells the window what the microphone hears; recordings appear; nothing blocks the GUI thread."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from desktop_app.audio.inputs import InputRequest
from desktop_app.audio.levels import Levels
from desktop_app.audio.recorder import RecordSettings, gone_sentence
from desktop_app.classifier.checkpoint import LoadedModel, save_checkpoint
from desktop_app.classifier.event_rule import EventRule
from desktop_app.classifier.listener import Heard, Listener
from desktop_app.errors import UserError
from desktop_app.services import monitor as monitor_module
from desktop_app.services.jobs import JobRunner
from desktop_app.services.messages import Message, Messages
from desktop_app.services.monitor import Monitor
from desktop_app.services.monitor_thread import HeardEvent
from desktop_app.services.recording import Recording
from tests.audio.fake_input import FakeMicrophone
from tests.classifier.conftest import RATE_HZ, tone, tone_model

__all__ = ["tone_model"]  # a fixture

ANY = InputRequest()


@pytest.fixture
def microphone() -> FakeMicrophone:
    """Return a microphone that hears a high tone and silence, over and over."""
    made = FakeMicrophone(sample_rate_hz=RATE_HZ)
    made.sound = np.concatenate([tone("high", RATE_HZ), tone("_silence_", 2 * RATE_HZ)])
    return made


@pytest.fixture
def messages() -> Messages:
    return Messages()


@pytest.fixture
def told(messages: Messages) -> list[Message]:
    """Return the list into which messages go."""
    found: list[Message] = []
    messages.posted.connect(found.append)
    return found


@pytest.fixture
def monitor(runner: JobRunner, messages: Messages, microphone: FakeMicrophone) -> Iterator[Monitor]:
    made = Monitor(runner, messages, microphone)
    yield made
    assert made.close(), "a thread of the monitor did not end"


@pytest.fixture
def recording(monitor: Monitor, messages: Messages) -> Iterator[Recording]:
    made = Recording(monitor, messages)
    yield made
    assert made.close()


@pytest.fixture
def model(tone_model: LoadedModel, tmp_path: Path) -> Path:
    path = tmp_path / "tones.safetensors"
    save_checkpoint(path, tone_model.network, tone_model.card)
    return path


def listing(signal: object) -> list[object]:
    """Return the list into which a signal's values go."""
    found: list[object] = []
    signal.connect(found.append)  # type: ignore[attr-defined]
    return found


def until(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=15_000)


def test_levels_come_while_it_listens_and_stop_with_it(monitor: Monitor, qtbot: QtBot) -> None:
    levels, running = listing(monitor.levels), listing(monitor.running_changed)
    monitor.start(ANY)
    until(qtbot, lambda: len(levels) > 5)
    assert isinstance(levels[-1], Levels)
    assert monitor.state.phase == "running"
    monitor.stop()
    count = len(levels)
    qtbot.wait(100)
    assert (len(levels), running) == (count, [True, False])
    assert monitor.capture is not None
    assert len(monitor.piece(0, 0.05).frames) == 400


def test_events_are_told_with_time_and_clip_and_the_load_with_lag(
    monitor: Monitor, qtbot: QtBot, model: Path, tmp_path: Path
) -> None:
    heard, loads, cards = listing(monitor.heard), listing(monitor.load), listing(monitor.model_changed)
    monitor.keep_clips(tmp_path / "heard", 0.1)
    monitor.set_model(model)
    until(qtbot, lambda: len(cards) == 1)
    monitor.start(ANY)
    until(qtbot, lambda: len(heard) >= 1)
    event = heard[0]
    assert isinstance(event, HeardEvent)
    assert event.event.label == "high"
    assert event.clip is not None
    clip = event.clip
    until(qtbot, (tmp_path / "heard" / "predictions.csv").is_file)
    assert soundfile.info(clip).duration == pytest.approx(0.7, abs=0.11)
    assert loads[-1].lag_s < 1  # type: ignore[attr-defined]


def test_model_and_rule_change_while_it_listens(monitor: Monitor, qtbot: QtBot, model: Path) -> None:
    heard, results, cards = listing(monitor.heard), listing(monitor.results), listing(monitor.model_changed)
    monitor.set_rule(EventRule(threshold=1.0))
    monitor.start(ANY)
    monitor.set_model(model)
    until(qtbot, lambda: len(results) > 12)
    assert heard == []
    monitor.set_rule(EventRule(threshold=0.3))
    until(qtbot, lambda: len(heard) >= 1)
    monitor.set_model(None)
    until(qtbot, lambda: len(cards) == 2)
    assert cards[-1] is None


def test_a_model_that_cannot_be_used_is_told_and_the_sound_goes_on(
    monitor: Monitor, qtbot: QtBot, tmp_path: Path, told: list[Message]
) -> None:
    levels = listing(monitor.levels)
    monitor.start(ANY)
    monitor.set_model(tmp_path / "missing.safetensors")
    until(qtbot, lambda: bool(told))
    assert "“missing.safetensors” does not exist" in told[0].text
    before = len(levels)
    until(qtbot, lambda: len(levels) > before + 2)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_while_judging_is_told_and_the_sound_goes_on(
    monitor: Monitor, qtbot: QtBot, told: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    levels, refused = listing(monitor.levels), []
    monitor.model_refused.connect(lambda: refused.append(True))
    monitor.start(ANY)
    until(qtbot, lambda: bool(levels))
    turn, failed = Listener.turn, []

    def fail_once(listener: Listener) -> Heard:
        if not failed:
            failed.append(listener)
            raise ZeroDivisionError
        return turn(listener)

    monkeypatch.setattr(Listener, "turn", fail_once)
    until(qtbot, lambda: bool(told))
    assert "a fault of Earmark" in told[0].text and refused
    before = len(levels)
    until(qtbot, lambda: len(levels) > before + 2)


def test_a_clip_that_cannot_be_saved_is_told_although_listening_was_stopped(
    monitor: Monitor, qtbot: QtBot, model: Path, tmp_path: Path, told: list[Message]
) -> None:
    heard, cards = listing(monitor.heard), listing(monitor.model_changed)
    monitor.keep_clips(tmp_path / "heard", 60.0)  # longer than the sound that comes: it waits for the end
    monitor.set_model(model)
    until(qtbot, lambda: len(cards) == 1)
    monitor.start(ANY)
    until(qtbot, lambda: len(heard) >= 1)
    (tmp_path / "heard").rmdir()
    monitor.stop()
    until(qtbot, lambda: bool(told))
    assert "its folder does not exist" in told[0].text


def test_a_folder_for_clips_that_cannot_be_made_is_told(
    monitor: Monitor, qtbot: QtBot, tmp_path: Path, told: list[Message]
) -> None:
    (tmp_path / "file").write_text("no folder")
    monitor.start(ANY)
    monitor.keep_clips(tmp_path / "file" / "clips")
    until(qtbot, lambda: bool(told))
    assert monitor.running


def test_a_microphone_that_cannot_be_opened_is_told_once_and_nothing_listens(
    monitor: Monitor, qtbot: QtBot, microphone: FakeMicrophone, told: list[Message]
) -> None:
    states = listing(monitor.state_changed)
    microphone.refusal = "No microphone was found: connect or switch one on, then try again."
    monitor.start(ANY)
    until(qtbot, lambda: not monitor.running)
    assert states[-1].problem == microphone.refusal  # type: ignore[attr-defined]
    assert told == [], "it is told where the person looks already"


def test_a_microphone_that_goes_away_is_shown_and_goes_on_when_it_is_back(
    monitor: Monitor, qtbot: QtBot, microphone: FakeMicrophone
) -> None:
    states = listing(monitor.state_changed)
    monitor.start(ANY)
    until(qtbot, lambda: monitor.state.phase == "running")
    microphone.input.active = False
    until(qtbot, lambda: len(monitor.state.gaps) == 1 and monitor.state.phase == "running")
    assert [state.phase for state in states] == ["opening", "running", "away", "running"]  # type: ignore[attr-defined]
    assert monitor.running


def test_another_microphone_takes_over(monitor: Monitor, qtbot: QtBot, microphone: FakeMicrophone) -> None:
    monitor.start(ANY)
    until(qtbot, lambda: monitor.state.phase == "running")
    monitor.start(InputRequest("Other"))
    until(qtbot, lambda: monitor.state.device == "Other" and monitor.state.phase == "running")
    until(qtbot, lambda: microphone.inputs[0].closed)


def test_microphones_are_listed_off_the_gui_thread(
    monitor: Monitor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(monitor_module, "list_input_devices", lambda refresh: ("Mic", refresh))
    with qtbot.waitSignal(monitor.devices_listed) as listed:
        for _ in range(5):
            monitor.list_devices()
        assert len(monitor._runner.active) == 1
    assert listed.args == [["Mic", True]]


def test_why_there_is_no_list_of_microphones_is_told(
    monitor: Monitor, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_library(*, refresh: bool) -> None:
        raise UserError("Sound devices need the PortAudio library: install it.")

    monkeypatch.setattr(monitor_module, "list_input_devices", no_library)
    with qtbot.waitSignal(monitor.listing_failed) as failed:
        monitor.list_devices()
    assert failed.args == ["Sound devices need the PortAudio library: install it."]


def test_a_recording_begins_with_the_sound_before_the_key_and_is_told_when_complete(
    monitor: Monitor, recording: Recording, qtbot: QtBot, tmp_path: Path
) -> None:
    complete, finished = listing(recording.file_finished), listing(recording.finished)
    monitor.start(ANY)
    until(qtbot, lambda: monitor.state.frames > RATE_HZ)
    recording.start(RecordSettings(tmp_path, pre_roll_s=0.5), ANY)
    until(qtbot, lambda: recording.state.frames > RATE_HZ)
    assert recording.running
    recording.stop()
    until(qtbot, lambda: bool(finished))
    assert finished == [complete]
    (path,) = complete
    assert isinstance(path, Path)
    assert soundfile.info(path).frames > RATE_HZ
    assert monitor.running
    assert not recording.running


def test_recording_opens_the_microphone_where_nothing_listens_yet(
    monitor: Monitor, recording: Recording, qtbot: QtBot, tmp_path: Path
) -> None:
    recording.start(RecordSettings(tmp_path), ANY)
    assert monitor.running
    until(qtbot, lambda: recording.state.frames > 0)


def test_recording_without_a_microphone_ends_with_the_reason(
    monitor: Monitor, recording: Recording, microphone: FakeMicrophone, qtbot: QtBot, tmp_path: Path
) -> None:
    microphone.refusal = "No microphone was found: connect or switch one on, then try again."
    recording.start(RecordSettings(tmp_path), ANY)
    until(qtbot, lambda: not recording.running)
    assert monitor.state.problem == microphone.refusal


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be deleted there")
def test_a_recording_that_is_deleted_meanwhile_is_told_and_not_shown_at_the_end(
    monitor: Monitor, recording: Recording, qtbot: QtBot, tmp_path: Path, told: list[Message]
) -> None:
    finished = listing(recording.finished)
    recording.start(RecordSettings(tmp_path, pattern="{part}"), ANY)
    until(qtbot, lambda: recording.state.frames > 0)
    (tmp_path / "1.flac").unlink()
    until(qtbot, lambda: len(recording.state.files) == 2)
    recording.stop()
    until(qtbot, lambda: len(finished) == 1)
    assert finished == [[tmp_path / "2.flac"]]
    assert [message.text for message in told] == [gone_sentence(tmp_path / "1.flac")]


def test_a_disk_without_room_ends_the_recording_with_the_reason(
    monitor: Monitor, recording: Recording, qtbot: QtBot, tmp_path: Path, told: list[Message]
) -> None:
    recording.start(RecordSettings(tmp_path, reserve_bytes=10**18), ANY)
    until(qtbot, lambda: not recording.running)
    assert "nearly full" in told[0].text
    assert monitor.running
