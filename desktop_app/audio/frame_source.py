"""Many windows out of a recording, with as few reads as the way it is stored asks for."""

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

MAX_RUN_FRAMES = 1 << 21
"""Longest piece that is read at once to cut windows from: 8 MB a channel."""


class FrameSource(Protocol):
    """What columns are computed from; `audio.reader.Reader` is one."""

    @property
    def frames(self) -> int:
        """Return the length."""

    @property
    def channels(self) -> int:
        """Return the number of channels."""

    def read(self, start: int = 0, frames: int | None = None) -> Floats:
        """Return (frames, channels) float32; short at the end."""


@runtime_checkable
class WindowSource(Protocol):
    """A source with a short way to many windows."""

    def read_windows(self, starts: list[int], frames: int) -> Floats:
        """Return (channels, windows, frames); zeros outside of the recording."""


def gather(source: FrameSource, starts: npt.NDArray[np.int64], frames: int, seek_frames: int = 1024) -> Floats:
    """Return the windows of `frames` that begin at `starts`, (channels, windows, frames); zeros outside.

    Windows less than `seek_frames` apart are cut out of one contiguous read.
    """
    places = starts.tolist()
    runs = list(_runs(starts, frames, seek_frames))
    if isinstance(source, WindowSource) and len(runs) == len(places):
        return source.read_windows(places, frames)
    out = np.zeros((source.channels, len(starts), frames), np.float32)
    for begin, end in runs:
        if end == begin + 1:
            _read_into(source, places[begin], out[:, begin])
            continue
        piece = np.zeros((source.channels, places[end - 1] - places[begin] + frames), np.float32)
        _read_into(source, places[begin], piece)
        views = np.lib.stride_tricks.sliding_window_view(piece, frames, axis=1)
        out[:, begin:end] = views[:, starts[begin:end] - starts[begin]]
    return out


def _read_into(source: FrameSource, start: int, out: Floats) -> None:
    """Fill `out` (channels, frames) from frame `start` on; what lies outside of the recording is left as it is."""
    skipped = max(-start, 0)
    wanted = out.shape[1] - skipped
    if wanted > 0:
        got = source.read(start + skipped, wanted)
        out[:, skipped : skipped + len(got)] = got.T


def _runs(starts: npt.NDArray[np.int64], frames: int, seek_frames: int) -> Iterator[tuple[int, int]]:
    """Yield index ranges of windows that are worth one read, none longer than `MAX_RUN_FRAMES` (but one window)."""
    steps = np.diff(starts)
    apart = (steps > frames + seek_frames) | (steps < 0)
    reach = max(MAX_RUN_FRAMES - frames, 1)
    begin = 0
    for index in range(1, len(starts)):
        if apart[index - 1] or starts[index] - starts[begin] > reach:
            yield begin, index
            begin = index
    yield begin, len(starts)
