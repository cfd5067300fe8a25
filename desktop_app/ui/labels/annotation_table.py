"""The annotations of one recording as rows: label, time, what people think of it."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap

from desktop_app.annotation.annotations import Annotation, Extent, Status
from desktop_app.annotation.scheme import LabelScheme
from desktop_app.ui.wording import clock, in_tip

Index = QModelIndex | QPersistentModelIndex
COLUMNS = ("Label", "Time", "Length", "Status")
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
DOT = 10
RING = "#ffffff"
STATUS_WORDS = {status: status.value for status in Status}


class AnnotationTable(QAbstractTableModel):
    """Shows a list of annotations as they come; reset as a whole, which thousands of rows bear."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.annotations: list[Annotation] = []
        self._scheme = LabelScheme()
        self._dots: dict[str, QIcon] = {}

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
                return self._dot(it.label) if index.column() == 0 else None
            case Qt.ItemDataRole.ToolTipRole:
                return in_tip(told(it))
            case _:
                return None

    def _dot(self, label: str) -> QIcon:
        colour = self._scheme.colour(label)
        if colour not in self._dots:
            self._dots[colour] = dot_icon(colour)
        return self._dots[colour]


def dot_icon(colour: str, size: int = DOT) -> QIcon:
    """Return a filled circle, sharp on dense screens; in a selected row with a ring that sets it off."""
    icon = QIcon(_dot(colour, size))
    icon.addPixmap(_dot(colour, size, RING), QIcon.Mode.Selected)
    return icon


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
    length = "" if it.extent is Extent.POINT else f"{it.duration_s:.2f} s"
    return it.label or "?", clock(it.onset_s), length, status


def told(it: Annotation) -> str:
    """Return everything about an annotation, a line each, for tooltips."""
    score = "" if it.score is None else f" {it.score:.2f}"
    lines = [f"“{it.label}”, {STATUS_WORDS[it.status]}{score}"]
    if it.low_hz is not None or it.high_hz is not None:
        low = f"{it.low_hz or 0:,.0f}"
        lines.append(f"{low} – {it.high_hz:,.0f} Hz" if it.high_hz is not None else f"from {low} Hz")
    if it.channel is not None:
        lines.append(f"channel {it.channel + 1}")
    who = f" by {it.reviewer}" if it.reviewer else ""
    when = f", {it.time:%Y-%m-%d %H:%M}" if it.time is not None else ""
    lines.append(f"{it.source}{who}{when}")
    if it.note:
        lines.append(it.note)
    return "\n".join(lines)
