"""Playing: what reaches the device is what is in the recording, and no driver stops the caller."""

import gc
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.audio import driver_watch, streams
from desktop_app.audio.capture import Capture
from desktop_app.audio.devices import WRONG_CHANNELS
from desktop_app.audio.inputs import InputRequest
from desktop_app.audio.playing import voice
from desktop_app.audio.playing.feed import mixed
from desktop_app.audio.playing.fifo import FrameFifo
from desktop_app.audio.playing.outputs import OutputRequest
from desktop_app.audio.streams import (
    Player,
    PlayRequest,
    input_rates,
    list_input_devices,
    list_output_devices,
    open_input,
    open_output,
)
from desktop_app.errors import UserError
from tests.audio.fake_output import ArrayReader, FakeDevice

RATE = 8000


def numbered(count: int, channels: int = 1) -> NDArray[np.float32]:
    """Return frames that tell their own number: frame i is (i + 1) / 2^17, exact in float32 and never 0."""
    column = (np.arange(count, dtype=np.float32) + 1) / 2**17
    return np.repeat(column[:, None], channels, axis=1)


def numbers(heard: NDArray[np.float32]) -> list[int]:
    """Return the frame numbers that were heard, without silence."""
    column = heard[:, 0]
    return [round(float(value) * 2**17) - 1 for value in column[column != 0]]


def wait_for(condition: Callable[[], bool], timeout_s: float = 10) -> None:
    until_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < until_s, "nothing happened"
        time.sleep(0.005)


@pytest.fixture
def device() -> FakeDevice:
    return FakeDevice()


@pytest.fixture
def player(device: FakeDevice) -> Iterator[Player]:
    made = Player(device)
    yield made
    assert made.close(), "a player thread did not end"


def play_out(player: Player, request: PlayRequest) -> None:
    player.play(request)
    wait_for(lambda: not player.state.playing)


def test_the_whole_recording_reaches_the_device_unchanged_and_the_reader_is_closed(
    player: Player, device: FakeDevice
) -> None:
    reader = ArrayReader(numbered(RATE), RATE)
    play_out(player, PlayRequest(lambda: reader))
    assert numbers(device.output.heard) == list(range(RATE))
    assert player.state.problem == ""
    assert player.state.position_s == pytest.approx(1.0)
    assert reader.closed and device.output.closed


