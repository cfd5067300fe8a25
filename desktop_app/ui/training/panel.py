"""The training page: data and recipe on the left, what runs and what ran on the right."""

import tomllib
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QScrollArea, QTabWidget, QWidget

from desktop_app.classifier.runs.run_config import RunConfig, config_of, read_recipe, toml_of
from desktop_app.errors import UserError
from desktop_app.services.jobs import JobRunner
from desktop_app.services.settings import Settings, TrainingPreferences
from desktop_app.services.training import leaking
from desktop_app.services.training_desk import TrainingDesk
from desktop_app.services.training_runs import RunRecord
from desktop_app.services.training_survey import Survey, name_of_source
from desktop_app.ui.theme import Theme
from desktop_app.ui.training.data_card import DataCard
from desktop_app.ui.training.editor import ConfigEditor
from desktop_app.ui.training.hear_it import HearIt
from desktop_app.ui.training.rate_view import RateView
from desktop_app.ui.training.recipe_card import RecipeCard
from desktop_app.ui.training.run_view import RunView
from desktop_app.ui.training.runs_list import RunsList
from desktop_app.ui.training.specs import MAX_RATE

FIRST_RECIPE = "default"
CARD_WIDTH = 368
TWO_COLUMNS_FROM = 1240
"""Width of the page from which data and recipe stand beside each other."""


