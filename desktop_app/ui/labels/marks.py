"""The annotations of one recording as arrays, so that thousands are placed on the screen at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, QSizeF

from desktop_app.annotation.annotations import Annotation, Status, by_onset
from desktop_app.ui.view_state import ViewState

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

REACH_PIXELS = 4
"""A click this near to an annotation means it."""


@dataclass(frozen=True)
class Places:
    """Where annotations lie in the plot area of a lane, in pixels from its top left corner."""

    index: Ints
    """Which annotations of the marks these are; in the order of their onsets."""
    left: Floats
    right: Floats
    top: Floats
    bottom: Floats

    def rect(self, place: int) -> QRectF:
        """Return one of them as a rectangle."""
        left, top = float(self.left[place]), float(self.top[place])
        return QRectF(left, top, float(self.right[place]) - left, float(self.bottom[place]) - top)


class Marks:
    """Annotations with times, ordered by onset, and which of them are selected. Does not change."""

    def __init__(self, annotations: Iterable[Annotation] = (), selected: Collection[str] = ()) -> None:
        self.annotations = [each for each in by_onset(annotations) if each.onset_s is not None]
        edges = [(it.onset_s, it.offset_s, it.low_hz, it.high_hz) for it in self.annotations]
        table = np.array(edges, dtype=np.float64).reshape(-1, 4)  # None becomes NaN
        self.onset_s, self.offset_s, self.low_hz, self.high_hz = table.T
        self._last_offset_s = np.maximum.accumulate(self.offset_s)
        self.channel = np.array([-1 if it.channel is None else it.channel for it in self.annotations], dtype=np.intp)
        self.is_box: Bools = ~(np.isnan(self.low_hz) & np.isnan(self.high_hz))
        self.is_selected: Bools = np.array([it.id in selected for it in self.annotations], dtype=np.bool_)
        names = sorted({it.label for it in self.annotations})
        number = {name: place for place, name in enumerate(names)}
        self.labels = names
        self.label = np.array([number[it.label] for it in self.annotations], dtype=np.intp)
        statuses = list(Status)
        self.status = np.array([statuses.index(it.status) for it in self.annotations], dtype=np.intp)

    def __len__(self) -> int:
        return len(self.annotations)

    def visible(self, view: ViewState, channel: int) -> Ints:
        """Return which ones reach into the visible time of a channel."""
        stop = int(np.searchsorted(self.onset_s, view.stop_s, "right"))
        start = int(np.searchsorted(self._last_offset_s, view.start_s, "left"))
        inside = self.offset_s[start:stop] >= view.start_s
        mine = (self.channel[start:stop] == channel) | (self.channel[start:stop] < 0)
        return np.flatnonzero(inside & mine) + start

    def places(self, view: ViewState, size: QSizeF, channel: int, *, has_frequency: bool) -> Places:
        """Return where the visible ones lie in a lane of that size; without frequencies all are as high as it."""
        index = self.visible(view, channel)
        scale, height = size.width() / view.span_s, size.height()
        top, bottom = np.zeros(len(index)), np.full(len(index), height)
        if has_frequency:
            bottom = self._heights(view, self.low_hz[index], height, height)
            top = self._heights(view, self.high_hz[index], height, 0.0)
        left, right = ((at_s[index] - view.start_s) * scale for at_s in (self.onset_s, self.offset_s))
        return Places(index, left, right, top, bottom)

    def at(self, places: Places, x: float, y: float) -> Annotation | None:
        """Return the smallest annotation under a point, or within reach of it; None where there is none."""
        near = REACH_PIXELS
        hit = (places.left - near <= x) & (x <= places.right + near) & (places.top - near <= y)
        found = np.flatnonzero(hit & (y <= places.bottom + near))
        if not len(found):
            return None
        sizes = (places.right - places.left)[found] * (places.bottom - places.top)[found]
        return self.annotations[int(places.index[found[int(np.argmin(sizes))]])]

    @staticmethod
    def _heights(view: ViewState, hz: Floats, height: float, open_edge: float) -> Floats:
        """Return frequencies as pixels from the top; an open edge lies at the lane's own."""
        known = ~np.isnan(hz)
        heights = np.full(len(hz), open_edge)
        heights[known] = (1 - view.axis.positions(hz[known])) * height
        return heights
