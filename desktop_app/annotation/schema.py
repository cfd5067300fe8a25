"""The tables of a project's labels, and how older files are brought up to date.

Each script makes one version out of the one before. A script that was ever released is never changed: add one.
"""

import sqlite3

from desktop_app.errors import UserError

APPLICATION_ID = 0x45_61_72_6D  # "Earm": tells the file from other programs' databases

_FIRST = """
CREATE TABLE recordings (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    path NOT NULL UNIQUE,       -- text with slashes; bytes where the name is no UTF-8
    size_bytes INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    modified_s REAL NOT NULL,
    duration_s REAL,
    sample_rate_hz INTEGER
);
CREATE INDEX recordings_by_fingerprint ON recordings (fingerprint);

CREATE TABLE labels (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE annotations (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    recording INTEGER NOT NULL REFERENCES recordings (id),
    label INTEGER NOT NULL REFERENCES labels (id),
    status INTEGER NOT NULL,    -- 0 draft, 1 accepted, 2 rejected, 3 uncertain
    source INTEGER NOT NULL REFERENCES sources (id),
    onset_s REAL,               -- both ends NULL: the whole recording
    offset_s REAL,
    low_hz REAL,
    high_hz REAL,
    channel INTEGER,            -- from 0 on; NULL: all
    score REAL,
    note TEXT NOT NULL,
    reviewer TEXT NOT NULL,
    time_us INTEGER,            -- since 1970, UTC
    utc_offset_s INTEGER,
    extra TEXT NOT NULL         -- a JSON object, or empty
);
-- Every column that the table filters by is in every index, so that no filter has to look up a million rows.
CREATE INDEX annotations_by_place ON annotations
    (recording, onset_s, offset_s, label, status, source, score, time_us);
CREATE INDEX annotations_by_label ON annotations (label, status, score, source);
CREATE INDEX annotations_by_status ON annotations (status, score, label, source);
CREATE INDEX annotations_by_score ON annotations (score, status, label, source);
CREATE INDEX annotations_by_time ON annotations (time_us, status, label, source, score);
CREATE INDEX annotations_by_source ON annotations (source, score, status, label);
CREATE INDEX annotations_by_onset ON annotations (onset_s, status, label, source, score);
CREATE INDEX annotations_by_duration ON annotations (offset_s - onset_s, label, status, source, score);
CREATE INDEX annotations_with_note ON annotations (note) WHERE note <> '';

CREATE TABLE classes (
    place INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    colour TEXT NOT NULL,
    key TEXT NOT NULL,
    class_group TEXT NOT NULL
);
"""

_MORE_ORDERS = """
DROP INDEX IF EXISTS annotations_by_place;
DROP INDEX IF EXISTS annotations_by_label;
DROP INDEX IF EXISTS annotations_by_status;
DROP INDEX IF EXISTS annotations_by_score;
DROP INDEX IF EXISTS annotations_by_time;
DROP INDEX IF EXISTS annotations_by_source;
DROP INDEX IF EXISTS annotations_by_onset;
DROP INDEX IF EXISTS annotations_by_duration;
DROP INDEX IF EXISTS annotations_with_note;
-- Now with the recording too, and by place with two edges: a look at a row costs 50 us, an entry here 0.2.
CREATE INDEX annotations_by_place ON annotations
    (recording, onset_s, offset_s, label, status, source, score, time_us, low_hz, high_hz);
CREATE INDEX annotations_by_label ON annotations (label, status, score, source, recording);
CREATE INDEX annotations_by_status ON annotations (status, score, label, source, recording);
CREATE INDEX annotations_by_score ON annotations (score, status, label, source, recording);
CREATE INDEX annotations_by_time ON annotations (time_us, status, label, source, score, recording);
CREATE INDEX annotations_by_source ON annotations (source, score, status, label, recording);
CREATE INDEX annotations_by_onset ON annotations (onset_s, status, label, source, score, recording);
CREATE INDEX annotations_by_duration ON annotations (offset_s - onset_s, label, status, source, score, recording);
CREATE INDEX annotations_by_low ON annotations (low_hz, status, label, source, score, recording);
CREATE INDEX annotations_by_high ON annotations (high_hz, status, label, source, score, recording);
CREATE INDEX annotations_by_reviewer ON annotations (reviewer, status, label, source, score, recording);
CREATE INDEX annotations_by_note ON annotations (note, status, label, source, score, recording);
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _MORE_ORDERS)


def newest_version() -> int:
    """Return the version that files have after `migrate`."""
    return len(MIGRATIONS)


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version that a file has, 0 for an empty one; UserError where it is newer, or another program's."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if tables and application != APPLICATION_ID:
        raise UserError("The file for the labels of this folder is another program's database: move it elsewhere.")
    if version > len(MIGRATIONS):
        raise UserError("The labels of this folder were saved by a newer Earmark: update Earmark to open them.")
    return int(version)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a file up to date, one version after the other, each as a whole or not at all."""
    for version in range(version_of(connection), len(MIGRATIONS)):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in _statements(MIGRATIONS[version]):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def _statements(script: str) -> list[str]:
    """Return the statements of a script one by one: `executescript` would commit before them."""
    found, part = [], ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            found.append(part)
            part = ""
    return found
