"""What is learnt from: where the clips are, how many there are of each class, and what is wrong with them."""

import math
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from desktop_app.classifier.data.manifest import SUFFIXES
from desktop_app.classifier.data.splits import SIDES
from desktop_app.errors import UserError
from desktop_app.services.jobs import Job, JobRunner, Progress
from desktop_app.services.training_survey import Survey, survey
from desktop_app.ui.job_strip import progress_words
from desktop_app.ui.theme import Theme
from desktop_app.ui.training.class_bars import ROW_HEIGHT, ClassBars, Legend
from desktop_app.ui.training.editor import ConfigEditor
from desktop_app.ui.training.fields import form_of
from desktop_app.ui.training.parts import Card, Fold, push_button
from desktop_app.ui.training.specs import DIVIDING
from desktop_app.ui.widgets import role_label
from desktop_app.ui.wording import duration_words, in_tip, rate_words
from desktop_app.words import counted

SETTLE_MS = 250
"""A survey waits so long after a change of the division for the next one."""
MOST_ROWS_SHOWN = 12
MOST_LISTED = 500
EMPTY = (
    "A network learns from the labels that you made or accepted in a folder of recordings, or from short recordings in "
    "one folder for each class:\n\n"
    "    birds/owl/tape 1.wav\n    birds/owl/tape 2.flac\n    birds/wren/garden.mp3\n"
    "    birds/_background_noise_/wind.wav\n\n"
    "Or from a list (CSV, JSON) with the columns path and label, and if need be group and split. Some dozens of clips "
    "a class are a start, by several speakers or from several places."
)


