"""One row of the timeline: a plot area, and the axis on its left. What it shows is painted in pixels of the plot area.

The view box is pyqtgraph's, so that items in seconds and axis units can be added to it; sound itself is painted by
items that are its children and know its size in pixels: no transformation lies between a column and the screen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QGraphicsObject,
    QGraphicsSceneMouseEvent,
    QGraphicsSceneWheelEvent,
    QGraphicsWidget,
    QStyleOptionGraphicsItem,
    QWidget,
)

from desktop_app.ui.graph import pg

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


@dataclass(frozen=True)
class AxisRole:
    """What the scale beside a lane shows, and what the mouse does on it. Positions run from 0 (bottom) to 1 (top)."""

    ticks: Callable[[float], list[tuple[float, str]]]
    """Position and words of each tick, for a height in pixels."""
    wheel: Callable[[float, float], None]
    """Notches, and the position they were turned at."""
    drag: Callable[[float], None]
    """By how much of the height the pointer was dragged upwards."""
    reset: Callable[[], None]
    """Double-click."""
    caption: str = ""
    """Name of the channel."""


class LaneAxis(QGraphicsWidget):
    """The scale on the left of a lane: a few ticks with their unit."""

    def __init__(self, role: AxisRole) -> None:
        super().__init__()
        self._role = role

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint the ticks and their words, right aligned at the plot area."""
        if widget is None:
            return
        palette, rect = widget.palette(), self.rect()
        painter.setFont(widget.font())
        line = painter.fontMetrics().height()
        for fraction, words in self._role.ticks(rect.height()):
            y = rect.bottom() - fraction * rect.height()
            painter.setPen(palette.color(QPalette.ColorRole.Mid))
            painter.drawLine(QPointF(rect.right() - 4, y), QPointF(rect.right() - 1, y))
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
            top = min(max(y - line / 2, rect.top()), rect.bottom() - line)
            box = QRectF(rect.left(), top, rect.width() - 8, line)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        corner = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.drawText(rect.adjusted(8, 0, 0, 0), corner, self._role.caption)

    def wheelEvent(self, event: QGraphicsSceneWheelEvent) -> None:
        """Zoom at the pointer."""
        position = 1 - event.pos().y() / max(self.rect().height(), 1.0)
        self._role.wheel(event.delta() / 120, position)
        event.accept()

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Take hold of the scale."""
        event.setAccepted(event.button() == Qt.MouseButton.LeftButton)

    def mouseMoveEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Drag the scale."""
        self._role.drag((event.lastPos().y() - event.pos().y()) / max(self.rect().height(), 1.0))

    def mouseDoubleClickEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """Show the whole scale."""
        self._role.reset()
