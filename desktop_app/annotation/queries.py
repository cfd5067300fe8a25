"""What the table of annotations asks of the store: filter, order and page, over a million rows in under 100 ms.

Every index holds every column that filters ask for. A filter that leaves few annotations is followed first and its
result sorted; one that leaves many is tested while the order's own index is walked, which stops at the page's end.
Which of the two it is, is counted first. Pages are sets of row numbers; only what is shown is looked up.
"""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.rows import (
    JOIN_NAMES,
    SELECT_ANNOTATION,
    STATUSES,
    Parameters,
    annotation_of,
    fetch_all,
    marks,
    path_of,
)

FEW = 20_000
"""Rows that are sorted in less time than an index of a million is walked."""


class Order(StrEnum):
    """What the table can be sorted by."""

    PATH = "path"
    """Path of the recording, then onset: the order in which people listen."""
    LABEL = "label"
    STATUS = "status"
    SCORE = "score"
    SOURCE = "source"
    TIME = "time"
    """When it was made or judged."""
    ONSET = "onset"
    DURATION = "duration"


@dataclass(frozen=True)
class TableQuery:
    """Which annotations, in which order; an empty part asks for all."""

    labels: tuple[str, ...] = ()
    statuses: tuple[Status, ...] = ()
    sources: tuple[str, ...] = ()
    recording_id: str = ""
    folder: str = ""
    """Recordings in this folder or below it, from the project's folder on."""
    text: str = ""
    """Part of a label, a path or a note, in any case."""
    lowest_score: float | None = None
    highest_score: float | None = None
    order: Order = Order.PATH
    descending: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of the table."""

    annotation: Annotation
    path: str
    """Of its recording, from the project's folder on."""


@dataclass(frozen=True)
class _Walk:
    """How the table is gone through in one order where a filter leaves many rows."""

    tables: str
    """With the index that has this order; tables before it are small."""
    order: str
    """The columns of that index to its end, so that nothing is left to sort; {0} is the direction."""


_WALKS = {
    Order.PATH: _Walk(
        "recordings r CROSS JOIN annotations a INDEXED BY annotations_by_place ON a.recording = r.id",
        "r.path {0}, a.onset_s {0}, a.offset_s {0}, a.label {0}, a.status {0}, a.source {0}, a.score {0}, "
        "a.time_us {0}, a.id {0}",
    ),
    Order.LABEL: _Walk(
        "labels l CROSS JOIN annotations a INDEXED BY annotations_by_label ON a.label = l.id",
        "l.name {0}, a.status {0}, a.score {0}, a.source {0}, a.id {0}",
    ),
    Order.STATUS: _Walk(
        "annotations a INDEXED BY annotations_by_status",
        "a.status {0}, a.score {0}, a.label {0}, a.source {0}, a.id {0}",
    ),
    Order.SCORE: _Walk(
        "annotations a INDEXED BY annotations_by_score",
        "a.score {0}, a.status {0}, a.label {0}, a.source {0}, a.id {0}",
    ),
    Order.SOURCE: _Walk(
        "sources s CROSS JOIN annotations a INDEXED BY annotations_by_source ON a.source = s.id",
        "s.name {0}, a.score {0}, a.status {0}, a.label {0}, a.id {0}",
    ),
    Order.TIME: _Walk(
        "annotations a INDEXED BY annotations_by_time",
        "a.time_us {0}, a.status {0}, a.label {0}, a.source {0}, a.score {0}, a.id {0}",
    ),
    Order.DURATION: _Walk(
        "annotations a INDEXED BY annotations_by_duration",
        "a.offset_s - a.onset_s {0}, a.label {0}, a.status {0}, a.source {0}, a.score {0}, a.id {0}",
    ),
    Order.ONSET: _Walk(
        "annotations a INDEXED BY annotations_by_onset",
        "a.onset_s {0}, a.status {0}, a.label {0}, a.source {0}, a.score {0}, a.id {0}",
    ),
}


def count(connection: sqlite3.Connection, query: TableQuery) -> int:
    """Return how many annotations a query finds; a text that half of the paths hold may take 0.2 s for a million."""
    where, parameters = _condition(connection, query)
    return int(fetch_all(connection, f"SELECT count(*) FROM annotations a {where}", parameters)[0][0])


def page(connection: sqlite3.Connection, query: TableQuery, offset: int, limit: int) -> list[TableRow]:
    """Return `limit` lines of the table from line `offset` on."""
    where, parameters = _condition(connection, query)
    order = _WALKS[query.order].order.format(_direction(query))
    if where and _at_most_few(connection, f"SELECT 1 FROM annotations a {where}", parameters):
        by_value = ", ".join(f"+{column}" for column in order.split(", "))  # no index for the order
        ids = f"SELECT a.id FROM annotations a {JOIN_NAMES} {where} ORDER BY {by_value}"
    else:
        ids = f"SELECT a.id FROM {_WALKS[query.order].tables} {_only_tested(where, query.order)} ORDER BY {order}"
    found = fetch_all(connection, f"{ids} LIMIT ? OFFSET ?", [*parameters, limit, offset])
    return _rows_of(connection, [row[0] for row in found])


