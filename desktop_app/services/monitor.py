"""The microphone, as the window sees it: commands in; levels, scores, events and problems out, 30 times a second."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from desktop_app.audio.capture import Capture, CaptureState
from desktop_app.audio.inputs import InputRequest, OpenInput
from desktop_app.audio.ring import Piece
from desktop_app.audio.streams import Device, list_input_devices, open_input
from desktop_app.services.jobs import Job, JobContext, JobRunner, is_under_way
from desktop_app.services.messages import Messages
from desktop_app.services.monitor_thread import Findings, MonitorThread

if TYPE_CHECKING:
    from desktop_app.classifier.engines.engine import Engine
    from desktop_app.classifier.event_rule import EventRule

FAULT = "Judging stopped by a fault of Earmark: sound is heard and recorded on. Choose a model again, and report it."
FRAME_INTERVAL_MS = 33
"""Nothing live is drawn more often."""


class Monitor(QObject):
    """Listens to one microphone at a time. GUI thread only; `close` before the end.

    The sound itself is in `capture.ring`, which any thread may read; times are seconds of captured sound, frame / rate.
    """

    running_changed = Signal(bool)
    """It listens, or has stopped. While the microphone is away it still listens, for its return."""
    state_changed = Signal(object)
    """CaptureState with another phase or problem; a microphone that cannot be opened is told by it alone."""
    levels = Signal(object)
    """Levels."""
    results = Signal(list)
    """StreamResult, in order."""
    heard = Signal(object)
    """HeardEvent."""
    load = Signal(object)
    """Load: hop, real-time factor, lag, what was passed over."""
    note = Signal(str)
    """A sentence: the hop was changed, sound was passed over."""
    model_changed = Signal(object)
    """ModelCard of what judges from now on, None for nothing."""
    model_refused = Signal()
    """A model that was to judge, or that judged, cannot be used; a message says why."""
    devices_listed = Signal(list)
    """Devices that record, some time after `list_devices`."""
    listing_failed = Signal(str)
    """Why there is no list, as a sentence."""

    def __init__(self, runner: JobRunner, messages: Messages, open_device: OpenInput = open_input) -> None:
        super().__init__()
        self._runner = runner
        self._messages = messages
        self._open_device = open_device
        self._capture: Capture | None = None
        self._thread: MonitorThread | None = None
        self._old: list[Capture | MonitorThread] = []
        self._engine: Engine | None = None
        self._rule: EventRule | None = None
        self._clips: tuple[Path | None, float] = (None, 0.0)
        self._state = CaptureState("ended")
        self._listing: Job | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_INTERVAL_MS)
        self._timer.timeout.connect(self._look_in)

    @property
    def running(self) -> bool:
        """Return whether it listens."""
        return self._thread is not None

    @property
    def capture(self) -> Capture | None:
        """Return what is or was listened to; None before the first start."""
        return self._capture

    @property
    def state(self) -> CaptureState:
        """Return the state of the capture as it was last told."""
        return self._state

    @property
    def rule(self) -> "EventRule":
        """Return what makes an event."""
        if self._rule is None:
            from desktop_app.classifier.event_rule import EventRule

            self._rule = EventRule()
        return self._rule

    def start(self, request: InputRequest) -> None:
        """Listen to a microphone, instead of the one before."""
        self._let_go()
        self._capture = Capture(request, self._open_device)
        self._capture.start()
        self._judge(self._capture)
        self._timer.start()
        self._tell(self._capture.state)
        self.running_changed.emit(True)

    def stop(self) -> None:
        """Stop listening; the ring can still be read."""
        if not self.running:
            return
        self._let_go()
        self.running_changed.emit(False)

    def set_model(self, path: Path | None) -> None:
        """Judge with the model in a file once it is loaded, also while it listens; None: with none.

        The model before it judges until then, and goes on where the new one cannot be used, which is told.
        """
        job = self._runner.start(_load, path, newest="live model")
        job.finished.connect(self._use)
        job.failed.connect(self._messages.error)
        job.failed.connect(lambda _: self.model_refused.emit())

    def set_rule(self, rule: "EventRule") -> None:
        """Change what makes an event, from the next result on."""
        self._rule = rule
        if self._thread is not None:
            self._thread.set_rule(rule)

    def keep_clips(self, folder: Path | None, context_s: float = 1.0) -> None:
        """Keep the sound of each event from now on, with so much around it, as a clip in a folder; None: no more."""
        self._clips = (folder, context_s)
        if self._thread is not None:
            self._thread.keep_clips(folder, context_s)

    def piece(self, onset_s: float, offset_s: float) -> Piece:
        """Return a stretch of what was heard, as far as it is still held; once the capture is open."""
        if self._capture is None or not self._capture.opened:
            raise RuntimeError("nothing was listened to yet")
        rate_hz = self._capture.sample_rate_hz
        onset = max(round(onset_s * rate_hz), 0)
        return self._capture.ring.read(onset, max(round(offset_s * rate_hz) - onset, 0))

    def list_devices(self) -> None:
        """Look for microphones on a worker thread, also new ones; `devices_listed` follows, or `listing_failed`."""
        if is_under_way(self._listing):
            return  # that one will tell; where the driver hangs, another one would only hang as well
        job = self._listing = self._runner.start(_list_devices)
        job.finished.connect(lambda devices: self.devices_listed.emit(list(devices)))
        job.failed.connect(self.listing_failed)

    def close(self) -> bool:
        """Stop, and return whether all threads ended; one inside a dead driver does not."""
        self.stop()
        self._timer.stop()
        ended = [each.close() for each in self._old]
        return all(ended)

    def _use(self, engine: "Engine | None") -> None:
        self._engine = engine
        if self._thread is not None:
            self._thread.use(engine, self.rule)
        self.model_changed.emit(None if engine is None else engine.card)

    def _judge(self, capture: Capture) -> None:
        """Begin to measure and judge what is captured."""
        self._thread = MonitorThread(capture)
        self._thread.use(self._engine, self.rule)
        self._thread.keep_clips(*self._clips)
        self._thread.start()

    def _let_go(self) -> None:
        """Stop what runs without waiting for it."""
        for each in (self._thread, self._capture):
            if each is not None:
                each.stop()
                self._old.append(each)
        self._thread = None

    def _look_in(self) -> None:
        self._hear_out()
        if self._thread is None or self._capture is None:
            return
        found = self._thread.take()
        self._tell(self._capture.state)
        self._pass_on(found)
        if self._state.phase == "failed":
            self.stop()
        elif found.fault:
            self._judge(self._capture)

    def _hear_out(self) -> None:
        """Tell what those that were let go still say, such as of clips that could not be saved, until they end."""
        for each in tuple(self._old):
            has_ended = each.close(0)
            if isinstance(each, MonitorThread):
                _emit_each(self._messages.error, each.take().problems)
            if has_ended:
                self._old.remove(each)
        if not self._old and not self.running:
            self._timer.stop()

    def _tell(self, state: CaptureState) -> None:
        before, self._state = self._state, state
        if (before.phase, before.problem) != (state.phase, state.problem):
            self.state_changed.emit(state)

    def _pass_on(self, found: Findings) -> None:
        if found.fault:
            self._messages.error(FAULT)
        if found.model_failed or found.fault:
            self._engine = None
            self.model_changed.emit(None)
            self.model_refused.emit()
        if self._state.phase == "running":  # of a microphone that is away nothing is true any more
            self._pass_on_now(found)
        _emit_each(self.heard.emit, found.events)
        _emit_each(self.note.emit, found.notes)
        _emit_each(self._messages.error, found.problems)

    def _pass_on_now(self, found: Findings) -> None:
        """Tell what is so at this moment."""
        if found.levels is not None:
            self.levels.emit(found.levels)
        if found.results:
            self.results.emit(found.results)
        if found.load is not None:
            self.load.emit(found.load)


def _emit_each(emit: Callable[..., object], values: Iterable[object]) -> None:
    for value in values:
        emit(value)


def _load(_context: JobContext, path: Path | None) -> "Engine | None":
    if path is None:
        return None
    from desktop_app.classifier.engines.engine import open_engine

    return open_engine(path)


def _list_devices(_context: JobContext) -> tuple[Device, ...]:
    return list_input_devices(refresh=True)
