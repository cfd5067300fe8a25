"""The frames of one sound track as FFmpeg decodes them, each with its position in the recording."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, islice
from typing import Protocol, cast

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.codec import UnknownCodecError
from av.codec.context import Flags2
from av.container import InputContainer
from av.packet import Packet
from numpy.typing import NDArray

from desktop_app.audio.decoding.byte_source import ByteSource
from desktop_app.audio.decoding.ffmpeg_container import FFMPEG_ERRORS, open_container, sound_of
from desktop_app.audio.decoding.routes import Route

Samples = NDArray[np.float32]

_TELL_DURATION = frozenset(("matroska", "asf", "avi", "mp4"))


class _Decoder(Protocol):
    def decode(self, packet: "Packet[AudioStream] | None") -> list[AudioFrame]: ...


class FfmpegStream:
    """One opened sound track. `from_start` and `from_seek` return the frames that follow; either ends the other's."""

    def __init__(self, source: ByteSource, demuxer: str, sample_rate_hz: int, route: Route) -> None:
        """Open nothing yet."""
        self._source = source
        self._demuxer = demuxer
        self._rate = sample_rate_hz
        self._route = route
        self._container: InputContainer | None = None
        self._frames_per_tick = Fraction(0)
        self._first_pts = 0
        self._packet_samples = 0
        self._trimmed = 0
        """Samples that the first packet lacks: the decoder threw them away as the encoder's run-up."""

    def from_start(self) -> Iterator[AudioFrame]:
        """Reopen the container and return its frames. Seeking to 0 instead would lose the encoder's run-up packet."""
        self.close()
        self._container = open_container(self._source, self._demuxer)
        self._stream = sound_of(self._container, self._source)
        self._decoder = self._choose_decoder(self._stream)
        self._frames_per_tick = (self._stream.time_base or Fraction(0)) * self._rate
        frames = self._frames(self._container, self._stream)
        beginning = list(islice(frames, 2))
        self._take_bearings(beginning)
        return chain(beginning, frames)

    def from_seek(self, frame_index: int) -> Iterator[AudioFrame]:
        """Return the frames from at or before `frame_index` on. Raises one of FFMPEG_ERRORS where FFmpeg cannot."""
        if self._container is None:
            self.from_start()
        container, stream = cast(InputContainer, self._container), self._stream
        if not self._frames_per_tick:
            return self.from_start()
        target = self._first_pts + int(frame_index / self._frames_per_tick)
        container.seek(target, stream=stream, backward=True)
        if self._route.grid_frames:  # one and the same history, wherever the container's index made the seek land
            self._decoder = self._choose_decoder(stream)
            return self._frames(container, stream, first_packet_pts=target)
        if self._decoder is not stream:
            cast(AudioCodecContext, self._decoder).flush_buffers()
        return islice(self._frames(container, stream), 1 if self._route.seek == "snapped" else 0, None)

    def position_of(self, frame: AudioFrame) -> int | None:
        """Return the index of the frame's first sample in the recording, None where its time stamp does not tell."""
        if frame.pts is None or (self._route.seek == "never" and not self._route.check_frames):
            return None
        exact = (frame.pts - self._first_pts) * self._frames_per_tick
        if self._route.seek != "snapped":
            return round(exact)
        if not self._packet_samples:
            return None
        return round((exact + self._trimmed) / self._packet_samples) * self._packet_samples - self._trimmed

    def _take_bearings(self, beginning: list[AudioFrame]) -> None:
        """Learn from the first two frames where the time stamps start and how long a packet is."""
        if beginning and not self._route.check_frames:  # a FLAC counts from 0, whatever can be decoded first
            self._first_pts = beginning[0].pts or 0
        if len(beginning) < 2:
            return
        first, second = beginning
        self._packet_samples = second.samples
        self._trimmed = max(0, second.samples - first.samples)
        if self._trimmed and second.pts is not None and self._route.seek == "exact":
            # A frame that lost its beginning may still carry the time stamp of the whole.
            self._first_pts = second.pts - round(first.samples / self._frames_per_tick)

    def promised_frames(self) -> int:
        """Return the length that the container's header gives, right to a second; 0 where FFmpeg itself guesses it."""
        container = self._container
        if container is None or self._demuxer not in _TELL_DURATION or container.streams.video:
            return 0
        return (container.duration or 0) * self._rate // av.time_base

    def rough_count(self) -> int:
        """Return the frames that the packets announce, without decoding them: right to a packet or two."""
        total = 0
        container = open_container(self._source, self._demuxer)
        try:
            stream = sound_of(container, self._source)
            for packet in container.demux(stream):
                total += packet.duration or 0
            return int(total * (stream.time_base or 0) * self._rate)
        except FFMPEG_ERRORS:
            return 0
        finally:
            container.close()

    def close(self) -> None:
        """Close the container; `from_start` opens it again."""
        if self._container is not None:
            self._container.close()
        self._container = None

    def _choose_decoder(self, stream: AudioStream) -> _Decoder:
        """Return the stream's own decoder, or a new one where the route names one or wants it without a history.

        FFmpeg's AAC decoder keeps the state of its noise generator when it is flushed.
        """
        if self._route.check_frames:
            stream.codec_context.options = {"err_detect": "crccheck"}
        if self._route.keep_padding:
            stream.codec_context.flags2 |= Flags2.skip_manual
        name = self._route.decoder or (stream.codec_context.name if self._route.grid_frames else "")
        if not name:
            return stream
        try:
            chosen = cast(AudioCodecContext, av.CodecContext.create(name, "r"))
        except UnknownCodecError:  # an FFmpeg that was built without it
            return stream
        chosen.extradata = stream.codec_context.extradata
        chosen.layout = stream.codec_context.layout  # GSM and AMR frames tell neither
        chosen.sample_rate = stream.codec_context.sample_rate
        return chosen

    def _frames(
        self, container: InputContainer, stream: AudioStream, first_packet_pts: int | None = None
    ) -> Iterator[AudioFrame]:
        """Yield what decodes. A packet that does not is left out; a container that breaks off ends the frames."""
        try:
            for packet in container.demux(stream):
                if first_packet_pts is None or packet.pts is None or packet.pts >= first_packet_pts:
                    yield from self._decode(packet)
                if self._container is not container:  # it was closed meanwhile, and PyAV would read freed memory
                    return
        except FFMPEG_ERRORS:
            pass
        self._source.check()

    def _decode(self, packet: "Packet[AudioStream]") -> list[AudioFrame]:
        try:
            return self._decoder.decode(packet if packet.size else None)
        except FFMPEG_ERRORS:
            return []


def float_samples(frame: AudioFrame) -> Samples:
    """Return a decoded frame as float32 in [-1, 1], shape (frames, channels)."""
    wide = frame.format.name == "s64"  # the one format that PyAV has no array for
    count = frame.samples * frame.layout.nb_channels
    raw = np.frombuffer(memoryview(frame.planes[0]), np.int64, count) if wide else frame.to_ndarray()
    samples = raw.T if frame.format.is_planar else raw.reshape(-1, frame.layout.nb_channels)
    if samples.dtype == np.uint8:
        return (samples.astype(np.float32) - np.float32(128)) / np.float32(128)
    if samples.dtype.kind == "i":
        return samples.astype(np.float32) * np.float32(2.0 ** (1 - 8 * samples.itemsize))
    return samples.astype(np.float32, copy=False)
