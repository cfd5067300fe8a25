"""Plays recordings of any length on an output device, steered from the GUI thread, which never waits for a driver."""

import time
from dataclasses import dataclass, replace

from desktop_app.audio.playing.feed import PlayRequest
from desktop_app.audio.playing.outputs import OpenOutput
from desktop_app.audio.playing.voice import Voice

HANGING_DRIVER = (
    "The sound driver does not answer: restart the sound service or choose another device, then press play."
)


@dataclass(frozen=True)
class PlayState:
    """What a player does at one moment."""

    playing: bool
    """Sound is on its way."""
    position_s: float
    """What is heard now, in seconds of the recording."""
    problem: str
    """Why playing ended early, as a sentence; empty where it did not."""


class Player:
    """One voice at a time. Every method returns at once; use it from one thread and look at `state` to follow it."""

    def __init__(self, open_output: OpenOutput) -> None:
        self._open_output = open_output
        self._request: PlayRequest | None = None
        self._voice: Voice | None = None
        self._old: list[Voice] = []
        self._gain = 1.0
        self._device = ""

    @property
    def state(self) -> PlayState:
        """Return what is going on."""
        voice = self._voice
        if voice is None:
            return PlayState(False, 0.0, "")
        if voice.hangs and not voice.ended:
            voice.stop()
            return PlayState(False, voice.position_s, HANGING_DRIVER)
        return PlayState(not voice.ended, voice.position_s, voice.problem)

    def play(self, request: PlayRequest) -> None:
        """Play from now on what is requested, instead of what is playing; on the device chosen last."""
        self.stop()
        self._request = replace(request, device=self._device)
        self._voice = Voice(self._request, self._open_output, self._gain)
        self._voice.start()

    def stop(self) -> None:
        """Fall silent."""
        if self._voice is not None:
            self._voice.stop()
            self._old = [old for old in self._old if not old.ended] + [self._voice]
            self._voice = None

    def seek(self, position_s: float) -> None:
        """Go on from another second of what is playing; nothing if nothing is.

        From behind the stretch that plays, the recording is played to its end: else there would be nothing to hear.
        """
        request = self._request
        if request is None or not self.state.playing:
            return
        if request.offset_s is not None and position_s > request.offset_s:
            request = replace(request, onset_s=position_s, offset_s=None, loop=False)
        self.play(replace(request, start_s=position_s))

    @property
    def volume(self) -> float:
        """Loudness as on a slider, 0 to 1; its square is the factor on the amplitude, which sounds even."""
        return float(self._gain**0.5)

    @volume.setter
    def volume(self, volume: float) -> None:
        self._gain = min(max(volume, 0.0), 1.0) ** 2
        if self._voice is not None:
            self._voice.volume = self._gain

    @property
    def device(self) -> str:
        """Name of the output device; empty for the system's default. A change moves what is playing over."""
        return self._device

    @device.setter
    def device(self, device: str) -> None:
        if device == self._device:
            return
        self._device = device
        self.seek(self.state.position_s)

    def close(self, timeout_s: float = 2.0) -> bool:
        """Stop, wait at most `timeout_s` and return whether all threads ended; one inside a dead driver does not."""
        self.stop()
        until_s = time.monotonic() + timeout_s
        ended = [voice.join(max(until_s - time.monotonic(), 0)) for voice in self._old]
        return all(ended)
