"""The front-ends without torch: what `classifier.frontend` computes, by scipy's real FFT, a clip at a time.

One clip's frames, spectrum and bands together fit the cache: 135 us a clip of one second on one core, against 218 us
for torchaudio on sixteen clips and 352 us for matrices inside an ONNX graph. Time runs along the rows of all arrays:
what is multiplied, squared and summed lies side by side in memory. Other threads run meanwhile.
"""

import threading
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy import fft, fftpack
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

SAMPLES_TOGETHER = 1 << 17  # in windows that are transformed at once: half a MiB, twice, stays in the cache


class _Scratch:
    """One thread's memory for some clips: memory that is asked for anew each time costs a third of the transform.

    The clips follow each other as one long sound, so that few and long rows are worked on. Between two clips there are
    a few windows that hold the end of one and the start of the next; they are left out in the end.
    """

    def __init__(self, config: SpectralConfig, frames: int, columns: int, clips: int) -> None:
        size, length, hop = config.n_fft, config.window_frames, config.hop_frames
        offset, parts = (size - length) // 2, -(-length // hop)
        self.stride = columns - 1 + parts
        """From one clip's first window to the next one's; so many blocks of one hop are in a clip."""
        mirrored = np.zeros(max(frames + 2 * (size // 2), offset + self.stride * hop), np.float32)
        self.mirrored = mirrored[: frames + 2 * (size // 2)]
        """One clip, its ends mirrored."""
        self.blocks = mirrored[offset : offset + self.stride * hop].reshape(-1, hop).T
        """The same in blocks of one hop, a column each."""
        self.turned = np.zeros((hop, clips * self.stride), np.float32)
        """The blocks of all clips, a column each, their rows in one piece of memory."""
        width = clips * self.stride - parts + 1
        self.padded = np.zeros((size, width), np.float32)
        """The windows, a column each."""
        starts = range(0, length, hop)
        self.parts = [self.turned[: min(hop, length - at), at // hop : at // hop + width] for at in starts]
        """What of the blocks goes into the windows, from their first samples to their last."""
        self.places = [self.padded[offset + at : offset + min(at + hop, length)] for at in starts]
        """Where it goes."""


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
        self._new_scratch = partial(_Scratch, config, frames, shape.columns)
        self._together = max(1, SAMPLES_TOGETHER // (config.n_fft * shape.columns))
        self._of_thread = threading.local()
        if frames <= config.n_fft // 2:
            raise UserError("The model's window is shorter than its Fourier transform reaches; get the model again.")
        self._window = hann(config.window_frames)
        hop = config.hop_frames
        self._weights = [self._window[at : at + hop, None] for at in range(0, config.window_frames, hop)]
        self._finish: Callable[[Array], Array]
        if isinstance(config, LogMelConfig):
            # sparse: 1,000 weights instead of 32,768, and BLAS's threads, which spin, stay out of it
            self._bands = csr_array(np.repeat(mel_bands(config), _packed_rows(config.n_fft), axis=0).T)
            self._finish = self._log_mel
            self._steady = True  # see `frontend.LogMel.power`
        else:
            self._finish = self._linear
            self._steady = False

    def __call__(self, waveforms: Array) -> Array:
        """Return shape (batch, channels, bands, columns) for waveforms of shape (batch, frames)."""
        features = np.empty((len(waveforms), self.shape.channels, self.shape.bands, self.shape.columns), np.float32)
        for start in range(0, len(waveforms), self._together):
            group = waveforms[start : start + self._together]
            scratch = self._scratch(len(group))
            found = self._finish(self._windows(group, scratch))  # (channels, bands, windows)
            for index in range(len(group)):
                first = index * scratch.stride
                features[start + index] = found[:, :, first : first + self.shape.columns]
        return features

    def _scratch(self, clips: int) -> _Scratch:
        if not hasattr(self._of_thread, "scratches"):
            self._of_thread.scratches = {}
        scratches: dict[int, _Scratch] = self._of_thread.scratches
        if clips not in scratches:
            scratches[clips] = self._new_scratch(clips)
        return scratches[clips]

    def _windows(self, waveforms: Array, scratch: _Scratch) -> Array:
        """Return shape (n_fft, windows): windows centred on multiples of the hop, the ends of clips mirrored."""
        mirrored, reach = scratch.mirrored, self.config.n_fft // 2
        middle = mirrored[reach:-reach]
        for index, waveform in enumerate(waveforms):
            np.subtract(waveform, waveform.mean() if self._steady else np.float32(0), out=middle)
            mirrored[:reach] = middle[reach:0:-1]
            mirrored[-reach:] = middle[-2 : -2 - reach : -1]
            first = index * scratch.stride
            scratch.turned[:, first : first + scratch.stride] = scratch.blocks
        for part, weights, place in zip(scratch.parts, self._weights, scratch.places, strict=True):
            np.multiply(part, weights, out=place)
        return scratch.padded

    def _log_mel(self, windows: Array) -> Array:
        assert isinstance(self.config, LogMelConfig)
        spectrum = fftpack.rfft(windows, axis=0)  # real and imaginary parts in rows of their own
        np.multiply(spectrum, spectrum, out=spectrum)
        bands: Array = np.asarray(self._bands @ spectrum)  # (bands, windows)
        bands += np.float32(self.config.floor)
        np.log(bands, out=bands)
        bands -= np.float32(self.config.mean)
        bands *= np.float32(1 / self.config.deviation)
        return bands[None]

    def _linear(self, windows: Array) -> Array:
        assert isinstance(self.config, SpectrogramConfig)
        spectrum: npt.NDArray[np.complex64] = fft.rfft(windows, axis=0)
        if self.config.normalized:
            spectrum /= np.sqrt(np.square(self._window).sum())
        if self.config.power is None:
            return np.stack([spectrum.real, spectrum.imag])
        power = np.square(spectrum.real) + np.square(spectrum.imag)
        return (power if self.config.power == 2 else power ** np.float32(self.config.power / 2))[None]


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


def _packed_rows(n_fft: int) -> list[int]:
    """Return how many rows each bin has in `fftpack.rfft`: one where its imaginary part is always 0, else two."""
    return [1, *[2] * ((n_fft - 1) // 2), *[1] * (1 - n_fft % 2)]
