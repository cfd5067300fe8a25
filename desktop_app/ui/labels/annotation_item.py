"""Annotations over the sound of one lane: stretches on a waveform, boxes on a spectrogram, with their texts."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop_app.annotation.annotations import Status
from desktop_app.colours import LIGHT, NEUTRAL, contrast
from desktop_app.ui.labels.crowd import Crowd, picture_of
from desktop_app.ui.labels.marks import Bools, Ints, Marks, Places
from desktop_app.ui.labels.tags import PADDING, Wanted, placed_tags
from desktop_app.ui.lane import LaneBox, LaneItem
from desktop_app.ui.theme import small_font
from desktop_app.ui.view_state import ViewState

SEAM = QColor(0, 0, 0, 130)
"""Under lines on a spectrogram, so that every colour map leaves them visible."""
FILL_ALPHA = 36
CHOSEN_WIDTH = 3
CROWD_OPACITY = 0.6
"""Lets the sound be seen through them."""
MOST_ROWS = 3
MOST_TEXT_WIDTH = 200
"""Pixels of a longer name are shortened in its middle: it would hide the texts of all that follows."""
DENSE = 400
"""More visible annotations than this are a crowd: thin lines, no texts, since neither would be told apart."""
BAR = 3
"""Height of the bar at the top of a stretch on a spectrogram."""
STATUSES = list(Status)
PEN_STYLES = {
    Status.DRAFT: Qt.PenStyle.DashLine,
    Status.ACCEPTED: Qt.PenStyle.SolidLine,
    Status.REJECTED: Qt.PenStyle.DotLine,
    Status.UNCERTAIN: Qt.PenStyle.DashDotLine,
}
FAINT = {Status.REJECTED: 0.45}


class AnnotationItem(LaneItem):
    """Paints the annotations of one lane. Texts stand in the waveform's lane, and over boxes on the spectrogram."""

    def __init__(self, box: LaneBox, view: ViewState) -> None:
        super().__init__(box, z=12)
        self._view = view
        self._marks = Marks()
        self._colour_of: Callable[[str], str] = lambda _: NEUTRAL
        self._font = small_font()
        self._widths: dict[str, float] = {}
        self._shortened: dict[str, str] = {}

    def set_marks(self, marks: Marks, colour_of: Callable[[str], str]) -> None:
        """Show other annotations; `colour_of` returns the colour of a label as hex."""
        self._marks, self._colour_of = marks, colour_of
        self._widths.clear()
        self._shortened.clear()
        self.update()

    def places(self) -> Places:
        """Return where the visible annotations lie now."""
        size, channel = self.boundingRect().size(), self.box.channel
        return self._marks.places(self._view, size, channel, has_frequency=self.box.has_frequency)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint stretches and boxes in groups of one colour and status, then the texts that find room."""
        if not len(self._marks) or not self._view.frames:
            return
        places = self.places()
        painter.setClipRect(self.boundingRect())
        if len(places.index) > DENSE:
            self._paint_crowd(painter, places)
            return
        for label, status, members in self._groups(places):
            colour = QColor(self._colour_of(self._marks.labels[label]))
            colour.setAlphaF(FAINT.get(STATUSES[status], 1.0))
            pen = QPen(colour, 1.5 if self.box.has_frequency else 1, PEN_STYLES[STATUSES[status]])
            self._paint_group(painter, places, members, pen)
        self._paint_tags(painter, places)

    def _paint_crowd(self, painter: QPainter, places: Places) -> None:
        rect, ratio = self.boundingRect(), painter.device().devicePixelRatioF()
        width, height = max(round(rect.width() * ratio), 1), max(round(rect.height() * ratio), 1)
        palette = np.array([QColor(self._colour_of(name)).rgb() for name in self._marks.labels], np.uint32)
        scaled = Places(
            places.index, *(edge * ratio for edge in (places.left, places.right, places.top, places.bottom))
        )
        boxed = self._marks.is_box[places.index] & self.box.has_frequency
        crowd = Crowd(scaled, palette[self._marks.label[places.index]], boxed, tinted=not self.box.has_frequency)
        pixels = picture_of(crowd, width, height)
        form = QImage.Format.Format_ARGB32_Premultiplied
        painter.setOpacity(CROWD_OPACITY)
        painter.drawImage(rect, QImage(pixels.data, width, height, 4 * width, form))
        painter.setOpacity(1.0)
        chosen = np.flatnonzero(self._marks.is_selected[places.index])
        _outline(painter, [places.rect(int(each)) for each in chosen], QPen(Qt.GlobalColor.white, CHOSEN_WIDTH))

    def _groups(self, places: Places) -> list[tuple[int, int, Ints]]:
        """Return label, status and members of each group of visible annotations."""
        kinds = self._marks.label[places.index] * len(STATUSES) + self._marks.status[places.index]
        return [
            (int(kind) // len(STATUSES), int(kind) % len(STATUSES), np.flatnonzero(kinds == kind))
            for kind in np.unique(kinds)
        ]

    def _paint_group(self, painter: QPainter, places: Places, members: Ints, pen: QPen) -> None:
        index, colour = places.index[members], pen.color()
        boxed = self._marks.is_box[index] if self.box.has_frequency else np.zeros(len(index), np.bool_)
        chosen = self._marks.is_selected[index]
        boxes = [places.rect(int(place)) for place in members[boxed]]
        stretches = [places.rect(int(place)) for place in _one_a_pixel(places, members[~boxed], chosen[~boxed])]
        tint = QColor(colour)
        if not self.box.has_frequency:
            tint.setAlpha(round(FILL_ALPHA * colour.alphaF()))
            _fill(painter, stretches, tint)
        if self.box.has_frequency:
            _outline(painter, boxes, QPen(SEAM, 3))
            _fill(painter, [QRectF(r.left(), 0, max(r.width(), 1), BAR) for r in stretches], colour)
        _outline(painter, boxes, pen)
        # Lines beyond the lane's edges are clipped: of a stretch only its two ends are seen.
        _outline(painter, [r.adjusted(0, -4, 0, 4) for r in stretches], pen)
        _outline(painter, [places.rect(int(each)) for each in members[chosen]], QPen(colour, CHOSEN_WIDTH))

    def _paint_tags(self, painter: QPainter, places: Places) -> None:
        named = np.arange(len(places.index))
        if self.box.has_frequency:
            named = named[self._marks.is_box[places.index]]
        texts = [self._text(int(places.index[place])) for place in named]
        line = QFontMetricsF(self._font).height()
        height = int(self.boundingRect().height())
        rows = max(1, min(MOST_ROWS, int(height / 2 // line)))
        tops = np.maximum(places.top[named] - line, 0.0) if self.box.has_frequency else None
        wanted = Wanted(
            np.maximum(places.left[named], 0.0),
            np.array([self._width(text) for text in texts]) + 2 * PADDING,
            self._marks.is_selected[places.index[named]],
            None if tops is None else (tops // line).astype(np.intp),
        )
        painter.setFont(self._font)
        for tag in placed_tags(wanted, rows):
            place = int(named[tag.place])
            top = float(tops[tag.place]) if tops is not None else tag.row * (line + 1)
            self._paint_tag(painter, QRectF(tag.left, top, tag.width, line), texts[tag.place], place, places)

    def _paint_tag(self, painter: QPainter, rect: QRectF, text: str, place: int, places: Places) -> None:
        annotation = self._marks.annotations[int(places.index[place])]
        colour = QColor(self._colour_of(annotation.label))
        colour.setAlphaF(FAINT.get(annotation.status, 1.0))
        painter.fillRect(rect, colour)
        ink = max((LIGHT.text, LIGHT.base), key=lambda each: contrast(each, self._colour_of(annotation.label)))
        painter.setPen(QColor(ink))
        painter.drawText(rect.adjusted(PADDING, 0, 0, 0), Qt.AlignmentFlag.AlignLeft, text)
        if annotation.status is Status.REJECTED:
            struck = rect.adjusted(PADDING, rect.height() / 2, -PADDING, 0)
            painter.drawLine(struck.topLeft(), struck.topRight())

    def _text(self, index: int) -> str:
        annotation = self._marks.annotations[index]
        text = self._short(annotation.label or "?")
        return f"{text} ?" if annotation.status is Status.UNCERTAIN and annotation.label else text

    def _short(self, label: str) -> str:
        if label not in self._shortened:
            metrics = QFontMetricsF(self._font)
            self._shortened[label] = metrics.elidedText(label, Qt.TextElideMode.ElideMiddle, MOST_TEXT_WIDTH)
        return self._shortened[label]

    def _width(self, text: str) -> float:
        if text not in self._widths:
            self._widths[text] = QFontMetricsF(self._font).horizontalAdvance(text)
        return self._widths[text]


def _one_a_pixel(places: Places, members: Ints, chosen: Bools) -> Ints:
    """Leave out stretches that would be painted on the very pixels of another one."""
    pixels = np.stack([np.floor(places.left[members]), np.floor(places.right[members])], axis=1)
    _, first = np.unique(pixels, axis=0, return_index=True)
    keep = np.zeros(len(members), np.bool_)
    keep[first] = True
    return members[keep | chosen]


def _fill(painter: QPainter, rects: list[QRectF], colour: QColor) -> None:
    if rects:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawRects(rects)
        painter.setBrush(Qt.BrushStyle.NoBrush)


def _outline(painter: QPainter, rects: list[QRectF], pen: QPen) -> None:
    if rects:
        painter.setPen(pen)
        painter.drawRects(rects)
