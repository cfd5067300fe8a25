"""Analysis windows, periodic as the DFT wants them, without the 0.3 s that importing scipy.signal takes.

Source: F. J. Harris, "On the use of windows for harmonic analysis with the DFT", Proc. IEEE 66 (1978); the values equal
`scipy.signal.get_window(name, frames)` (tests compare them).
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

WINDOW_LENGTHS = (64, 128, 256, 512, 1024, 2048, 4096, 8192)
"""Lengths in frames that the window offers."""

KAISER_BETA = 8.6
"""Side lobes below -65 dB, about those of a Blackman window."""

_COSINE_TERMS: dict[str, tuple[float, ...]] = {
    "hann": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
    "rectangular": (1.0,),
}

WINDOWS = (*_COSINE_TERMS, "kaiser")
"""Names of the window types."""


@lru_cache(maxsize=32)
def window_values(name: str, frames: int) -> npt.NDArray[np.float32]:
    """Return the periodic window `name`, shape (frames,), peak 1, read-only; an unknown name raises ValueError."""
    if name == "kaiser":
        values = np.kaiser(frames + 1, KAISER_BETA)[:-1]
    elif name in _COSINE_TERMS:
        phase = 2 * np.pi * np.arange(frames) / frames
        terms = _COSINE_TERMS[name]
        values = np.sum([(-1) ** k * term * np.cos(k * phase) for k, term in enumerate(terms)], axis=0)
    else:
        raise ValueError(f"there is no window {name!r}: choose one of {', '.join(WINDOWS)}")
    result = values.astype(np.float32)
    result.setflags(write=False)
    return result
