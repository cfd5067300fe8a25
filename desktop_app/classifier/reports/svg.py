"""Drawings as SVG text, and as PNG: small, exact at every size, and light or dark after the page they stand on.

Colours are names of `Tones`, written as CSS variables, so that one drawing follows the scheme of its page;
`resolved` puts the colours of one scheme in, for programs that know no variables.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from desktop_app.assets import fonts_dir
from desktop_app.colours import LIGHT, Tones

FONT = "Inter, system-ui, sans-serif"
LETTER_WIDTH = 0.6  # of the size; the mean of Inter's small letters is 0.55, its capitals are wider
PNG_ZOOM = 2.0
LEAST_REACH = 6.0
RIBBON_STEPS = 16

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

_VARIABLE = re.compile(r"var\(--(\w+)\)")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # what XML forbids


@dataclass(frozen=True)
class Ink:
    """How a shape is painted."""

    fill: str = "none"
    """A name of `Tones`, a hex colour, or none."""
    stroke: str = "none"
    """The same, for its outline."""
    width: float = 1.0
    """Of the outline."""
    opacity: float = 1.0
    """Of both."""
    dash: str = ""
    """Lengths of dashes and gaps, as SVG has them; empty for a solid line."""


@dataclass(frozen=True)
class Lettering:
    """How text is set."""

    size: float = 12.0
    """In pixels."""
    anchor: Anchor = "start"
    """Which part of the text stands at its point."""
    colour: str = "text"
    """A name of `Tones` or a hex colour."""
    bold: bool = False
    """Whether it is set semi-bold."""
    turn_deg: float = 0.0
    """Clockwise around its point."""


@dataclass(frozen=True)
class Tip:
    """What a shape says under the pointer."""

    text: str
    """A line."""
    key: tuple[int, ...] = ()
    """What a click on it asks for, in numbers that the plot explains; empty where a click does nothing."""


@dataclass(frozen=True)
class Spot:
    """Where a shape with a tip is."""

    tip: Tip
    outline: tuple[Point, ...]
    """Corners of a polygon."""

    @property
    def middle(self) -> Point:
        """Return the middle of the box around it."""
        xs, ys = zip(*self.outline, strict=True)
        return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2

    def contains(self, at: Point) -> bool:
        """Return whether a point lies inside: a ray to the right crosses the outline an odd number of times."""
        x, y = at
        inside = False
        for (x0, y0), (x1, y1) in zip(self.outline, (*self.outline[1:], self.outline[0]), strict=True):
            if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
                inside = not inside
        return inside


class Drawing:
    """A picture under construction; y grows downwards, the unit is a pixel."""

    def __init__(self, width: float, height: float, title: str) -> None:
        self.width = width
        self.height = height
        self.title = title
        self.spots: list[Spot] = []
        """Shapes with tips, the topmost last."""
        self._parts: list[str] = []

    def spot_at(self, at: Point) -> Spot | None:
        """Return the topmost shape with a tip at a point."""
        return next((spot for spot in reversed(self.spots) if spot.contains(at)), None)

    def rect(self, at: Point, size: Point, ink: Ink, tip: Tip | None = None) -> None:
        """Add a rectangle by its upper left corner; `tip` is shown under the pointer."""
        place = f'x="{_n(at[0])}" y="{_n(at[1])}" width="{_n(max(0.0, size[0]))}" height="{_n(max(0.0, size[1]))}"'
        right, bottom = at[0] + size[0], at[1] + size[1]
        self._add(f"rect {place}", ink, tip, (at, (right, at[1]), (right, bottom), (at[0], bottom)))

    def line(self, start: Point, end: Point, ink: Ink) -> None:
        """Add a straight line."""
        self._add(f'line x1="{_n(start[0])}" y1="{_n(start[1])}" x2="{_n(end[0])}" y2="{_n(end[1])}"', ink)

    def polyline(self, points: Sequence[Point], ink: Ink) -> None:
        """Add a line through points."""
        self._add('polyline points="{}"'.format(" ".join(f"{_n(x)},{_n(y)}" for x, y in points)), ink)

    def ribbon(self, left: Point, right: Point, thickness: float, ink: Ink, tip: Tip | None = None) -> None:
        """Add a band that swings from its upper left corner to its upper right one and is equally thick all along."""
        (x0, y0), (x1, y1) = left, right
        bend = (x0 + x1) / 2
        upper = f"M{_n(x0)} {_n(y0)}C{_n(bend)} {_n(y0)} {_n(bend)} {_n(y1)} {_n(x1)} {_n(y1)}"
        y0, y1 = y0 + thickness, y1 + thickness
        lower = f"L{_n(x1)} {_n(y1)}C{_n(bend)} {_n(y1)} {_n(bend)} {_n(y0)} {_n(x0)} {_n(y0)}Z"
        self._add(f'path d="{upper}{lower}"', ink, tip, _around(left, right, thickness))

    def text(self, at: Point, text: str, lettering: Lettering = Lettering()) -> None:
        """Add one line of text by the end of its baseline that `lettering.anchor` names."""
        turn = f' transform="rotate({_n(lettering.turn_deg)} {_n(at[0])} {_n(at[1])})"' if lettering.turn_deg else ""
        weight = ' font-weight="600"' if lettering.bold else ""
        style = f"fill:{_paint(lettering.colour)}"
        place = f'x="{_n(at[0])}" y="{_n(at[1])}" font-size="{_n(lettering.size)}" text-anchor="{lettering.anchor}"'
        self._parts.append(f'<text {place}{weight}{turn} style="{style}">{clean(text)}</text>')

    def to_svg(self, font: str = FONT) -> str:
        """Return the picture as a document of its own."""
        size = f'viewBox="0 0 {_n(self.width)} {_n(self.height)}" width="{_n(self.width)}" height="{_n(self.height)}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{font}">'
        return "\n".join((head, f"<title>{clean(self.title)}</title>", *self._parts, "</svg>"))

    def _add(self, element: str, ink: Ink, tip: Tip | None = None, outline: tuple[Point, ...] = ()) -> None:
        styles = [f"fill:{_paint(ink.fill)}"]
        if ink.stroke != "none":
            styles += [f"stroke:{_paint(ink.stroke)}", f"stroke-width:{_n(ink.width)}"]
        if ink.dash:
            styles.append(f"stroke-dasharray:{ink.dash}")
        if ink.opacity < 1:
            # Not `opacity`: it makes a layer of every shape, and a report on a hundred classes takes twice the time.
            styles.append(f"fill-opacity:{ink.opacity:.3g};stroke-opacity:{ink.opacity:.3g}")
        inside = f"><title>{clean(tip.text)}</title></{element.split(' ', 1)[0]}>" if tip else "/>"
        self._parts.append(f'<{element} style="{";".join(styles)}"{inside}')
        if tip:
            self.spots.append(Spot(tip, outline))


def _around(left: Point, right: Point, thickness: float) -> tuple[Point, ...]:
    """Return corners around a ribbon, one thin as a hair made thick enough to be met by a pointer."""
    spare = max(0.0, LEAST_REACH - thickness) / 2
    upper = []
    for step in range(RIBBON_STEPS + 1):
        t = step / RIBBON_STEPS
        x = left[0] + (right[0] - left[0]) * (1.5 * t * (1 - t) + t**3)  # the curve's, with both bends in the middle
        y = left[1] + (right[1] - left[1]) * (3 * (1 - t) * t**2 + t**3)
        upper.append((x, y - spare))
    return (*upper, *((x, y + thickness + 2 * spare) for x, y in reversed(upper)))


def clean(text: str) -> str:
    """Return text as it may stand in XML and HTML: special characters escaped, impossible ones replaced."""
    return escape(_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text))


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is, on the safe side."""
    return len(text) * size * LETTER_WIDTH


def shortened(text: str, most: int) -> str:
    """Return at most `most` letters, the last one an ellipsis where there are more."""
    return text if len(text) <= most else text[: most - 1] + "…"


def resolved(svg: str, tones: Tones) -> str:
    """Return the drawing with the colours of one scheme in the place of variables."""
    return _VARIABLE.sub(lambda found: str(getattr(tones, found.group(1))), svg)


def png_of(svg: str, tones: Tones = LIGHT, zoom: float = PNG_ZOOM) -> bytes:
    """Return a drawing as PNG on the scheme's ground, `zoom` pixels for each of its own, set in the shipped type."""
    import resvg_py

    return resvg_py.svg_to_bytes(
        svg_string=resolved(svg, tones),
        background=tones.base,
        zoom=zoom,
        font_family="Inter",
        sans_serif_family="Inter",
        font_files=[str(path) for path in sorted(fonts_dir().glob("*.otf"))],
    )


def _paint(colour: str) -> str:
    return colour if colour == "none" or colour.startswith("#") else f"var(--{colour})"


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".") or "0"
