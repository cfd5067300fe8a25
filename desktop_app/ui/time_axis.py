"""The scale of time below the lanes."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.lane import AXIS_WIDTH
from desktop_app.ui.ticks import time_ticks
from desktop_app.ui.view_state import ViewState

TICK_SPACING = 96


class TimeAxis(QWidget):
    """Round times under the plot areas."""

    def __init__(self, view: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._right_margin = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        view.time_changed.connect(self.update)

    def set_right_margin(self, pixels: int) -> None:
        """Leave out what a scroll bar takes beside the plot areas."""
        self._right_margin = pixels
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for ticks and one line of words."""
        return QSize(200, self.fontMetrics().height() + 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ticks and words; the first and the last word stay inside."""
        painter = QPainter(self)
        left, right = AXIS_WIDTH, self.width() - self._right_margin
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        if self._view.frames == 0 or right <= left:
            return
        scale = (right - left) / self._view.span_s
        for at_s, words in time_ticks(self._view.start_s, self._view.stop_s, (right - left) / TICK_SPACING):
            x = left + (at_s - self._view.start_s) * scale
            painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
            painter.drawLine(QPointF(x, 0), QPointF(x, 4))
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            width = painter.fontMetrics().horizontalAdvance(words)
            x = min(max(x - width / 2, left - AXIS_WIDTH / 2), right - width)
            painter.drawText(QRectF(x, 4, width + 2, self.height() - 4), Qt.AlignmentFlag.AlignVCenter, words)
