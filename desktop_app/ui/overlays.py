"""What lies over the sound in a lane: the selection, the play head, the quiet lines through the pointer."""

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop_app.services.session import Selection
from desktop_app.ui.lane import LaneBox, LaneItem
from desktop_app.ui.view_state import ViewState

SHADOW = QColor(0, 0, 0, 150)
LIGHT = QColor(255, 255, 255)
VEIL = QColor(255, 255, 255, 12)


class SelectionItem(LaneItem):
    """The selected stretch of time, and on a spectrogram the selected band."""

    def __init__(self, box: LaneBox, view: ViewState) -> None:
        super().__init__(box, z=10)
        self._view = view
        self._selection: Selection | None = None

    def set_selection(self, selection: Selection | None) -> None:
        """Show another selection."""
        self._selection = selection
        self.update()

    def rect_of(self, selection: Selection) -> QRectF:
        """Return where a selection lies in the plot area, in pixels; it may reach beyond."""
        rect, view = self.boundingRect(), self._view
        scale = rect.width() / view.span_s
        left, right = (selection.onset_s - view.start_s) * scale, (selection.offset_s - view.start_s) * scale
        top, bottom = 0.0, rect.height()
        if self.box.has_frequency and selection.low_hz is not None and selection.high_hz is not None:
            bottom, top = (rect.height() * (1 - view.axis.position(hz)) for hz in (selection.low_hz, selection.high_hz))
        return QRectF(QPointF(left, top), QPointF(right, bottom))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint the stretch; on the spectrogram as an outline that every colour map leaves visible."""
        if self._selection is None or widget is None:
            return
        rect, whole = self.rect_of(self._selection), self.boundingRect()
        accent = widget.palette().color(QPalette.ColorRole.Highlight)
        band = QRectF(rect.left(), -2, rect.width(), whole.height() + 4)
        if self.box.has_frequency:
            self._paint_outline(painter, rect if self._selection.low_hz is not None else band)
            return
        tint = QColor(accent)
        tint.setAlpha(56)
        painter.fillRect(band, tint)
        painter.setPen(QPen(accent, 1))
        painter.drawRect(band)

    @staticmethod
    def _paint_outline(painter: QPainter, rect: QRectF) -> None:
        painter.fillRect(rect, VEIL)
        painter.setPen(QPen(SHADOW, 3))
        painter.drawRect(rect)
        painter.setPen(QPen(LIGHT, 1))
        painter.drawRect(rect)


class LineItem(LaneItem):
    """A vertical or horizontal line; small, so that moving it repaints no more than a strip."""

    def __init__(self, box: LaneBox, z: float, *, upright: bool, quiet: bool) -> None:
        super().__init__(box, z)
        self._upright = upright
        self._quiet = quiet
        self._at: float | None = None
        self.setVisible(False)

    def boundingRect(self) -> QRectF:
        """Return the strip around the line."""
        whole = self._rect
        return QRectF(-1.5, 0, 3, whole.height()) if self._upright else QRectF(0, -1.5, whole.width(), 3)

    def place(self, fraction: float | None) -> None:
        """Put the line at a fraction of the plot area from its left or top, or nowhere."""
        whole = self.box.rect()
        self.setVisible(fraction is not None and 0 <= fraction <= 1)
        if fraction is not None:
            self.setPos(
                fraction * whole.width() if self._upright else 0, 0 if self._upright else fraction * whole.height()
            )

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint the line; over the spectrogram white with a dark seam."""
        if widget is None:
            return
        rect = self.boundingRect()
        end = QPointF(0, rect.height()) if self._upright else QPointF(rect.width(), 0)
        if self._quiet:
            colour = QColor(LIGHT) if self.box.has_frequency else widget.palette().color(QPalette.ColorRole.Text)
            colour.setAlpha(90)
            painter.setPen(QPen(colour, 1))
        elif self.box.has_frequency:
            painter.fillRect(rect, SHADOW)
            painter.setPen(QPen(LIGHT, 1))
        else:
            painter.setPen(QPen(widget.palette().color(QPalette.ColorRole.Text), 1))
        painter.drawLine(QPointF(0, 0), end)
