"""A level meter: its loudest level, a light for overload, one bar a channel with the held peak, and the scale."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.audio.levels import FLOOR_DB, Levels
from desktop_app.ui.theme import Theme, small_font, type_family
from desktop_app.ui.ticks import MINUS, decibel_words

LOWEST_DB = -60.0
TICKS_DB = (-60, -48, -36, -24, -12, 0)
LOUD_DB = -6.0
"""From here on the bar warns."""
BAR_HEIGHT, GAP = 8, 4
LIGHT = QSize(40, 16)
HEAD_HEIGHT = 24
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
        self._title_font = QFont(type_family())
        self._title_font.setWeight(QFont.Weight.DemiBold)

    def show_levels(self, levels: Levels | None) -> None:
        """Show other levels; None while nothing is listened to."""
        self._levels = levels
        if levels is not None:
            bars, self._bars = self._bars, min(len(levels.peak_db), MOST_BARS)
            if bars != self._bars:
                self.updateGeometry()
            self.setAccessibleDescription(self._words() + (", overloaded" if levels.clipped else ""))
        self.update()

    def sizeHint(self) -> QSize:
        """Return the room for all bars and the scale."""
        return QSize(240, self._scale_top() + self.fontMetrics().height())

    def _scale_top(self) -> int:
        return HEAD_HEIGHT + self._bars * (BAR_HEIGHT + GAP)

    def _x(self, db: float) -> float:
        """Return where a level lies."""
        return self.width() * min(max(1 - db / LOWEST_DB, 0.0), 1.0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint head, bars and scale."""
        painter = QPainter(self)
        self._paint_head(painter)
        for bar in range(self._bars):
            self._paint_bar(painter, bar)
        top = self._scale_top()
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        for db in TICKS_DB:
            words = str(db).replace("-", MINUS)
            width = painter.fontMetrics().horizontalAdvance(words)
            left = min(max(self._x(db) - width / 2, 0), self.width() - width)
            painter.drawText(QRectF(left, top, width + 1, self.height() - top), Qt.AlignmentFlag.AlignLeft, words)

    def _paint_bar(self, painter: QPainter, bar: int) -> None:
        palette, tones, top = self.palette(), self._theme.tones, HEAD_HEIGHT + bar * (BAR_HEIGHT + GAP)
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

    def _paint_head(self, painter: QPainter) -> None:
        """Paint the name, the loudest level in numbers, and the light."""
        palette, box = self.palette(), QRectF(0, 0, self.width() - LIGHT.width() - 8, LIGHT.height())
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._words())
        painter.setFont(self._title_font)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "Level")
        painter.setFont(self.font())
        self._paint_light(painter)

    def _words(self) -> str:
        """Return the loudest level of the last moments."""
        if self._levels is None:
            return ""
        loudest_db = max(self._levels.hold_db)
        return decibel_words(loudest_db) if loudest_db > FLOOR_DB else "silent"

    def _paint_light(self, painter: QPainter) -> None:
        """Paint the light of an overload, with a word, as not everybody sees red."""
        on, tones = self._levels is not None and self._levels.clipped, self._theme.tones
        box = QRectF(self.width() - LIGHT.width(), 0.5, LIGHT.width() - 0.5, LIGHT.height() - 1)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tones.error if on else tones.line), 1))
        painter.setBrush(QColor(tones.error) if on else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QColor(tones.base if on else tones.secondary))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, "CLIP")
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
