"""An empty page that says what can be done here, and offers the first step."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_app.ui.widgets import role_label

TEXT_WIDTH = 520
"""In pixels: about seventy letters, which read best."""


class Teaching(QWidget):
    """A title, some sentences, and buttons in the middle of the page."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = role_label(wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.show_text(text)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(role_label(title, "title"), alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._text, alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(self._buttons)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)

    def show_text(self, text: str) -> None:
        """Say something else."""
        self._text.setText(text)
        self._text.setFixedSize(TEXT_WIDTH, self._text.heightForWidth(TEXT_WIDTH))

    def add_button(self, words: str, on_click: Callable[[], object]) -> QPushButton:
        """Offer a step."""
        button = QPushButton(words)
        button.clicked.connect(lambda _checked=False: on_click())
        self._buttons.addWidget(button)
        return button
