"""What labels say of each recording as a whole, kept up to date for the folder list and the exported table."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop_app.annotation.fingerprints import relative_path
from desktop_app.annotation.summaries import RecordingVerdict
from desktop_app.errors import UserError
from desktop_app.services.project import Project
from desktop_app.services.project_jobs import all_verdicts

FEW = 200
"""Recordings whose verdicts are asked for at once; more are asked for in a job."""


class LabelVerdicts(QObject):
    """One `RecordingVerdict` for each recording of a project that has labels. GUI thread only."""

    changed = Signal(list)
    """RecordingVerdict that are new or others; one without any label: its last one went."""
    cleared = Signal()
    """There are none any more."""

    def __init__(self, project: Project) -> None:
        super().__init__()
        self._project = project
        self._by_path: dict[str, RecordingVerdict] = {}
        self._paths: dict[str, str] = {}
        project.opened.connect(self._ask_all)
        project.closed.connect(self._clear)
        project.annotations_changed.connect(self._ask)

    def of(self, path: Path) -> RecordingVerdict | None:
        """Return what labels say of a file; None where nobody has said anything."""
        store = self._project.store
        try:
            return None if store is None else self._by_path.get(relative_path(store.place.project, path))
        except UserError:
            return None

    def path_of(self, verdict: RecordingVerdict) -> Path:
        """Return the file that a verdict is about."""
        store = self._project.store
        return (store.place.project if store is not None else Path()) / verdict.path

    def _ask(self, recording_ids: frozenset[str]) -> None:
        store = self._project.store
        if not recording_ids or len(recording_ids) > FEW or store is None:
            self._ask_all()
            return
        try:
            self._keep(store.verdicts(recording_ids))
        except UserError as problem:
            self._project.tell(problem)

    def _ask_all(self) -> None:
        job = self._project.in_background(all_verdicts, newest="label verdicts")
        if job is not None:
            job.items.connect(self._keep)

    def _keep(self, verdicts: list[RecordingVerdict]) -> None:
        for verdict in verdicts:
            before = self._paths.get(verdict.recording_id, verdict.path)
            if before != verdict.path and self._by_path[before].recording_id == verdict.recording_id:
                del self._by_path[before]  # it was moved
            self._by_path[verdict.path] = verdict
            self._paths[verdict.recording_id] = verdict.path
        self.changed.emit(verdicts)

    def _clear(self) -> None:
        self._by_path, self._paths = {}, {}
        self.cleared.emit()
