"""The page of models."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QPushButton, QSplitter, QVBoxLayout, QWidget

from desktop_app.classifier import onnx_file
from desktop_app.classifier.card import SUFFIX, ModelEntry
from desktop_app.classifier.engines.foreign import ForeignModel
from desktop_app.classifier.library import export_suffixes
from desktop_app.services.evaluating import Evaluating
from desktop_app.services.jobs import Job
from desktop_app.services.model_changes import ModelChanges
from desktop_app.services.models import ModelShelf
from desktop_app.ui.job_row import JobRow
from desktop_app.ui.models.detail import ModelDetail
from desktop_app.ui.models.foreign_dialog import ForeignDialog
from desktop_app.ui.models.model_list import ModelList
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets import role_label
from desktop_app.ui.wording import on_button

MODEL_SUFFIXES = (SUFFIX, onnx_file.SUFFIX)
KINDS = {
    SUFFIX: "Earmark model",
    onnx_file.SUFFIX: "ONNX",
    ".pt": "TorchScript",
    ".pt2": "torch.export",
}
HEIGHTS = [184, 520]


class ModelsPage(QWidget):
    """Lists the models, shows one, and does what is wanted with it."""

    evaluate_wanted = Signal(str)
    """Name of a model that the person wants to evaluate."""

    def __init__(
        self,
        changes: ModelChanges,
        shelf: ModelShelf,
        evaluating: Evaluating,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._changes = changes
        self._shelf = shelf
        self.list = ModelList()
        self.progress = JobRow()
        self.detail = ModelDetail(evaluating, shelf, theme)
        self._import = QPushButton("Import…")
        self._import.setToolTip("Add a model file (.safetensors, .onnx) to yours; or drop it on this page")
        self._restore = QPushButton("Deleted")
        self._restore.setToolTip("Put a deleted model back; they are kept for 30 days")
        self._deleted = QMenu("Deleted models", self._restore)
        self._restore.setMenu(self._deleted)
        self._lay_out()
        self._connect()
        self.refresh()
        self.setAcceptDrops(True)
        self.setFocusProxy(self.list)

    @property
    def current(self) -> ModelEntry | None:
        """Return the model that is shown."""
        return self._shelf.find(self.list.current)

    def offer_folder(self, folder: Path | None) -> None:
        """Offer the open folder for comparisons."""
        self.detail.compare.offer_folder(folder)

    def refresh(self) -> None:
        """Show the models as they are now."""
        self.list.show_models(self._shelf.entries, self._changes.is_own, self._shelf.chosen_name)
        self._show_current()
        self._deleted.clear()
        for removed in self._changes.bin.contents():
            action = self._deleted.addAction(on_button(removed.name))
            action.triggered.connect(lambda _=False, removed=removed: self._changes.restore(removed))
        self._restore.setVisible(not self._deleted.isEmpty())

    def import_files(self, paths: list[Path]) -> None:
        """Take in model files, one after the other."""
        for path in paths:
            self._follow(self._changes.import_file(path))

    def ask_for_import(self) -> None:
        """Ask for model files, and take them in."""
        kinds = f"Models ({' '.join(f'*{suffix}' for suffix in MODEL_SUFFIXES)})"
        chosen, _ = QFileDialog.getOpenFileNames(self, "Import models", str(Path.home()), kinds)
        self.import_files([Path(path) for path in chosen])

    def ask_for_export(self, name: str) -> None:
        """Ask where and as what to save a model, and save it."""
        entry = self._shelf.find(name)
        if entry is None:
            return
        offered = {f"{KINDS[suffix]} (*{suffix})": suffix for suffix in export_suffixes(entry) if suffix in KINDS}
        start = str(Path.home() / f"{name}{entry.path.suffix}")
        chosen, kind = QFileDialog.getSaveFileName(self, f"Export {name}", start, ";;".join(offered))
        if chosen:
            self.export(entry, with_suffix(Path(chosen), offered.get(kind, ""), tuple(offered.values())))

    def export(self, entry: ModelEntry, target: Path) -> None:
        """Save a model for other people or programs."""
        self._follow(self._changes.export(entry, target))

    def ask_for_card(self, path: Path) -> None:
        """Ask what a foreign model hears, and take it in."""
        dialog = ForeignDialog(path, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.described.connect(lambda path, model: self._try_out(dialog, path, model))
        dialog.show()

    def _try_out(self, dialog: ForeignDialog, path: Path, model: ForeignModel) -> None:
        """Take in a foreign model; its dialog says why that failed."""
        job = self._changes.import_foreign(path, model)
        self._follow(job)
        dialog.follow(job)

    def _follow(self, job: Job) -> None:
        self.progress.follow(job)
        job.failed.connect(lambda _: self.progress.hide())  # the message bar says why

    def _show_current(self) -> None:
        entry = self.current
        self.detail.setEnabled(entry is not None)
        if entry is not None:
            self.detail.show_model(entry, own=self._changes.is_own(entry))

    def _rename(self, name: str, new: str) -> None:
        entry = self._shelf.find(name)
        if entry is not None:
            self._follow(self._changes.rename(entry, new))

    def _delete(self, name: str) -> None:
        entry = self._shelf.find(name)
        if entry is not None:
            self._changes.delete(entry)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(role_label("Models", "title"), 1)
        head.addWidget(self._restore)
        head.addWidget(self._import)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.list)
        parts.addWidget(self.detail)
        parts.setStretchFactor(1, 1)
        parts.setSizes(HEIGHTS)
        parts.setHandleWidth(16)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 8)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.progress)
        column.addWidget(parts, 1)

    def _connect(self) -> None:
        self._shelf.changed.connect(self.refresh)
        self._changes.added.connect(self.list.select)
        self._changes.card_wanted.connect(self.ask_for_card)
        self._import.clicked.connect(self.ask_for_import)
        self.list.current_changed.connect(lambda _: self._show_current())
        self.list.rename_wanted.connect(self._rename)
        self.detail.rename_wanted.connect(self.list.rename_current)
        self.detail.export_wanted.connect(self.ask_for_export)
        self.detail.evaluate_wanted.connect(self.evaluate_wanted)
        for part in (self.list, self.detail):
            part.use_wanted.connect(self._shelf.choose)
            part.delete_wanted.connect(self._delete)

    def showEvent(self, event: QShowEvent) -> None:
        """Look for models that came meanwhile, from the command line."""
        super().showEvent(event)
        self._shelf.refresh()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take model files of this machine."""
        if _models_in(event):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take in what was dropped."""
        event.accept()
        self.import_files(_models_in(event))


def with_suffix(path: Path, wanted: str, known: tuple[str, ...]) -> Path:
    """Return a path with the suffix of the kind that was chosen, where the person typed none that is known."""
    return path if path.suffix.lower() in known else path.with_name(path.name + wanted)


def _models_in(event: QDropEvent) -> list[Path]:
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return [path for path in paths if path.suffix.lower() in MODEL_SUFFIXES]
