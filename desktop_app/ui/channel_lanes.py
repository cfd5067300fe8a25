"""The lanes of all channels: for each a waveform over a spectrogram, with what lies on top of them."""

import math
from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QGraphicsWidget

from desktop_app.annotation.annotations import Annotation
from desktop_app.audio.peaks import PeakPyramid
from desktop_app.audio.spectrogram import ColumnGrid
from desktop_app.colours import NEUTRAL
from desktop_app.services.session import Selection
from desktop_app.services.tiles import TileEngine
from desktop_app.ui.gestures import Point
from desktop_app.ui.graph import pg
from desktop_app.ui.labels.annotation_item import AnnotationItem
from desktop_app.ui.labels.marks import Marks
from desktop_app.ui.lane import AXIS_WIDTH, AxisRole, GestureHandler, LaneAxis, LaneBox
from desktop_app.ui.overlays import LineItem, SelectionItem
from desktop_app.ui.spectrogram_view import SpectrogramItem
from desktop_app.ui.ticks import MINUS, frequency_ticks
from desktop_app.ui.view_state import ViewState
from desktop_app.ui.waveform_view import WaveformItem

WAVEFORM_HEIGHT, SPECTROGRAM_HEIGHT = 48, 112
"""Least heights; with more channels than fit, the lanes scroll."""
WAVEFORM_PART = 0.28
"""Of the height that a channel has."""
SPACING = 2
TICK_SPACING = 30
GAIN_STEP = 1.25
DRAG_GAIN = 10.0


class _Lane:
    """A plot area with its axis and what lies over it."""

    def __init__(self, box: LaneBox, axis: LaneAxis, view: ViewState) -> None:
        self.box = box
        self.axis = axis
        self.annotations = AnnotationItem(box, view)
        self.selection = SelectionItem(box, view)
        self.play_head = LineItem(box, 20, upright=True, quiet=False)
        self.pointer = LineItem(box, 30, upright=True, quiet=True)
        self.level = LineItem(box, 30, upright=False, quiet=True)