def test_a_stretch_is_played_to_the_frame(player: Player, device: FakeDevice) -> None:
    reader = ArrayReader(numbered(RATE), RATE)
    play_out(player, PlayRequest(lambda: reader, onset_s=0.25, offset_s=0.5))
    heard = device.output.heard[:, 0]
    fade = round(voice.FADE_S * RATE)
    assert np.count_nonzero(heard) == pytest.approx(RATE // 4, abs=1)
    assert numbers(device.output.heard)[fade:] == list(range(RATE // 4 + fade + 1, RATE // 2))
    assert reader.starts == [RATE // 4]


def test_a_loop_repeats_without_a_gap_until_it_is_stopped(player: Player, device: FakeDevice) -> None:
    reader = ArrayReader(numbered(RATE), RATE)
    player.play(PlayRequest(lambda: reader, onset_s=0.0, offset_s=0.1, loop=True))
    wait_for(lambda: bool(device.outputs) and len(device.output.heard) > RATE)
    assert 0 <= player.state.position_s <= 0.1
    player.stop()
    wait_for(lambda: device.output.closed)
    heard = numbers(device.output.heard)
    assert heard == (list(range(RATE // 10)) * (len(heard) // (RATE // 10) + 1))[: len(heard)]


def test_the_shortest_stretch_can_be_looped(player: Player, device: FakeDevice) -> None:
    player.play(PlayRequest(lambda: ArrayReader(numbered(RATE), RATE), onset_s=0.5, offset_s=0.5, loop=True))
    wait_for(lambda: bool(device.outputs) and len(device.output.heard) > 1000)
    assert player.state.playing


def test_the_position_runs_with_the_sound_and_behind_it_by_the_devices_delay(
    player: Player, device: FakeDevice
) -> None:
    device.speed, device.delay_s = 1, 0.2
    player.play(PlayRequest(lambda: ArrayReader(numbered(RATE * 3), RATE), onset_s=1.0))
    wait_for(lambda: bool(device.outputs) and len(device.output.blocks) > 60)
    handed_over_s = 1.0 + len(device.output.heard) / RATE
    assert player.state.position_s == pytest.approx(handed_over_s - 0.2, abs=0.12)
    player.stop()
    assert not player.state.playing


def test_seek_goes_on_from_there(player: Player, device: FakeDevice) -> None:
    player.play(PlayRequest(lambda: ArrayReader(numbered(RATE * 10), RATE), offset_s=9.5))
    wait_for(lambda: bool(device.outputs) and len(device.output.blocks) > 2)
    player.seek(9.0)
    wait_for(lambda: len(device.outputs) == 2 and not player.state.playing)
    assert player.state.position_s == pytest.approx(9.5)
    assert numbers(device.output.heard)[-1] == round(9.5 * RATE) - 1


def test_seek_behind_a_looped_stretch_plays_the_recording_on_from_there(player: Player, device: FakeDevice) -> None:
    player.play(PlayRequest(lambda: ArrayReader(numbered(RATE), RATE), onset_s=0.1, offset_s=0.2, loop=True))
    wait_for(lambda: bool(device.outputs) and len(device.output.blocks) > 2)
    player.seek(0.5)
    wait_for(lambda: len(device.outputs) == 2 and not player.state.playing)
    fade = round(voice.FADE_S * RATE)
    assert numbers(device.output.heard)[fade:] == list(range(RATE // 2 + fade + 1, RATE))


def test_another_device_takes_over_where_the_old_one_was(player: Player, device: FakeDevice) -> None:
    player.play(PlayRequest(lambda: ArrayReader(numbered(RATE * 2), RATE)))
    wait_for(lambda: player.state.position_s > 0.2)
    player.device = "Headphones"
    wait_for(lambda: len(device.outputs) == 2)
    assert device.output.request.device == "Headphones"
    wait_for(lambda: not player.state.playing)
    assert numbers(device.output.heard)[-1] == 2 * RATE - 1


def test_volume_is_ramped_and_its_square_is_the_amplitude(player: Player, device: FakeDevice) -> None:
    player.volume = 0.5
    assert player.volume == pytest.approx(0.5)
    ones = np.ones((RATE, 1), np.float32)
    play_out(player, PlayRequest(lambda: ArrayReader(ones, RATE), onset_s=0.1))
    heard = device.output.heard[:, 0]
    assert heard.max() == pytest.approx(0.25)
    assert np.abs(np.diff(heard[: RATE // 2])).max() < 0.25 / (voice.FADE_S * RATE) * 1.1


@pytest.mark.parametrize("device_rate", [48_000, 44_100, 4000])
def test_a_device_that_refuses_the_rate_gets_the_sound_resampled(
    player: Player, device: FakeDevice, device_rate: int
) -> None:
    device.sample_rate_hz = device_rate
    tone = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32)[:, None]
    play_out(player, PlayRequest(lambda: ArrayReader(tone, RATE)))
    heard = np.trim_zeros(device.output.heard[:, 0])
    assert len(heard) == pytest.approx(device_rate, rel=0.01)
    peak_hz = np.argmax(np.abs(np.fft.rfft(heard))) * device_rate / len(heard)
    assert peak_hz == pytest.approx(440, abs=2)


def test_a_resampled_loop_has_no_seam(player: Player, device: FakeDevice) -> None:
    device.sample_rate_hz = 48_000
    tone = np.sin(2 * np.pi * 400 * np.arange(RATE) / RATE).astype(np.float32)[:, None]
    player.play(PlayRequest(lambda: ArrayReader(tone, RATE), offset_s=0.1, loop=True))
    wait_for(lambda: bool(device.outputs) and len(device.output.heard) > 40_000)
    player.stop()
    heard = np.trim_zeros(device.output.heard[:, 0])[1000:30_000]
    step = 2 * np.pi * 400 / 48_000
    assert np.abs(np.diff(heard)).max() < step * 1.05


@pytest.mark.parametrize(("present", "wanted"), [(1, 2), (2, 1), (6, 2), (2, 8), (1, 1), (3, 2)])
def test_every_channel_of_the_recording_is_heard_somewhere(present: int, wanted: int) -> None:
    for channel in range(present):
        frames = np.zeros((10, present), np.float32)
        frames[:, channel] = 1
        out = mixed(frames, wanted)
        assert out.shape == (10, wanted)
        assert out.max() > 0
    assert np.abs(mixed(np.ones((10, present), np.float32), wanted)).max() == 1


def test_a_recording_that_cannot_be_opened_is_told(player: Player) -> None:
    def fail() -> ArrayReader:
        raise UserError("“a.wav” is empty.")

    play_out(player, PlayRequest(fail))
    assert player.state.problem == "“a.wav” is empty."


def test_a_device_that_refuses_is_told(player: Player, device: FakeDevice) -> None:
    device.refusal = "No sound device that can play was found."
    play_out(player, PlayRequest(lambda: ArrayReader(numbered(10), RATE)))
    assert player.state.problem == device.refusal


def test_an_empty_recording_ends_at_once(player: Player, device: FakeDevice) -> None:
    play_out(player, PlayRequest(lambda: ArrayReader(numbered(0), RATE), loop=True))
    assert player.state.problem == ""
    assert device.output.closed


def test_a_device_that_disappears_is_told(player: Player, device: FakeDevice) -> None:
    player.play(PlayRequest(lambda: ArrayReader(numbered(RATE * 10), RATE)))
    wait_for(lambda: bool(device.outputs) and len(device.output.blocks) > 2)
    device.output.active = False
    wait_for(lambda: not player.state.playing)
    assert "device is gone" in player.state.problem


def test_a_device_that_takes_no_sound_is_told(
    player: Player, device: FakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice, "SILENT_LIMIT_S", 0.1)
    device.deaf = True
    play_out(player, PlayRequest(lambda: ArrayReader(numbered(RATE), RATE)))
    assert "takes no sound" in player.state.problem


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_ours_never_looks_like_the_end_of_the_sound_and_lets_go_of_the_device(
    player: Player, device: FakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(capacity: int, channels: int) -> FrameFifo:
        if capacity > 1:
            raise MemoryError
        return FrameFifo(capacity, channels)

    monkeypatch.setattr(voice, "FrameFifo", too_large)
    play_out(player, PlayRequest(lambda: ArrayReader(numbered(RATE), RATE)))
    assert "a fault of Earmark" in player.state.problem
    assert device.output.closed


def test_a_driver_that_hangs_never_stops_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver_watch, "DRIVER_LIMIT_S", 0.05)
    release = threading.Event()
    device = FakeDevice()

    def hang(request: OutputRequest, fill: object) -> object:
        release.wait(10)
        return device(request, fill)  # type: ignore[arg-type]

    player = Player(hang)  # type: ignore[arg-type]
    player.play(PlayRequest(lambda: ArrayReader(numbered(10), RATE)))
    wait_for(lambda: not player.state.playing)
    assert "does not answer" in player.state.problem
    assert not player.close(timeout_s=0.05)
    release.set()
    assert player.close()


def test_ten_restarts_in_a_row_leave_one_voice(player: Player, device: FakeDevice) -> None:
    for number in range(10):
        player.play(PlayRequest(lambda: ArrayReader(numbered(RATE), RATE), onset_s=number / 20))
    wait_for(lambda: not player.state.playing)
    wait_for(lambda: all(output.closed for output in device.outputs))
    to_the_end = [output for output in device.outputs if numbers(output.heard)[-1:] == [RATE - 1]]
    assert len(to_the_end) == 1
    assert len(numbers(to_the_end[0].heard)) == pytest.approx(RATE * 0.55, rel=0.02)


class FakePortAudio:
    """As much of the sounddevice module as is used."""

    class PortAudioError(Exception):
        def __str__(self) -> str:
            return str(self.args[0])

    class Default:
        device = (0, 1)

    default = Default()

    def __init__(self, rates: set[int], most_channels: int = 2) -> None:
        self.rates = rates
        self.devices = [
            described("Mic", 0, most_channels, 0),
            described("Speakers", most_channels, 0, 1),
        ]
        self.opened: list[dict[str, object]] = []
        self.refusal: tuple[str, int] | None = None
        self.lookings = 0

    def query_devices(self, kind: str | None = None) -> object:
        if kind is None:
            return self.devices
        if not self.devices:
            raise self.PortAudioError("Error querying device -1")
        return self.devices[0 if kind == "input" else 1]

    def query_hostapis(self, index: int) -> dict[str, object]:
        return {"name": ("ALSA", "JACK")[index]}

    def OutputStream(self, **options: object) -> object:
        if options["samplerate"] not in self.rates:
            raise self.PortAudioError("Invalid sample rate [PaErrorCode -9997]")
        self.opened.append(options)
        return object()

    def check_input_settings(self, **options: object) -> None:
        if options["samplerate"] not in self.rates:
            raise self.PortAudioError("Invalid sample rate", -9997)

    def InputStream(self, **options: object) -> object:
        self.check_input_settings(**options)
        if self.refusal:
            raise self.PortAudioError(*self.refusal)
        self.opened.append(options)
        return OpenedStream()

    def _terminate(self) -> None:
        self.lookings += 1

    def _initialize(self) -> None:
        pass


class OpenedStream:
    """As much of a stream as is used."""

    stopped = True
    active = False

    def abort(self, ignore_errors: bool) -> None:
        pass

    def close(self, ignore_errors: bool) -> None:
        pass

    def start(self) -> None:
        pass


def described(name: str, outputs: int, inputs: int, index: int) -> dict[str, object]:
    counts = {"max_output_channels": outputs, "max_input_channels": inputs}
    return {"name": name, **counts, "default_samplerate": 48000.0, "index": index, "hostapi": 0}


def use(monkeypatch: pytest.MonkeyPatch, library: object) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", library)


def no_taking(block: NDArray[np.float32], overflowed: bool) -> None:
    pass


def no_sound(out: NDArray[np.float32], delay_s: float) -> None:
    out.fill(0)


def test_only_devices_that_play_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakePortAudio({48_000}))
    assert list_output_devices() == (streams.Device("Speakers", 2, 48_000, True, "ALSA"),)


def test_ultrasound_is_played_at_the_rate_the_device_prefers(monkeypatch: pytest.MonkeyPatch) -> None:
    library = FakePortAudio({48_000, 44_100})
    use(monkeypatch, library)
    output = open_output(OutputRequest("", 192_000, 4), no_sound)
    assert (output.sample_rate_hz, output.channels) == (48_000, 2)
    assert library.opened[0]["latency"] == streams.LATENCY_S


def test_a_device_that_was_unplugged_is_replaced_by_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    library = FakePortAudio({16_000})
    use(monkeypatch, library)
    open_output(OutputRequest("Headset", 16_000, 1), no_sound)
    assert library.opened[0]["device"] == 1


def test_no_device_and_a_device_that_refuses_everything_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    library = FakePortAudio(set())
    use(monkeypatch, library)
    with pytest.raises(UserError, match=r"“Speakers” refuses to play .*Invalid sample rate.*choose another"):
        open_output(OutputRequest("", 16_000, 1), no_sound)
    library.devices = []
    with pytest.raises(UserError, match="No sound device that can play was found"):
        open_output(OutputRequest("", 16_000, 1), no_sound)
    assert list_output_devices() == ()


def test_a_missing_portaudio_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    class Missing:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "sounddevice":
                raise OSError("PortAudio library not found")

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Missing(), *sys.meta_path])
    with pytest.raises(UserError, match="apt install libportaudio2"):
        list_output_devices()


def test_only_devices_that_record_are_listed_with_their_host_api(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakePortAudio({48_000}))
    (microphone,) = list_input_devices()
    assert microphone == streams.Device("Mic", 2, 48_000, True, "ALSA")
    assert microphone.full_name == "Mic (ALSA)"


@pytest.mark.parametrize("name", ["", "Mic", "Mic (ALSA)"])
def test_a_microphone_is_opened_at_the_rate_asked_for_or_its_own(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    library = FakePortAudio({48_000, 16_000}, most_channels=8)
    use(monkeypatch, library)
    own = open_input(InputRequest(name), no_taking)
    asked = open_input(InputRequest(name, 16_000, 1), no_taking)
    assert (own.sample_rate_hz, own.channels) == (48_000, 2)
    assert (asked.sample_rate_hz, asked.channels, asked.name) == (16_000, 1, "Mic")
    assert {options["latency"] for options in library.opened} == {streams.LATENCY_S}
    assert input_rates(name) == (16_000, 48_000)


def test_the_same_device_by_another_host_api_is_told_by_its_full_name(monkeypatch: pytest.MonkeyPatch) -> None:
    library = FakePortAudio({48_000})
    library.devices.append({**described("Mic", 0, 2, 2), "hostapi": 1})
    use(monkeypatch, library)
    open_input(InputRequest("Mic (JACK)"), no_taking)
    open_input(InputRequest("Mic"), no_taking)
    assert [options["device"] for options in library.opened] == [2, 0]


def test_a_microphone_that_is_gone_is_never_replaced_by_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakePortAudio({48_000}))
    with pytest.raises(UserError, match="“Headset” is not connected: plug it in"):
        open_input(InputRequest("Headset"), no_taking)


def test_a_microphone_that_refuses_says_what_it_would_take(monkeypatch: pytest.MonkeyPatch) -> None:
    library = FakePortAudio({48_000, 44_100})
    use(monkeypatch, library)
    with pytest.raises(UserError, match="does not record at 96000 Hz: choose one of 44100, 48000 Hz"):
        open_input(InputRequest(sample_rate_hz=96_000), no_taking)
    library.refusal = ("Device unavailable", WRONG_CHANNELS)
    with pytest.raises(UserError, match="has no 9 channels: choose at most 2"):
        open_input(InputRequest(channels=9), no_taking)
    library.refusal = ("Device unavailable", -9985)
    with pytest.raises(UserError, match=r"cannot be opened \(Device unavailable\): close the program that uses it"):
        open_input(InputRequest(), no_taking)
    library.devices = []
    with pytest.raises(UserError, match="No microphone was found"):
        open_input(InputRequest(), no_taking)


class TriedElsewhere:
    """What `subprocess.run` returns."""

    def __init__(self, status: int) -> None:
        self.returncode = status


@pytest.mark.parametrize(("status", "lookings"), [(0, 1), (-6, 0)])
def test_looking_for_devices_anew_is_left_out_where_it_kills_a_process(
    monkeypatch: pytest.MonkeyPatch, status: int, lookings: int
) -> None:
    library = FakePortAudio({48_000})
    use(monkeypatch, library)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: TriedElsewhere(status))
    assert list_input_devices(refresh=True)
    assert library.lookings == lookings


def test_looking_for_devices_anew_never_closes_an_open_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    library = FakePortAudio({48_000})
    use(monkeypatch, library)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: TriedElsewhere(0))
    microphone = open_input(InputRequest(), no_taking)
    list_input_devices(refresh=True)
    assert library.lookings == 0
    microphone.close()
    list_input_devices(refresh=True)
    assert library.lookings == 1


def test_a_closed_microphone_holds_no_sound_although_the_library_holds_its_callback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = FakePortAudio({48_000})
    use(monkeypatch, library)
    capture = Capture(InputRequest(), open_input)
    capture.start()
    assert capture.wait_open(5)
    ring = weakref.ref(capture.ring)
    assert capture.close()
    gc.disable()
    try:
        del capture
        assert library.opened[0]["callback"] is not None
        assert ring() is None, "three minutes of sound stay in memory"
    finally:
        gc.enable()
