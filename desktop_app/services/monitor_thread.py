"""The thread that listens: it drives a `Listener`, keeps clips of events, and leaves what it found for the GUI thread.

It knows no Qt: the GUI thread looks in some 30 times a second, as a screen shows no more.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.audio.capture import Capture
from desktop_app.audio.levels import Levels
from desktop_app.audio.worker import Worker
from desktop_app.errors import UserError

if TYPE_CHECKING:
    from desktop_app.classifier.engines.engine import Engine
    from desktop_app.classifier.event_clips import EventClips
    from desktop_app.classifier.event_rule import EventRule
    from desktop_app.classifier.listener import Heard, Listener
    from desktop_app.classifier.pace import Load
    from desktop_app.classifier.streaming import Event, StreamResult

TURN_S = 0.01


@dataclass(frozen=True)
class HeardEvent:
    """An event, and what became of it."""

    event: "Event"
    clock_s: float
    """When it sounded: seconds since 1970 at its onset."""
    clip: Path | None
    """Where its sound is, or will be in a moment; None where clips are not kept."""


@dataclass
class Findings:
    """What was found since the GUI thread looked in last."""

    levels: Levels | None = None
    """The newest."""
    results: list["StreamResult"] = field(default_factory=list)
    events: list[HeardEvent] = field(default_factory=list)
    load: "Load | None" = None
    """The newest; None without a model, and where no sound came."""
    notes: list[str] = field(default_factory=list)
    """Sentences about what was changed or passed over."""
    problems: list[str] = field(default_factory=list)
    """Sentences about what failed."""
    model_failed: bool = False
    """The model cannot judge and was let go."""
    fault: bool = False
    """The thread ended by a fault of ours."""


Command = Callable[["_Work"], None]


@dataclass
class _Work:
    """What the thread works with; its commands change it."""

    capture: Capture
    listener: "Listener"
    clips: "EventClips | None" = None


class MonitorThread(Worker):
    """Listens to one capture; when it stops, clips of events that were heard are still saved.

    Every method returns at once, except `close`.
    """

    def __init__(self, capture: Capture) -> None:
        super().__init__("earmark-monitor")
        self._capture = capture
        self._lock = threading.Lock()
        self._commands: list[Command] = []
        self._found = Findings()

    def use(self, engine: "Engine | None", rule: "EventRule") -> None:
        """Judge with another model from now on, or with none."""
        self._ask(lambda work: work.listener.use(engine, rule))

    def set_rule(self, rule: "EventRule") -> None:
        """Change what makes an event."""
        self._ask(lambda work: work.listener.set_rule(rule))

    def keep_clips(self, folder: Path | None, context_s: float) -> None:
        """Keep the sound of events from now on, with so much around it; None: no more."""

        def change(work: _Work) -> None:
            from desktop_app.classifier.event_clips import EventClips

            self._say_problems(work.clips.close() if work.clips else [])
            work.clips = None
            if folder is not None:
                work.clips = EventClips(folder, work.capture, context_s)

        self._ask(change)

    def take(self) -> Findings:
        """Return what was found since the last call."""
        with self._lock:
            found, self._found = self._found, Findings()
        return found

    def _ask(self, command: Command) -> None:
        with self._lock:
            self._commands.append(command)

    def _run(self) -> None:
        from desktop_app.classifier.listener import Listener

        while not self._capture.opened:
            if self._stop.wait(TURN_S) or self._capture.state.phase in ("failed", "ended"):
                return
        work = _Work(self._capture, Listener(self._capture))
        try:
            while not self._stop.is_set():
                if not self._turn(work):
                    self._stop.wait(TURN_S)
        finally:
            self._say_problems(work.clips.close() if work.clips else [])
            with self._lock:
                self._found.fault = not self._stop.is_set()

    def _turn(self, work: _Work) -> bool:
        """Do what was asked for, listen once, and return whether sound came."""
        self._obey(work)
        try:
            heard = work.listener.turn()
        except UserError as problem:  # the model fails: the sound goes on without it
            work.listener.use(None)
            with self._lock:
                self._found.problems.append(str(problem))
                self._found.model_failed = True
            return False
        events = [self._kept(work, result.event) for result in heard.results if result.event is not None]
        self._say_problems(work.clips.turn() if work.clips else [])
        self._leave(heard, events)
        return heard.levels is not None

    def _obey(self, work: _Work) -> None:
        with self._lock:
            commands, self._commands = self._commands, []
        for command in commands:
            try:
                command(work)
            except UserError as problem:
                self._say_problems([problem])

    def _kept(self, work: _Work, event: "Event") -> HeardEvent:
        frame = max(round(event.onset_s * self._capture.sample_rate_hz), 0)
        return HeardEvent(event, self._capture.clock_s(frame), work.clips.keep(event) if work.clips else None)

    def _leave(self, heard: "Heard", events: list[HeardEvent]) -> None:
        with self._lock:
            self._found.levels = heard.levels or self._found.levels
            self._found.results += heard.results
            self._found.events += events
            self._found.load = heard.load or self._found.load
            self._found.notes += heard.notes

    def _say_problems(self, problems: list[UserError]) -> None:
        with self._lock:
            self._found.problems += map(str, problems)
