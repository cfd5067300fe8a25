"""Judge sound that never ends: blocks of any size in, scores and events out. No clock, no thread."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.audio.resample import StreamResampler
from desktop_app.classifier.card import ModelCard
from desktop_app.classifier.engines.engine import Engine
from desktop_app.classifier.engines.stream_features import StreamingLogMel
from desktop_app.classifier.event_rule import Detection, EventDetector, EventRule
from desktop_app.classifier.frontend_config import LogMelConfig, front_end_config, output_shape

Frames = npt.NDArray[np.float32]

HOP_S = 0.1
FEATURE_AXES = 4
"""Features have them (batch, channels, bands, columns); engines that judge waveforms want two."""


@dataclass(frozen=True)
class Event:
    """A sound that was heard."""

    label: str
    """What it is."""
    score: float
    """Averaged score when it was noticed, 0 to 1."""
    onset_s: float
    """Start of the window that scored highest, in seconds of the stream."""
    offset_s: float
    """End of that window."""
    at_s: float
    """End of the sound that had been judged when it was noticed."""
    source: str
    """Name of the model."""


@dataclass(frozen=True)
class StreamResult:
    """What the model said about one window."""

    at_s: float
    """End of the window in seconds of the stream."""
    scores: Frames
    """Its scores (classes,)."""
    averaged: Frames
    """The scores that are compared with the thresholds, (classes,)."""
    event: Event | None
    """What was noticed with this window, if anything."""


class StreamingClassifier:
    """A model that judges a stream window by window, every hop, as a sliding window over the whole would.

    Results depend on the sound alone, not on the blocks in which it comes: windows are judged one at a time. For one
    thread.
    """

    def __init__(
        self,
        engine: Engine,
        sample_rate_hz: int,
        rule: EventRule | None = None,
        *,
        hop_s: float = HOP_S,
        start_s: float = 0.0,
    ) -> None:
        """Judge sound at a device's rate; the first frame pushed is second `start_s` of the stream."""
        self.card: ModelCard = engine.card
        self._engine = engine
        self._sample_rate_hz = sample_rate_hz
        self._detector = EventDetector(engine.card.classes, rule or EventRule())
        self._features = _stream_features(engine)
        self.hop_s = hop_s
        self.reset(start_s)

    @property
    def rule(self) -> EventRule:
        """What makes an event; a change holds from the next result on."""
        return self._detector.rule

    @rule.setter
    def rule(self, rule: EventRule) -> None:
        self._detector.rule = rule

    @property
    def hop_s(self) -> float:
        """From one window to the next, rounded to the model's samples; a change holds from the next window on."""
        return self._hop / self.card.sample_rate_hz

    @hop_s.setter
    def hop_s(self, hop_s: float) -> None:
        self._hop = min(max(round(hop_s * self.card.sample_rate_hz), 1), self.card.window_frames)

    def reset(self, start_s: float) -> None:
        """Forget the sound so far: the next frame pushed is second `start_s`, and does not follow the last one."""
        self._resampler = StreamResampler(self._sample_rate_hz, self.card.sample_rate_hz, 1)
        self._start_s = start_s
        self._held = np.zeros(0, np.float32)
        self._held_from = 0
        self._judged_from: int | None = None
        self._detector.reset()
        if self._features is not None:
            self._features.reset()

    def push(self, frames: Frames) -> list[StreamResult]:
        """Take the next frames, (frames, channels) or (frames,), any number, and return what they complete.

        Channels are averaged. UserError where the model fails.
        """
        return list(self._judged(self._resampler.push(_mono(frames))[:, 0]))

    def finish(self) -> list[StreamResult]:
        """Return what the last few samples complete, which the resampler held back; `reset` before pushing more."""
        return list(self._judged(self._resampler.push(np.zeros((0, 1), np.float32), last=True)[:, 0]))

    def _judged(self, samples: Frames) -> Iterator[StreamResult]:
        """Judge every window that is complete with these samples, and drop what no window needs any more."""
        self._held = np.concatenate([self._held, samples])
        while True:
            start = 0 if self._judged_from is None else self._judged_from + self._hop
            stop = start + self.card.window_frames
            if stop > self._held_from + len(self._held):
                return
            self._held, self._held_from = self._held[start - self._held_from :], start
            scores = self._scores(self._held[: self.card.window_frames], start - (self._judged_from or 0))
            self._judged_from = start
            yield self._result(self._start_s + stop / self.card.sample_rate_hz, scores)

    def _scores(self, waveform: Frames, moved_frames: int) -> Frames:
        if self._features is None:
            prepared = self._engine.prepare(waveform[None])
        else:
            if not self._features.moves_by(moved_frames):
                self._features.reset()
            prepared = self._features(waveform, moved_frames)
        scores: Frames = self._engine.judge(prepared)[0]
        return scores

    def _result(self, at_s: float, scores: Frames) -> StreamResult:
        averaged, found = self._detector.push(at_s, scores)
        return StreamResult(at_s, scores, averaged, None if found is None else self._event(found))

    def _event(self, found: Detection) -> Event:
        onset_s = found.peak_s - self.card.window_s
        return Event(found.label, found.score, onset_s, found.peak_s, found.at_s, self.card.name)


def _mono(frames: Frames) -> Frames:
    """Return shape (frames, 1)."""
    if frames.ndim == 1:
        return frames[:, None]
    return frames if frames.shape[1] == 1 else frames.mean(axis=1, keepdims=True, dtype=np.float32)


def _stream_features(engine: Engine) -> StreamingLogMel | None:
    """Return the incremental front-end where the engine wants log-mel features; else it prepares each window itself."""
    card = engine.card
    if engine.prepare(np.zeros((1, card.window_frames), np.float32)).ndim != FEATURE_AXES:
        return None
    config = front_end_config(card.front_end)
    if not isinstance(config, LogMelConfig):
        return None
    return StreamingLogMel(config, output_shape(card.front_end, card.window_frames), card.window_frames)
