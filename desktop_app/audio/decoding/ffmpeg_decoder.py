"""Decode with FFmpeg from any position, so that a slice equals the same slice of the full decode."""

from collections.abc import Iterable, Iterator
from itertools import chain

import numpy as np
from av.audio.frame import AudioFrame

from desktop_app.audio.decoding.byte_source import ByteSource
from desktop_app.audio.decoding.ffmpeg_container import FFMPEG_ERRORS
from desktop_app.audio.decoding.ffmpeg_stream import FfmpegStream, Samples, float_samples
from desktop_app.audio.decoding.routes import Route

_SILENCED = "A part of the recording is damaged: it was left silent."
_CHANGES = "The recording changes its channels or its sample rate midway: that part was left out."
_STOPS = "The recording is damaged: its end cannot be read."
# A longer hole than this in the time stamps is taken for a wrong stamp, not for lost sound.
_LONGEST_HOLE_S = 60
_ATTEMPTS = 4
_BLOCK_FRAMES = 65_536


class FfmpegDecoder:
    """One sound track, kept open between reads: a read that follows the last one goes on without a seek."""

    def __init__(self, source: ByteSource, demuxer: str, sample_rate_hz: int, channels: int, route: Route) -> None:
        """Open nothing yet: the first read does."""
        self._stream = FfmpegStream(source, demuxer, sample_rate_hz, route)
        self._rate = sample_rate_hz
        self._channels = channels
        self._route = route
        self._blocks: Iterator[Samples] = iter(())
        self._rest = self._nothing()
        self._at = -1
        """Position of the first frame of `_rest`; -1 before the first read, and the sound's end once that was met."""
        self._cell = 0
        self.notes: list[str] = []

    def read(self, start: int, frames: int) -> Samples:
        """Return the frames from `start` on, shape (frames, channels); fewer where the readable sound ends."""
        pieces: list[Samples] = []
        position, stop = start, start + frames
        try:
            while position < stop:
                self._reach(position)
                piece = self._take(min(stop, self._cell_end(position)) - position)
                if not len(piece):
                    break
                pieces.append(piece)
                position += len(piece)
        except BaseException:  # a file object failed: what was being decoded is lost, the next read starts anew
            self.close()
            raise
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces) if pieces else self._nothing()

    def count(self) -> int:
        """Return the exact number of frames: packets are counted without decoding, the last second is decoded."""
        rough = 0 if self._route.seek == "never" else self._stream.rough_count()
        position = max(0, rough - self._rate)
        while got := len(self.read(position, _BLOCK_FRAMES)):
            position += got
        return max(self._at, 0)

    def close(self) -> None:
        """Close the container; a later read opens it again."""
        self._blocks, self._rest, self._at = iter(()), self._nothing(), -1
        self._stream.close()

    def _nothing(self) -> Samples:
        return np.empty((0, self._channels), np.float32)

    def _cell_end(self, position: int) -> int:
        grid = self._route.grid_frames
        return (position // grid + 1) * grid if grid else position + (1 << 62)

    def _reach(self, position: int) -> None:
        """Make `position` the next frame to be taken, by decoding on or by a seek, whatever is shorter."""
        grid = self._route.grid_frames
        cell = position // grid if grid else 0
        ahead = position - self._at
        near = bool(grid) or self._route.seek == "never" or ahead <= self._route.preroll_frames + self._rate
        if self._at < 0 or ahead < 0 or cell != self._cell or not near:
            self._cell = cell
            self._restart(cell * grid if grid else position)
        self._advance(position)

    def _restart(self, position: int) -> None:
        """Start decoding early enough for `position` to come out right."""
        self._blocks, self._rest, self._at = iter(()), self._nothing(), -1
        anchor = min(position, self._route.last_seek) - self._route.preroll_frames
        latest = anchor + self._route.preroll_frames // 2
        for attempt in range(_ATTEMPTS):
            target = anchor - attempt * (self._route.preroll_frames + self._rate)
            if self._route.seek == "never" or target <= 0:
                break
            if self._start_at(target) <= latest:
                return
        self._blocks = self._located(self._stream.from_start(), 0)
        self._at, self._rest = 0, self._nothing()

    def _start_at(self, target: int) -> int:
        """Seek and decode one block; return where it begins (2^62 if the seek failed: close to an end it can)."""
        try:
            frames = self._stream.from_seek(target)
        except FFMPEG_ERRORS:
            return 1 << 62
        for frame, following in _pairs(frames):
            position = self._position(frame, following)
            if position is not None and following is not None and self._fits(frame):
                self._at, self._rest = position, float_samples(frame)
                self._blocks = self._located(chain((following,), frames), position + len(self._rest))
                return position
        return 1 << 62

    def _position(self, frame: AudioFrame, following: AudioFrame | None) -> int | None:
        """Return where the frame stands if the next one goes on where it ends.

        In Vorbis the time stamp of the first packet on a page is wrong where block lengths change.
        """
        position = self._stream.position_of(frame)
        if position is None or following is None:
            return None
        return position if self._stream.position_of(following) == position + frame.samples else None

    def _fits(self, frame: AudioFrame) -> bool:
        return frame.layout.nb_channels == self._channels and frame.sample_rate == self._rate

    def _located(self, frames: Iterable[AudioFrame], expected: int) -> Iterator[Samples]:
        """Yield blocks without a gap from `expected` on; lost packets become silence, so the rest keeps its time."""
        for frame, following in _pairs(frames):
            if not self._fits(frame):
                self._note(_CHANGES)
                continue
            position = self._position(frame, following)
            hole = 0 if position is None else position - expected
            if 0 < hole <= _LONGEST_HOLE_S * self._rate:
                self._note(_SILENCED)
                yield np.zeros((hole, self._channels), np.float32)
                expected += hole
            samples = float_samples(frame)
            if len(samples):
                yield samples
            expected += len(samples)

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _advance(self, position: int) -> None:
        """Drop what lies before `position`; at the end of the sound `_at` stays there."""
        while self._at + len(self._rest) <= position:
            self._at += len(self._rest)
            self._rest = next(self._blocks, self._nothing())
            if not len(self._rest):
                if self._at + self._rate < self._stream.promised_frames():
                    self._note(_STOPS)
                return
        self._rest = self._rest[position - self._at :]
        self._at = position

    def _take(self, frames: int) -> Samples:
        pieces: list[Samples] = []
        wanted = frames
        while wanted > 0 and len(self._rest):
            piece = self._rest[:wanted]
            pieces.append(piece)
            wanted -= len(piece)
            self._advance(self._at + len(piece))
        return pieces[0] if len(pieces) == 1 else np.concatenate(pieces) if pieces else self._nothing()


def _pairs(frames: Iterable[AudioFrame | None]) -> Iterator[tuple[AudioFrame, AudioFrame | None]]:
    """Yield each frame with the one after it (None at the end)."""
    earlier: AudioFrame | None = None
    for frame in frames:
        if earlier is not None:
            yield earlier, frame
        earlier = frame
    if earlier is not None:
        yield earlier, None
