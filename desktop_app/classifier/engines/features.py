"""The front-ends without torch: what `classifier.frontend` computes, by scipy's real FFT, a clip at a time.

One clip's frames, spectrum and bands together fit the cache: 150 us a clip of one second on one core, against 218 us
for torchaudio on sixteen clips and 352 us for matrices inside an ONNX graph. Other threads run meanwhile.
"""

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy.fft import rfft
from scipy.sparse import csr_array

from desktop_app.classifier.frontend_config import (
    InputShape,
    LogMelConfig,
    SpectralConfig,
    SpectrogramConfig,
    WaveformConfig,
    front_end_config,
    output_shape,
)
from desktop_app.errors import UserError

Array = npt.NDArray[np.float32]


class _Scratch:
    """One thread's memory for one clip: memory that is asked for anew each time costs a third of the transform."""

    def __init__(self, config: SpectralConfig, frames: int, columns: int) -> None:
        size, length, hop = config.n_fft, config.window_frames, config.hop_frames
        offset = (size - length) // 2
        self.mirrored = np.zeros(frames + 2 * (size // 2), np.float32)
        self.pieces = sliding_window_view(self.mirrored[offset:], length)[::hop][:columns]
        self.padded = np.zeros((columns, size), np.float32)
        self.windowed = self.padded[:, offset : offset + length]


class Features(Protocol):
    """Waveforms -> the input of a network, equal to the torch front-end to 1e-4. Any number of threads at once."""

    shape: InputShape
    """Of one row of the result."""

    def __call__(self, waveforms: Array) -> Array:
        """Return shape (batch, channels, bands, columns) for waveforms of shape (batch, frames)."""


def build_features(description: Mapping[str, Any], frames: int) -> Features:
    """Return the described front-end for windows of `frames` samples; UserError where this version cannot build it."""
    config = front_end_config(description)
    shape = output_shape(description, frames)
    return WaveformFeatures(shape) if isinstance(config, WaveformConfig) else SpectralFeatures(config, shape, frames)


class WaveformFeatures:
    """The waveform itself."""

    def __init__(self, shape: InputShape) -> None:
        self.shape = shape

    def __call__(self, waveforms: Array) -> Array:
        """Return shape (batch, 1, 1, frames) for waveforms of shape (batch, frames)."""
        return waveforms[:, None, None, :]


class SpectralFeatures:
    """Log-mel or a linear spectrogram."""

    def __init__(self, config: SpectralConfig, shape: InputShape, frames: int) -> None:
        """Prepare for windows of `frames` samples; UserError where they are too short."""
        self.config, self.shape = config, shape
        self._new_scratch = partial(_Scratch, self.config, frames, self.shape.columns)
        self._of_thread = threading.local()
        if frames <= self.config.n_fft // 2:
            raise UserError("The model's window is shorter than its Fourier transform reaches; get the model again.")
        self._window = hann(self.config.window_frames)
        self._finish: Callable[[npt.NDArray[np.complex64]], Array]
        if isinstance(self.config, LogMelConfig):
            # sparse: 500 weights instead of 16,448, and BLAS's threads, which spin, stay out of it
            self._bands = csr_array(mel_bands(self.config).T)
            self._finish = self._log_mel
            self._steady = True  # see `frontend.LogMel.power`
        else:
            self._finish = self._linear
            self._steady = False

    def __call__(self, waveforms: Array) -> Array:
        """Return shape (batch, channels, bands, columns) for waveforms of shape (batch, frames)."""
        features = np.empty((len(waveforms), self.shape.channels, self.shape.bands, self.shape.columns), np.float32)
        for waveform, place in zip(waveforms, features, strict=True):
            place[:] = self._finish(self._spectrum(waveform))
        return features

    @property
    def _scratch(self) -> "_Scratch":
        if not hasattr(self._of_thread, "scratch"):
            self._of_thread.scratch = self._new_scratch()
        scratch: _Scratch = self._of_thread.scratch
        return scratch

    def _spectrum(self, waveform: Array) -> npt.NDArray[np.complex64]:
        """Return shape (columns, bins): windows centred on multiples of the hop, the ends mirrored."""
        scratch = self._scratch
        mirrored, reach = scratch.mirrored, self.config.n_fft // 2
        if self._steady:
            waveform = waveform - waveform.mean()
        mirrored[reach:-reach] = waveform
        mirrored[:reach] = waveform[reach:0:-1]
        mirrored[-reach:] = waveform[-2 : -2 - reach : -1]
        np.multiply(scratch.pieces, self._window, out=scratch.windowed)
        spectrum: npt.NDArray[np.complex64] = rfft(scratch.padded, axis=1)
        return spectrum

    def _log_mel(self, spectrum: npt.NDArray[np.complex64]) -> Array:
        assert isinstance(self.config, LogMelConfig)
        bands: Array = self._bands @ np.ascontiguousarray(_power(spectrum).T)  # (bands, columns)
        bands += np.float32(self.config.floor)
        np.log(bands, out=bands)
        bands -= np.float32(self.config.mean)
        bands *= np.float32(1 / self.config.deviation)
        return bands

    def _linear(self, spectrum: npt.NDArray[np.complex64]) -> Array:
        assert isinstance(self.config, SpectrogramConfig)
        if self.config.normalized:
            spectrum = spectrum / np.sqrt(np.square(self._window).sum())
        if self.config.power is None:
            return np.stack([spectrum.real.T, spectrum.imag.T])
        power: Array = _power(spectrum).T
        return power if self.config.power == 2 else power ** np.float32(self.config.power / 2)


def hann(length: int) -> Array:
    """Return the periodic Hann window that torch uses, shape (length,)."""
    window: Array = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)).astype(np.float32)
    return window


def mel_bands(config: LogMelConfig) -> Array:
    """Return triangles on the HTK mel scale, shape (bins, bands), as `torchaudio.functional.melscale_fbanks` does."""
    bins_hz = np.linspace(0, config.sample_rate_hz // 2, config.n_fft // 2 + 1)
    lowest_mel, highest_mel = (2595.0 * np.log10(1 + limit_hz / 700.0) for limit_hz in (config.low_hz, config.high_hz))
    edges_hz = 700.0 * (10 ** (np.linspace(lowest_mel, highest_mel, config.mel_bands + 2) / 2595.0) - 1)
    widths_hz = np.diff(edges_hz)
    distances_hz = edges_hz - bins_hz[:, None]  # (bins, bands + 2)
    rising, falling = -distances_hz[:, :-2] / widths_hz[:-1], distances_hz[:, 2:] / widths_hz[1:]
    triangles: Array = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    return triangles


def _power(spectrum: npt.NDArray[np.complex64]) -> Array:
    """Return the squared magnitude, shape (columns, bins), overwriting the spectrum: its own memory is in the cache."""
    parts = spectrum.view(np.float32)
    np.multiply(parts, parts, out=parts)
    power: Array = parts[:, 0::2] + parts[:, 1::2]
    return power
