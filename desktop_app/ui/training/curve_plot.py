"""Curves over rounds or over rates: a few lines, one place marked, and what is under the pointer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from desktop_app.colours import Tones
from desktop_app.ui.theme import Theme

LEFT, TOP, RIGHT, BOTTOM = 48, 28, 16, 28
TICKS = 4
DOTTED_UP_TO = 60  # points; more of them would hide the line


@dataclass(frozen=True)
class Curve:
    """One line."""

    name: str
    points: Sequence[tuple[float, float]]
    tone: str = "accent"
    """A name of `colours.Tones`."""
    dashed: bool = False
    dots: bool = False
    """Every point is one that was measured: shown while they are few."""


@dataclass(frozen=True)
class Axes:
    """What is shown, from left to right and from bottom to top."""

    x: tuple[float, float]
    y: tuple[float, float]
    logarithmic: bool = False
    """The axis from left to right is; its limits are above 0."""
    percent: bool = False
    """Values from bottom to top are shares."""

    def across(self, x: float) -> float:
        """Return where x is, 0 left to 1 right."""
        low, high, at = (math.log10(max(v, 1e-30)) if self.logarithmic else v for v in (*self.x, x))
        return (at - low) / max(high - low, 1e-12)

    def at(self, across: float) -> float:
        """Return the x of a place, 0 left to 1 right."""
        if self.logarithmic:
            return float(self.x[0] * (self.x[1] / self.x[0]) ** across)
        return self.x[0] + across * (self.x[1] - self.x[0])

    def words(self, y: float) -> str:
        """Return a value on the axis from bottom to top."""
        return f"{100 * y:.0f} %" if self.percent else f"{y:.3g}"


class CurvePlot(QWidget):
    """Paints curves in the colours of the theme."""

    clicked = Signal(float)
    """x of the place that was clicked."""

    def __init__(self, title: str, theme: Theme) -> None:
        super().__init__()
        self._title, self._theme = title, theme
        self._curves: tuple[Curve, ...] = ()
        self._axes = Axes((0, 1), (0, 1))
        self._mark: tuple[float, str] | None = None
        self._pointer: float | None = None
        self.hint = ""
        """Said in the middle while there is no curve."""
        self.setMouseTracking(True)
        self.setMinimumSize(220, 96)
        self.setAccessibleName(title)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return a comfortable size."""
        return QSize(400, 220)

    @property
    def curves(self) -> tuple[Curve, ...]:
        """Return what is shown."""
        return self._curves

    @property
    def mark(self) -> tuple[float, str] | None:
        """Return the place that is marked, and its words."""
        return self._mark

    def show_curves(self, curves: Sequence[Curve], axes: Axes, mark: tuple[float, str] | None = None) -> None:
        """Show curves; `mark` draws a line at an x, with words."""
        self._curves, self._axes, self._mark = tuple(curves), axes, mark
        ends = (f"{curve.name} {axes.words(curve.points[-1][1])}" for curve in self._curves if curve.points)
        self.setAccessibleDescription(", ".join(ends))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the scales, the curves, the mark and what is under the pointer."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area, tones = self._area(), self._theme.tones
        self._paint_scales(painter, area, tones)
        self._paint_head(painter, area, tones)
        if self.hint and not any(curve.points for curve in self._curves):
            painter.setPen(QColor(tones.secondary))
            between = area.translated(0, -area.height() / (2 * TICKS))
            painter.drawText(between, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.hint)
        painter.setClipRect(area.adjusted(-4, -4, 4, 4))
        self._paint_mark(painter, area, tones)
        for curve in self._curves:
            self._paint_curve(painter, area, curve, QColor(getattr(tones, curve.tone)))
        if self._pointer is not None:
            self._line_at(painter, area, self._pointer, QColor(tones.secondary), Qt.PenStyle.SolidLine)

    def _paint_scales(self, painter: QPainter, area: QRectF, tones: Tones) -> None:
        height = painter.fontMetrics().height()
        low, high = self._axes.y
        for tick in range(TICKS + 1):
            y = area.bottom() - tick / TICKS * area.height()
            painter.setPen(QPen(QColor(tones.line), 0))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(tones.secondary))
            words = self._axes.words(low + tick / TICKS * (high - low))
            painter.drawText(QRectF(0, y - height / 2, LEFT - 8, height), Qt.AlignmentFlag.AlignRight, words)
        for x, words in x_ticks(self._axes, max(2, int(area.width() // 64))):
            place = area.left() + self._axes.across(x) * area.width()
            width = painter.fontMetrics().horizontalAdvance(words)
            left = min(max(place - width / 2, 0), self.width() - width)
            painter.drawText(QPointF(left, self.height() - painter.fontMetrics().descent() - 6), words)

    def _paint_head(self, painter: QPainter, area: QRectF, tones: Tones) -> None:
        """Write the title left and, right, the names of the curves, or their values under the pointer."""
        bold = painter.font()
        bold.setWeight(bold.Weight.DemiBold)
        painter.save()
        painter.setFont(bold)
        painter.setPen(QColor(tones.text))
        painter.drawText(QRectF(0, 0, area.width(), 20), Qt.AlignmentFlag.AlignVCenter, self._title)
        painter.restore()
        right = area.right()
        for curve in reversed(self._curves):
            words = f"{curve.name} {self._value_at_pointer(curve)}".strip()
            width = painter.fontMetrics().horizontalAdvance(words)
            painter.setPen(QColor(tones.secondary))
            painter.drawText(QRectF(right - width, 0, width + 1, 20), Qt.AlignmentFlag.AlignVCenter, words)
            pen = QPen(QColor(getattr(tones, curve.tone)), 2)
            pen.setStyle(Qt.PenStyle.DotLine if curve.dashed else Qt.PenStyle.SolidLine)
            painter.setPen(pen)
            painter.drawLine(QPointF(right - width - 22, 10), QPointF(right - width - 6, 10))
            right -= width + 38

    def _paint_mark(self, painter: QPainter, area: QRectF, tones: Tones) -> None:
        if self._mark is None:
            return
        x, words = self._mark
        self._line_at(painter, area, x, QColor(tones.accent), Qt.PenStyle.DashLine)
        width = painter.fontMetrics().horizontalAdvance(words)
        place = area.left() + self._axes.across(x) * area.width()
        left = place + 6 if place + 6 + width < area.right() else place - 6 - width
        painter.setPen(QColor(tones.secondary))
        base = area.top() + painter.fontMetrics().ascent() + 2
        if self._runs_high_at(x):
            base = area.bottom() - painter.fontMetrics().descent() - 2
        painter.drawText(QPointF(left, base), words)

    def _runs_high_at(self, x: float) -> bool:
        """Return whether the curves are in the upper half there: words stand clear of them in the other."""
        low, high = self._axes.y
        values = [min(c.points, key=lambda point: abs(point[0] - x))[1] for c in self._curves if c.points]
        return sum(values) / max(len(values), 1) > (low + high) / 2

    def _line_at(self, painter: QPainter, area: QRectF, x: float, colour: QColor, style: Qt.PenStyle) -> None:
        place = area.left() + self._axes.across(x) * area.width()
        painter.setPen(QPen(colour, 1, style))
        painter.drawLine(QPointF(place, area.top()), QPointF(place, area.bottom()))

    def _paint_curve(self, painter: QPainter, area: QRectF, curve: Curve, colour: QColor) -> None:
        low, high = self._axes.y
        points = [
            QPointF(
                area.left() + self._axes.across(x) * area.width(),
                area.bottom() - min(max((y - low) / max(high - low, 1e-12), 0), 1) * area.height(),
            )
            for x, y in curve.points
        ]
        painter.setPen(QPen(colour, 2, Qt.PenStyle.DotLine if curve.dashed else Qt.PenStyle.SolidLine))
        painter.drawPolyline(QPolygonF(points))
        if (curve.dots and len(points) <= DOTTED_UP_TO) or len(points) == 1:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for point in points:
                painter.drawEllipse(point, 2.5, 2.5)

    def _value_at_pointer(self, curve: Curve) -> str:
        """Return the value of the point nearest to the pointer, or nothing while it is elsewhere."""
        if self._pointer is None or not curve.points:
            return ""
        at = self._axes.across(self._pointer)
        nearest = min(curve.points, key=lambda point: abs(self._axes.across(point[0]) - at))
        return f"{100 * nearest[1]:.1f} %" if self._axes.percent else f"{nearest[1]:.3f}"

    def _area(self) -> QRectF:
        return QRectF(LEFT, TOP, max(self.width() - LEFT - RIGHT, 1), max(self.height() - TOP - BOTTOM, 1))

    def _x_under(self, position: QPointF) -> float | None:
        area = self._area()
        inside = area.adjusted(-8, -8, 8, 8).contains(position) and any(curve.points for curve in self._curves)
        return self._axes.at(min(max((position.x() - area.left()) / area.width(), 0), 1)) if inside else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read the values under the pointer."""
        self._pointer = self._x_under(event.position())
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell where it was clicked."""
        x = self._x_under(event.position())
        if x is not None and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(x)

    def leaveEvent(self, event: QEvent) -> None:
        """Show the names again."""
        self._pointer = None
        self.update()


def round_top(value: float) -> float:
    """Return the end of an axis from 0 up to a value, such that its ticks are round numbers."""
    power = 10.0 ** math.floor(math.log10(max(value, 1e-9) / TICKS))
    step = next(power * mantissa for mantissa in (1, 2, 2.5, 5, 10) if TICKS * power * mantissa >= value * (1 - 1e-9))
    return TICKS * step


def round_ends(low: float, high: float) -> tuple[float, float]:
    """Return the ends of an axis that holds two values, such that its ticks are round numbers."""
    step = round_top(high - low) / TICKS
    start = math.floor(low / step + 1e-9)
    while start * step + TICKS * step < high * (1 - 1e-9):  # it begins below `low`: the next step reaches further
        step = round_top(TICKS * step * 1.01) / TICKS
        start = math.floor(low / step + 1e-9)
    return start * step, (start + TICKS) * step


def rate_words(rate: float) -> str:
    """Return a rate with two digits that count, never as a power of ten."""
    return f"{Decimal(f'{rate:.2g}'):f}"


def x_ticks(axes: Axes, most: int) -> list[tuple[float, str]]:
    """Return round places of the axis from left to right: decades, or whole numbers."""
    low, high = axes.x
    if axes.logarithmic:
        powers = range(math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9) + 1)
        every = -(-len(powers) // most) or 1
        return [(10.0**power, rate_words(10.0**power)) for power in powers[::every]]
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 10**3, 10**4, 10**5, 10**9) if (high - low) / s <= most)
    start = math.ceil(low)
    first = start if step < 5 else math.ceil(low / step) * step
    ticks = {start} | {first + step * index for index in range(int((high - first) // step) + 1)}
    return [(float(x), f"{x:g}") for x in sorted(ticks) if x == start or x - low >= 0.6 * step]
