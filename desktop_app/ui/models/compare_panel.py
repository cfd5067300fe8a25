"""Two models on the same clips: which is better, and whether the clips are enough to tell."""

from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.classifier.card import ModelEntry
from desktop_app.classifier.measuring.comparison import ModelComparison
from desktop_app.classifier.measuring.trial import TrialConfig
from desktop_app.services.evaluating import Compared, Evaluating
from desktop_app.services.jobs import Job
from desktop_app.services.models import ModelShelf
from desktop_app.ui.evaluation.figures import percent
from desktop_app.ui.evaluation.form import EvaluationForm
from desktop_app.ui.job_row import JobRow
from desktop_app.ui.sorted_table import Cell, SortedTable, TableColumn
from desktop_app.ui.widgets import role_label, set_role

TEACHES = "Choose another model, and clips whose class is known: both models judge them, and you see which is better."

WIDEST = 640
"""In pixels; numbers far from their names are hard to read."""


class ComparePanel(QWidget):
    """Compares the model that is shown with another one."""

    def __init__(self, evaluating: Evaluating, shelf: ModelShelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluating = evaluating
        self._entry: ModelEntry | None = None
        self.form = EvaluationForm(shelf, "With", "Compare")
        self.progress = JobRow()
        self.outcome = role_label(TEACHES, wrap=True)
        self.table = SortedTable("Comparison", (TableColumn(""), TableColumn("A", True), TableColumn("B", True)))
        self.table.setMaximumWidth(WIDEST)
        self._notes = role_label(role="small", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(8)
        for widget in (self.form, self.progress, self.outcome):
            column.addWidget(widget)
        column.addWidget(self.table, 1)
        column.addWidget(self._notes)
        column.addStretch(0)
        self._forget()
        self.form.wanted.connect(self.compare)

    @property
    def job(self) -> Job | None:
        """Return the comparison that runs."""
        return self.progress.job

    def show_model(self, entry: ModelEntry) -> None:
        """Compare this model from now on; what was found of another one goes."""
        if self._entry is None or entry.path != self._entry.path:
            self._entry = entry
            self.progress.cancel()
            self._forget()

    def offer_folder(self, folder: Path | None) -> None:
        """Offer a folder, the open one, where nothing was chosen yet."""
        if folder is not None and not self.form.data.text():
            self.form.choose_data(folder)

    def compare(self, other: ModelEntry, config: TrialConfig) -> None:
        """Let both models judge clips."""
        if self._entry is None:
            return
        job = self._evaluating.compare(self._entry, other, config)
        job.finished.connect(self._show)
        job.done.connect(lambda: self.form.set_running(False))
        self.progress.follow(job)
        self.form.set_running(True)

    def _show(self, compared: Compared) -> None:
        found = compared.comparison
        self._set_outcome(found.sentence(), "title")
        self.table.show_titles(("", *found.names))
        self.table.show_rows(comparison_rows(found))
        self.table.show()
        self._notes.setText("\n".join(compared.notes))
        self._notes.setVisible(bool(compared.notes))

    def _forget(self) -> None:
        self._set_outcome(TEACHES, "secondary")
        self.table.hide()
        self._notes.hide()

    def _set_outcome(self, text: str, role: str) -> None:
        self.outcome.setText(text)
        set_role(self.outcome, role)


def comparison_rows(found: ModelComparison) -> list[tuple[Cell, Cell, Cell]]:
    """Return the measures of both models, and what each of them alone judged right."""
    one, other = found.measures
    counts = found.comparison
    rights = (counts.both_right + counts.only_first, counts.both_right + counts.only_second)
    rows = {
        "Accuracy": (percent(one.accuracy), percent(other.accuracy)),
        "Macro F1": (percent(one.macro_f1), percent(other.macro_f1)),
        "Loss": (f"{one.loss:.3f}", f"{other.loss:.3f}"),
        "Calibration error": (percent(one.calibration_error), percent(other.calibration_error)),
        f"Right, of {one.clips:,} clips": (f"{rights[0]:,}", f"{rights[1]:,}"),
        "Only this one right": (f"{counts.only_first:,}", f"{counts.only_second:,}"),
    }
    return [(name, *values) for name, values in rows.items()]
