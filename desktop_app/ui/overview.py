"""The strip of the whole recording above the lanes: what is visible is marked, a click or drag moves it."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.audio.peaks import PeakPyramid
from desktop_app.colours import NEUTRAL
from desktop_app.services.session import Selection
from desktop_app.ui.labels.marks import Marks
from desktop_app.ui.lane import AXIS_WIDTH
from desktop_app.ui.view_state import ZOOM_STEP, ViewState
from desktop_app.ui.waveform_view import envelope_pixels

HEIGHT = 40
SHADE = 150
MIN_FRAME_WIDTH = 6
TICK_WIDTH, TICK_HEIGHT = 2, 5


class Overview(QWidget):
    """All channels in one waveform, from the first frame to the last."""

    def __init__(self, view: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._pyramid: PeakPyramid | None = None
        self._gain = 1.0
        self._selection: Selection | None = None
        self._play_head_s = 0.0
        self._grip_s = 0.0
        self._right_margin = 0
        self._picture: tuple[QImage, object] | None = None
        self._marks = Marks()
        self._colour_of: Callable[[str], str] = lambda _: NEUTRAL
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Overview of the whole recording")
        self.setToolTip("The whole recording: click or drag to move what is shown below")
        view.time_changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return a strip of fixed height."""
        return QSize(200, HEIGHT)

    def set_pyramid(self, pyramid: PeakPyramid | None) -> None:
        """Paint another pyramid, or more of the same one."""
        self._pyramid = pyramid
        self._picture = None
        self.update()

    def set_gain(self, gain: float) -> None:
        """Stretch the waveform; at 1 full scale fills the strip."""
        self._gain = gain
        self._picture = None
        self.update()

    def set_right_margin(self, pixels: int) -> None:
        """Leave out what a scroll bar takes beside the plot areas."""
        self._right_margin = pixels
        self.update()

    def set_selection(self, selection: Selection | None) -> None:
        """Mark the selection."""
        self._selection = selection
        self.update()

    def set_marks(self, marks: Marks, colour_of: Callable[[str], str]) -> None:
        """Show where annotations are, as ticks in the colours of their labels."""
        self._marks, self._colour_of = marks, colour_of
        self.update()

    def set_play_head(self, at_s: float) -> None:
        """Mark the play head."""
        old, self._play_head_s = self._x(self._play_head_s), at_s
        if self._view.frames and round(old) != round(self._x(at_s)):
            for x in (old, self._x(at_s)):
                self.update(round(x) - 2, 0, 5, self.height())

    def forget_colours(self) -> None:
        """Paint with the palette's new colours."""
        self._picture = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the waveform, dim what is not visible, mark selection and play head."""
        painter = QPainter(self)
        palette = self.palette()
        painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.Base))
        if self._view.frames == 0:
            return
        area = self._area()
        self._paint_waveform(painter, area)
        if self._selection is not None:
            tint = QColor(palette.color(QPalette.ColorRole.Highlight))
            tint.setAlpha(70)
            left, right = self._x(self._selection.onset_s), self._x(self._selection.offset_s)
            painter.fillRect(QRectF(left, 0, max(right - left, 1), area.height()), tint)
        self._paint_window(painter, area)
        self._paint_marks(painter, area)
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Text), 1))
        x = self._x(self._play_head_s)
        painter.drawLine(QPointF(x, 0), QPointF(x, area.height()))

    def _paint_waveform(self, painter: QPainter, area: QRectF) -> None:
        ratio = self.devicePixelRatioF()
        columns, rows = round(area.width() * ratio), round(area.height() * ratio)
        if self._pyramid is None or columns < 1:
            return
        if self._picture is None or self._picture[0].width() != columns:
            envelope = self._pyramid.envelope(0, self._pyramid.frames, columns)
            envelope *= np.float32(self._gain)
            joined = np.stack([envelope[:, :, 0].min(axis=1), envelope[:, :, 1].max(axis=1)], axis=1)
            colour = self.palette().color(QPalette.ColorRole.PlaceholderText)
            pixels = envelope_pixels(joined, rows, colour)
            form = QImage.Format.Format_ARGB32_Premultiplied
            self._picture = QImage(pixels.data, columns, rows, 4 * columns, form), pixels
        painter.drawImage(area, self._picture[0])

    def _paint_marks(self, painter: QPainter, area: QRectF) -> None:
        """Paint one tick a pixel and label along the bottom, however many annotations there are."""
        scale = area.width() / max(self._view.duration_s, 1e-9)
        left = np.floor(self._marks.onset_s * scale)
        right = np.maximum(np.ceil(self._marks.offset_s * scale), left + TICK_WIDTH)
        for place, name in enumerate(self._marks.labels):
            mine = self._marks.label == place
            spans = np.unique(np.stack([left[mine], right[mine]], axis=1), axis=0)
            colour = QColor(self._colour_of(name))
            for begin, end in spans.tolist():
                painter.fillRect(
                    QRectF(area.left() + begin, area.bottom() - TICK_HEIGHT, end - begin, TICK_HEIGHT), colour
                )

    def _paint_window(self, painter: QPainter, area: QRectF) -> None:
        """Dim what is not visible and frame what is."""
        left, right = self._window()
        if left <= area.left() and right >= area.right():
            return
        shade = QColor(self.palette().color(QPalette.ColorRole.Base))
        shade.setAlpha(SHADE)
        painter.fillRect(QRectF(area.left(), 0, left - area.left(), area.height()), shade)
        painter.fillRect(QRectF(right, 0, area.right() - right, area.height()), shade)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1))
        painter.drawRect(QRectF(left + 0.5, 0.5, right - left - 1, area.height() - 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the visible window, or bring it here first."""
        if event.button() != Qt.MouseButton.LeftButton or not self._view.frames:
            return
        at_s = self._time(event.position().x())
        left, right = self._window()
        if not left <= event.position().x() <= right:
            self._view.pan(at_s - (self._view.start_s + self._view.stop_s) / 2)
        self._grip_s = at_s - self._view.start_s

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the visible window."""
        if event.buttons() & Qt.MouseButton.LeftButton and self._view.frames:
            self._view.pan(self._time(event.position().x()) - self._grip_s - self._view.start_s)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the middle of what is visible."""
        notches = event.angleDelta().y() / 120
        if self._view.frames and notches:
            self._view.zoom(ZOOM_STEP**-notches)

    def _area(self) -> QRectF:
        return QRectF(AXIS_WIDTH, 0, max(self.width() - AXIS_WIDTH - self._right_margin, 0), self.height())

    def _window(self) -> tuple[float, float]:
        """Return the edges of the visible window, wide enough to see and to take hold of."""
        left, right = self._x(self._view.start_s), self._x(self._view.stop_s)
        lack = max(MIN_FRAME_WIDTH - (right - left), 0) / 2
        return left - lack, right + lack

    def _x(self, at_s: float) -> float:
        return AXIS_WIDTH + at_s / max(self._view.duration_s, 1e-9) * self._area().width()

    def _time(self, x: float) -> float:
        return (x - AXIS_WIDTH) / max(self._area().width(), 1) * self._view.duration_s
