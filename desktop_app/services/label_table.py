"""The table of all annotations of a project: its rows come in pages from jobs, so that a million can be scrolled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.edits import Edit, counted
from desktop_app.annotation.hand import Hand
from desktop_app.annotation.store import AnnotationReader, AnnotationStore
from desktop_app.annotation.summaries import FolderProgress
from desktop_app.annotation.table_query import Order, TableQuery, TableRow
from desktop_app.services.job_context import JobContext
from desktop_app.services.project import Project

PAGE_ROWS = 200
MOST_PAGES = 64
"""Pages that are kept: 13,000 rows, about 10 MB."""
LOOK_DELAY_MS = 30
"""Scrolling and editing must have paused so long before rows are asked for."""
SUM_DELAY_MS = 300
FIRST_COUNTED = 20_000
"""Hits that are counted before the first rows of another query are shown; the whole count follows."""

Ranges = Sequence[tuple[int, int]]
"""First and last rows of the table."""
Pages = dict[int, list[TableRow]]
"""Rows by the number of their page."""
Change = Callable[[Hand, Sequence[Annotation]], Edit]


@dataclass(frozen=True)
class Look:
    """What a job saw of the table."""

    count: int
    """Rows in all."""
    pages: Pages
    """Rows by the number of their page."""


@dataclass(frozen=True)
class Summary:
    """What the labels of a project come to."""

    tallies: dict[tuple[str, Status], int]
    """Annotations by label and status."""
    folders: Sequence[FolderProgress]
    """Recordings that are done and left."""
    sources: Sequence[str]
    """Who made annotations."""

    @property
    def count(self) -> int:
        """Return how many annotations there are."""
        return sum(self.tallies.values())

    def of_label(self, label: str) -> dict[Status, int]:
        """Return how many annotations of a label have each status."""
        return {status: self.tallies.get((label, status), 0) for status in Status}

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the labels that annotations have, by name."""
        return tuple(dict.fromkeys(label for label, _ in self.tallies))


