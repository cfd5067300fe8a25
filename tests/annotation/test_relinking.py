"""Labels follow their recordings: renamed, moved, changed, copied and lost ones."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.annotation import relinking
from desktop_app.annotation.annotations import Annotation
from desktop_app.annotation.fingerprints import (
    BLOCK_BYTES,
    fingerprint_of,
    identify,
    known_or_identified,
    relative_path,
)
from desktop_app.annotation.hand import Hand
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.relinking import Reconciliation, reconcile, relink, same_names
from desktop_app.annotation.store import open_store
from desktop_app.audio.sources import find_audio
from desktop_app.errors import UserError


def look(project: Path, *known: Recording) -> Reconciliation:
    return reconcile(project, known, find_audio(project, problems=print))


def test_a_recording_that_stays_is_not_even_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = [identify(project, project / name) for name in ("a.wav", "night/c.wav")]
    monkeypatch.setattr(relinking, "fingerprint_of", None)
    assert look(project, *known) == Reconciliation()


def test_a_renamed_and_a_moved_recording_are_found_by_their_content(project: Path) -> None:
    a, c = identify(project, project / "a.wav"), identify(project, project / "night/c.wav")
    (project / "a.wav").rename(project / "robin.wav")
    (project / "night/c.wav").rename(project / "c.wav")
    now = look(project, a, c)
    assert [(before.id, after.path) for before, after in now.moved] == [(a.id, "robin.wav"), (c.id, "c.wav")]
    assert now.renamed == 2 and not now.missing and not now.changed


def test_two_recordings_that_exchanged_their_names_keep_their_labels(project: Path) -> None:
    (project / "b.wav").write_bytes(b"b.wav" * 50_000)
    a, b = identify(project, project / "a.wav"), identify(project, project / "b.wav")
    (project / "a.wav").rename(project / "x")
    (project / "b.wav").rename(project / "a.wav")
    (project / "x").rename(project / "b.wav")
    os.utime(project / "a.wav", (1, 1))
    os.utime(project / "b.wav", (2, 2))
    now = look(project, a, b)
    assert [(before.id, after.path) for before, after in now.moved] == [(a.id, "b.wav"), (b.id, "a.wav")]
    assert not now.changed and not now.missing


def test_a_recording_is_not_moved_onto_one_that_keeps_its_labels_there(project: Path) -> None:
    (project / "b.wav").write_bytes(b"b.wav" * 50_000)
    a, b = identify(project, project / "a.wav"), identify(project, project / "b.wav")
    (project / "a.wav").rename(project / "b.wav")
    os.utime(project / "b.wav", (1, 1))
    assert look(project, a, b) == Reconciliation(changed=(b,), missing=(a,))


def test_a_touched_recording_is_known_again_by_its_new_time(project: Path) -> None:
    a = identify(project, project / "a.wav")
    os.utime(project / "a.wav", (1_000, 1_000))
    now = look(project, a)
    assert now.moved == ((a, replace(a, modified_s=1_000.0)),) and now.renamed == 0


def test_other_content_under_the_same_name_is_told(project: Path) -> None:
    a = identify(project, project / "a.wav")
    (project / "a.wav").write_bytes(b"something else")
    assert look(project, a) == Reconciliation(changed=(a,))


def test_a_recording_whose_name_went_to_another_one_is_found_where_it_is(project: Path) -> None:
    a = identify(project, project / "a.wav")
    (project / "a.wav").rename(project / "old.wav")
    (project / "a.wav").write_bytes(b"a new recording")
    now = look(project, a)
    assert [after.path for _, after in now.moved] == ["old.wav"] and not now.changed


def test_copies_are_not_mixed_up(project: Path) -> None:
    c = identify(project, project / "night/c.wav")
    content = (project / "night/c.wav").read_bytes()
    (project / "night/c.wav").unlink()
    (project / "one.wav").write_bytes(content)
    (project / "two.wav").write_bytes(content)
    assert look(project, c).missing == (c,)
    (project / "c.wav").write_bytes(content)
    assert [after.path for _, after in look(project, c).moved] == ["c.wav"]


def test_what_is_nowhere_is_missing_and_comes_back(project: Path) -> None:
    a = identify(project, project / "a.wav")
    (project / "a.wav").rename(project.parent / "away.wav")
    assert look(project, a) == Reconciliation(missing=(a,))
    (project.parent / "away.wav").rename(project / "a.wav")
    assert look(project, a) == Reconciliation()


def test_a_stop_is_obeyed(project: Path) -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        reconcile(project, [identify(project, project / "a.wav")], [], stop)


def homes(lost: list[str], chosen: str, there: list[str]) -> dict[str, str]:
    found = same_names([Recording(path, 5, "old", id=f"id of {path}") for path in lost], chosen, there)
    return {recording.path: path for recording, path in found}


def test_a_whole_folder_is_relinked_by_names_whatever_the_files_hold(project: Path) -> None:
    lost = [Recording(f"night/{name}", 5, "old", id=name) for name in ("a.wav", "b.wav", "gone.wav")]
    pairs = same_names(lost, "", ["a.wav", "b.wav", "night/c.wav"])
    assert [(recording.id, path) for recording, path in pairs] == [("a.wav", "a.wav"), ("b.wav", "b.wav")]
    edit = relink(project, pairs)
    assert edit.text == "Re-link 2 recordings"
    after = edit.moved[0][1]
    assert after == replace(identify(project, project / "a.wav"), id="a.wav")
    assert same_names(lost, "elsewhere", ["a.wav"]) == []


def test_a_recording_that_was_compressed_is_found_by_its_name_unless_two_formats_bear_it() -> None:
    there = ["night/a.flac", "night/b.mp3", "night/b.flac", "night/c.wav", "night/c.flac"]
    found = homes(["night/a.wav", "night/b.WAV", "night/c.wav"], "night", there)
    assert found == {"night/a.wav": "night/a.flac", "night/c.wav": "night/c.wav"}
    assert homes(["a.wav", "night/a.wav"], ".", ["a.flac", "night/a.flac"]) == {
        "a.wav": "a.flac",
        "night/a.wav": "night/a.flac",
    }


def test_files_are_found_deep_below_the_folder_that_was_chosen() -> None:
    assert homes(["creek/1.w64"], "archive", ["archive/2026/1.flac"]) == {"creek/1.w64": "archive/2026/1.flac"}
    assert homes(["creek/1.w64"], "archive", ["archive/2025/1.flac", "archive/2026/1.flac"]) == {}


def test_the_stations_of_a_season_whose_files_bear_the_same_names_keep_their_labels_apart() -> None:
    lost, there = ["ST01/0530.WAV", "ST02/0530.WAV"], ["archive/ST01/0530.flac", "archive/ST02/0530.flac"]
    both = dict(zip(lost, there, strict=True))
    assert homes(lost, "archive", there) == both
    assert homes(lost, "", there) == both
    assert homes(lost, "archive/ST02", there) == {"ST02/0530.WAV": "archive/ST02/0530.flac"}
    assert homes(lost, "flat", ["flat/0530.flac"]) == {}, "whose is it?"
    assert homes(lost[:1], "flat", ["flat/0530.flac"]) == {"ST01/0530.WAV": "flat/0530.flac"}
    assert homes(lost[:1], "", ["ST02/0530.WAV"]) == {}, "that of another station was always there"


def test_a_fingerprint_sees_beginning_middle_end_and_size(tmp_path: Path) -> None:
    path = tmp_path / "x"
    content = bytearray(10 * BLOCK_BYTES)
    prints = set()
    for place in (None, 0, len(content) // 2, len(content) - 1):
        if place is not None:
            content[place] ^= 1
        path.write_bytes(content)
        prints.add(fingerprint_of(path, len(content)))
    path.write_bytes(content + b"\0")
    prints.add(fingerprint_of(path, len(content) + 1))
    assert len(prints) == 5 and all(len(each) == 32 for each in prints)


@pytest.mark.parametrize("size", [1, 5, BLOCK_BYTES, BLOCK_BYTES + 1, 2 * BLOCK_BYTES])
def test_small_files_have_fingerprints_too(tmp_path: Path, size: int) -> None:
    (tmp_path / "x").write_bytes(bytes(size))
    (tmp_path / "y").write_bytes(bytes(size - 1) + b"y")
    assert fingerprint_of(tmp_path / "x", size) != fingerprint_of(tmp_path / "y", size)


def test_the_same_file_is_the_same_recording_and_its_copy_another(project: Path) -> None:
    a = identify(project, project / "a.wav")
    (project / "copy.wav").write_bytes((project / "a.wav").read_bytes())
    copy = identify(project, project / "copy.wav")
    assert a == identify(project, project / "a.wav")
    assert a.fingerprint == copy.fingerprint and a.id != copy.id


def test_what_lies_outside_or_is_gone_is_told_in_a_sentence(project: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="outside of the open folder"):
        relative_path(project, tmp_path / "x.wav")
    with pytest.raises(UserError, match="does not exist"):
        identify(project, project / "gone.wav")


def test_a_copy_at_the_old_place_of_a_recording_that_moved_has_labels_of_its_own(project: Path) -> None:
    with open_store(project) as store:

        def label(name: str, label: str) -> None:
            recording = known_or_identified(store, project, project / name)
            store.apply(Hand().draw(Annotation(label, recording.id, 0.0, 1.0), recording))

        label("a.wav", "robin")
        (project / "a.wav").rename(project / "moved.wav")
        store.apply(look(project, *store.recordings()).edit)
        shutil.copy(project / "moved.wav", project / "a.wav")
        label("a.wav", "wren")
        labels = {each.path: [it.label for it in store.annotations_of(each.id)] for each in store.recordings()}
    assert labels == {"a.wav": ["wren"], "moved.wav": ["robin"]}
