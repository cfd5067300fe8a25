"""A level meter: one bar a channel, the held peak as a line, and a light that says that sound is overloaded."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.audio.levels import FLOOR_DB, Levels
from desktop_app.ui.theme import Theme, small_font
from desktop_app.ui.ticks import MINUS, decibel_words

LOWEST_DB = -60.0
TICKS_DB = (-60, -48, -36, -24, -12, 0)
LOUD_DB = -6.0
"""From here on the bar warns."""
BAR_HEIGHT, GAP, LIGHT_WIDTH = 8, 4, 40
MOST_BARS = 8


class LevelMeterView(QWidget):
    """Shows the levels it is given."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._levels: Levels | None = None
        self._bars = 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Level")
        self.setToolTip("Level of each channel; the line is the highest of the last moments, CLIP tells of overload")
        self.setFont(small_font())

    def show_levels(self, levels: Levels | None) -> None:
        """Show other levels; None while nothing is listened to."""
        self._levels = levels
        if levels is not None:
            bars, self._bars = self._bars, min(len(levels.peak_db), MOST_BARS)
            if bars != self._bars:
                self.updateGeometry()
            loudest = max(levels.peak_db)
            words = decibel_words(loudest) if loudest > FLOOR_DB else "silent"
            self.setAccessibleDescription(words + (", overloaded" if levels.clipped else ""))
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for all bars and the scale."""
        return QSize(240, self._bars * (BAR_HEIGHT + GAP) + self.fontMetrics().height())

    def _x(self, db: float) -> float:
        """Return where a level lies."""
        return (self.width() - LIGHT_WIDTH) * min(max(1 - db / LOWEST_DB, 0.0), 1.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint bars, scale and light."""
        painter = QPainter(self)
        for bar in range(self._bars):
            self._paint_bar(painter, bar)
        top = self._bars * (BAR_HEIGHT + GAP)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        for db in TICKS_DB:
            words = str(db).replace("-", MINUS)
            width = painter.fontMetrics().horizontalAdvance(words)
            left = min(max(self._x(db) - width / 2, 0), self.width() - LIGHT_WIDTH - width + GAP)
            painter.drawText(QRectF(left, top, width + 1, self.height() - top), Qt.AlignmentFlag.AlignLeft, words)
        self._paint_light(painter)

    def _paint_bar(self, painter: QPainter, bar: int) -> None:
        palette, tones, top = self.palette(), self._theme.tones, bar * (BAR_HEIGHT + GAP)
        painter.fillRect(QRectF(0, top, self._x(0), BAR_HEIGHT), palette.color(QPalette.ColorRole.Midlight))
        if self._levels is None:
            return
        peak, hold, rms = (
            self._x(values[bar]) for values in (self._levels.peak_db, self._levels.hold_db, self._levels.rms_db)
        )
        pale = QColor(tones.accent)
        pale.setAlpha(120)
        painter.fillRect(QRectF(0, top, peak, BAR_HEIGHT), pale)
        painter.fillRect(QRectF(0, top, rms, BAR_HEIGHT), QColor(tones.accent))
        loud = self._x(LOUD_DB)
        if peak > loud:
            painter.fillRect(QRectF(loud, top, peak - loud, BAR_HEIGHT), QColor(tones.warning))
        if hold > 0:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Text), 2))
            painter.drawLine(QPointF(hold, top), QPointF(hold, top + BAR_HEIGHT))

    def _paint_light(self, painter: QPainter) -> None:
        """Paint the light of an overload, with a word, as not everybody sees red."""
        on = self._levels is not None and self._levels.clipped
        box = QRectF(self.width() - LIGHT_WIDTH + 8, 0, LIGHT_WIDTH - 8, self._bars * (BAR_HEIGHT + GAP))
        painter.setPen(QColor(self._theme.tones.error) if on else self.palette().color(QPalette.ColorRole.Mid))
        painter.drawText(box.adjusted(0, -GAP, 0, 0), Qt.AlignmentFlag.AlignCenter, "CLIP")
