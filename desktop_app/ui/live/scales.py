"""The scales of the waterfall, as the timeline has them: a few ticks on the left, words under places below."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette

from desktop_app.ui.lane import AXIS_WIDTH


@dataclass(frozen=True)
class Scales:
    """Paints with one painter in the colours of one palette."""

    painter: QPainter
    palette: QPalette

    def beside(self, lane: QRectF, ticks: list[tuple[float, str]]) -> None:
        """Paint ticks on the left of a lane: places from 0 (bottom) to 1 (top), and words."""
        painter, line = self.painter, self.painter.fontMetrics().height()
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share, words in ticks:
            y = lane.bottom() - share * lane.height()
            painter.setPen(self.palette.color(QPalette.ColorRole.Mid))
            painter.drawLine(QPointF(AXIS_WIDTH - 4, y), QPointF(AXIS_WIDTH - 1, y))
            painter.setPen(self.palette.color(QPalette.ColorRole.PlaceholderText))
            top = min(max(y - line / 2, lane.top()), lane.bottom() - line)
            painter.drawText(QRectF(0, top, AXIS_WIDTH - 8, line), right, words)

    def caption(self, lane: QRectF, words: str) -> None:
        """Paint the name of a lane at its top left."""
        self.painter.setPen(self.palette.color(QPalette.ColorRole.Text))
        self.painter.drawText(QRectF(8, lane.top(), AXIS_WIDTH, lane.height()), Qt.AlignmentFlag.AlignTop, words)

    def tick_below(self, room: QRectF, x: float, words: str) -> None:
        """Paint a tick at the top of a room below the lanes, and words under it."""
        self.painter.setPen(self.palette.color(QPalette.ColorRole.Mid))
        self.painter.drawLine(QPointF(x, room.top()), QPointF(x, room.top() + 4))
        self._write(room, x, words, self.palette.color(QPalette.ColorRole.PlaceholderText))

    def mark_below(self, room: QRectF, x: float, words: str, colour: QColor) -> None:
        """Write words under a place, over what stands there already."""
        box = self._box(room, x, words)
        self.painter.fillRect(box.adjusted(-4, 0, 4, 0), self.palette.color(QPalette.ColorRole.Base))
        self._write(room, x, words, colour)

    def _write(self, room: QRectF, x: float, words: str, colour: QColor) -> None:
        self.painter.setPen(colour)
        self.painter.drawText(self._box(room, x, words), Qt.AlignmentFlag.AlignVCenter, words)

    def _box(self, room: QRectF, x: float, words: str) -> QRectF:
        """Return where words stand: under their place, but inside."""
        width = self.painter.fontMetrics().horizontalAdvance(words)
        left = min(max(x - width / 2, AXIS_WIDTH / 2), room.right() - width)
        return QRectF(left, room.top() + 4, width + 2, room.height() - 4)
