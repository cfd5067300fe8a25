"""How much clips are changed while a network learns, as plain values. No torch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Augmentation:
    """How much each change may do; everything is drawn anew for each clip of each batch."""

    speed: float = 0.15
    """Tempo and pitch together, up to this part faster or slower."""
    shift_s: float = 0.12
    """Earlier or later, up to this long."""
    quieter_db: float = 14.0
    """Level, down to this much lower."""
    louder_db: float = 6.0
    """Level, up to this much higher."""
    room_probability: float = 0.3
    """Share of the clips that are put into a synthetic room."""
    noise_probability: float = 0.8
    """Share of the clips that get a background."""
    snr_db: tuple[float, float] = (0.0, 35.0)
    """Level of the clip above its background."""
    bands_shift: float = 0.12
    """Stretch of the frequency axis, up to this part: the length of the vocal tract (Jaitly and Hinton 2013)."""
    colour_db: float = 6.0
    """Tilt and bend of the spectrum, as microphones and rooms have."""
    band_masks: int = 2
    """Stripes along time (SpecAugment, Park et al. 2019)."""
    band_mask_width: int = 8
    """Most bands in a stripe."""
    column_masks: int = 2
    """Stripes along frequency."""
    column_mask_width: int = 20
    """Most columns in a stripe."""
