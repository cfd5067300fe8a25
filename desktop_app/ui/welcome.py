"""The page in place of the timeline: what to do first, or why a recording cannot be shown."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_app.ui.actions import Actions
from desktop_app.ui.widgets import role_label

FIRST = ("Listen to a folder of sound", "Drop a folder or a recording here. Nothing leaves this computer.")
PICK = ("Choose a recording", "Pick one in the list on the left; Space plays it, F8 lets the model judge the folder.")


class Welcome(QWidget):
    """Teaches the first step; with a folder open, the second."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = role_label(role="title")
        self._text = role_label(wrap=True)
        self._buttons = QWidget()
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        for name in ("open_folder", "open_samples"):
            button = QPushButton(actions[name].text())
            button.setToolTip(actions[name].toolTip())
            button.clicked.connect(actions[name].trigger)
            row.addWidget(button)
        self._lay_out()
        self.show_folder_open(False)

    @property
    def text(self) -> str:
        """Return the line under the title."""
        return self._text.text()

    def show_folder_open(self, is_open: bool) -> None:
        """Say what to do with, or without, an open folder."""
        title, text = PICK if is_open else FIRST
        self._title.setText(title)
        self._text.setText(text)
        self._buttons.setVisible(not is_open)

    def show_problem(self, sentence: str) -> None:
        """Say why a recording cannot be shown."""
        self._title.setText("This recording cannot be shown")
        self._text.setText(sentence)
        self._buttons.hide()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 24, 48, 24)
        column.setSpacing(12)
        column.addStretch(1)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(8)
        column.addWidget(self._buttons, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
