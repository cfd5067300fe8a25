"""Which models there are, and which of them judges."""

from pathlib import Path

from desktop_app import assets
from desktop_app.classifier.card import ModelEntry, list_models
from desktop_app.errors import UserError
from desktop_app.services.messages import Messages
from desktop_app.services.settings import Settings


class ModelShelf:
    """The models in some folders and the person's choice among them; reads cards only, no weights. GUI thread only."""

    def __init__(self, settings: Settings, messages: Messages, *folders: Path) -> None:
        self._settings = settings
        self._entries = list_models(*folders, problems=messages.warning)

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
        for entry in self._entries:
            if entry.card.name == self.chosen_name:
                return entry
        raise UserError(f"The model “{self.chosen_name}” is not here: choose another one beside the Classify button.")
