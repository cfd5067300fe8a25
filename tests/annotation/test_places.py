"""Where labels lie: in the folder, or in the user's data folder with a reason."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop_app.annotation import database, places
from desktop_app.annotation.annotations import Annotation
from desktop_app.annotation.fingerprints import identify
from desktop_app.annotation.hand import Hand
from desktop_app.annotation.lock import FileLock, LockedElsewhereError
from desktop_app.annotation.places import elsewhere, inside, mount_type, place_of
from desktop_app.annotation.store import AnnotationStore, open_store

MOUNTS = """\
22 1 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
30 27 0:50 / /mnt/field\\040trips rw,relatime shared:5 - nfs4 server:/data rw
31 30 8:1 / /mnt/field\\040trips/usb rw - vfat /dev/sda1 rw
32 27 0:51 / /mnt/größer rw - fuse.sshfs me@there:/ rw
"""


@contextmanager
def unwritable(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
    """Let the system say that nothing in a folder may be written: root, who may run the tests, may write anywhere."""
    honest = os.access

    def answer(path: str | os.PathLike[str], mode: int) -> bool:
        return honest(path, mode) and not (mode & os.W_OK and Path(path).is_relative_to(folder))

    with monkeypatch.context() as patched:
        patched.setattr(os, "access", answer)
        yield


def draw(store: AnnotationStore, project: Path) -> Annotation:
    recording = identify(project, project / "a.wav")
    edit = Hand().draw(Annotation("robin", recording.id), recording)
    store.apply(edit)
    return edit.added[0]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/ada", "ext4"),
        ("/mnt/field trips/2026", "nfs4"),
        ("/mnt/field trips", "nfs4"),
        ("/mnt/field trips away", "ext4"),
        ("/mnt/field trips/usb/x", "vfat"),
        ("/mnt/größer/x", "fuse.sshfs"),
        ("/proc/self", "proc"),
    ],
)
def test_the_file_system_of_a_folder_is_read_from_the_mounts(path: str, kind: str) -> None:
    assert mount_type(path, MOUNTS) == kind


def test_a_folder_on_a_network_drive_has_its_labels_in_the_users_data_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not places.is_remote(project)
    monkeypatch.setattr(places, "is_remote", lambda _: True)
    store = open_store(project)
    draw(store, project)
    assert not inside(project).home.exists()
    assert store.place.database.is_relative_to(Path(os.environ["XDG_DATA_HOME"]))
    assert "because it is on a network drive" in store.place.words and str(store.place.home) in store.place.words
    store.close()


def test_a_folder_that_may_not_be_written_keeps_its_labels_and_a_copy_goes_on_elsewhere(
    project: Path, store: AnnotationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = draw(store, project)
    store.close()
    before = store.place.database.read_bytes()
    with unwritable(monkeypatch, project):
        away = open_store(project)
        assert "may not be written" in away.place.words
        second = draw(away, project)
        away.close()
        again = open_store(project)
        assert again.annotations_of(first.recording_id) == [first, second]
        again.close()
    assert store.place.database.read_bytes() == before


def test_labels_that_a_killed_window_left_on_a_read_only_disk_are_all_copied(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = "import os, sys; from tests.annotation.test_places import draw, open_store, Path; p = Path(sys.argv[1]); "
    left += "draw(open_store(p), p); os._exit(0)"
    subprocess.run([sys.executable, "-c", left, project], check=True)
    assert Path(f"{inside(project).database}-wal").stat().st_size > 0
    with unwritable(monkeypatch, project):
        away = open_store(project)
        assert list(away.tallies().values()) == [1]
        away.close()


def test_labels_begun_elsewhere_go_on_there(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with unwritable(monkeypatch, project):
        away = open_store(project)
        drawn = draw(away, project)
        away.close()
    again = open_store(project)
    assert again.place.why_elsewhere == "they were begun there"
    assert again.annotations_of(drawn.recording_id) == [drawn]
    again.close()


def test_a_folder_that_refuses_the_file_after_all_gets_it_elsewhere(project: Path) -> None:
    inside(project).home.write_text("a file where the folder should be")
    store = open_store(project)
    draw(store, project)
    assert "does not take a database" in store.place.words
    store.close()


def test_a_disk_without_a_write_ahead_log_gets_no_labels(
    project: Path, store: AnnotationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = database.connect

    def connect(file: Path) -> object:
        if file.is_relative_to(project):
            file.touch()
            raise database.NoWriteAheadLogError("no")
        return honest(file)

    monkeypatch.setattr("desktop_app.annotation.store.connect", connect)
    draw(store, project)
    assert "does not take a database" in store.place.words
    assert not inside(project).database.exists()


def test_folders_of_one_name_have_places_of_their_own(tmp_path: Path) -> None:
    assert elsewhere(tmp_path / "a" / "night", "x").home != elsewhere(tmp_path / "b" / "night", "x").home
    assert place_of(tmp_path) == inside(tmp_path)


def test_a_lock_is_held_by_one_and_let_go(tmp_path: Path) -> None:
    first = FileLock(tmp_path / "lock")
    with pytest.raises(LockedElsewhereError, match=rf"\(process {os.getpid()}, since \d\d:\d\d\)"):
        FileLock(tmp_path / "lock")
    first.close()
    first.close()
    FileLock(tmp_path / "lock").close()


def test_a_lock_goes_with_its_process_even_if_that_is_killed(tmp_path: Path) -> None:
    holding = "import sys, time; from desktop_app.annotation.lock import *; "
    holding += "lock = FileLock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", holding, tmp_path / "lock"], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"held\n"
    with pytest.raises(LockedElsewhereError, match=f"process {process.pid}"):
        FileLock(tmp_path / "lock")
    process.kill()
    process.wait()
    process.stdout.close()
    FileLock(tmp_path / "lock").close()


def test_an_unreadable_note_in_a_lock_does_no_harm(tmp_path: Path) -> None:
    first = FileLock(tmp_path / "lock")
    (tmp_path / "lock").write_bytes(b"\xff\xfe nonsense")
    with pytest.raises(LockedElsewhereError, match="another window: until"):
        FileLock(tmp_path / "lock")
    first.close()
