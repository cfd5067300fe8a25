"""The window's application: the one place that wires objects together.

Order of start: settings, theme, services, panels, window shown, and only then the folder is read. torch is imported
by the first job that needs it, never before the window stands.
"""

import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from desktop_app import __version__, assets
from desktop_app.audio.playing.outputs import OpenOutput
from desktop_app.audio.streams import Device, open_output
from desktop_app.errors import UserError
from desktop_app.services import logbook
from desktop_app.services.classification import FolderClassification
from desktop_app.services.exporting import Exporting
from desktop_app.services.folder import FolderListing
from desktop_app.services.interrupts import Interrupts
from desktop_app.services.jobs import JobRunner
from desktop_app.services.listening import Listening
from desktop_app.services.messages import Messages
from desktop_app.services.models import ModelShelf
from desktop_app.services.playback import Playback
from desktop_app.services.session import Selection, Session
from desktop_app.services.settings import Settings
from desktop_app.services.tiles import Opened
from desktop_app.ui.actions import Actions
from desktop_app.ui.desk import Desk, DockSpec
from desktop_app.ui.export_dialog import ExportDialog
from desktop_app.ui.export_offer import ExportOffer
from desktop_app.ui.folder_panel import FolderPanel
from desktop_app.ui.job_strip import JobStrip
from desktop_app.ui.keys_sheet import KeysSheet
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.message_bar import MessageBar
from desktop_app.ui.metadata_panel import MetadataPanel
from desktop_app.ui.spectrum_view import SpectrumView
from desktop_app.ui.theme import Theme
from desktop_app.ui.timeline import Timeline
from desktop_app.ui.transport import Transport
from desktop_app.ui.verdict_panel import VerdictPanel

logger = logging.getLogger(__name__)

PAN_STEP = 0.1
SELECT_STEP = 0.02
"""Parts of what is visible."""


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
    interrupts = Interrupts(earmark.window.close)
    earmark.show(Path(arguments[0]).expanduser() if arguments else None)
    status = application.exec()
    interrupts.restore()
    restore_hooks()
    if crash_file is not None:
        crash_file.close()
    return status


