"""Earlier runs: what was learnt, how far it came, how good it is; looked at, gone on with, used."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHeaderView, QTableView, QVBoxLayout, QWidget

from desktop_app.services.jobs import JobRunner
from desktop_app.services.training_runs import RunRecord, list_runs, runs_dir
from desktop_app.ui.training.parts import Card, push_button
from desktop_app.ui.widgets import make_rows, role_label
from desktop_app.ui.wording import in_tip

COLUMNS = ("Model", "Data", "Begun", "Rounds", "Right", "State")
NUMBER_COLUMNS = (3, 4)
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
EMPTY = "No runs yet. Every training is kept here with its settings, its curves and its best round."


class RunsList(QWidget):
    """A table of the runs in the person's folder."""

    show_wanted = Signal(object)
    """RunRecord that shall be looked at."""
    resume_wanted = Signal(object)
    """Path of a run's folder."""
    folder_wanted = Signal(object)
    """Path of a folder."""
    delete_wanted = Signal(object)
    """Path of a run's folder."""

    def __init__(self, runner: JobRunner) -> None:
        super().__init__()
        self._runner = runner
        self._records: list[RunRecord] = []
        self._is_free = True
        self._model = QStandardItemModel(0, len(COLUMNS), self)
        self.table = self._make_table()
        self._lay_out()
        self._show([])

    @property
    def records(self) -> list[RunRecord]:
        """Return what is listed, newest first."""
        return self._records

    def refresh(self) -> None:
        """Read the folder of runs anew."""
        job = self._runner.start(list_runs, runs_dir(), newest="runs")
        job.finished.connect(self._show)

    def set_free(self, is_free: bool) -> None:
        """Say whether a run could be gone on with now: one training at a time."""
        self._is_free = is_free
        self._show_choice()

    def _lay_out(self) -> None:
        card = Card("Earlier runs")
        self.look = push_button("Look at it", "Show its curves and its result")
        self.resume = push_button("Resume", "Go on after its last round")
        self.folder = push_button("Folder", "Show the run’s folder: settings, log, curves and checkpoints")
        self.delete = push_button("Delete", "Delete the run with its model and checkpoints; it can be undone (Del)")
        for button in (self.delete, self.folder, self.resume, self.look):
            card.head.addWidget(button)
        self._empty = role_label(EMPTY, wrap=True)
        card.body.addWidget(self._empty)
        card.body.addWidget(self.table, 1)
        card.body.addStretch(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 16, 0, 0)
        column.addWidget(card)
        self.look.clicked.connect(self._look)
        self.resume.clicked.connect(self._resume)
        self.folder.clicked.connect(self._folder)
        self.delete.clicked.connect(self._delete)
        key = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.table)
        key.setContext(Qt.ShortcutContext.WidgetShortcut)
        key.activated.connect(self._delete)

    def _make_table(self) -> QTableView:
        table = QTableView()
        self._model.setHorizontalHeaderLabels(COLUMNS)
        for column in NUMBER_COLUMNS:
            self._model.setHeaderData(column, Qt.Orientation.Horizontal, RIGHT, Qt.ItemDataRole.TextAlignmentRole)
        table.setModel(self._model)
        table.setAccessibleName("Earlier runs")
        make_rows(table, 28)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setDefaultAlignment(LEFT)
        table.selectionModel().currentRowChanged.connect(lambda _now, _before: self._show_choice())
        table.activated.connect(lambda _: self._look())
        return table

    def _show(self, records: list[RunRecord]) -> None:
        chosen = self._chosen
        self._records = records
        self._model.setRowCount(0)
        for record in records:
            self._model.appendRow([_cell(text, place) for place, text in enumerate(row_of(record))])
        self._empty.setVisible(not records)
        self.table.setVisible(bool(records))
        paths = [record.path for record in records]
        if records:
            self.table.selectRow(paths.index(chosen.path) if chosen is not None and chosen.path in paths else 0)
        self._show_choice()

    @property
    def _chosen(self) -> RunRecord | None:
        row = self.table.currentIndex().row()
        return self._records[row] if 0 <= row < len(self._records) else None

    def _show_choice(self) -> None:
        chosen = self._chosen
        self.look.setEnabled(chosen is not None and self._is_free)
        self.folder.setEnabled(chosen is not None)
        self.resume.setEnabled(chosen is not None and chosen.resumable and self._is_free)
        self.delete.setEnabled(chosen is not None and self._is_free)

    def _look(self) -> None:
        if self._chosen is not None and self._is_free:
            self.show_wanted.emit(self._chosen)

    def _resume(self) -> None:
        if self._chosen is not None:
            self.resume_wanted.emit(self._chosen.path)

    def _delete(self) -> None:
        if self._chosen is not None and self._is_free:
            self.table.setFocus()  # the button goes grey with the last run, and would hand the keys to a stranger
            self.delete_wanted.emit(self._chosen.path)

    def _folder(self) -> None:
        if self._chosen is not None:
            self.folder_wanted.emit(self._chosen.path)


def row_of(record: RunRecord) -> tuple[str, ...]:
    """Return the cells of a run."""
    if record.outcome is not None:
        state = "stopped" if record.outcome.stopped else "done"
    else:
        state = "broken off" if record.rounds else "not begun"
    return (
        record.config.name,
        Path(record.config.data.source).name,
        f"{record.began:%Y-%m-%d %H:%M}",
        f"{len(record.rounds)} of {record.config.training.epochs}",
        "" if record.accuracy is None else f"{record.accuracy:.1%}",
        state,
    )


def _cell(text: str, column: int) -> QStandardItem:
    item = QStandardItem(text)
    item.setTextAlignment(RIGHT if column in NUMBER_COLUMNS else LEFT)
    item.setToolTip(in_tip(text))
    return item
