"""The store on the disk: when its file is made, who may write, what is said when the disk refuses."""

import os
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.annotation import schema
from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.database import DamagedError
from desktop_app.annotation.edits import Edit, StaleEditError
from desktop_app.annotation.fingerprints import identify
from desktop_app.annotation.hand import Hand
from desktop_app.annotation.places import inside
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.store import AnnotationStore, open_store
from desktop_app.annotation.table_query import Order, TableQuery
from desktop_app.errors import UserError

HAND = Hand("Ada")


def draw(store: AnnotationStore, project: Path, label: str = "robin", name: str = "a.wav") -> Annotation:
    recording = identify(project, project / name)
    edit = HAND.draw(Annotation(label, recording.id, 1.0, 2.0), recording)
    store.apply(edit)
    return edit.added[0]


def test_looking_at_a_folder_writes_nothing_into_it(project: Path) -> None:
    store = open_store(project)
    assert store.annotations_of("nobody") == [] and store.scheme().classes == ()
    store.close()
    assert not inside(project).home.exists()


def test_the_first_label_makes_the_file_and_it_is_there_again_after_opening(
    project: Path, store: AnnotationStore
) -> None:
    drawn = draw(store, project)
    assert store.place.database == project / ".earmark" / "labels.sqlite"
    assert "kept in" in store.place.words
    store.close()
    again = open_store(project)
    assert again.annotations_of(drawn.recording_id) == [drawn]
    known = again.recording_at("a.wav")
    assert known is not None and known == again.recording(known.id) and again.recordings() == [known]
    again.close()


def test_annotations_are_found_by_the_stretch_they_touch(store: AnnotationStore) -> None:
    recording = Recording("a.wav", 1, id="a")
    spans = [(None, None), (0.0, 1.0), (2.0, 2.0), (1.5, 8.0), (9.0, 10.0)]
    made = tuple(Annotation("x", "a", onset_s, offset_s) for onset_s, offset_s in spans)
    store.apply(Edit("Draw", added=made, recordings=(recording,)))
    assert store.annotations_of("a", 2.0, 5.0) == [made[0], made[3], made[2]]
    assert store.annotations_of("a", 8.5, 8.9) == [made[0]]
    assert len(store.annotations_of("a")) == 5


def test_an_edit_of_what_has_changed_meanwhile_is_refused_and_nothing_of_it_is_done(
    project: Path, store: AnnotationStore
) -> None:
    drawn = draw(store, project)
    edit = HAND.set_status([drawn], Status.REJECTED)
    store.apply(edit)
    extra = Annotation("wren", drawn.recording_id)
    with pytest.raises(StaleEditError):
        store.apply(Edit("Stale", (drawn,), (extra,)))
    with pytest.raises(StaleEditError):
        store.apply(Edit("Twice", added=(extra, edit.added[0])))
    with pytest.raises(StaleEditError):
        store.apply(Edit("Of no recording", added=(Annotation("wren", "unknown"),)))
    with pytest.raises(StaleEditError, match="merge the two classes"):
        store.apply(Edit("Rename", renamed=("wren", "robin")))
    assert store.annotations_of(drawn.recording_id) == list(edit.added)


def test_recordings_can_exchange_their_paths_but_not_take_anothers(project: Path, store: AnnotationStore) -> None:
    draw(store, project, name="a.wav")
    draw(store, project, name="b.wav")
    draw(store, project, name="night/c.wav")
    a, b, c = store.recordings()
    edit = Edit("Exchange", moved=((a, replace(a, path="b.wav")), (b, replace(b, path="a.wav"))))
    store.apply(edit)
    assert [it.id for it in store.recordings()] == [b.id, a.id, c.id]
    store.apply(edit.inverse())
    assert store.recordings() == [a, b, c]
    with pytest.raises(UserError, match="labels of its own"):
        store.apply(Edit("Move", moved=((a, replace(a, path="night/c.wav")),)))
    assert store.recordings() == [a, b, c]


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names there are always text")
def test_a_name_that_is_no_text_keeps_its_labels(project: Path, store: AnnotationStore) -> None:
    path = Path(os.fsdecode(os.fsencode(project) + b"/caf\xe9.wav"))
    path.write_bytes(b"x")
    drawn = draw(store, project, name=path.name)
    known = store.recording_at(path.name)
    assert known is not None and known.path == path.name
    assert store.annotations_of(known.id) == [drawn]


