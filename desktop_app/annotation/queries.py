"""What the table of annotations asks of the store: filter, order and page, over a million rows in under 100 ms.

A filter that leaves few annotations is followed and its result sorted; one that leaves many is tested while the order's
own index is walked, which stops at the page's end. Which of the two costs less is reckoned first, from a count that
stops at `COUNTED`. Pages are sets of row numbers; only what is shown is looked up.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from desktop_app.annotation.annotations import Annotation
from desktop_app.annotation.conditions import BY_NOTE, BY_PLACE, Part, parts_of
from desktop_app.annotation.rows import JOIN_NAMES, SELECT_ANNOTATION, Parameters, annotation_of, fetch_all, path_of
from desktop_app.annotation.table_query import Order, TableQuery, TableRow

COUNTED = 20_000
"""Rows of each part that are counted before a way is chosen."""
SORT_US, SORT_LOOKED_UP_US = 0.5, 10.0
"""What it takes to sort one row: out of an index that holds all of it, and with a look at the row itself."""
WALK_US, WALK_ASKED_US = 0.15, 1.0
"""What a step along an order's index takes: alone, and with a look at the path of the recording. Measured."""


@dataclass(frozen=True)
class _Walk:
    """How the table is gone through in one order where a filter leaves many rows."""

    tables: str
    """With the index that has this order; tables before it are small."""
    order: tuple[str, ...]
    """The columns of that index to its end, so that nothing is left to sort."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Columns of the annotation that stand in a smaller table before it."""


def _walk(index: str, *first: str) -> _Walk:
    """Return how to go along an index that begins with a column of the annotation's own."""
    rest = (each for each in ("a.status", "a.label", "a.source", "a.score", "a.recording") if each not in first)
    return _Walk(f"annotations a INDEXED BY {index}", (*first, *rest, "a.id"))


_WALKS = {
    Order.PATH: _Walk(
        "recordings r CROSS JOIN annotations a INDEXED BY annotations_by_place ON a.recording = r.id",
        (
            "r.path",
            "a.onset_s",
            "a.offset_s",
            "a.label",
            "a.status",
            "a.source",
            "a.score",
            "a.time_us",
            "a.low_hz",
            "a.high_hz",
            "a.id",
        ),
        {"a.recording": "r.id"},
    ),
    Order.LABEL: _Walk(
        "labels l CROSS JOIN annotations a INDEXED BY annotations_by_label ON a.label = l.id",
        ("l.name", "a.status", "a.score", "a.source", "a.recording", "a.id"),
        {"a.label": "l.id"},
    ),
    Order.STATUS: _walk("annotations_by_status", "a.status", "a.score"),
    Order.SCORE: _walk("annotations_by_score", "a.score"),
    Order.SOURCE: _Walk(
        "sources s CROSS JOIN annotations a INDEXED BY annotations_by_source ON a.source = s.id",
        ("s.name", "a.score", "a.status", "a.label", "a.recording", "a.id"),
        {"a.source": "s.id"},
    ),
    Order.TIME: _walk("annotations_by_time", "a.time_us"),
    Order.ONSET: _walk("annotations_by_onset", "a.onset_s"),
    Order.DURATION: _Walk(
        "annotations a INDEXED BY annotations_by_duration",
        ("a.offset_s - a.onset_s", "a.label", "a.status", "a.source", "a.score", "a.recording", "a.id"),
    ),
    Order.LOW: _walk("annotations_by_low", "a.low_hz"),
    Order.HIGH: _walk("annotations_by_high", "a.high_hz"),
    Order.REVIEWER: _walk("annotations_by_reviewer", "a.reviewer"),
    Order.NOTE: _walk("annotations_by_note", "a.note"),
}
_NAMED = {
    "r.path": "CROSS JOIN recordings r ON r.id = a.recording",
    "l.name": "CROSS JOIN labels l ON l.id = a.label",
    "s.name": "CROSS JOIN sources s ON s.id = a.source",
}
"""Names that stand in other tables; the annotation comes first, as it is what the filter has found."""
_NOT_IN_PLACE = frozenset({Order.REVIEWER, Order.NOTE})
"""What the index of places does not hold."""


def count(connection: sqlite3.Connection, query: TableQuery, most: int | None = None) -> int:
    """Return how many annotations a query finds, or `most` where there are more; all of a million may take 0.15 s."""
    number = sum(_count_of(connection, part, most) for part in parts_of(connection, query))
    return number if most is None else min(number, most)


def page(connection: sqlite3.Connection, query: TableQuery, offset: int, limit: int) -> list[TableRow]:
    """Return `limit` lines of the table from line `offset` on."""
    parts = parts_of(connection, query)
    if not parts:
        return []
    if query.ranking:
        statement, parameters = _ranked(parts, query)
    elif _is_sorting_quicker(connection, query.order, parts, offset + limit):
        statement, parameters = _sorted(parts, query)
    else:
        statement, parameters = _walked(parts, query)
    found = fetch_all(connection, f"{statement} LIMIT ? OFFSET ?", [*parameters, limit, offset])
    return _rows_of(connection, [row[0] for row in found])