class Earmark(QObject):
    """Owns every service and panel of one window. GUI thread only."""

    def __init__(self, application: QApplication, open_device: OpenOutput = open_output) -> None:
        super().__init__()
        self.messages = Messages()
        self.bugs = logbook.BugReporter()
        self.settings = Settings(messages=self.messages)
        self.theme = Theme(application, self.settings.values.theme)
        self.actions = Actions(application, self.theme)
        self.runner = JobRunner()
        self.session = Session()
        self.listing = FolderListing(self.runner, self.messages)
        self.playback = Playback(self.runner, self.messages, open_device)
        self.listening = Listening(self.session, self.playback, self.settings)
        self.classification = FolderClassification(self.runner)
        self.exporting = Exporting(self.runner)
        self._build_window()
        self.models = ModelShelf(self.settings, self.messages, *assets.model_dirs())
        self._wire_folder()
        self._wire_recording()
        self._wire_playing()
        self._wire_classifying()
        self._wire_actions()
        self._wire_settings()

    def show(self, path: Path | None) -> None:
        """Show the window, then open `path`, or the folder that was open last."""
        self.window.show()
        last = Path(self.settings.values.last_folder) if self.settings.values.last_folder else None
        wanted = path or (last if last is not None and last.is_dir() else None)
        if wanted is not None:
            QTimer.singleShot(0, self, lambda: self.open(wanted))

    def open(self, path: Path) -> None:
        """Open a folder; of a recording, its folder with the recording shown."""
        path = path.absolute()
        if not path.exists():
            self.messages.error(f"There is no “{path}”: it may have been moved, or its drive is not connected.")
            return
        folder = path if path.is_dir() else path.parent
        self.classification.cancel()
        self.session.folder = folder
        self.settings.remember_folder(folder)
        self.listing.scan(folder)
        if path != folder:
            self.session.recording = path
            self.folder_panel.select(path)

    def close(self) -> None:
        """Stop everything in good order: what plays, what runs, what is open; then save the settings."""
        self.session.recording = None  # nothing that still waits for its turn asks for more
        self.playback.close()
        self.timeline.close_recording()
        self.listing.close()
        self.runner.close()
        self.settings.close()
        self.theme.close()

    def _build_window(self) -> None:
        self.timeline = Timeline(self.session, self.runner, self.settings)
        self.folder_panel = FolderPanel(self.listing, self.settings)
        self.metadata_panel = MetadataPanel()
        self.verdict_panel = VerdictPanel()
        self.spectrum = SpectrumView(self.session, self.runner, self.settings)
        self.transport = Transport(self.actions, self.theme)
        self.job_strip = JobStrip(self.runner, self.theme)
        self.transport.add_right(self.job_strip)
        self.message_bar = MessageBar(self.theme)
        docks = (
            DockSpec("Folder", self.folder_panel),
            DockSpec("Metadata", self.metadata_panel, 320),
            DockSpec("Verdict", self.verdict_panel, 220),
            DockSpec("Spectrum", self.spectrum, 260),
        )
        self.desk = Desk(self.actions, self.timeline, docks)
        self.window = MainWindow(self.actions, self.desk, (self.message_bar, self.transport), self.settings)
        self.window.closing.connect(self.close)
        self.messages.posted.connect(self.message_bar.show_message)
        self.bugs.reported.connect(self.messages.error)

    def _wire_folder(self) -> None:
        panel = self.folder_panel
        panel.recording_selected.connect(self._select)
        panel.recording_activated.connect(self.listening.play_file)
        panel.export_wanted.connect(self._export)
        panel.classify_wanted.connect(self._classify)
        panel.open_wanted.connect(self.actions["open_folder"].trigger)
        panel.samples_wanted.connect(self.actions["open_samples"].trigger)
        for chosen in (panel.recent_chosen, self.window.recent_chosen, self.window.dropped):
            chosen.connect(self.open)

    def _select(self, path: Path) -> None:
        self.session.recording = path

    def _focus_list(self) -> None:
        """Let arrows walk through the files as soon as there are any, unless the person is typing."""
        if not isinstance(self.window.focusWidget(), QLineEdit):
            self.folder_panel.setFocus()

    def _wire_recording(self) -> None:
        self.session.folder_changed.connect(lambda folder: self.desk.welcome.show_folder_open(folder is not None))
        self.session.recording_changed.connect(self._show_recording)
        self.timeline.failed.connect(self._show_problem)
        self.timeline.engine.opened.connect(self._note_length)
        self.listing.metadata_ready.connect(lambda _: self._show_metadata())
        self.listing.scan_finished.connect(lambda _: self._focus_list())

    def _show_recording(self, path: Path | None) -> None:
        self.desk.show_recording(path is not None)
        if path is None:
            self.desk.welcome.show_folder_open(self.session.folder is not None)
            self.timeline.clear()
        else:
            self.timeline.show_recording(path)
        self._show_metadata()
        self._show_verdict()

    def _show_problem(self, sentence: str) -> None:
        """Say in the timeline's place why there is none; of damage met later, in the bar."""
        if self.timeline.view.frames:
            self.messages.error(sentence)
        else:
            self.desk.welcome.show_problem(sentence)
            self.desk.show_recording(False)

    def _note_length(self, opened: Opened) -> None:
        """Fill in a length that no header told and that decoding has found."""
        row = self.folder_panel.model.row_of(opened.path)
        if row is not None and row.metadata is not None and row.metadata.frames is None:
            self.folder_panel.model.show_metadata([(opened.path, replace(row.metadata, frames=opened.frames))])
            self._show_metadata()

    def _show_metadata(self) -> None:
        path = self.session.recording
        row = self.folder_panel.model.row_of(path) if path is not None else None
        if row is None:
            self.metadata_panel.show_recording(path, None)
        else:
            self.metadata_panel.show_recording(path, row.metadata or row.unreadable or None, row.file)

    def _wire_playing(self) -> None:
        self.playback.playing_changed.connect(self.transport.show_playing)
        self.playback.devices_listed.connect(self._show_devices)
        self.listening.position_changed.connect(self.transport.show_position)
        self.timeline.play_requested.connect(self.listening.play)
        self.timeline.engine.opened.connect(lambda opened: self.listening.set_duration(opened.duration_s))
        self.timeline.follow_play_head = True
        self.transport.volume_changed.connect(lambda volume: self.settings.change(volume=volume))
        self.transport.device_chosen.connect(lambda name: self.settings.change(output_device=name))
        self.transport.devices_wanted.connect(self.playback.list_devices)

    def _show_devices(self, devices: list[Device]) -> None:
        self.transport.show_devices([device.name for device in devices], self.settings.values.output_device)

    def _wire_classifying(self) -> None:
        self.classification.verdicts.connect(self.folder_panel.model.set_verdicts)
        self.classification.verdicts.connect(lambda _: self._show_verdict())
        self.classification.failed.connect(self.messages.error)
        self.verdict_panel.find_chosen.connect(self._show_find)
        self.verdict_panel.find_activated.connect(self.listening.play)
        self.classification.finished.connect(lambda summary: self.messages.info(summary.words))
        self.window.model_chosen.connect(lambda name: self.settings.change(model=name))

    def _show_verdict(self) -> None:
        path = self.session.recording
        self.verdict_panel.show_verdict(self.classification.verdict(path) if path is not None else None)

    def _show_find(self, onset_s: float, offset_s: float) -> None:
        """Select a find, and turn to it where it is out of sight."""
        self.session.selection = Selection(onset_s, offset_s)
        self.session.play_head_s = onset_s
        self.timeline.view.reveal(onset_s)

    def _classify(self, paths: list[Path]) -> None:
        """Judge recordings with the chosen model; torch is imported by the job."""
        if not paths:
            self.messages.info("There is no recording to classify: open a folder first.")
            return
        try:
            self.classification.start(paths, self.models.chosen.path)
        except UserError as problem:
            self.messages.error(str(problem))

    def _export(self, chosen: list[Path]) -> None:
        """Offer what is selected, shown and chosen."""
        rows = self.folder_panel.model
        offer = ExportOffer(self.session.recording, self.session.selection, chosen, rows.duration_of, rows.label_of)
        if not offer.choices():
            self.messages.info("There is nothing to export yet: choose a recording first.")
            return
        ExportDialog(offer, self.exporting, self.settings, self.window).show()

    def _wire_actions(self) -> None:
        view, panel = self.timeline, self.folder_panel
        doings = {
            "open_folder": self._choose_folder,
            "open_samples": lambda: self.open(assets.samples_dir()),
            "rescan": self.listing.rescan,
            "export": lambda: self._export(panel.chosen_paths()),
            "quit": self.window.close,
            "play": self.listening.play_or_stop,
            "loop": self.listening.loop,
            "back_out": self.listening.back_out,
            "previous_file": lambda: panel.step(-1),
            "next_file": lambda: panel.step(1),
            "to_start": self.listening.go_to_start,
            "to_end": self.listening.go_to_end,
            "zoom_in": view.zoom_in,
            "zoom_out": view.zoom_out,
            "zoom_fit": view.zoom_fit,
            "zoom_selection": view.zoom_to_selection,
            "page_left": lambda: view.scroll_page(-1),
            "page_right": lambda: view.scroll_page(1),
            "step_left": lambda: view.pan(-PAN_STEP),
            "step_right": lambda: view.pan(PAN_STEP),
            "select_all": view.select_all,
            "select_left": lambda: view.extend_selection(-SELECT_STEP),
            "select_right": lambda: view.extend_selection(SELECT_STEP),
            "theme": self._switch_theme,
            "reset_layout": self.desk.arrange,
            "find": panel.focus_filter,
            "classify": lambda: self._classify(panel.model.paths()),
            "cancel_job": self.job_strip.cancel_current,
            "keys": lambda: KeysSheet(self.window).open(),
        }
        for name, do in doings.items():
            self.actions[name].triggered.connect(lambda _=False, do=do: do())
        self.actions["autoplay"].toggled.connect(lambda on: self.settings.change(autoplay=on))

    def _choose_folder(self) -> None:
        start = str(self.session.folder or Path.home())
        chosen = QFileDialog.getExistingDirectory(self.window, "Open a folder of sound", start)
        if chosen:
            self.open(Path(chosen))

    def _switch_theme(self) -> None:
        self.settings.change(theme="light" if self.theme.dark else "dark")

    def _wire_settings(self) -> None:
        """Let every setting take effect when it changes, and now."""
        self.settings.changed.connect(self._apply)
        for name in ("theme", "volume", "output_device", "autoplay", "model", "recent_folders"):
            self._apply(name)

    def _apply(self, name: str) -> None:
        values = self.settings.values
        match name:
            case "theme":
                self.theme.set_mode(values.theme)
            case "volume":
                self.playback.set_volume(values.volume)
                self.transport.show_volume(values.volume)
            case "output_device":
                self.playback.set_device(values.output_device)
            case "autoplay":
                self.actions["autoplay"].setChecked(values.autoplay)
            case "model":
                self.window.show_models(self.models.names, self.models.chosen_name)
            case "recent_folders":
                self.window.show_recent(values.recent_folders)
