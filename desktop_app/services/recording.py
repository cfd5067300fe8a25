"""Recording, as the window sees it: begun with the sound from before; files are told of as they are complete."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.audio.inputs import InputRequest
from desktop_app.audio.recorder import Recorder, RecordSettings, RecordState, gone_sentence
from desktop_app.errors import UserError
from desktop_app.services.messages import Messages
from desktop_app.services.monitor import Monitor

INTERVAL_MS = 100


class Recording(QObject):
    """Records what a monitor hears, one recording at a time. GUI thread only; `close` before the end."""

    running_changed = Signal(bool)
    progressed = Signal(float, object)
    """Seconds recorded, and the RecordState."""
    file_finished = Signal(object)
    """Path of a file that is complete: show it in the folder."""
    finished = Signal(list)
    """Paths of all files of the recording that ended, the last one to be selected."""

    def __init__(self, monitor: Monitor, messages: Messages) -> None:
        super().__init__()
        self._monitor = monitor
        self._messages = messages
        self._settings: RecordSettings | None = None
        self._recorder: Recorder | None = None
        self._old: list[Recorder] = []
        self._told = self._told_gone = 0
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._follow)

    @property
    def running(self) -> bool:
        """Return whether it records, or is about to: the microphone is being opened."""
        return self._settings is not None

    @property
    def state(self) -> RecordState:
        """Return what has been recorded so far."""
        return self._recorder.state if self._recorder is not None else RecordState()

    def start(self, settings: RecordSettings, request: InputRequest) -> None:
        """Record, with the pre-roll; a monitor that does not listen is started with the request first."""
        if self.running:
            return
        if not self._monitor.running:
            self._monitor.start(request)
        self._settings, self._recorder = settings, None
        self._told = self._told_gone = 0
        self._timer.start()
        self.running_changed.emit(True)
        self._follow()

    def stop(self) -> None:
        """End with the sound that has come until now; `finished` follows when the last file is complete."""
        if self._recorder is not None:
            self._recorder.stop()
        elif self.running:
            self._end([])

    def close(self) -> bool:
        """Stop, wait for the disk, and return whether the last file is complete."""
        self.stop()
        recorders = [*self._old, *([self._recorder] if self._recorder is not None else [])]
        complete = [recorder.close() for recorder in recorders]
        return all(complete)

    def _follow(self) -> None:
        if self._recorder is None:
            self._begin_when_open()
            return
        state = self._recorder.state
        self.progressed.emit(self._recorder.seconds, state)
        for path in state.complete[self._told :]:
            self.file_finished.emit(path)
        self._told = len(state.complete)
        for path in state.gone[self._told_gone :]:
            self._messages.warning(gone_sentence(path))
        self._told_gone = len(state.gone)
        if state.phase != "recording":
            if state.problem:
                self._messages.error(state.problem)
            self._end(list(state.kept))

    def _begin_when_open(self) -> None:
        """Begin once the microphone is open; give up where it cannot be opened, which the monitor tells."""
        capture = self._monitor.capture
        if capture is None or not self._monitor.running:
            self._end([])
        elif capture.opened and self._settings is not None:
            try:
                self._recorder = Recorder(capture, self._settings)
            except UserError as problem:
                self._messages.error(str(problem))
                self._end([])
            else:
                self._recorder.start()

    def _end(self, files: list[Path]) -> None:
        self._timer.stop()
        if self._recorder is not None:
            self._old = [old for old in self._old if not old.close(0)] + [self._recorder]
        self._settings = self._recorder = None
        self.running_changed.emit(False)
        self.finished.emit(files)
