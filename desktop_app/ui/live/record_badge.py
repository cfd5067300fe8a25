"""A sign on every page that the microphone is recorded."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

from desktop_app.audio.recorder import RecordState
from desktop_app.ui.actions import Actions
from desktop_app.ui.ticks import clock_words


class RecordBadge(QToolButton):
    """Says on every page that the microphone is recorded, and how long already; a click shows the Live page."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Recording")
        self.setToolTip("The microphone is recorded: show it (R stops)")
        self.setProperty("role", "error")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(actions["show_live"].trigger)
        self.hide()

    def show_progress(self, seconds: float, _state: RecordState) -> None:
        """Show how long."""
        self.setText(f"● {clock_words(seconds, 0, minutes=True)}")
