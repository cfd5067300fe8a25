"""A sign on every page that the microphone is recorded."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

from desktop_app.audio.capture import CaptureState
from desktop_app.audio.recorder import RecordState
from desktop_app.ui.actions import Actions
from desktop_app.ui.ticks import clock_words

RECORDED = "The microphone is recorded: show it (R stops)"
AWAY = "The microphone is gone: plug it in again, and recording goes on in a new file. Click to show the page"


class RecordBadge(QToolButton):
    """Says on every page that the microphone is recorded, and how long already; a click shows the Live page."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Recording")
        self._seconds = 0.0
        self._away = False
        self._say()
        self.setProperty("role", "error")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(actions["show_live"].trigger)
        self.hide()

    def show_progress(self, seconds: float, _state: RecordState) -> None:
        """Show how long."""
        self._seconds = seconds
        self._say()

    def show_state(self, state: CaptureState) -> None:
        """Show whether there is a microphone to record from."""
        self._away = state.phase == "away"
        self._say()

    def _say(self) -> None:
        missing = "  no microphone" if self._away else ""
        self.setText(f"● {clock_words(self._seconds, 0, minutes=True)}{missing}")
        self.setToolTip(AWAY if self._away else RECORDED)