def matching(connection: sqlite3.Connection, query: TableQuery) -> list[Annotation]:
    """Return all annotations that a query finds, in its order; for edits of everything that is shown."""
    where, parameters = _condition(connection, query)
    order = _WALKS[query.order].order.format(_direction(query))
    statement = f"SELECT {SELECT_ANNOTATION} FROM annotations a {JOIN_NAMES} {where} ORDER BY {order}"
    return [annotation_of(row) for row in fetch_all(connection, statement, parameters)]


def _only_tested(where: str, order: Order) -> str:
    """Return a clause that no index is used for, so that none comes before the order's own."""
    label = "+l.id" if order == Order.LABEL else "+a.label"
    source = "+s.id" if order == Order.SOURCE else "+a.source"
    return where.replace("a.label IN", f"{label} IN").replace("a.source IN", f"{source} IN")


def _at_most_few(connection: sqlite3.Connection, statement: str, parameters: Parameters) -> bool:
    """Return whether a statement finds no more than `FEW` rows; stops looking when it does."""
    counted = f"SELECT count(*) FROM (SELECT 1 FROM ({statement}) LIMIT {FEW + 1})"
    return bool(fetch_all(connection, counted, parameters)[0][0] <= FEW)


def _direction(query: TableQuery) -> str:
    return "DESC" if query.descending else "ASC"


def _rows_of(connection: sqlite3.Connection, ids: list[int]) -> list[TableRow]:
    """Return lines by their row numbers, in the order given."""
    statement = f"""SELECT {SELECT_ANNOTATION}, r.path, a.id FROM annotations a {JOIN_NAMES}
        WHERE a.id IN (SELECT value FROM json_each(?))"""
    found = fetch_all(connection, statement, [str(ids)])
    by_id = {row[-1]: TableRow(annotation_of(row[:16]), path_of(row[-2])) for row in found}
    return [by_id[each] for each in ids]


def _condition(connection: sqlite3.Connection, query: TableQuery) -> tuple[str, Parameters]:
    """Return the WHERE clause of a query, empty where it asks for all, and its parameters."""
    parts: list[str] = []
    parameters: Parameters = []

    def demand(part: str, *values: str | bytes | float | None) -> None:
        parts.append(part)
        parameters.extend(values)

    if query.labels:
        demand(f"a.label IN (SELECT id FROM labels WHERE name IN ({marks(len(query.labels))}))", *query.labels)
    if query.statuses:
        demand(f"a.status IN ({', '.join(str(STATUSES.index(each)) for each in query.statuses)})")
    if query.sources:
        demand(f"a.source IN (SELECT id FROM sources WHERE name IN ({marks(len(query.sources))}))", *query.sources)
    if query.recording_id:
        demand("a.recording = (SELECT id FROM recordings WHERE uid = ?)", query.recording_id)
    if query.folder:
        demand("a.recording IN (SELECT id FROM recordings WHERE path LIKE ? ESCAPE '!')", f"{_plain(query.folder)}/%")
    if query.lowest_score is not None:
        demand("a.score >= ?", query.lowest_score)
    if query.highest_score is not None:
        demand("a.score <= ?", query.highest_score)
    if query.text:
        demand(*_text_condition(connection, query.text))
    return (f"WHERE {' AND '.join(parts)}" if parts else ""), parameters


def _text_condition(connection: sqlite3.Connection, text: str) -> tuple[str, ...]:
    """Return the clause for a text in a label, a path or a note, and its parameters.

    Only what holds the text somewhere is asked for. Where few annotations come of it they are looked up part by part,
    as SQLite would go through all of them for an OR.
    """
    part = f"%{_plain(text)}%"
    labels = fetch_all(connection, "SELECT id, name FROM labels")
    named = ", ".join(str(number) for number, name in labels if text.casefold() in name.casefold())
    statement = "SELECT count(*) FILTER (WHERE path LIKE ? ESCAPE '!'), count(*) FROM recordings"
    held, total = fetch_all(connection, statement, [part])[0]
    if held == total:
        return ("1",)
    tests: list[str] = [f"a.label IN ({named})"] if named else []
    asked: list[str] = []
    if held:
        tests.append("a.recording IN (SELECT id FROM recordings WHERE path LIKE ? ESCAPE '!')")
        asked.append(part)
    noted = "a.note <> '' AND a.note LIKE ? ESCAPE '!'"
    if fetch_all(connection, f"SELECT 1 FROM annotations a WHERE {noted} LIMIT 1", [part]):
        tests.append(f"({noted})")
        asked.append(part)
    each = [f"SELECT a.id FROM annotations a WHERE {test}" for test in tests]
    if not tests:
        return ("0",)
    if _at_most_few(connection, " UNION ALL ".join(each), [*asked]):
        return f"a.id IN ({' UNION '.join(each)})", *asked
    return f"({' OR '.join(tests)})", *asked


def _plain(text: str) -> str:
    """Return a text for LIKE without its special characters."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
