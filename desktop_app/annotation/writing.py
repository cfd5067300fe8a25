"""Carry out an edit on the database, inside a transaction that the caller opens."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice

from desktop_app.annotation.annotations import Annotation
from desktop_app.annotation.edits import Edit, StaleEditError
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.rows import (
    ANNOTATION_COLUMNS,
    JOIN_NAMES,
    RECORDING_COLUMNS,
    SELECT_ANNOTATION,
    Row,
    annotation_of,
    annotation_row,
    fetch_all,
    marks,
    path_value,
    recording_row,
)
from desktop_app.annotation.scheme import LabelClass, LabelScheme
from desktop_app.errors import UserError

CHUNK = 500
"""Values in one statement; SQLite takes 999 in its oldest builds."""
_COLUMNS = ANNOTATION_COLUMNS.split(", ")
_INSERT = f"INSERT INTO annotations ({ANNOTATION_COLUMNS}) VALUES ({marks(len(_COLUMNS))})"
_UPDATE = f"UPDATE annotations SET {', '.join(f'{column} = ?' for column in _COLUMNS)} WHERE uid = ?"


def write_edit(connection: sqlite3.Connection, edit: Edit) -> None:
    """Make the change. StaleEditError where the store is not as the edit says; then the caller rolls back."""
    _register(connection, edit.recordings)
    _move(connection, edit.moved)
    _check_removed(connection, edit.removed)
    staying = {each.id for each in edit.added}
    gone = [(each.id,) for each in edit.removed if each.id not in staying]
    connection.executemany("DELETE FROM annotations WHERE uid = ?", gone)
    if edit.renamed is not None:
        _rename(connection, *edit.renamed)
    _put(connection, edit)
    if edit.scheme is not None:
        _exchange_scheme(connection, *edit.scheme)


def read_scheme(connection: sqlite3.Connection) -> LabelScheme:
    """Return the classes."""
    rows = fetch_all(connection, "SELECT name, colour, key, class_group FROM classes ORDER BY place")
    return LabelScheme(tuple(LabelClass(*row) for row in rows))


def read_annotations(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Annotation]:
    """Return annotations by their ids; those that do not exist are left out."""
    found: dict[str, Annotation] = {}
    waiting = iter(ids)
    while chunk := list(islice(waiting, CHUNK)):
        statement = f"SELECT {SELECT_ANNOTATION} FROM annotations a {JOIN_NAMES} WHERE a.uid IN ({marks(len(chunk))})"
        found.update((row[0], annotation_of(row)) for row in fetch_all(connection, statement, [*chunk]))
    return found


def _register(connection: sqlite3.Connection, recordings: Sequence[Recording]) -> None:
    statement = f"INSERT OR IGNORE INTO recordings ({RECORDING_COLUMNS}) VALUES ({marks(7)})"
    connection.executemany(statement, map(recording_row, recordings))


def _move(connection: sqlite3.Connection, moved: Sequence[tuple[Recording, Recording]]) -> None:
    """Give recordings their new paths; two may exchange theirs, so all leave the old ones first."""
    leave = ((f"\0{before.id}", before.id) for before, _ in moved)
    connection.executemany("UPDATE recordings SET path = ? WHERE uid = ?", leave)
    statement = """UPDATE recordings SET path = ?, size_bytes = ?, fingerprint = ?, modified_s = ?, duration_s = ?,
        sample_rate_hz = ? WHERE uid = ?"""
    for _, after in moved:
        uid, path, *rest = recording_row(after)
        if fetch_all(connection, "SELECT 1 FROM recordings WHERE path = ? AND uid <> ?", [path_value(after.path), uid]):
            raise UserError(f"“{after.path}” has labels of its own: choose another file for those that are missing.")
        connection.execute(statement, (path, *rest, uid))


def _check_removed(connection: sqlite3.Connection, removed: Sequence[Annotation]) -> None:
    """Refuse to take away or change anything that is not as the edit's maker saw it."""
    stored = read_annotations(connection, (each.id for each in removed))
    if any(stored.get(each.id) != each for each in removed):
        raise StaleEditError("These labels have changed since they were shown: look again and repeat the change.")


def _rename(connection: sqlite3.Connection, old: str, new: str) -> None:
    in_use = """SELECT 1 FROM annotations WHERE label = (SELECT id FROM labels WHERE name = ?) LIMIT 1"""
    if fetch_all(connection, in_use, [new]):
        raise StaleEditError(f"There are annotations with the label “{new}” already: merge the two classes instead.")
    connection.execute("DELETE FROM labels WHERE name = ?", (new,))
    connection.execute("UPDATE labels SET name = ? WHERE name = ?", (new, old))


def _put(connection: sqlite3.Connection, edit: Edit) -> None:
    """Insert what is new and change what was there before."""
    labels = _numbers(connection, "labels", "name", {each.label for each in edit.added})
    sources = _numbers(connection, "sources", "name", {each.source for each in edit.added})
    recordings = _numbers(connection, "recordings", "uid", {each.recording_id for each in edit.added})
    if any(each.recording_id not in recordings for each in edit.added):
        raise StaleEditError("A recording has come to other labels meanwhile: look again and repeat the change.")

    def row(it: Annotation) -> Row:
        return annotation_row(it, recordings[it.recording_id], labels[it.label], sources[it.source])

    before = {each.id for each in edit.removed}
    changed = ((*row(each), each.id) for each in edit.added if each.id in before)
    connection.executemany(_UPDATE, changed)
    try:
        connection.executemany(_INSERT, (row(each) for each in edit.added if each.id not in before))
    except sqlite3.IntegrityError as error:
        raise StaleEditError("These labels are there already: look again and repeat the change.") from error


def _numbers(connection: sqlite3.Connection, table: str, column: str, texts: set[str]) -> dict[str, int]:
    """Return the row numbers of texts; labels and sources that are new get one."""
    if table != "recordings":
        new = ((text,) for text in sorted(texts))
        connection.executemany(f"INSERT OR IGNORE INTO {table} ({column}) VALUES (?)", new)
    found: dict[str, int] = {}
    waiting = iter(texts)
    while chunk := list(islice(waiting, CHUNK)):
        statement = f"SELECT {column}, id FROM {table} WHERE {column} IN ({marks(len(chunk))})"
        found.update(fetch_all(connection, statement, [*chunk]))
    return found


def _exchange_scheme(connection: sqlite3.Connection, before: LabelScheme, after: LabelScheme) -> None:
    if read_scheme(connection) != before:
        raise StaleEditError("The classes have changed since they were shown: look again and repeat the change.")
    connection.execute("DELETE FROM classes")
    rows = ((place, it.name, it.colour, it.key, it.group) for place, it in enumerate(after.classes))
    connection.executemany("INSERT INTO classes VALUES (?, ?, ?, ?, ?)", rows)
