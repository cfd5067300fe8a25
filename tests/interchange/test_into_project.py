"""Label files and the labels of a folder: one step in, nothing twice, and out again the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.fingerprints import identify
from desktop_app.annotation.hand import Hand
from desktop_app.annotation.store import AnnotationStore, open_store
from desktop_app.interchange import audacity, own_table, sound_export
from desktop_app.interchange.into_project import labels_of_project, plan_import
from desktop_app.interchange.labels import ImportResult
from desktop_app.interchange.registry import read_labels, write_labels

Results = list[tuple[Path, ImportResult]]


@pytest.fixture
def store(sounds: Path) -> Iterator[AnnotationStore]:
    with open_store(sounds) as opened:
        yield opened


def written(folder: Path, **files: str) -> Results:
    folder.mkdir(exist_ok=True)
    results = []
    for name, text in files.items():
        path = folder / f"{name}.txt"
        path.write_text(text)
        results.append((path, read_labels(path)))
    return results


def test_many_files_come_in_as_one_edit_with_their_classes(
    sounds: Path, store: AnnotationStore, tmp_path: Path
) -> None:
    results = written(tmp_path / "labels", dawn="0\t1\towl\n1\t2\tfox\n", DUSK="0.5\t0.5\towl\n", gone="0\t1\tx\n")
    plan = plan_import(results, sounds, store)
    assert plan.edit.text == "Import 3 annotations"
    assert (plan.known, plan.left_out) == (0, 1)
    assert plan.problems == ("There is no recording called “gone” here: add it to the folder and import again.",)
    store.apply(plan.edit)
    assert [recording.path for recording in store.recordings()] == ["Dusk.WAV", "dawn.flac"]
    assert store.scheme().names == ("owl", "fox")
    assert {it.source for it in store.annotations_of(store.recordings()[1].id)} == {"import: audacity"}
    store.apply(plan.edit.inverse())
    assert store.annotations_of(store.recordings()[1].id) == []


def test_a_second_import_adds_nothing(sounds: Path, store: AnnotationStore, tmp_path: Path) -> None:
    results = written(tmp_path / "labels", dawn="0\t1\towl\n1\t2\tfox\n")
    store.apply(plan_import(results, sounds, store).edit)
    again = plan_import([*results, *written(tmp_path / "labels", dawn="0\t1\towl\n1\t2\tnew\n")], sounds, store)
    assert ([it.label for it in again.edit.added], again.known) == (["new"], 3)


def test_what_came_back_from_a_program_that_holds_less_is_known(
    sounds: Path, store: AnnotationStore, tmp_path: Path
) -> None:
    recording = identify(sounds, sounds / "dawn.flac")
    box = Annotation("owl", recording.id, 1.23456789, 1.5, low_hz=100.0, high_hz=900.0, note="near")
    store.apply(Hand("Ada").draw(box, recording))
    plan = plan_import(written(tmp_path / "labels", dawn="1.234568\t1.500000\towl\n1\t2\tfox\n"), sounds, store)
    assert ([it.label for it in plan.edit.added], plan.known) == (["fox"], 1)


def test_annotations_beyond_the_end_of_the_recording_are_told_and_kept(
    sounds: Path, store: AnnotationStore, tmp_path: Path
) -> None:
    plan = plan_import(written(tmp_path / "labels", dawn="1\t9\towl\n2.5\t3\towl\n7\t7\tfox\n"), sounds, store)
    assert plan.problems == ("“dawn.flac” ends at 2.0 s, before 2 annotations of it: is it the right recording?",)
    assert plan.new == 3


HEAD = "recording,label,onset_s,offset_s,status,source,score,reviewer,earmark_labels\n"


def test_a_draft_takes_over_the_verdict_of_a_file(sounds: Path, store: AnnotationStore, tmp_path: Path) -> None:
    (tmp_path / "drafts.csv").write_text(f"{HEAD}dawn.flac,owl,0,1,draft,BirdNET,0.8125,,1\n")
    (tmp_path / "judged.csv").write_text(
        f"{HEAD}dawn.flac,owl,0,1,rejected,BirdNET,0.8125,Ada,1\ndawn.flac,fox,1,2,accepted,BirdNET,0.5,Ada,1\n"
    )
    drafts, judged = ([(tmp_path / name, read_labels(tmp_path / name))] for name in ("drafts.csv", "judged.csv"))
    store.apply(plan_import(drafts, sounds, store).edit)
    plan = plan_import(judged, sounds, store)
    assert plan.words == "1 annotation imported; 1 was judged as in the files"
    store.apply(plan.edit)
    (recording,) = store.recordings()
    owl, fox = store.annotations_of(recording.id)
    assert (owl.status, owl.reviewer, fox.status) == (Status.REJECTED, "Ada", Status.ACCEPTED)
    again = plan_import([*drafts, *judged], sounds, store)
    assert (again.edit.is_empty, again.known) == (True, 3)
    store.apply(plan.edit.inverse())
    assert [it.status for it in store.annotations_of(recording.id)] == [Status.DRAFT]


def test_a_verdict_of_the_same_import_is_no_second_annotation(
    sounds: Path, store: AnnotationStore, tmp_path: Path
) -> None:
    (tmp_path / "both.csv").write_text(
        f"{HEAD}dawn.flac,owl,0,1,draft,BirdNET,0.8,,1\ndawn.flac,owl,0,1,accepted,BirdNET,0.8,Ada,1\n"
    )
    plan = plan_import([(tmp_path / "both.csv", read_labels(tmp_path / "both.csv"))], sounds, store)
    assert [it.status for it in plan.edit.added] == [Status.ACCEPTED]
    assert (plan.edit.removed, plan.new, plan.judged) == ((), 1, 0)


def test_labels_are_renamed_and_left_out_on_the_way(sounds: Path, store: AnnotationStore, tmp_path: Path) -> None:
    results = written(tmp_path / "labels", dawn="0\t1\towl\n1\t2\tfox\n2\t3\tnoise\n")
    plan = plan_import(results, sounds, store, {"owl": "Strix aluco", "noise": None})
    assert [it.label for it in plan.edit.added] == ["Strix aluco", "fox"]
    assert plan.left_out == 1


def test_what_a_project_exports_it_knows_again(sounds: Path, store: AnnotationStore, tmp_path: Path) -> None:
    recording = identify(sounds, sounds / "a" / "night.wav")
    for label in ("owl", "fox"):
        store.apply(Hand("Ada").draw(Annotation(label, recording.id, 0.5, 1.0), recording))
    labels, problems = labels_of_project(store, sounds, own_table.FORMAT)
    assert problems == []
    assert (labels[0].path, labels[0].duration_s, labels[0].sample_rate_hz) == ("a/night.wav", 2.0, 8_000)
    (file,) = write_labels(labels, tmp_path / "all.csv", own_table.FORMAT).files
    plan = plan_import([(file, read_labels(file))], sounds, store)
    assert (plan.edit.added, plan.known) == ((), 2)


def test_an_id_that_is_taken_is_given_anew(sounds: Path, store: AnnotationStore, tmp_path: Path) -> None:
    recording = identify(sounds, sounds / "dawn.flac")
    store.apply(Hand().draw(Annotation("owl", recording.id, 0.5, 1.0, id="one"), recording))
    path = tmp_path / "x.csv"
    head = "recording,label,onset_s,offset_s,id,earmark_labels\n"
    path.write_text(f"{head}dawn.flac,fox,0,1,one,1\ndawn.flac,wolf,0,1,two,1\n")
    added = plan_import([(path, read_labels(path))], sounds, store).edit.added
    assert added[0].id not in ("one", "")
    assert added[1].id == "two"


def test_only_chosen_annotations_leave_and_sound_gets_real_paths(sounds: Path, store: AnnotationStore) -> None:
    recording = identify(sounds, sounds / "dawn.flac")
    for label in ("owl", "fox"):
        store.apply(Hand().draw(Annotation(label, recording.id, 0.5, 1.0), recording))
    ((labels,), _) = labels_of_project(store, sounds, sound_export.FORMAT, lambda it: it.label == "owl")
    assert labels.path == str(sounds / "dawn.flac")
    assert [it.label for it in labels.annotations] == ["owl"]


def test_a_recording_that_is_gone_is_told_and_its_labels_still_leave(sounds: Path, store: AnnotationStore) -> None:
    recording = identify(sounds, sounds / "dawn.flac")
    store.apply(Hand().draw(Annotation("owl", recording.id, 0.5, 1.0), recording))
    (sounds / "dawn.flac").unlink()
    labels, problems = labels_of_project(store, sounds, audacity.FORMAT)
    assert [each.path for each in labels] == ["dawn.flac"]
    assert "“dawn.flac” does not exist" in problems[0]
    assert labels_of_project(store, sounds, sound_export.FORMAT)[0] == []
