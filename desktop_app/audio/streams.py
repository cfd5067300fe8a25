"""Sound devices, through PortAudio: the only module that imports sounddevice, and only when a device is wanted.

The wheels of sounddevice bring PortAudio on macOS and Windows; on Linux the import raises OSError without it. Calls
into PortAudio may block for ever and are not thread-safe among each other: one lock serves them, and none is made on
the GUI thread.
"""

import contextlib
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from desktop_app.audio.devices import USUAL_RATES_HZ, WRONG_RATE, Device, first_line, refused
from desktop_app.audio.inputs import InputRequest, Take
from desktop_app.audio.playing.feed import PlayRequest
from desktop_app.audio.playing.outputs import Fill, OutputRequest
from desktop_app.audio.playing.player import Player, PlayState
from desktop_app.errors import UserError

__all__ = [
    "Device",
    "PlayRequest",
    "PlayState",
    "Player",
    "SoundInput",
    "SoundOutput",
    "input_rates",
    "list_input_devices",
    "list_output_devices",
    "open_input",
    "open_output",
]

LATENCY_S = 0.2
"""PortAudio's own choice on PulseAudio, 9-35 ms, was measured to lose sound and to hang under load."""
PLAUSIBLE_DELAY_S = 2.0

_LOOK_AGAIN = "import sounddevice as s; s._terminate(); s._initialize()"
_LOOK_AGAIN_LIMIT_S = 10.0

_PORTAUDIO = threading.Lock()
"""PortAudio keeps its state per process, and so must the lock."""
_STREAMS: "weakref.WeakSet[_Stream]" = weakref.WeakSet()
"""The open streams of the process: looking for new devices would close them."""

Way = Literal["input", "output"]


class _Callback:
    """What a stream calls, until it is closed: sounddevice's stream and its callback hold each other.

    They would hold minutes of sound as well, until Python happens to look for such circles.
    """

    def __init__(self, call: Callable[..., None]) -> None:
        self._call: Callable[..., None] | None = call

    def __call__(self, *arguments: Any) -> None:
        """Pass it on."""
        if (call := self._call) is not None:
            call(*arguments)

    def let_go(self) -> None:
        """Call nobody any more."""
        self._call = None


class _Stream:
    """A PortAudio stream, opened."""

    def __init__(self, stream: Any, callback: _Callback, name: str, sample_rate_hz: int, channels: int) -> None:
        self._stream = stream
        self._callback = callback
        self.name = name
        self.sample_rate_hz = sample_rate_hz
        self.channels = channels
        _STREAMS.add(self)

    @property
    def active(self) -> bool:
        """Return False once the device is gone; True before the start."""
        return bool(self._stream.stopped or self._stream.active)

    def start(self) -> None:
        """Begin."""
        with _portaudio():
            self._stream.start()

    def close(self) -> None:
        """Drop what the device still holds, and let go of it."""
        with _portaudio():
            self._stream.abort(ignore_errors=True)
            self._stream.close(ignore_errors=True)
            _STREAMS.discard(self)
        self._callback.let_go()


class SoundOutput(_Stream):
    """An `Output` that is a PortAudio stream."""


class SoundInput(_Stream):
    """An `Input` that is a PortAudio stream."""

    live = True


def list_output_devices(*, refresh: bool = False) -> tuple[Device, ...]:
    """Return the devices that can play, the default marked. May take a second: not for the GUI thread.

    `refresh` looks for devices that were plugged in since; PortAudio can only do so by closing every stream, so it is
    left out while something plays or records. UserError where PortAudio is missing.
    """
    return _list_devices("output", refresh)


def list_input_devices(*, refresh: bool = False) -> tuple[Device, ...]:
    """Return the devices that can record, the default marked; see `list_output_devices`."""
    return _list_devices("input", refresh)


def input_rates(name: str = "") -> tuple[int, ...]:
    """Return which of `USUAL_RATES_HZ` an input device records at. Not for the GUI thread."""
    with _portaudio() as sounddevice:
        index, _ = _find_input(sounddevice, name)
        return _accepted_rates(sounddevice, index)


def open_output(request: OutputRequest, fill: Fill) -> SoundOutput:
    """Open a device as close to the request as it goes: its own rate or channels where it refuses the recording's.

    A device that is gone is replaced by the default. UserError where there is none or it refuses everything.
    """
    callback = _Callback(_filling(fill))
    with _portaudio() as sounddevice:
        index, device = _find(sounddevice, request.device)
        for rate_hz, channels in _offers(request, device):
            try:
                stream = sounddevice.OutputStream(
                    samplerate=rate_hz,
                    device=index,
                    channels=channels,
                    dtype="float32",
                    latency=LATENCY_S,
                    callback=callback,
                )
            except sounddevice.PortAudioError as refusal:
                reason = refusal
                continue
            return SoundOutput(stream, callback, device["name"], rate_hz, channels)
        raise UserError(f"The sound device “{device['name']}” refuses to play ({first_line(reason)}): choose another.")


