"""What the cards of the training page are made of: a frame with a title, and a part that is folded away."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from desktop_app.ui.widgets import role_label


class Card(QFrame):
    """A titled frame; content goes into `body`, buttons beside the title into `head`."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        self.title = role_label(title, "title")
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addLayout(self.head)
        column.addLayout(self.body, 1)


class Fold(QWidget):
    """A part that opens at a click on its name."""

    def __init__(self, name: str, content: QLayout, tip: str = "") -> None:
        super().__init__()
        self._button = QToolButton()
        self._button.setText(name)
        self._button.setToolTip(tip or f"Show or hide: {name}")
        self._button.setCheckable(True)
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.setArrowType(Qt.ArrowType.RightArrow)
        self._button.setProperty("role", "fold")
        self._button.setIconSize(QSize(12, 12))
        self._content = QWidget()
        content.setContentsMargins(0, 0, 0, 8)
        self._content.setLayout(content)
        self._content.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._button, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._content)
        self._button.toggled.connect(self._open)

    def set_name(self, name: str) -> None:
        """Call it something else."""
        self._button.setText(name)

    def set_open(self, is_open: bool) -> None:
        """Open or close it."""
        self._button.setChecked(is_open)

    def _open(self, is_open: bool) -> None:
        self._button.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._content.setVisible(is_open)


def push_button(text: str, tip: str, *, primary: bool = False) -> QPushButton:
    """Return a button; the one that a page is about is `primary`."""
    button = QPushButton(text)
    button.setToolTip(tip)
    button.setProperty("role", "primary" if primary else "")
    return button
