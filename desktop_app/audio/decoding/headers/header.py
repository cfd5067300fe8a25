"""What a header tells, the same for every container."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Access = Literal["libsndfile", "seek", "scan"]
"""libsndfile is right about length and positions; only FFmpeg is; nobody is, so decode from the start."""


@dataclass(frozen=True, slots=True)
class Header:
    """The facts that a container's header gives, checked against the bytes that are there."""

    container: str
    """An `AudioFormat.name`."""
    encoding: str
    """torchaudio's word for the encoding."""
    sample_rate_hz: int
    """Frames per second."""
    channels: int
    """Samples per frame."""
    bits_per_sample: int = 0
    """0 where the encoding has none."""
    frames: int | None = None
    """Exactly the frames that a decoder delivers; None where that takes decoding."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """What the recordist wrote into the file."""
    notes: tuple[str, ...] = ()
    """What a person should know: cut off, unfinished, ..."""
    access: Access = "libsndfile"
    """Who can be trusted to find a position in it."""
    last_seek: int = 1 << 62
    """Behind this frame nobody can."""

    @property
    def plausible(self) -> bool:
        """Return whether rate and channels can be true; headers of damaged files claim 65,535 channels or 0 Hz."""
        return 0 < self.sample_rate_hz <= 10_000_000 and 0 < self.channels <= 1024
