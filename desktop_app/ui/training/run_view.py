"""A training as it goes on: start and stop, where it stands, curves of loss and accuracy, and what came of it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from desktop_app.classifier.training_reports import EpochReport
from desktop_app.services.training import Begun, NetworkTraining, Standing
from desktop_app.services.training_errand import Failure
from desktop_app.services.training_runs import RunOutcome, RunRecord
from desktop_app.ui.job_strip import waiting_words
from desktop_app.ui.theme import Theme
from desktop_app.ui.training.curve_plot import Axes, Curve, CurvePlot, round_top
from desktop_app.ui.training.parts import Card, push_button
from desktop_app.ui.widgets import role_label, set_role, swap
from desktop_app.words import counted

LEARNT, HELD_BACK = "trained on", "held back"
MOST_NOTES = 4
IDLE = "Choose data on the left, then train. Everything stays on this computer."
USE_TIP = "Put it among your models and judge with it"
SETTLING_TIP = "One moment: the model is being compiled, so that it opens and judges faster"
SIDES = {"train": "to learn from", "validation": "to choose by", "test": "to measure on"}


class RunView(QWidget):
    """Follows one NetworkTraining, and shows runs of the past."""

    train_wanted = Signal()
    anyway_wanted = Signal()
    """Train although the split leaks."""
    model_wanted = Signal(object)
    """Path of a model file that shall judge from now on."""
    report_wanted = Signal(object)
    """Path of a page."""
    folder_wanted = Signal(object)
    """Path of a run's folder."""
    resume_wanted = Signal(object)
    """Path of a run's folder."""

    def __init__(self, training: NetworkTraining, theme: Theme) -> None:
        super().__init__()
        self._training = training
        self._rounds: list[EpochReport] = []
        self._epochs = 1
        self._notes: list[str] = []
        self._outcome: RunOutcome | None = None
        self._run: Path | None = None
        self.loss, self.accuracy = CurvePlot("Loss", theme), CurvePlot("Accuracy", theme)
        self.loss.hint = self.accuracy.hint = "One point a round"
        self._lay_out()
        self.show_ready(False, "")
        self._show_curves()
        training.phase_changed.connect(self._show_phase)
        training.reading.connect(self._show_reading)
        training.noted.connect(self._note)
        training.begun.connect(self._begin)
        training.stepped.connect(self._show_standing)
        training.round_done.connect(self._add_round)
        training.finished.connect(self._show_outcome)
        training.failed.connect(self._show_failure)
        training.settled.connect(self._show_use)
        training.stopped.connect(lambda: self._say("Stopped before the first round: there is no model yet."))

    @property
    def words(self) -> str:
        """Return the sentence about where it stands."""
        return self._words.text()

    @property
    def result(self) -> str:
        """Return the sentence about what came of it, empty while there is none."""
        return self._result.text() if not self._result_card.isHidden() else ""

    def show_ready(self, is_ready: bool, sentence: str) -> None:
        """Say whether a training could start now, and if not why; nothing changes while one runs."""
        if self._training.running:
            return
        self.start.setEnabled(is_ready)
        if not self._rounds and self._outcome is None:
            self._say(sentence or ("Ready." if is_ready else IDLE))

    def show_record(self, record: RunRecord) -> None:
        """Show a run of the past."""
        self._clear(record.path)
        self.head_card.title.setText(record.path.name)
        self._rounds, self._epochs = list(record.rounds), record.config.training.epochs
        self._show_curves()
        self._say(record_words(record))
        self._resume.setVisible(record.resumable)
        if record.outcome is not None:
            self._fill_outcome(record.outcome)

    def _lay_out(self) -> None:
        self.start = push_button("Train", "Teach the network (it runs as a process of its own)", primary=True)
        self.stop = push_button("Stop", "Stop now and keep the best round as a model; it can be resumed later")
        self.anyway = push_button("Train anyway", "Go on although the split leaks; the report will say so")
        self._resume = push_button("Resume", "Go on with this run after its last round")
        self.head_card = Card("Training")
        for button in (self.anyway, self._resume, self.stop, self.start):
            self.head_card.head.addWidget(button)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the training")
        self._words = role_label(role="plain", wrap=True)
        self._notes_words = role_label(role="small", wrap=True)
        parts: tuple[QWidget, ...] = (self._words, self._bar, self._notes_words)
        for widget in parts:
            self.head_card.body.addWidget(widget)
        self._result_card = self._make_result_card()
        curves = Card("")
        curves.head.setEnabled(False)
        curves.title.hide()
        curves.body.addWidget(self.loss, 1)
        curves.body.addWidget(self.accuracy, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(16)
        column.addWidget(self.head_card)
        column.addWidget(self._result_card)
        column.addWidget(curves, 1)
        self.start.clicked.connect(self.train_wanted)
        self.stop.clicked.connect(self._stop)
        self.anyway.clicked.connect(self.anyway_wanted)
        self._resume.clicked.connect(lambda: self.resume_wanted.emit(self._run))
        sometimes: tuple[QWidget, ...] = (self.stop, self.anyway, self._resume, self._bar, self._notes_words)
        for widget in sometimes:
            widget.hide()

    def _make_result_card(self) -> Card:
        card = Card("Result")
        self._result = role_label(role="plain", wrap=True)
        self._how = role_label(role="small", wrap=True)
        card.body.addWidget(self._result)
        card.body.addWidget(self._how)
        self.use = push_button("Use this model", USE_TIP, primary=True)
        self._report = push_button("Open the report", "Confusion, curves and calibration of the clips to measure on")
        folder = push_button("Show the run folder", "Settings, log, curves and checkpoints of this run")
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.use, self._report, folder):
            row.addWidget(button)
        row.addStretch(1)
        card.body.addLayout(row)
        self.use.clicked.connect(lambda: self._ask_for("model"))
        self._report.clicked.connect(lambda: self._ask_for("report"))
        folder.clicked.connect(lambda: self._ask_for("run"))
        card.hide()
        return card

    def _ask_for(self, what: str) -> None:
        """Ask for the model, the report or the folder of what is shown."""
        asks = {"model": self.model_wanted, "report": self.report_wanted, "run": self.folder_wanted}
        if self._outcome is not None:
            asks[what].emit(getattr(self._outcome, what))

    def _stop(self) -> None:
        self._training.stop()
        if self._training.running:
            self.stop.setText("End at once")
            self.stop.setToolTip("Do not wait for the best round to be measured; the run can be resumed later")
            self._say("Stopping: the best round is kept…")

    def _show_phase(self, phase: str) -> None:
        running = phase != "idle"
        swap(*((self.stop, self.start) if running else (self.start, self.stop)))
        self._bar.setVisible(running)
        if phase == "reading":
            self._clear(self._training.run)
            self.head_card.title.setText(self._training.run.name if self._training.run else "Training")
            self.stop.setText("Stop")
            self._say("Starting…")
            self._bar.setRange(0, 0)
        elif phase == "measuring":
            self._say("Measuring the best round…")
            self._bar.setRange(0, 0)

    def _clear(self, run: Path | None) -> None:
        """Begin anew, for a run in a folder."""
        self._run, self._outcome = run, None
        self._rounds, self._notes = [], []
        self._notes_words.hide()
        self._result_card.hide()
        self.anyway.hide()
        self._resume.hide()
        self._show_curves()

    def _show_reading(self, what: str, done: int, total: int) -> None:
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._say(f"Reading clips {SIDES.get(what, what)}: {done:,} of {total:,}")

    def _note(self, sentence: str) -> None:
        self._notes = [*self._notes, sentence][-MOST_NOTES:]
        self._notes_words.setText("\n".join(self._notes))
        self._notes_words.show()

    def _begin(self, begun: Begun) -> None:
        self._rounds, self._epochs = list(begun.rounds), begun.epochs
        self._bar.setRange(0, 0)
        self._say("The first steps…")
        self._show_curves()

    def _show_standing(self, standing: Standing) -> None:
        if self._training.stopping:
            return
        step = standing.step
        left = f", {waiting_words(standing.seconds_left)} left" if standing.seconds_left is not None else ""
        self._bar.setRange(0, 1000)
        self._bar.setValue(round(1000 * standing.fraction))
        self._say(
            f"Round {step.epoch} of {standing.epochs}, step {step.step} of {step.steps}{left}   "
            f"loss {step.loss:.3f}   {step.accuracy:.1%} right"
        )

    def _add_round(self, report: EpochReport) -> None:
        self._rounds.append(report)
        for note in report.notes:
            self._note(note)
        self._show_curves()

    def _show_curves(self) -> None:
        x = (1.0, float(max(2, min(self._epochs, 2 * len(self._rounds) + 8))))
        best = next((report.epoch for report in reversed(self._rounds) if report.best), None)
        mark = None if best is None else (float(best), f"best: round {best}")
        losses = curves_of(self._rounds, "loss")
        top = max((value for curve in losses for _, value in curve.points), default=1.0)
        self.loss.show_curves(losses, Axes(x, (0.0, round_top(top))), mark)
        self.accuracy.show_curves(curves_of(self._rounds, "accuracy"), Axes(x, (0.0, 1.0), percent=True), mark)

    def _show_outcome(self, outcome: RunOutcome) -> None:
        rounds = counted(outcome.epochs_done, "round")
        self._say(f"Stopped after {rounds}; the best one is kept." if outcome.stopped else f"Done after {rounds}.")
        self._resume.setVisible(outcome.stopped)
        self._fill_outcome(outcome)

    def _fill_outcome(self, outcome: RunOutcome) -> None:
        self._outcome = outcome
        self._result.setText(outcome_words(outcome))
        self._how.setText(outcome.how)
        self._report.setVisible(outcome.report is not None)
        self._result_card.show()
        self._show_use()

    def _show_use(self) -> None:
        """Let a model be used once it is compiled: a copy of it stays as fast as it is now."""
        settles = self._training.settling and self._outcome is not None and self._outcome.run == self._training.run
        self.use.setEnabled(not settles)
        self.use.setToolTip(SETTLING_TIP if settles else USE_TIP)

    def _show_failure(self, failure: Failure) -> None:
        self._say(failure.text, "error")
        self.anyway.setVisible(failure.leaks)
        self._resume.setVisible(bool(self._rounds))

    def _say(self, words: str, role: str = "plain") -> None:
        set_role(self._words, role)
        self._words.setText(words)


