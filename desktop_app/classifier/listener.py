"""From a capture's ring to levels, scores and events: what the monitor's thread and `earmark listen` both drive."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from desktop_app.audio.capture import Capture
from desktop_app.audio.levels import LevelMeter, Levels
from desktop_app.audio.ring import Frames
from desktop_app.classifier.engines.engine import Engine
from desktop_app.classifier.event_rule import EventRule
from desktop_app.classifier.pace import Load, Pace
from desktop_app.classifier.streaming import HOP_S, StreamingClassifier, StreamResult

READ_S = 0.5
"""Most sound that is read in one turn, so that turns stay short."""
MOST_LAG_S = 1.0
"""Lag from which sound is passed over: what was said a second ago comes too late."""


@dataclass(frozen=True)
class Heard:
    """What one turn found."""

    levels: Levels | None = None
    """What a meter shows now; None where no sound came."""
    results: tuple[StreamResult, ...] = ()
    """One for each window that was completed."""
    load: Load | None = None
    """What judging costs; None without a model."""
    notes: tuple[str, ...] = ()
    """Sentences for the person: the hop was changed, sound was passed over."""
    ended: bool = False
    """There is no more to come."""


class Listener:
    """Reads a capture at its own place and judges what it reads. One thread; `turn` never waits.

    Times are seconds of captured sound: frame / rate. `Capture.clock_s` tells what time it was.
    """

    def __init__(self, capture: Capture, hop_s: float = HOP_S, clock: Callable[[], float] = time.perf_counter) -> None:
        self.position = 0
        """Number of the next frame to read."""
        self._capture = capture
        self._wanted_hop_s = hop_s
        self._clock = clock
        self._stream: StreamingClassifier | None = None
        self._pace = Pace(hop_s, hop_s)
        self._skipped = 0
        self._meter: LevelMeter | None = None

    def use(self, engine: Engine | None, rule: EventRule | None = None) -> None:
        """Judge with this model from here on, or with none; once the capture is `opened`."""
        self._stream = None
        if engine is not None:
            rate_hz = self._capture.sample_rate_hz
            start_s = self.position / rate_hz
            self._stream = StreamingClassifier(engine, rate_hz, rule, hop_s=self._wanted_hop_s, start_s=start_s)
            self._pace = Pace(self._wanted_hop_s, engine.card.window_s)

    def set_rule(self, rule: EventRule) -> None:
        """Change what makes an event, from the next result on."""
        if self._stream is not None:
            self._stream.rule = rule

    def turn(self) -> Heard:
        """Take the sound that has come since the last turn, at most `READ_S` of it. UserError where the model fails."""
        if not self._capture.opened:
            return Heard(ended=self._capture.state.phase in ("failed", "ended"))
        written = self._capture.ring.written  # before the state, which then tells of every break before it
        state = self._capture.state
        notes = self._passed_over() if self._capture.live else []
        piece = self._capture.ring.read(self.position, self._most_frames(written, state.breaks))
        if piece.lost:
            self._skipped += piece.lost
            self._restart(piece.start)
        self.position = piece.stop
        results = self._judged(piece.frames, notes)
        ended = state.phase in ("failed", "ended") and self.position == self._capture.ring.written
        if ended:
            results += self._rest()
        levels = self._levels(piece.frames) if len(piece.frames) else None
        return Heard(levels, tuple(results), self._load(), tuple(notes), ended)

    def _most_frames(self, written: int, breaks: tuple[int, ...]) -> int:
        """Return how far to read, and begin anew where the device was away: no window reaches over that."""
        if self.position in breaks:
            self._restart(self.position)
        stops = [self.position + round(READ_S * self._capture.sample_rate_hz), written]
        stops += [at_frame for at_frame in breaks if at_frame > self.position]
        return max(min(stops) - self.position, 0)

    def _passed_over(self) -> list[str]:
        """Jump to the newest sound where the lag is too long, and say so."""
        rate_hz = self._capture.sample_rate_hz
        lag = self._capture.ring.written - self.position
        if self._stream is None or lag < MOST_LAG_S * rate_hz:
            return []
        frames = lag - min(round(self._stream.card.window_s * rate_hz), lag // 2)
        self._skipped += frames
        self._restart(self.position + frames)
        return [f"The computer was busy: {frames / rate_hz:.1f} s were not listened to."]

    def _restart(self, at_frame: int) -> None:
        self.position = at_frame
        if self._stream is not None:
            self._stream.reset(at_frame / self._capture.sample_rate_hz)

    def _judged(self, frames: Frames, notes: list[str]) -> list[StreamResult]:
        if self._stream is None:
            return []
        began_s = self._clock()
        results = self._stream.push(frames)
        if self._pace.note(self._clock() - began_s, len(results)) and self._capture.live:
            longer = self._pace.hop_s > self._stream.hop_s + 1e-6
            self._stream.hop_s = self._pace.hop_s
            reason = "This model is too slow here for more" if longer else "There is time again"
            notes.append(f"{reason}: a window is judged every {1000 * self._pace.hop_s:.0f} ms.")
        return results

    def _rest(self) -> list[StreamResult]:
        """Return what a window of silence behind the end completes: a microphone would go on, a file does not."""
        if self._stream is None:
            return []
        silence = np.zeros((round(self._stream.card.window_s * self._capture.sample_rate_hz), 1), np.float32)
        return self._stream.push(silence) + self._stream.finish()

    def _levels(self, frames: Frames) -> Levels:
        if self._meter is None:
            self._meter = LevelMeter(self._capture.sample_rate_hz, frames.shape[1])
        return self._meter.push(frames)

    def _load(self) -> Load | None:
        if self._stream is None:
            return None
        lag_s = (self._capture.ring.written - self.position) / self._capture.sample_rate_hz
        return Load(self._stream.hop_s, self._pace.real_time_factor, lag_s, self._skipped)
