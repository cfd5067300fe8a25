"""The spectrogram of one channel, painted from tiles that lie on a fixed frame grid.

A tile becomes a picture in two steps that are both kept: its bins are reduced to the rows of pixels on screen, and the
levels are looked up in a table of colours. Moving in time paints pictures that exist; a change of the range or the
colours is only the second step.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop_app.audio.frequency_axis import FrequencyAxis, RowMap
from desktop_app.audio.spectrogram import ColumnGrid, level_db
from desktop_app.services.pieces import TILE_COLUMNS, TileKey
from desktop_app.services.tiles import TileEngine
from desktop_app.ui.lane import LaneBox, LaneItem
from desktop_app.ui.view_state import ViewState

KEPT_PICTURES = 64

Rows = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class TilePlan:
    """The tiles behind what is visible, and the one that covers the whole recording coarsely."""

    grid: ColumnGrid
    level: int
    first: int
    last: int
    """Index of the last visible tile."""
    top_level: int
    """The level at which one tile holds the whole recording."""

    @classmethod
    def of(cls, view: ViewState, grid: ColumnGrid, pixels: float) -> "TilePlan":
        """Return the plan for a plot area of so many device pixels in width."""
        rate = view.sample_rate_hz
        top_level = grid.level_for(view.frames / TILE_COLUMNS)
        while grid.columns(top_level, view.frames) > TILE_COLUMNS:
            top_level += 1
        level = min(grid.level_for(view.span_s * rate / max(pixels, 1)), top_level)
        hop = grid.hop(level)
        last_column = max(grid.columns(level, view.frames) - 1, 0)
        first, last = (min(max(round(at_s * rate / hop), 0), last_column) for at_s in (view.start_s, view.stop_s))
        return cls(grid, level, first // TILE_COLUMNS, last // TILE_COLUMNS, top_level)

    @property
    def overview(self) -> TileKey:
        """Return the tile of the whole recording, which is never dropped while the recording is shown."""
        return TileKey(self.grid, self.top_level, 0)

    @property
    def visible(self) -> list[TileKey]:
        """Return the tiles that are looked at, those in the middle first."""
        middle = (self.first + self.last) / 2
        indices = sorted(range(self.first, self.last + 1), key=lambda index: abs(index - middle))
        return [TileKey(self.grid, self.level, index) for index in indices]

    def neighbours(self, frames: int) -> list[TileKey]:
        """Return the tiles to the left and right, which scrolling will want."""
        last = (self.grid.columns(self.level, frames) - 1) // TILE_COLUMNS
        return [TileKey(self.grid, self.level, i) for i in (self.last + 1, self.first - 1) if 0 <= i <= last]


class SpectrogramItem(LaneItem):
    """Paints one channel's tiles."""

    def __init__(self, box: LaneBox, view: ViewState, engine: TileEngine) -> None:
        super().__init__(box, z=1)
        self._view = view
        self._engine = engine
        self._grid = ColumnGrid(512, "hann", 32)
        self._colours: npt.NDArray[np.uint32] | None = None
        self._height = 0
        self._axis: FrequencyAxis | None = None
        self._row_map: RowMap | None = None
        self._rows: OrderedDict[TileKey, Rows] = OrderedDict()
        self._pictures: dict[TileKey, tuple[QImage, npt.NDArray[np.uint32]]] = {}

    def forget(self) -> None:
        """Drop all pictures: another recording is shown."""
        self._rows.clear()
        self._pictures.clear()
        self.update()

    def set_grid(self, grid: ColumnGrid) -> None:
        """Paint columns of another grid."""
        if grid != self._grid:
            self._grid = grid
            self._row_map = None
            self.forget()

    def set_colours(self, colours: npt.NDArray[np.uint32] | None) -> None:
        """Paint with a table from level index to colour; with None nothing is painted yet."""
        self._colours = colours
        self._pictures.clear()
        self.update()

    def plan(self, ratio: float) -> TilePlan:
        """Return the tiles that painting wants on a screen of so many device pixels a pixel."""
        return TilePlan.of(self._view, self._grid, self.boundingRect().width() * ratio)

    def is_ready(self, ratio: float) -> bool:
        """Return whether everything visible can be painted as it shall be."""
        return self._colours is not None and self._engine.has(self.plan(ratio).visible)

    def level_at(self, at_s: float, hz: float) -> float | None:
        """Return the level in dB at a time and a frequency, from the finest tile that is there."""
        plan = self.plan(1.0)
        rate = self._view.sample_rate_hz
        row = min(max(round(hz / rate * self._grid.window_frames), 0), self._grid.bins - 1)
        for level in range(plan.level, plan.top_level + 1):
            column = round(at_s * rate / self._grid.hop(level))
            tile = self._engine.tile(TileKey(self._grid, level, column // TILE_COLUMNS))
            if tile is not None:
                return float(level_db(tile[self.box.channel, row, column % TILE_COLUMNS]))
        return None

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint what is visible; where a tile is not there yet, a coarser one stands in."""
        rect = self.boundingRect()
        ratio = painter.device().devicePixelRatioF()
        if self._colours is None or not self._view.frames or rect.isEmpty():
            return
        self._set_rows(max(round(rect.height() * ratio), 1))
        plan = self.plan(ratio)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for key in plan.visible:
            left, right = self._pixels_of(key, rect.width())
            if right > option.exposedRect.left() and left < option.exposedRect.right():
                self._paint_tile(painter, key, plan.top_level)

    def _paint_tile(self, painter: QPainter, key: TileKey, top_level: int) -> None:
        """Paint a tile, or the part of the next coarser one that is there."""
        width = self.boundingRect().width()
        left, right = self._pixels_of(key, width)
        stand_in, picture = key, self._picture(key)
        while picture is None and stand_in.level < top_level:
            stand_in = TileKey(key.grid, stand_in.level + 1, stand_in.index // 2)
            picture = self._picture(stand_in)
        if picture is None:
            return
        whole_left, whole_right = self._pixels_of(stand_in, width)
        scale = TILE_COLUMNS / (whole_right - whole_left)
        source = QRectF((left - whole_left) * scale, 0, (right - left) * scale, picture.height())
        target = QRectF(left, 0, right - left, self.boundingRect().height())
        painter.drawImage(target, picture, source)

    def _pixels_of(self, key: TileKey, width: float) -> tuple[float, float]:
        """Return where a tile begins and ends; its columns are centred on their frames."""
        hop = self._grid.hop(key.level)
        begin = key.index * TILE_COLUMNS * hop - hop / 2
        rate, view = self._view.sample_rate_hz, self._view
        scale = width / view.span_s
        return (begin / rate - view.start_s) * scale, ((begin + TILE_COLUMNS * hop) / rate - view.start_s) * scale

    def _set_rows(self, height: int) -> None:
        if self._row_map is None or height != self._height or self._axis != self._view.axis:
            self._height, self._axis = height, self._view.axis
            self._row_map = self._axis.row_map(height, self._view.sample_rate_hz, self._grid.window_frames)
            self._rows.clear()
            self._pictures.clear()

    def _picture(self, key: TileKey) -> QImage | None:
        if key in self._pictures:
            return self._pictures[key][0]
        rows = self._rows_of(key)
        if rows is None or self._colours is None:
            return None
        pixels = self._colours.take(rows)
        picture = QImage(pixels.data, pixels.shape[1], pixels.shape[0], 4 * pixels.shape[1], QImage.Format.Format_RGB32)
        self._pictures[key] = picture, pixels  # the picture looks at the array's memory
        return picture

    def _rows_of(self, key: TileKey) -> Rows | None:
        if key in self._rows:
            self._rows.move_to_end(key)
            return self._rows[key]
        tile = self._engine.tile(key)
        if tile is None or self._row_map is None or self.box.channel >= len(tile):
            return None
        rows = self._rows[key] = self._row_map.picture(tile[self.box.channel])
        while len(self._rows) > KEPT_PICTURES:
            dropped, _ = self._rows.popitem(last=False)
            self._pictures.pop(dropped, None)
        return rows


def automatic_range(levels: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Return floor and ceiling in dB that show faint calls: from deep inside the noise to the loudest 0.1 %.

    A fifth of the picture lies below the floor, so what rises above its own neighbourhood is seen even where that is
    quieter than most of the recording. The range is between 40 and 90 dB wide. Silence gives -100 to -20 dB.
    """
    heard = levels[levels > SILENCE_DB]
    if not len(heard):
        return -100.0, -20.0
    quiet, loud = (float(value) for value in np.percentile(heard, [20, 99.9]))
    ceiling = loud + 3
    floor = min(max(quiet, ceiling - 90), ceiling - 40)
    return math.floor(floor), math.ceil(ceiling)


SILENCE_DB = -150.0