def open_input(request: InputRequest, take: Take) -> SoundInput:
    """Open a device to record from it, at exactly the rate and channels that were asked for.

    Where none were, it is the device's own rate and its first two channels. UserError where the device is not there:
    another microphone in its place would be a surprise; and where it is busy or refuses. A second try may find what was
    plugged in since.
    """
    callback = _Callback(_taking(take))
    with _portaudio() as sounddevice:
        index, device = _find_input(sounddevice, request.device)
        rate_hz = request.sample_rate_hz or round(device["default_samplerate"])
        channels = request.channels or min(device["max_input_channels"], 2)
        try:
            stream = sounddevice.InputStream(
                samplerate=rate_hz,
                device=index,
                channels=channels,
                dtype="float32",
                latency=LATENCY_S,
                callback=callback,
            )
        except sounddevice.PortAudioError as refusal:
            wrong_rate = WRONG_RATE in refusal.args
            rates_hz = _accepted_rates(sounddevice, index) if wrong_rate else ()
            _look_again(sounddevice)
            raise refused(refusal, device, rate_hz, channels, rates_hz) from refusal
        return SoundInput(stream, callback, device["name"], rate_hz, channels)


def _list_devices(way: Way, refresh: bool) -> tuple[Device, ...]:
    with _portaudio() as sounddevice:
        if refresh:
            _look_again(sounddevice)
        default = sounddevice.default.device[0 if way == "input" else 1]
        return tuple(
            _device(sounddevice, each, way, is_default=index == default)
            for index, each in enumerate(sounddevice.query_devices())
            if each[f"max_{way}_channels"] > 0
        )


def _device(sounddevice: Any, found: dict[str, Any], way: Way, *, is_default: bool) -> Device:
    host_api = sounddevice.query_hostapis(found["hostapi"])["name"]
    rate_hz = round(found["default_samplerate"])
    return Device(found["name"], found[f"max_{way}_channels"], rate_hz, is_default, host_api)


def _look_again(sounddevice: Any) -> None:
    """Let PortAudio see which devices came and went, unless a stream is open.

    With a broken configuration ALSA aborts the process in here, so another process tries it first.
    """
    if _STREAMS:
        return
    with contextlib.suppress(subprocess.TimeoutExpired, OSError):
        command = [sys.executable, "-c", _LOOK_AGAIN]
        tried = subprocess.run(command, capture_output=True, timeout=_LOOK_AGAIN_LIMIT_S, check=False)
        if tried.returncode == 0:
            sounddevice._terminate()
            sounddevice._initialize()


def _offers(request: OutputRequest, device: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Yield (sample rate, channels) to try: the recording's own first, what every device takes last."""
    most = device["max_output_channels"]
    counts = dict.fromkeys((min(request.channels, most), min(2, most), 1))
    rates = dict.fromkeys((request.sample_rate_hz, round(device["default_samplerate"]), 48_000, 44_100))
    for rate_hz in rates:
        for channels in counts:
            yield rate_hz, channels


def _find(sounddevice: Any, name: str) -> tuple[int, dict[str, Any]]:
    """Return index and description of the output device called `name`, else of the default."""
    found = _named(sounddevice, name, "output") or _default(sounddevice, "output")
    if found is None:
        raise UserError("No sound device that can play was found: connect or switch one on, then press play.")
    return found


def _find_input(sounddevice: Any, name: str) -> tuple[int, dict[str, Any]]:
    """Return index and description of the input device called `name`, of the default where the name is empty."""
    found = _named(sounddevice, name, "input") if name else _default(sounddevice, "input")
    if found is not None:
        return found
    _look_again(sounddevice)
    if name:
        raise UserError(f"The microphone “{name}” is not connected: plug it in or choose another one.")
    raise UserError("No microphone was found: connect or switch one on, then try again.")


def _named(sounddevice: Any, name: str, way: Way) -> tuple[int, dict[str, Any]] | None:
    """Return the device of that name; one that has host API and all in its name goes before others called so."""
    if not name:
        return None
    able = [(index, each) for index, each in enumerate(sounddevice.query_devices()) if each[f"max_{way}_channels"] > 0]
    by_full_name = [each for each in able if _device(sounddevice, each[1], way, is_default=False).full_name == name]
    by_name = [each for each in able if each[1]["name"] == name]
    return next(iter(by_full_name + by_name), None)


def _default(sounddevice: Any, way: Way) -> tuple[int, dict[str, Any]] | None:
    try:
        found: dict[str, Any] = sounddevice.query_devices(kind=way)
    except (sounddevice.PortAudioError, ValueError):
        return None
    return found["index"], found


def _accepted_rates(sounddevice: Any, index: int) -> tuple[int, ...]:
    accepted = []
    for rate_hz in USUAL_RATES_HZ:
        with contextlib.suppress(sounddevice.PortAudioError):
            sounddevice.check_input_settings(device=index, channels=1, dtype="float32", samplerate=rate_hz)
            accepted.append(rate_hz)
    return tuple(accepted)


def _filling(fill: Fill) -> Callable[..., None]:
    def copy(out: NDArray[np.float32], _frames: int, times: Any, _status: Any) -> None:
        delay_s = times.outputBufferDacTime - times.currentTime
        fill(out, delay_s if 0 < delay_s < PLAUSIBLE_DELAY_S else LATENCY_S)

    return copy


def _taking(take: Take) -> Callable[..., None]:
    def copy(block: NDArray[np.float32], _frames: int, _times: Any, status: Any) -> None:
        take(block, bool(status.input_overflow))

    return copy


@contextlib.contextmanager
def _portaudio() -> Iterator[Any]:
    """Hold the lock and give the library; UserError for what PortAudio says inside, and where it is missing."""
    with _PORTAUDIO:
        try:
            import sounddevice
        except OSError as missing:
            raise UserError(
                "Sound devices need the PortAudio library: install it (Debian, Ubuntu: sudo apt install libportaudio2) "
                "and start Earmark again."
            ) from missing
        try:
            yield sounddevice
        except sounddevice.PortAudioError as problem:
            raise UserError(f"The sound device failed ({first_line(problem)}): choose another one.") from problem
