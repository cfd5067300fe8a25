"""Events over the live spectrogram: a bar where each was heard, and its class and score."""

from collections import deque
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from desktop_app.colours import LIGHT, NEUTRAL, contrast
from desktop_app.services.monitor_thread import HeardEvent
from desktop_app.ui.labels.annotation_item import BAR, SEAM
from desktop_app.ui.labels.tags import PADDING, Wanted, placed_tags
from desktop_app.ui.live.stream_axis import StreamAxis
from desktop_app.ui.theme import small_font

KEPT = 500
"""More events than can be in sight."""
ROWS = 3


class EventTags:
    """The newest events, painted over the lanes of spectrograms."""

    def __init__(self) -> None:
        self.colour_of: Callable[[str], str] = lambda _: NEUTRAL
        """Returns the colour of a label as hex."""
        self.events: deque[HeardEvent] = deque(maxlen=KEPT)
        self._font = small_font()

    def clear(self) -> None:
        """Forget all events: another stream begins."""
        self.events.clear()

    def add(self, heard: HeardEvent) -> None:
        """Show one more."""
        self.events.append(heard)

    def paint(self, painter: QPainter, axis: StreamAxis, lanes: list[QRectF]) -> None:
        """Paint bars over all lanes, and the texts over the first."""
        rate_hz = axis.sample_rate_hz
        seen = [each for each in self.events if each.event.offset_s * rate_hz > axis.oldest_frame]
        if not seen:
            return
        painter.save()
        painter.setClipRect(QRectF(axis.left, 0, axis.width, lanes[-1].bottom()))
        edges = [(axis.x(it.event.onset_s * rate_hz), axis.x(it.event.offset_s * rate_hz)) for it in seen]
        for lane in lanes:
            for heard, (left, right) in zip(seen, edges, strict=True):
                self._paint_bar(painter, QRectF(left, lane.top(), max(right - left, 1), BAR), heard)
        self._paint_texts(painter, seen, edges, lanes[0].top() + BAR + 1)
        painter.restore()

    def _paint_bar(self, painter: QPainter, bar: QRectF, heard: HeardEvent) -> None:
        painter.fillRect(bar.adjusted(0, 0, 0, 1), SEAM)
        painter.fillRect(bar, QColor(self.colour_of(heard.event.label)))

    def _paint_texts(
        self, painter: QPainter, seen: list[HeardEvent], edges: list[tuple[float, float]], top: float
    ) -> None:
        metrics = QFontMetricsF(self._font)
        texts = [f"{it.event.label} {it.event.score:.2f}" for it in seen]
        wanted = Wanted(
            np.array([left for left, _ in edges]),
            np.array([metrics.horizontalAdvance(text) + 2 * PADDING for text in texts]),
            np.zeros(len(seen), np.bool_),
        )
        painter.setFont(self._font)
        for tag in placed_tags(wanted, ROWS):
            colour = self.colour_of(seen[tag.place].event.label)
            box = QRectF(tag.left, top + tag.row * (metrics.height() + 1), tag.width, metrics.height())
            painter.fillRect(box, QColor(colour))
            painter.setPen(QColor(max((LIGHT.text, LIGHT.base), key=lambda ink: contrast(ink, colour))))
            painter.drawText(box.adjusted(PADDING, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, texts[tag.place])
