"""One backup of the labels a day, the last ones kept; and the way back to one."""

import shutil
import sqlite3
from contextlib import closing, suppress
from datetime import date, datetime
from pathlib import Path

from desktop_app.annotation.database import DamagedError, connect_reading, told
from desktop_app.annotation.lock import FileLock, LockedElsewhereError
from desktop_app.annotation.places import SIDE_FILES, Place
from desktop_app.audio.atomic import TEMPORARY_PREFIX, TEMPORARY_SUFFIX, explain_write_error, replacing
from desktop_app.errors import UserError

KEPT = 7
"""Backups, each of another day on which the folder was opened."""


def backups_of(place: Place) -> list[Path]:
    """Return the backups, newest first."""
    return sorted(place.backups.glob("labels-????-??-??.sqlite"), reverse=True)


def backup_date(backup: Path) -> date:
    """Return the day on which a backup was made."""
    return date.fromisoformat(backup.stem.removeprefix("labels-"))


def back_up(place: Place, today: date, kept: int = KEPT) -> Path | None:
    """Make today's backup if there is none, drop the oldest ones, and return it; None where there was nothing to do.

    A copy is checked before it counts, so that damage never pushes the sound backups out. UserError says what is in
    the way; DamagedError that the labels themselves are. May take seconds for a million annotations; any thread, while
    another connection writes.
    """
    target = place.backups / f"labels-{today.isoformat()}.sqlite"
    if target.exists() or not place.database.exists():
        return None
    temporary = place.backups / f"{TEMPORARY_PREFIX}backup{TEMPORARY_SUFFIX}"
    try:
        place.backups.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        _copy(place.database, temporary)
        temporary.replace(target)
        for old in backups_of(place)[kept:]:
            old.unlink()
    except OSError as error:
        raise explain_write_error(error, target) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return target


def restore(place: Place, backup: Path | None, now: datetime) -> Path | None:
    """Go back to a backup, or to no labels at all, and return where the damaged database is kept; None where none was.

    Nothing is deleted. UserError where another window has the labels open, or the disk refuses.
    """
    try:
        with closing(FileLock(place.lock)):
            kept = _set_aside(place, now)
            if backup is not None:
                with replacing(place.database) as target, backup.open("rb") as file:
                    shutil.copyfileobj(file, target)
    except LockedElsewhereError as holder:
        raise UserError(str(holder)) from holder
    except OSError as error:
        raise explain_write_error(error, place.database) from error
    return kept


def _set_aside(place: Place, now: datetime) -> Path | None:
    """Move the database out of the way with its side files."""
    if not place.database.exists():
        return None
    kept = place.home / f"labels.damaged-{now:%Y%m%d-%H%M%S}.sqlite"
    for ending in ("", *SIDE_FILES):
        file = Path(f"{place.database}{ending}")
        if file.exists():
            file.replace(f"{kept}{ending}")
    return kept


def bring_along(source: Path, place: Place) -> None:
    """Copy the labels that a folder has which cannot be written to their new place; UserError where that fails.

    The files are copied as they are: on a read-only disk SQLite cannot open a database that was not closed.
    """
    try:
        place.home.mkdir(parents=True, exist_ok=True)
        log = Path(f"{source}-wal")
        if log.exists():
            shutil.copyfile(log, f"{place.database}-wal")
        with replacing(place.database) as target, source.open("rb") as file:
            shutil.copyfileobj(file, target)
    except OSError as error:
        raise explain_write_error(error, place.database) from error


def _copy(source: Path, target: Path) -> None:
    """Copy a database as it is at this moment (SQLite's backup interface), and check the copy."""
    with told(), closing(connect_reading(source)) as connection, closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        (answer,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if answer != "ok":
            raise DamagedError("The file with the labels of this folder is damaged: go back to a backup.")
