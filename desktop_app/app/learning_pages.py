"""The pages where networks are taught, tried and looked after; each is made when it is first shown."""

import math
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from desktop_app import assets
from desktop_app.app.core import Core
from desktop_app.ui.file_manager import show_folder
from desktop_app.ui.workspaces import Workspaces

if TYPE_CHECKING:  # imported with their page, so that the window stands before anybody needs them
    from desktop_app.services.deletions import Deletions
    from desktop_app.services.evaluating import Evaluating
    from desktop_app.services.model_changes import ModelChanges


HELD = "A network is learning: closing the window ends that, keeps its best round, and lets you go on another day."


class LearningPages(QObject):
    """Owns the services of the three pages and wires what they say to each other. GUI thread only."""

    recording_wanted = Signal(object)
    """Path of a recording to show in the timeline."""
    deletions_changed = Signal()
    """Undo would bring back something else on one of the pages."""

    def __init__(self, core: Core, workspaces: Workspaces) -> None:
        super().__init__()
        self.core = core
        self._workspaces = workspaces
        workspaces.add("train", self._make_training)
        workspaces.add("evaluate", self._make_evaluation)
        workspaces.add("models", self._make_models)

    @cached_property
    def evaluating(self) -> "Evaluating":
        """Return what judges labelled clips."""
        from desktop_app.services.evaluating import Evaluating

        return Evaluating(self.core.runner)

    @cached_property
    def changes(self) -> "ModelChanges":
        """Return what imports, renames, exports and deletes models."""
        from desktop_app.classifier.library import Library
        from desktop_app.services.model_changes import ModelChanges

        library = Library(*assets.model_dirs())
        return ModelChanges(self.core.runner, self.core.models, self.core.messages, library)

    def deletions(self, page: str) -> "Deletions | None":
        """Return what a page of that name deleted and Undo brings back; None where it deletes nothing."""
        if page == "models":
            return self.changes.deletions
        return self._runs.deletions if page == "train" else None

    @property
    def ended_by_closing(self) -> str:
        """Return a sentence on what closing the window would end; empty for nothing."""
        return HELD if self._workspaces.made("train") and self._desk.busy else ""

    def close(self) -> None:
        """End what runs: a training keeps its best round."""
        if self._workspaces.made("train"):
            self._training.close_panel()
            self._desk.close()

    def _make_training(self) -> QWidget:
        from desktop_app.services.run_changes import RunChanges
        from desktop_app.services.training_desk import TrainingDesk
        from desktop_app.ui.training.panel import TrainingPanel

        core = self.core
        self._desk: TrainingDesk = TrainingDesk()
        self._training: TrainingPanel = TrainingPanel(self._desk, core.runner, core.settings, core.theme)
        self._offer_folders(self._training.offer_folder)
        self._training.play_wanted.connect(core.playback.play)
        self._training.report_wanted.connect(lambda path: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))))
        self._training.folder_wanted.connect(show_folder)
        self._training.model_wanted.connect(self._use)
        self._runs: RunChanges = RunChanges(core.runner, core.messages)
        self._training.delete_wanted.connect(self._runs.delete)
        self._runs.changed.connect(self._training.runs.refresh)
        self._runs.deletions.changed.connect(self.deletions_changed)
        return self._training

    def _use(self, path: Path) -> None:
        """Take a finished model among the person's own, and let it classify from now on."""
        self.changes.use_file(path)

    def _make_evaluation(self) -> QWidget:
        from desktop_app.ui.evaluation.page import EvaluationPage

        core = self.core
        self._evaluation: EvaluationPage = EvaluationPage(self.evaluating, core.models, core.messages, core.theme)
        self._offer_folders(self._evaluation.offer_folder)
        self._evaluation.recording_wanted.connect(self.recording_wanted)
        self._evaluation.play_wanted.connect(self._play)
        return self._evaluation

    def _make_models(self) -> QWidget:
        from desktop_app.ui.models.page import ModelsPage

        page: ModelsPage = ModelsPage(self.changes, self.core.models, self.evaluating, self.core.theme)
        self._offer_folders(page.offer_folder)
        page.evaluate_wanted.connect(self._evaluate)
        self.changes.deletions.changed.connect(self.deletions_changed)
        return page

    def _evaluate(self, name: str) -> None:
        """Go to the evaluation with a model chosen there."""
        self._workspaces.show_page("evaluate")
        self._evaluation.form.choose_model(name)

    def _play(self, path: Path, onset_s: float, offset_s: float) -> None:
        self.core.playback.play(path, onset_s, None if math.isinf(offset_s) else offset_s)

    def _offer_folders(self, offer: Callable[[Path | None], None]) -> None:
        """Offer the open folder to a page, now and whenever it is another one."""
        self.core.session.folder_changed.connect(offer)
        offer(self.core.session.folder)
