"""The heart of the window: waveform and spectrogram of every channel over one axis of time."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from desktop_app.audio.decoding.seek_costs import seek_cost
from desktop_app.services.jobs import JobRunner
from desktop_app.services.pieces import Key, TileKey
from desktop_app.services.session import Selection, Session
from desktop_app.services.settings import Settings
from desktop_app.services.tiles import Opened, TileEngine
from desktop_app.services.waveform import WaveformLoader
from desktop_app.ui.channel_lanes import ChannelLanes
from desktop_app.ui.display_controls import DisplayControls
from desktop_app.ui.gestures import Gestures, Point
from desktop_app.ui.graph import pg
from desktop_app.ui.labels.marks import Marks
from desktop_app.ui.lane import LaneBox
from desktop_app.ui.look import Look
from desktop_app.ui.overview import Overview
from desktop_app.ui.read_out import ReadOut
from desktop_app.ui.snapping import Snapping
from desktop_app.ui.spectrogram_view import TilePlan
from desktop_app.ui.time_axis import TimeAxis
from desktop_app.ui.view_state import ZOOM_STEP, ViewState
from desktop_app.ui.waveform_view import fitting_gain


class Timeline(QWidget):
    """Shows one recording. GUI thread only; call `close_recording` before the job runner closes."""

    cursor_moved = Signal(float, object, object)
    """Time in seconds, frequency in Hz or None, level in dB or None, under the pointer."""
    play_requested = Signal(float, object)
    """Play from here (s) to there (s), or to the end (None)."""
    painted = Signal()
    """The waveform and the spectrogram of the recording stand on the screen, complete; once a recording."""
    failed = Signal(str)
    """A sentence: the recording cannot be shown."""

    def __init__(self, session: Session, runner: JobRunner, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.view = ViewState(self)
        self.engine = TileEngine(runner)
        self._waveform = WaveformLoader(runner)
        self.gestures = Gestures(session, self.view, self)
        self.snapping = Snapping(self.view, self.engine)
        self._look = Look(settings, self.view, self)
        self._reads_on = False
        self._painted = False
        self._gain_is_set = False
        self._wanted: Selection | None = None
        self._play_head_s = 0.0
        self.follow_play_head = False
        self._read_out = ReadOut()
        self.overview = Overview(self.view)
        self.lanes = ChannelLanes(self.view, self.engine, self.gestures)
        self.time_axis = TimeAxis(self.view)
        self.controls = DisplayControls(settings)
        self._lay_out()
        self._connect()
        self._apply_palette()

    def show_recording(self, path: Path) -> None:
        """Show another recording, all of it; `painted` or `failed` follows."""
        self.clear()
        self.engine.open(path)

    def clear(self) -> None:
        """Show nothing."""
        self._painted = False
        self._gain_is_set = False
        self._wanted = None
        self.engine.clear()
        self.snapping.forget()
        self._waveform.clear()
        self.lanes.forget()
        self.lanes.set_gain(1.0)
        self.overview.set_gain(1.0)
        self.overview.set_pyramid(None)
        self._read_out.clear_pointer()
        self.view.reset(0, 1)
        self._repaint()

    def close_recording(self) -> None:
        """Give the file back for good; the last call before the job runner closes."""
        self.clear()
        self.engine.close()

    @property
    def view_range(self) -> tuple[float, float]:
        """Return the first and last second that are visible."""
        return self.view.start_s, self.view.stop_s

    def show_range(self, start_s: float, stop_s: float) -> None:
        """Show a stretch of time."""
        self.view.show(start_s, stop_s)

    def show_clearly(self, stretch: Selection) -> None:
        """Bring a stretch, and the band of a box, into view, now or as soon as the recording is open."""
        self._wanted = stretch
        if self.view.frames:
            self._show_wanted()

    def reveal(self, stretch: Selection) -> None:
        """Bring a stretch, and the band of a box, into view where they are out of sight."""
        self.view.reveal_stretch(stretch.onset_s, stretch.offset_s)
        if stretch.low_hz is not None and stretch.high_hz is not None:
            self._look.show_band(stretch.low_hz, stretch.high_hz)

    def _show_wanted(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self.view.show_clearly(wanted.onset_s, wanted.offset_s)
            self.reveal(wanted)

    def zoom_in(self) -> None:
        """Zoom in around the play head if it is visible, else around the middle."""
        self.view.zoom(1 / ZOOM_STEP, self._zoom_centre())

    def zoom_out(self) -> None:
        """Zoom out around the play head if it is visible, else around the middle."""
        self.view.zoom(ZOOM_STEP, self._zoom_centre())

    def zoom_fit(self) -> None:
        """Show the whole recording, in time and in frequency."""
        self.view.fit()
        self._look.show_all_frequencies()

    def zoom_to_selection(self) -> None:
        """Show the selection with a little room on both sides."""
        selection = self._session.selection
        if selection is not None:
            room_s = selection.duration_s * 0.05
            self.view.show(selection.onset_s - room_s, selection.offset_s + room_s)

    def scroll_page(self, pages: int) -> None:
        """Move by pages that overlap by a tenth; negative: to the left."""
        self.view.page(pages)

    def pan(self, fraction: float) -> None:
        """Move by a fraction of what is visible; negative: to the left."""
        self.view.pan(fraction * self.view.span_s)

    def set_marks(self, marks: Marks, colour_of: Callable[[str], str]) -> None:
        """Show annotations over the sound and in the overview."""
        self.lanes.set_marks(marks, colour_of)
        self.overview.set_marks(marks, colour_of)

    def set_play_head(self, at_s: float) -> None:
        """Draw the play head; with `follow_play_head` the page turns when it runs out of sight."""
        was_visible = self.view.shows(self._play_head_s)
        self._play_head_s = at_s
        if self.follow_play_head and was_visible:
            self.view.reveal(at_s)
        self.lanes.set_play_head(at_s)
        self.overview.set_play_head(at_s)

    def clear_selection(self) -> None:
        """Select nothing."""
        self._session.selection = None

    def select_all(self) -> None:
        """Select the whole recording."""
        if self.view.frames:
            self._session.selection = Selection(0.0, self.view.duration_s)

    def move_head(self, fraction: float) -> None:
        """Move the play head by a fraction of what is visible, and stay with it."""
        at_s = self._session.play_head_s + fraction * self.view.span_s
        if self.view.frames:
            self._session.play_head_s = min(max(at_s, 0.0), self.view.duration_s)
            self.view.reveal(self._session.play_head_s)

    def extend_selection(self, fraction: float) -> None:
        """Move the end of the selection by a fraction of what is visible; without one, begin at the play head."""
        begin = self._session.selection or Selection(self._session.play_head_s, self._session.play_head_s)
        if self.view.frames:
            offset_s = min(max(begin.offset_s + fraction * self.view.span_s, begin.onset_s), self.view.duration_s)
            self._session.selection = replace(begin, offset_s=offset_s)

    def reset_range(self) -> None:
        """Find the range of levels from what is visible, and again for each recording."""
        self._look.forget_range()
        plan = self._plan()
        self._look.find_range(self._found_tiles(plan.visible) if plan is not None else [])

    def _lay_out(self) -> None:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.lanes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._read_out)
        column.addWidget(self.overview)
        column.addWidget(scroll, 1)
        column.addWidget(self.time_axis)
        column.addWidget(self.controls)

    def _connect(self) -> None:
        self.engine.opened.connect(self._opened)
        self.engine.arrived.connect(self._arrived)
        self.engine.failed.connect(self.failed)
        self._waveform.grew.connect(self._waveform_grew)
        self._waveform.failed.connect(self.failed)
        self.view.time_changed.connect(self._request)
        self.view.time_changed.connect(lambda: self.lanes.set_play_head(self._play_head_s))
        self.gestures.play_requested.connect(self.play_requested)
        self.gestures.pointed.connect(self._pointed)
        self.gestures.grips_changed.connect(self.lanes.show_cursor)
        self.gestures.annotation_at = self.lanes.annotation_at
        self.gestures.rest_at = lambda lane, at_s: self.snapping.rest(lane.channel, at_s)
        self.snapping.samples_wanted.connect(self._request)
        self.lanes.frame_painted.connect(self._frame_painted)
        self.lanes.resized.connect(self._lanes_resized)
        self.lanes.frequency_wheel.connect(self._look.zoom_frequencies)
        self.lanes.frequency_drag.connect(self._look.drag_frequencies)
        self.lanes.frequency_reset.connect(self._look.show_all_frequencies)
        self.controls.automatic_asked.connect(self.reset_range)
        self._look.grid_changed.connect(self._apply_grid)
        self._look.colours_changed.connect(self._apply_colours)
        self._session.selection_changed.connect(self._show_selection)
        self._session.play_head_moved.connect(self.set_play_head)
        self.destroyed.connect(self.engine.close)  # the file is given back even where nobody called close_recording

    def _opened(self, opened: Opened) -> None:
        if not opened.frames or not opened.channels:
            self.failed.emit(f"“{opened.path.name}” holds no sound: choose another recording.")
            return
        cost = seek_cost(opened.encoding)
        self._reads_on = cost.reads_on
        self._look.turn_to(cost.parts)
        self.lanes.set_channels(opened.channels)
        self.lanes.set_grid(self._look.grid)
        self.view.reset(opened.frames, opened.sample_rate_hz)
        self._look.show_axis()
        self._show_wanted()
        self._waveform.load(opened)
        self._apply_colours()
        self._show_selection(self._session.selection)
        self.set_play_head(self._session.play_head_s)
        self._request()

    def _request(self) -> None:
        """Ask for everything that is visible, and what scrolling will want next."""
        plan = self._plan()
        if plan is None:
            return
        samples = self.lanes.waveforms[0].wanted_samples(self.lanes.devicePixelRatioF())
        near: list[Key] = [*self.snapping.wanted, *samples, *plan.visible, *plan.neighbours(self.view.frames)]
        self.engine.request([*near, plan.overview] if self._reads_on else [plan.overview, *near])

    def _plan(self) -> TilePlan | None:
        """Return the tiles that all channels want, or None while nothing is shown."""
        if not self.view.frames or not self.lanes.spectrograms:
            return None
        return self.lanes.spectrograms[0].plan(self.lanes.devicePixelRatioF())

    def _arrived(self) -> None:
        if self._look.range_db is None and (plan := self._plan()) is not None:
            self._look.find_range(self._found_tiles(plan.visible if self._reads_on else [plan.overview]))
        self._repaint()

    def _waveform_grew(self) -> None:
        pyramid = self._waveform.pyramid
        self.lanes.set_pyramid(pyramid)
        self.overview.set_pyramid(pyramid)
        if pyramid is not None and pyramid.is_complete and not self._gain_is_set:
            self._gain_is_set = True
            self.lanes.set_gain(fitting_gain(pyramid))
            self.overview.set_gain(fitting_gain(pyramid))
        self._request()
        self._repaint()

    def _found_tiles(self, keys: list[TileKey]) -> list[npt.NDArray[np.uint16]]:
        return [tile for tile in map(self.engine.tile, keys) if tile is not None]

    def _apply_grid(self) -> None:
        self.lanes.set_grid(self._look.grid)
        self._request()

    def _apply_colours(self) -> None:
        self.lanes.set_colours(self._look.colours())
        if self._look.range_db is not None:
            self.controls.show_range(*self._look.range_db)
        self._repaint()

    def _show_selection(self, selection: Selection | None) -> None:
        self.lanes.set_selection(selection)
        self.overview.set_selection(selection)
        self._read_out.show_selection(selection)

    def _pointed(self, lane: LaneBox | None, point: Point | None) -> None:
        self.lanes.set_pointer(lane, point)
        if lane is None or point is None:
            self._read_out.clear_pointer()
            return
        level, amplitude = self.lanes.reading(lane, point)
        places = min(max(3, math.ceil(-math.log10(self.view.span_s / 1000))), 6)
        self._read_out.show_pointer(point.at_s, places, point.hz, level, amplitude)
        self.cursor_moved.emit(point.at_s, point.hz, level)

    def _frame_painted(self) -> None:
        if not self._painted and self.lanes.is_ready():
            self._painted = True
            self.painted.emit()

    def _zoom_centre(self) -> float | None:
        return self._play_head_s if self._play_head_s > 0 and self.view.shows(self._play_head_s) else None

    def _repaint(self) -> None:
        self.lanes.repaint_all()
        self.overview.update()
        self.time_axis.update()

    def _lanes_resized(self) -> None:
        """Line up what is above and below the lanes with them, and ask for what another width wants."""
        margin = max(self.width() - self.lanes.width(), 0)
        self.overview.set_right_margin(margin)
        self.time_axis.set_right_margin(margin)
        self.lanes.set_play_head(self._play_head_s)
        self._request()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the palette at once."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self._apply_palette()

    def _apply_palette(self) -> None:
        pg.GraphicsView.setBackground(self.lanes, self.palette().color(QPalette.ColorRole.Base))
        self.overview.forget_colours()
        self._repaint()
