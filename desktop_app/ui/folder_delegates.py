"""How the cells of the folder list are painted: a name with its folder in front, a score with a bar under it.

Nothing goes through `initStyleOption`, which asks the model for eight roles a cell: a full list of 25 rows is painted
in 8 ms instead of 15-24, and it is painted often while rows fill in.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_app.annotation.annotations import Status
from desktop_app.colours import NEUTRAL
from desktop_app.ui.folder_row import COLUMNS, Column, FolderRow
from desktop_app.ui.labels.annotation_table import RING
from desktop_app.ui.wording import in_one_line

ROW_HEIGHT = 26
"""In pixels; the same for every row, so that the view need not ask."""
PADDING = 6
DOT = 8
RIM = 2
"""Of the dot of a draft."""
MOST_COLOURS = 4
"""A dot of 8 pixels has no room for more."""
WHOLE_CIRCLE = 16 * 360
"""In Qt's sixteenths of a degree."""
BAR_HEIGHT = 3
BAR_ALPHA = 150
QUIET_ALPHA = 190
Index = QModelIndex | QPersistentModelIndex
State = QStyle.StateFlag
Role = QPalette.ColorRole
Middle = Qt.AlignmentFlag.AlignVCenter


class CellDelegate(QStyledItemDelegate):
    """Paints the text of a cell, in a quiet tone where the recording cannot be read."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell; the view has painted the background of the row."""
        row: FolderRow = index.data(Qt.ItemDataRole.UserRole)
        paint_background(painter, option)
        self.paint_content(painter, option, COLUMNS[index.column()], row)

    def paint_content(self, painter: QPainter, option: QStyleOptionViewItem, column: Column, row: FolderRow) -> None:
        """Write the text of the cell."""
        write_text(painter, option, column, row, room_of(option))


class NameDelegate(CellDelegate):
    """Writes the folder quietly before the name; where there is little room the folder gives way first."""

    _beside: Sequence[str] = ()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a name so that it can be told from those above and below it."""
        rows = (index.sibling(index.row() + by, index.column()).data(Qt.ItemDataRole.UserRole) for by in (-1, 1))
        self._beside = [row.name.rpartition("/")[2] for row in rows if row is not None]
        super().paint(painter, option, index)

    def paint_content(self, painter: QPainter, option: QStyleOptionViewItem, column: Column, row: FolderRow) -> None:
        """Write folder and name."""
        room, metrics = room_of(option), option.fontMetrics
        folder, slash, name = in_one_line(row.name).rpartition("/")
        if slash:
            left = room.width() - metrics.horizontalAdvance(name)
            shown = metrics.elidedText(folder + slash, Qt.TextElideMode.ElideLeft, max(left, 0))
            if len(shown) > 1:
                painter.setPen(tone(option, quiet=True))
                painter.drawText(room, Middle, shown)
                room.setLeft(room.left() + metrics.horizontalAdvance(shown))
        painter.setPen(tone(option, quiet=bool(row.unreadable)))
        painter.drawText(room, Middle, elided_name(name, self._beside, metrics, room.width()))


class LabelDelegate(CellDelegate):
    """Writes the label after a dot in its colour; of several labels, a dot divided between theirs.

    The column of the status has no room in a small window, so the dot of a draft is hollow, and what was rejected is
    struck out.
    """

    colour_of: Callable[[str], str] = staticmethod(lambda _: NEUTRAL)
    """Returns the colour of a label as hex."""

    def paint_content(self, painter: QPainter, option: QStyleOptionViewItem, column: Column, row: FolderRow) -> None:
        """Draw the dot and write the label."""
        room = room_of(option)
        if row.label and row.annotated:
            place = QRectF(room.left(), room.center().y() - DOT // 2 + 1, DOT, DOT)
            colours = [self.colour_of(label) for label in row.annotated]
            draw_dot(painter, place, colours, ringed=is_selected(option))
            if row.status is Status.DRAFT:
                hollow_out(painter, place, option)
        font = painter.font()
        if row.status is Status.REJECTED:
            painter.setFont(struck_out(font))
        write_text(painter, option, column, row, room.adjusted(DOT + PADDING, 0, 0, 0))
        painter.setFont(font)


class ScoreDelegate(CellDelegate):
    """Writes the score over a bar as long as it is high."""

    def paint_content(self, painter: QPainter, option: QStyleOptionViewItem, column: Column, row: FolderRow) -> None:
        """Write the number and draw the bar."""
        score = row.label_score
        if score is None:
            return
        room = room_of(option)
        write_text(painter, option, column, row, room.adjusted(0, 0, 0, -BAR_HEIGHT))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        colour = tone(option, quiet=True) if is_selected(option) else option.palette.color(Role.Highlight)
        top = room.bottom() - BAR_HEIGHT - 1
        for width, alpha in ((room.width(), BAR_ALPHA // 5), (room.width() * min(score, 1.0), BAR_ALPHA)):
            colour.setAlpha(alpha)
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(room.left(), top, width, BAR_HEIGHT), BAR_HEIGHT / 2, BAR_HEIGHT / 2)
        painter.restore()


def draw_dot(painter: QPainter, place: QRectF, colours: Sequence[str], *, ringed: bool) -> None:
    """Draw a circle, divided between the first of its colours; with a ring on the colour of a selection."""
    shown = list(dict.fromkeys(colours))[:MOST_COLOURS]
    span = WHOLE_CIRCLE // len(shown)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for number, colour in enumerate(shown):
        painter.setBrush(QColor(colour))
        painter.drawPie(place, WHOLE_CIRCLE // 4 + number * span, span)
    if ringed:
        painter.setPen(QColor(RING))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(place.adjusted(-0.5, -0.5, 0.5, 0.5))  # on whole pixels, around the colours
    painter.restore()


def hollow_out(painter: QPainter, place: QRectF, option: QStyleOptionViewItem) -> None:
    """Leave of a dot its rim alone."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(option.palette.color(Role.Highlight if is_selected(option) else Role.Base))
    painter.drawEllipse(place.adjusted(RIM, RIM, -RIM, -RIM))
    painter.restore()


