"""Read any recording, or any part of it, as float32 frames."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from desktop_app.audio.decoding.byte_source import ByteSource
from desktop_app.audio.decoding.decode_cache import CachedDecoder, Decoder
from desktop_app.audio.decoding.examination import Examination, examine
from desktop_app.audio.decoding.routes import Route
from desktop_app.audio.decoding.soundfile_decoder import SOUNDFILE_ERRORS, SoundfileDecoder
from desktop_app.audio.metadata import AudioMetadata
from desktop_app.audio.sources import Source
from desktop_app.errors import UserError

Samples = NDArray[np.float32]

_BLOCK_FRAMES = 65_536
# float32 frames are at most this many times as long as the bytes they come from, or this many bytes, before the memory
# for them is taken; beyond it (silence, or a header that lies) it grows with what is really decoded.
_PLAUSIBLE_RATIO = 256
_PLAUSIBLE_BYTES = 64 * 1024 * 1024
_ENDS_EARLY = "The recording ends earlier than its header says."
_DAMAGED = "The recording is damaged: parts of it may be silent or missing."
_NOT_NUMBERS = "The recording contains samples that are no numbers: they were replaced by silence."
_INT16_ENCODINGS = frozenset(("PCM_S", "PCM_U", "FLAC", "ULAW", "ALAW"))


def open_audio(source: Source, *, format: str | None = None) -> "Reader":
    """Return a reader for a path or a binary file object; close it, or use it in a `with`.

    `format` names the format of a source whose contents do not show it. A file object is not closed with the reader;
    one that cannot seek is read to its end at once. UserError says in one sentence why a source cannot be read.
    """
    opened = ByteSource(source)
    try:
        return Reader(opened, examine(opened, format))
    except BaseException:
        opened.close()
        raise


class Reader:
    """The frames of one recording, by position. For one thread at a time: open one for each thread."""

    def __init__(self, source: ByteSource, examination: Examination) -> None:
        """Take over `source` and close it in the end."""
        self.metadata: AudioMetadata = examination.metadata
        """What `probe` says of the same source; `frames` is filled in once it is known."""
        self._source = source
        self._examination = examination
        self._notes = list(examination.metadata.notes)
        self._decoder = self._open_decoder(examination.route)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    @property
    def sample_rate_hz(self) -> int:
        """Frames per second."""
        return self.metadata.sample_rate_hz

    @property
    def channels(self) -> int:
        """Samples per frame."""
        return self.metadata.channels

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what is wrong with the recording; may grow while it is read."""
        return tuple(dict.fromkeys((*self._notes, *self._decoder.notes)))

    @property
    def frames(self) -> int:
        """The exact number of frames. Where the header does not tell, the first access counts or decodes them."""
        if self.metadata.frames is None:
            self._set_frames(self._decoder.count())
        return self.metadata.frames or 0

    def read(self, start: int = 0, frames: int | None = None) -> Samples:
        """Return `frames` frames from `start` on (None: all that follow), exactly those of a full decode.

        float32 in [-1, 1] (a floating-point file may go beyond), shape (frames, channels), C-contiguous; fewer at the
        end. A damaged end is no error either: what can be read is returned and `notes` says so. Exceptions of a file
        object come through.
        """
        if start < 0 or (frames is not None and frames < 0):
            raise ValueError("start and frames must not be negative")
        stop = self._stop(start, frames)
        wanted = max(0, stop - start)
        if wanted <= _BLOCK_FRAMES:
            return np.ascontiguousarray(self._read_block(start, wanted))
        if wanted * self.channels * 4 > max(self._source.size_bytes * _PLAUSIBLE_RATIO, _PLAUSIBLE_BYTES):
            return np.concatenate([self._nothing(), *self._blocks(_BLOCK_FRAMES, start, stop)])
        result = np.empty((wanted, self.channels), np.float32)
        filled = 0
        for block in self._blocks(_BLOCK_FRAMES, start, stop):
            result[filled : filled + len(block)] = block
            filled += len(block)
        return result if filled == wanted else result[:filled].copy()

    def blocks(self, block_frames: int = _BLOCK_FRAMES, start: int = 0) -> Iterator[Samples]:
        """Yield all frames from `start` on in blocks of `block_frames` (the last may be shorter), in bounded memory."""
        yield from self._blocks(block_frames, start, self._stop(start, None))

    def peak_blocks(self, block_frames: int = _BLOCK_FRAMES) -> Iterator[NDArray[np.int16] | Samples]:
        """Yield all frames like `blocks`, but as int16 (full scale 32,768) where the file stores 16 bits or fewer.

        Four times as fast as float32 for minima and maxima over hours of PCM; look at each block's dtype.
        """
        narrow = self.metadata.encoding in _INT16_ENCODINGS and 0 < self.metadata.bits_per_sample <= 16
        if not (narrow and isinstance(self._decoder, SoundfileDecoder)):
            yield from self.blocks(block_frames)
            return
        position = 0
        while position < self.frames:
            if not isinstance(self._decoder, SoundfileDecoder):  # damage was met: FFmpeg goes on
                yield from self.blocks(block_frames, position)
                return
            wanted = min(block_frames, self.frames - position)
            try:
                block = self._decoder.read_int16(position, wanted)
            except SOUNDFILE_ERRORS:
                self._source.check()
                if self._fall_back():
                    continue
                block = np.empty((0, self.channels), np.int16)
            if len(block):
                yield block
            position += len(block)
            if len(block) < wanted:
                self._ended_at(position)
                return

    def close(self) -> None:
        """Give back files and memory; a file object stays open. Closing twice is fine."""
        self._decoder.close()
        self._source.close()

    def _stop(self, start: int, frames: int | None) -> int:
        known = self.metadata.frames
        if frames is None:
            return self.frames
        return start + frames if known is None else min(start + frames, known)

    def _nothing(self) -> Samples:
        return np.empty((0, self.channels), np.float32)

    def _blocks(self, block_frames: int, start: int, stop: int) -> Iterator[Samples]:
        position = start
        while position < stop:
            wanted = min(block_frames, stop - position)
            block = self._read_block(position, wanted)
            if len(block):
                yield np.ascontiguousarray(block)
            if len(block) < wanted:
                return
            position += len(block)

    def _read_block(self, start: int, frames: int) -> Samples:
        if not frames:
            return self._nothing()
        try:
            block = self._decoder.read(start, frames)
        except SOUNDFILE_ERRORS:
            self._source.check()
            block = self._decoder.read(start, frames) if self._fall_back() else self._nothing()
        if len(block) < frames:
            self._ended_at(start + len(block))
        if self.metadata.encoding == "PCM_F" and not np.isfinite(block).all():
            self._notes.append(_NOT_NUMBERS)
            block = np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0)
        return block

    def _open_decoder(self, route: Route) -> Decoder:
        decoder: Decoder
        if route.library == "soundfile":
            try:
                decoder = SoundfileDecoder(self._source, route.preroll_frames, route.grid_frames)
            except UserError:
                if not self._examination.demuxer:
                    raise
                return self._open_tolerant()
        else:
            from desktop_app.audio.decoding.ffmpeg_decoder import FfmpegDecoder

            demuxer = self._examination.demuxer
            decoder = FfmpegDecoder(self._source, demuxer, self.sample_rate_hz, self.channels, route)
        return CachedDecoder(decoder, self.channels) if route.seek == "never" else decoder

    def _open_tolerant(self) -> Decoder:
        """Go on with FFmpeg, which steps over damage, where libsndfile gives up; keep its decode."""
        self._notes.append(_DAMAGED)
        return self._open_decoder(Route("ffmpeg", "never", check_frames=self.metadata.container == "FLAC"))

    def _fall_back(self) -> bool:
        """Change over to FFmpeg; return False where it does not know the container either."""
        if not self._examination.demuxer:
            self._notes.append(_DAMAGED)
            return False
        self._decoder.close()
        self._decoder = self._open_tolerant()
        return True

    def _ended_at(self, position: int) -> None:
        """Take note that there is nothing to read from `position` on."""
        if self.metadata.frames is not None and position < self.metadata.frames:
            self._notes.append(_ENDS_EARLY)
            self._set_frames(position)

    def _set_frames(self, frames: int) -> None:
        self.metadata = replace(self.metadata, frames=frames)
