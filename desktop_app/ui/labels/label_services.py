"""What the page of labels and its dialogs work with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop_app.services.history import CLOSED
from desktop_app.services.label_files import LabelFiles
from desktop_app.services.label_measuring import LabelMeasuring
from desktop_app.services.label_table import LabelTable
from desktop_app.services.messages import Messages
from desktop_app.services.project import Project
from desktop_app.services.relinking import Relinking
from desktop_app.services.settings import Settings


@dataclass(frozen=True)
class LabelServices:
    """What the page works with."""

    project: Project
    """The labels of the open folder."""
    table: LabelTable
    """All annotations, in pages."""
    measuring: LabelMeasuring
    """What their sound measures."""
    files: LabelFiles
    """Label files in and out."""
    relinking: Relinking
    """Recordings that are gone."""
    settings: Settings
    """What the person chose."""
    messages: Messages
    """What the person is told."""
    paths: Callable[[], list[str]] = list
    """Returns all recordings of the folder, from it on."""

    @property
    def folder(self) -> Path:
        """Return the folder whose labels are shown, or the person's own where none is open."""
        return self.project.store.place.project if self.project.store is not None else Path.home()

    def can_change(self) -> bool:
        """Return whether labels can be changed, and say why not."""
        why = CLOSED if self.project.store is None else self.project.read_only
        if why:
            self.messages.warning(why)
        return not why
