"""A filter of the table of annotations as SQL: parts that share no annotation, each with the index that finds it.

The index is always named. SQLite knows nothing of how often a value occurs; left alone it went through all drafts of a
million annotations, 8 s, to find those of one folder.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop_app.annotation.rows import STATUSES, Parameters, fetch_all, marks
from desktop_app.annotation.table_query import TableQuery

BY_PLACE, BY_NOTE = "annotations_by_place", "annotations_by_note"
_LABEL, _SOURCE, _RECORDING = "a.label", "a.source", "a.recording"


@dataclass(frozen=True)
class Demand:
    """One thing that a filter asks of an annotation."""

    sql: str
    """With {0} where its column stands; of a recording, a clause on `recordings q`."""
    parameters: tuple[str | bytes | float, ...] = ()
    """Of its question marks."""
    column: str = ""
    """The column, where an index begins with it."""

    def following(self) -> str:
        """Return the clause in a form for which its index is used."""
        return self.sql.format(self.column)

    def testing(self, names: Mapping[str, str]) -> str:
        """Return the clause in a form for which no index is used; `names` are columns that stand elsewhere as well.

        Recordings are looked up one by one: a list of half of them would take 30 ms to make before the first row.
        """
        column = f"+{names.get(self.column, self.column)}"
        if self.column == _RECORDING:
            return f"EXISTS (SELECT 1 FROM recordings q WHERE q.id = {column} AND {self.sql})"
        return self.sql.format(column)


@dataclass(frozen=True)
class Part:
    """Annotations that meet all of some demands, found by one index."""

    demands: Sequence[Demand]

    @property
    def index(self) -> str:
        """Return the name of the index that finds it, empty where all annotations are gone through."""
        return self._driver.index

    @property
    def parameters(self) -> Parameters:
        """Return the parameters of all demands, in their order."""
        return [value for it in self.demands for value in it.parameters]

    def selecting(self, columns: str, joins: str = "") -> tuple[str, Parameters]:
        """Return the SELECT of some columns of its annotations `a`, and its parameters."""
        driver = self._driver
        followed = [it for it in self.demands if it.column in driver.columns]
        if driver.index == BY_PLACE:
            followed = followed[:1]  # `q` is one recording; a second demand on it is tested
        held = [it.following() if it in followed else it.testing({}) for it in self.demands]
        where = f" WHERE {' AND '.join(held)}" if held else ""
        return f"SELECT {columns} FROM {driver.tables} {joins}{where}", self.parameters

    def testing(self, names: Mapping[str, str]) -> str:
        """Return the clause that an annotation meets which was found in another way."""
        return " AND ".join(it.testing(names) for it in self.demands)

    @property
    def _driver(self) -> "_Driver":
        asked = {it.column for it in self.demands}
        return next((each for each in _DRIVERS if each.columns[0] in asked), _NO_DRIVER)


@dataclass(frozen=True)
class _Driver:
    """An index, and its columns as far as demands on them narrow it down."""

    index: str
    columns: tuple[str, ...]

    @property
    def tables(self) -> str:
        """Return what a SELECT by this index is from."""
        if self.index == BY_PLACE:
            return f"recordings q CROSS JOIN annotations a INDEXED BY {BY_PLACE} ON a.recording = q.id"
        return f"annotations a INDEXED BY {self.index}" if self.index else "annotations a"


_DRIVERS = (
    _Driver(BY_NOTE, ("a.note",)),
    _Driver(BY_PLACE, (_RECORDING,)),
    _Driver("annotations_by_label", (_LABEL, "a.status", "a.score")),
    _Driver("annotations_by_source", (_SOURCE, "a.score")),
    _Driver("annotations_by_status", ("a.status", "a.score")),
    _Driver("annotations_by_score", ("a.score",)),
)
"""The best first: the earlier ones find what they do not hold themselves faster than the later ones."""
_NO_DRIVER = _Driver("", ())


def parts_of(connection: sqlite3.Connection, query: TableQuery) -> list[Part]:
    """Return what a query finds as parts that share nothing; none where it finds nothing for certain."""
    common = _demands_of(query)
    if not query.text:
        return [Part(common)]
    return [Part([*common, *each]) for each in _holding(connection, query.text)]


def _demands_of(query: TableQuery) -> list[Demand]:
    """Return what a query demands beside its text."""
    demands: list[Demand] = []
    if query.recording_id:
        demands.append(Demand("q.uid = ?", (query.recording_id,), _RECORDING))
    if query.folder:
        demands.append(_in_recordings(f"{_plain(query.folder)}/%"))
    for column, table, names in ((_LABEL, "labels", query.labels), (_SOURCE, "sources", query.sources)):
        if names:
            demands.append(
                Demand(f"{{0}} IN (SELECT id FROM {table} WHERE name IN ({marks(len(names))}))", names, column)
            )
    if query.statuses:
        numbers = ", ".join(str(STATUSES.index(each)) for each in query.statuses)
        demands.append(Demand(f"{{0}} IN ({numbers})", column="a.status"))
    if query.lowest_score is not None:
        demands.append(Demand("{0} >= ?", (query.lowest_score,), "a.score"))
    if query.highest_score is not None:
        demands.append(Demand("{0} <= ?", (query.highest_score,), "a.score"))
    return demands


def _holding(connection: sqlite3.Connection, text: str) -> list[list[Demand]]:
    """Return the demands of a text in a label, else in a path, else in a note, for each that holds it anywhere."""
    part = f"%{_plain(text)}%"
    statement = "SELECT count(*) FILTER (WHERE path LIKE ? ESCAPE '!'), count(*) FROM recordings"
    held, total = fetch_all(connection, statement, [part])[0]
    if held == total:
        return [[]]
    labels = fetch_all(connection, "SELECT id, name FROM labels")
    named = ", ".join(str(number) for number, name in labels if text.casefold() in name.casefold())
    found: list[list[Demand]] = []
    others: list[Demand] = []
    if named:
        found.append([Demand(f"{{0}} IN ({named})", column=_LABEL)])
        others.append(Demand(f"+a.label NOT IN ({named})"))
    if held:
        at_path = _in_recordings(part)
        found.append([*others, at_path])
        others.append(Demand(f"NOT {at_path.testing({})}", at_path.parameters))
    noted = [Demand("{0} > ''", column="a.note"), Demand("{0} LIKE ? ESCAPE '!'", (part,), "a.note")]
    statement, parameters = Part(noted).selecting("1")
    if fetch_all(connection, f"{statement} LIMIT 1", parameters):
        found.append([*others, *noted])
    return found


def _in_recordings(pattern: str) -> Demand:
    return Demand("q.path LIKE ? ESCAPE '!'", (pattern,), _RECORDING)


def _plain(text: str) -> str:
    """Return a text for LIKE without its special characters."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
