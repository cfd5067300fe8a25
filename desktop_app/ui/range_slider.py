"""A slider with two handles over a bar of colours: which levels are drawn dark and which bright."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.ui.colour_maps import STEPS, colours
from desktop_app.ui.ticks import decibel_words

LOWEST_DB, HIGHEST_DB = -140.0, 20.0
LEAST_SPAN_DB = 6.0
MARGIN = 7
BAR_HEIGHT = 10


class RangeSlider(QWidget):
    """Floor and ceiling in dB. Drag a handle, or between them both; arrow keys and the wheel do the same."""

    moved = Signal(float, float)
    """The person moved it: floor and ceiling in dB."""
    reset_asked = Signal()
    """Double-click: back to the automatic range."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.floor_db, self.ceiling_db = -100.0, -20.0
        self._map = "viridis"
        self._grip = ""
        self._grip_db = 0.0
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Range of levels shown")
        self.setToolTip(
            "Range of levels: drag the handles, or the bar between them\n"
            "Left and Right: darker or brighter; Up and Down: less or more contrast; double-click: automatic"
        )
        self._describe()

    def sizeHint(self) -> QSize:
        """Return a comfortable width."""
        return QSize(200, 24)

    def minimumSizeHint(self) -> QSize:
        """Return the least width that can still be dragged."""
        return QSize(96, 24)

    def set_range(self, floor_db: float, ceiling_db: float) -> None:
        """Show a range, without emitting."""
        self.floor_db, self.ceiling_db = floor_db, ceiling_db
        self._describe()
        self.update()

    def set_colour_map(self, name: str) -> None:
        """Show the colours of another map."""
        self._map = name
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bar with the colours as the range spreads them, and the handles."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(MARGIN, (self.height() - BAR_HEIGHT) / 2, self.width() - 2 * MARGIN, BAR_HEIGHT)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
        painter.setBrush(self._gradient(bar))
        painter.drawRoundedRect(bar, 3, 3)
        focus = QPalette.ColorRole.Highlight if self.hasFocus() else QPalette.ColorRole.Text
        painter.setPen(QPen(self.palette().color(focus), 1.5))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        for db in (self.floor_db, self.ceiling_db):
            painter.drawRoundedRect(QRectF(self._x(db) - 4, bar.top() - 4, 8, BAR_HEIGHT + 8), 3, 3)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the nearest handle, or both where the press is well between them."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._grip_db = self._db(event.position().x())
        to_floor, to_ceiling = (abs(event.position().x() - self._x(db)) for db in (self.floor_db, self.ceiling_db))
        between = self.floor_db < self._grip_db < self.ceiling_db and min(to_floor, to_ceiling) > 12
        self._grip = "both" if between else "floor" if to_floor < to_ceiling else "ceiling"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move what was taken."""
        if not self._grip:
            return
        db = self._db(event.position().x())
        if self._grip == "both":
            self._shift(db - self._grip_db)
            self._grip_db = db
        elif self._grip == "floor":
            self._move(min(db, self.ceiling_db - LEAST_SPAN_DB), self.ceiling_db)
        else:
            self._move(self.floor_db, max(db, self.floor_db + LEAST_SPAN_DB))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._grip = ""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Ask for the automatic range."""
        self._grip = ""
        self.reset_asked.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Darker or brighter."""
        self._shift(-2 * event.angleDelta().y() / 120)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and Right move the range, Down and Up narrow and widen it at its floor."""
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._shift(2 if key == Qt.Key.Key_Left else -2)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 2 if key == Qt.Key.Key_Up else -2
            self._move(min(self.floor_db + step, self.ceiling_db - LEAST_SPAN_DB), self.ceiling_db)
        else:
            super().keyPressEvent(event)

    def _shift(self, by_db: float) -> None:
        by_db = min(max(by_db, LOWEST_DB - self.floor_db), HIGHEST_DB - self.ceiling_db)
        self._move(self.floor_db + by_db, self.ceiling_db + by_db)

    def _move(self, floor_db: float, ceiling_db: float) -> None:
        floor_db, ceiling_db = max(round(floor_db, 1), LOWEST_DB), min(round(ceiling_db, 1), HIGHEST_DB)
        if (floor_db, ceiling_db) != (self.floor_db, self.ceiling_db):
            self.set_range(floor_db, ceiling_db)
            self.moved.emit(floor_db, ceiling_db)

    def _gradient(self, bar: QRectF) -> QLinearGradient:
        gradient = QLinearGradient(QPointF(self._x(self.floor_db), 0), QPointF(self._x(self.ceiling_db), 0))
        table = colours(self._map)
        for step in range(17):
            gradient.setColorAt(step / 16, QColor.fromRgb(int(table[step * (STEPS - 1) // 16])))
        return gradient

    def _x(self, db: float) -> float:
        return MARGIN + (db - LOWEST_DB) / (HIGHEST_DB - LOWEST_DB) * (self.width() - 2 * MARGIN)

    def _db(self, x: float) -> float:
        db = LOWEST_DB + (x - MARGIN) / max(self.width() - 2 * MARGIN, 1) * (HIGHEST_DB - LOWEST_DB)
        return min(max(db, LOWEST_DB), HIGHEST_DB)

    def _describe(self) -> None:
        self.setAccessibleDescription(f"{decibel_words(self.floor_db, 0)} to {decibel_words(self.ceiling_db, 0)}")
