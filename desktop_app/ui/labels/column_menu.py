"""The menu that shows and hides the columns of the table of annotations; it stays open, as people choose several."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.ui.labels.table_columns import COLUMNS, LABEL, MEASURED

MEASURED_TITLE = "Measured from the sound"


class ColumnMenu(QMenu):
    """Lists the columns by their titles, those that are measured below a title of their own."""

    def __init__(
        self, is_shown: Callable[[int], bool], show_column: Callable[[int, bool], object], parent: QWidget | None = None
    ) -> None:
        """`is_shown` and `show_column` take the number of a column."""
        super().__init__("Columns", parent)
        self.setToolTipsVisible(True)
        for number, column in enumerate(COLUMNS):
            if column.name == MEASURED[0]:
                self.addSeparator()
                self.addAction(MEASURED_TITLE).setEnabled(False)
            if column.name != LABEL:
                action = self.addAction(column.title)
                action.setCheckable(True)
                action.setToolTip(column.tip)
                action.setChecked(is_shown(number))
                action.toggled.connect(lambda on, number=number: show_column(number, on))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let a click on a column leave the menu open."""
        if not self._toggle(self.actionAt(event.position().toPoint())):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Space leave the menu open; Enter closes it, as in any menu."""
        if event.key() != Qt.Key.Key_Space or not self._toggle(self.activeAction()):
            super().keyPressEvent(event)

    @staticmethod
    def _toggle(action: QAction | None) -> bool:
        if action is None or not action.isCheckable():
            return False
        action.toggle()
        return True
