"""The Live page: the microphone above, its sound in the middle, what the model makes of it on the right."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.audio.capture import CaptureState
from desktop_app.classifier.card import ModelCard, ModelEntry
from desktop_app.classifier.pace import Load
from desktop_app.errors import UserError
from desktop_app.services.jobs import JobRunner
from desktop_app.services.live_desk import LiveDesk
from desktop_app.services.models import ModelShelf
from desktop_app.services.monitor import FRAME_INTERVAL_MS
from desktop_app.services.monitor_thread import HeardEvent
from desktop_app.services.settings import Settings
from desktop_app.ui.actions import Actions
from desktop_app.ui.live.capture_bar import CaptureBar
from desktop_app.ui.live.look_back import LookBack
from desktop_app.ui.live.notices import Notices
from desktop_app.ui.live.record_bar import RecordBar
from desktop_app.ui.live.side_column import SideColumn
from desktop_app.ui.live.sound_view import SoundView
from desktop_app.ui.live.waterfall import Waterfall
from desktop_app.ui.theme import Theme
from desktop_app.ui.timeline import Timeline


class LivePanel(QWidget):
    """Shows what a LiveDesk hears and lets the person steer it. GUI thread only."""

    def __init__(
        self,
        desk: LiveDesk,
        shelf: ModelShelf,
        settings: Settings,
        actions: Actions,
        theme: Theme,
        runner: JobRunner,
    ) -> None:
        super().__init__()
        self.desk, self._shelf, self._settings, self._actions = desk, shelf, settings, actions
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.capture_bar = CaptureBar(settings)
        self.record_bar = RecordBar(settings, actions)
        self.waterfall = Waterfall(settings, theme)
        self.look_back = LookBack(desk, settings, Timeline(desk.session, runner, settings))
        self.sound = SoundView(self.waterfall, self.look_back, settings, actions)
        self.side = SideColumn(settings, theme)
        self._labels: tuple[str, ...] = ()
        self._judging: ModelEntry | None = None
        self._clips_kept: tuple[Path | None, float] = (None, 0.0)
        self._notices = Notices(self)
        self._frames = QTimer(self)
        self._frames.setTimerType(Qt.TimerType.PreciseTimer)
        self._frames.setInterval(FRAME_INTERVAL_MS)
        self._frames.timeout.connect(self.waterfall.advance)
        self._lay_out()
        self._connect_services()
        self._connect_parts()
        self._show_models()
        self._use_rule()
        self._keep_clips()
        self._show_running()

    def start(self) -> None:
        """Listen to the chosen microphone."""
        self._choose_model()
        self.desk.monitor.start(self.capture_bar.request)

    def toggle(self) -> None:
        """Start or stop listening."""
        if self.desk.monitor.running:
            self.desk.recording.stop()
            self.desk.monitor.stop()
        else:
            self.start()

    def record(self) -> None:
        """Begin to record, or end."""
        if self.desk.recording.running:
            self.desk.recording.stop()
            return
        self._choose_model()
        self.desk.recording.start(self.record_bar.record_settings, self.capture_bar.request)

    def play_or_look_back(self) -> None:
        """Space: look back; there, play or stop."""
        if self.sound.looking_back or self.desk.playback.playing:
            self.desk.listening.play_or_stop()
        else:
            self.look_back_from_now()

    def look_back_from_now(self) -> None:
        """Show what is in sight just now on the timeline, where it can be zoomed, played and cut."""
        capture, axis = self.desk.monitor.capture, self.waterfall.axis
        if capture is not None and axis is not None and not self.sound.looking_back:
            self.look_back.show_moment(capture, (max(axis.oldest_frame, 0), axis.newest_frame))

    def back_out(self) -> None:
        """Esc: stop the sound, or else drop the selection, return to now, and only there end the recording."""
        if self.desk.playback.playing:
            self.desk.playback.stop()
        elif self.desk.session.selection is not None:
            self.desk.session.selection = None
        elif self.look_back.wanted:
            self._show_now()
        elif self.desk.recording.running:
            self.desk.recording.stop()

    def zoom(self, direction: int) -> None:
        """Zoom in (1) or out (-1) on what is in sight."""
        if self.sound.looking_back:
            (self.look_back.timeline.zoom_in if direction > 0 else self.look_back.timeline.zoom_out)()
        else:
            (self.waterfall.zoom_in if direction > 0 else self.waterfall.zoom_out)()

    def offer_labels(self, names: Sequence[str]) -> None:
        """Offer these labels, beside those of the model, for clips that are cut out."""
        self._labels = tuple(names)
        self.look_back.entry.offer(tuple(dict.fromkeys((*self._labels, *self.side.classes))))

    def close_panel(self) -> None:
        """Give the look back's file back; the last call before the job runner closes."""
        self._frames.stop()
        self.look_back.timeline.close_recording()

    def _lay_out(self) -> None:
        bars = QVBoxLayout()
        bars.setContentsMargins(8, 8, 8, 8)
        bars.setSpacing(8)
        bars.addWidget(self.capture_bar)
        bars.addWidget(self.record_bar)
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.sound, 1)
        middle.addWidget(self.side)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bars)
        column.addLayout(middle, 1)

    def _connect_services(self) -> None:
        monitor, recording = self.desk.monitor, self.desk.recording
        monitor.running_changed.connect(lambda _: self._running_changed())
        monitor.state_changed.connect(self._notices.show_state)
        monitor.state_changed.connect(self._show_state)
        monitor.state_changed.connect(self.record_bar.show_state)
        monitor.levels.connect(self.side.meter.show_levels)
        monitor.levels.connect(self._notices.show_levels)
        monitor.results.connect(self.side.bars.show_results)
        monitor.heard.connect(self._show_event)
        monitor.load.connect(self._show_load)
        monitor.note.connect(self._notices.show_note)
        monitor.model_changed.connect(self._show_card)
        monitor.model_refused.connect(self._forget_model)
        monitor.devices_listed.connect(self.capture_bar.show_devices)
        monitor.devices_listed.connect(self.sound.show_devices)
        monitor.listing_failed.connect(self.sound.teaching.show_text)
        recording.running_changed.connect(self._recording_changed)
        recording.progressed.connect(self.record_bar.show_progress)
        self.desk.free_space.found.connect(self.record_bar.show_free)
        self._shelf.changed.connect(self._show_models)
        self._settings.changed.connect(self._follow)

    def _connect_parts(self) -> None:
        self._notices.changed.connect(self.sound.show_notice)
        self.capture_bar.devices_wanted.connect(self.desk.monitor.list_devices)
        self.capture_bar.toggled.connect(self.toggle)
        self.capture_bar.request_changed.connect(lambda: self.start() if self.desk.monitor.running else None)
        self.capture_bar.model_chosen.connect(self._shelf.choose)
        self.waterfall.look_back_wanted.connect(lambda _: self.look_back_from_now())
        self.sound.pause.clicked.connect(lambda _=False: self.look_back_from_now())
        self.look_back.ready.connect(self._show_look_back)
        self.look_back.left.connect(self._show_now)
        self.side.events.play_wanted.connect(self._play_event)
        self.side.events.chosen.connect(self._look_at_event)

    def _choose_model(self) -> None:
        """Let the chosen model judge, if another one does or none."""
        try:
            entry = self._shelf.chosen
        except UserError as problem:
            self.desk.messages.error(str(problem))
            return
        if entry != self._judging:
            self._judging = entry
            self.desk.monitor.set_model(entry.path)

    def _show_models(self) -> None:
        self.capture_bar.show_models(self._shelf.names, self._shelf.chosen_name)
        chosen = self._shelf.find(self._shelf.chosen_name)
        if self._judging is not None:
            self._choose_model()
        elif chosen is not None:  # its rule can be set before it judges
            self.side.rule.show_model(chosen.card.name, chosen.card.classes)

    def _forget_model(self) -> None:
        """Load the chosen model anew at the next start: the one that judged, or was to, cannot be used."""
        self._judging = None

    def _show_card(self, card: ModelCard | None) -> None:
        self.side.show_card(card)
        self._use_rule()
        self.waterfall.set_colour_of(self.side.colour_of)
        self.offer_labels(self._labels)

    def _running_changed(self) -> None:
        monitor = self.desk.monitor
        if monitor.running:
            self.waterfall.show_capture(monitor.capture)
            self.side.events.clear_events()
            self.look_back.leave()
            self._notices.begin()
        self._show_running()

    def _show_running(self) -> None:
        """Show whether it listens: sound as it comes, or what can be done here."""
        monitor = self.desk.monitor
        self.capture_bar.show_running(monitor.running, recording=self.desk.recording.running)
        self._run_frames()
        if monitor.running:
            self.sound.show_live()
        else:
            self.side.show_nothing_heard()
            if monitor.capture is None or not monitor.capture.opened:
                self.sound.show_teaching()

    def _show_state(self, state: CaptureState) -> None:
        """Let no level stand that nobody hears any more, while the microphone is away."""
        if state.phase != "running":
            self.side.show_nothing_heard()

    def _run_frames(self) -> None:
        """Draw while there is something to draw and somebody sees it."""
        if self.desk.monitor.running and self.isVisible():
            self._frames.start()
        else:
            self._frames.stop()

    def _recording_changed(self, running: bool) -> None:
        self.record_bar.show_running(running)
        self.capture_bar.show_running(self.desk.monitor.running, recording=running)
        if running:
            self.desk.free_space.watch(self.record_bar.record_settings.folder)
        else:
            self.desk.free_space.stop()

    def _show_event(self, heard: HeardEvent) -> None:
        self.side.events.add(heard)
        self.waterfall.show_event(heard)

    def _show_load(self, load: Load) -> None:
        capture = self.desk.monitor.capture
        if capture is not None and capture.opened:
            missing = capture.state.dropped_frames + load.skipped_frames
            self.side.show_load(load, missing / capture.sample_rate_hz)

    def _play_event(self, heard: HeardEvent) -> None:
        capture = self.desk.monitor.capture
        if capture is not None:
            self.desk.looking_back.play(capture, heard.event.onset_s, heard.event.offset_s, heard.clip)

    def _look_at_event(self, heard: HeardEvent) -> None:
        capture = self.desk.monitor.capture
        if capture is not None:
            self.look_back.show_event(capture, heard)

    def _show_look_back(self) -> None:
        self.look_back.set_marks(list(self.waterfall.tags.events), self.side.colour_of)
        self.sound.show_look_back()

    def _show_now(self) -> None:
        self.sound.show_live()
        self.look_back.leave()

    def _follow(self, name: str) -> None:
        if name == "live":
            self._use_rule()
            self._keep_clips()

    def _use_rule(self) -> None:
        """Let events be made by the rule on the screen."""
        self.desk.monitor.set_rule(self.side.rule.rule)
        self.side.bars.show_rule(self.side.rule.rule)

    def _keep_clips(self) -> None:
        """Keep the sound of events as the person wants it, or no more."""
        if self._clips_kept != self.side.clips.wanted:
            self._clips_kept = self.side.clips.wanted
            self.desk.monitor.keep_clips(*self._clips_kept)

    def showEvent(self, event: QShowEvent) -> None:
        """Draw again, and take the keyboard: Space is to look back, not to press what happens to have the focus."""
        super().showEvent(event)
        self.setFocus()
        self._run_frames()

    def hideEvent(self, event: QHideEvent) -> None:
        """Draw no more: other pages want the time."""
        super().hideEvent(event)
        self._run_frames()
