"""The curve of a spectrum: level in dB over frequency, one line a channel, with what is under the pointer."""

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from desktop_app.audio.frequency_axis import FrequencyAxis
from desktop_app.audio.spectrogram import Scale
from desktop_app.ui.ticks import MINUS, frequency_ticks

LEFT, BOTTOM, TOP, RIGHT = 40, 22, 8, 12
DEPTH_DB = 100.0
DB_STEP = 20
TICK_SPACING = 52
CHANNEL_COLOURS = ("", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#f0e442", "#0072b2")
"""After the first, which is the accent: Okabe and Ito's colours, told apart by colour-blind people too."""

Floats = npt.NDArray[np.float32]


class SpectrumPlot(QWidget):
    """Paints levels (channels, bins) over evenly spaced frequencies from 0 on."""

    pointed = Signal(object)
    """Frequency in Hz under the pointer, or None when it has left."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frequencies: Floats = np.zeros(0, np.float32)
        self._levels: Floats = np.zeros((0, 0), np.float32)
        self._band_hz: tuple[float, float] | None = None
        self._axis = FrequencyAxis("linear", 0.0, 1.0)
        self._pointer_hz: float | None = None
        self.setMouseTracking(True)
        self.setMinimumHeight(120)
        self.setAccessibleName("Spectrum")

    def sizeHint(self) -> QSize:
        """Return the size of a comfortable dock."""
        return QSize(280, 200)

    @property
    def top_db(self) -> float:
        """Return the level at the upper edge: the loudest, rounded up to ten."""
        loudest = float(self._levels.max()) if self._levels.size else 0.0
        return 10.0 * math.ceil((loudest + 1) / 10)

    def show_spectrum(
        self, frequencies: Floats, levels: Floats, scale: Scale, band_hz: tuple[float, float] | None = None
    ) -> None:
        """Show a spectrum, and shade a band of it; with no levels the plot is empty."""
        self._frequencies, self._levels, self._band_hz = frequencies, levels, band_hz
        top = float(frequencies[-1]) if len(frequencies) else 1.0
        self._axis = FrequencyAxis(scale, 0.0, top).within(top)
        self.update()

    def level_at(self, hz: float) -> float | None:
        """Return the level of the loudest channel at a frequency."""
        if not self._levels.size:
            return None
        index = round(hz / float(self._frequencies[-1]) * (len(self._frequencies) - 1))
        return float(self._levels[:, min(max(index, 0), len(self._frequencies) - 1)].max())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the scales, the curves and the line through the pointer."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        if not self._levels.size:
            return
        area = self._area()
        if self._band_hz is not None:
            self._paint_band(painter, area, *self._band_hz)
        self._paint_scales(painter, area)
        painter.setClipRect(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for channel, levels in enumerate(self._levels):
            painter.setPen(QPen(self._colour(channel), 1.25))
            painter.drawPolyline(self._curve(levels, area))
        if self._pointer_hz is not None:
            x = area.left() + self._axis.position(self._pointer_hz) * area.width()
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.PlaceholderText), 0))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def _paint_band(self, painter: QPainter, area: QRectF, low_hz: float, high_hz: float) -> None:
        low, high = (self._axis.position(max(hz, self._axis.low_hz)) for hz in (low_hz, high_hz))
        left, right = (area.left() + min(max(position, 0.0), 1.0) * area.width() for position in (low, high))
        painter.fillRect(
            QRectF(left, area.top(), max(right - left, 1.0), area.height()),
            self.palette().color(QPalette.ColorRole.AlternateBase),
        )

    def _paint_scales(self, painter: QPainter, area: QRectF) -> None:
        line, words = (
            self.palette().color(role) for role in (QPalette.ColorRole.Mid, QPalette.ColorRole.PlaceholderText)
        )
        height = painter.fontMetrics().height()
        for db in range(int(self.top_db) // DB_STEP * DB_STEP, int(self.top_db - DEPTH_DB) - 1, -DB_STEP):
            y = self._y(db, area)
            painter.setPen(QPen(line, 0))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(words)
            box = QRectF(0, min(max(y - height / 2, 0), area.bottom() - height), LEFT - 4, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight, f"{db}".replace("-", MINUS))
        for position, text in frequency_ticks(self._axis, max(int(area.width() / TICK_SPACING), 2)):
            x = area.left() + position * area.width()
            painter.setPen(QPen(line, 0))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(words)
            width = painter.fontMetrics().horizontalAdvance(text)
            left = min(max(x - width / 2, 0), self.width() - width)
            painter.drawText(QPointF(left, self.height() - painter.fontMetrics().descent() - 2), text)

    def _curve(self, levels: Floats, area: QRectF) -> QPolygonF:
        """Return the line through the bins; where many share a pixel, through the loudest of each pixel."""
        x = area.left() + self._axis.positions(np.maximum(self._frequencies, self._axis.low_hz)) * area.width()
        pixels = np.floor(x).astype(np.int64)
        starts = np.flatnonzero(np.diff(pixels, prepend=pixels[0] - 1))
        y = [self._y(level, area) for level in np.maximum.reduceat(levels, starts).tolist()]
        return QPolygonF([QPointF(a, b) for a, b in zip(x[starts].tolist(), y, strict=True)])

    def _y(self, db: float, area: QRectF) -> float:
        return area.top() + (self.top_db - db) / DEPTH_DB * area.height()

    def _colour(self, channel: int) -> QColor:
        name = CHANNEL_COLOURS[channel % len(CHANNEL_COLOURS)]
        return QColor(name) if name else self.palette().color(QPalette.ColorRole.Highlight)

    def _area(self) -> QRectF:
        return QRectF(LEFT, TOP, max(self.width() - LEFT - RIGHT, 1), max(self.height() - TOP - BOTTOM, 1))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the frequency under the pointer."""
        area = self._area()
        position = (event.position().x() - area.left()) / area.width()
        inside = 0 <= position <= 1 and self._levels.size > 0
        self._point(self._axis.frequency(position) if inside else None)

    def leaveEvent(self, event: QEvent) -> None:
        """Tell that the pointer has left."""
        self._point(None)

    def _point(self, hz: float | None) -> None:
        self._pointer_hz = hz
        self.update()
        self.pointed.emit(hz)
