"""A microphone that exists in memory and can fail in every way a real one does."""

import time

import numpy as np
from numpy.typing import NDArray

from desktop_app.audio.inputs import InputRequest, Take
from desktop_app.errors import UserError
from tests.audio.fake_stream import FakeStream

Frames = NDArray[np.float32]


class FakeInput(FakeStream):
    """Hands out its microphone's sound from a thread of its own, as time goes by or by hand."""

    live = True

    def __init__(self, microphone: "FakeMicrophone", request: InputRequest, take: Take) -> None:
        super().__init__("fake input")
        self.request = request
        self.name = request.device or "Fake microphone"
        self.sample_rate_hz = request.sample_rate_hz or microphone.sample_rate_hz
        self.channels = request.channels or microphone.channels
        self._microphone = microphone
        self._take = take

    def _run(self) -> None:
        started_s = time.monotonic()
        block_frames = max(self.sample_rate_hz // 50, 1)
        due = 0
        while self._goes_on:
            time.sleep(0.002)
            while due + block_frames <= (time.monotonic() - started_s) * self.sample_rate_hz * self._microphone.speed:
                due += block_frames
                if not self._microphone.mute and not self.closed:
                    self._microphone.hand_over(self._take, block_frames, self.channels)


class FakeMicrophone:
    """Opens `FakeInput`s. Frame i of what it ever heard is (i % 2^16 + 1) / 2^17 on every channel: never 0."""

    def __init__(self, *, sample_rate_hz: int = 8_000, channels: int = 1, speed: float = 1) -> None:
        self.sample_rate_hz = sample_rate_hz
        self.channels = channels
        self.speed = speed
        self.mute = False
        self.refusal = ""
        self.overflowed = False
        self.heard = 0
        self.swallow = 0
        self.inputs: list[FakeInput] = []
        self.sound: Frames | None = None

    def __call__(self, request: InputRequest, take: Take) -> FakeInput:
        """Open an input, as an `OpenInput`."""
        if self.refusal:
            raise UserError(self.refusal)
        self.inputs.append(FakeInput(self, request, take))
        return self.inputs[-1]

    def hand_over(self, take: Take, frames: int, channels: int) -> None:
        """Give the next frames, unless so many are still to be lost."""
        first, self.heard = self.heard, self.heard + frames
        if self.swallow > 0:
            self.swallow -= frames
            return
        take(self.frames_from(first, frames, channels), self.overflowed)
        self.overflowed = False

    def frames_from(self, first: int, count: int, channels: int = 1) -> Frames:
        """Return what it hears from frame `first` on: its sound over and over, else numbers."""
        numbers = np.arange(first, first + count)
        if self.sound is not None:
            return np.repeat(self.sound[numbers % len(self.sound)][:, None], channels, axis=1)
        return np.repeat(((numbers % 2**16 + 1) / 2**17).astype(np.float32)[:, None], channels, axis=1)

    @property
    def input(self) -> FakeInput:
        """Return the newest input."""
        return self.inputs[-1]
