"""Colours that everything shares: of labels, and the tones of the window and of reports. The standard library alone.

Labels get Okabe and Ito's seven colours, which people with any of the usual colour blindnesses tell apart (M. Okabe and
K. Ito, Color Universal Design, 2008; their black is left to text), and after those hues a golden angle apart at one
lightness and chroma in OKLCH (B. Ottosson, A perceptual color space for image processing, 2020).
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

OKABE_ITO = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#f0e442")
NEUTRAL = "#8b949e"
"""For labels that say "nothing of interest here"; 3:1 on white and on black."""

GENERATED_LIGHTNESS = 0.68
GENERATED_CHROMA = 0.105  # the most that every hue has at this lightness inside sRGB
FIRST_HUE_DEG = 20.0
GOLDEN_ANGLE_DEG = 180.0 * (3.0 - math.sqrt(5.0))

_CHANNELS = ((1, 3), (3, 5), (5, 7))
_LUMINANCE = (0.2126, 0.7152, 0.0722)


@dataclass(frozen=True)
class Tones:
    """The colours of one scheme, of the window and of reports, as hex strings.

    Text tones keep at least 4.5:1 on `window` and `base` (WCAG 2.2, 1.4.3).
    """

    window: str
    """Background of panels and bars."""
    base: str
    """Background of lists, fields and plots."""
    raised: str
    """Background of buttons and alternate rows."""
    text: str
    secondary: str
    """Text that supports: hints, units, column headers."""
    line: str
    """Hairlines between parts."""
    accent: str
    on_accent: str
    warning: str
    error: str
    wrong: str
    """What a model judged wrong, beside the accent for what it judged right."""


LIGHT = Tones(
    window="#f4f6f8",
    base="#ffffff",
    raised="#eaeef2",
    text="#1b2228",
    secondary="#57626d",
    line="#d3dae1",
    accent="#0b66c3",
    on_accent="#ffffff",
    warning="#8a5a00",
    error="#b3261e",
    wrong="#c2410c",
)
DARK = Tones(
    window="#1b1f24",
    base="#13161a",
    raised="#272d34",
    text="#e4e8ec",
    secondary="#9aa5b1",
    line="#333b44",
    accent="#4ea1ff",
    on_accent="#08121d",
    warning="#f0b849",
    error="#ff8a80",
    wrong="#f58a4b",
)


def label_colours(labels: Sequence[str], neutral: Collection[str] = frozenset()) -> dict[str, str]:
    """Return a colour for each label, by its place among the labels; those in `neutral` (any case) are grey.

    A label keeps its colour wherever the same list of labels is shown.
    """
    grey = {label.lower() for label in neutral}
    coloured = [label for label in labels if label.lower() not in grey]
    places = {label: place for place, label in enumerate(coloured)}
    return {label: label_colour(places[label]) if label in places else NEUTRAL for label in labels}


def label_colour(place: int) -> str:
    """Return the colour of the label at this place, from 0; no two places below 60 share one."""
    if place < len(OKABE_ITO):
        return OKABE_ITO[place]
    hue_deg = FIRST_HUE_DEG + (place - len(OKABE_ITO)) * GOLDEN_ANGLE_DEG
    return from_oklch(GENERATED_LIGHTNESS, GENERATED_CHROMA, hue_deg)


def from_oklch(lightness: float, chroma: float, hue_deg: float) -> str:
    """Return a colour of OKLCH as hex; what sRGB cannot show is clipped to it."""
    a = chroma * math.cos(math.radians(hue_deg))
    b = chroma * math.sin(math.radians(hue_deg))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _encoded(channel)):02x}" for channel in linear)


def luminance(colour: str) -> float:
    """Return the relative luminance of a hex colour, 0 to 1 (WCAG 2.2)."""
    return sum(weight * channel for weight, channel in zip(_LUMINANCE, linear_rgb(colour), strict=True))


def linear_rgb(colour: str) -> tuple[float, float, float]:
    """Return red, green and blue of a hex colour in linear light, 0 to 1."""
    red, green, blue = (_decoded(int(colour[start:stop], 16) / 255) for start, stop in _CHANNELS)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two hex colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _encoded(linear: float) -> float:
    linear = min(1.0, max(0.0, linear))
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def _decoded(encoded: float) -> float:
    return encoded / 12.92 if encoded <= 0.04045 else ((encoded + 0.055) / 1.055) ** 2.4
