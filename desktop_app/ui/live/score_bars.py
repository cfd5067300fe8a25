"""The classes that score highest just now, as bars, with the threshold from which each makes an event."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.annotation.records import BACKGROUND_LABELS
from desktop_app.classifier.event_rule import EventRule
from desktop_app.classifier.streaming import StreamResult
from desktop_app.colours import NEUTRAL

ROWS, ROW_HEIGHT, BAR_HEIGHT, LABEL_WIDTH, SCORE_WIDTH, GAP = 6, 20, 8, 96, 32, 8
FADE = 0.96
"""Of a class's highest score a result later, by which classes are ordered: rows must not dance."""
NO_CLASSES = "A bar for each class, once it listens."
Floats = npt.NDArray[np.float64]


class ScoreBars(QWidget):
    """Shows averaged scores."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classes: tuple[str, ...] = ()
        self._scores: Floats = np.zeros(0)
        self._heights: Floats = np.zeros(0)
        self._rule = EventRule()
        self.colour_of: Callable[[str], str] = lambda _: NEUTRAL
        """Returns the colour of a label as hex."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Scores of the classes")
        self.setToolTip("Averaged scores; the mark is the threshold from which a class makes an event")

    def show_classes(self, classes: Sequence[str]) -> None:
        """Show the classes of another model."""
        self._classes = tuple(classes)
        self._scores, self._heights = np.zeros(len(classes)), np.zeros(len(classes))
        self.updateGeometry()
        self.update()

    def show_rule(self, rule: EventRule) -> None:
        """Mark other thresholds."""
        self._rule = rule
        self.update()

    def show_results(self, results: Sequence[StreamResult]) -> None:
        """Show the newest of these."""
        for result in results:
            if len(result.averaged) == len(self._classes):
                self._scores = result.averaged.astype(np.float64)
                self._heights = np.maximum(self._scores, FADE * self._heights)
        self.update()

    @property
    def shown(self) -> list[tuple[str, float]]:
        """Return class and score of each row, the one that scored highest of late first."""
        order = np.argsort(-self._heights, kind="stable")[:ROWS]
        return [(self._classes[place], float(self._scores[place])) for place in order]

    def sizeHint(self) -> QSize:
        """Return the room for all rows."""
        return QSize(240, max(min(len(self._classes), ROWS), 1) * ROW_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a row a class."""
        painter = QPainter(self)
        if not self._classes:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, NO_CLASSES)
        for row, (label, score) in enumerate(self.shown):
            self._paint_row(painter, QRectF(0, row * ROW_HEIGHT, self.width(), ROW_HEIGHT), label, score)

    def _paint_row(self, painter: QPainter, box: QRectF, label: str, score: float) -> None:
        palette, middle = self.palette(), Qt.AlignmentFlag.AlignVCenter
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        words = painter.fontMetrics().elidedText(label, Qt.TextElideMode.ElideRight, LABEL_WIDTH)
        painter.drawText(box, middle, words)
        painter.drawText(box, middle | Qt.AlignmentFlag.AlignRight, f"{score:.2f}")
        room = box.width() - LABEL_WIDTH - SCORE_WIDTH - 2 * GAP
        bar = QRectF(LABEL_WIDTH + GAP, box.center().y() - BAR_HEIGHT / 2, room, BAR_HEIGHT)
        painter.fillRect(bar, palette.color(QPalette.ColorRole.Midlight))
        painter.fillRect(QRectF(bar.left(), bar.top(), room * score, BAR_HEIGHT), QColor(self.colour_of(label)))
        if label.lower() not in BACKGROUND_LABELS:
            x = bar.left() + room * self._rule.threshold_of(label)
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Text), 2))
            painter.drawLine(QPointF(x, bar.top() - 2), QPointF(x, bar.bottom() + 2))
