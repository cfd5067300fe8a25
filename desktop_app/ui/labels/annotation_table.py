"""The annotations of one recording as rows: label, time, what people think of it."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPen, QPixmap

from desktop_app.annotation.annotations import Annotation, Extent, Status
from desktop_app.annotation.scheme import LabelScheme
from desktop_app.ui.ticks import hertz_number, seconds_words
from desktop_app.ui.wording import clock, in_tip

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Label", "Time", "Length", "Status")
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
DOT = 10
RING = "#ffffff"
RIM = 2
"""Of a hollow dot, in pixels."""
SHORT_S = 0.1
"""Below this two decimals of a second tell nothing."""
STATUS_WORDS = {status: status.value for status in Status}


class AnnotationTable(QAbstractTableModel):
    """Shows a list of annotations as they come; reset as a whole, which thousands of rows bear.

    A narrow dock has no room for the status: the dot of a draft is hollow, and what was rejected is struck out.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.annotations: list[Annotation] = []
        self._scheme = LabelScheme()
        self._dots: dict[tuple[str, bool], QIcon] = {}
        self._struck_out = QFont()
        self._struck_out.setStrikeOut(True)

    def show(self, annotations: list[Annotation], scheme: LabelScheme) -> None:
        """Show these; nothing happens where they are there already."""
        if annotations == self.annotations and scheme == self._scheme:
            return
        self.beginResetModel()
        self.annotations, self._scheme = list(annotations), scheme
        self.endResetModel()

    def row_of(self, annotation_id: str) -> int | None:
        """Return the row of an annotation."""
        return next((row for row, each in enumerate(self.annotations) if each.id == annotation_id), None)

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many annotations there are."""
        return 0 if parent is not None and parent.isValid() else len(self.annotations)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many columns there are."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words over a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if section in (1, 2) else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return words, the colour of the label, and everything else in the tooltip."""
        it = self.annotations[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _words(it)[index.column()]
            case Qt.ItemDataRole.TextAlignmentRole:
                return RIGHT if index.column() in (1, 2) else None
            case Qt.ItemDataRole.DecorationRole:
                return self._dot(it) if index.column() == 0 else None
            case Qt.ItemDataRole.FontRole:
                return self._struck_out if index.column() == 0 and it.status is Status.REJECTED else None
            case Qt.ItemDataRole.ToolTipRole:
                return in_tip(told(it))
            case _:
                return None

    def _dot(self, it: Annotation) -> QIcon:
        kind = self._scheme.colour(it.label), it.status is Status.DRAFT
        if kind not in self._dots:
            self._dots[kind] = dot_icon(kind[0], hollow=kind[1])
        return self._dots[kind]


def dot_icon(colour: str, size: int = DOT, *, hollow: bool = False) -> QIcon:
    """Return a circle, filled or not, sharp on dense screens; a filled one has a ring in a selected row."""
    if hollow:
        return QIcon(_circle(colour, size))
    icon = QIcon(_dot(colour, size))
    icon.addPixmap(_dot(colour, size, RING), QIcon.Mode.Selected)
    return icon


def _circle(colour: str, size: int) -> QPixmap:
    pixmap = QPixmap(QSize(2 * size, 2 * size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colour), 2 * RIM))
    painter.drawEllipse(RIM, RIM, 2 * (size - RIM), 2 * (size - RIM))
    painter.end()
    pixmap.setDevicePixelRatio(2)
    return pixmap


def _dot(colour: str, size: int, ring: str = "") -> QPixmap:
    pixmap = QPixmap(QSize(2 * size, 2 * size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(ring), 2) if ring else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    inset = 1 if ring else 0
    painter.drawEllipse(inset, inset, 2 * (size - inset), 2 * (size - inset))
    painter.end()
    pixmap.setDevicePixelRatio(2)
    return pixmap


def _words(it: Annotation) -> tuple[str, str, str, str]:
    status = STATUS_WORDS[it.status]
    if it.score is not None and it.status is Status.DRAFT:
        status = f"{status} {it.score:.2f}"
    if it.onset_s is None or it.duration_s is None:
        return it.label or "?", "whole", "", status
    short = it.duration_s < SHORT_S
    length = "" if it.extent is Extent.POINT else seconds_words(it.duration_s) if short else f"{it.duration_s:.2f} s"
    return it.label or "?", clock(it.onset_s), length, status


def told(it: Annotation) -> str:
    """Return everything about an annotation, a line each, for tooltips."""
    score = "" if it.score is None else f" {it.score:.2f}"
    lines = [f"“{it.label}”, {STATUS_WORDS[it.status]}{score}"]
    if it.low_hz is not None or it.high_hz is not None:
        low = hertz_number(it.low_hz or 0.0)
        lines.append(f"{low} – {hertz_number(it.high_hz)} Hz" if it.high_hz is not None else f"from {low} Hz")
    if it.channel is not None:
        lines.append(f"channel {it.channel + 1}")
    who = f" by {it.reviewer}" if it.reviewer else ""
    when = f", {it.time:%Y-%m-%d %H:%M}" if it.time is not None else ""
    lines.append(f"{it.source}{who}{when}")
    if it.note:
        lines.append(it.note)
    return "\n".join(lines)
