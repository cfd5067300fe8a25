"""Playing, as the window sees it: commands in, play head and problems out, nothing on the GUI thread that can block."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from desktop_app.audio.playing.feed import Playable, PlayRequest
from desktop_app.audio.playing.outputs import OpenOutput
from desktop_app.audio.streams import Device, Player, list_output_devices, open_output
from desktop_app.services.jobs import Job, JobContext, JobRunner, is_under_way
from desktop_app.services.messages import Messages

FRAME_INTERVAL_MS = 16
"""The play head moves about as often as a screen shows it."""

OpenRecording = Callable[[Path], Playable]


def open_recording(path: Path) -> Playable:
    """Open a recording for playing; called on the player's thread, which is when the decoders are imported."""
    from desktop_app.audio.reader import open_audio

    return open_audio(path)


class Playback(QObject):
    """Plays one recording at a time and tells where it is. GUI thread only; `close` before the end."""

    position_changed = Signal(float)
    """Second of the recording that is heard; some 60 times a second while playing."""
    playing_changed = Signal(bool)
    """Sound is coming, or has stopped."""
    ended = Signal()
    """The stretch was heard to its end; not after `stop` or a problem."""
    devices_listed = Signal(list)
    """Devices that can play, some time after `list_devices`."""

    def __init__(
        self,
        runner: JobRunner,
        messages: Messages,
        open_device: OpenOutput = open_output,
        open_recording: OpenRecording = open_recording,
    ) -> None:
        super().__init__()
        self._runner = runner
        self._messages = messages
        self._open_recording = open_recording
        self._player = Player(open_device)
        self._playing = False
        self._position_s = 0.0
        self._listing: Job | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_INTERVAL_MS)
        self._timer.timeout.connect(self._follow)
        self.path: Path | None = None
        """The recording that is or was playing."""

    @property
    def playing(self) -> bool:
        """Return whether sound is coming."""
        return self._playing

    @property
    def position_s(self) -> float:
        """Return the second of the recording that was heard last."""
        return self._position_s

    def play(
        self,
        path: Path,
        onset_s: float = 0.0,
        offset_s: float | None = None,
        *,
        loop: bool = False,
        start_s: float | None = None,
    ) -> None:
        """Play a stretch of a recording, by default all of it, from `start_s` inside it, instead of what is playing."""
        self.path = path
        self._position_s = onset_s if start_s is None else start_s
        self._player.play(PlayRequest(lambda: self._open_recording(path), onset_s, offset_s, loop, start_s))
        self._set_playing(True)

    def stop(self) -> None:
        """Fall silent; the position stays where it was."""
        self._player.stop()
        self._set_playing(False)

    def seek(self, position_s: float) -> None:
        """Go on from another second, if something is playing."""
        self._player.seek(position_s)

    def set_volume(self, volume: float) -> None:
        """Set the loudness, 0 to 1, even to the ear."""
        self._player.volume = volume

    def set_device(self, name: str) -> None:
        """Play on another device from now on; empty for the system's default."""
        self._player.device = name

    def list_devices(self) -> None:
        """Look for output devices on a worker thread; `devices_listed` follows, or a message."""
        if is_under_way(self._listing):
            return  # that one will tell; where the driver hangs, another one would only hang as well
        job = self._listing = self._runner.start(_list_devices, not self._player.state.playing)
        job.finished.connect(lambda devices: self.devices_listed.emit(list(devices)))
        job.failed.connect(self._messages.error)

    def close(self) -> bool:
        """Stop, and return whether the player's threads ended."""
        self.stop()
        return self._player.close()

    def _follow(self) -> None:
        state = self._player.state
        if state.position_s != self._position_s:
            self._position_s = state.position_s
            self.position_changed.emit(state.position_s)
        if not state.playing:
            self._player.stop()
            self._set_playing(False)
            if state.problem:
                self._messages.error(state.problem)
            else:
                self.ended.emit()

    def _set_playing(self, playing: bool) -> None:
        if playing:
            self._timer.start()
        else:
            self._timer.stop()
        if playing != self._playing:
            self._playing = playing
            self.playing_changed.emit(playing)


def _list_devices(_context: JobContext, refresh: bool) -> tuple[Device, ...]:
    return list_output_devices(refresh=refresh)
