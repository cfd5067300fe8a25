"""The way of labels in from other programs, and out to them: what is asked first, and which dialog is shown."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from PySide6.QtCore import QObject
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu, QWidget

from desktop_app.annotation.annotations import Annotation
from desktop_app.annotation.table_query import TableQuery, TableRow
from desktop_app.audio.clips import ClipRequest
from desktop_app.audio.formats import is_audio_name
from desktop_app.audio.sources import is_file
from desktop_app.services.project import Project
from desktop_app.ui.labels.export_dialog import LabelExportDialog, LabelOffer
from desktop_app.ui.labels.import_dialog import ImportDialog, file_kinds
from desktop_app.ui.labels.label_services import LabelServices
from desktop_app.words import counted

EXAMPLES = 3
"""Annotations whose clips' names are shown before an export."""


class InAndOut(QObject):
    """Lets label files be chosen, and shows what they would bring or hold. GUI thread only."""

    def __init__(self, services: LabelServices, page: QWidget) -> None:
        super().__init__(page)
        self._services = services
        self._page = page
        self.import_menu = QMenu("Import", page)
        self.import_menu.addAction("Label files…", self.ask_for_files)
        self.import_menu.addAction("A folder of label files, segments or classes…", self.ask_for_folder)

    def ask_for_files(self) -> None:
        """Ask for label files, and show what they would bring."""
        if not self._services.can_change():
            return
        folder = str(self._services.folder)
        chosen, _ = QFileDialog.getOpenFileNames(self._page, "Import labels", folder, file_kinds())
        if chosen:
            self.show_import([Path(path) for path in chosen])

    def ask_for_folder(self) -> None:
        """Ask for a folder of label files or of sorted clips, and show what it would bring."""
        if not self._services.can_change():
            return
        chosen = QFileDialog.getExistingDirectory(self._page, "Import a folder", str(self._services.folder))
        if chosen:
            self.show_import([Path(chosen)])

    def show_import(self, paths: Sequence[Path]) -> ImportDialog | None:
        """Show what label files would bring; None where nothing can be changed."""
        services = self._services
        if not services.can_change():
            return None
        dialog = ImportDialog(services.files, paths, services.project.scheme, self._page.window())
        dialog.imported.connect(services.messages.info)
        show_while_open(dialog, services.project)
        return dialog

    def show_export(self, row: TableRow | None, *, is_filtered: bool) -> None:
        """Offer what there is, what the filter finds, and the recording of the current row."""
        services = self._services
        if not services.table.summary.count:
            services.messages.info("There are no labels to export yet.")
            return
        offer = LabelOffer(self._choices(row, is_filtered=is_filtered), self._examples())
        dialog = LabelExportDialog(services.files, offer, services.settings, self._page.window())
        dialog.written.connect(services.messages.info)
        show_while_open(dialog, services.project)

    def _choices(self, row: TableRow | None, *, is_filtered: bool) -> list[tuple[str, TableQuery]]:
        table = self._services.table
        choices = [(f"All {counted(table.summary.count, 'annotation')}", TableQuery())]
        if is_filtered and table.count:
            these = f"The {counted(table.count, 'annotation')}" if table.is_counted else "All"
            choices.insert(0, (f"{these} that the filter finds", table.query))
        if row is not None:
            name = PurePosixPath(row.path).name
            choices.append((f"Those of {name}", TableQuery(recording_id=row.annotation.recording_id)))
        return choices

    def _examples(self) -> list[ClipRequest]:
        rows = [row for number in range(EXAMPLES) if (row := self._services.table.row(number)) is not None]
        return [self._clip_of(row.path, row.annotation) for row in rows]

    def _clip_of(self, path: str, it: Annotation) -> ClipRequest:
        return ClipRequest(self._services.folder / path, it.onset_s or 0.0, it.offset_s, it.label)


def show_while_open(dialog: QDialog, project: Project) -> None:
    """Show a dialog until it is done or the labels it is about are closed."""
    project.closed.connect(dialog.close)
    dialog.show()


def label_files_in(event: QDropEvent) -> list[Path]:
    """Return what was dropped and is no recording; WAV files may hold labels, but are far more often meant as sound."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if is_file(path) and not is_audio_name(path.name)]
