"""A drawing of a report in the window: as sharp as the screen, in the colours of the theme, with what it says.

The drawings are the reports' own (`classifier.reports`), rendered by QtSvg; there is no second way of drawing them.
"""

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QToolTip, QWidget

from desktop_app.classifier.reports.svg import Drawing, Spot, resolved
from desktop_app.ui.theme import Theme, type_family
from desktop_app.ui.wording import in_tip

LEAST_ZOOM, MOST_ZOOM = 0.7, 1.4
"""Between them the drawing fills the room; below, its letters could not be read."""
OUTLINE_PX = 2.0
STEPS: Mapping[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
SIDEWAYS_COST = 4.0
"""A step prefers what lies ahead to what lies aside."""


class DrawingView(QWidget):
    """Shows one drawing as large as there is room, and tells which of its shapes is clicked or met by Enter."""

    chosen = Signal(tuple)
    """Key of the shape (`svg.Tip.key`)."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._drawing: Drawing | None = None
        self._picture: QPixmap | None = None
        self._met: Spot | None = None
        self._chosen: Spot | None = None
        self.setMouseTracking(True)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        theme.changed.connect(self._forget_picture)

    @property
    def drawing(self) -> Drawing | None:
        """Return what is shown."""
        return self._drawing

    def show_drawing(self, drawing: Drawing | None) -> None:
        """Show another drawing, or nothing."""
        self._drawing, self._met, self._chosen = drawing, None, None
        self.setAccessibleName(drawing.title if drawing else "")
        keyed = drawing is not None and any(spot.tip.key for spot in drawing.spots)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if keyed else Qt.FocusPolicy.NoFocus)
        least = QSize(round(LEAST_ZOOM * drawing.width), round(LEAST_ZOOM * drawing.height)) if drawing else QSize(0, 0)
        self.setMinimumSize(least)
        self._forget_picture()

    def place_of(self, spot: Spot) -> QPointF:
        """Return the middle of a shape in the coordinates of this widget."""
        corner, zoom = self._frame()
        return corner + QPointF(*spot.middle) * zoom

    def sizeHint(self) -> QSize:
        """Return the drawing's own size."""
        return QSize(round(self._drawing.width), round(self._drawing.height)) if self._drawing else super().sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the drawing, and outlines around the shapes that are met and chosen."""
        if self._drawing is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._picture is None or self._picture.size() != self._pixels():
            self._picture = self._rendered(self._drawing)
        painter.drawPixmap(0, 0, self._picture)
        corner, zoom = self._frame()
        for spot, role in ((self._chosen, QPalette.ColorRole.Text), (self._met, QPalette.ColorRole.Highlight)):
            if spot is not None and spot.tip.key:
                painter.setPen(QPen(self.palette().color(role), OUTLINE_PX))
                painter.drawPolygon(QPolygonF([corner + QPointF(x, y) * zoom for x, y in spot.outline]))
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what is under the pointer."""
        spot = self._spot_at(event.position())
        if spot is not self._met:
            self._meet(spot)
        if spot is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(event.globalPosition().toPoint(), in_tip(spot.tip.text), self)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the shape under the pointer."""
        spot = self._spot_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and spot is not None:
            self._choose(spot)

    def leaveEvent(self, event: object) -> None:
        """Forget what was under the pointer."""
        self._meet(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Forget what the keys had met."""
        super().focusOutEvent(event)
        self._meet(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk from shape to shape by arrows; Enter chooses."""
        step = STEPS.get(event.key())
        if step is not None:
            self._walk(*step)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._met is not None:
            self._choose(self._met)
        else:
            super().keyPressEvent(event)

    def _choose(self, spot: Spot) -> None:
        if spot.tip.key:
            self._chosen = spot
            self.update()
            self.chosen.emit(spot.tip.key)

    def _meet(self, spot: Spot | None) -> None:
        self._met = spot
        self.setAccessibleDescription(spot.tip.text if spot else "")
        shape = Qt.CursorShape.PointingHandCursor if spot and spot.tip.key else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        self.update()

    def _walk(self, right: int, down: int) -> None:
        """Meet the nearest shape that lies in a direction."""
        keyed = [spot for spot in self._drawing.spots if spot.tip.key] if self._drawing else []
        start = self._met or self._chosen
        if not keyed:
            return
        nearest = _nearest(keyed, start, (right, down)) if start else keyed[0]
        self._meet(nearest)
        QToolTip.showText(self.mapToGlobal(self.place_of(nearest).toPoint()), in_tip(nearest.tip.text), self)

    def _spot_at(self, at: QPointF) -> Spot | None:
        if self._drawing is None:
            return None
        corner, zoom = self._frame()
        inside = (at - corner) / zoom
        return self._drawing.spot_at((inside.x(), inside.y()))

    def _frame(self) -> tuple[QPointF, float]:
        """Return where the drawing's corner is, and its zoom."""
        assert self._drawing is not None
        width, height = self._drawing.width, self._drawing.height
        zoom = min(max(min(self.width() / width, self.height() / height), LEAST_ZOOM), MOST_ZOOM)
        spare = QPointF(max(0.0, self.width() - zoom * width), max(0.0, self.height() - zoom * height))
        return spare / 2, zoom

    def _rendered(self, drawing: Drawing) -> QPixmap:
        """Return the drawing on the size of this widget, at the resolution of its screen."""
        picture = QPixmap(self._pixels())
        picture.setDevicePixelRatio(self.devicePixelRatioF())
        picture.fill(QColor(Qt.GlobalColor.transparent))
        svg = resolved(drawing.to_svg(type_family().family()), self._theme.tones)
        corner, zoom = self._frame()
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = QPointF(zoom * drawing.width, zoom * drawing.height)
        QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(corner, corner + size))
        painter.end()
        return picture

    def _pixels(self) -> QSize:
        return self.size() * self.devicePixelRatioF()

    def _forget_picture(self) -> None:
        self._picture = None
        self.update()


def _nearest(spots: Sequence[Spot], start: Spot, step: tuple[int, int]) -> Spot:
    """Return the shape to go to from another one; that one itself where nothing lies ahead."""

    def distance(spot: Spot) -> float:
        across, down = spot.middle[0] - start.middle[0], spot.middle[1] - start.middle[1]
        forward, aside = across * step[0] + down * step[1], abs(across * step[1]) + abs(down * step[0])
        return forward + SIDEWAYS_COST * aside if forward > 1 else math.inf

    nearest = min(spots, key=distance)
    return nearest if math.isfinite(distance(nearest)) else start
