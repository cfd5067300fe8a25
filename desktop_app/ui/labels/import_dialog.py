"""Import with a preview: what the files say, which recordings it belongs to, what each label becomes."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.annotation.scheme import LabelScheme
from desktop_app.audio.formats import is_audio_name
from desktop_app.audio.sources import shown_name
from desktop_app.interchange.into_project import ImportPlan
from desktop_app.interchange.labels import Options
from desktop_app.interchange.losses import counted_text
from desktop_app.interchange.registry import ENDINGS, formats_by_title
from desktop_app.services.label_files import LabelFiles, Preview, PreviewRow
from desktop_app.ui.job_row import JobDialog
from desktop_app.ui.labels.annotation_table import STATUS_WORDS
from desktop_app.ui.sorted_table import LEFT, RIGHT, Cell, SortedTable, TableColumn
from desktop_app.ui.ticks import seconds_words
from desktop_app.ui.widgets import resize_on_screen, role_label
from desktop_app.ui.wording import clock
from desktop_app.words import counted

SIZE = (720, 560)
NOT_HERE = "cannot be placed"
COLUMN_HELP = "Column of the labels in a Raven table, where its own name does not tell"


def file_kinds() -> str:
    """Return what a file dialog offers: label files, without recordings, though WAV may hold some; or everything."""
    patterns = " ".join(f"*{ending}" for ending in sorted(ENDINGS) if not is_audio_name(f"x{ending}"))
    return f"Label files ({patterns});;All files (*)"


class ImportDialog(JobDialog):
    """Shows what an import would bring, and carries it out. Not modal."""

    imported = Signal(str)
    """What came of it, as a sentence or two."""

    def __init__(
        self, files: LabelFiles, paths: Sequence[Path], scheme: LabelScheme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._files = files
        self._paths = tuple(paths)
        self._preview: Preview | None = None
        self.setWindowTitle("Import labels")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        resize_on_screen(self, *SIZE)
        self.format = QComboBox()
        self.format.addItem("Told by the files", None)
        for known in formats_by_title():
            self.format.addItem(known.title, known)
        self.format.setAccessibleName("Format")
        self.format.setToolTip("How the files are read")
        self.column = QLineEdit()
        self.column.setPlaceholderText("found by name")
        self.column.setAccessibleName("Label column")
        self.column.setToolTip(COLUMN_HELP)
        self._summary = role_label(role="", wrap=True)
        self.rows = SortedTable("Annotations in the files", ROW_COLUMNS, stretch=1)
        self.mapping = MappingTable(scheme)
        self.problems = QPlainTextEdit()
        self.problems.setReadOnly(True)
        self.problems.setTabChangesFocus(True)
        self.problems.setAccessibleName("Problems")
        self.take = QPushButton("Import")
        self._lay_out()
        self.format.currentIndexChanged.connect(lambda _: self.read())
        self.column.editingFinished.connect(self._column_entered)
        self.mapping.itemChanged.connect(lambda _: self._show_wanted())
        self.take.clicked.connect(self._import)
        self._read_column = ""
        self.read()

    @property
    def summary(self) -> str:
        """Return what is said over the rows."""
        return self._summary.text()

    def read(self) -> None:
        """Read the files, now or anew."""
        self.take.setEnabled(False)
        self._read_column = self.column.text().strip()
        job = self._files.preview(self._paths, self.format.currentData(), Options(self._read_column))
        if job is not None:
            self.progress.follow(job)
            job.finished.connect(self._show)

    def _column_entered(self) -> None:
        if self.column.text().strip() != self._read_column:
            self.read()

    def _show(self, preview: Preview) -> None:
        self._preview = preview
        self.rows.show_rows([_cells(row) for row in preview.rows])
        self.mapping.show_labels(preview.labels)
        told = [*preview.unplaced, *preview.problems]
        told += [f"Left out on purpose: {count:,} {what}." for what, count in preview.skipped.items()]
        self.problems.setPlainText("\n".join(told))
        self._tabs.setTabText(2, f"Problems ({len(told):,})" if told else "No problems")
        self._tabs.setTabText(1, f"Labels ({len(preview.labels):,})")
        self._tabs.setCurrentIndex(0 if preview.rows or not told else 2)
        self._show_wanted()

    def _show_wanted(self) -> None:
        preview = self._preview
        if preview is None:
            return
        lines = [f"{', '.join(preview.formats) or 'Nothing that can be read'}: {counted_text(preview.count)}"]
        if preview.unplaced:
            missing = counted(len(preview.unplaced), "recording")
            lines.append(f"{_stay_out(preview.count - preview.placed)}: {missing} cannot be placed in this folder")
        left_out = sum(preview.labels[label] for label, new in self.mapping.mapping().items() if new is None)
        if left_out:
            lines.append(f"{_stay_out(left_out)} by their label")
        self._summary.setText("; ".join(lines) + ".")
        self.take.setEnabled(preview.placed > 0 and left_out < preview.count)

    def _import(self) -> None:
        if self._preview is None:
            return
        job = self._files.take(self._preview, self.mapping.mapping())
        if job is not None:
            self.take.setEnabled(False)
            self.progress.follow(job)
            job.finished.connect(self._imported)
            job.cancelled.connect(self._show_wanted)
            job.failed.connect(lambda _: self._show_wanted())

    def _imported(self, plan: ImportPlan) -> None:
        told = (*self._preview.problems, *self._preview.unplaced) if self._preview is not None else ()
        news = [problem for problem in plan.problems if problem not in told]
        more = f" And {len(news) - 1:,} more like it." if len(news) > 1 else ""
        self.imported.emit(f"{plan.words}. {news[0]}{more}" if news else f"{plan.words}.")
        self.accept()

    def _lay_out(self) -> None:
        names = ", ".join(shown_name(path) for path in self._paths[:3])
        more = f" and {len(self._paths) - 3:,} more" if len(self._paths) > 3 else ""
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(role_label(f"{names}{more}", "title"), 1)
        for words, widget in (("Format", self.format), ("Label column", self.column)):
            head.addWidget(role_label(words))
            head.addWidget(widget)
        self._tabs = QTabWidget()
        self._tabs.addTab(self.rows, "Rows")
        self._tabs.addTab(self.mapping, "Labels")
        self._tabs.addTab(self.problems, "Problems")
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self.take.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.take)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._summary)
        column.addWidget(self._tabs, 1)
        column.addWidget(self.progress)
        column.addLayout(buttons)


class MappingTable(QTableWidget):
    """The labels of the files, and what each becomes: another name, or nothing where its box is not ticked."""

    def __init__(self, scheme: LabelScheme, parent: QWidget | None = None) -> None:
        super().__init__(0, 3, parent)
        self._known = {name.casefold(): name for name in scheme.names}
        titles = (("In the files", LEFT), ("Count", RIGHT), ("Becomes (double-click to change)", LEFT))
        for column, (title, side) in enumerate(titles):
            item = QTableWidgetItem(title)
            item.setTextAlignment(side)
            self.setHorizontalHeaderItem(column, item)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Labels and what they become")
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def show_labels(self, labels: Mapping[str, int]) -> None:
        """Show labels with their counts; one that differs from a class in its case alone becomes that class."""
        self.blockSignals(True)
        self.setRowCount(len(labels))
        for row, (label, count) in enumerate(labels.items()):
            name, number = QTableWidgetItem(label), QTableWidgetItem(f"{count:,}")
            name.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            name.setCheckState(Qt.CheckState.Checked)
            number.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            number.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            for column, item in enumerate((name, number, QTableWidgetItem(self._known.get(label.casefold(), label)))):
                self.setItem(row, column, item)
        self.blockSignals(False)

    def mapping(self) -> dict[str, str | None]:
        """Return what each label becomes; None: it stays out."""
        found: dict[str, str | None] = {}
        for row in range(self.rowCount()):
            name, new = self.item(row, 0), self.item(row, 2)
            if name is not None and new is not None:
                found[name.text()] = new.text().strip() if name.checkState() == Qt.CheckState.Checked else None
        return found


ROW_COLUMNS = (
    TableColumn("Label"),
    TableColumn("Recording"),
    TableColumn("Onset", number=True),
    TableColumn("Duration", number=True),
    TableColumn("Status"),
    TableColumn("Score", number=True),
)


def _cells(row: PreviewRow) -> list[Cell]:
    it = row.annotation
    place = row.place if row.place is not None else f"{shown_name(row.written)} ({NOT_HERE})"
    return [
        it.label or "?",
        place,
        ("whole", -1.0) if it.onset_s is None else (clock(it.onset_s), it.onset_s),
        ("", -1.0) if it.duration_s is None else (seconds_words(it.duration_s), it.duration_s),
        STATUS_WORDS[it.status],
        ("", -1.0) if it.score is None else (f"{it.score:.2f}", it.score),
    ]


def _stay_out(count: int) -> str:
    return f"{count:,} {'stays' if count == 1 else 'stay'} out"
