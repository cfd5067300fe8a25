"""What it costs to jump to another place in a recording, by encoding: when to read on rather than jump."""

from dataclasses import dataclass

READS_ON_FRAMES = 100_000


@dataclass(frozen=True)
class SeekCost:
    """Measured with `audio.reader` on recordings of 20 to 60 minutes."""

    frames: int
    """How many frames are decoded in the time of one jump."""
    parts: int
    """Most DFTs behind one column of a zoomed-out spectrogram that this leaves time for."""

    @property
    def reads_on(self) -> bool:
        """Return whether windows from all over a recording would take a decode of all of it."""
        return self.frames >= READS_ON_FRAMES


CHEAP = SeekCost(1024, 4)
"""PCM: 0.02 ms; also what `audio.reader` has decoded once and kept."""

_COSTS = {
    "FLAC": SeekCost(10_000, 2),  # 0.1 to 0.3 ms
    "MP3": SeekCost(16_000, 1),  # 1.2 ms
    "VORBIS": SeekCost(40_000, 1),  # 1.0 ms
    "OPUS": SeekCost(160_000, 1),  # 13 ms
    "AAC": SeekCost(
        1_000_000, 4
    ),  # 20 to 40 ms: decoding starts on a grid of 2^21 frames, so it reads on nearly always
}


def seek_cost(encoding: str) -> SeekCost:
    """Return what a jump costs in a recording of this encoding."""
    return _COSTS.get(encoding, CHEAP)
