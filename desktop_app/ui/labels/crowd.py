"""Thousands of annotations in one picture: painted by arrays, since a painter would take a second for them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.ui.labels.marks import Bools, Ints, Places

TINT_ALPHA = 36
Pixels = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Crowd:
    """What a crowd looks like, one entry for each place."""

    places: Places
    colours: Pixels
    """0xffrrggbb."""
    is_box: Bools
    """Outlined from its lower to its upper edge; the others have lines at both ends, from top to bottom."""
    tinted: bool
    """Whether what lies between the ends is tinted."""


def picture_of(crowd: Crowd, width: int, height: int) -> Pixels:
    """Return a picture (height, width) of premultiplied 0xaarrggbb: transparent but for the annotations."""
    pixels = np.zeros((height, width), np.uint32)
    places, stretch = crowd.places, ~crowd.is_box
    left, right = (_cut(edge, width) for edge in (places.left, places.right))
    if crowd.tinted:
        _tint(pixels, left[stretch], right[stretch], crowd.colours[stretch])
    for edge, inside in ((left, places.left >= 0), (right, places.right < width)):
        seen = stretch & inside
        pixels[:, edge[seen]] = crowd.colours[seen]
    if crowd.is_box.any():
        _outline(pixels, crowd, left, right)
    return pixels


def _cut(edge: "npt.NDArray[np.float64]", size: int) -> Ints:
    return np.clip(edge, 0, size - 1).astype(np.intp)


def _tint(pixels: Pixels, left: Ints, right: Ints, colours: Pixels) -> None:
    """Tint the columns that a stretch covers; where two colours meet, the later one of the palette."""
    for colour in np.unique(colours):
        mine = colours == colour
        steps = np.zeros(pixels.shape[1] + 1, np.intp)
        np.add.at(steps, left[mine], 1)
        np.add.at(steps, right[mine] + 1, -1)
        pixels[:, np.cumsum(steps[:-1]) > 0] = premultiplied(int(colour), TINT_ALPHA)


def _outline(pixels: Pixels, crowd: Crowd, left: Ints, right: Ints) -> None:
    boxed = np.flatnonzero(crowd.is_box)
    height = pixels.shape[0]
    places, colours, left, right = crowd.places, crowd.colours[boxed], left[boxed], right[boxed]
    top, bottom = (_cut(edge[boxed], height) for edge in (places.top, places.bottom))
    for row in (top, bottom):
        columns, owner = _ranges(left, right)
        pixels[row[owner], columns] = colours[owner]
    for column, inside in ((left, places.left[boxed] >= 0), (right, places.right[boxed] < pixels.shape[1])):
        rows, owner = _ranges(top[inside], bottom[inside])
        pixels[rows, column[inside][owner]] = colours[inside][owner]


def _ranges(first: Ints, last: Ints) -> tuple[Ints, Ints]:
    """Return the numbers from each `first` to its `last`, one range after the other, and which range each is of."""
    lengths = last - first + 1
    owner = np.repeat(np.arange(len(first)), lengths)
    begins = np.cumsum(lengths) - lengths
    return first[owner] + np.arange(len(owner)) - begins[owner], owner


def premultiplied(colour: int, alpha: int) -> int:
    """Return 0xffrrggbb with another alpha, as Qt's premultiplied format has it."""
    channels = ((colour >> shift & 0xFF) * alpha // 255 << shift for shift in (16, 8, 0))
    return alpha << 24 | sum(channels)
