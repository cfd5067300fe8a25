"""The pictures and tables of an evaluation, one tab each; what is clicked becomes a choice of clips."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from desktop_app.annotation.records import BACKGROUND_LABELS
from desktop_app.classifier.measuring.choices import Choice, of_bin, of_class, of_group, of_pair
from desktop_app.classifier.reports.report import Report
from desktop_app.classifier.reports.report_plots import CAPTIONS, PLOTS
from desktop_app.colours import label_colours
from desktop_app.ui.drawing_view import DrawingView
from desktop_app.ui.evaluation.figures import percent
from desktop_app.ui.sorted_table import Cell, SortedTable, TableColumn
from desktop_app.ui.theme import Theme
from desktop_app.ui.widgets import role_label

TABS = {
    "confusion": "Confusion",
    "alluvial": "Flows",
    "reliability": "Reliability",
    "precision_recall": "Precision and recall",
}
"""Pictures by the title of their tab."""
CLASS_COLUMNS = (
    TableColumn("Class"),
    TableColumn("Clips", number=True),
    TableColumn("Precision", number=True, tip="Share of what was taken for the class that is of it"),
    TableColumn("Recall", number=True, tip="Share of the class that was found"),
    TableColumn("F1", number=True, tip="Harmonic mean of the two"),
    TableColumn("Average precision", number=True, tip="How well the class’s score ranks its clips above all others"),
)
GROUP_COLUMNS = (
    TableColumn("Speaker or source"),
    TableColumn("Clips", number=True),
    TableColumn("Judged wrong", number=True),
    TableColumn("Accuracy", number=True),
)
GROUPS_CAPTION = "{groups:,} groups by {grouping}; {perfect:,} of them are judged right in all their clips."
NONE: Cell = ("–", -1.0)


class PlotTabs(QTabWidget):
    """Shows everything that a report draws."""

    chosen = Signal(object)
    """Choice."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: Report | None = None
        self.setDocumentMode(True)
        self.tabBar().setExpanding(False)
        self.tabBar().setDrawBase(False)
        self.views = {name: DrawingView(theme) for name in PLOTS}
        for name, title in TABS.items():
            self.addTab(_page(CAPTIONS[name], self.views[name]), title)
        self.classes = SortedTable("Classes", CLASS_COLUMNS)
        self.addTab(_page(CAPTIONS["classes"], self.classes, scrolls=False), "Classes")
        self.groups = SortedTable("Speakers or sources", GROUP_COLUMNS)
        self._groups_caption = role_label(wrap=True)
        self._groups_page = self._make_groups_page()
        self.addTab(self._groups_page, "Speakers")
        self._connect()

    def show_report(self, report: Report) -> None:
        """Show the pictures and tables of a report."""
        self._report = report
        for name, view in self.views.items():
            view.show_drawing(PLOTS[name](report.table.classes, report.measures))
        colours = label_colours(report.table.classes, BACKGROUND_LABELS)
        self.classes.show_rows(class_rows(report), dict(enumerate(colours.values())))
        self.setTabVisible(self.indexOf(self._groups_page), report.measures.grouped)
        self.groups.show_rows(group_rows(report))
        groups = report.measures.by_group
        perfect = sum(group.accuracy == 1 for group in groups)
        caption = GROUPS_CAPTION.format(groups=len(groups), grouping=report.grouping, perfect=perfect)
        self._groups_caption.setText(caption)

    def _make_groups_page(self) -> QWidget:
        page = QWidget()
        column = _column(page)
        column.addWidget(self._groups_caption)
        column.addWidget(self.views["groups"])
        column.addWidget(self.groups, 1)
        return page

    def _connect(self) -> None:
        for name in ("confusion", "alluvial"):
            self.views[name].chosen.connect(self._choose(lambda report, key: of_pair(report.table, *key)))
        self.views["reliability"].chosen.connect(self._choose(lambda report, key: of_bin(report.table, *key)))
        self.classes.row_met.connect(self._choose(lambda report, place: of_class(report.table, place)))
        self.groups.row_met.connect(self._choose(_group_choice))

    def _choose(self, pick: Callable[[Report, Any], Choice]) -> Callable[[Any], None]:
        """Return a slot that makes a choice of what was clicked."""

        def choose(what: Any) -> None:
            if self._report is not None:
                self.chosen.emit(pick(self._report, what))

        return choose


def class_rows(report: Report) -> Sequence[Sequence[Cell]]:
    """Return the table of classes."""
    averages = {curve.label: curve.average_precision for curve in report.measures.curves}
    return [
        (
            each.label,
            (f"{each.clips:,}", each.clips),
            _share(each.precision) if each.named else NONE,
            _share(each.recall) if each.clips else NONE,
            _share(each.f1) if each.clips else NONE,
            _share(averages[each.label]) if each.label in averages else NONE,
        )
        for each in report.measures.by_class
    ]


def group_rows(report: Report) -> Sequence[Sequence[Cell]]:
    """Return the table of speakers or sources."""
    return [
        (each.name, (f"{each.clips:,}", each.clips), (f"{each.wrong:,}", each.wrong), _share(each.accuracy))
        for each in report.measures.by_group
    ]


def _group_choice(report: Report, place: int) -> Choice:
    return of_group(report.table, report.measures.by_group[place].name)


def _share(share: float) -> Cell:
    return percent(share), share


def _page(caption: str, content: QWidget, *, scrolls: bool = True) -> QWidget:
    """Return a tab: how to read it, and below that the picture, in a part that scrolls, or the table."""
    page = QWidget()
    column = _column(page)
    column.addWidget(role_label(caption, wrap=True))
    if not scrolls:
        column.addWidget(content, 1)
        return page
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(content)
    column.addWidget(area, 1)
    return page


def _column(page: QWidget) -> QVBoxLayout:
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 8, 0, 0)
    column.setSpacing(8)
    return column
