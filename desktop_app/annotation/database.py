"""Connections to a project's database, and what is said when SQLite or the disk refuses."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote_from_bytes

from desktop_app.annotation.schema import migrate, newest_version, version_of
from desktop_app.errors import UserError

CACHE_KIB = 32 << 10
LARGE_CACHE_KIB = 256 << 10
LARGE = 2_000
"""Rows of one transaction from which on the larger cache is lent: they touch most pages of every index. 30,000 of a
million took 25 s without it, 9 s with it."""
WAIT_S = 5.0
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_SENTENCES = {
    sqlite3.SQLITE_FULL: "There is no room left on the disk for the labels: free some space and do it again.",
    sqlite3.SQLITE_IOERR: "The disk refused to take the labels: see whether it is full or gone, and do it again.",
    sqlite3.SQLITE_READONLY: "The labels may not be written: change the rights of their file and do it again.",
    sqlite3.SQLITE_BUSY: "Another program holds the labels of this folder: close it and do it again.",
    sqlite3.SQLITE_CANTOPEN: "The labels of this folder cannot be opened: see whether their disk is there.",
}


class DamagedError(UserError):
    """The database cannot be read any more; `restoring` offers what to do."""


class NoWriteAheadLogError(UserError):
    """The place cannot hold a database with a write-ahead log."""


def connect(file: Path) -> sqlite3.Connection:
    """Open a database for writing, made or brought up to date where needed; any thread may use it, one at a time.

    What was committed survives a killed process and a power cut: write-ahead log, synced at every commit. UserError
    where it is newer, damaged or out of reach; NoWriteAheadLogError where the place is unfit.
    """
    with told():
        connection = sqlite3.connect(file, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
    with _closed_on_error(connection):
        version_of(connection)
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise NoWriteAheadLogError("This disk cannot hold labels: copy the folder to a disk of this computer.")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        _limit_memory(connection)
        migrate(connection)
    return connection


def connect_reading(file: Path) -> sqlite3.Connection:
    """Open a database to look into it; another process may write to it meanwhile."""
    uri = f"file:{quote_from_bytes(bytes(file.absolute()))}?mode=ro"
    with told():
        connection = sqlite3.connect(uri, uri=True, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
    with _closed_on_error(connection):
        if 0 < version_of(connection) < newest_version():
            raise UserError("These labels are open and were saved by an older Earmark: close it and open them anew.")
        _limit_memory(connection)
    return connection


def connect_nothing() -> sqlite3.Connection:
    """Return a database without labels that is nowhere on the disk."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migrate(connection)
    return connection


@contextmanager
def told() -> Iterator[None]:
    """Turn what SQLite and the disk say in the block into a UserError with one sentence."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise explained(error) from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block as one transaction: all of it is on the disk at the end, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # SQLite has rolled back by itself where the disk was full
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        raise


@contextmanager
def room_for(connection: sqlite3.Connection, rows: int) -> Iterator[None]:
    """Lend the block as much memory as so many rows need, and give it back."""
    if rows < LARGE:
        yield
        return
    connection.execute(f"PRAGMA cache_size = -{LARGE_CACHE_KIB}")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute("PRAGMA shrink_memory")


def explained(error: sqlite3.DatabaseError) -> UserError:
    """Return the sentence for an error of SQLite."""
    code = (getattr(error, "sqlite_errorcode", None) or sqlite3.SQLITE_ERROR) & 0xFF
    if code in _DAMAGED:
        return DamagedError("The file with the labels of this folder is damaged: go back to a backup.")
    sentence = _SENTENCES.get(code)
    return UserError(sentence) if sentence else UserError(f"The labels cannot be reached ({error}): open them anew.")


def _limit_memory(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    connection.execute("PRAGMA temp_store = MEMORY")


@contextmanager
def _closed_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    try:
        with told():
            yield
    except BaseException:
        connection.close()
        raise
