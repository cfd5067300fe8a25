"""Open a project of 100,000 recordings and 1,000,000 annotations, edit it, and filter its table."""

import random
import sqlite3
import statistics
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from benchmarks.inputs import Inputs
from benchmarks.measuring import Measured, Row, measure, seconds, times

RECORDINGS = 100_000
ANNOTATIONS = 1_000_000
CLASSES = 100
EDITS = 200
DRAFTS = 20_000
PAGE = 100
OPEN_AIM_S, COMMIT_AIM_S, FILTER_AIM_S, MEMORY_AIM_MB = 2.0, 0.010, 0.100, 200


def fill_project(folder: str) -> dict[str, float]:
    """Label a folder as years of work would have; return the seconds."""
    from desktop_app.annotation.annotations import Annotation, Status
    from desktop_app.annotation.edits import Edit
    from desktop_app.annotation.recordings import Recording
    from desktop_app.annotation.store import open_store

    chance = random.Random(1)
    names = [f"class {number:03d}" for number in range(CLASSES)]
    paths = [f"site {number // 1000:03d}/{number:06d}.wav" for number in range(RECORDINGS)]
    recordings = [Recording(path, 1_000, f"{number:032x}", id=f"{number:032x}") for number, path in enumerate(paths)]
    chance.shuffle(recordings)
    start_of_work = datetime(2023, 1, 1, tzinfo=timezone.utc)  # noqa: UP017
    statuses = [Status.DRAFT] * 3 + [Status.ACCEPTED] * 2 + [Status.REJECTED, Status.UNCERTAIN]

    def annotations(count: int) -> Iterator[Annotation]:
        for _ in range(count):
            onset_s = chance.uniform(0, 60)
            yield Annotation(
                names[min(int(chance.expovariate(0.1)), CLASSES - 1)],
                chance.choice(recordings).id,
                onset_s,
                onset_s + chance.uniform(0, 5),
                500.0,
                2_000.0,
                status=chance.choice(statuses),
                source=chance.choice(["manual", "model"]),
                score=chance.random(),
                time=start_of_work + timedelta(seconds=chance.randrange(100_000_000)),
            )

    start = time.perf_counter()
    store = open_store(Path(folder))
    for _ in range(20):
        part = tuple(annotations(ANNOTATIONS // 20))
        store.apply(Edit("Draw", added=part, recordings=tuple(recordings)).naming(store.scheme()))
    store.close()
    return {"seconds": time.perf_counter() - start}


def open_project(folder: str) -> dict[str, float]:
    """Open the labels and ask for what the window shows first: the classes, a recording, a page of the table."""
    from desktop_app.annotation.store import open_store
    from desktop_app.annotation.table_query import TableQuery

    start = time.perf_counter()
    store = open_store(Path(folder))
    store.scheme()
    rows = store.page(TableQuery(), 0, PAGE)
    store.annotations_of(rows[0].annotation.recording_id)
    store.count(TableQuery())
    taken = time.perf_counter() - start
    store.close()
    return {"seconds": taken}


def edit_project(folder: str) -> dict[str, float]:
    """Draw, accept and take back, one annotation at a time; return the median and the slowest of the commits."""
    from desktop_app.annotation.annotations import Annotation, Status
    from desktop_app.annotation.edits import Edit
    from desktop_app.annotation.hand import Hand
    from desktop_app.annotation.store import open_store
    from desktop_app.annotation.table_query import TableQuery

    store, hand = open_store(Path(folder)), Hand("Ada")
    recording_id = store.page(TableQuery(), 5_000, 1)[0].annotation.recording_id
    commits_s: list[float] = []

    def apply(edit: Edit) -> None:
        start = time.perf_counter()
        store.apply(edit)
        commits_s.append(time.perf_counter() - start)

    for number in range(EDITS // 4):
        drawing = hand.draw(Annotation("class 001", recording_id, float(number), number + 1.0))
        judging = hand.set_status(drawing.added, Status.REJECTED)
        for edit in (drawing, judging, judging.inverse(), drawing.inverse()):
            apply(edit)
    store.close()
    return {"seconds": statistics.median(commits_s), "p99_s": statistics.quantiles(commits_s, n=100)[98]}


def filter_table(folder: str) -> dict[str, float]:
    """Ask for the first rows of many filters in every order, as the table does; return the median and the slowest.

    `counted_s`: the slowest of counting all that was found, which the table does once the rows stand there.
    """
    from desktop_app.annotation.annotations import Status
    from desktop_app.annotation.store import open_store
    from desktop_app.annotation.table_query import Order, TableQuery
    from desktop_app.services.label_table import FIRST_COUNTED, PAGE_ROWS

    filters: list[dict[str, object]] = [
        {},
        {"labels": ("class 000",)},
        {"labels": ("class 070",)},
        {"statuses": (Status.DRAFT,)},
        {"statuses": (Status.ACCEPTED, Status.UNCERTAIN), "sources": ("model",)},
        {"labels": ("class 003", "class 004"), "statuses": (Status.DRAFT,), "lowest_score": 0.9},
        {"folder": "site 042"},
        {"folder": "site 042", "statuses": (Status.DRAFT,)},
        {"labels": ("class 000",), "folder": "site 042"},
        {"text": "0042"},
        {"text": "class 00"},
        {"text": "7", "statuses": (Status.DRAFT,)},
        {"text": "nothing holds this"},
    ]
    store = open_store(Path(folder))
    store.page(TableQuery(), 0, PAGE)
    taken_s, counted_s = [], []
    for chosen in filters:
        for order in Order:
            query = TableQuery(**chosen, order=order, descending=True)  # type: ignore[arg-type]
            start = time.perf_counter()
            store.count(query, FIRST_COUNTED)
            store.page(query, 0, PAGE_ROWS)
            taken_s.append(time.perf_counter() - start)
            start = time.perf_counter()
            store.count(query)
            counted_s.append(time.perf_counter() - start)
    store.close()
    return {"seconds": statistics.median(taken_s), "slowest_s": max(taken_s), "counted_s": max(counted_s)}


def scan_table(folder: str) -> dict[str, float]:
    """Filter and sort the same table by a plain SELECT that no index serves, as the yardstick."""
    from desktop_app.annotation.places import inside

    start = time.perf_counter()
    with sqlite3.connect(inside(Path(folder)).database) as plain:
        plain.execute(
            "SELECT a.uid FROM annotations a NOT INDEXED WHERE +a.status = 0 ORDER BY a.score DESC LIMIT 100"
        ).fetchall()
    return {"seconds": time.perf_counter() - start}


def commit_plainly(folder: str) -> dict[str, float]:
    """Append a line to a file and sync it, as often as `edit_project` commits: what the disk asks for any promise."""
    import os

    taken_s = []
    with (Path(folder) / "journal.txt").open("a") as file:
        for number in range(EDITS):
            start = time.perf_counter()
            file.write(f"{number}\tclass 001\t1.0\t2.0\n" * 4)
            file.flush()
            os.fsync(file.fileno())
            taken_s.append(time.perf_counter() - start)
    return {"seconds": statistics.median(taken_s)}


def back_up_project(folder: str) -> dict[str, float]:
    """Make a day's backup, with its check."""
    from desktop_app.annotation.backups import back_up, backups_of
    from desktop_app.annotation.places import inside

    place = inside(Path(folder))
    for old in backups_of(place):
        old.unlink()
    start = time.perf_counter()
    back_up(place, date(2026, 1, 1))
    return {"seconds": time.perf_counter() - start}


def take_drafts(folder: str) -> dict[str, float]:
    """Write the drafts of a large folder in one edit, and take it back."""
    from desktop_app.annotation.annotations import Annotation, Status
    from desktop_app.annotation.edits import Edit
    from desktop_app.annotation.store import open_store

    store = open_store(Path(folder))
    ids = [recording.id for recording in store.recordings()[:DRAFTS]]
    drafts = tuple(Annotation("class 001", each, status=Status.DRAFT, source="new model", score=0.5) for each in ids)
    edit = Edit("Take predictions", added=drafts)
    start = time.perf_counter()
    store.apply(edit)
    taken = time.perf_counter() - start
    store.apply(edit.inverse())
    store.close()
    return {"seconds": taken}


def rows(inputs: Inputs) -> list[Row]:
    """Return a line for opening, editing, filtering, taking predictions and backing up."""
    folder = inputs.folder / "labels"
    folder.mkdir()
    filled = measure(fill_project, folder, repeats=1)
    size_mb = sum(file.stat().st_size for file in (folder / ".earmark").iterdir()) / 1e6
    opened = measure(open_project, folder)
    edited = measure(edit_project, folder, repeats=3)
    synced = measure(commit_plainly, folder, repeats=3)
    filtered = measure(filter_table, folder, repeats=3)
    scanned = measure(scan_table, folder, repeats=3)
    taken = measure(take_drafts, folder, repeats=3)
    backed_up = measure(back_up_project, folder, repeats=3)
    subject = f"labels, {ANNOTATIONS:,} of {RECORDINGS:,} recordings ({size_mb:,.0f} MB)"
    return [
        row(f"{subject}: open", opened.seconds, opened, OPEN_AIM_S),
        row("labels: an edit, median", edited.seconds, edited, COMMIT_AIM_S, "append and fsync", synced),
        row("labels: an edit, p99", edited.values["p99_s"], edited, None, "append and fsync", synced),
        row("labels: filter the table, median", filtered.seconds, filtered, FILTER_AIM_S, "without indices", scanned),
        row("labels: filter the table, slowest", filtered.values["slowest_s"], filtered, FILTER_AIM_S),
        row("labels: count all hits, slowest", filtered.values["counted_s"], filtered, None),
        row(f"labels: take {DRAFTS:,} drafts", taken.seconds, taken, None),
        row("labels: the day's backup", backed_up.seconds, backed_up, None),
        row("labels: write all of them", filled.seconds, filled, None),
    ]


def row(
    subject: str, taken_s: float, ours: Measured, aim_s: float | None, name: str = "", yardstick: Measured | None = None
) -> Row:
    """Return one line; the memory aim is part of the time's."""
    fits = ours.peak_mb < MEMORY_AIM_MB
    return Row(
        subject,
        seconds(taken_s),
        f"{name}: {seconds(yardstick.seconds)}" if yardstick is not None else "",
        times(yardstick.seconds / taken_s) if yardstick is not None else "",
        f"< {seconds(aim_s)}, {MEMORY_AIM_MB} MB" if aim_s is not None else "",
        None if aim_s is None else taken_s < aim_s and fits,
        ours.peak_mb,
        yardstick.peak_mb if yardstick is not None else None,
    )
