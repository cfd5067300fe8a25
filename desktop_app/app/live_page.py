"""The page where one listens to a microphone: heard, seen, judged, recorded."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.annotation.annotations import Annotation
from desktop_app.app.core import Core
from desktop_app.audio.inputs import OpenInput
from desktop_app.services.live_desk import LiveDesk
from desktop_app.ui.live.record_badge import RecordBadge
from desktop_app.ui.workspaces import Workspaces

if TYPE_CHECKING:  # imported with the page, so that the window stands before anybody needs it
    from desktop_app.ui.live.panel import LivePanel

PAGE = "live"
PAN_STEP = 0.1
"""Part of what is visible."""
HELD = "The microphone is being recorded: closing the window ends that."


class LivePage(QObject):
    """Owns the services of the page and wires them; the page is made when it is first shown. GUI thread only."""

    recording_finished = Signal(object)
    """Path of the last file of a recording that ended: to be shown in the folder, selected."""

    def __init__(self, core: Core, workspaces: Workspaces, open_microphone: OpenInput) -> None:
        super().__init__()
        self.core = core
        self._workspaces = workspaces
        self.desk = LiveDesk(core.runner, core.messages, core.playback, open_microphone)
        self.badge = RecordBadge(core.actions)
        workspaces.add(PAGE, self._make_panel)
        self.desk.recording.running_changed.connect(self._recording_changed)
        self.desk.recording.progressed.connect(self.badge.show_progress)
        self.desk.monitor.state_changed.connect(self.badge.show_state)
        self.desk.recording.finished.connect(self._finished)
        self.desk.looking_back.cut_finished.connect(self._label_clip)

    @property
    def panel(self) -> "LivePanel":
        """Return the page, made now if nobody has seen it yet."""
        self._workspaces.page(PAGE)
        return self._panel

    def doings(self) -> dict[str, Callable[[], object]]:
        """Return what the page's own actions do, by their names."""
        return {"record": self._record}

    def doings_here(self) -> dict[str, Callable[[], object]]:
        """Return what actions do while the page is shown that do something else on other pages, by their names."""
        panel = self.panel
        timeline = panel.look_back.timeline
        of_timeline: dict[str, Callable[[], object]] = {
            "zoom_fit": timeline.zoom_fit,
            "zoom_selection": timeline.zoom_to_selection,
            "page_left": lambda: timeline.scroll_page(-1),
            "page_right": lambda: timeline.scroll_page(1),
            "step_left": lambda: timeline.pan(-PAN_STEP),
            "step_right": lambda: timeline.pan(PAN_STEP),
            "select_all": timeline.select_all,
        }
        if not panel.sound.looking_back:
            of_timeline = dict.fromkeys(of_timeline, panel.look_back_from_now)
        return {
            "play": panel.play_or_look_back,
            "loop": self.desk.listening.loop,
            "back_out": panel.back_out,
            "zoom_in": lambda: panel.zoom(1),
            "zoom_out": lambda: panel.zoom(-1),
            **of_timeline,
        }

    @property
    def ended_by_closing(self) -> str:
        """Return a sentence on what closing the window would end; empty for nothing."""
        return HELD if self.desk.recording.running else ""

    def close(self) -> None:
        """Complete the recording and let go of the microphone."""
        if self._workspaces.made(PAGE):
            self._panel.close_panel()
        self.desk.close()

    def _make_panel(self) -> QWidget:
        from desktop_app.ui.live.panel import LivePanel

        core = self.core
        self._panel: LivePanel = LivePanel(self.desk, core.models, core.settings, core.actions, core.theme, core.runner)
        core.project.scheme_changed.connect(lambda scheme: self._panel.offer_labels(scheme.names))
        self._panel.offer_labels(core.project.scheme.names)
        self.desk.monitor.list_devices()
        return self._panel

    def _record(self) -> None:
        """Begin to record, in sight; or end."""
        if not self.desk.recording.running:
            self._workspaces.show_page(PAGE)
        self.panel.record()

    def _recording_changed(self, running: bool) -> None:
        action = self.core.actions["record"]
        action.setText("Stop recording" if running else "Record")
        action.setChecked(running)
        self.badge.setVisible(running)

    def _label_clip(self, path: Path, label: str) -> None:
        """Label a clip that was cut out into the open folder there, too: its labels are what is learnt from."""
        project = self.core.project
        if label and project.store is not None and path.is_relative_to(project.store.place.project):
            project.draw(path, Annotation(label))

    def _finished(self, files: list[Path]) -> None:
        if files:
            self.recording_finished.emit(files[-1])
