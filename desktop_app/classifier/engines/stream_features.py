"""Log-mel features of a window that moves on over a stream: only the columns that are new are transformed.

`features.SpectralFeatures` defines the result: each window's mean is taken away, and its ends are mirrored. Columns at
the ends therefore belong to one window only and are made anew. For the others, with X a column's spectrum of the sound
as it is, m the mean of the window, W the spectrum of the Hann window and M the mel bands,

    M |X - m W|^2  =  M |X|^2  -  2 m M Re(X W*)  +  m^2 M |W|^2

so that the first two products are kept for each column, in float64: a large offset nearly cancels.
"""

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft

from desktop_app.classifier.engines.features import Array, hann, mel_bands
from desktop_app.classifier.frontend_config import InputShape, LogMelConfig

Doubles = npt.NDArray[np.float64]


class StreamingLogMel:
    """The features of one window after the other of one stream. One thread."""

    def __init__(self, config: LogMelConfig, shape: InputShape, frames: int) -> None:
        """Prepare for windows of `frames` samples that give features of that shape."""
        self.config = config
        self._window = hann(config.window_frames).astype(np.float64)
        self._bands = mel_bands(config).astype(np.float64)  # (bins, bands)
        inside = [c for c in range(shape.columns) if self._start(c) >= 0 and self._stop(c) <= frames]
        self._inside = range(inside[0], inside[-1] + 1) if inside else range(0)
        self._ends = [column for column in range(shape.columns) if column not in self._inside]
        samples = np.array([self._start(c) + np.arange(config.window_frames) for c in self._ends])
        self._end_samples = frames - 1 - np.abs(frames - 1 - np.abs(samples))  # mirrored at both ends
        self._of_offset = fft.rfft(self._window, config.n_fft)
        self._offset_power = _power(self._of_offset) @ self._bands
        self._power: Doubles = np.zeros((shape.columns, config.mel_bands))
        self._with_offset: Doubles = np.zeros((shape.columns, config.mel_bands))
        self._filled = False

    def reset(self) -> None:
        """Forget the stream: the next window is of another one."""
        self._filled = False

    def moves_by(self, frames: int) -> bool:
        """Return whether windows may move on by so many samples: whole columns."""
        return frames % self.config.hop_frames == 0

    def __call__(self, waveform: Array, moved_frames: int) -> Array:
        """Return shape (1, 1, bands, columns) for a window (frames,) that begins so many samples after the last one."""
        mean = np.float32(waveform.mean())
        new = self._kept_from(moved_frames)
        spectrum = self._spectra(waveform, mean, new)
        parts = np.concatenate([_power(spectrum), (spectrum[: len(new)] * self._of_offset.conj()).real])
        in_bands = parts @ self._bands
        self._power[new.start : new.stop] = in_bands[: len(new)]
        self._with_offset[new.start : new.stop] = in_bands[len(spectrum) :]
        power = self._power - 2 * float(mean) * self._with_offset + float(mean) ** 2 * self._offset_power
        power[self._ends] = in_bands[len(new) : len(spectrum)]
        return self._compressed(power)

    def _kept_from(self, moved_frames: int) -> range:
        """Move the columns that are kept to where they are now, and return those that must be computed."""
        moved, inside = moved_frames // self.config.hop_frames, self._inside
        kept = max(len(inside) - moved, 0) if self._filled else 0
        self._filled = True
        for rows in (self._power, self._with_offset):
            rows[inside.start : inside.start + kept] = rows[inside.stop - kept : inside.stop]
        return inside[kept:]

    def _spectra(self, waveform: Array, mean: np.float32, new: range) -> npt.NDArray[np.complex128]:
        """Return the spectra (columns, bins) of new columns of the sound as it is, then of the steady ends.

        Where in the transform the Hann window lies turns phases only, which powers and products with W do not show.
        """
        length, hop = self.config.window_frames, self.config.hop_frames
        pieces = np.empty((len(new) + len(self._ends), length))
        if new:
            pieces[: len(new)] = sliding_window_view(waveform[self._start(new[0]) :], length)[::hop][: len(new)]
        pieces[len(new) :] = waveform[self._end_samples]
        pieces[len(new) :] -= mean
        pieces *= self._window
        spectra: npt.NDArray[np.complex128] = fft.rfft(pieces, self.config.n_fft, axis=1)
        return spectra

    def _start(self, column: int) -> int:
        """Return the first sample under a column's Hann window, which is centred on a multiple of the hop."""
        reach = self.config.n_fft // 2
        return column * self.config.hop_frames - reach + (self.config.n_fft - self.config.window_frames) // 2

    def _stop(self, column: int) -> int:
        return self._start(column) + self.config.window_frames

    def _compressed(self, power: Doubles) -> Array:
        levels = np.log(power.T.astype(np.float32) + np.float32(self.config.floor))
        levels -= np.float32(self.config.mean)
        levels *= np.float32(1 / self.config.deviation)
        return np.ascontiguousarray(levels, np.float32)[None, None]


def _power(spectrum: npt.NDArray[np.complex128]) -> Doubles:
    power: Doubles = np.square(spectrum.real) + np.square(spectrum.imag)
    return power