class DataCard(Card):
    """Chooses a source and shows its survey; a survey runs whenever the source or its division changes."""

    surveyed = Signal(object)
    """Survey, or None while there is none."""

    def __init__(self, editor: ConfigEditor, runner: JobRunner, theme: Theme) -> None:
        super().__init__("Data")
        self._editor, self._runner = editor, runner
        self._offered: Path | None = None
        self._job: Job | None = None
        self._grouping_chosen = False
        self._source_before = ""
        self.survey: Survey | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLE_MS)
        self._timer.timeout.connect(self._look)
        self.bars, self.legend = ClassBars(theme), Legend(theme)
        self._lay_out()
        self._show_survey(None)
        editor.changed.connect(self._follow)

    def offer_folder(self, path: Path | None) -> None:
        """Offer the folder that is open in the window; None for none."""
        self._offered = path
        self._take_open.setVisible(path is not None)
        if path is not None:
            self._take_open.setToolTip(in_tip(f"Learn from the labels, or the class folders, in {path}"))

    def choose(self, path: Path) -> None:
        """Learn from a folder with labels or class folders, or from a list of clips; look again where it is chosen."""
        self._grouping_chosen = False
        if str(path.absolute()) == self._editor.value("data.source"):
            self._look(again=True)
        self._editor.put("data.source", str(path.absolute()))

    def look_for_labels(self) -> None:
        """Look again whether somebody labelled more of the recordings meanwhile."""
        if self._editor.value("data.source") and (self.survey is None or self.survey.from_labels):
            self._look(again=True)

    def close_card(self) -> None:
        """Ask for nothing more."""
        self._timer.stop()

    def _lay_out(self) -> None:
        self._take_open = push_button("Use open folder", "")
        self._take_open.clicked.connect(self._take_offered)
        folder = push_button("Folder…", "Choose a folder that has labels, or one folder for each class")
        folder.clicked.connect(self._ask_for_folder)
        manifest = push_button("List…", "Choose a CSV or JSON file that names the clips and their labels")
        manifest.clicked.connect(self._ask_for_list)
        for button in (self._take_open, folder, manifest):
            self.head.addWidget(button)
        self._take_open.hide()
        self._place = role_label(role="small", wrap=True)
        self._place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._words = role_label(role="plain", wrap=True)
        self._problem = role_label(role="error", wrap=True)
        self._notes = role_label(role="small", wrap=True)
        self._empty = role_label(EMPTY, wrap=True)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidget(self.bars)
        for ground in (self._scroll.viewport(), self.bars):
            ground.setAutoFillBackground(False)  # the card shows through
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._unreadable = QPlainTextEdit()
        self._unreadable.setReadOnly(True)
        self._unreadable.setFixedHeight(96)
        self._unreadable.setAccessibleName("Files that cannot be used")
        self._unreadable_fold = Fold("Files left out", _column(self._unreadable))
        self.division = Fold("Division", form_of(self._editor, DIVIDING), "How the clips are shared out")
        self._fit = push_button("", "Take sample rate and window over into the recipe")
        self._fit.setProperty("role", "link")
        self._fit.clicked.connect(self._fit_sound)
        fit_row = QHBoxLayout()
        fit_row.addWidget(self._fit)
        fit_row.addStretch(1)
        above: tuple[QWidget, ...] = (self._place, self._empty, self._words, self._problem, self._scroll, self.legend)
        below: tuple[QWidget, ...] = (self._notes, self._unreadable_fold, self.division)
        for widget in above:
            self.body.addWidget(widget)
        self.body.addLayout(fit_row)
        for widget in below:
            self.body.addWidget(widget)
        self.body.addStretch(1)

    def _take_offered(self) -> None:
        if self._offered is not None:
            self.choose(self._offered)

    def _ask_for_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(
            self, "Choose a folder with labels or class folders", self._start_folder()
        )
        if chosen:
            self.choose(Path(chosen))

    def _ask_for_list(self) -> None:
        kinds = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Choose a list of clips", self._start_folder(), f"Lists of clips ({kinds})"
        )
        if chosen:
            self.choose(Path(chosen))

    def _start_folder(self) -> str:
        return self._editor.value("data.source") or str(self._offered or Path.home())

    def _follow(self, key: str) -> None:
        if key == "data.group_by":
            self._grouping_chosen = True
        if not key or key.startswith("data."):
            self._timer.start(0 if self._editor.value("data.source") != self._source_before else SETTLE_MS)

    def _look(self, *, again: bool = False) -> None:
        """Survey what is chosen, `again` also where nothing else is wanted; the newest wish wins."""
        self._source_before = self._editor.value("data.source")
        if not self._source_before:
            self._show_survey(None)
            return
        try:
            data = self._editor.config().data
        except UserError as problem:
            self._show_failure(str(problem))
            return
        if self.survey is not None and self.survey.data == data and not again:
            return
        job = self._runner.start(survey, data, title="Looking through the clips", newest="survey")
        self._job = job
        self._place.setText(data.source)
        self._empty.hide()
        job.progressed.connect(self._show_progress)
        job.finished.connect(self._arrived)
        job.failed.connect(self._show_failure)

    def _show_progress(self, progress: Progress) -> None:
        if self.survey is None:
            self._words.setText(f"Looking through the clips: {progress_words(progress)}")
            self._words.show()

    def _arrived(self, found: Survey) -> None:
        if found.better_group_by and not self._grouping_chosen:
            self._editor.put("data.group_by", found.better_group_by)
            self._grouping_chosen = False
        self._show_survey(found)

    def _show_failure(self, sentence: str) -> None:
        self._show_survey(None)
        self._problem.setText(sentence)
        self._problem.show()

    def _show_survey(self, found: Survey | None) -> None:
        self.survey = found
        is_there = found is not None
        self._empty.setVisible(not self._editor.value("data.source"))
        with_survey: tuple[QWidget, ...] = (self._words, self._scroll, self.legend, self.division)
        for widget in with_survey:
            widget.setVisible(is_there)
        self._place.setText(self._editor.value("data.source") or "")
        self._place.setVisible(bool(self._place.text()))
        sometimes: tuple[QWidget, ...] = (self._fit, self._notes, self._problem, self._unreadable_fold)
        for widget in sometimes:
            widget.hide()
        if found is not None:
            self._fill(found)
        self.surveyed.emit(found)

    def _fill(self, found: Survey) -> None:
        self._words.setText(
            ("Accepted labels: " if found.from_labels else "")
            + f"{counted(len(found.classes), 'class', 'classes')}, {counted(found.clips, 'clip')}, "
            f"{counted(found.groups, 'speaker or source', 'speakers or sources')}"
            + (f", {counted(found.backgrounds, 'background')}" if found.backgrounds else "")
        )
        self.bars.show_classes(found.classes)
        self._scroll.setFixedHeight(min(len(found.classes), MOST_ROWS_SHOWN) * ROW_HEIGHT)
        self.legend.show_counts(tuple(found.side(side) for side in SIDES))
        self._problem.setText(found.problem)
        self._problem.setVisible(bool(found.problem))
        self._notes.setText("\n".join(found.notes))
        self._notes.setVisible(bool(found.notes))
        left_out = [f"{skip.path.name}: {skip.reason}" for skip in found.unreadable[:MOST_LISTED]]
        self._unreadable.setPlainText("\n".join(left_out))
        self._unreadable_fold.set_name(f"{counted(len(found.unreadable), 'file')} left out")
        self._unreadable_fold.setVisible(bool(found.unreadable))
        self._show_fit(found)

    def _show_fit(self, found: Survey) -> None:
        """Offer the rate and length of the clips where the recipe hears something else."""
        rate_hz, window_s = self._editor.value("sound.sample_rate_hz"), self._editor.value("sound.window_s")
        fits = found.sample_rate_hz == rate_hz and 0.5 * window_s <= found.duration_s <= 1.5 * window_s
        self._fit.setVisible(bool(found.sample_rate_hz and found.duration_s) and not fits)
        self._fit.setText(
            f"Hear the clips as they are: {duration_words(found.duration_s)} at {rate_words(found.sample_rate_hz)}"
        )

    def _fit_sound(self) -> None:
        if self.survey is not None:
            self._editor.put("sound.sample_rate_hz", self.survey.sample_rate_hz)
            self._editor.put("sound.window_s", window_for(self.survey.duration_s))
            self._show_fit(self.survey)


def window_for(duration_s: float) -> float:
    """Return a window for clips of a length: the next number of two digits, so that a clip fits in whole."""
    digit: float = 10.0 ** (math.floor(math.log10(duration_s)) - 1)
    return round(math.ceil(duration_s / digit - 0.01) * digit, 6)


def _column(widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.addWidget(widget)
    return column
