"""Looking back: the last minutes as a recording on the timeline, to be zoomed, played, and cut into clips."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.audio.capture import Capture
from desktop_app.audio.clips import ClipRequest
from desktop_app.colours import NEUTRAL
from desktop_app.services.jobs import Job, is_under_way
from desktop_app.services.live_desk import LiveDesk
from desktop_app.services.live_folders import clips_folder
from desktop_app.services.looking_back import Glance, is_held, no_longer_held
from desktop_app.services.monitor_thread import HeardEvent
from desktop_app.services.settings import Settings
from desktop_app.ui.file_manager import show_in_file_manager
from desktop_app.ui.labels.label_panel import LabelEntry
from desktop_app.ui.labels.marks import Marks
from desktop_app.ui.live.parts import tab_only
from desktop_app.ui.live.stream_axis import gap_words
from desktop_app.ui.one_line import OneLine
from desktop_app.ui.timeline import Timeline
from desktop_app.ui.training.parts import push_button

ROOM_S = 2.0
"""Sound shown on both sides of an event."""
NOTHING_SELECTED = "Select the sound for the clip first: drag over it."


class LookBack(QWidget):
    """Shows glances at a capture. GUI thread only."""

    ready = Signal()
    """What was asked for stands on the screen."""
    left = Signal()
    """The person wants to see what is heard now."""

    def __init__(self, desk: LiveDesk, settings: Settings, timeline: Timeline, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._settings, self.timeline = desk, settings, timeline
        self._glance: Glance | None = None
        self._capture: Capture | None = None
        self._taking: Job | None = None
        self._wanted: tuple[int, int] = (0, 0)
        self.now = tab_only(push_button("Back to now", "Show what is heard now (Esc)", primary=True))
        self.words = OneLine("secondary")
        self.entry = LabelEntry()
        self.entry.setPlaceholderText("Label of the clip")
        self.entry.setToolTip("Label of the clip; Enter cuts the selection out")
        self.cut = tab_only(push_button("Cut out", "Save the selection as a clip, in a folder named after its label"))
        self._lay_out()
        self._connect()

    @property
    def wanted(self) -> bool:
        """Return whether a look back stands on the screen or is on its way there."""
        return self._glance is not None or is_under_way(self._taking)

    def show_moment(self, capture: Capture, frames: tuple[int, int]) -> None:
        """Show the last minutes of a capture, from one frame to another one; `ready` follows."""
        self._wanted = frames
        if self._shows(capture, frames):
            self._opened()
            return
        self._capture = capture
        self._taking = self._desk.looking_back.take(capture)

    def show_event(self, capture: Capture, heard: HeardEvent) -> None:
        """Show an event and what was round it, or say that it is too long ago."""
        rate_hz, event = capture.sample_rate_hz, heard.event
        onset, offset = (round(at_s * rate_hz) for at_s in (event.onset_s - ROOM_S, event.offset_s + ROOM_S))
        frames = max(onset, 0), min(offset, capture.ring.written)
        if self._shows(capture, frames) or is_held(capture, event.onset_s):
            self.show_moment(capture, frames)
            return
        show = partial(show_in_file_manager, heard.clip) if heard.clip is not None else None
        self._desk.messages.info(no_longer_held(capture), "Show its clip" if show else "", show)

    def set_marks(self, events: Sequence[HeardEvent], colour_of: Callable[[str], str]) -> None:
        """Show events and gaps over the sound."""
        if self._glance is None or self._capture is None:
            return
        duration_s, start_s = self.timeline.view.duration_s, self._glance.start / self._glance.sample_rate_hz
        marks = [_as_annotation(each, start_s) for each in events if each.event.onset_s >= start_s]
        for gap in self._capture.state.gaps:
            at_s = self._glance.second_of(gap.at_frame)
            if 0 <= at_s <= duration_s:
                marks.append(Annotation(gap_words(gap, self._glance.sample_rate_hz), onset_s=at_s, offset_s=at_s))
        labels = {each.event.label for each in events}
        self.timeline.set_marks(Marks(marks), lambda label: colour_of(label) if label in labels else NEUTRAL)

    def leave(self) -> None:
        """Let go of the glance, also of one that is on its way."""
        if self._taking is not None:
            self._taking.cancel()
        self._glance = self._taking = None
        self._desk.session.recording = None
        self.timeline.clear()

    def cut_out(self, label: str) -> None:
        """Save the selection as a clip."""
        selection, glance, capture = self._desk.session.selection, self._glance, self._capture
        if selection is None or selection.duration_s <= 0 or glance is None or capture is None:
            self._desk.messages.info(NOTHING_SELECTED)
            return
        at_s = capture.clock_s(glance.start + round(selection.onset_s * glance.sample_rate_hz))
        request = ClipRequest(glance.path, selection.onset_s, selection.offset_s, label)
        self._desk.looking_back.cut(request, at_s, clips_folder(self._settings.values.live))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self.now)
        row.addWidget(self.words, 1)
        row.addWidget(self.entry)
        row.addWidget(self.cut)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.timeline, 1)
        column.addLayout(row)

    def _connect(self) -> None:
        self.now.clicked.connect(lambda _=False: self.left.emit())
        self.cut.clicked.connect(lambda _=False: self.cut_out(self.entry.text().strip()))
        self.entry.entered.connect(lambda label, _: self.cut_out(label))
        self.entry.left.connect(self.timeline.setFocus)
        self._desk.looking_back.taken.connect(self._show_glance)
        self._desk.looking_back.cut_finished.connect(lambda path, _: self._tell_of_clip(path))
        self.timeline.engine.opened.connect(lambda opened: self._desk.listening.set_duration(opened.duration_s))
        self.timeline.engine.opened.connect(lambda _: self._opened())
        self.timeline.view.time_changed.connect(self._say_when)
        self.timeline.play_requested.connect(self._desk.listening.play)
        self.timeline.follow_play_head = True

    def _show_glance(self, glance: Glance) -> None:
        self._glance = glance
        self._desk.session.recording = glance.path
        self.timeline.show_recording(glance.path)

    def _tell_of_clip(self, path: Path) -> None:
        where = f"{path.parent.name}/{path.name}"
        self._desk.messages.info(f"The clip is saved as {where}.", "Show it", lambda: show_in_file_manager(path))

    def _shows(self, capture: Capture, frames: tuple[int, int]) -> bool:
        """Return whether a stretch of the stream is in the glance that is shown."""
        glance = self._glance
        if glance is None or capture is not self._capture:
            return False
        return glance.start <= frames[0] and glance.second_of(frames[1]) <= self.timeline.view.duration_s

    def _opened(self) -> None:
        """The timeline has turned to the glance: take it to what was asked for."""
        if self._glance is not None:
            self._show_wanted(self._glance)
            self.ready.emit()

    def _show_wanted(self, glance: Glance) -> None:
        start_s, stop_s = (glance.second_of(frame) for frame in self._wanted)
        self.timeline.show_range(start_s, stop_s)
        self._desk.session.play_head_s = max(start_s, 0.0)  # Space plays what is in sight, not the start of the ring
        self._say_when()

    def _say_when(self) -> None:
        """Say what time of day is in sight."""
        glance, capture = self._glance, self._capture
        if glance is None or capture is None:
            return
        frames = (glance.start + round(at_s * glance.sample_rate_hz) for at_s in self.timeline.view_range)
        begin, end = (datetime.fromtimestamp(capture.clock_s(frame)) for frame in frames)
        goes_on = "; listening goes on" if self._desk.monitor.running else ""
        self.words.show_text(f"{begin:%H:%M:%S} to {end:%H:%M:%S}{goes_on}")


def _as_annotation(heard: HeardEvent, start_s: float) -> Annotation:
    event = heard.event
    onset_s, offset_s = event.onset_s - start_s, event.offset_s - start_s
    return Annotation(
        event.label,
        onset_s=onset_s,
        offset_s=offset_s,
        status=Status.DRAFT,
        source=event.source,
        score=min(max(event.score, 0.0), 1.0),
    )
