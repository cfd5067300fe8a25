"""The clips behind a number: one click plays, Enter or a double click opens the recording."""

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.audio.sources import shown_name
from desktop_app.classifier.measuring.choices import Choice
from desktop_app.classifier.measuring.judging import Unreadable
from desktop_app.classifier.reports.report import Report
from desktop_app.ui.sorted_table import MOST_ROWS, Cell, SortedTable, TableColumn
from desktop_app.ui.widgets import role_label
from desktop_app.words import counted

COLUMNS = (
    TableColumn("Clip"),
    TableColumn("Taken for", tip="The class with the highest score"),
    TableColumn("Score", number=True, tip="The highest score"),
    TableColumn("Is", tip="The class of its folder, or its label in the list"),
    TableColumn("Speaker", tip="Or the source that it was cut from"),
)
CLASS_COLUMNS = (1, 3)
FIRST = "Clips"
TEACHES = "Click a cell, a flow, a bar or a row of a table: the clips behind it are listed here."
HEAR = "A click plays a clip, a double click or Enter opens it."


class ClipList(QWidget):
    """Lists chosen clips of a report."""

    play_wanted = Signal(object, float, float)
    """Path, onset and offset in seconds of what was judged; an infinite offset is the end of the clip."""
    recording_wanted = Signal(object)
    """Path of a clip to open."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clips: list[tuple[Path, float, float]] = []
        self._title = role_label(FIRST, "title")
        self._title.setAccessibleName("Chosen clips")
        self._hint = role_label(TEACHES, "small", wrap=True)
        self.table = SortedTable("Clips", COLUMNS)
        self.table.row_met.connect(lambda place: self.play_wanted.emit(*self._clips[place]))
        self.table.row_entered.connect(lambda place: self.recording_wanted.emit(self._clips[place][0]))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self._title, self._hint):
            column.addWidget(widget)
        column.addWidget(self.table, 1)
        column.addStretch(0)
        self.table.hide()

    @property
    def title(self) -> str:
        """Return the line over the list."""
        return self._title.text()

    def forget(self) -> None:
        """List nothing, and say how clips get here."""
        self._show(FIRST, TEACHES, [], [])
        self._title.setText(FIRST)

    def show_choice(self, report: Report, choice: Choice) -> None:
        """List chosen clips of a report."""
        table = report.table
        rows = choice.rows[:MOST_ROWS]
        clips = [(table.paths[row], *table.span_s(row)) for row in rows]
        more = f" The first {MOST_ROWS:,} are listed." if len(choice.rows) > MOST_ROWS else ""
        title = f"{choice.title}: {counted(len(choice.rows), 'clip')}"
        counts = Counter(table.paths)
        self._show(title, HEAR + more, clips, [_cells(report, row, counts[table.paths[row]] > 1) for row in rows])
        for column in CLASS_COLUMNS:
            self.table.setColumnHidden(column, choice.is_pair)

    def show_unreadable(self, report: Report, unreadable: Sequence[Unreadable]) -> None:
        """List clips that could not be read, with the reason as the tip of the row."""
        clips = [(each.path, 0.0, math.inf) for each in unreadable]
        rows = [(inside(each.path, report.data), each.reason, "", "", "") for each in unreadable]
        title = f"Could not be read: {counted(len(rows), 'clip')}"
        self._show(title, "They are not counted. Enter opens one in the list of recordings.", clips, rows)

    def _show(
        self, title: str, hint: str, clips: list[tuple[Path, float, float]], rows: Sequence[Sequence[Cell]]
    ) -> None:
        self._clips = clips
        self._title.setText(title)
        self._hint.setText(hint)
        self.table.show_rows(rows)
        self.table.setVisible(bool(rows))


def inside(path: Path, folder: Path) -> str:
    """Return a clip's path as it reads below the folder of the evaluation."""
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else shown_name(path)


def _cells(report: Report, row: int, one_of_many: bool) -> tuple[Cell, ...]:
    """Return the cells of a clip; one of many stretches of a recording is named by its time, too."""
    table = report.table
    score = float(table.top_scores[row])
    names = table.classes[table.judged[row]], table.classes[table.targets[row]]
    clip, group = inside(table.paths[row], report.data), table.groups[row]
    shown = f"{clip} at {table.span_s(row)[0]:.2f}\N{NO-BREAK SPACE}s" if one_of_many else clip
    return shown, names[0], (f"{score:.2f}", score), names[1], "" if group == clip else group
