"""Labelled recordings that are nowhere in the folder: listed, and re-linked in bulk to another folder."""

from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.annotation.fingerprints import relative_path
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.relinking import same_names
from desktop_app.errors import UserError
from desktop_app.services.relinking import Relinking
from desktop_app.ui.widgets import role_label
from desktop_app.words import counted

SIZE = (560, 440)
TEACHES = (
    "These recordings have labels, and their files are not in the folder any more. Put the files back, or choose the "
    "folder inside of this one where they are now: files of the same names, in whatever format, get the labels. Undo "
    "takes it back."
)


class MissingBar(QWidget):
    """One line while recordings are missing, and the way to what can be done."""

    def __init__(self, relinking: Relinking, on_open: Callable[[], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = role_label(role="warning")
        self._open = QPushButton("Re-link…")
        self._open.setToolTip("See which ones, and say where they are now")
        self._open.clicked.connect(lambda _: on_open())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._words)
        row.addWidget(self._open)
        row.addStretch(1)
        relinking.missing_changed.connect(self._show)
        self._show(relinking.missing)

    @property
    def words(self) -> str:
        """Return what is said."""
        return self._words.text()

    def _show(self, missing: Sequence[Recording]) -> None:
        are = "is" if len(missing) == 1 else "are"
        self._words.setText(f"{counted(len(missing), 'labelled recording')} {are} missing.")
        self.setVisible(bool(missing))


class RelinkDialog(QDialog):
    """Lists missing recordings and gives their labels to files of the same names in another folder. Not modal."""

    def __init__(
        self,
        relinking: Relinking,
        project_folder: Path,
        paths: Callable[[], Sequence[str]],
        parent: QWidget | None = None,
    ) -> None:
        """`paths` returns every file of the folder as it is now: they may come back while this is open."""
        super().__init__(parent)
        self._relinking = relinking
        self._folder = project_folder
        self._paths = paths
        self.setWindowTitle("Missing recordings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*SIZE)
        self.of_folder = QComboBox()
        self.of_folder.setAccessibleName("Folder they were in")
        self.list = QListWidget()
        self.list.setAccessibleName("Missing recordings")
        self._words = role_label(wrap=True)
        self.choose = QPushButton("Choose their folder…")
        self.choose.clicked.connect(self._ask)
        self._lay_out()
        self.of_folder.currentIndexChanged.connect(lambda _: self._show_list())
        relinking.missing_changed.connect(self.show_missing)  # a method, so that it ends with the dialog
        self.show_missing(relinking.missing)

    @property
    def words(self) -> str:
        """Return what came of the last choice."""
        return self._words.text()

    def show_missing(self, missing: Sequence[Recording]) -> None:
        """List what is missing now, by the folder it was in; close where nothing is."""
        folders = sorted({folder_of(each.path) for each in missing})
        chosen = self.of_folder.currentData()
        self.of_folder.blockSignals(True)
        self.of_folder.clear()
        self.of_folder.addItem("All folders", None)
        for folder in folders:
            self.of_folder.addItem(folder or "(this folder)", folder)
        self.of_folder.setCurrentIndex(max(self.of_folder.findData(chosen), 0) if chosen is not None else 0)
        self.of_folder.blockSignals(False)
        self._show_list()
        if not folders:
            self.accept()

    def relink_to(self, folder: Path) -> None:
        """Give the labels of what is listed to the files of the same names in a folder inside the project's."""
        try:
            new = relative_path(self._folder, folder)
        except UserError as problem:
            self._words.setText(str(problem))
            return
        homes = same_names(self._listed(), new, self._paths())
        if homes:
            self._words.setText(f"{counted(len(homes), 'recording')} found there; reading them…")
            self._relinking.relink(homes)
        else:
            self._words.setText(f"No file in “{folder.name}” is called like one of them alone: choose another folder.")

    def _listed(self) -> list[Recording]:
        chosen = self.of_folder.currentData()
        return [each for each in self._relinking.missing if chosen is None or folder_of(each.path) == chosen]

    def _show_list(self) -> None:
        self.list.clear()
        self.list.addItems([each.path for each in self._listed()])

    def _ask(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Where are the recordings now?", str(self._folder))
        if chosen:
            self.relink_to(Path(chosen))

    def _lay_out(self) -> None:
        close = QPushButton("Close")
        close.setAutoDefault(False)
        close.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(close)
        buttons.addWidget(self.choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(role_label(TEACHES, wrap=True))
        column.addWidget(self.of_folder)
        column.addWidget(self.list, 1)
        column.addWidget(self._words)
        column.addLayout(buttons)


def folder_of(path: str) -> str:
    """Return the folder of a recording's path, empty for the project's own."""
    parent = PurePosixPath(path).parent.as_posix()
    return "" if parent == "." else parent
