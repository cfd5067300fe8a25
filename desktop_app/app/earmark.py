"""The application of the window, from its start to its end.

Order of start: settings, theme, services, panels, window shown, and only then the folder is read. torch is imported
by the first job that needs it, never before the window stands.
"""

import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QFileDialog

from desktop_app import __version__, assets
from desktop_app.app.core import make_core
from desktop_app.app.labels_page import LabelsPages
from desktop_app.app.learning_pages import LearningPages
from desktop_app.app.leaving import Leaving, end_at_once
from desktop_app.app.listen_page import ListenPage
from desktop_app.app.live_page import LivePage
from desktop_app.audio.inputs import OpenInput
from desktop_app.audio.playing.outputs import OpenOutput
from desktop_app.audio.sources import is_file, is_folder, typed_path
from desktop_app.audio.streams import Device, open_input, open_output
from desktop_app.services import logbook
from desktop_app.services.interrupts import Interrupts
from desktop_app.services.list_table import write_table
from desktop_app.ui.job_strip import JobStrip
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.message_bar import MessageBar
from desktop_app.ui.message_place import MessagePlace
from desktop_app.ui.transport import Transport
from desktop_app.ui.wording import on_button

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Open the window on `arguments[0]`, a folder or a recording (without: the last folder); return the status."""
    crash_file = logbook.start_log(logbook.log_path())
    logger.info("Earmark %s on %s", __version__, sys.platform)
    application = QApplication(["earmark"])
    application.setApplicationDisplayName("Earmark")
    application.setDesktopFileName("earmark")
    application.setWindowIcon(QIcon(str(assets.icons_dir() / "earmark.svg")))
    earmark = Earmark(application)
    restore_hooks = earmark.bugs.install()
    interrupts = Interrupts(earmark.end)
    earmark.show(typed_path(arguments[0]) if arguments else None)
    status = application.exec()
    interrupts.restore()
    restore_hooks()
    if crash_file is not None:
        crash_file.close()
    if not earmark.all_ended:
        end_at_once(status)
    return status


class Earmark(QObject):
    """Owns the shared services, the window and its pages. GUI thread only."""

    def __init__(
        self,
        application: QApplication,
        open_device: OpenOutput = open_output,
        open_microphone: OpenInput = open_input,
    ) -> None:
        super().__init__()
        self.all_ended = True
        """No thread was left behind in a drive that does not answer; known after `close`."""
        self.core = make_core(application, open_device)
        self.bugs = logbook.BugReporter()
        self.listen = ListenPage(self.core)
        self.transport = Transport(self.core.actions, self.core.theme)
        self.job_strip = JobStrip(self.core.runner, self.core.theme)
        self.transport.add_right(self.job_strip)
        self.message_bar = MessageBar(self.core.theme)
        self.window = MainWindow(self.core.actions, self.listen.desk, self.transport, self.core.settings)
        MessagePlace(self.message_bar, self.transport.room, self.transport, self.window.centre)
        self.live = LivePage(self.core, self.window.workspaces, open_microphone)
        self.transport.add_right(self.live.badge)
        self.labels = LabelsPages(self.core, self.window.workspaces, self.listen)
        self.learning = LearningPages(self.core, self.window.workspaces)
        self._leaving = Leaving(self.core)
        self._wire_window()
        self._wire_playing()
        self._wire_actions()
        self._wire_history()
        self._wire_settings()

    def show(self, path: Path | None) -> None:
        """Show the window, then open `path`, or the folder that was open last."""
        self.window.show()
        last_folder = self.core.settings.values.last_folder
        last = Path(last_folder) if last_folder else None
        wanted = path or (last if last is not None and is_folder(last) else None)
        if wanted is not None:
            QTimer.singleShot(0, self, lambda: self.open(wanted))

    def open(self, path: Path) -> None:
        """Open a folder; of a recording, its folder with the recording shown."""
        path = path.absolute()
        names_folder = is_folder(path)
        if not (names_folder or is_file(path)):
            self.core.messages.error(
                f"“{path}” cannot be opened: it may have been moved or lie where you have no rights, "
                "or its drive is not connected."
            )
            return
        self.window.workspaces.show_page("listen")
        self.listen.open_folder(path if names_folder else path.parent, None if names_folder else path)

    def show_recording(self, path: Path) -> None:
        """Show a recording: in the open folder if that lists it, else its own folder is opened."""
        if path in self.listen.listing.paths:
            self.window.workspaces.show_page("listen")
            self.listen.show_recording(path)
        else:
            self.open(path)

    def close(self) -> None:
        """Stop everything in good order: what plays, what runs, what is open; then save the settings."""
        self.core.session.recording = None  # nothing that still waits for its turn asks for more
        self.core.playback.close()
        self.live.close()
        self.listen.close()
        self.learning.close()
        self.core.project.close()
        self.all_ended = self.core.runner.close()
        self.core.settings.close()
        self.core.theme.close()

    def end(self) -> None:
        """Close the window, whatever runs: the system asks for it, and nobody is there to answer."""
        self.window.held_open = lambda: False
        self.window.close()

    def _wire_window(self) -> None:
        self.window.closing.connect(self.close)
        self.window.held_open = lambda: self._leaving.is_held_by(
            self.live.ended_by_closing or self.learning.ended_by_closing
        )
        self.window.model_chosen.connect(self.core.models.choose)
        self.core.messages.posted.connect(self.message_bar.show_message)
        self.core.messages.withdrawn.connect(self.message_bar.withdraw)
        self.bugs.reported.connect(self.core.messages.error)
        for chosen in (self.listen.folder_panel.recent_chosen, self.window.recent_chosen, self.window.dropped):
            chosen.connect(self.open)
        self.learning.recording_wanted.connect(self.show_recording)
        self.live.recording_finished.connect(self.open)
        self.labels.folder_wanted.connect(self._choose_folder)

    def _wire_playing(self) -> None:
        playback, settings = self.core.playback, self.core.settings
        playback.playing_changed.connect(self.transport.show_playing)
        playback.devices_listed.connect(self._show_devices)
        for listening in (self.listen.listening, self.live.desk.listening):
            listening.position_changed.connect(self.transport.show_position)
        self.window.workspaces.shown.connect(self._show_clock)
        self.transport.volume_changed.connect(lambda volume: settings.change(volume=volume))
        self.transport.device_chosen.connect(lambda name: settings.change(output_device=name))
        self.transport.devices_wanted.connect(playback.list_devices)

    def _show_clock(self, page: str) -> None:
        """Let the clock below be that of the sound on the page."""
        (self.live.desk if page == "live" else self.listen).listening.tell()

    def _show_devices(self, devices: list[Device]) -> None:
        self.transport.show_devices([device.name for device in devices], self.core.settings.values.output_device)

    def _wire_actions(self) -> None:
        actions = self.core.actions
        pages = (self.listen, self.labels, self.live)
        doings = {name: do for page in pages for name, do in page.doings().items()}
        for name, do in {**doings, **self._doings()}.items():
            actions[name].triggered.connect(lambda _=False, name=name, do=do: self._do(name, do))
        actions["autoplay"].toggled.connect(lambda on: self.core.settings.change(autoplay=on))

    def _do(self, name: str, do: Callable[[], object]) -> None:
        """Do what an action means on the page that is shown."""
        here = self.live.doings_here() if self.window.workspaces.current == "live" else {}
        here.get(name, do)()

    def _doings(self) -> dict[str, Callable[[], object]]:
        return {
            "open_folder": self._choose_folder,
            "open_samples": lambda: self.open(assets.samples_dir()),
            "quit": self.window.close,
            "undo": self._undo,
            "redo": self.core.project.history.redo,
            "theme": self._switch_theme,
            "cancel_job": self.job_strip.cancel_current,
            "answer": self.message_bar.answer,
            "close_message": self.message_bar.close_message,
            "save_table": self._save_table,
            "preferences": self._show_preferences,
            "keys": self._show_keys,
        }

    def _wire_history(self) -> None:
        self.core.project.history.state_changed.connect(self._show_history)
        self.learning.deletions_changed.connect(self._show_history)
        self.window.workspaces.shown.connect(lambda _: self._show_history())
        self._show_history()

    def _undo(self) -> None:
        """Bring back what was deleted on the page that is shown, or else take the last change of labels back."""
        deletions = self.learning.deletions(self.window.workspaces.current)
        if deletions is not None and deletions.text:
            deletions.undo()
        else:
            self.core.project.history.undo()

    def _show_history(self) -> None:
        """Let Undo and Redo say what they would do."""
        history, deletions = self.core.project.history, self.learning.deletions(self.window.workspaces.current)
        deleted = deletions.text if deletions is not None else ""
        for name, word, text in (("undo", "Undo", deleted or history.undo_text), ("redo", "Redo", history.redo_text)):
            self.core.actions[name].setText(f"{word}: {on_button(text)}" if text else word)
            self.core.actions[name].setEnabled(bool(text) and not history.busy)

    def _choose_folder(self) -> None:
        start = str(self.core.session.folder or Path.home())
        chosen = QFileDialog.getExistingDirectory(self.window, "Open a folder of sound", start)
        if chosen:
            self.open(Path(chosen))

    def _save_table(self) -> None:
        """Ask where to, and write what the list shows, in its order."""
        folder, rows = self.core.session.folder, [row.listed() for row in self.listen.folder_panel.model.shown]
        if folder is None or not rows:
            self.core.messages.info("There is no list to save yet: open a folder, or clear the filter.")
            return
        start = str(folder / f"{folder.name or 'recordings'}.csv")
        chosen, _ = QFileDialog.getSaveFileName(self.window, "Save the list as a table", start, "Table (*.csv)")
        if chosen:
            path = Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.csv")
            job = self.core.runner.start(write_table, rows, path, title="Saving the list")
            job.finished.connect(self.core.messages.info)
            job.failed.connect(self.core.messages.error)

    def _switch_theme(self) -> None:
        self.core.settings.change(theme="light" if self.core.theme.dark else "dark")

    def _show_keys(self) -> None:
        from desktop_app.ui.keys_sheet import KeysSheet

        values = self.core.settings.values
        for old in self.window.findChildren(KeysSheet):
            old.close()
        KeysSheet(values.key_preset, values.wheel, QApplication.activeWindow() or self.window).show()

    def _show_preferences(self) -> None:
        from desktop_app.ui.preferences_dialog import PreferencesDialog

        dialog = PreferencesDialog(self.core.settings, self.window)
        dialog.keys_wanted.connect(self._show_keys)
        self.core.playback.devices_listed.connect(dialog.show_devices)
        self.core.playback.list_devices()
        dialog.show()

    def _wire_settings(self) -> None:
        """Let every setting take effect when it changes, and now."""
        self.core.settings.changed.connect(self._apply)
        self.core.models.changed.connect(self._show_models)
        self.window.desk.model_menu.aboutToShow.connect(self.core.models.refresh)  # a terminal may have added one
        self._show_models()
        for name in ("theme", "volume", "output_device", "autoplay", "recent_folders", "key_preset", "wheel", "snap"):
            self._apply(name)

    def _show_models(self) -> None:
        self.window.show_models(self.core.models.names, self.core.models.chosen_name)

    def _apply(self, name: str) -> None:
        values = self.core.settings.values
        match name:
            case "theme":
                self.core.theme.set_mode(values.theme)
            case "volume":
                self.core.playback.set_volume(values.volume)
                self.transport.show_volume(values.volume)
            case "output_device":
                self.core.playback.set_device(values.output_device)
            case "autoplay":
                self.core.actions["autoplay"].setChecked(values.autoplay)
            case "recent_folders":
                self.window.show_recent(values.recent_folders)
            case "key_preset":
                self.core.actions.use_preset(values.key_preset)
            case "wheel":
                self.listen.timeline.gestures.wheel_zooms = values.wheel == "zoom"
            case "snap":
                self.listen.timeline.snapping.mode = values.snap
