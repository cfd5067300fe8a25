"""Labels go along with recordings that are moved or renamed; those that are gone are listed."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.relinking import Reconciliation
from desktop_app.errors import UserError
from desktop_app.services.messages import Messages
from desktop_app.services.project import Project
from desktop_app.services.project_jobs import follow_files, relinked
from desktop_app.words import counted


class Relinking(QObject):
    """Compares what is labelled with what lies in the folder. GUI thread only; the disk is read in jobs."""

    missing_changed = Signal(list)
    """Recording: labelled, and nowhere in the folder."""
    renamed = Signal(list)
    """(Recording, Recording): as it was known, and where it is now; the labels have gone along."""

    def __init__(self, project: Project, messages: Messages) -> None:
        super().__init__()
        self._project = project
        self._messages = messages
        self.missing: list[Recording] = []
        self._told: set[str] = set()  # recordings with other sound: at each look anew it would be noise
        project.closed.connect(lambda: self._set_missing([]))
        project.closed.connect(self._told.clear)
        project.history.changed.connect(lambda edit: self._found([before.id for before, _ in edit.moved]))

    def look(self, paths: Iterable[Path]) -> None:
        """Follow recordings to where they are; `paths` is everything that lies in the folder, after a complete scan."""
        self._project.in_background(follow_files, tuple(paths), then=self._follow, newest="relinking")

    def relink(self, homes: Sequence[tuple[Recording, str]]) -> None:
        """Give recordings' labels to files that a person chose, whatever they hold, in one step that can be undone.

        `annotation.relinking.same_names` proposes files for them in a folder that a person chose.
        """
        self._project.in_background(relinked, tuple(homes), then=self._project.do, title="Re-linking")

    def _follow(self, result: Reconciliation) -> None:
        """Note where recordings are now; that is no step of a person's, so undo does not take it back.

        A window that only reads leaves that to the one that writes, and says nothing of it.
        """
        store = self._project.store
        if store is None:
            return
        takes_along = bool(result.moved) and not store.read_only
        try:
            if takes_along:
                store.apply(result.edit)
        except UserError as problem:
            self._project.tell(problem)
            return
        if takes_along and result.renamed:
            files = (
                "1 labelled recording was" if result.renamed == 1 else f"{result.renamed:,} labelled recordings were"
            )
            self._messages.info(f"{files} moved or renamed; the labels went along.")
            self._project.annotations_changed.emit(frozenset(before.id for before, _ in result.moved))
            self.renamed.emit([(before, after) for before, after in result.moved if before.path != after.path])
        changed = [each for each in result.changed if each.id not in self._told]
        if changed:
            self._told.update(each.id for each in changed)
            self._messages.warning(_of_changed(changed))
        self._set_missing(list(result.missing))

    def _found(self, recording_ids: Sequence[str]) -> None:
        if recording_ids:
            self._set_missing([each for each in self.missing if each.id not in recording_ids])

    def _set_missing(self, missing: list[Recording]) -> None:
        if missing != self.missing:
            self.missing = missing
            self.missing_changed.emit(missing)


def _of_changed(changed: Sequence[Recording]) -> str:
    first, more = f"“{changed[0].path}”", len(changed) - 1
    files = f"{first} holds" if not more else f"{first} and {counted(more, 'other labelled file')} hold"
    return (
        f"{files} other sound than when {'they were' if more else 'it was'} labelled: see whether the labels still fit."
    )
