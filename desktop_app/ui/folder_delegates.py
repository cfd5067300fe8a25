"""How two cells of the folder list are painted: a name with its folder in front, a score with a bar under it."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_app.ui.folder_row import FolderRow

ROW_HEIGHT = 26
"""In pixels; the same for every row, so that the view need not ask."""
PADDING = 6
BAR_HEIGHT = 3
BAR_ALPHA = 150
Index = QModelIndex | QPersistentModelIndex
State = QStyle.StateFlag
Role = QPalette.ColorRole


class CellDelegate(QStyledItemDelegate):
    """Paints the background as the style does and the text with a quiet tone where the recording cannot be read."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        self.initStyleOption(option, index)
        text, option.text = option.text, ""
        if is_selected(option):
            option.state &= ~State.State_HasFocus  # the row is marked already, a frame round one cell says nothing
        widget: QWidget | None = option.widget
        style = widget.style() if widget is not None else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        painter.save()
        row: FolderRow = index.data(Qt.ItemDataRole.UserRole)
        cell = option.rect.adjusted(PADDING, 0, -PADDING, 0)
        self.paint_content(painter, option, cell, text, row)
        painter.restore()

    def paint_content(
        self, painter: QPainter, option: QStyleOptionViewItem, cell: QRect, text: str, row: FolderRow
    ) -> None:
        """Write the text of the cell."""
        painter.setPen(tone(option, quiet=bool(row.unreadable)))
        elided = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, cell.width())
        painter.drawText(cell, int(option.displayAlignment), elided)


class NameDelegate(CellDelegate):
    """Writes the folder quietly before the name; where there is little room the folder gives way first."""

    def paint_content(
        self, painter: QPainter, option: QStyleOptionViewItem, cell: QRect, text: str, row: FolderRow
    ) -> None:
        """Write folder and name."""
        folder, slash, name = text.rpartition("/")
        metrics = option.fontMetrics
        room = cell.width() - metrics.horizontalAdvance(name)
        shown = metrics.elidedText(folder + slash, Qt.TextElideMode.ElideLeft, max(room, 0)) if slash else ""
        if len(shown) <= 1:
            shown = ""
        painter.setPen(tone(option, quiet=True))
        painter.drawText(cell, int(option.displayAlignment), shown)
        rest = cell.adjusted(metrics.horizontalAdvance(shown), 0, 0, 0)
        painter.setPen(tone(option, quiet=bool(row.unreadable)))
        elided = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, rest.width())
        painter.drawText(rest, int(option.displayAlignment), elided)


class ScoreDelegate(CellDelegate):
    """Writes the score over a bar as long as it is high."""

    def paint_content(
        self, painter: QPainter, option: QStyleOptionViewItem, cell: QRect, text: str, row: FolderRow
    ) -> None:
        """Write the number and draw the bar."""
        super().paint_content(painter, option, cell.adjusted(0, 0, 0, -BAR_HEIGHT), text, row)
        if row.best is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(cell.left(), cell.bottom() - BAR_HEIGHT - 1, cell.width(), BAR_HEIGHT)
        colour = tone(option, quiet=True) if is_selected(option) else option.palette.color(Role.Highlight)
        for width, alpha in ((track.width(), BAR_ALPHA // 5), (track.width() * min(row.best.score, 1.0), BAR_ALPHA)):
            colour.setAlpha(alpha)
            painter.setBrush(colour)
            painter.drawRoundedRect(QRectF(track.left(), track.top(), width, BAR_HEIGHT), 1.5, 1.5)


def is_selected(option: QStyleOptionViewItem) -> bool:
    """Return whether the cell is painted on the colour of a selection."""
    return bool(option.state & State.State_Selected)


def tone(option: QStyleOptionViewItem, *, quiet: bool) -> QColor:
    """Return the colour of text in a cell; quiet text on a selection is the same colour, thinned."""
    if is_selected(option):
        colour = QColor(option.palette.color(Role.HighlightedText))
        colour.setAlpha(190 if quiet else 255)
        return colour
    return QColor(option.palette.color(Role.PlaceholderText if quiet else Role.Text))
