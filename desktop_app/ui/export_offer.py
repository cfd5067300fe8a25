"""What could be exported: the selection, the recording on screen, the chosen files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.audio.clips import ClipRequest
from desktop_app.audio.sources import shown_name
from desktop_app.services.session import Selection
from desktop_app.ui.wording import duration_words
from desktop_app.words import counted

SELECTION, WHOLE, CHOSEN = "selection", "whole", "chosen"


@dataclass(frozen=True)
class ExportOffer:
    """What is open and chosen at the moment of asking."""

    recording: Path | None = None
    """The recording on screen."""
    selection: Selection | None = None
    """The selected stretch of it."""
    chosen: Sequence[Path] = ()
    """The files chosen in the list."""
    duration_of: Callable[[Path], float | None] = lambda _path: None
    """Lengths, where they are known: for the preview of names."""
    label_of: Callable[[Path], str] = lambda _path: ""
    """Labels, for names."""

    def choices(self) -> list[tuple[str, str]]:
        """Return (name, words) of everything that could be exported, the likeliest first."""
        found: list[tuple[str, str]] = []
        if self.recording is not None and self.selection is not None and self.selection.duration_s > 0:
            onset_s, offset_s = self.selection.onset_s, self.selection.offset_s
            length = duration_words(self.selection.duration_s)
            found.append((SELECTION, f"The selection, {onset_s:.2f} to {offset_s:.2f} s ({length})"))
        if self.recording is not None:
            found.append((WHOLE, f"The whole of {shown_name(self.recording)}"))
        if len(self.chosen) > 1 or (self.chosen and self.recording is None):
            found.insert(0, (CHOSEN, f"The {counted(len(self.chosen), 'chosen file')}"))
        return found

    def requests(self, choice: str) -> list[ClipRequest]:
        """Return what to write for a choice."""
        if choice == CHOSEN:
            return [ClipRequest(path, label=self.label_of(path)) for path in self.chosen]
        if self.recording is None:
            return []
        label = self.label_of(self.recording)
        if choice == SELECTION and self.selection is not None:
            return [ClipRequest(self.recording, self.selection.onset_s, self.selection.offset_s, label)]
        return [ClipRequest(self.recording, label=label)]
