"""Which models there are, and which of them judges."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app import assets
from desktop_app.classifier.card import ModelEntry, list_models
from desktop_app.errors import UserError
from desktop_app.services.messages import Messages
from desktop_app.services.settings import Settings


class ModelShelf(QObject):
    """The models in some folders and the person's choice among them; reads cards only, no weights. GUI thread only."""

    changed = Signal()
    """Other models are there, or another one is chosen."""

    def __init__(self, settings: Settings, messages: Messages, *folders: Path) -> None:
        super().__init__()
        self._settings = settings
        self._messages = messages
        self._folders = folders
        self._told: set[str] = set()
        self._entries: tuple[ModelEntry, ...] = ()
        self.refresh()
        settings.changed.connect(self._follow)

    @property
    def entries(self) -> tuple[ModelEntry, ...]:
        """Return all models, sorted by name."""
        return self._entries

    @property
    def names(self) -> list[str]:
        """Return the names of all models, sorted."""
        return [entry.card.name for entry in self._entries]

    @property
    def chosen_name(self) -> str:
        """Return the name of the model that was chosen, or of the shipped one."""
        return self._settings.values.model or assets.DEFAULT_MODEL

    @property
    def chosen(self) -> ModelEntry:
        """Return the model that judges; UserError where it is gone."""
        entry = self.find(self.chosen_name)
        if entry is None:
            raise UserError(
                f"The model “{self.chosen_name}” is not here: choose another one beside the Classify button."
            )
        return entry

    def find(self, name: str) -> ModelEntry | None:
        """Return the model of that name, if it is here."""
        return next((entry for entry in self._entries if entry.card.name == name), None)

    def choose(self, name: str) -> None:
        """Let this model judge from now on; empty for the shipped one."""
        self._settings.change(model=name)

    def refresh(self) -> None:
        """Look for the models anew; a file that is none is told once."""
        self._entries = list_models(*self._folders, problems=self._tell)
        self.changed.emit()

    def _tell(self, problem: str) -> None:
        if problem not in self._told:
            self._told.add(problem)
            self._messages.warning(problem)

    def _follow(self, setting: str) -> None:
        if setting == "model":
            self.changed.emit()
