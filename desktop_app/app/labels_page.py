"""The page where all labels of the folder are seen, changed, brought in and written out."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.annotation.fingerprints import relative_path
from desktop_app.annotation.recordings import Recording
from desktop_app.app.core import Core
from desktop_app.app.listen_page import ListenPage
from desktop_app.audio.sources import is_file
from desktop_app.services.class_changes import ClassChanges
from desktop_app.services.relinking import Relinking
from desktop_app.ui.workspaces import Workspaces

if TYPE_CHECKING:  # made with the page, so that the window stands before anybody needs it
    from desktop_app.ui.labels.class_dialog import ClassDialog
    from desktop_app.ui.labels.page import LabelsPage


class LabelsPages(QObject):
    """Owns the services of the page and wires it to the page where one listens. GUI thread only."""

    folder_wanted = Signal()
    """Choose a folder to open."""

    def __init__(self, core: Core, workspaces: Workspaces, listen: ListenPage) -> None:
        super().__init__()
        self.core = core
        self._workspaces = workspaces
        self._listen = listen
        self.relinking = Relinking(core.project, core.messages)
        listen.listing.scan_finished.connect(lambda _: self._follow_files())
        listen.listing.files_changed.connect(self._follow_files)
        self.relinking.renamed.connect(self._follow_shown)
        core.project.opened.connect(self._follow_files)
        workspaces.add("labels", self._make)
        workspaces.shown.connect(self._focus)
        self._changes = ClassChanges(core.project, self)
        self._changes.refused.connect(core.messages.warning)
        palette = listen.label_panel.palette_of_classes
        palette.change_wanted.connect(self._change_class)
        palette.merge_wanted.connect(lambda name: self._change_class(name).into.setFocus())
        palette.remove_wanted.connect(self._changes.remove)

    def doings(self) -> dict[str, Callable[[], object]]:
        """Return what the page's actions do, by their names."""
        return {
            "import_labels": lambda: self.page().ask_for_import(),
            "import_label_folder": lambda: self.page().ask_for_folder(),
            "export_labels": lambda: self.page().ask_for_export(),
        }

    def page(self) -> "LabelsPage":
        """Show the page and return it."""
        self._workspaces.show_page("labels")
        return self._page

    def _make(self) -> QWidget:
        from desktop_app.services.label_files import LabelFiles
        from desktop_app.services.label_measuring import LabelMeasuring
        from desktop_app.services.label_table import LabelTable
        from desktop_app.ui.labels.label_services import LabelServices
        from desktop_app.ui.labels.page import LabelsPage

        core, project = self.core, self.core.project
        services = LabelServices(
            project=project,
            table=LabelTable(project),
            measuring=LabelMeasuring(project),
            files=LabelFiles(project),
            relinking=self.relinking,
            settings=core.settings,
            messages=core.messages,
            paths=self._relative_paths,
        )
        self._page: LabelsPage = LabelsPage(services)
        self._page.annotation_wanted.connect(self._show_annotation)
        self._page.play_wanted.connect(core.playback.play)
        self._page.folder_wanted.connect(self.folder_wanted)
        return self._page

    def _change_class(self, name: str) -> "ClassDialog":
        from desktop_app.ui.labels.class_dialog import ClassDialog

        return ClassDialog.open_for(self.core.project, name, self._workspaces.window())

    def _focus(self, name: str) -> None:
        """Let arrows walk through the table as soon as it is there."""
        if name == "labels":
            self._page.setFocus()

    def _show_annotation(self, path: Path, annotation_id: str) -> None:
        """Show an annotation over its sound, selected."""
        if not is_file(path):
            self.core.messages.error(f"“{path.name}” is not there any more: re-link it on the page Labels.")
            return
        listen = self._listen
        self._workspaces.show_page("listen")
        listen.show_recording(path)
        listen.labelling.go_to({annotation_id})
        if (selection := listen.session.selection) is not None:
            listen.timeline.show_clearly(selection)

    def _relative_paths(self) -> list[str]:
        folder = self.core.session.folder
        paths = self._listen.listing.paths
        return [] if folder is None else [relative_path(folder, path) for path in paths]

    def _follow_shown(self, renamed: list[tuple[Recording, Recording]]) -> None:
        """Stay with the recording on screen when it got another name or place."""
        folder, shown = self.core.session.folder, self.core.session.recording
        for before, after in renamed:
            if folder is not None and shown == folder / before.path:
                self._listen.show_recording(folder / after.path)

    def _follow_files(self) -> None:
        """Let labels go along with files that were moved, once the folder is read and its labels are open."""
        listing = self._listen.listing
        if listing.folder is not None and not listing.scanning:
            self.relinking.look(listing.paths)
