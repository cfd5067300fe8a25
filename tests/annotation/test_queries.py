"""The table of annotations: filters, orders and pages against plain Python, whichever way the database takes."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from desktop_app.annotation import queries
from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.edits import Edit
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.store import AnnotationStore, open_store
from desktop_app.annotation.table_query import Order, TableQuery

RECORDINGS = {
    path: Recording(path, 1, id=f"id {number}")
    for number, path in enumerate(["b.wav", "a.wav", "night/a.wav", "night/deep/c 100%.wav", "nights/x.wav"])
}
PATHS = {recording.id: path for path, recording in RECORDINGS.items()}


def some_annotations(count: int) -> list[Annotation]:
    chance = random.Random(5)
    start = datetime(2026, 1, 1, tzinfo=timezone.utc)  # noqa: UP017
    made = []
    for number in range(count):
        onset_s = chance.choice([None, round(chance.uniform(0, 60), 1)])
        made.append(
            Annotation(
                chance.choice(["robin", "wren", "Ärger"]),
                chance.choice(list(PATHS)),
                onset_s,
                None if onset_s is None else onset_s + chance.choice([0.0, 0.5, 2.0]),
                low_hz=chance.choice([None, 100.0, 500.0]),
                high_hz=chance.choice([None, 1000.0, 900.0]),
                reviewer=chance.choice(["", "Ada", "Bo"]),
                status=chance.choice(list(Status)),
                source=chance.choice(["manual", "model"]),
                score=chance.choice([None, round(chance.random(), 1)]),
                note=chance.choice(["", "", "loud 50%", "_quiet", "near a robin"]),
                time=start + timedelta(minutes=chance.randrange(9)),
                id=f"{number:04d}",
            )
        )
    return made


ANNOTATIONS = some_annotations(300)


@pytest.fixture(scope="module")
def filled() -> Iterator[AnnotationStore]:
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        store.apply(Edit("Draw", added=tuple(ANNOTATIONS), recordings=tuple(RECORDINGS.values())))
        yield store
        store.close()


@pytest.fixture(params=["sorted", "walked"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let queries sort what they find, or walk along an order."""
    monkeypatch.setattr(queries, "WALK_US" if request.param == "sorted" else "SORT_US", 1e9)
    monkeypatch.setattr(queries, "WALK_ASKED_US" if request.param == "sorted" else "SORT_LOOKED_UP_US", 1e9)


Test = Callable[[Annotation], bool]
FILTERS: list[tuple[TableQuery, Test]] = [
    (TableQuery(), lambda it: True),
    (TableQuery(labels=("robin", "Ärger")), lambda it: it.label in ("robin", "Ärger")),
    (TableQuery(statuses=(Status.DRAFT,)), lambda it: it.status == Status.DRAFT),
    (TableQuery(sources=("model",)), lambda it: it.source == "model"),
    (TableQuery(lowest_score=0.3, highest_score=0.7), lambda it: it.score is not None and 0.3 <= it.score <= 0.7),
    (TableQuery(recording_id="id 2"), lambda it: it.recording_id == "id 2"),
    (TableQuery(folder="night"), lambda it: PATHS[it.recording_id].startswith("night/")),
    (TableQuery(text="ROB"), lambda it: "robin" in it.label + it.note),
    (TableQuery(text="äRG"), lambda it: it.label == "Ärger"),
    (TableQuery(text="100%"), lambda it: "100%" in PATHS[it.recording_id]),
    (TableQuery(text="_q"), lambda it: it.note == "_quiet"),
    (
        TableQuery(labels=("wren",), statuses=(Status.ACCEPTED, Status.DRAFT), text="wav", lowest_score=0.2),
        lambda it: it.label == "wren" and it.status in ("accepted", "draft") and (it.score or 0) >= 0.2,
    ),
    (TableQuery(labels=("nobody",)), lambda it: False),
    (TableQuery(text="nothing holds this"), lambda it: False),
    (TableQuery(text="100%", folder="night/deep"), lambda it: PATHS[it.recording_id] == "night/deep/c 100%.wav"),
    (
        TableQuery(folder="night", statuses=(Status.DRAFT,), lowest_score=0.2),
        lambda it: PATHS[it.recording_id].startswith("night/") and it.status == "draft" and (it.score or 0) >= 0.2,
    ),
    (
        TableQuery(text="n", sources=("model",), statuses=(Status.DRAFT,)),  # in labels, in paths and in notes
        lambda it: (
            "n" in f"{it.label} {PATHS[it.recording_id]} {it.note}" and (it.source, it.status) == ("model", "draft")
        ),
    ),
    (
        TableQuery(text="rob", recording_id="id 3"),
        lambda it: it.recording_id == "id 3" and "rob" in it.label + it.note,
    ),
]
KEYS: dict[Order, Callable[[Annotation], object]] = {
    Order.PATH: lambda it: (PATHS[it.recording_id], -1.0 if it.onset_s is None else it.onset_s),
    Order.LABEL: lambda it: it.label,
    Order.STATUS: lambda it: list(Status).index(it.status),
    Order.SCORE: lambda it: -1.0 if it.score is None else it.score,
    Order.SOURCE: lambda it: it.source,
    Order.TIME: lambda it: it.time,
    Order.ONSET: lambda it: -1.0 if it.onset_s is None else it.onset_s,
    Order.DURATION: lambda it: -1.0 if it.duration_s is None else round(it.duration_s, 9),
    Order.LOW: lambda it: -1.0 if it.low_hz is None else it.low_hz,
    Order.HIGH: lambda it: -1.0 if it.high_hz is None else it.high_hz,
    Order.REVIEWER: lambda it: it.reviewer,
    Order.NOTE: lambda it: it.note,
}


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_a_filter_finds_what_plain_python_finds(filled: AnnotationStore, number: int) -> None:
    query, test = FILTERS[number]
    wanted = {it.id: it for it in ANNOTATIONS if test(it)}
    assert filled.count(query) == len(wanted)
    rows = filled.page(query, 0, 1000)
    assert {row.annotation.id: row.annotation for row in rows} == wanted
    assert all(row.path == PATHS[row.annotation.recording_id] for row in rows)
    assert [row.annotation for row in rows] == filled.matching(query)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("text", ["", "n"])
