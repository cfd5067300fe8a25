"""How many clips each class has, and on which side of the split they stand: one bar a class."""

import math

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from desktop_app.services.training_survey import ClassCount
from desktop_app.ui.theme import Theme
from desktop_app.ui.wording import in_tip
from desktop_app.words import counted

ROW_HEIGHT, BAR_HEIGHT, COUNT_WIDTH, GAP = 20, 10, 40, 8
MOST_LABEL_SHARE = 0.4
"""Of the width, for the names."""
SIDE_WORDS = ("learn", "choose", "measure")
SIDE_STRENGTHS = (1.0, 0.5, 0.22)
"""Of the accent colour, by side: dark to pale, which reads without colour too."""


def side_colour(theme: Theme, side: int) -> QColor:
    """Return the colour of a side: the accent on the ground of plots, paler from side to side."""
    accent, ground, share = QColor(theme.tones.accent), QColor(theme.tones.base), SIDE_STRENGTHS[side]
    channels = zip(accent.getRgb()[:3], ground.getRgb()[:3], strict=True)  # type: ignore[index]
    return QColor(*(round(share * one + (1 - share) * other) for one, other in channels))


class ClassBars(QWidget):
    """Paints the bars; as tall as it has classes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._classes: tuple[ClassCount, ...] = ()
        self._label_width = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Clips of each class")
        theme.changed.connect(self.update)

    @property
    def classes(self) -> tuple[ClassCount, ...]:
        """Return what is shown."""
        return self._classes

    def show_classes(self, classes: tuple[ClassCount, ...]) -> None:
        """Show other classes."""
        self._classes = classes
        self.setAccessibleDescription("; ".join(f"{each.label}: {each.total}" for each in classes))
        self.setFixedHeight(max(1, len(classes)) * ROW_HEIGHT)
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of all rows."""
        return QSize(280, max(1, len(self._classes)) * ROW_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the rows that can be seen."""
        painter = QPainter(self)
        most = max((each.total for each in self._classes), default=0) or 1
        metrics = QFontMetricsF(painter.font())  # whole pixels are rounded down, and the longest name would be cut
        widths = (math.ceil(metrics.horizontalAdvance(each.label)) for each in self._classes)
        self._label_width = min(max(widths, default=0), round(MOST_LABEL_SHARE * self.width()))
        for row, each in enumerate(self._classes):
            box = QRectF(0, row * ROW_HEIGHT, self.width(), ROW_HEIGHT)
            if event.rect().intersects(box.toAlignedRect()):
                self._paint_row(painter, box, each, most)

    def _paint_row(self, painter: QPainter, box: QRectF, each: ClassCount, most: int) -> None:
        tones = self._theme.tones
        palette = self.palette()
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(tones.warning) if each.few else palette.color(QPalette.ColorRole.Text))
        words = painter.fontMetrics().elidedText(each.label, Qt.TextElideMode.ElideMiddle, self._label_width)
        painter.drawText(QRectF(0, box.top(), self._label_width, box.height()), middle, words)
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, f"{each.total:,}")
        left = self._label_width + 2 * GAP
        room = max(1.0, box.width() - left - COUNT_WIDTH - GAP)
        top = box.top() + (ROW_HEIGHT - BAR_HEIGHT) / 2
        x = float(left)
        for side, count in enumerate(each.sides):
            width = room * count / most
            painter.fillRect(QRectF(x, top, width, BAR_HEIGHT), side_colour(self._theme, side))
            x += width

    def event(self, event: QEvent) -> bool:
        """Say the numbers of the row under the pointer."""
        if isinstance(event, QHelpEvent):
            row = event.pos().y() // ROW_HEIGHT
            if 0 <= row < len(self._classes):
                QToolTip.showText(event.globalPos(), in_tip(words_of(self._classes[row])), self)
                return True
        return super().event(event)


class Legend(QWidget):
    """What the three tones of the bars mean, with how many clips there are of each."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._counts: tuple[int, ...] = (0, 0, 0)
        self.setFixedHeight(ROW_HEIGHT)
        theme.changed.connect(self.update)

    def show_counts(self, counts: tuple[int, ...]) -> None:
        """Show how many clips stand on each side."""
        self._counts = counts
        self.setAccessibleName(", ".join(self._words()))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a swatch and words for each side."""
        painter = QPainter(self)
        x = 0
        for side, words in enumerate(self._words()):
            painter.fillRect(x, (self.height() - 8) // 2, 8, 8, side_colour(self._theme, side))
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            width = painter.fontMetrics().horizontalAdvance(words)
            painter.drawText(x + 14, 0, width + 1, self.height(), Qt.AlignmentFlag.AlignVCenter, words)
            x += width + 14 + 16

    def _words(self) -> list[str]:
        return [f"{count:,} {words}" for count, words in zip(self._counts, SIDE_WORDS, strict=True)]


def words_of(each: ClassCount) -> str:
    """Return the numbers of a class as a sentence."""
    sides = ", ".join(f"{count:,} {words}" for count, words in zip(each.sides, SIDE_WORDS, strict=True))
    few = " A class wants some dozens." if each.few else ""
    return f"{each.label}: {counted(each.total, 'clip')} ({sides}).{few}"
