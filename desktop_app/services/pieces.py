"""What the timeline asks for piece by piece, and the bounded cache of the pieces that are there."""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desktop_app.audio.spectrogram import ColumnGrid

TILE_COLUMNS = 256
SAMPLES_FRAMES = 65_536
CACHE_BYTES = 96 << 20

Piece = npt.NDArray[np.uint16] | npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TileKey:
    """`TILE_COLUMNS` columns of one level, all channels: uint16 (channels, bins, columns)."""

    grid: ColumnGrid
    level: int
    index: int


@dataclass(frozen=True, slots=True)
class SamplesKey:
    """The samples from frame `index * SAMPLES_FRAMES` on: float32 (frames, channels)."""

    index: int


Key = TileKey | SamplesKey
"""What can be asked for."""


class PieceCache:
    """The pieces used last, of at most `limit_bytes` together; what the newest request names is never dropped."""

    def __init__(self, limit_bytes: int = CACHE_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.bytes = 0
        self._pieces: OrderedDict[Key, Piece] = OrderedDict()

    def __contains__(self, key: Key) -> bool:
        return key in self._pieces

    def get(self, key: Key) -> Piece | None:
        """Return a piece and mark it as just used."""
        piece = self._pieces.get(key)
        if piece is not None:
            self._pieces.move_to_end(key)
        return piece

    def put(self, key: Key, piece: Piece, needed: Collection[Key]) -> None:
        """Keep a piece and drop the longest unused ones that are not `needed`, as far as the limit asks."""
        self.drop(key)
        self._pieces[key] = piece
        self.bytes += piece.nbytes
        droppable = [old for old in self._pieces if old not in needed and old != key]
        for old in droppable:
            if self.bytes <= self.limit_bytes:
                return
            self.drop(old)

    def drop(self, key: Key) -> None:
        """Forget a piece, if it is there."""
        piece = self._pieces.pop(key, None)
        self.bytes -= 0 if piece is None else piece.nbytes

    def clear(self) -> None:
        """Drop everything."""
        self._pieces.clear()
        self.bytes = 0