def struck_out(font: QFont) -> QFont:
    """Return a font with a line through it."""
    other = QFont(font)
    other.setStrikeOut(True)
    return other


_TIME_LAST = re.compile(r"\d{6}$")
"""Hours, minutes and seconds."""


def elided_name(name: str, beside: Sequence[str], metrics: QFontMetrics, width: int) -> str:
    """Return a name as it fits: its middle gives way, or its beginning where the names beside it would look the same.

    Recordings are called by date, time and zone: what tells them apart stands in the middle. Recorders in the field end
    names with the time of day; sorted by anything else, those of a night do not stand side by side.
    """
    middle = Qt.TextElideMode.ElideMiddle
    shown = metrics.elidedText(name, middle, width)
    looks_the_same = any(metrics.elidedText(it, middle, width) == shown for it in beside)
    if shown == name or not (looks_the_same or _TIME_LAST.search(name.rpartition(".")[0])):
        return shown
    return metrics.elidedText(name, Qt.TextElideMode.ElideLeft, width)


def paint_background(painter: QPainter, option: QStyleOptionViewItem) -> None:
    """Mark a selected cell; frame a current one that is not selected, since nothing else would show it."""
    widget: Any = option.widget
    style = widget.style() if widget is not None else QApplication.style()
    if is_selected(option):
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, widget)
    elif option.state & State.State_HasFocus:
        painter.setPen(option.palette.color(Role.Highlight))
        painter.drawRect(option.rect.adjusted(0, 0, -1, -1))


def write_text(painter: QPainter, option: QStyleOptionViewItem, column: Column, row: FolderRow, room: QRect) -> None:
    """Write what a column says of a row, on the column's side."""
    text = column.text(row)
    if text:
        painter.setPen(tone(option, quiet=bool(row.unreadable)))
        side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
        elided = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, side | Middle, elided)


def room_of(option: QStyleOptionViewItem) -> QRect:
    """Return where the text of a cell may stand."""
    return option.rect.adjusted(PADDING, 0, -PADDING, 0)


def is_selected(option: QStyleOptionViewItem) -> bool:
    """Return whether the cell is painted on the colour of a selection."""
    return bool(option.state & State.State_Selected)


def tone(option: QStyleOptionViewItem, *, quiet: bool) -> QColor:
    """Return the colour of text in a cell; quiet text on a selection is the same colour, thinned."""
    if not is_selected(option):
        return option.palette.color(Role.PlaceholderText if quiet else Role.Text)
    colour = option.palette.color(Role.HighlightedText)
    colour.setAlpha(QUIET_ALPHA if quiet else 255)
    return colour
