"""Backups: one a day, the last ones kept, checked; and the way back."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from desktop_app.annotation.annotations import Annotation
from desktop_app.annotation.backups import KEPT, back_up, backup_date, backups_of, restore
from desktop_app.annotation.database import DamagedError
from desktop_app.annotation.fingerprints import identify
from desktop_app.annotation.hand import Hand
from desktop_app.annotation.store import AnnotationStore, open_store
from desktop_app.errors import UserError

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 10, 11, 12)


def draw(store: AnnotationStore, project: Path, label: str = "robin") -> Annotation:
    recording = identify(project, project / "a.wav")
    edit = Hand().draw(Annotation(label, recording.id), recording)
    store.apply(edit)
    return edit.added[0]


def test_there_is_one_backup_a_day_and_the_oldest_ones_go(project: Path, store: AnnotationStore) -> None:
    assert store.back_up(TODAY) is None
    draw(store, project)
    for day in range(KEPT + 3):
        assert store.back_up(TODAY + timedelta(days=day)) is not None
        assert store.back_up(TODAY + timedelta(days=day)) is None
    days = [backup_date(backup) for backup in backups_of(store.place)]
    assert days == [TODAY + timedelta(days=day) for day in range(KEPT + 2, 2, -1)]
    assert sorted(path.name for path in store.place.backups.iterdir()) == sorted(
        p.name for p in backups_of(store.place)
    )


def test_going_back_to_a_backup_keeps_the_damaged_file(project: Path, store: AnnotationStore) -> None:
    first = draw(store, project)
    backup = store.back_up(TODAY)
    draw(store, project, "later")
    store.close()
    store.place.database.write_bytes(b"damaged" * 1000)
    with pytest.raises(DamagedError):
        open_store(project)
    kept = restore(store.place, backup, NOW)
    assert kept == store.place.home / "labels.damaged-20261121-101112.sqlite"
    assert kept.read_bytes() == b"damaged" * 1000
    again = open_store(project)
    assert again.annotations_of(first.recording_id) == [first]
    second = draw(again, project, "new")
    assert again.annotations_of(first.recording_id) == [first, second]
    again.close()


def test_without_a_backup_it_begins_anew_and_keeps_the_damaged_file(project: Path, store: AnnotationStore) -> None:
    draw(store, project)
    store.close()
    store.place.database.write_bytes(b"damaged")
    assert restore(store.place, None, NOW) is not None
    again = open_store(project)
    assert again.recordings() == []
    again.close()
    assert restore(again.place, None, NOW) is None


def test_nothing_is_restored_under_an_open_window(project: Path, store: AnnotationStore) -> None:
    first = draw(store, project)
    backup = store.back_up(TODAY)
    with pytest.raises(UserError, match="another window"):
        restore(store.place, backup, NOW)
    assert store.annotations_of(first.recording_id) == [first]


def test_damage_makes_no_backup_and_pushes_none_out(project: Path, store: AnnotationStore) -> None:
    for number in range(50):
        draw(store, project, f"label {number}")
    sound = store.back_up(TODAY)
    store.close()
    content = bytearray(store.place.database.read_bytes())
    content[8192:12288] = bytes(4096)
    store.place.database.write_bytes(content)
    with pytest.raises(DamagedError):
        back_up(store.place, TODAY + timedelta(days=1), kept=1)
    assert backups_of(store.place) == [sound]
    assert len(list(store.place.backups.iterdir())) == 1


def test_a_backup_that_cannot_be_written_is_told_in_a_sentence(project: Path, store: AnnotationStore) -> None:
    draw(store, project)
    store.place.backups.write_text("a file where the folder should be")
    with pytest.raises(UserError, match="“backups” is a file and no folder: rename it"):
        store.back_up(TODAY)
