"""Waveform and spectrogram of a microphone, moving to the left as the sound comes; the newest is at the right edge."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from desktop_app.audio.capture import Capture
from desktop_app.audio.rolling import RollingColumns
from desktop_app.audio.spectrogram import level_db
from desktop_app.services.monitor_thread import HeardEvent
from desktop_app.services.settings import Settings
from desktop_app.ui.channel_lanes import SPACING, TICK_SPACING, WAVEFORM_PART, amplitude_ticks, channel_name
from desktop_app.ui.lane import AXIS_WIDTH
from desktop_app.ui.live.event_tags import EventTags
from desktop_app.ui.live.rolling_picture import ChannelPicture, Colours
from desktop_app.ui.live.scales import Scales
from desktop_app.ui.live.stream_axis import StreamAxis, gap_words
from desktop_app.ui.look import Look
from desktop_app.ui.spectrogram_view import automatic_range
from desktop_app.ui.theme import Theme
from desktop_app.ui.ticks import frequency_ticks
from desktop_app.ui.view_state import ViewState
from desktop_app.ui.waveform_view import ROUND_GAINS, waveform_colour

SHORTEST_S, LONGEST_S = 1.0, 120.0
MOST_LANES = 8
"""More channels are recorded, but not drawn."""
WIDTH_STEP = 256
"""Columns by which the ring of pictures grows, so that a window that is dragged wider costs little."""
TIME_SPACING = 96
RANGE_EVERY_S, RANGE_STEP_DB = 2.0, 6.0
"""How often, and from which change on, the automatic range follows the sound."""
LEAST_SOUND_S = 0.3
"""Sound from which a range can be found."""
THINNED = 4
"""Of the levels so many are left out when the range is looked for: it must not hold up a frame."""


class Waterfall(QWidget):
    """Shows a capture. `advance` takes in what has come, some 30 times a second. GUI thread only."""

    look_back_wanted = Signal(int)
    """Frame under a click, a drag or a turned wheel: the person wants to look at what was."""
    range_found = Signal(float, float)
    """Floor and ceiling in dB of what is drawn."""

    def __init__(self, settings: Settings, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._theme = settings, theme
        self.view = ViewState(self)
        self.look = Look(settings, self.view, self)
        self._capture: Capture | None = None
        self._rolling: RollingColumns | None = None
        self._pictures: list[ChannelPicture] = []
        self._painted: tuple[object, ...] = ()
        self._gain = 1.0
        self._looked_at_frame = 0
        self.tags = EventTags()
        self.setAccessibleName("Live waveform and spectrogram")
        self.setAccessibleDescription("Click or turn the wheel to look back; Ctrl and the wheel zooms")
        self.setMinimumHeight(120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.look.grid_changed.connect(self._begin_anew)
        self.look.colours_changed.connect(self._colours_changed)
        self.view.axis_changed.connect(self.update)

    @property
    def axis(self) -> StreamAxis | None:
        """Return what is on the screen; None before sound comes."""
        if self._rolling is None or not self._rolling.frames or self._capture is None:
            return None
        stop, pixels = self._rolling.stop, self._plot_pixels()
        left, width = AXIS_WIDTH, pixels / self.devicePixelRatioF()
        return StreamAxis(range(stop - pixels, stop), self._rolling.hop, self._capture.sample_rate_hz, left, width)

    def show_capture(self, capture: Capture | None) -> None:
        """Show another capture, which need not be open yet."""
        self._capture, self._rolling = capture, None
        self.tags.clear()
        self._looked_at_frame = 0
        self.look.turn_to(self.look.grid.max_parts)
        self.update()

    def show_event(self, heard: HeardEvent) -> None:
        """Mark an event."""
        self.tags.add(heard)

    def set_colour_of(self, colour_of: Callable[[str], str]) -> None:
        """Mark events in these colours of labels."""
        self.tags.colour_of = colour_of

    def advance(self) -> None:
        """Take in the sound that has come since the last call, and paint it."""
        if self._capture is None or not self._capture.opened:
            return
        if self._rolling is None:
            self._begin_anew()
        rolling = self._rolling
        if rolling is None:
            return
        new = rolling.advance()
        self._follow_levels(rolling)
        self._paint_new(rolling, new)
        self.update()

    def zoom_in(self) -> None:
        """Show half as much sound."""
        self._zoom(0.5)

    def zoom_out(self) -> None:
        """Show twice as much sound."""
        self._zoom(2.0)

    def reset_range(self) -> None:
        """Find the range of levels from what is in sight."""
        self.look.forget_range()
        if self._rolling is not None:
            self._find_range(self._rolling)

    def _zoom(self, factor: float) -> None:
        live = self._settings.values.live
        span_s = min(max(live.span_s * factor, SHORTEST_S), LONGEST_S)
        self._settings.change(live=replace(live, span_s=span_s))
        self._begin_anew()

    def _plot_pixels(self) -> int:
        return max(round((self.width() - AXIS_WIDTH) * self.devicePixelRatioF()), 1)

    def _begin_anew(self) -> None:
        """Compute all columns in sight: of another capture, another grid, another zoom, a wider window."""
        capture = self._capture
        if capture is None or not capture.opened:
            return
        rate_hz, grid, pixels = capture.sample_rate_hz, self.look.grid, self._plot_pixels()
        if self.view.sample_rate_hz != rate_hz or not self.view.frames:
            self.view.reset(rate_hz, rate_hz)
            self.look.show_axis()
        wanted = self._settings.values.live.span_s * rate_hz / pixels / grid.base_hop_frames
        level = max(round(math.log2(max(wanted, 1.0))), 0)
        width = math.ceil(pixels / WIDTH_STEP) * WIDTH_STEP
        self._rolling = RollingColumns(capture.ring, grid, level, width)
        self._rolling.advance()
        self._painted = ()
        self._colours_changed()

    def _follow_levels(self, rolling: RollingColumns) -> None:
        """Let the automatic range and the stretch of the waveform follow what is in sight, every other second."""
        rate_hz = self.view.sample_rate_hz
        searching = self.look.range_db is None and rolling.frames > LEAST_SOUND_S * rate_hz
        if not searching and rolling.frames - self._looked_at_frame < RANGE_EVERY_S * rate_hz:
            return
        self._looked_at_frame = rolling.frames
        if self._settings.values.spectrogram.range_db is None:
            self._find_range(rolling)
        places = rolling.places(range(rolling.first, rolling.stop))
        peak = float(np.abs(rolling.envelope[places]).max(initial=0.0))
        self._gain = float(max((gain for gain in ROUND_GAINS if gain * peak <= 1), default=1)) if peak > 0 else 1.0

    def _find_range(self, rolling: RollingColumns) -> None:
        places = rolling.places(range(rolling.first, rolling.stop))[::THINNED]
        if not len(places):
            return
        levels = rolling.levels[:, ::THINNED, places]
        found, now = automatic_range(level_db(levels)), self.look.range_db
        if now is None or max(abs(a - b) for a, b in zip(found, now, strict=True)) >= RANGE_STEP_DB:
            self.look.find_range([levels])

    def _paint_new(self, rolling: RollingColumns, new: range) -> None:
        """Bring the pictures up to date: what is new, or all of it where it is painted in another way now."""
        levels = self.look.colours()
        heights = self._heights(rolling)
        if levels is None or not rolling.stop or min(heights) < 1:
            return
        colours = Colours(levels, waveform_colour(self.palette()), self._gain)
        rows = self.view.axis.row_map(heights[1], self.view.sample_rate_hz, rolling.grid.window_frames)
        painted = (id(rolling), heights, self.view.axis, id(levels), self._gain, colours.waveform.rgb())
        if painted != self._painted:
            lanes = range(min(rolling.ring.channels, MOST_LANES))
            self._pictures = [ChannelPicture(rolling, channel, heights) for channel in lanes]
            self._painted, new = painted, range(rolling.first, rolling.stop)
        for picture in self._pictures:
            picture.paint_columns(new, colours, rows)

    def _heights(self, rolling: RollingColumns) -> tuple[int, int]:
        """Return the heights of waveform and spectrogram of a channel in device pixels."""
        waveform, spectrogram = self._lanes(min(rolling.ring.channels, MOST_LANES))[0]
        ratio = self.devicePixelRatioF()
        return round(waveform.height() * ratio), round(spectrogram.height() * ratio)

    def _lanes(self, channels: int) -> list[tuple[QRectF, QRectF]]:
        """Return the plot areas of waveform and spectrogram of each channel, in whole pixels of one height."""
        share = (self.height() - self._axis_height()) // channels
        upper = round(share * WAVEFORM_PART)
        width = self.width() - AXIS_WIDTH
        return [
            (
                QRectF(AXIS_WIDTH, top, width, upper - SPACING),
                QRectF(AXIS_WIDTH, top + upper, width, share - upper - SPACING),
            )
            for top in range(0, share * channels, share)
        ]

    def _axis_height(self) -> int:
        return self.fontMetrics().height() + 8

    def _colours_changed(self) -> None:
        if self.look.range_db is not None:
            self.range_found.emit(*self.look.range_db)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint pictures, axes, gaps and events."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        axis, rolling = self.axis, self._rolling
        if axis is None or rolling is None or not self._pictures:
            return
        first = min(max(rolling.first, axis.columns.start), rolling.stop)
        numbers = range(first, rolling.stop)
        for picture, lanes in zip(self._pictures, self._lanes(len(self._pictures)), strict=True):
            self._paint_lane(painter, picture, lanes, numbers)
        self.tags.paint(painter, axis, [spectrogram for _, spectrogram in self._lanes(len(self._pictures))])
        self._paint_time(painter, axis)

    def _paint_lane(
        self, painter: QPainter, picture: ChannelPicture, lanes: tuple[QRectF, QRectF], numbers: range
    ) -> None:
        waveform, spectrogram = lanes
        pixels = len(numbers) / self.devicePixelRatioF()
        middle = waveform.center().y()
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 0))
        painter.drawLine(QPointF(waveform.left(), middle), QPointF(waveform.right(), middle))
        for image, lane in ((picture.waveform, waveform), (picture.spectrogram, spectrogram)):
            image.paint(painter, numbers, lane.adjusted(lane.width() - pixels, 0, 0, 0))
        frequencies = frequency_ticks(self.view.axis, max(int(spectrogram.height() / TICK_SPACING), 2))
        scales = Scales(painter, self.palette())
        scales.beside(waveform, amplitude_ticks(self._gain, waveform.height()))
        scales.caption(waveform, channel_name(picture.channel, len(self._pictures)))
        scales.beside(spectrogram, frequencies)

    def _paint_time(self, painter: QPainter, axis: StreamAxis) -> None:
        """Paint times of day under the lanes, and what is missing on a line through them."""
        capture = self._capture
        if capture is None or not capture.state.frames:
            return
        scales, gaps, height = Scales(painter, self.palette()), capture.state.gaps, self._axis_height()
        room = QRectF(0, self.height() - height, self.width(), height)
        for x, words in axis.ticks(capture.clock_s, gaps, TIME_SPACING):
            scales.tick_below(room, x, words)
        warning = QColor(self._theme.tones.warning)
        for x, gap in axis.gaps(gaps):
            for colour, width in ((self.palette().color(QPalette.ColorRole.Base), 4), (warning, 2)):
                painter.setPen(QPen(colour, width))
                painter.drawLine(QPointF(x, 0), QPointF(x, room.top() + 4))
            scales.mark_below(room, x, gap_words(gap, axis.sample_rate_hz), warning)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look back at what was clicked."""
        if event.button() == Qt.MouseButton.LeftButton and event.position().x() >= AXIS_WIDTH:
            self._look_back(event.position().x())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show all frequencies after a double-click on their scale."""
        if event.position().x() < AXIS_WIDTH:
            self.look.show_all_frequencies()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom frequencies on their scale, zoom time with Ctrl, else look back."""
        notches = event.angleDelta().y() / 120
        if event.position().x() < AXIS_WIDTH:
            self.look.zoom_frequencies(notches, 1 - event.position().y() / max(self.height(), 1))
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom(2.0 if notches < 0 else 0.5)
        elif notches > 0:
            self._look_back(event.position().x())
        event.accept()

    def _look_back(self, x: float) -> None:
        if self.axis is not None and self.axis.newest_frame > 0:
            self.look_back_wanted.emit(max(self.axis.frame(x), 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Compute more columns where the ring of pictures is too short, or another zoom fits better."""
        super().resizeEvent(event)
        if self._rolling is not None and self._plot_pixels() > self._rolling.width:
            self._begin_anew()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette at once."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.update()
