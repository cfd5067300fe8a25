"""One row of the timeline: a plot area, and the axis on its left. What it shows is painted in pixels of the plot area.

The view box is pyqtgraph's, so that items in seconds and axis units can be added to it; sound itself is painted by
items that are its children and know its size in pixels: no transformation lies between a column and the screen.
"""

from collections.abc import Callable
from typing import Any, Protocol

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QGraphicsObject,
    QGraphicsSceneWheelEvent,
    QGraphicsWidget,
    QStyleOptionGraphicsItem,
    QWidget,
)

AXIS_WIDTH = 64


class GestureHandler(Protocol):
    """Who acts on what the mouse does in a lane."""

    def drag(self, lane: "LaneBox", event: Any) -> None:
        """Act on a pyqtgraph MouseDragEvent."""

    def click(self, lane: "LaneBox", event: Any) -> None:
        """Act on a pyqtgraph MouseClickEvent."""

    def hover(self, lane: "LaneBox", event: Any) -> None:
        """Act on a pyqtgraph HoverEvent."""

    def wheel(self, lane: "LaneBox", event: QGraphicsSceneWheelEvent) -> None:
        """Act on a wheel turn over the plot area."""


class LaneBox(pg.ViewBox):
    """The plot area of one channel's waveform or spectrogram; `channel` counts from 0."""

    def __init__(self, gestures: GestureHandler, channel: int, has_frequency: bool) -> None:
        pg.ViewBox.__init__(self, enableMenu=False, enableMouse=False, defaultPadding=0)
        self.channel = channel
        self.has_frequency = has_frequency
        self._gestures = gestures
        pg.ViewBox.disableAutoRange(self)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def fraction_at(self, scene_point: QPointF) -> tuple[float, float]:
        """Return where a point of the scene lies in the plot area: from the left and from the bottom, 0 to 1."""
        point = self.mapFromScene(scene_point)
        rect = self.rect()
        return point.x() / max(rect.width(), 1.0), 1 - point.y() / max(rect.height(), 1.0)

    def mouseDragEvent(self, ev: Any, axis: int | None = None) -> None:
        """Hand a drag on."""
        self._gestures.drag(self, ev)

    def mouseClickEvent(self, ev: Any) -> None:
        """Hand a click on."""
        self._gestures.click(self, ev)

    def hoverEvent(self, ev: Any) -> None:
        """Hand the pointer's moves on."""
        self._gestures.hover(self, ev)

    def wheelEvent(self, ev: QGraphicsSceneWheelEvent, axis: int | None = None) -> None:
        """Hand a wheel turn on."""
        self._gestures.wheel(self, ev)
        ev.accept()


class LaneItem(QGraphicsObject):
    """Something painted over the whole plot area of a lane, in pixels from its top left corner."""

    def __init__(self, box: LaneBox, z: float) -> None:
        super().__init__(box)
        self.box = box
        self._rect = box.rect()
        self.setZValue(z)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.setFlag(QGraphicsObject.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        box.sigResized.connect(self._resized)

    def boundingRect(self) -> QRectF:
        """Return the plot area."""
        return self._rect

    def _resized(self) -> None:
        self.prepareGeometryChange()
        self._rect = self.box.rect()


class LaneAxis(QGraphicsWidget):
    """The scale on the left of a lane: a few ticks with their unit, at fractions of the height from the bottom."""

    def __init__(
        self, ticks: Callable[[float], list[tuple[float, str]]], on_wheel: Callable[[float, float], None]
    ) -> None:
        super().__init__()
        self._ticks = ticks
        self._on_wheel = on_wheel
        self.caption = ""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint the ticks and their words, right aligned at the plot area."""
        if widget is None:
            return
        palette, rect = widget.palette(), self.rect()
        painter.setFont(widget.font())
        line = painter.fontMetrics().height()
        for fraction, words in self._ticks(rect.height()):
            y = rect.bottom() - fraction * rect.height()
            painter.setPen(palette.color(QPalette.ColorRole.Mid))
            painter.drawLine(QPointF(rect.right() - 4, y), QPointF(rect.right() - 1, y))
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
            top = min(max(y - line / 2, rect.top()), rect.bottom() - line)
            box = QRectF(rect.left(), top, rect.width() - 8, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        if self.caption:
            painter.setPen(palette.color(QPalette.ColorRole.Text))
            painter.drawText(
                rect.adjusted(8, 0, 0, 0), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop, self.caption
            )

    def wheelEvent(self, event: QGraphicsSceneWheelEvent) -> None:
        """Zoom at the pointer."""
        position = 1 - event.pos().y() / max(self.rect().height(), 1.0)
        self._on_wheel(event.delta() / 120, position)
        event.accept()
