"""How loud a stream is, as a level meter shows it: peaks that fall slowly, a held peak, a light for overload."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FLOOR_DB = -100.0
"""What silence counts as."""
FALL_DB_PER_S = 20.0
"""How fast a shown peak falls (IEC 60268-18 asks for 20 dB in 1.7 s; this is what programs do)."""
HOLD_S = 1.5
"""How long a peak is held."""
CLIP_S = 2.0
"""How long the light of an overload stays on."""
FULL_SCALE = 1 - 2**-15
"""From this sample value on sound is overloaded: the largest that 16 bits hold."""
SILENT_S = 2.0
"""Nothing but zeros for so long is no quiet room but a microphone that is switched off or muted."""


@dataclass(frozen=True)
class Levels:
    """What a meter shows at one moment; one value a channel, in dB of full scale."""

    peak_db: tuple[float, ...]
    """Highest sample, falling slowly."""
    rms_db: tuple[float, ...]
    """Power of the newest sound; a full sine has -3."""
    hold_db: tuple[float, ...]
    """Highest of the last moments."""
    clipped: bool
    """Sound was overloaded a moment ago."""
    silent: bool
    """Nothing but zeros has come for `SILENT_S`."""


class LevelMeter:
    """Follows a stream block by block; its clock are the frames."""

    def __init__(self, sample_rate_hz: int, channels: int) -> None:
        self._rate_hz = sample_rate_hz
        self._peak_db = np.full(channels, FLOOR_DB)
        self._hold_db = np.full(channels, FLOOR_DB)
        self._held_s = np.zeros(channels)
        self._since_clip_s = math.inf
        self._zeros_s = 0.0

    def push(self, frames: NDArray[np.float32]) -> Levels:
        """Take the next frames, at least one, shape (frames, channels), and return what to show now."""
        passed_s = len(frames) / self._rate_hz
        highest = np.abs(frames).max(axis=0)
        peak_db = decibels(highest)
        self._peak_db = np.maximum(peak_db, self._peak_db - FALL_DB_PER_S * passed_s)
        self._held_s += passed_s
        renew = (peak_db >= self._hold_db) | (self._held_s > HOLD_S)
        self._hold_db = np.where(renew, self._peak_db, self._hold_db)
        self._held_s[renew] = 0
        self._since_clip_s = 0.0 if highest.max() >= FULL_SCALE else self._since_clip_s + passed_s
        self._zeros_s = 0.0 if highest.any() else self._zeros_s + passed_s
        rms_db = decibels(np.sqrt(np.square(frames, dtype=np.float64).mean(axis=0)))
        return Levels(
            tuple(self._peak_db.tolist()),
            tuple(rms_db.tolist()),
            tuple(self._hold_db.tolist()),
            self._since_clip_s < CLIP_S,
            self._zeros_s >= SILENT_S,
        )


def decibels(amplitude: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return 20 log10 of amplitudes of full scale 1, never below `FLOOR_DB`."""
    with np.errstate(divide="ignore"):
        levels_db: NDArray[np.float64] = np.maximum(20 * np.log10(amplitude, dtype=np.float64), FLOOR_DB)
    return levels_db
