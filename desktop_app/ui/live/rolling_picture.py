"""The pictures of one channel of a stream: a ring of columns, of which each frame paints only the new ones."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from desktop_app.audio.frequency_axis import RowMap
from desktop_app.audio.rolling import RollingColumns
from desktop_app.ui.waveform_view import envelope_pixels

Pixels = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Colours:
    """What levels and waveforms are painted with."""

    levels: Pixels
    """Colour of every level index."""
    waveform: QColor
    gain: float = 1.0
    """What waveforms are stretched by."""


class RingImage:
    """A picture as wide as the ring; column `j` of the stream lies at `j % width`. Sizes in device pixels."""

    def __init__(self, width: int, height: int, form: QImage.Format) -> None:
        self.width, self.height = width, height
        self.pixels: Pixels = np.zeros((height, width), np.uint32)
        self._image = QImage(self.pixels.data, width, height, 4 * width, form)  # looks at the array's memory

    def paint(self, painter: QPainter, numbers: range, target: QRectF) -> None:
        """Paint columns, a device pixel each, into `target`, which is as wide as they are."""
        if not numbers:
            return
        scale = target.width() / len(numbers)
        begin = numbers.start
        while begin < numbers.stop:
            place = begin % self.width
            count = min(numbers.stop - begin, self.width - place)
            left = target.left() + (begin - numbers.start) * scale
            source = QRectF(place, 0, count, self.height)
            painter.drawImage(QRectF(left, target.top(), count * scale, target.height()), self._image, source)
            begin += count


class ChannelPicture:
    """Waveform and spectrogram of one channel, kept up to date with its columns."""

    def __init__(self, rolling: RollingColumns, channel: int, heights: tuple[int, int]) -> None:
        """Make pictures of the heights of waveform and spectrogram in device pixels."""
        self._rolling, self.channel = rolling, channel
        waveform, spectrogram = heights
        self.waveform = RingImage(rolling.width, waveform, QImage.Format.Format_ARGB32_Premultiplied)
        self.spectrogram = RingImage(rolling.width, spectrogram, QImage.Format.Format_RGB32)

    def paint_columns(self, numbers: range, colours: Colours, rows: RowMap) -> None:
        """Bring columns up to date; all of them where the colours or the rows have changed."""
        self.paint_levels(numbers, colours, rows)
        self.paint_waveform(numbers, colours)

    def paint_levels(self, numbers: range, colours: Colours, rows: RowMap) -> None:
        """Bring the spectrogram of columns up to date."""
        places = self._rolling.places(numbers)
        levels = self._rolling.levels[self.channel][:, places]
        self.spectrogram.pixels[:, places] = colours.levels.take(rows.picture(levels))

    def paint_waveform(self, numbers: range, colours: Colours) -> None:
        """Bring the waveform of columns up to date; each is joined to the one before."""
        before = max(numbers.start - 1, min(self._rolling.first, numbers.start))  # the ring goes on meanwhile
        joined = range(before, numbers.stop)
        envelope = self._rolling.envelope[self._rolling.places(joined), self.channel] * colours.gain
        pixels = envelope_pixels(envelope, self.waveform.height, colours.waveform)
        self.waveform.pixels[:, self._rolling.places(numbers)] = pixels[:, numbers.start - before :]