def test_every_order_holds_and_pages_join_without_gap_or_repetition(
    filled: AnnotationStore, order: Order, descending: bool, text: str
) -> None:
    query = TableQuery(statuses=(Status.DRAFT, Status.ACCEPTED), order=order, descending=descending, text=text)
    pages = [row.annotation for offset in range(0, 300, 7) for row in filled.page(query, offset, 7)]
    assert len({it.id for it in pages}) == len(pages) == filled.count(query)
    keys = [KEYS[order](it) for it in pages]
    assert keys == sorted(keys, reverse=descending)  # type: ignore[type-var]
    assert {it.id for it in filled.matching(query)} == {it.id for it in pages}


@pytest.mark.parametrize("text", ["", "n"])
def test_a_ranking_orders_what_a_filter_finds_and_what_it_does_not_name_comes_last(
    filled: AnnotationStore, text: str
) -> None:
    ranking = [it.id for it in ANNOTATIONS[:200]]
    random.Random(7).shuffle(ranking)
    query = TableQuery(statuses=(Status.DRAFT, Status.ACCEPTED), text=text)
    found = {it.id for it in filled.matching(query)}
    ranked = replace(query, ranking=("gone since", *ranking))
    pages = [row.annotation for offset in range(0, 300, 7) for row in filled.page(ranked, offset, 7)]
    named = [each for each in ranking if each in found]
    assert [it.id for it in pages[: len(named)]] == named
    assert {it.id for it in pages[len(named) :]} == found - set(named)
    assert filled.matching(ranked) == pages
    assert filled.count(ranked) == len(pages)


def test_tallies_count_each_label_and_status(filled: AnnotationStore) -> None:
    tallies = filled.tallies()
    assert sum(tallies.values()) == len(ANNOTATIONS)
    drafts = sum(it.label == "robin" and it.status == Status.DRAFT for it in ANNOTATIONS)
    assert tallies["robin", Status.DRAFT] == drafts
    assert filled.sources() == ["manual", "model"]


def test_progress_and_verdicts_tell_how_far_people_are(project: Path, store: AnnotationStore) -> None:
    recordings = [replace(it, path=path) for path, it in RECORDINGS.items()]
    b, a, night, deep, _ = (it.id for it in recordings)
    later = datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    earlier = later - timedelta(days=1)
    made = (
        Annotation("robin", a, 5.0, 6.0, reviewer="Ada", time=later),
        Annotation("wren", a, 1.0, 2.0, score=0.6, reviewer="Bo", time=earlier),
        Annotation("robin", a, status=Status.REJECTED, source="model", score=0.9),
        Annotation("owl", b, status=Status.DRAFT, source="model", score=0.4),
        Annotation("owl", b, reviewer="Ada"),
        Annotation("owl", night, status=Status.UNCERTAIN, source="model", score=0.7),
        Annotation("owl", deep, status=Status.REJECTED, source="model", score=0.8),
    )
    store.apply(Edit("Draw", added=made, recordings=tuple(recordings)))
    assert [(it.folder, it.done, it.left) for it in store.progress()] == [
        ("", 1, 1),
        ("night", 1, 0),
        ("night/deep", 1, 0),
    ]
    verdicts = {it.path: it for it in store.verdicts()}
    of_a = verdicts["a.wav"]
    assert (of_a.accepted, of_a.rejected, of_a.score) == (("wren", "robin"), ("robin",), 0.6)
    assert (of_a.label, of_a.status, of_a.reviewer, of_a.time) == ("wren, robin", Status.ACCEPTED, "Ada", later)
    assert [(it.label, it.status) for it in store.verdicts([b])] == [("owl", Status.DRAFT)]
    assert verdicts["b.wav"].score == 0.4
    assert (verdicts["night/a.wav"].status, verdicts["night/a.wav"].score) == (Status.UNCERTAIN, 0.7)
    assert verdicts["night/deep/c 100%.wav"].score == 0.8, "how sure the model was of what people rejected"
    assert (verdicts["night/deep/c 100%.wav"].label, verdicts["night/deep/c 100%.wav"].status) == ("", Status.REJECTED)
    assert "nights/x.wav" not in verdicts and len(verdicts) == 4
