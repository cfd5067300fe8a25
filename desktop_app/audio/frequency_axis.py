"""Linear, logarithmic and mel frequency axes, and which DFT bins stand behind each row of pixels.

Mel is the HTK formula m = 2595 log10(1 + f / 700) (D. O'Shaughnessy, Speech Communication, 1987), the one torchaudio
takes by default.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from desktop_app.audio.spectrogram import Scale, SpectrogramSettings

LOG_FLOOR_HZ = 20.0
"""Where a logarithmic axis begins when it is asked to begin at 0 Hz."""


@dataclass(frozen=True)
class FrequencyAxis:
    """A stretch of frequencies from the bottom of a picture (position 0) to its top (position 1)."""

    scale: Scale
    """How frequencies are spaced."""
    low_hz: float
    """Bottom; above 0 on a logarithmic axis."""
    high_hz: float
    """Top."""

    @classmethod
    def of(cls, settings: SpectrogramSettings, sample_rate_hz: float) -> "FrequencyAxis":
        """Return the axis that `settings` ask for, held inside of what the recording has."""
        top = sample_rate_hz / 2
        return cls(settings.scale, settings.low_hz, settings.high_hz or top).within(top)

    def within(self, top_hz: float) -> "FrequencyAxis":
        """Return this axis held between 0 (or the floor of a logarithmic axis) and `top_hz`, and not empty."""
        floor = min(LOG_FLOOR_HZ, top_hz / 100) if self.scale == "log" else 0.0
        high = min(self.high_hz, top_hz)
        if high <= floor:
            high = top_hz
        low = max(self.low_hz, floor)
        return FrequencyAxis(self.scale, low if low < high else floor, high)

    def positions(self, hz: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return where frequencies lie, 0 at the bottom and 1 at the top; frequencies outside lie outside."""
        bottom, top = self._ends()
        return (_forward(self.scale, np.asarray(hz, np.float64)) - bottom) / (top - bottom)

    def position(self, hz: float) -> float:
        """Return where one frequency lies."""
        return float(self.positions(hz))

    def frequencies(self, positions: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the frequencies in Hz at positions."""
        bottom, top = self._ends()
        return _inverse(self.scale, bottom + np.asarray(positions, np.float64) * (top - bottom))

    def frequency(self, position: float) -> float:
        """Return the frequency in Hz at one position."""
        return float(self.frequencies(position))

    def zoomed(self, factor: float, position: float, top_hz: float) -> "FrequencyAxis":
        """Return the axis with its span times `factor`, the frequency at `position` staying where it is."""
        ends = self.frequencies([position * (1 - factor), position + (1 - position) * factor])
        low, high = np.clip(np.nan_to_num(ends, nan=0.0, posinf=top_hz), 0.0, top_hz)
        return FrequencyAxis(self.scale, float(low), float(high)).within(top_hz)

    def moved(self, by: float, top_hz: float) -> "FrequencyAxis":
        """Return the axis moved up by `by` of its height, or as far as the recording's frequencies go."""
        full = FrequencyAxis(self.scale, 0.0, top_hz).within(top_hz)
        lowest, highest = self.positions([full.low_hz, full.high_hz])
        by = min(max(by, lowest), highest - 1)
        low, high = self.frequencies([by, 1 + by])
        return FrequencyAxis(self.scale, max(float(low), 0.0), float(high)).within(top_hz)

    def row_map(self, rows: int, sample_rate_hz: float, window_frames: int) -> "RowMap":
        """Return which bins of a DFT of `window_frames` stand behind each of `rows` rows of pixels."""
        edges = self.frequencies(np.linspace(0, 1, rows + 1)) * window_frames / sample_rate_hz
        top = window_frames // 2
        middles = np.clip((edges[:-1] + edges[1:]) / 2, 0, top)
        first, last = np.ceil(edges[:-1]), np.ceil(edges[1:])
        between = last <= first
        first[between] = np.floor(middles[between])
        last[between] = first[between] + 1
        first = np.clip(first, 0, top).astype(np.int64)
        last = np.maximum(np.clip(last, 1, top + 1).astype(np.int64), first + 1)
        weights = np.where(between & (first < top), np.round((middles - first) * RowMap.UNIT), 0)
        return RowMap(first, last, weights.astype(np.int32))

    def _ends(self) -> tuple[float, float]:
        bottom, top = _forward(self.scale, np.array([self.low_hz, self.high_hz]))
        return float(bottom), float(top)


@dataclass(frozen=True)
class RowMap:
    """The DFT bins behind each row of a picture, from the bottom row up."""

    UNIT: ClassVar[int] = 256

    first: npt.NDArray[np.int64]
    """First bin of each row."""
    last: npt.NDArray[np.int64]
    """The bin after its last."""
    weights: npt.NDArray[np.int32]
    """For a row that lies between the centres of two bins: how near to the upper one, 0 to `UNIT`."""

    def picture(self, levels: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint16]:
        """Return (rows, columns), top row first, of `levels` (bins, columns).

        A row that holds several bins shows the loudest, so that the line of a steady tone does not fall between two
        rows; a row between two bins shows a level between theirs.
        """
        if (self.last == self.first + 1).all():
            rows = levels[self.first]
        else:
            rows = np.maximum.reduceat(levels[: self.last[-1]], self.first, axis=0)
        between = np.flatnonzero(self.weights)
        if len(between):
            weights = self.weights[between, None]
            lower, upper = levels[self.first[between]], levels[self.first[between] + 1]
            rows[between] = (lower * (self.UNIT - weights) + upper * weights) // self.UNIT
        return np.ascontiguousarray(rows[::-1])


def _forward(scale: Scale, hz: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if scale == "log":
        return np.log2(np.maximum(hz, 1e-6))
    if scale == "mel":
        return 2595 * np.log10(1 + np.maximum(hz, 0.0) / 700)
    return hz


def _inverse(scale: Scale, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if scale == "log":
        return np.exp2(values)
    if scale == "mel":
        return 700 * (10 ** (values / 2595) - 1)
    return values
