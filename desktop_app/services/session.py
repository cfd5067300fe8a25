"""What is open: the folder, the recording that is shown and heard, the selection in it, the play head."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal


@dataclass(frozen=True)
class Selection:
    """A stretch of the recording, and optionally a band of it; `onset_s <= offset_s`, `low_hz <= high_hz`."""

    onset_s: float
    offset_s: float
    low_hz: float | None = None
    high_hz: float | None = None

    def __post_init__(self) -> None:
        """Refuse a selection that runs backwards; `between` sorts."""
        if self.offset_s < self.onset_s or (self.low_hz or 0.0) > (self.high_hz or float("inf")):
            raise ValueError(f"a selection runs forwards: {self}")

    @classmethod
    def between(cls, a_s: float, b_s: float, a_hz: float | None = None, b_hz: float | None = None) -> "Selection":
        """Return the selection between two corners in any order, as a drag gives them."""
        if a_hz is not None and b_hz is not None:
            a_hz, b_hz = min(a_hz, b_hz), max(a_hz, b_hz)
        return cls(min(a_s, b_s), max(a_s, b_s), a_hz, b_hz)

    @property
    def duration_s(self) -> float:
        """Return the length in seconds."""
        return self.offset_s - self.onset_s


class Session(QObject):
    """The one owner of what is open. Assign to a property; its signal follows if the value changed. GUI thread only.

    Opening a folder closes the recording; showing another recording drops the selection and takes the play head to 0.
    """

    folder_changed = Signal(object)
    """Path or None."""
    recording_changed = Signal(object)
    """Path or None."""
    selection_changed = Signal(object)
    """Selection or None."""
    play_head_moved = Signal(float)
    """Seconds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder: Path | None = None
        self._recording: Path | None = None
        self._selection: Selection | None = None
        self._play_head_s = 0.0

    @property
    def folder(self) -> Path | None:
        """The open folder."""
        return self._folder

    @folder.setter
    def folder(self, folder: Path | None) -> None:
        if folder != self._folder:
            self.recording = None
            self._folder = folder
            self.folder_changed.emit(folder)

    @property
    def recording(self) -> Path | None:
        """The recording that is shown and heard."""
        return self._recording

    @recording.setter
    def recording(self, path: Path | None) -> None:
        if path != self._recording:
            self._recording = path
            self.selection = None
            self.play_head_s = 0.0
            self.recording_changed.emit(path)

    @property
    def selection(self) -> Selection | None:
        """The selected stretch of the recording."""
        return self._selection

    @selection.setter
    def selection(self, selection: Selection | None) -> None:
        if selection != self._selection:
            self._selection = selection
            self.selection_changed.emit(selection)

    @property
    def play_head_s(self) -> float:
        """Where playing starts, or is."""
        return self._play_head_s

    @play_head_s.setter
    def play_head_s(self, seconds: float) -> None:
        if seconds != self._play_head_s:
            self._play_head_s = seconds
            self.play_head_moved.emit(seconds)