class TrainingPanel(QWidget):
    """Teaches networks; decides nothing that the services or the configuration decide. GUI thread only."""

    model_wanted = Signal(object)
    """Path of a finished model that the person wants to use: install and choose it."""
    play_wanted = Signal(object)
    """Path of a sound to be heard from its start."""
    report_wanted = Signal(object)
    """Path of a report to be opened."""
    folder_wanted = Signal(object)
    """Path of a folder to be shown in the file manager."""
    delete_wanted = Signal(object)
    """Path of a run's folder to be deleted."""

    def __init__(self, desk: TrainingDesk, runner: JobRunner, settings: Settings, theme: Theme) -> None:
        super().__init__()
        self._desk, self._settings = desk, settings
        self._named_after_data = True
        self.editor = ConfigEditor(remembered(settings.values.training))
        hear_it = HearIt(desk.examples, self.editor.config, lambda: settings.values.spectrogram.colour_map)
        self.data = DataCard(self.editor, runner, theme)
        self.recipe = RecipeCard(self.editor, hear_it)
        self.run = RunView(desk.training, theme)
        self.rates = RateView(desk.rates, theme)
        self.runs = RunsList(runner)
        self._lay_out()
        self.recipe.show_name(settings.values.training.recipe or FIRST_RECIPE)
        self._wire()
        self._show_ready()

    def offer_folder(self, path: Path | None) -> None:
        """Offer the folder that is open in the window as data; None for none."""
        self.data.offer_folder(path)

    def close_panel(self) -> None:
        """Ask for nothing more; the desk is closed by whoever made it."""
        self.data.close_card()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put data and recipe beside each other where there is room, else under each other."""
        super().resizeEvent(event)
        wide = self.width() >= TWO_COLUMNS_FROM
        way = QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        self._cards.setDirection(way)
        self._scroll.setFixedWidth(self._cards_width(2 if wide else 1))

    def minimumSizeHint(self) -> QSize:
        """Return the size with one column, which a page that has two now must be able to come back to."""
        least = super().minimumSizeHint()
        return QSize(least.width() - self._scroll.minimumWidth() + self._cards_width(1), least.height())

    def showEvent(self, event: QShowEvent) -> None:
        """List the runs anew, and count labels that were made meanwhile."""
        super().showEvent(event)
        self.runs.refresh()
        self.data.look_for_labels()

    def _cards_width(self, columns: int) -> int:
        return columns * (CARD_WIDTH + 16) + self._scroll.verticalScrollBar().sizeHint().width()

    def _lay_out(self) -> None:
        cards = QWidget()
        self._cards = QBoxLayout(QBoxLayout.Direction.TopToBottom, cards)
        self._cards.setContentsMargins(16, 8, 0, 0)
        self._cards.setSpacing(16)
        for card in (self.data, self.recipe):
            card.setFixedWidth(CARD_WIDTH)
            self._cards.addWidget(card, 0, Qt.AlignmentFlag.AlignTop)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(cards)
        self._scroll.setFixedWidth(self._cards_width(1))
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        for page, name in ((self.run, "Training"), (self.rates, "Learning rate"), (self.runs, "Earlier runs")):
            self.tabs.addTab(page, name)
        row = QHBoxLayout(self)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # else two columns could never become one
        row.setContentsMargins(0, 8, 16, 16)
        row.setSpacing(8)
        row.addWidget(self._scroll)
        row.addWidget(self.tabs, 1)

    def _wire(self) -> None:
        self.data.surveyed.connect(self._name_model)
        self.data.surveyed.connect(lambda _: self._show_ready())
        self.editor.changed.connect(self._follow)
        self.editor.changed.connect(lambda _: self._remember())
        self.recipe.hear_it.play_wanted.connect(self.play_wanted)
        self.recipe.rates_wanted.connect(self._find_rate)
        self.rates.start_wanted.connect(self._find_rate)
        self.rates.taken.connect(lambda rate: self.editor.put(MAX_RATE, rate))
        self.run.train_wanted.connect(self._train)
        self.run.anyway_wanted.connect(self._train_anyway)
        for view in (self.run, self.runs):
            view.resume_wanted.connect(self._resume)
            view.folder_wanted.connect(self.folder_wanted)
        self.run.model_wanted.connect(self.model_wanted)
        self.run.report_wanted.connect(self.report_wanted)
        self.runs.show_wanted.connect(self._show_record)
        self.runs.delete_wanted.connect(self.delete_wanted)
        self.tabs.currentChanged.connect(lambda _: self.runs.refresh())
        self._desk.training.running_changed.connect(self._running_changed)
        self._desk.training.failed.connect(lambda _: self.runs.refresh())
        self._desk.training.finished.connect(lambda _: self.runs.refresh())

    def _name_model(self, found: Survey | None) -> None:
        if found is not None and self._named_after_data:
            self.editor.put("name", name_of_source(found.data.source))
            self._named_after_data = True

    def _follow(self, key: str) -> None:
        if key == "name":
            self._named_after_data = False
        if not key.startswith("data."):
            self._show_ready()

    def _remember(self) -> None:
        """Keep the choices for another day; what cannot be is not kept."""
        try:
            chosen = toml_of(self.editor.config())
        except UserError:
            return
        self._settings.change(training=TrainingPreferences(self.recipe.recipe.currentData() or "", chosen))

    def _show_ready(self) -> None:
        """Say whether a training could start, and if not what is missing."""
        found, problem = self.data.survey, ""
        try:
            self.editor.config()
        except UserError as reason:
            problem = str(reason)
        if found is not None and found.problem and not found.leaks:
            problem = problem or found.problem
        is_ready = found is not None and not problem
        self.run.show_ready(is_ready, problem)
        self.rates.set_ready(is_ready)
        for button in (self.recipe.find_rate, self.recipe.hear_it.again, self.recipe.hear_it.other):
            button.setEnabled(is_ready and not (self._desk.examples.busy and button is not self.recipe.find_rate))

    def _train(self, *, anyway: bool = False) -> None:
        try:
            config = self.editor.config()
        except UserError as problem:
            self.run.show_ready(False, str(problem))
            return
        self.tabs.setCurrentWidget(self.run)
        self._desk.rates.stop()
        self._desk.training.start(leaking(config) if anyway else config)

    def _train_anyway(self) -> None:
        self._train(anyway=True)

    def _find_rate(self) -> None:
        self.tabs.setCurrentWidget(self.rates)
        self._desk.rates.start(self.editor.config())

    def _resume(self, run: Path) -> None:
        self.tabs.setCurrentWidget(self.run)
        self._desk.training.resume(run)

    def _show_record(self, record: RunRecord) -> None:
        self.tabs.setCurrentWidget(self.run)
        self.run.show_record(record)

    def _running_changed(self, running: bool) -> None:
        self.runs.set_free(not running)
        if not running:
            self.runs.refresh()
            self._show_ready()


def remembered(last: TrainingPreferences) -> RunConfig:
    """Return the choices of last time, without what belonged to the data; the first recipe where there are none."""
    first = config_of(read_recipe(FIRST_RECIPE))
    try:
        config = config_of(tomllib.loads(last.settings)) if last.settings else first
    except (UserError, ValueError, RecursionError):
        return first
    data = replace(
        first.data,
        noises=config.data.noises,
        validation_share=config.data.validation_share,
        test_share=config.data.test_share,
    )
    return replace(config, name=first.name, title=first.title, data=data)
