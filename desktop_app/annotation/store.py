"""The labels of one folder, in one SQLite file: what is confirmed is on the disk.

    store = open_store(folder)
    store.apply(Hand("Ada").draw(Annotation("robin", recording.id, 1.0, 2.5), recording))
    store.annotations_of(recording.id, 0.0, 60.0)

One edit is one transaction. Nothing is written, and no file is made, before the first edit. One store of a folder
writes; another one that is opened meanwhile, in this process or another, only reads and says why.
"""

import errno
import sqlite3
import threading
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from desktop_app.annotation import queries
from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.backups import back_up, bring_along
from desktop_app.annotation.database import (
    NoWriteAheadLogError,
    connect,
    connect_nothing,
    connect_reading,
    room_for,
    told,
    transaction,
)
from desktop_app.annotation.edits import Edit
from desktop_app.annotation.lock import FileLock, LockedElsewhereError
from desktop_app.annotation.places import Place, elsewhere, inside, place_of
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.rows import (
    JOIN_NAMES,
    RECORDING_COLUMNS,
    SELECT_ANNOTATION,
    STATUSES,
    Parameters,
    Row,
    annotation_of,
    fetch_all,
    path_value,
    recording_of,
)
from desktop_app.annotation.scheme import LabelScheme
from desktop_app.annotation.summaries import FolderProgress, RecordingVerdict, progress_of, verdicts_of
from desktop_app.annotation.table_query import TableQuery, TableRow
from desktop_app.annotation.writing import read_annotations, read_scheme, write_edit
from desktop_app.audio.atomic import explain_write_error
from desktop_app.errors import UserError

T = TypeVar("T")


class AnnotationReader:
    """Looks into the labels of a folder. One at a time for each thread that asks often; close it when done."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._turn = threading.RLock()

    def __enter__(self) -> Self:
        """Return itself, to be closed at the end of the block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Let the file go; nothing can be asked any more."""
        with self._turn:
            self._connection.close()

    def scheme(self) -> LabelScheme:
        """Return the classes of the project."""
        return self._ask(read_scheme)

    def annotations(self, ids: Iterable[str]) -> list[Annotation]:
        """Return annotations by their ids, in that order; those that do not exist are left out."""
        wanted = list(ids)
        found = self._ask(lambda connection: read_annotations(connection, wanted))
        return [found[each] for each in wanted if each in found]

    def annotations_of(self, recording_id: str, start_s: float = 0.0, stop_s: float = float("inf")) -> list[Annotation]:
        """Return the annotations that touch a stretch of a recording, by onset; those on all of it come first."""
        statement = f"""SELECT {SELECT_ANNOTATION} FROM annotations a {JOIN_NAMES}
            WHERE a.recording = (SELECT id FROM recordings WHERE uid = ?)
            AND (a.onset_s IS NULL OR (a.onset_s <= ? AND a.offset_s >= ?)) ORDER BY a.onset_s, a.offset_s, a.uid"""
        return [annotation_of(row) for row in self._fetch(statement, [recording_id, stop_s, start_s])]

    def recording_at(self, path: str) -> Recording | None:
        """Return the recording of a path inside the project's folder, or None where it has no labels yet."""
        statement = f"SELECT {RECORDING_COLUMNS} FROM recordings WHERE path = ?"
        return next((recording_of(row) for row in self._fetch(statement, [path_value(path)])), None)

    def recording(self, recording_id: str) -> Recording | None:
        """Return a recording by its id."""
        statement = f"SELECT {RECORDING_COLUMNS} FROM recordings WHERE uid = ?"
        return next((recording_of(row) for row in self._fetch(statement, [recording_id])), None)

    def recordings(self) -> list[Recording]:
        """Return all recordings that have labels, or had some, by path."""
        return [recording_of(row) for row in self._fetch(f"SELECT {RECORDING_COLUMNS} FROM recordings ORDER BY path")]

    def count(self, query: TableQuery, most: int | None = None) -> int:
        """Return how many annotations a query finds, or `most` where there are more."""
        return self._ask(lambda connection: queries.count(connection, query, most))

    def page(self, query: TableQuery, offset: int, limit: int) -> list[TableRow]:
        """Return some lines of the table of annotations, from line `offset` on."""
        return self._ask(lambda connection: queries.page(connection, query, offset, limit))

    def matching(self, query: TableQuery) -> list[Annotation]:
        """Return everything that a query finds, for an edit of all of it."""
        return self._ask(lambda connection: queries.matching(connection, query))

    def tallies(self) -> dict[tuple[str, Status], int]:
        """Return how many annotations there are of each label and status; 0.1 s for a million."""
        statement = """SELECT l.name, t.status, t.count FROM labels l JOIN
            (SELECT label, status, count(*) AS count FROM annotations GROUP BY label, status) t ON t.label = l.id
            ORDER BY l.name, t.status"""
        return {(name, STATUSES[status]): number for name, status, number in self._fetch(statement)}

    def sources(self) -> list[str]:
        """Return the sources that annotations have, by name."""
        statement = """SELECT name FROM sources s WHERE EXISTS (SELECT 1 FROM annotations WHERE source = s.id)
            ORDER BY name"""
        return [name for (name,) in self._fetch(statement)]

    def progress(self) -> list[FolderProgress]:
        """Return for each folder how many of its recordings are done and left; 0.4 s for a million annotations."""
        return self._ask(progress_of)

    def verdicts(self, recording_ids: Iterable[str] | None = None) -> list[RecordingVerdict]:
        """Return what people and models say of each recording as a whole, by path; None: of all."""
        wanted = None if recording_ids is None else list(recording_ids)
        return self._ask(lambda connection: verdicts_of(connection, wanted))

    def _fetch(self, statement: str, parameters: Parameters | None = None) -> list[Row]:
        return self._ask(lambda connection: fetch_all(connection, statement, parameters))

    def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        with self._turn, told():
            return question(self._connection)


