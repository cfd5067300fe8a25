"""What Play, Loop and Esc mean: the selection, else from the play head on; head and sound agree."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.services.playback import Playback
from desktop_app.services.session import Session
from desktop_app.services.settings import Settings

AT_END_S = 0.01
"""A play head so close to the end starts again from 0."""


class Listening(QObject):
    """Connects the session's play head and selection with the playback. GUI thread only."""

    position_changed = Signal(float, object)
    """Where the play head is, and how long the recording is (None while that is not known), in seconds."""

    def __init__(self, session: Session, playback: Playback, settings: Settings | None) -> None:
        """Autoplay as the settings say; without settings, never."""
        super().__init__()
        self._session = session
        self._playback = playback
        self._settings = settings
        self._duration_s: float | None = None
        playback.position_changed.connect(self._follow)
        playback.ended.connect(self._rewind)
        session.play_head_moved.connect(self._head_moved)
        session.recording_changed.connect(self._recording_changed)

    def set_duration(self, duration_s: float) -> None:
        """Tell how long the recording that is shown is, once that is known."""
        self._duration_s = duration_s
        self.tell()

    def play_or_stop(self) -> None:
        """Stop what plays; else play the selection, else from the play head on."""
        if self._playback.playing:
            self._playback.stop()
            return
        selection = self._session.selection
        if selection is not None:
            self.play(selection.onset_s, selection.offset_s)
        else:
            self.play(0.0 if self._at_end() else self._session.play_head_s, None)

    def play(self, onset_s: float, offset_s: float | None = None, *, loop: bool = False) -> None:
        """Play a stretch of the recording that is shown; without an end as far as it goes."""
        if self._session.recording is not None:
            self._playback.play(self._session.recording, onset_s, offset_s, loop=loop)

    def play_file(self, path: Path) -> None:
        """Play a recording from its start."""
        self._playback.play(path)

    def loop(self) -> None:
        """Play the selection, or else the whole recording, again and again; stop if that is what plays."""
        selection = self._session.selection
        if selection is None:
            self.play(0.0, loop=True)
        else:
            self.play(selection.onset_s, selection.offset_s, loop=True)

    def back_out(self) -> None:
        """Esc: stop the sound, or else drop the selection."""
        if self._playback.playing:
            self._playback.stop()
        else:
            self._session.selection = None

    def go_to_start(self) -> None:
        """Put the play head on the first sample."""
        self._session.play_head_s = 0.0

    def go_to_end(self) -> None:
        """Put the play head behind the last sample."""
        self._session.play_head_s = self._duration_s or 0.0

    def tell(self) -> None:
        """Emit where the play head is, as for somebody who looks only now."""
        self.position_changed.emit(self._session.play_head_s, self._duration_s)

    def _at_end(self) -> bool:
        return self._duration_s is not None and self._session.play_head_s >= self._duration_s - AT_END_S

    def _follow(self, position_s: float) -> None:
        if self._playback.path == self._session.recording:
            self._session.play_head_s = position_s

    def _rewind(self) -> None:
        """After a selection was heard the head goes back to its start, so that it can be heard again."""
        if self._session.selection is not None and self._playback.path == self._session.recording:
            self._session.play_head_s = self._session.selection.onset_s

    def _head_moved(self, position_s: float) -> None:
        """Where the person put the head elsewhere, let the sound follow."""
        self.tell()
        own = self._playback.path == self._session.recording
        if own and self._playback.playing and position_s != self._playback.position_s:
            self._playback.seek(position_s)

    def _recording_changed(self, path: Path | None) -> None:
        self._playback.stop()
        self._duration_s = None
        self.tell()
        if path is not None and self._settings is not None and self._settings.values.autoplay:
            self.play_file(path)