def test_a_second_window_only_reads_says_why_and_sees_what_the_first_one_writes(
    project: Path, store: AnnotationStore
) -> None:
    drawn = draw(store, project)
    second = open_store(project)
    assert f"process {os.getpid()}" in second.read_only and "another window" in second.read_only
    with pytest.raises(UserError, match="another window"):
        second.apply(HAND.delete([drawn]))
    assert not second.changed_elsewhere()
    other = draw(store, project, "wren")
    assert second.changed_elsewhere() and not second.changed_elsewhere()
    assert second.annotations_of(drawn.recording_id) == [drawn, other]
    second.close()


def test_two_windows_on_a_folder_without_labels_and_the_second_to_draw_is_told(
    project: Path, store: AnnotationStore
) -> None:
    second = open_store(project)
    draw(store, project)
    with pytest.raises(UserError, match="another window"):
        draw(second, project)
    assert "another window" in second.read_only
    second.close()


@pytest.mark.parametrize("begun", [True, False])
def test_a_window_that_only_reads_takes_over_once_the_first_one_has_let_go(
    project: Path, store: AnnotationStore, begun: bool
) -> None:
    second = open_store(project)
    drawn = draw(store, project)
    if begun:
        second.close()
        second = open_store(project)
    else:
        with pytest.raises(UserError, match="another window"):
            draw(second, project)
    assert not second.take_over()
    store.close()
    assert second.take_over() and not second.take_over()
    assert second.read_only == ""
    second.apply(HAND.delete([drawn]))
    assert second.annotations_of(drawn.recording_id) == []
    second.close()


def test_the_next_window_writes_once_the_first_one_is_closed(project: Path, store: AnnotationStore) -> None:
    draw(store, project)
    store.close()
    second = open_store(project)
    assert second.read_only == ""
    draw(second, project, "wren")
    second.close()


def test_a_reader_of_its_own_sees_what_is_confirmed(project: Path, store: AnnotationStore) -> None:
    with store.reader() as early:
        assert early.recordings() == []
    drawn = draw(store, project)
    with store.reader() as reader:
        assert reader.annotations_of(drawn.recording_id) == [drawn]


