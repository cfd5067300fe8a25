"""The page in place of the timeline: what to do first, or why a recording cannot be shown."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.ui.actions import Actions, grouped, shown_key
from desktop_app.ui.widgets import role_label

FIRST = ("Listen to a folder of sound", "Drop a folder or a recording here. Nothing leaves this computer.")
PICK = ("Choose a recording", "Pick one in the list on the left.")
STEPS = {
    "play": "plays and stops",
    "label": "labels what is selected, or the whole recording",
    "classify": "lets the model judge the folder",
    "accept": "accepts what it said and goes on",
    "keys": "shows every other key",
}
"""What the first minutes need, by the name of the action."""


class Welcome(QWidget):
    """Teaches the first step; with a folder open, the second; and the keys of those after."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._title = role_label(role="title")
        self._text = role_label(wrap=True)
        self._buttons = QWidget()
        row = QHBoxLayout(self._buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        first, second = (self._offer(name) for name in ("open_folder", "open_samples"))
        first.setProperty("role", "primary")
        row.addWidget(first)
        row.addWidget(second)
        self.setFocusProxy(first)
        self._keys = {name: role_label() for name in STEPS}
        self._steps = self._make_steps()
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
        self._show_keys()

    def show_problem(self, sentence: str) -> None:
        """Say why a recording cannot be shown."""
        self._title.setText("This recording cannot be shown")
        self._text.setText(sentence)
        self._buttons.hide()
        self._steps.hide()

    def _show_keys(self) -> None:
        """Tell the keys that the person's preset has."""
        keys = {spec.name: found[0] for _, rows in grouped(self._actions.preset) for spec, found in rows}
        for name, label in self._keys.items():
            label.setText(shown_key(keys[name]))
        self._steps.show()

    def _offer(self, name: str) -> QPushButton:
        button = QPushButton(self._actions[name].text())
        button.setToolTip(self._actions[name].toolTip())
        button.clicked.connect(self._actions[name].trigger)
        return button

    def _make_steps(self) -> QWidget:
        steps = QWidget()
        grid = QGridLayout(steps)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        for row, (name, words) in enumerate(STEPS.items()):
            grid.addWidget(self._keys[name], row, 0, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(QLabel(words), row, 1)
        return steps

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
        column.addSpacing(24)
        column.addWidget(self._steps, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