def matching(connection: sqlite3.Connection, query: TableQuery) -> list[Annotation]:
    """Return all annotations that a query finds, in its order; for edits of everything that is shown."""
    parts = parts_of(connection, query)
    if not parts:
        return []
    if query.ranking:
        statement, parameters = _ranked(parts, query)
        ranked = _rows_of(connection, [row[0] for row in fetch_all(connection, statement, parameters)])
        return [row.annotation for row in ranked]
    selects = [part.selecting("a.id") for part in parts]
    order = _directed(_WALKS[query.order].order, query)
    statement = f"""SELECT {SELECT_ANNOTATION} FROM ({" UNION ALL ".join(each for each, _ in selects)}) found
        CROSS JOIN annotations a ON a.id = found.id {JOIN_NAMES} ORDER BY {order}"""
    return [annotation_of(row) for row in fetch_all(connection, statement, [it for _, held in selects for it in held])]


def _is_sorting_quicker(connection: sqlite3.Connection, order: Order, parts: Sequence[Part], last: int) -> bool:
    """Return whether it takes less time to sort all that is found than to walk to the last line that is wanted."""
    if not any(part.demands for part in parts):
        return False
    counts = [_count_of(connection, part, COUNTED) for part in parts]
    looked_up = [order in _NOT_IN_PLACE or part.index != BY_PLACE for part in parts]
    sorting = sum(
        number * (SORT_LOOKED_UP_US if looks else SORT_US) for number, looks in zip(counts, looked_up, strict=True)
    )
    (total,) = fetch_all(connection, "SELECT max(id) FROM annotations")[0]
    steps = (total or 0) * min(last / max(sum(counts), 1), 1)
    asks = any(part.index in (BY_PLACE, BY_NOTE) for part in parts)
    return sorting < steps * (WALK_ASKED_US if asks else WALK_US)


def _count_of(connection: sqlite3.Connection, part: Part, most: int | None = None) -> int:
    """Return how many annotations a part finds, or `most` where there are more."""
    statement, parameters = part.selecting("count(*)" if most is None else "1")
    if most is not None:
        statement = f"SELECT count(*) FROM ({statement} LIMIT {most})"
    return int(fetch_all(connection, statement, parameters)[0][0])


def _sorted(parts: Sequence[Part], query: TableQuery) -> tuple[str, Parameters]:
    """Return the SELECT that sorts all that the parts find."""
    order = _WALKS[query.order].order
    joins = " ".join(join for name, join in _NAMED.items() if name in order)
    columns = ", ".join(f"{column} AS by_{place}" for place, column in enumerate(order))
    selects = [part.selecting(columns, joins) for part in parts]
    places = tuple(f"by_{place}" for place in range(len(order)))
    united = " UNION ALL ".join(each for each, _ in selects)
    statement = f"SELECT {places[-1]} FROM ({united}) ORDER BY {_directed(places, query)}"
    return statement, [it for _, held in selects for it in held]


def _walked(parts: Sequence[Part], query: TableQuery) -> tuple[str, Parameters]:
    """Return the SELECT that walks along the order and tests what it meets."""
    walk = _WALKS[query.order]
    tested = [part.testing(walk.names) for part in parts if part.demands]
    where = f"WHERE ({') OR ('.join(tested)})" if tested else ""
    statement = f"SELECT a.id FROM {walk.tables} {where} ORDER BY {_directed(walk.order, query)}"
    return statement, [it for part in parts for it in part.parameters]


def _ranked(parts: Sequence[Part], query: TableQuery) -> tuple[str, Parameters]:
    """Return the SELECT that puts what the parts find into the order of a ranking."""
    selects = [part.selecting("a.id, a.uid") for part in parts]
    statement = f"""SELECT found.id FROM ({" UNION ALL ".join(each for each, _ in selects)}) found
        LEFT JOIN (SELECT key AS place, value AS uid FROM json_each(?)) ranked ON ranked.uid = found.uid
        ORDER BY ranked.place IS NULL, ranked.place, found.id"""
    return statement, [*(it for _, held in selects for it in held), json.dumps(query.ranking)]


def _directed(columns: Sequence[str], query: TableQuery) -> str:
    return ", ".join(f"{column} {'DESC' if query.descending else 'ASC'}" for column in columns)


def _rows_of(connection: sqlite3.Connection, ids: list[int]) -> list[TableRow]:
    """Return lines by their row numbers, in the order given."""
    statement = f"""SELECT {SELECT_ANNOTATION}, r.path, a.id FROM annotations a {JOIN_NAMES}
        WHERE a.id IN (SELECT value FROM json_each(?))"""
    found = fetch_all(connection, statement, [str(ids)])
    by_id = {row[-1]: TableRow(annotation_of(row[:16]), path_of(row[-2])) for row in found}
    return [by_id[each] for each in ids]
