"""Playback: the play head follows, the end and every problem are told, and nothing blocks."""

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from desktop_app import assets
from desktop_app.audio.reader import open_audio
from desktop_app.errors import UserError
from desktop_app.services import playback as playback_module
from desktop_app.services.jobs import JobRunner
from desktop_app.services.messages import Message, Messages
from desktop_app.services.playback import Playback
from tests.audio.fake_output import ArrayReader, FakeDevice

RATE = 8000
CLIP = Path("clip.wav")


def open_clip(path: Path) -> ArrayReader:
    if path != CLIP:
        raise UserError(f"“{path}” does not exist.")
    return ArrayReader(np.full((RATE // 2, 1), 0.5, np.float32), RATE)


@pytest.fixture
def device() -> FakeDevice:
    return FakeDevice()


@pytest.fixture
def messages() -> Messages:
    return Messages()


@pytest.fixture
def playback(runner: JobRunner, messages: Messages, device: FakeDevice) -> Iterator[Playback]:
    made = Playback(runner, messages, device, open_clip)
    yield made
    assert made.close()


def test_the_play_head_moves_forward_to_the_end_which_is_told_once(playback: Playback, qtbot: QtBot) -> None:
    positions: list[float] = []
    playing: list[bool] = []
    playback.position_changed.connect(positions.append)
    playback.playing_changed.connect(playing.append)
    with qtbot.waitSignal(playback.ended):
        playback.play(CLIP)
    assert len(positions) >= 3
    assert positions == sorted(positions)
    assert positions[-1] == playback.position_s == pytest.approx(0.5)
    assert playing == [True, False]
    qtbot.wait(50)
    assert playing == [True, False]


def test_the_timer_runs_only_while_sound_does(playback: Playback, qtbot: QtBot) -> None:
    assert not playback._timer.isActive()
    playback.play(CLIP, loop=True)
    assert playback._timer.isActive()
    playback.stop()
    assert not playback._timer.isActive() and not playback.playing


def test_stop_is_not_an_end(playback: Playback, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(playback.ended, wait=100):
        playback.play(CLIP)
        qtbot.waitUntil(lambda: playback.position_s > 0.1)
        playback.stop()
    assert playback.position_s > 0.1


def test_a_loop_goes_on_until_it_is_stopped(playback: Playback, device: FakeDevice, qtbot: QtBot) -> None:
    playback.play(CLIP, 0.0, 0.05, loop=True)
    qtbot.waitUntil(lambda: bool(device.outputs) and len(device.output.heard) > RATE)
    assert playback.playing
    playback.stop()
    assert not playback.playing


def test_a_recording_that_cannot_be_opened_is_a_message(playback: Playback, messages: Messages, qtbot: QtBot) -> None:
    heard: list[Message] = []
    messages.posted.connect(heard.append)
    with qtbot.assertNotEmitted(playback.ended):
        playback.play(Path("gone.wav"))
        qtbot.waitUntil(lambda: not playback.playing)
    assert [(message.level, message.text) for message in heard] == [("error", "“gone.wav” does not exist.")]


def test_volume_and_device_reach_the_player(playback: Playback, device: FakeDevice, qtbot: QtBot) -> None:
    playback.set_volume(0.5)
    playback.set_device("Headphones")
    with qtbot.waitSignal(playback.ended):
        playback.play(CLIP)
    assert device.output.request.device == "Headphones"
    assert device.output.heard.max() == pytest.approx(0.125)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".gsm", ".amr"])
def test_bundled_recordings_of_every_kind_are_heard_as_they_decode(
    runner: JobRunner, messages: Messages, device: FakeDevice, qtbot: QtBot, suffix: str
) -> None:
    found = [path for path in sorted(assets.samples_dir().iterdir()) if path.suffix == suffix]
    if not found:
        pytest.skip(f"no sample ends with {suffix}")
    with open_audio(found[0]) as reader:
        expected = reader.read()[: 2 * reader.sample_rate_hz]
        rate_hz = reader.sample_rate_hz
    playback = Playback(runner, messages, device)
    with qtbot.waitSignal(playback.ended, timeout=20_000):
        playback.play(found[0], 0.0, len(expected) / rate_hz)
    assert playback.close()
    assert device.output.sample_rate_hz == rate_hz
    np.testing.assert_allclose(sounding(device.output.heard), sounding(expected), atol=1e-6)


def sounding(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the frames that are not silent: a busy machine may put silence between what the player delivers."""
    return frames[np.abs(frames).max(axis=1) > 1e-6]


def test_listing_devices_does_not_block(
    playback: Playback, messages: Messages, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    returned = threading.Event()

    def slow(*, refresh: bool) -> tuple[str, ...]:
        assert returned.wait(10), "the caller waits for the driver"
        return ("Speakers", f"refreshed {refresh}")

    monkeypatch.setattr(playback_module, "list_output_devices", slow)
    for _ in range(5):
        playback.list_devices()  # the menu is opened again and again while the driver hangs
    assert len(playback._runner.active) == 1
    with qtbot.waitSignal(playback.devices_listed) as told:
        returned.set()
    assert told.args == [["Speakers", "refreshed True"]]


def test_a_library_that_is_missing_is_a_message(
    playback: Playback, messages: Messages, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*, refresh: bool) -> tuple[str, ...]:
        raise UserError("Playing needs the PortAudio library.")

    monkeypatch.setattr(playback_module, "list_output_devices", fail)
    playback.list_devices()
    with qtbot.waitSignal(messages.posted) as told:
        pass
    assert told.args[0].text == "Playing needs the PortAudio library."