class AnnotationStore(AnnotationReader):
    """The one owner of a folder's labels. Any thread, one at a time: others wait for their turn."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.read_only = ""
        """Why nothing can be written, as a sentence; empty where it can."""
        self._lock: FileLock | None = None
        self._waits = False
        self._begun = place.database.exists()
        super().__init__(self._open() if self._begun else connect_nothing())
        self._version = self._data_version()

    def apply(self, edit: Edit) -> None:
        """Make a change and return when it is on the disk; where it cannot be made, nothing of it is.

        StaleEditError where the labels are not as the edit says; UserError where the disk or another window is in the
        way.
        """
        if self.read_only:
            raise UserError(self.read_only)
        with self._turn, told():
            if not self._begun:
                self._begin()
            with room_for(self._connection, edit.size), transaction(self._connection):
                write_edit(self._connection, edit)

    def reader(self) -> AnnotationReader:
        """Return another way to look into the same labels, for a thread that must not hold up this one."""
        with told():
            return AnnotationReader(connect_reading(self.place.database) if self._begun else connect_nothing())

    def changed_elsewhere(self) -> bool:
        """Return whether another window wrote since this was last asked."""
        version, self._version = self._version, self._data_version()
        return version != self._version

    def take_over(self) -> bool:
        """Write from now on if the window that has written until now has let go; return whether that is so."""
        if not self._waits:
            return False
        with self._turn, told():
            try:
                lock = FileLock(self.place.lock)
            except (LockedElsewhereError, OSError):
                return False
            try:
                connection = connect(self.place.database)
            except BaseException:
                lock.close()
                raise
            self._connection.close()
            self._connection, self._lock, self._begun = connection, lock, True
            self._waits, self.read_only, self._version = False, "", self._data_version()
        return True

    def back_up(self, today: date) -> Path | None:
        """Make today's backup if there is none yet; may take seconds, while `apply` goes on in other threads."""
        return back_up(self.place, today) if self._begun and not self.read_only else None

    def close(self) -> None:
        """Let file and lock go."""
        super().close()
        if self._lock is not None:
            self._lock.close()

    def _open(self) -> sqlite3.Connection:
        """Open what is there: for writing if no other window does."""
        try:
            self._lock = FileLock(self.place.lock)
        except LockedElsewhereError as holder:
            self._waits, self.read_only = True, str(holder)
        except OSError as error:
            self.read_only = f"The labels in {self.place.home} may not be written ({error.strerror})."
        try:
            return connect_reading(self.place.database) if self.read_only else connect(self.place.database)
        except BaseException:
            if self._lock is not None:
                self._lock.close()
            raise

    def _begin(self) -> None:
        """Make the file for the first label, in the user's data folder where the project's own does not take it."""
        refused: Exception | None = None
        for place in dict.fromkeys((self.place, elsewhere(self.place.project, "it does not take a database"))):
            try:
                self._begin_at(place)
            except (OSError, NoWriteAheadLogError) as error:
                refused = refused or error
                if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                    break
            else:
                return
        if isinstance(refused, OSError):
            raise explain_write_error(refused, self.place.home) from refused
        raise refused or AssertionError("no place was tried")

    def _begin_at(self, place: Place) -> None:
        place.home.mkdir(parents=True, exist_ok=True)
        try:
            lock = FileLock(place.lock)
        except LockedElsewhereError as holder:
            self._waits, self.read_only = True, str(holder)
            raise UserError(self.read_only) from holder
        try:
            connection = connect(place.database)
        except BaseException as error:
            if isinstance(error, NoWriteAheadLogError):
                place.database.unlink(missing_ok=True)  # it is empty
            lock.close()
            raise
        self._connection.close()
        self._connection, self._lock, self.place, self._begun = connection, lock, place, True

    def _data_version(self) -> int:
        return int(self._ask(lambda connection: fetch_all(connection, "PRAGMA data_version"))[0][0])


def open_store(project: Path) -> AnnotationStore:
    """Return the labels of a folder, opened for writing where possible. Looks at the disk; any thread.

    A folder that cannot be written but has labels gets a copy of them where they can go on. DamagedError where the
    file cannot be read (`backups` offers what to do then), UserError where it is newer than this Earmark.
    """
    place = place_of(project)
    own = inside(project).database
    if place.why_elsewhere and own.exists() and not place.database.exists():
        bring_along(own, place)
    return AnnotationStore(place)
