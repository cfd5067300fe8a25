"""The waveform of one channel: an envelope where many samples share a pixel, a line through them where few do."""

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from desktop_app.audio.peaks import PeakPyramid, sample_envelope
from desktop_app.services.pieces import SAMPLES_FRAMES, SamplesKey
from desktop_app.services.tiles import TileEngine
from desktop_app.ui.lane import LaneBox, LaneItem
from desktop_app.ui.view_state import ViewState

Floats = npt.NDArray[np.float32]

LINE_BELOW = 0.5
"""Frames a pixel below which the samples are joined by a line."""
DOTS_BELOW = 1 / 8
"""Frames a pixel below which each sample is a dot."""
MAX_GAIN = 1000.0
ROUND_GAINS = (1, 2, 5, 10, 20, 50, 100)
"""What a quiet recording is stretched by at first; beyond 100 (-40 dB) it is shown as quiet as it is."""


class WaveformItem(LaneItem):
    """Paints one channel."""

    def __init__(self, box: LaneBox, view: ViewState, engine: TileEngine) -> None:
        super().__init__(box, z=1)
        self._view = view
        self._engine = engine
        self._pyramid: PeakPyramid | None = None
        self.gain = 1.0

    def set_pyramid(self, pyramid: PeakPyramid | None) -> None:
        """Paint from another pyramid, or more of the same one."""
        self._pyramid = pyramid
        self.update()

    def set_gain(self, gain: float) -> None:
        """Stretch the waveform; at 1 full scale fills the lane."""
        self.gain = min(max(gain, 1.0), MAX_GAIN)
        self.update()

    def wanted_samples(self, ratio: float) -> list[SamplesKey]:
        """Return the samples that painting wants, none where the pyramid is fine enough."""
        if self._pyramid is None or self._frames_per_pixel(ratio) >= self._pyramid.block_frames:
            return []
        rate = self._view.sample_rate_hz
        margin = 2 * self._frames_per_pixel(ratio) + 2
        return sample_keys(self._view.start_s * rate - margin, self._view.stop_s * rate + margin, self._view.frames)

    def is_ready(self, ratio: float) -> bool:
        """Return whether everything visible can be painted as it shall be."""
        if self._pyramid is None:
            return False
        if self._frames_per_pixel(ratio) < self._pyramid.block_frames:
            return self._engine.has(self.wanted_samples(ratio))
        return self._pyramid.covered_frames >= min(self._view.stop_s * self._view.sample_rate_hz, self._pyramid.frames)

    def amplitude_at(self, at_s: float) -> float | None:
        """Return the sample of largest magnitude in the pixel at a time, sign included, or None."""
        if self._pyramid is None:
            return None
        per_pixel = max(self._frames_per_pixel(1.0), 1.0)
        start = math.floor(at_s * self._view.sample_rate_hz / per_pixel) * per_pixel
        low, high = self._envelope(start, start + per_pixel, 1)[0].tolist()
        value = high if abs(high) >= abs(low) else low
        return None if math.isnan(value) else float(value)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        """Paint what is exposed."""
        rect = self.boundingRect()
        if widget is None or self._pyramid is None or rect.isEmpty() or not self._view.frames:
            return
        ratio = painter.device().devicePixelRatioF()
        exposed = option.exposedRect.intersected(rect)
        colour = waveform_colour(widget.palette())
        painter.setPen(QPen(widget.palette().color(QPalette.ColorRole.Mid), 0))
        painter.drawLine(QPointF(exposed.left(), rect.height() / 2), QPointF(exposed.right(), rect.height() / 2))
        frames_per_pixel = self._frames_per_pixel(ratio)
        if frames_per_pixel < LINE_BELOW:
            self._paint_line(painter, colour, frames_per_pixel)
        else:
            self._paint_envelope(painter, exposed, colour, ratio)

    def _frames_per_pixel(self, ratio: float) -> float:
        return self._view.span_s * self._view.sample_rate_hz / max(self.boundingRect().width() * ratio, 1)

    def _paint_envelope(self, painter: QPainter, exposed: QRectF, colour: QColor, ratio: float) -> None:
        """Paint columns of one device pixel that lie on a grid from frame 0 on, so that scrolling moves the picture."""
        rect, view = self.boundingRect(), self._view
        per_pixel = self._frames_per_pixel(ratio)
        origin = view.start_s * view.sample_rate_hz / per_pixel
        first = int(np.floor(origin + exposed.left() * ratio))
        last = int(np.ceil(origin + exposed.right() * ratio)) + 1
        envelope = self._envelope(first * per_pixel, last * per_pixel, last - first)
        pixels = envelope_pixels(envelope * self.gain, max(round(rect.height() * ratio), 1), colour)
        picture = QImage(
            pixels.data, last - first, len(pixels), 4 * (last - first), QImage.Format.Format_ARGB32_Premultiplied
        )
        target = QRectF((first - origin) / ratio, 0, (last - first) / ratio, rect.height())
        painter.drawImage(target, picture)

    def _envelope(self, start: float, stop: float, columns: int) -> Floats:
        """Return minimum and maximum of each column, (columns, 2), from the samples themselves where they are finer."""
        assert self._pyramid is not None
        channel = self.box.channel
        if (stop - start) / columns < self._pyramid.block_frames:
            samples, first = self._samples(start, stop)
            if samples is not None:
                return sample_envelope(samples[:, channel : channel + 1], first, start, stop, columns)[:, 0]
        return self._pyramid.envelope(start, stop, columns)[:, channel]

    def _samples(self, start: float, stop: float) -> tuple[Floats | None, int]:
        """Return the samples around a stretch and the frame they begin at, or None while some are not there."""
        return known_samples(self._engine, sample_keys(start, stop, self._view.frames))

    def _paint_line(self, painter: QPainter, colour: QColor, per_pixel: float) -> None:
        """Join the samples by a line; dot them where they lie far apart."""
        rect, view = self.boundingRect(), self._view
        start, stop = view.start_s * view.sample_rate_hz, view.stop_s * view.sample_rate_hz
        samples, first = self._samples(start - 2, stop + 2)
        if samples is None:
            return
        begin = max(int(start) - 1 - first, 0)
        values = samples[begin : int(stop) + 2 - first, self.box.channel]
        x = (np.arange(len(values)) + first + begin - start) * (rect.width() / (stop - start))
        y = rect.height() / 2 * (1 - values * self.gain)
        points = QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 1.5))
        painter.drawPolyline(points)
        if per_pixel < DOTS_BELOW:
            painter.setPen(QPen(colour, 5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(points)


def fitting_gain(pyramid: PeakPyramid) -> float:
    """Return the largest round gain at which the loudest sample still fits into the lane; 1 for silence."""
    peak = float(np.abs(pyramid.envelope(0, pyramid.frames, 1)).max())
    return float(max((gain for gain in ROUND_GAINS if gain * peak <= 1), default=1)) if peak > 0 else 1.0


def sample_keys(start: float, stop: float, frames: int) -> list[SamplesKey]:
    """Return the stretches of samples that hold frames `start` to `stop` of a recording."""
    first, last = max(int(start), 0) // SAMPLES_FRAMES, int(min(stop, frames - 1)) // SAMPLES_FRAMES
    return [SamplesKey(index) for index in range(first, last + 1)]


def known_samples(engine: TileEngine, keys: list[SamplesKey]) -> tuple[Floats | None, int]:
    """Return the samples of consecutive stretches and the frame they begin at, or None while some are not there."""
    pieces = [engine.samples(key.index) for key in keys]
    found = [piece for piece in pieces if piece is not None]
    if len(found) < len(keys) or not keys:
        return None, 0
    return (found[0] if len(found) == 1 else np.concatenate(found)), keys[0].index * SAMPLES_FRAMES


def envelope_pixels(envelope: Floats, height: int, colour: QColor) -> npt.NDArray[np.uint32]:
    """Return the picture (height, columns) of an envelope (columns, 2), premultiplied 0xAARRGGBB.

    Ends are shaded by how much of a pixel they cover; neighbouring columns are joined, none is thinner than a pixel,
    and a column that is NaN stays empty.
    """
    low, high = envelope[:, 0].copy(), envelope[:, 1].copy()
    before = np.where(np.isnan(envelope[:-1]), envelope[1:], envelope[:-1])
    low[1:], high[1:] = np.minimum(low[1:], before[:, 1]), np.maximum(high[1:], before[:, 0])
    top, bottom = (1 - high) * (height / 2), (1 - low) * (height / 2)
    thin = np.maximum(1 - (bottom - top), 0) / 2
    top, bottom = top - thin, bottom + thin
    rows = np.arange(height, dtype=np.float32)[:, None]
    cover = np.minimum(bottom, rows + 1) - np.maximum(top, rows)
    alpha = (np.nan_to_num(np.clip(cover, 0, 1)) * 255).astype(np.uint8)
    picture: npt.NDArray[np.uint32] = shades(colour).take(alpha)
    return picture


def shades(colour: QColor) -> npt.NDArray[np.uint32]:
    """Return `colour` at 256 opacities, premultiplied."""
    alpha = np.arange(256, dtype=np.uint32)
    red, green, blue = (alpha * part // 255 for part in (colour.red(), colour.green(), colour.blue()))
    return np.asarray(alpha << 24 | red << 16 | green << 8 | blue, np.uint32)


def waveform_colour(palette: QPalette) -> QColor:
    """Return the colour of waveforms: the accent, a little towards the text so that it does not shout."""
    accent, text = palette.color(QPalette.ColorRole.Highlight), palette.color(QPalette.ColorRole.Text)
    pairs = ((accent.red(), text.red()), (accent.green(), text.green()), (accent.blue(), text.blue()))
    return QColor(*(round(0.8 * a + 0.2 * b) for a, b in pairs))