class LabelTable(QObject):
    """Rows of the project's annotations by a query, kept up to date. GUI thread only; the store is read in jobs."""

    turned = Signal()
    """Another query is shown: its count and its first rows are here."""
    refreshed = Signal()
    """The same query finds what it finds now."""
    arrived = Signal(int, int)
    """First and last of rows that were not known before."""
    summed = Signal(object)
    """Summary of the whole project."""

    def __init__(self, project: Project) -> None:
        super().__init__()
        self._project = project
        self.query = TableQuery()
        self.count = 0
        self.is_counted = True
        """Whether `count` is all that the query finds, not only the first that were counted."""
        self.summary = Summary({}, (), ())
        self._pages: Pages = {}
        self._look_taken: Look | None = None
        self._wanted = (0, 0)
        self._shown: TableQuery | None = None
        self._scroll = self._after(LOOK_DELAY_MS, self._fetch)
        self._changed = self._after(LOOK_DELAY_MS, self._look)
        self._sum = self._after(SUM_DELAY_MS, self._sum_up)
        project.opened.connect(self._opened)
        project.closed.connect(self._closed)
        project.annotations_changed.connect(lambda _: self._follow())
        if project.store is not None:
            self._opened()

    def show(self, query: TableQuery) -> None:
        """Show what another query finds; `turned` follows."""
        if query != self.query:
            self.query = query
            self._look()

    def row(self, number: int) -> TableRow | None:
        """Return a row; None while it is not known."""
        page = self._pages.get(number // PAGE_ROWS)
        place = number % PAGE_ROWS
        return page[place] if page is not None and place < len(page) else None

    def want(self, first: int, last: int) -> None:
        """Say which rows are on screen; those that are not known come soon."""
        self._wanted = (first // PAGE_ROWS, max(first, last) // PAGE_ROWS)
        if self._missing():
            self._scroll.start()

    def rows_in(self, ranges: Ranges) -> list[TableRow] | None:
        """Return rows where all of them are known, else None."""
        if sum(last - first + 1 for first, last in ranges) > PAGE_ROWS * MOST_PAGES:
            return None
        rows = [self.row(number) for first, last in ranges for number in range(first, last + 1)]
        known = [row for row in rows if row is not None]
        return known if len(known) == len(rows) else None

    def change(self, ranges: Ranges, make: Change) -> bool:
        """Change rows of the table in one step that can be undone; those that are not known are read in a job.

        Returns whether there is anything to change, as far as that is known already.
        """
        rows = self.rows_in(ranges)
        if rows is not None:
            edit = make(self._project.hand, [row.annotation for row in rows])
            self._project.do(edit)
            return not edit.is_empty
        job = (self.query, tuple(ranges), make, self._project.hand)
        self._project.in_background(_changed, *job, then=self._project.do, title="Changing labels")
        return True

    def _opened(self) -> None:
        self._shown = None
        self._look()
        self._sum.start()

    def _closed(self) -> None:
        self._pages, self.count, self._shown, self.is_counted = {}, 0, None, True
        self.query = replace(self.query, ranking=())
        self.summary = Summary({}, (), ())
        self.turned.emit()
        self.summed.emit(self.summary)

    def _follow(self) -> None:
        self._changed.start()
        self._sum.start()

    def _look(self) -> None:
        """Count and read anew; of another query from its start, and at first as far as that is quick."""
        query, same = self.query, self.query == self._shown
        pages, most = (self._pages_on_screen(), None) if same else ([0], FIRST_COUNTED)
        self._project.in_background(
            _look_at,
            query,
            pages,
            most,
            then=lambda look: self._take(query, look),
            newest="label table",
            lane="drawing",
        )

    def _take(self, query: TableQuery, look: Look) -> None:
        same = query == self._shown
        self._shown, self.count, self._pages, self._look_taken = query, look.count, look.pages, look
        self.is_counted = same or look.count < FIRST_COUNTED
        (self.refreshed if same else self.turned).emit()
        if not self.is_counted and query == self.query:
            self._look()
        elif self._missing():
            self._scroll.start()

    def _fetch(self) -> None:
        """Read what is on screen and not known; of no use once the table has been looked at anew."""
        missing, query, look = self._missing(), self._shown, self._look_taken

        def keep(pages: Pages) -> None:
            if look is self._look_taken:
                self._keep(pages)

        if missing and query is not None:
            self._project.in_background(_read, query, missing, then=keep, newest="label pages", lane="drawing")

    def _keep(self, pages: Pages) -> None:
        for number, rows in pages.items():
            self._pages[number] = rows
            self.arrived.emit(number * PAGE_ROWS, number * PAGE_ROWS + len(rows) - 1)
        while len(self._pages) > MOST_PAGES:
            del self._pages[next(iter(self._pages))]

    def _pages_on_screen(self) -> list[int]:
        return list(range(self._wanted[0], self._wanted[1] + 1))

    def _missing(self) -> list[int]:
        last = (self.count - 1) // PAGE_ROWS
        return [page for page in self._pages_on_screen() if page not in self._pages and 0 <= page <= last]

    def _sum_up(self) -> None:
        self._project.in_background(_summed, then=self._show_summary, newest="label summary")

    def _show_summary(self, summary: Summary) -> None:
        self.summary = summary
        self.summed.emit(summary)

    def _after(self, delay_ms: int, do: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(delay_ms)
        timer.timeout.connect(do)
        return timer


def write_note(hand: Hand, annotations: Sequence[Annotation], note: str) -> Edit:
    """Return the edit that writes the same about several annotations."""
    parts = [hand.set_note(each, note) for each in annotations]
    old = tuple(each for part in parts for each in part.removed)
    return Edit(f"Note on {counted(old)}", old, tuple(each for part in parts for each in part.added))


def _look_at(
    context: JobContext, store: AnnotationStore, query: TableQuery, pages: Sequence[int], most: int | None
) -> Look:
    with store.reader() as reader:
        count = reader.count(query, most)
        context.checkpoint()
        return Look(count, _pages(reader, query, pages))


def _read(context: JobContext, store: AnnotationStore, query: TableQuery, pages: Sequence[int]) -> Pages:
    context.checkpoint()
    with store.reader() as reader:
        return _pages(reader, query, pages)


def _pages(reader: AnnotationReader, query: TableQuery, pages: Sequence[int]) -> Pages:
    return {number: reader.page(query, number * PAGE_ROWS, PAGE_ROWS) for number in pages}


def _changed(
    context: JobContext, store: AnnotationStore, query: TableQuery, ranges: Ranges, make: Change, hand: Hand
) -> Edit:
    with store.reader() as reader:
        return make(hand, _annotations_at(context, reader, query, ranges))


def _annotations_at(
    context: JobContext, reader: AnnotationReader, query: TableQuery, ranges: Ranges
) -> list[Annotation]:
    if sum(last - first + 1 for first, last in ranges) == reader.count(query):
        return reader.matching(query)
    found: list[Annotation] = []
    for first, last in ranges:
        context.checkpoint()
        found += [row.annotation for row in reader.page(query, first, last - first + 1)]
    return found


def _summed(context: JobContext, store: AnnotationStore) -> Summary:
    with store.reader() as reader:
        tallies = reader.tallies()
        context.checkpoint()
        return Summary(tallies, reader.progress(), reader.sources())


def in_order(query: TableQuery, order: Order, *, descending: bool) -> TableQuery:
    """Return a query that finds the same in another order."""
    return replace(query, order=order, descending=descending, ranking=())
