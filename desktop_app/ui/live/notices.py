"""The one sentence over the live sound: what is wrong, that nothing is heard, or what was changed."""

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.audio.capture import CaptureState
from desktop_app.audio.levels import Levels

NOTE_LASTS_MS = 6_000
OPENING = "Opening the microphone…"
SILENT = "Nothing but zeros comes from the microphone: is it muted or switched off?"


class Notices(QObject):
    """Chooses among what there is to say what is most important just now. GUI thread only."""

    changed = Signal(str, str)
    """The sentence, empty for none, and its role: error, warning or secondary."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = CaptureState("ended")
        self._silent = False
        self._note = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(NOTE_LASTS_MS)
        self._timer.timeout.connect(lambda: self._say_note(""))

    def begin(self) -> None:
        """Forget what was said of the stream before."""
        self._silent, self._note = False, ""
        self._tell()

    def show_state(self, state: CaptureState) -> None:
        """Take note of what the capture does."""
        self._state = state
        self._tell()

    def show_levels(self, levels: Levels) -> None:
        """Take note of silence."""
        if levels.silent != self._silent:
            self._silent = levels.silent
            self._tell()

    def show_note(self, sentence: str) -> None:
        """Say a sentence for some seconds, unless there is something more important."""
        self._timer.start()
        self._say_note(sentence)

    def _say_note(self, sentence: str) -> None:
        self._note = sentence
        self._tell()

    def _tell(self) -> None:
        if self._state.problem:
            self.changed.emit(self._state.problem, "error")
        elif self._state.phase == "opening":
            self.changed.emit(OPENING, "secondary")
        else:
            self.changed.emit(SILENT if self._silent else self._note, "warning")
