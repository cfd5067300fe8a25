"""What is done about a folder's labels off the GUI thread."""

import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from desktop_app.annotation.annotations import Annotation
from desktop_app.annotation.backups import restore
from desktop_app.annotation.drafts import take_predictions
from desktop_app.annotation.edits import Edit
from desktop_app.annotation.fingerprints import known_or_identified
from desktop_app.annotation.hand import local_now
from desktop_app.annotation.places import place_of
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.records import FileVerdict
from desktop_app.annotation.relinking import Reconciliation, reconcile, relink
from desktop_app.annotation.scheme import LabelScheme
from desktop_app.annotation.store import AnnotationReader, AnnotationStore, open_store
from desktop_app.audio.sources import FoundFile
from desktop_app.errors import UserError
from desktop_app.services.job_context import JobContext

VERDICTS_AT_ONCE = 5_000
"""Verdicts that are asked for between two looks whether anybody still wants them."""


class Opening:
    """A store on its way from the job that opens it to the window, or back to the disk if nobody waits any more."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scheme = LabelScheme()
        self.problem: UserError | None = None
        self._store: AnnotationStore | None = None
        self._turn = threading.Lock()
        self._abandoned = False

    def run(self, _: JobContext) -> None:
        """Open the labels, on a worker thread."""
        try:
            store = self._open()
        except UserError as problem:
            self.problem = problem
            return
        with self._turn:
            if self._abandoned:
                store.close()
            else:
                self._store = store

    def _open(self) -> AnnotationStore:
        """Return the store, its classes read; where that fails, whatever it was, its lock is let go."""
        store = open_store(self.folder)
        try:
            self.scheme = store.scheme()
        except BaseException:
            store.close()
            raise
        return store

    def take(self) -> AnnotationStore | None:
        """Return the store, which the caller closes; None where it could not be opened."""
        with self._turn:
            store, self._store = self._store, None
        return store

    def abandon(self) -> None:
        """Close the store, now or when it comes."""
        with self._turn:
            self._abandoned = True
        store = self.take()
        if store is not None:
            store.close()


def drafts_from(context: JobContext, store: AnnotationStore, verdicts: Sequence[FileVerdict]) -> Edit:
    """Return the edit that takes a model's verdicts; files that cannot be read any more are left out."""
    recordings: dict[Path, Recording] = {}
    existing: list[Annotation] = []
    with store.reader() as reader:
        for number, verdict in enumerate(verdicts):
            context.checkpoint()
            context.report(number, len(verdicts), f"{number:,} of {len(verdicts):,} files")
            known = None if verdict.error is not None else known_or_new(reader, store.place.project, verdict.path)
            if known is not None:
                recordings[verdict.path] = known
                existing += reader.annotations_of(known.id)
    return take_predictions(verdicts, recordings, existing, local_now())


def known_or_new(reader: AnnotationReader, project: Path, path: Path) -> Recording | None:
    """Return the recording of a file, read where it has no labels yet; None where that cannot be done."""
    try:
        return known_or_identified(reader, project, path)
    except UserError:
        return None


def follow_files(context: JobContext, store: AnnotationStore, paths: Sequence[Path]) -> Reconciliation:
    """Return where labelled recordings are now, of all the files in the folder."""
    with store.reader() as reader:
        known = reader.recordings()
    return reconcile(store.place.project, known, _found(context, paths) if known else (), context.checkpoint)


def _found(context: JobContext, paths: Sequence[Path]) -> list[FoundFile]:
    found = []
    for path in paths:
        context.checkpoint()
        try:
            status = path.stat()
        except OSError:
            continue
        found.append(FoundFile(path, status.st_size, status.st_mtime))
    return found


def relinked(_: JobContext, store: AnnotationStore, homes: Sequence[tuple[Recording, str]]) -> Edit:
    """Return the edit that gives recordings' labels to the files chosen for them, where these have none themselves."""
    with store.reader() as reader:
        taken = {each.path for each in reader.recordings()} - {recording.path for recording, _ in homes}
    free = [(recording, path) for recording, path in homes if path not in taken]
    if not free:
        raise UserError("The files of these names have labels of their own: choose the folder of other files.")
    return relink(store.place.project, free)


def back_up_today(_: JobContext, store: AnnotationStore) -> Path | None:
    """Make today's backup if there is none."""
    return store.back_up(datetime.now().date())


def all_verdicts(context: JobContext, store: AnnotationStore) -> None:
    """Emit a verdict for every labelled recording."""
    with store.reader() as reader:
        ids = [recording.id for recording in reader.recordings()]
        for start in range(0, len(ids), VERDICTS_AT_ONCE):
            for verdict in reader.verdicts(ids[start : start + VERDICTS_AT_ONCE]):
                context.emit(verdict)
            context.checkpoint()


def go_back_to(_: JobContext, folder: Path, backup: Path | None) -> str:
    """Put a backup, or nothing, in the place of damaged labels, and return a sentence on where those are kept."""
    kept = restore(place_of(folder), backup, datetime.now())
    return f"The damaged file is kept as {kept}." if kept is not None else "There was no damaged file any more."
