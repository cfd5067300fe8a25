"""How far people are: annotations done and left of each class and status, recordings done and left of each folder."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.annotation.annotations import Status
from desktop_app.annotation.scheme import LabelScheme
from desktop_app.services.label_table import Summary
from desktop_app.ui.labels.annotation_table import STATUS_WORDS
from desktop_app.ui.labels.table_filter import OWN_FOLDER, UNNAMED
from desktop_app.ui.sorted_table import ROW_HEIGHT, Cell, SortedTable, TableColumn

ALL = "All"
LEAST_WIDTH = 192
LEFT_TIP, DONE_TIP = "Drafts, which nobody has judged", "Accepted, rejected or uncertain"


class CountsPanel(QWidget):
    """Three tables; a row shows what it counts and nothing else."""

    label_wanted = Signal(object)
    """Label to show, None for all."""
    status_wanted = Signal(object)
    """Status to show, None for all."""
    folder_wanted = Signal(object)
    """Folder to show, None for all."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = LabelScheme()
        self._summary = Summary({}, (), ())
        self._labels: list[str | None] = []
        self._folders: list[str | None] = []
        self.classes = _table("Classes", "Class", LEFT_TIP, DONE_TIP)
        self.statuses = SortedTable("Statuses", (TableColumn("Status"), TableColumn("Count", number=True)))
        self.folders = _table("Folders", "Folder", "Recordings with a draft", "Recordings without a draft")
        self.setMinimumWidth(LEAST_WIDTH)
        self.classes.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.folders.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self.statuses.setFixedHeight((len(Status) + 2) * ROW_HEIGHT + 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.classes, 3)
        column.addWidget(self.statuses)
        column.addWidget(self.folders, 2)
        self.classes.row_met.connect(lambda place: self.label_wanted.emit(self._labels[place]))
        self.statuses.row_met.connect(lambda place: self.status_wanted.emit(list(Status)[place - 1] if place else None))
        self.folders.row_met.connect(lambda place: self.folder_wanted.emit(self._folders[place]))

    def show_scheme(self, scheme: LabelScheme) -> None:
        """Show classes in their order and colours."""
        self._scheme = scheme
        self._show_classes()

    def show_summary(self, summary: Summary) -> None:
        """Show other counts."""
        self._summary = summary
        self._show_classes()
        self._show_statuses()
        self._show_folders()

    def _show_classes(self) -> None:
        names = list(dict.fromkeys([*self._scheme.names, *self._summary.labels]))
        self._labels = [None, *names]
        rows: list[list[Cell]] = [[ALL, *_left_and_done(_by_status(self._summary))]]
        rows += [[name or UNNAMED, *_left_and_done(self._summary.of_label(name))] for name in names]
        self.classes.show_rows(rows, {place: self._scheme.colour(name) for place, name in enumerate(names, 1)})

    def _show_statuses(self) -> None:
        counts = _by_status(self._summary)
        rows: list[list[Cell]] = [[ALL, _number(self._summary.count)]]
        rows += [[STATUS_WORDS[status].capitalize(), _number(counts[status])] for status in Status]
        self.statuses.show_rows(rows)

    def _show_folders(self) -> None:
        folders = [each for each in self._summary.folders if each.folder]
        self.folders.setVisible(bool(folders))
        self._folders = [None, *(each.folder for each in folders)]
        known = self._summary.folders
        rows: list[list[Cell]] = [[ALL, _number(sum(e.left for e in known)), _number(sum(e.done for e in known))]]
        rows += [[each.folder or OWN_FOLDER, _number(each.left), _number(each.done)] for each in folders]
        self.folders.show_rows(rows)


def _table(name: str, first: str, left_tip: str, done_tip: str) -> SortedTable:
    columns = (
        TableColumn(first),
        TableColumn("Left", number=True, tip=left_tip),
        TableColumn("Done", number=True, tip=done_tip),
    )
    return SortedTable(name, columns)


def _by_status(summary: Summary) -> dict[Status, int]:
    return {status: sum(count for (_, each), count in summary.tallies.items() if each is status) for status in Status}


def _left_and_done(counts: dict[Status, int]) -> tuple[Cell, Cell]:
    left = counts[Status.DRAFT]
    return _number(left), _number(sum(counts.values()) - left)


def _number(count: int) -> Cell:
    return f"{count:,}", float(count)