def test_threads_take_turns(project: Path, store: AnnotationStore) -> None:
    recording = identify(project, project / "a.wav")

    def label(name: str) -> None:
        for _ in range(10):
            store.apply(HAND.draw(Annotation(name, recording.id), recording))
            store.annotations_of(recording.id)

    threads = [threading.Thread(target=label, args=(name,)) for name in ("robin", "wren", "owl")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(store.tallies().values()) == [10, 10, 10]


def test_a_newer_file_is_refused_with_a_sentence(
    project: Path, store: AnnotationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(store, project)
    store.close()
    before = store.place.database.read_bytes()
    monkeypatch.setattr(schema, "MIGRATIONS", ())
    with pytest.raises(UserError, match="newer Earmark"):
        open_store(project)
    assert store.place.database.read_bytes() == before


def test_an_older_file_is_brought_up_to_date(
    project: Path, store: AnnotationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = draw(store, project)
    store.close()
    more = "ALTER TABLE recordings ADD COLUMN place TEXT;\nCREATE INDEX by_where ON recordings (place);"
    version = len(schema.MIGRATIONS) + 1
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, more))
    newer = open_store(project)
    assert newer.annotations_of(drawn.recording_id) == [drawn]
    newer.close()
    with sqlite3.connect(store.place.database) as plain:
        assert plain.execute("PRAGMA user_version").fetchone() == (version,)
        assert plain.execute("SELECT place FROM recordings").fetchall() == [(None,)]


def test_a_file_of_the_first_version_can_be_sorted_by_everything(
    project: Path, store: AnnotationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
    drawn = draw(store, project)
    store.close()
    monkeypatch.undo()
    newer = open_store(project)
    assert [row.annotation for row in newer.page(TableQuery(order=Order.NOTE), 0, 9)] == [drawn]
    newer.close()


def test_a_file_that_an_older_window_holds_is_not_read_by_a_newer_one(
    project: Path, store: AnnotationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
    draw(store, project)
    monkeypatch.undo()
    with pytest.raises(UserError, match="by an older Earmark: close it"):
        open_store(project)


def test_a_migration_that_fails_leaves_the_old_version(
    project: Path, store: AnnotationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = draw(store, project)
    store.close()
    half = "CREATE TABLE half (id INTEGER);\nALTER TABLE nowhere ADD COLUMN place TEXT;"
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, half))
    with pytest.raises(UserError):
        open_store(project)
    monkeypatch.undo()
    again = open_store(project)
    assert again.annotations_of(drawn.recording_id) == [drawn]
    again.close()


def test_another_programs_database_is_left_alone(project: Path) -> None:
    inside(project).home.mkdir()
    with sqlite3.connect(inside(project).database) as other:
        other.execute("CREATE TABLE songs (name TEXT)")
    with pytest.raises(UserError, match="another program"):
        open_store(project)


@pytest.mark.parametrize("damage", ["no database", "half of it", "zeros within"])
def test_a_damaged_file_is_told_in_a_sentence_and_kept(project: Path, store: AnnotationStore, damage: str) -> None:
    for _ in range(30):
        draw(store, project)
    store.close()
    file = store.place.database
    whole = file.read_bytes()
    damaged = {
        "no database": b"this is no database, whatever its name says" * 100,
        "half of it": whole[: len(whole) // 2 + 100],
        "zeros within": whole[:4096] + bytes(len(whole) - 4096),
    }[damage]
    file.write_bytes(damaged)
    with pytest.raises(DamagedError, match="damaged"):
        opened = open_store(project)
        try:
            opened.tallies()
            draw(opened, project)
        finally:
            opened.close()
    assert file.exists()


def test_on_a_full_disk_nothing_is_lost_and_it_goes_on_when_there_is_room(
    project: Path, store: AnnotationStore
) -> None:
    drawn = draw(store, project)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    many = tuple(Annotation("wren", drawn.recording_id, float(n), n + 1.0, note="x" * 99) for n in range(5_000))
    with pytest.raises(UserError, match="no room left on the disk"):
        store.apply(Edit("Draw", added=many))
    assert store.annotations_of(drawn.recording_id) == [drawn]
    store._connection.execute("PRAGMA max_page_count = 100000")
    store.apply(Edit("Draw", added=many))
    assert len(store.annotations_of(drawn.recording_id)) == 5_001


FILLING = """
import resource, signal, sys
from pathlib import Path
from desktop_app.annotation.annotations import Annotation
from desktop_app.annotation.edits import Edit
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.store import open_store
from desktop_app.errors import UserError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = open_store(Path(sys.argv[1]))
store.apply(Edit("Draw", added=(Annotation("robin", "a"),), recordings=(Recording("a.wav", 1, id="a"),)))
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
try:
    store.apply(Edit("Draw", added=tuple(Annotation("wren", "a", note="x" * 500) for _ in range(3_000))))
except UserError as problem:
    print(problem)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
store.apply(Edit("Draw", added=(Annotation("owl", "a"),)))
print(sorted(label for label, _ in store.tallies()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the system cannot limit a file's size")
def test_a_disk_that_refuses_a_write_in_the_middle_is_told_and_leaves_what_was_there(project: Path) -> None:
    run = subprocess.run([sys.executable, "-c", FILLING, project], capture_output=True, text=True, check=True)
    sentence, labels = run.stdout.splitlines()
    assert sentence.startswith(("The disk refused", "There is no room"))
    assert labels == "['owl', 'robin']"
