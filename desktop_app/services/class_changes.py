"""Changes of the project's classes, each one step that can be undone; annotations follow."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop_app.annotation.edits import Edit
from desktop_app.annotation.hand import change_class, merge_classes, remove_class
from desktop_app.annotation.scheme import LabelScheme
from desktop_app.annotation.store import AnnotationStore
from desktop_app.annotation.table_query import TableQuery
from desktop_app.errors import UserError
from desktop_app.services.history import CLOSED
from desktop_app.services.job_context import JobContext
from desktop_app.services.project import Project


class ClassChanges(QObject):
    """Makes the edits. GUI thread only."""

    refused = Signal(str)
    """Why nothing was done, as a sentence."""

    def __init__(self, project: Project, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._project = project

    def add(self, name: str) -> bool:
        """Add a class in the next free colour, with a digit while there is one; return whether it is there now."""
        scheme = self._project.scheme
        if not self._may_change():
            return False
        if scheme.get(name) is not None:
            self.refused.emit(f"There is a class “{name}” already: choose another name.")
            return False
        grown = scheme.adding([name])
        if grown == scheme:
            self.refused.emit("A class needs a name: write one.")
            return False
        self._project.do(Edit(f"Add the class “{name}”", scheme=(scheme, grown)))
        return True

    def change(self, which: str, /, **fields: str) -> bool:
        """Change fields of a class (`LabelClass`), its name included; return whether it was possible."""
        old = self._project.scheme.get(which)
        if old is None or not self._may_change():
            return False
        try:
            changed = replace(old, **fields)
            edit = change_class(self._project.scheme, which, changed)
        except UserError as problem:
            self.refused.emit(str(problem))
            return False
        if changed != old:
            self._project.do(edit)
        return True

    def move(self, name: str, by: int) -> None:
        """Move a class up (negative) or down in the order."""
        scheme = self._project.scheme
        known = list(scheme.classes)
        place = next((number for number, each in enumerate(known) if each.name == name), -1)
        target = min(max(place + by, 0), len(known) - 1)
        if place < 0 or target == place or not self._may_change():
            return
        known.insert(target, known.pop(place))
        self._project.do(Edit(f"Move the class “{name}”", scheme=(scheme, LabelScheme(tuple(known)))))

    def remove(self, name: str) -> None:
        """Take a class out of the scheme; annotations keep their label."""
        if self._project.scheme.get(name) is not None and self._may_change():
            self._project.do(remove_class(self._project.scheme, name))

    def merge(self, name: str, into: str) -> None:
        """Make a class part of another one; its annotations are read in a job."""
        if name != into and self._may_change():
            self._project.in_background(
                _merged, self._project.scheme, into, name, then=self._project.do, title=f"Merging “{name}”"
            )

    def _may_change(self) -> bool:
        why = CLOSED if self._project.store is None else self._project.read_only
        if why:
            self.refused.emit(why)
        return not why


def _merged(_: JobContext, store: AnnotationStore, scheme: LabelScheme, into: str, name: str) -> Edit:
    with store.reader() as reader:
        return merge_classes(scheme, into, [name], reader.matching(TableQuery(labels=(name,))))
