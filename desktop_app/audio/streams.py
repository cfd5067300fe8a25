"""Sound devices, through PortAudio: the only module that imports sounddevice, and only when a device is wanted.

The wheels of sounddevice bring PortAudio on macOS and Windows; on Linux the import raises OSError without it. Calls
into PortAudio may block for ever and are not thread-safe among each other: one lock serves them, and none is made on
the GUI thread.
"""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from desktop_app.audio.playing.feed import PlayRequest
from desktop_app.audio.playing.outputs import Fill, OutputRequest
from desktop_app.audio.playing.player import Player, PlayState
from desktop_app.errors import UserError

__all__ = ["Device", "PlayRequest", "PlayState", "Player", "SoundOutput", "list_output_devices", "open_output"]

LATENCY_S = 0.2
"""PortAudio's own choice on PulseAudio, 9-35 ms, was measured to lose sound and to hang under load."""
PLAUSIBLE_DELAY_S = 2.0

_PORTAUDIO = threading.Lock()
"""PortAudio keeps its state per process, and so must the lock."""


@dataclass(frozen=True)
class Device:
    """A sound device that can play."""

    name: str
    channels: int
    """Most it takes at once."""
    sample_rate_hz: int
    """The rate it prefers."""
    is_default: bool


class SoundOutput:
    """An `Output` that is a PortAudio stream."""

    def __init__(self, stream: Any, sample_rate_hz: int, channels: int) -> None:
        self._stream = stream
        self.sample_rate_hz = sample_rate_hz
        self.channels = channels

    @property
    def active(self) -> bool:
        """Return False once the device is gone; True before the start."""
        return bool(self._stream.stopped or self._stream.active)

    def start(self) -> None:
        """Begin to play."""
        with _portaudio():
            self._stream.start()

    def close(self) -> None:
        """Drop what the device still holds, and let go of it."""
        with _portaudio():
            self._stream.abort(ignore_errors=True)
            self._stream.close(ignore_errors=True)


def list_output_devices(*, refresh: bool = False) -> tuple[Device, ...]:
    """Return the devices that can play, the default marked. May take a second: not for the GUI thread.

    `refresh` looks for devices that were plugged in since; PortAudio can only do so by closing every stream, so ask
    for it while nothing plays. UserError where PortAudio is missing.
    """
    with _portaudio() as sounddevice:
        if refresh:
            sounddevice._terminate()
            sounddevice._initialize()
        default = sounddevice.default.device[1]
        return tuple(
            Device(each["name"], each["max_output_channels"], round(each["default_samplerate"]), index == default)
            for index, each in enumerate(sounddevice.query_devices())
            if each["max_output_channels"] > 0
        )


def open_output(request: OutputRequest, fill: Fill) -> SoundOutput:
    """Open a device as close to the request as it goes: its own rate or channels where it refuses the recording's.

    A device that is gone is replaced by the default. UserError where there is none or it refuses everything.
    """
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
                    callback=_callback(fill),
                )
            except sounddevice.PortAudioError as refusal:
                reason = refusal
                continue
            return SoundOutput(stream, rate_hz, channels)
        raise UserError(f"The sound device “{device['name']}” refuses to play ({_first_line(reason)}): choose another.")


def _offers(request: OutputRequest, device: dict[str, Any]) -> Iterator[tuple[int, int]]:
    """Yield (sample rate, channels) to try: the recording's own first, what every device takes last."""
    most = device["max_output_channels"]
    counts = dict.fromkeys((min(request.channels, most), min(2, most), 1))
    rates = dict.fromkeys((request.sample_rate_hz, round(device["default_samplerate"]), 48_000, 44_100))
    for rate_hz in rates:
        for channels in counts:
            yield rate_hz, channels


def _find(sounddevice: Any, name: str) -> tuple[int, dict[str, Any]]:
    """Return index and description of the device called `name`, else of the default."""
    for index, device in enumerate(sounddevice.query_devices()):
        if name and device["name"] == name and device["max_output_channels"] > 0:
            return index, device
    try:
        found: dict[str, Any] = sounddevice.query_devices(kind="output")
    except (sounddevice.PortAudioError, ValueError) as problem:
        raise UserError(
            "No sound device that can play was found: connect or switch one on, then press play."
        ) from problem
    return found["index"], found


def _callback(fill: Fill) -> Any:
    def copy(out: NDArray[np.float32], _frames: int, times: Any, _status: Any) -> None:
        delay_s = times.outputBufferDacTime - times.currentTime
        fill(out, delay_s if 0 < delay_s < PLAUSIBLE_DELAY_S else LATENCY_S)

    return copy


@contextlib.contextmanager
def _portaudio() -> Iterator[Any]:
    """Hold the lock and give the library; UserError for what PortAudio says inside, and where it is missing."""
    with _PORTAUDIO:
        try:
            import sounddevice
        except OSError as missing:
            raise UserError(
                "Playing needs the PortAudio library: install it (Debian, Ubuntu: sudo apt install libportaudio2) "
                "and start Earmark again."
            ) from missing
        try:
            yield sounddevice
        except sounddevice.PortAudioError as problem:
            raise UserError(f"The sound device failed ({_first_line(problem)}): choose another one.") from problem


def _first_line(problem: BaseException) -> str:
    return str(problem).splitlines()[0].strip() if str(problem) else type(problem).__name__