def curves_of(rounds: Sequence[EpochReport], what: str) -> tuple[Curve, ...]:
    """Return loss or accuracy of each round, as trained on and on the clips held back."""
    learnt = [(float(report.epoch), float(getattr(report, what))) for report in rounds]
    pairs = ((report.epoch, getattr(report, f"held_back_{what}")) for report in rounds)
    held_back = [(float(epoch), float(value)) for epoch, value in pairs if value is not None]
    return Curve(LEARNT, learnt, "wrong", dashed=True), Curve(HELD_BACK, held_back, dots=True)


def outcome_words(outcome: RunOutcome) -> str:
    """Return how good a model is, as a sentence."""
    if outcome.accuracy is None or outcome.loss is None:
        return f"The best round was {outcome.best_epoch}. No clips were held back, so nobody knows how good it is."
    return f"{outcome.accuracy:.1%} right, loss {outcome.loss:.3f}, in round {outcome.best_epoch}, the best one."


def record_words(record: RunRecord) -> str:
    """Return how far a run came, as a sentence."""
    rounds = f"{len(record.rounds)} of {counted(record.config.training.epochs, 'round')}"
    if record.outcome is not None and not record.outcome.stopped:
        return f"Done: {rounds}, begun {record.began:%Y-%m-%d %H:%M}."
    how = "Stopped" if record.outcome is not None else "Broken off"
    return f"{how} after {rounds}, begun {record.began:%Y-%m-%d %H:%M}."
