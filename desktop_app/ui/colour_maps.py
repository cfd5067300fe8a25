"""Colours of the spectrogram: perceptually even maps, and the table that turns a level straight into a colour."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from desktop_app.audio.spectrogram import FLOOR_DB, STEPS_PER_DB, TOP_INDEX, Power
from desktop_app.ui.graph import pg

COLOUR_MAPS: dict[str, str] = {
    "viridis": "Viridis",
    "magma": "Magma",
    "cividis": "Cividis",
    "grey": "Grey",
    "grey inverted": "Grey on white",
}
"""Name in the settings -> name for people; the first is the default."""

STEPS = 1024
_EXPONENTS: dict[str, float] = {"power": 2.0, "magnitude": 1.0, "root": 0.5}


@lru_cache(maxsize=8)
def colours(name: str) -> npt.NDArray[np.uint32]:
    """Return the map as `STEPS` opaque colours 0xAARRGGBB from quietest to loudest; viridis for an unknown name."""
    if name.startswith("grey"):
        levels = np.linspace(255, 0, STEPS) if name.endswith("inverted") else np.linspace(0, 255, STEPS)
        rgb = np.repeat(levels.round()[:, None], 3, axis=1).astype(np.uint32)
    else:
        table = pg.colormap.get(name if name in COLOUR_MAPS else "viridis")
        rgb = np.asarray(table.getLookupTable(nPts=STEPS, alpha=False)).astype(np.uint32)
    packed = 0xFF000000 | rgb[:, 0] << 16 | rgb[:, 1] << 8 | rgb[:, 2]
    return packed.astype(np.uint32)


@lru_cache(maxsize=4)
def level_colours(name: str, floor_db: float, ceiling_db: float, power: Power) -> npt.NDArray[np.uint32]:
    """Return the colour of every level index of `audio.spectrogram`, shape (TOP_INDEX + 1,).

    From `floor_db` (the map's first colour) to `ceiling_db` (its last) the position in the map grows with the level in
    dB, or with magnitude to the power of 2, 1 or 0.5, 1 being reached at the ceiling.
    """
    level = np.arange(TOP_INDEX + 1, dtype=np.float32) / STEPS_PER_DB + np.float32(FLOOR_DB)
    if power == "db":
        position = (level - floor_db) / max(ceiling_db - floor_db, 1e-3)
    else:
        exponent = _EXPONENTS[power]
        position, zero = 10 ** ((level - ceiling_db) * exponent / 20), 10 ** ((floor_db - ceiling_db) * exponent / 20)
        position = (position - zero) / max(1 - zero, 1e-6)
    picked = (np.clip(position, 0, 1) * (STEPS - 1)).round().astype(np.int64)
    return colours(name)[picked]
