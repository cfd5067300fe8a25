"""What an evaluation found: figures, what qualifies them, pictures, and the clips behind them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from desktop_app.classifier.measuring.choices import Choice, of_pair
from desktop_app.classifier.reports.report import Report
from desktop_app.classifier.reports.report_plots import CAPTIONS
from desktop_app.ui.evaluation.clip_list import ClipList
from desktop_app.ui.evaluation.figures import Figures, percent
from desktop_app.ui.evaluation.plot_tabs import PlotTabs
from desktop_app.ui.sorted_table import Cell, SortedTable, TableColumn
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets import role_label
from desktop_app.words import counted

PAIR_COLUMNS = (
    TableColumn("Is"),
    TableColumn("Taken for"),
    TableColumn("Clips", number=True),
    TableColumn("Share", number=True, tip="Of all clips of the class"),
)
WIDTHS = [640, 320]
HEIGHTS = [200, 320]


class EvaluationResult(QWidget):
    """Shows one report."""

    save_wanted = Signal(object)
    """Folder in which the report is to be saved."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.report: Report | None = None
        """What is shown."""
        self._about = role_label(role="title", wrap=True)
        self._about.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._leak = role_label(role="warning", wrap=True)
        self._notes = role_label(role="small", wrap=True)
        self._save = QPushButton("Save report…")
        self._save.setToolTip("Save page, pictures (PNG), table (CSV) and JSON in a new folder")
        self._unreadable = QPushButton()
        self._unreadable.setToolTip("List them with the reasons")
        self.figures = Figures()
        self.plots = PlotTabs(theme)
        self.pairs = SortedTable("Most confused", PAIR_COLUMNS, stretch=1)
        self._all_right = role_label("Every clip was judged right.", "small")
        self.clips = ClipList()
        self._lay_out()
        self._connect()

    def show_report(self, report: Report) -> None:
        """Show everything that a report has."""
        self.report = report
        clips = counted(report.measures.clips, "clip")
        self._about.setText(f"{report.card.name} on {clips} in {report.data}, {_when(report.created)}")
        self._leak.setText(report.overlap.sentence() if report.overlap.leaks else "")
        self._leak.setVisible(report.overlap.leaks)
        notes = [*report.notes, *(() if report.overlap.leaks else (report.overlap.sentence(),))]
        self._notes.setText(" ".join(notes))
        self._notes.setVisible(bool(notes))
        self._unreadable.setText(f"{counted(len(report.unreadable), 'clip')} could not be read…")
        self._unreadable.setVisible(bool(report.unreadable))
        self.figures.show_report(report)
        self.plots.show_report(report)
        self.pairs.show_rows(pair_rows(report))
        self.pairs.setVisible(bool(report.measures.pairs))
        self._all_right.setVisible(not report.measures.pairs)
        self.clips.forget()

    def ask_where_to_save(self) -> None:
        """Ask for a folder, and want the report saved there."""
        chosen = QFileDialog.getExistingDirectory(self, "Save the report in a new folder inside", str(Path.home()))
        if chosen:
            self.save_wanted.emit(Path(chosen))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._about, 1)
        head.addWidget(self._unreadable, alignment=Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._save, alignment=Qt.AlignmentFlag.AlignTop)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.plots)
        parts.addWidget(self._make_side())
        parts.setStretchFactor(0, 2)
        parts.setStretchFactor(1, 1)
        parts.setSizes(WIDTHS)
        parts.setHandleWidth(16)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.figures)
        column.addWidget(self._leak)
        column.addWidget(self._notes)
        column.addWidget(parts, 1)

    def _make_side(self) -> QWidget:
        most = QWidget()
        column = QVBoxLayout(most)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(4)
        title = role_label("Most confused", "title")
        title.setToolTip(CAPTIONS["pairs"])
        column.addWidget(title)
        column.addWidget(self._all_right)
        column.addWidget(self.pairs, 1)
        column.addStretch(0)
        side = QSplitter(Qt.Orientation.Vertical)
        side.setChildrenCollapsible(False)
        side.addWidget(most)
        side.addWidget(self.clips)
        side.setSizes(HEIGHTS)
        side.setHandleWidth(16)
        return side

    def _connect(self) -> None:
        self._save.clicked.connect(self.ask_where_to_save)
        self._unreadable.clicked.connect(self._list_unreadable)
        self.plots.chosen.connect(self._show_choice)
        self.pairs.row_met.connect(self._show_pair)

    def _show_choice(self, choice: Choice) -> None:
        if self.report is not None:
            self.clips.show_choice(self.report, choice)

    def _show_pair(self, place: int) -> None:
        if self.report is not None:
            pair, classes = self.report.measures.pairs[place], self.report.table.classes
            self._show_choice(of_pair(self.report.table, classes.index(pair.target), classes.index(pair.judged)))

    def _list_unreadable(self) -> None:
        if self.report is not None:
            self.clips.show_unreadable(self.report, self.report.unreadable)


def pair_rows(report: Report) -> Sequence[Sequence[Cell]]:
    """Return the table of confused pairs."""
    return [
        (pair.target, pair.judged, (f"{len(pair.rows):,}", len(pair.rows)), (percent(pair.share), pair.share))
        for pair in report.measures.pairs
    ]


def _when(created: str) -> str:
    """Return a moment as people write it."""
    return datetime.fromisoformat(created).strftime("%Y-%m-%d %H:%M")
