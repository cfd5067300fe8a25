"""A button that shows a folder's name and lets the person choose another one."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QPushButton, QSizePolicy, QWidget

from desktop_app.audio.sources import is_folder
from desktop_app.ui.wording import in_tip, on_button

LEAST_WIDTH, PADDING, TIGHT_PADDING = 72, 32, 24


class FolderButton(QPushButton):
    """Shows the end of a path, as much as there is room for."""

    chosen = Signal(object)
    """Path that the person chose."""

    def __init__(self, name: str, prefix: str = "", parent: QWidget | None = None) -> None:
        """Call it `name` in words; `prefix` stands on it before the folder, where no label stands beside it."""
        super().__init__(parent)
        self._name, self._prefix = name, prefix
        self._folder = Path()
        self.setAutoDefault(False)  # in a dialog it is not what Enter presses
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._ask)

    def show_folder(self, folder: Path) -> None:
        """Show another folder."""
        self._folder = folder
        self.setToolTip(in_tip(f"{self._name}: {folder}"))
        self.setAccessibleDescription(str(folder))
        self.updateGeometry()
        self._fit()

    def sizeHint(self) -> QSize:
        """Return the room for the folder's name."""
        return QSize(self.fontMetrics().horizontalAdvance(self._words()) + PADDING, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return room for some letters."""
        return QSize(LEAST_WIDTH, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for now."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = max(self.width() - TIGHT_PADDING, 0)
        self.setText(on_button(self.fontMetrics().elidedText(self._words(), Qt.TextElideMode.ElideMiddle, room)))

    def _words(self) -> str:
        return f"{self._prefix}{self._folder.name}"

    def _ask(self) -> None:
        there = next((each for each in (self._folder, *self._folder.parents) if is_folder(each)), Path.home())
        answer = QFileDialog.getExistingDirectory(self, self._name, str(there))
        if answer:
            self.chosen.emit(Path(answer))