class ChannelLanes(pg.GraphicsView):
    """Shows what the timeline hands it; gestures go to the handler it was given."""

    frame_painted = Signal()
    """A frame has just been painted."""
    resized = Signal()
    """The plot areas have another size."""
    frequency_wheel = Signal(float, float)
    """Notches of the wheel over a frequency axis, and the position on it from 0 to 1."""
    frequency_drag = Signal(float)
    """By how much of its height a frequency axis was dragged upwards."""
    frequency_reset = Signal()
    """All frequencies are wanted."""

    def __init__(self, view: ViewState, engine: TileEngine, gestures: GestureHandler) -> None:
        pg.setConfigOption("mouseRateLimit", -1)  # its 100 Hz drop the last move of a fast hand
        pg.GraphicsView.__init__(self)
        self._view = view
        self._engine = engine
        self._gestures = gestures
        self._lanes: list[_Lane] = []
        self._marks = Marks()
        self._colour_of: Callable[[str], str] = lambda _: NEUTRAL
        self.waveforms: list[WaveformItem] = []
        self.spectrograms: list[SpectrogramItem] = []
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Waveform and spectrogram")
        view.time_changed.connect(self._show_window)
        view.axis_changed.connect(self._show_window)

    @property
    def channels(self) -> int:
        """Return how many channels have lanes."""
        return len(self.waveforms)

    def set_channels(self, channels: int) -> None:
        """Make lanes for so many channels; with other lanes than before, the items are new."""
        if channels == self.channels:
            return
        held = self._lanes, self.waveforms, self.spectrograms  # the scene stumbles over items that went before it
        self._lanes, self.waveforms, self.spectrograms = [], [], []
        self._panel = QGraphicsWidget()
        self._panel.geometryChanged.connect(self._arrange)
        for channel in range(channels):
            self._add_waveform(channel, channel_name(channel, channels))
            self._add_spectrogram(channel)
        pg.GraphicsView.setCentralItem(self, self._panel)
        del held
        self.setMinimumHeight(channels * (WAVEFORM_HEIGHT + SPECTROGRAM_HEIGHT + 2 * SPACING))
        self._show_window()

    def forget(self) -> None:
        """Show nothing."""
        for waveform, spectrogram in zip(self.waveforms, self.spectrograms, strict=True):
            waveform.set_pyramid(None)
            spectrogram.forget()
            spectrogram.set_colours(None)
        self.set_selection(None)

    def set_pyramid(self, pyramid: PeakPyramid | None) -> None:
        """Paint waveforms from a pyramid, or from more of the same one."""
        for waveform in self.waveforms:
            waveform.set_pyramid(pyramid)

    def set_gain(self, gain: float) -> None:
        """Stretch all waveforms; at 1 full scale fills a lane."""
        for waveform in self.waveforms:
            waveform.set_gain(gain)
        self.repaint_all()

    def set_grid(self, grid: ColumnGrid) -> None:
        """Paint spectrograms of another grid."""
        for spectrogram in self.spectrograms:
            spectrogram.set_grid(grid)

    def set_colours(self, colours: npt.NDArray[np.uint32] | None) -> None:
        """Paint spectrograms in these colours."""
        for spectrogram in self.spectrograms:
            spectrogram.set_colours(colours)

    def set_selection(self, selection: Selection | None) -> None:
        """Mark a selection in all lanes."""
        for lane in self._lanes:
            lane.selection.set_selection(selection)

    def set_marks(self, marks: Marks, colour_of: Callable[[str], str]) -> None:
        """Show annotations in all lanes; `colour_of` returns the colour of a label as hex."""
        self._marks, self._colour_of = marks, colour_of
        for lane in self._lanes:
            lane.annotations.set_marks(marks, colour_of)
        self.repaint_all()

    def annotation_at(self, box: LaneBox, scene_point: QPointF) -> Annotation | None:
        """Return the smallest annotation under a point of the scene."""
        for lane in self._lanes:
            if lane.box is box:
                point = box.mapFromScene(scene_point)
                return self._marks.at(lane.annotations.places(), point.x(), point.y())
        return None

    def set_play_head(self, at_s: float) -> None:
        """Draw the play head in all lanes."""
        fraction = (at_s - self._view.start_s) / self._view.span_s
        for lane in self._lanes:
            lane.play_head.place(fraction)

    def set_pointer(self, under: LaneBox | None, point: Point | None) -> None:
        """Draw quiet lines through the pointer: its time in all lanes, its frequency in the one it is over."""
        for lane in self._lanes:
            lane.pointer.place(None if point is None else (point.at_s - self._view.start_s) / self._view.span_s)
            here = lane.box is under and point is not None and point.hz is not None
            lane.level.place(
                1 - self._view.axis.position(point.hz) if here and point and point.hz is not None else None
            )

    def reading(self, lane: LaneBox, point: Point) -> tuple[float | None, float | None]:
        """Return the level in dB at a place, and on a waveform the amplitude; None where nothing is known yet."""
        if point.hz is not None:
            return self.spectrograms[lane.channel].level_at(point.at_s, point.hz), None
        amplitude = self.waveforms[lane.channel].amplitude_at(point.at_s)
        return None if amplitude is None else 20 * math.log10(max(abs(amplitude), 1e-9)), amplitude

    def is_ready(self) -> bool:
        """Return whether everything visible can be painted as it shall be."""
        ratio = self.devicePixelRatioF()
        items: Iterable[WaveformItem | SpectrogramItem] = [*self.waveforms, *self.spectrograms]
        return bool(self.waveforms) and all(item.is_ready(ratio) for item in items)

    def show_cursor(self, shape: Qt.CursorShape) -> None:
        """Show what a drag would do."""
        self.viewport().setCursor(shape)

    def repaint_all(self) -> None:
        """Paint everything anew in the next frame."""
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, and tell that it was done."""
        pg.GraphicsView.paintEvent(self, event)
        self.frame_painted.emit()

    def _add_waveform(self, channel: int, caption: str) -> None:
        box = LaneBox(self._gestures, channel, has_frequency=False)
        waveform = WaveformItem(box, self._view, self._engine)
        axis = LaneAxis(
            AxisRole(
                ticks=lambda height: amplitude_ticks(waveform.gain, height),
                wheel=lambda notches, _: self.set_gain(waveform.gain * GAIN_STEP**notches),
                drag=lambda by: self.set_gain(waveform.gain * DRAG_GAIN**by),
                reset=lambda: self.set_gain(1.0),
                caption=caption,
            )
        )
        self._add_lane(box, axis)
        self.waveforms.append(waveform)

    def _add_spectrogram(self, channel: int) -> None:
        box = LaneBox(self._gestures, channel, has_frequency=True)
        axis = LaneAxis(
            AxisRole(
                ticks=self._frequency_ticks,
                wheel=self.frequency_wheel.emit,
                drag=self.frequency_drag.emit,
                reset=self.frequency_reset.emit,
            )
        )
        self._add_lane(box, axis)
        self.spectrograms.append(SpectrogramItem(box, self._view, self._engine))

    def _add_lane(self, box: LaneBox, axis: LaneAxis) -> None:
        axis.setParentItem(self._panel)
        box.setParentItem(self._panel)
        lane = _Lane(box, axis, self._view)
        lane.annotations.set_marks(self._marks, self._colour_of)
        self._lanes.append(lane)

    def _arrange(self) -> None:
        """Share the height among the lanes, in whole pixels, so that a row of a picture is a row of the screen."""
        size = self._panel.size()
        share = size.height() / self.channels
        for number, lane in enumerate(self._lanes):
            top, middle, bottom = (round(share * (number // 2 + part)) for part in (0, WAVEFORM_PART, 1))
            upper, lower = (top, middle - SPACING) if number % 2 == 0 else (middle, bottom - SPACING)
            lane.axis.setGeometry(0, upper, AXIS_WIDTH, lower - upper)
            lane.box.setGeometry(AXIS_WIDTH, upper, max(size.width() - AXIS_WIDTH, 1), lower - upper)
        self.resized.emit()

    def _frequency_ticks(self, height: float) -> list[tuple[float, str]]:
        return frequency_ticks(self._view.axis, max(int(height / TICK_SPACING), 2))

    def _show_window(self) -> None:
        """Give the view boxes the visible range, for items in seconds and axis positions, and paint anew."""
        boxes: list[pg.ViewBox] = [lane.box for lane in self._lanes]
        for box in boxes:
            box.setRange(xRange=(self._view.start_s, self._view.stop_s), yRange=(0, 1), padding=0)
        self.repaint_all()


def amplitude_ticks(gain: float, height: float) -> list[tuple[float, str]]:
    """Return ticks at a quarter, the middle and three quarters of a waveform's lane; at its ends in a low one."""
    if height < 3 * TICK_SPACING:
        return [(0.0, MINUS + f"{1 / gain:.2g}"), (1.0, f"{1 / gain:.2g}")]
    half = f"{0.5 / gain:.2g}"
    return [(0.25, MINUS + half), (0.5, "0"), (0.75, half)]


def channel_name(channel: int, channels: int) -> str:
    """Return what stands beside a channel: L and R of two, numbers of more, nothing of one."""
    if channels == 1:
        return ""
    return "LR"[channel] if channels == 2 else str(channel + 1)
