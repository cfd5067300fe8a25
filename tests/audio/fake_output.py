"""A sound device and a recording that exist in memory, for tests of playing."""

import time
from collections.abc import Iterator
from typing import Self

import numpy as np
from numpy.typing import NDArray

from desktop_app.audio.playing.outputs import Fill, OutputRequest
from desktop_app.errors import UserError
from tests.audio.fake_stream import FakeStream

Frames = NDArray[np.float32]


class FakeOutput(FakeStream):
    """Calls `fill` from a thread of its own, `speed` times as fast as sound goes by, and keeps what it got."""

    def __init__(self, device: "FakeDevice", request: OutputRequest, fill: Fill) -> None:
        super().__init__("fake output")
        self.request = request
        self.sample_rate_hz = device.sample_rate_hz or request.sample_rate_hz
        self.channels = device.channels or request.channels
        self.blocks: list[Frames] = []
        self._device = device
        self._fill = fill

    @property
    def heard(self) -> Frames:
        """Return everything that was played, silence included."""
        return np.concatenate(self.blocks) if self.blocks else np.zeros((0, self.channels), np.float32)

    def _run(self) -> None:
        block_frames = max(self.sample_rate_hz // 100, 1)
        while self._goes_on:
            if not self._device.deaf:
                block = np.full((block_frames, self.channels), np.nan, np.float32)
                self._fill(block, self._device.delay_s)
                self.blocks.append(block)
            time.sleep(block_frames / self.sample_rate_hz / self._device.speed)


class FakeDevice:
    """Opens `FakeOutput`s; by default it takes every rate and any number of channels."""

    def __init__(self, *, sample_rate_hz: int = 0, channels: int = 0, speed: float = 4) -> None:
        self.sample_rate_hz = sample_rate_hz
        self.channels = channels
        self.speed = speed
        self.delay_s = 0.0
        self.deaf = False
        self.refusal = ""
        self.outputs: list[FakeOutput] = []

    def __call__(self, request: OutputRequest, fill: Fill) -> FakeOutput:
        """Open an output, as an `OpenOutput`."""
        if self.refusal:
            raise UserError(self.refusal)
        self.outputs.append(FakeOutput(self, request, fill))
        return self.outputs[-1]

    @property
    def output(self) -> FakeOutput:
        """Return the newest output."""
        return self.outputs[-1]


class ArrayReader:
    """A recording that is an array, as much of `audio.reader.Reader` as playing needs."""

    def __init__(self, frames: Frames, sample_rate_hz: int) -> None:
        self.frames_array = frames
        self.sample_rate_hz = sample_rate_hz
        self.channels = frames.shape[1]
        self.closed = False
        self.starts: list[int] = []

    def blocks(self, block_frames: int = 65_536, start: int = 0) -> Iterator[Frames]:
        """Yield consecutive blocks."""
        self.starts.append(start)
        for at in range(start, len(self.frames_array), block_frames):
            yield self.frames_array[at : at + block_frames]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.closed = True
