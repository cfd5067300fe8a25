"""Spectrogram columns on a fixed frame grid, so that a sound looks the same at every scroll position.

Column `j` of level `k` belongs to frame `j * hop`, `hop = base_hop * 2**k`, whatever part of the recording is looked
at. Its value is the power of one DFT centred there. Where columns lie more than a window apart (zoomed out), it is the
mean power of up to four DFTs spread evenly over the column's own stretch of time, so that short calls do not fall
between columns, a steady tone keeps its level, and an hour still costs some thousand DFTs rather than a million.
Beyond both ends of the recording there is silence; the last column is the one that covers the last frame.

Levels are dB re full scale: a sine of amplitude 1 at a bin's centre reads 0 dB whatever the window, as DC of 1 does.
Pure numpy: its float32 FFT needs 3 ms for 1,024 windows of 512 here, importing scipy.fft would cost 140 ms at start-up.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from desktop_app.audio.frame_source import Floats, FrameSource, gather
from desktop_app.audio.windows import window_values

Power = Literal["db", "power", "magnitude", "root"]
Scale = Literal["linear", "log", "mel"]

FLOOR_DB = -160.0
"""Level of index 0: digital silence and everything below."""
CEILING_DB = 40.0
"""Level of the highest index; float recordings may exceed full scale."""
STEPS_PER_DB = 100
TOP_INDEX = round((CEILING_DB - FLOOR_DB) * STEPS_PER_DB)

MAX_PARTS = 4
"""Most DFTs averaged into one column."""
MAX_BATCH_FRAMES = 1 << 21
"""Frames windowed and transformed at once: bounds the working memory to some tens of MB."""
_TINY_POWER = 10 ** (FLOOR_DB / 10)


@dataclass(frozen=True)
class SpectrogramSettings:
    """How a spectrogram is computed and drawn."""

    window_frames: int = 512
    """Length of the analysis window and of the DFT."""
    hop_frames: int | None = None
    """Smallest distance between two columns; None: a sixteenth of the window, doubled as the zoom asks."""
    window: str = "hann"
    """Window type, one of `audio.windows.WINDOWS`."""
    power: Power = "db"
    """What the colour is proportional to: level in dB, power, magnitude, or the root of the magnitude."""
    scale: Scale = "linear"
    """Spacing of the frequency axis."""
    low_hz: float = 0.0
    """Bottom of the frequency axis."""
    high_hz: float | None = None
    """Top of the frequency axis; None: half the sample rate."""


@dataclass(frozen=True)
class ColumnGrid:
    """What decides the values of a column: two grids that are equal give the same columns."""

    window_frames: int
    """Length of the DFT."""
    window: str
    """Window type."""
    base_hop_frames: int
    """Distance between two columns of level 0."""
    max_parts: int = MAX_PARTS
    """Most DFTs averaged into one column: a power of two."""

    @classmethod
    def of(cls, settings: SpectrogramSettings, max_parts: int = MAX_PARTS) -> "ColumnGrid":
        """Return the grid that `settings` ask for."""
        hop = settings.hop_frames or max(settings.window_frames // 16, 1)
        return cls(settings.window_frames, settings.window, hop, max_parts)

    @property
    def bins(self) -> int:
        """Return the number of frequencies, from 0 to half the sample rate, both included."""
        return self.window_frames // 2 + 1

    def hop(self, level: int) -> int:
        """Return the frames from one column of `level` to the next."""
        return self.base_hop_frames << level

    def level_for(self, frames_per_pixel: float) -> int:
        """Return the coarsest level with at least one column a pixel (level 0 where even that has fewer)."""
        ratio = int(frames_per_pixel / self.base_hop_frames)
        return max(ratio.bit_length() - 1, 0)

    def columns(self, level: int, frames: int) -> int:
        """Return how many columns a recording of `frames` has: each covers half a hop to either side."""
        hop = self.hop(level)
        return (frames + hop // 2 - 1) // hop + 1 if frames > 0 else 0

    def part_centres(self, span: "ColumnSpan", frames: int) -> npt.NDArray[np.int64]:
        """Return the frames at the centres of the DFTs behind those columns of `span` that a recording has.

        Shape (columns, parts). Where a column reaches beyond an end of the recording they are held inside of it.
        """
        hop = self.hop(span.level)
        parts = self.max_parts
        while parts > 1 and hop < parts * self.window_frames:
            parts //= 2
        offsets = (2 * np.arange(parts) + 1 - parts) * hop // (2 * parts)
        last = min(span.first + span.count, self.columns(span.level, frames))
        centres = np.arange(span.first, last, dtype=np.int64)[:, None] * hop + offsets
        return np.asarray(np.clip(centres, 0, max(frames - 1, 0)), np.int64)


@dataclass(frozen=True)
class ColumnSpan:
    """Some neighbouring columns of one level."""

    level: int
    """Level on the grid."""
    first: int
    """Number of the first column, from 0 on."""
    count: int
    """How many."""


def columns(source: FrameSource, grid: ColumnGrid, span: ColumnSpan, seek_frames: int = 1024) -> npt.NDArray[np.uint16]:
    """Return the levels of the columns of `span`, shape (channels, bins, columns), as indices.

    `level_db` turns indices into dB. Columns beyond the recording read as silence. `seek_frames` is how many frames
    are read in the time of one jump. UserError comes from the reader.
    """
    out = np.zeros((source.channels, grid.bins, span.count), np.uint16)
    centres = grid.part_centres(span, source.frames)
    batch = max(MAX_BATCH_FRAMES // (grid.window_frames * centres.shape[1] * source.channels), 1)
    for begin in range(0, len(centres), batch):
        starts = centres[begin : begin + batch].ravel() - grid.window_frames // 2
        power = _powers(gather(source, starts, grid.window_frames, seek_frames), grid.window)
        of_parts = power.reshape(source.channels, -1, centres.shape[1], grid.bins)
        out[:, :, begin : begin + of_parts.shape[1]] = _quantised(of_parts.mean(axis=2))
    return out


def level_db(indices: npt.NDArray[np.uint16] | np.uint16) -> Floats:
    """Return the level in dB re full scale behind each index."""
    return np.asarray(indices / np.float32(STEPS_PER_DB) + np.float32(FLOOR_DB), np.float32)


def index_of(db: float) -> int:
    """Return the index of a level, held to the range of indices."""
    return min(max(round((db - FLOOR_DB) * STEPS_PER_DB), 0), TOP_INDEX)


def spectrum(
    source: FrameSource, sample_rate_hz: int, start: int, stop: int, *, window_frames: int = 4096, window: str = "hann"
) -> tuple[Floats, Floats]:
    """Return the mean spectrum of frames `start` to `stop`: Hz (bins,) and levels in dB (channels, bins).

    Welch's method: windows half overlapped, their power averaged. A stretch shorter than the window is one DFT of its
    own length, padded with zeros; of a long one, 512 windows spread evenly over it are taken, so that an hour costs as
    much as ten seconds. Source: P. D. Welch, IEEE Trans. Audio Electroacoustics 15 (1967).
    """
    length = max(min(stop, source.frames) - start, 1)
    used = max(min(window_frames, length), 2)
    most = max((length - used) // max(used // 2, 1) + 1, 1)
    count = min(most, MAX_SPECTRUM_WINDOWS)
    starts = np.linspace(start, start + max(length - used, 0), count).astype(np.int64)
    total = np.zeros((source.channels, window_frames // 2 + 1))
    batch = max(MAX_BATCH_FRAMES // (window_frames * source.channels), 1)
    for begin in range(0, count, batch):
        total += _powers(gather(source, starts[begin : begin + batch], used), window, window_frames).sum(axis=1)
    level = 10 * np.log10(np.maximum(total / count, _TINY_POWER))
    return np.fft.rfftfreq(window_frames, 1 / sample_rate_hz).astype(np.float32), level.astype(np.float32)


MAX_SPECTRUM_WINDOWS = 512


def _powers(windows: Floats, name: str, dft_frames: int | None = None) -> Floats:
    """Return the power of each bin, (channels, windows, bins), 1 for a sine of amplitude 1 at a bin's centre."""
    length = windows.shape[-1]
    dft_frames = dft_frames or length
    shape = window_values(name, length)
    spectra = np.fft.rfft(windows * shape, dft_frames)
    power = np.square(spectra.real) + np.square(spectra.imag)
    gain = np.full(power.shape[-1], (2 / shape.sum()) ** 2, np.float32)
    gain[0] /= 4  # DC and the highest bin have no mirror image that holds half of the amplitude
    if dft_frames % 2 == 0:
        gain[-1] /= 4
    power *= gain
    return power


def _quantised(power: Floats) -> npt.NDArray[np.uint16]:
    """Return powers (channels, columns, bins) as level indices (channels, bins, columns)."""
    level = np.log10(np.maximum(power, _TINY_POWER))
    level *= 10 * STEPS_PER_DB
    level -= FLOOR_DB * STEPS_PER_DB - 0.5
    np.clip(level, 0, TOP_INDEX, out=level)
    return level.astype(np.uint16).transpose(0, 2, 1)
