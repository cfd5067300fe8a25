"""Ten measurements of a stretch of sound, as columns beside its label.

The words and definitions are Raven's (Charif, Waack and Strickman, Raven Pro 1.4 User's Manual, Cornell Lab of
Ornithology 2010, chapter 6): a selection's edges, the bin with the most energy, and the times and frequencies below
which 5, 50 and 95 % of the energy lie. Energies are those of a spectrogram inside the selection's band.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.audio.windows import window_values

WINDOW_FRAMES = 512
"""Shortest DFT: 31 Hz apart at 16 kHz."""
MOST_WINDOW_FRAMES = 65_536
BINS_IN_BAND = 8
"""At least so many of the DFT's: 20 to 40 Hz at 48 kHz lie between two of 512."""
SHARE_OF_STRETCH = 8
"""Of a stretch, a longer window covers at most this part, so that times are told; zeros fill up the DFT."""
OVERLAP = 4
"""Windows that share a frame."""
MOST_WINDOWS = 4096
"""Of the shortest. In a longer stretch they are spread evenly, so that an hour costs as much as half a minute."""
CONTEXT_S = 1.0
"""Sound on either side that is asked for as the background of the signal-to-noise estimate."""
QUIET_PER_CENT = 10
"""Of the stretch itself, the windows that stand for the background where no context is given."""

Frames = npt.NDArray[np.float32]
Energies = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measurements:
    """What a stretch of sound measures; None where there is too little sound, or silence, to tell."""

    duration_s: float
    """Length of the stretch."""
    low_hz: float
    """Lower edge of the box; 0 without one."""
    high_hz: float
    """Upper edge of the box; half the sample rate without one."""
    centre_hz: float | None
    """Half of the energy in the band lies below."""
    peak_hz: float | None
    """Frequency with the most energy."""
    bandwidth_90_hz: float | None
    """Width of the band that holds the middle 90 % of the energy."""
    duration_90_s: float | None
    """Length of the time that holds the middle 90 % of the energy."""
    rms_db: float | None
    """Root of the mean square of all samples, dB re full scale; all frequencies, as in the waveform."""
    peak_db: float | None
    """Largest sample, dB re full scale; all frequencies."""
    snr_db: float | None
    """Estimate: mean power in the band above the background's, over the background's."""


def measure(
    frames: Frames,
    sample_rate_hz: int,
    band_hz: tuple[float | None, float | None] = (None, None),
    context: Frames | None = None,
) -> Measurements:
    """Return the measurements of frames, shape (frames, channels), in a band; channels are added as powers.

    `context` is sound from before and after, of the same shape but for its length, for the signal-to-noise estimate;
    without it the quietest tenth of the stretch itself is the background, which is too loud for a short call.
    """
    low_hz, high_hz = band_hz[0] or 0.0, min(band_hz[1] or math.inf, sample_rate_hz / 2)
    dft_frames = _dft_frames(low_hz, high_hz, sample_rate_hz)
    length = min(dft_frames, max(len(frames) // SHARE_OF_STRETCH, WINDOW_FRAMES), max(len(frames), 2))
    step_hz = sample_rate_hz / dft_frames
    inside = _bins_inside(low_hz, high_hz, step_hz, dft_frames)
    energies = _energies(frames, length, dft_frames)[:, inside]
    centre_hz, peak_hz, bandwidth_90_hz = _spectral(energies.sum(axis=0), int(inside.argmax()), step_hz)
    times = _middle(energies.sum(axis=1))
    duration_s = len(frames) / sample_rate_hz
    return Measurements(
        duration_s=duration_s,
        low_hz=low_hz,
        high_hz=high_hz,
        centre_hz=None if centre_hz is None else min(max(centre_hz, low_hz), high_hz),
        peak_hz=peak_hz,
        bandwidth_90_hz=bandwidth_90_hz,
        duration_90_s=None if times is None else (times[2] - times[0]) / len(energies) * duration_s,
        rms_db=_db(float(np.mean(np.square(frames, dtype=np.float64))) if frames.size else 0.0),
        peak_db=_db(float(np.abs(frames).max(initial=0.0)) ** 2),
        snr_db=_snr_db(energies, None if context is None else _energies(context, length, dft_frames)[:, inside]),
    )


def _dft_frames(low_hz: float, high_hz: float, sample_rate_hz: int) -> int:
    """Return the length of the DFT, a power of two, that puts enough bins into a band."""
    needed = BINS_IN_BAND * sample_rate_hz / max(high_hz - low_hz, 1.0)
    return min(max(1 << math.ceil(math.log2(needed)), WINDOW_FRAMES), MOST_WINDOW_FRAMES)


def _spectral(
    energies: Energies, first_bin: int, step_hz: float
) -> tuple[float, float, float] | tuple[None, None, None]:
    """Return centre and peak frequency and the bandwidth of energies of neighbouring bins; None of silence."""
    bins = _middle(energies)
    if bins is None:
        return None, None, None
    centre_hz = (first_bin - 0.5 + bins[1]) * step_hz  # a bin reaches half a step to either side
    return centre_hz, (first_bin + int(energies.argmax())) * step_hz, (bins[2] - bins[0]) * step_hz


def _bins_inside(low_hz: float, high_hz: float, step_hz: float, dft_frames: int) -> npt.NDArray[np.bool_]:
    """Return which bins of the DFT lie in a band; for one that is narrower than they lie apart, the nearest."""
    bins_hz = np.arange(dft_frames // 2 + 1) * step_hz
    inside: npt.NDArray[np.bool_] = (bins_hz >= low_hz) & (bins_hz <= high_hz)
    if not inside.any():
        inside[int(np.abs(bins_hz - (low_hz + high_hz) / 2).argmin())] = True
    return inside


def _energies(frames: Frames, length: int, dft_frames: int) -> Energies:
    """Return the energy of each bin in windows of `length`, shape (windows, bins), all channels together.

    The windows lie inside the stretch: silence at its ends would blur its edges. At least one, padded with zeros.
    """
    held = np.zeros((max(len(frames), length), frames.shape[1]), np.float32)
    held[: len(frames)] = frames
    most = MOST_WINDOWS * WINDOW_FRAMES // dft_frames
    hop_frames = max(length // OVERLAP, -(-len(held) // most), 1)
    windows = np.lib.stride_tricks.sliding_window_view(held, length, axis=0)[::hop_frames]
    spectra = np.fft.rfft(windows * window_values("hann", length), dft_frames)
    return np.asarray((np.square(spectra.real) + np.square(spectra.imag)).sum(axis=1), np.float64)


def _middle(energies: Energies) -> tuple[float, float, float] | None:
    """Return the places below which 5, 50 and 95 % of the energy lie, cell k reaching from k to k + 1; None of none."""
    total = energies.sum()
    if total <= 0:
        return None
    low, half, high = np.interp(
        (0.05, 0.5, 0.95), np.append(0, energies.cumsum() / total), np.arange(len(energies) + 1)
    )
    return float(low), float(half), float(high)


def _snr_db(energies: Energies, context: Energies | None) -> float | None:
    """Return by how much the mean power exceeds the background's, over the background's; None where it does not.

    The background of a context is its median, which another call in it does not raise.
    """
    power = energies.sum(axis=1)
    quiet = np.percentile(power, QUIET_PER_CENT) if context is None else np.median(context.sum(axis=1))
    noise = float(quiet)
    above = float(power.mean()) - noise
    return _db(above / noise) if noise > 0 and above > 0 else None


def _db(power: float) -> float | None:
    return 10 * math.log10(power) if power > 0 else None
