"""The page where one listens: the folder, the timeline and what is known of the recording."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLineEdit

from desktop_app.app.core import Core
from desktop_app.app.listen_labels import ListenLabels
from desktop_app.audio.sources import is_file
from desktop_app.errors import UserError
from desktop_app.services.classification import FolderClassification
from desktop_app.services.exporting import Exporting
from desktop_app.services.folder import FolderListing
from desktop_app.services.listening import Listening
from desktop_app.services.session import Selection
from desktop_app.services.tiles import Opened
from desktop_app.ui.desk import Desk, DockSpec
from desktop_app.ui.folder_panel import FolderPanel
from desktop_app.ui.metadata_panel import MetadataPanel
from desktop_app.ui.spectrum_view import SpectrumView
from desktop_app.ui.timeline import Timeline
from desktop_app.ui.verdict_panel import VerdictPanel

PAN_STEP = 0.1
SELECT_STEP = 0.02
HEAD_STEP = 0.01
"""Parts of what is visible."""


class ListenPage(QObject):
    """Owns the services and panels of the page and wires them. GUI thread only."""

    def __init__(self, core: Core) -> None:
        super().__init__()
        self.core = core
        self.session, self.messages = core.session, core.messages
        self.listing = FolderListing(core.runner, core.messages)
        self.listening = Listening(core.session, core.playback, core.settings)
        self.classification = FolderClassification(core.runner)
        self.exporting = Exporting(core.runner)
        self.timeline = Timeline(core.session, core.runner, core.settings)
        self.folder_panel = FolderPanel(self.listing, core.settings)
        self.metadata_panel = MetadataPanel()
        self.verdict_panel = VerdictPanel()
        self.labels = ListenLabels(core, self.timeline, self.folder_panel, self.listening)
        self.labelling, self.label_panel = self.labels.labelling, self.labels.panel
        self.spectrum = SpectrumView(core.session, core.runner, core.settings)
        self.desk = Desk(core.actions, self.timeline, self._docks())
        self.labels.take_keys_on(self.desk)
        self._wire_folder()
        self._wire_recording()
        self._wire_classifying()

    def doings(self) -> dict[str, Callable[[], object]]:
        """Return what the page's actions do, by their names."""
        view, panel = self.timeline, self.folder_panel
        return {
            "rescan": self.listing.rescan,
            "export": lambda: self._export(panel.chosen_paths()),
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
            "head_left": lambda: view.move_head(-HEAD_STEP),
            "head_right": lambda: view.move_head(HEAD_STEP),
            "select_all": view.select_all,
            "select_left": lambda: view.extend_selection(-SELECT_STEP),
            "select_right": lambda: view.extend_selection(SELECT_STEP),
            "reset_layout": self.desk.arrange,
            "find": panel.focus_filter,
            "sort_score": panel.view.sort_by_score,
            "classify": lambda: self._classify(panel.model.paths()),
            **self.labels.doings(),
        }

    def open_folder(self, folder: Path, recording: Path | None) -> None:
        """List a folder, and show one of its recordings: the one that is given, or that was shown last."""
        recording = recording or self._last_recording(folder)
        self.classification.clear()
        self.session.folder = folder
        self.core.settings.remember_folder(folder)
        self.listing.scan(folder)
        if recording is not None:
            self.session.recording = recording
            self.folder_panel.select(recording)

    def _last_recording(self, folder: Path) -> Path | None:
        last = Path(self.core.settings.values.last_recordings.get(str(folder), ""))
        return last if is_file(last) else None

    def show_span(self, path: Path, onset_s: float, offset_s: float) -> None:
        """Show a recording with a part of it selected."""
        self.show_recording(path)
        self._show_find(onset_s, offset_s)

    def show_recording(self, path: Path) -> None:
        """Show a recording of the list."""
        if path != self.session.recording:
            self.session.recording = path
            self.folder_panel.select(path)

    def close(self) -> None:
        """Let go of the recording and stop reading the folder."""
        self.timeline.close_recording()
        self.listing.close()

    def _docks(self) -> tuple[DockSpec, ...]:
        return (
            DockSpec("Folder", self.folder_panel),
            DockSpec("Labels", self.label_panel, 400),
            DockSpec("Metadata", self.metadata_panel, 320),
            DockSpec("Verdict", self.verdict_panel, behind=True),
            DockSpec("Spectrum", self.spectrum, behind=True),
        )

    def _wire_folder(self) -> None:
        panel = self.folder_panel
        self.listing.rows_added.connect(self.labels.show_known)
        panel.recording_selected.connect(self._select)
        panel.recording_activated.connect(self.listening.play_file)
        panel.export_wanted.connect(self._export)
        panel.classify_wanted.connect(self._classify)
        panel.open_wanted.connect(self.core.actions["open_folder"].trigger)
        panel.samples_wanted.connect(self.core.actions["open_samples"].trigger)

    def _select(self, path: Path) -> None:
        self.session.recording = path

    def _focus_list(self) -> None:
        """Let arrows walk through the files as soon as there are any, unless the person is typing."""
        if self.desk.isVisible() and not isinstance(self.desk.window().focusWidget(), QLineEdit):
            self.folder_panel.setFocus()

    def _wire_recording(self) -> None:
        self.session.folder_changed.connect(lambda folder: self.desk.welcome.show_folder_open(folder is not None))
        self.session.recording_changed.connect(self._show_recording)
        self.timeline.failed.connect(self._show_problem)
        self.timeline.play_requested.connect(self.listening.play)
        self.timeline.follow_play_head = True
        self.timeline.engine.opened.connect(self._note_length)
        self.timeline.engine.opened.connect(lambda opened: self.listening.set_duration(opened.duration_s))
        self.listing.metadata_ready.connect(lambda _: self._show_metadata())
        self.listing.scan_finished.connect(lambda _: self._focus_list())

    def _show_recording(self, path: Path | None) -> None:
        self.desk.show_recording(path is not None)
        if path is None:
            self.desk.welcome.show_folder_open(self.session.folder is not None)
            self.timeline.clear()
        else:
            self.timeline.show_recording(path)
            self._remember(path)
        self._show_metadata()
        self._show_verdict()

    def _remember(self, path: Path) -> None:
        folder = self.session.folder
        if folder is not None and path.is_relative_to(folder):
            self.core.settings.remember_recording(folder, path)

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

    def _wire_classifying(self) -> None:
        self.classification.verdicts.connect(self.folder_panel.model.set_verdicts)
        self.classification.verdicts.connect(lambda _: self._show_verdict())
        self.classification.failed.connect(self.messages.error)
        self.classification.finished.connect(lambda summary: self.messages.info(summary.words))
        self.classification.finished.connect(lambda _: self._take_verdicts())
        self.verdict_panel.find_chosen.connect(self._show_find)
        self.verdict_panel.find_activated.connect(self.listening.play)

    def _show_verdict(self) -> None:
        path = self.session.recording
        self.verdict_panel.show_verdict(self.classification.verdict(path) if path is not None else None)

    def _take_verdicts(self) -> None:
        """Put what the model said down as drafts, once: what people have deleted since does not come back."""
        self.core.project.take(self.classification.take_fresh())

    def _show_find(self, onset_s: float, offset_s: float) -> None:
        """Select a find, and turn to it where it is out of sight."""
        found = self.session.selection = Selection(onset_s, offset_s)
        self.session.play_head_s = onset_s
        self.timeline.show_clearly(found)

    def _classify(self, paths: list[Path]) -> None:
        """Judge recordings with the chosen model; torch is imported by the job."""
        if not paths:
            self.messages.info("There is no recording to classify: open a folder first.")
            return
        try:
            self.classification.start(paths, self.core.models.chosen.path)
        except UserError as problem:
            self.messages.error(str(problem))

    def _export(self, chosen: list[Path]) -> None:
        """Offer what is selected, shown and chosen."""
        from desktop_app.ui.export_dialog import ExportDialog
        from desktop_app.ui.export_offer import ExportOffer

        rows = self.folder_panel.model
        offer = ExportOffer(self.session.recording, self.session.selection, chosen, rows.duration_of, rows.label_of)
        if not offer.choices():
            self.messages.info("There is nothing to export yet: choose a recording first.")
            return
        ExportDialog(offer, self.exporting, self.core.settings, self.desk.window()).show()
