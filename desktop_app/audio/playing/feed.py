"""What is played and how it becomes blocks for one device."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from desktop_app.audio.playing.outputs import Output
from desktop_app.audio.resample import StreamResampler

BLOCK_FRAMES = 8192
SHORTEST_LOOP_S = 0.002
"""A shorter stretch is lengthened to this when looped: thousands of passes a second would only burn time."""

Frames = NDArray[np.float32]


class Playable(Protocol):
    """What is needed of a recording to play it; `audio.reader.Reader` has it."""

    @property
    def sample_rate_hz(self) -> int:
        """Frames per second."""

    @property
    def channels(self) -> int:
        """Width of the blocks."""

    def blocks(self, block_frames: int = ..., start: int = ...) -> Iterator[Frames]:
        """Yield consecutive blocks (frames, channels) from frame `start` to the end."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *raised: object) -> None: ...


OpenReader = Callable[[], Playable]


@dataclass(frozen=True)
class PlayRequest:
    """What to play, and how."""

    open_reader: OpenReader
    """Opens the recording; called on the voice's thread, which then owns the reader and closes it."""
    onset_s: float = 0.0
    """Start of the stretch."""
    offset_s: float | None = None
    """End of the stretch; None: the end of the recording."""
    loop: bool = False
    """Start again at the onset without a gap."""
    start_s: float | None = None
    """Where in the stretch to begin; None: at the onset."""
    device: str = ""
    """Name of the output device; empty for the system's default."""


class Feed:
    """Turns a recording into blocks for one device: in the stretch, looped, mixed to its channels, at its rate."""

    def __init__(self, reader: Playable, output: Output, request: PlayRequest) -> None:
        self.ratio = output.sample_rate_hz / reader.sample_rate_hz
        self._reader = reader
        self._channels = output.channels
        self._loops = request.loop
        self._resampler = StreamResampler(reader.sample_rate_hz, output.sample_rate_hz, output.channels)
        self._rate_hz = reader.sample_rate_hz
        self._onset = round(request.onset_s * self._rate_hz)
        self._offset = None if request.offset_s is None else round(request.offset_s * self._rate_hz)
        if self._offset is not None and request.loop:
            self._offset = max(self._offset, self._onset + round(SHORTEST_LOOP_S * self._rate_hz))

    def blocks(self, start_s: float) -> Iterator[tuple[int, float, Frames]]:
        """Yield (source frames before the block, second of its first frame, block at the device's rate and channels).

        One resampler runs over all passes, so that a loop has no seam.
        """
        pushed, end_s = 0, start_s
        for position, block in self._passes(round(start_s * self._rate_hz)):
            yield pushed, position / self._rate_hz, self._resampler.push(mixed(block, self._channels))
            pushed += len(block)
            end_s = (position + len(block)) / self._rate_hz
        rest = self._resampler.push(np.zeros((0, self._channels), np.float32), last=True)
        yield pushed, end_s, rest

    def _passes(self, start: int) -> Iterator[tuple[int, Frames]]:
        while True:
            length = 0
            for position, block in self._one_pass(start):
                length += len(block)
                yield position, block
            start = self._onset
            if length == 0 or not self._loops:
                return

    def _one_pass(self, start: int) -> Iterator[tuple[int, Frames]]:
        for block in self._reader.blocks(BLOCK_FRAMES, start):
            kept = block if self._offset is None else block[: max(self._offset - start, 0)]
            if len(kept):
                yield start, kept
            start += len(kept)
            if len(kept) < len(block):
                return


def mixed(frames: Frames, channels: int) -> Frames:
    """Return the frames on so many channels: mono on every one, several shared out and averaged.

    Of n channels on m outputs, source channel i goes to output i % m; outputs beyond the source stay silent, except
    that one channel goes to all.
    """
    present = frames.shape[1]
    if present == channels:
        return frames
    if present == 1:
        return np.repeat(frames, channels, axis=1)
    out = np.zeros((len(frames), channels), np.float32)
    for channel in range(min(channels, present)):
        out[:, channel] = frames[:, channel::channels].mean(axis=1)
    return out
