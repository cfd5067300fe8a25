"""The listing: rows while it scans, details in the background, and changes on disk without a click."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop_app.audio import metadata
from desktop_app.audio.metadata import AudioMetadata
from desktop_app.audio.sources import FoundFile
from desktop_app.errors import UserError
from desktop_app.services import folder as folder_module
from desktop_app.services import folder_scan
from desktop_app.services.folder import FolderListing
from desktop_app.services.jobs import MOST_ITEMS, JobRunner
from desktop_app.services.messages import Message, Messages
from desktop_app.services.probe_queue import ProbeQueue

KNOWN = AudioMetadata(16_000, 16_000, 1, 16, "PCM_S", "WAV")


class Heard:
    """Keeps what a listing says."""

    def __init__(self, listing: FolderListing) -> None:
        self.added: list[FoundFile] = []
        self.removed: list[Path] = []
        self.changed: list[FoundFile] = []
        self.described: dict[Path, AudioMetadata | str] = {}
        self.batches = 0
        listing.rows_added.connect(self._add)
        listing.rows_removed.connect(self.removed.extend)
        listing.rows_changed.connect(self.changed.extend)
        listing.metadata_ready.connect(self.described.update)

    def _add(self, found: list[FoundFile]) -> None:
        self.batches += 1
        self.added += found

    @property
    def names(self) -> list[str]:
        return [file.path.name for file in self.added]


@pytest.fixture(autouse=True)
def quick_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    def probe(path: Path) -> AudioMetadata:
        if "bad" in path.name:
            raise UserError(f"“{path.name}” holds no sound.")
        if "bug" in path.name:
            raise ZeroDivisionError("rate 0")
        return KNOWN

    monkeypatch.setattr(metadata, "probe", probe)
    monkeypatch.setattr(folder_module, "SETTLE_MS", 20)


@pytest.fixture
def messages() -> Messages:
    return Messages()


@pytest.fixture
def listing(runner: JobRunner, messages: Messages, quick_probe: None) -> Iterator[FolderListing]:
    made = FolderListing(runner, messages)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "sounds"
    (place / "yes").mkdir(parents=True)
    for name in ("b.WAV", "a.flac", "yes/c.mp3", "notes.txt"):
        (place / name).write_bytes(b"x")
    return place


def settled(listing: FolderListing, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not listing.scanning and not listing._runner.active)


def test_recordings_are_listed_and_described(listing: FolderListing, folder: Path, qtbot: QtBot) -> None:
    heard = Heard(listing)
    with qtbot.waitSignal(listing.scan_finished) as told:
        listing.scan(folder)
    settled(listing, qtbot)
    assert heard.names == ["a.flac", "b.WAV", "c.mp3"]
    assert told.args == [3]
    assert heard.described == dict.fromkeys(listing.paths, KNOWN)


def test_a_folder_that_cannot_be_reached_is_told_in_a_sentence(
    listing: FolderListing, messages: Messages, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(messages.posted) as told:
        listing.scan(tmp_path / ("x" * 300))
    assert told.args is not None and "cannot be opened: it may have been moved" in told.args[0].text


def test_a_folder_is_looked_at_as_often_as_any_after_one_that_was_slow_to_list(
    listing: FolderListing, folder: Path, qtbot: QtBot
) -> None:
    listing._look_again.setInterval(150_000)
    listing.scan(folder)
    settled(listing, qtbot)
    assert listing._look_again.interval() == folder_module.LOOK_EVERY_MS


def test_rows_come_while_the_scan_goes_on(
    listing: FolderListing, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(folder: Path, *, problems: object) -> Iterator[FoundFile]:
        for number in range(50):
            yield FoundFile(folder / f"{number}.wav", 1, 0.0)
            time.sleep(0.01)

    monkeypatch.setattr(folder_scan, "find_audio", slow)
    heard = Heard(listing)
    listing.scan(folder)
    qtbot.waitUntil(lambda: bool(heard.added))
    assert listing.scanning and len(heard.added) < 50
    settled(listing, qtbot)
    assert len(heard.added) == 50 and heard.batches > 3


def test_a_hundred_thousand_files_show_first_rows_at_once_and_keep_the_window_fluid(
    listing: FolderListing, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def many(folder: Path, *, problems: object) -> Iterator[FoundFile]:
        return (FoundFile(folder / f"{number // 1000}" / f"{number}.wav", 1, 0.0) for number in range(100_000))

    monkeypatch.setattr(folder_scan, "find_audio", many)
    monkeypatch.setattr(folder_scan, "describe_file", lambda path: KNOWN)
    heard = Heard(listing)
    started_s = time.monotonic()
    listing.scan(folder)
    qtbot.waitUntil(lambda: bool(heard.added))
    assert len(heard.added) < 100_000, "the first rows waited for the last"
    qtbot.waitUntil(lambda: len(heard.added) == 100_000, timeout=20_000)
    assert heard.batches < 20 * (time.monotonic() - started_s) + 100_000 / MOST_ITEMS + 3


def test_a_damaged_file_is_a_row_with_a_reason_and_a_bug_stops_no_other_file(
    listing: FolderListing, folder: Path, qtbot: QtBot
) -> None:
    (folder / "bad.wav").write_bytes(b"x")
    heard = Heard(listing)
    listing.scan(folder)
    settled(listing, qtbot)
    assert heard.described[folder / "bad.wav"] == "“bad.wav” holds no sound."
    assert len(heard.described) == 4


@pytest.mark.expects_log_warnings
def test_a_bug_over_one_file_is_told_and_the_others_are_described(
    listing: FolderListing, messages: Messages, folder: Path, qtbot: QtBot
) -> None:
    (folder / "a bug.wav").write_bytes(b"x")
    told: list[Message] = []
    messages.posted.connect(told.append)
    heard = Heard(listing)
    listing.scan(folder)
    settled(listing, qtbot)
    assert len(heard.described) == 4
    assert "ZeroDivisionError" in str(heard.described[folder / "a bug.wav"])
    assert [message.level for message in told] == ["error"]


def test_a_folder_that_is_not_there_is_told(
    listing: FolderListing, messages: Messages, tmp_path: Path, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(messages.posted) as told:
        listing.scan(tmp_path / "gone")
    assert "cannot be opened" in told.args[0].text
    settled(listing, qtbot)
    assert not listing.scanning


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_subfolder_that_may_not_be_read_is_told_and_the_rest_is_listed(
    listing: FolderListing, messages: Messages, folder: Path, qtbot: QtBot
) -> None:
    (folder / "yes").chmod(0)
    heard = Heard(listing)
    with qtbot.waitSignal(messages.posted):
        listing.scan(folder)
    settled(listing, qtbot)
    (folder / "yes").chmod(0o755)
    assert heard.names == ["a.flac", "b.WAV"]


def test_what_was_left_out_is_counted_and_can_be_copied(
    listing: FolderListing, messages: Messages, folder: Path, qtbot: QtBot
) -> None:
    for name in ("c.wav", "d.wav"):
        (folder / name).symlink_to("nowhere.wav")
    with qtbot.waitSignal(messages.posted) as told:
        listing.scan(folder)
    message = told.args[0]
    assert "“c.wav” was left out" in message.text and message.text.endswith("1 other was left out, too.")
    message.action()
    assert "“d.wav” was left out" in QGuiApplication.clipboard().text()
    settled(listing, qtbot)


def test_what_was_said_of_a_folder_goes_with_it(
    listing: FolderListing, messages: Messages, folder: Path, qtbot: QtBot
) -> None:
    withdrawn: list[str] = []
    messages.withdrawn.connect(withdrawn.append)
    (folder / "c.wav").symlink_to("nowhere.wav")
    with qtbot.waitSignal(messages.posted) as told:
        listing.scan(folder)
    settled(listing, qtbot)
    listing.scan(folder / "yes")
    settled(listing, qtbot)
    assert told.args[0].text in withdrawn


def test_a_drive_that_goes_twice_is_told_twice_and_forgotten_when_it_is_back(
    listing: FolderListing, messages: Messages, folder: Path, qtbot: QtBot
) -> None:
    told: list[Message] = []
    withdrawn: list[str] = []
    messages.posted.connect(told.append)
    messages.withdrawn.connect(withdrawn.append)
    listing.scan(folder)
    settled(listing, qtbot)
    for times in (1, 2):
        folder.rename(folder.with_name("away"))
        listing.rescan()
        settled(listing, qtbot)
        folder.with_name("away").rename(folder)
        listing.rescan()
        settled(listing, qtbot)
        assert len(told) == len(withdrawn) == times


def test_a_new_a_deleted_and_a_grown_file_are_noticed(listing: FolderListing, folder: Path, qtbot: QtBot) -> None:
    heard = Heard(listing)
    listing.scan(folder)
    settled(listing, qtbot)
    (folder / "yes" / "new.wav").write_bytes(b"x")
    (folder / "a.flac").unlink()
    (folder / "b.WAV").write_bytes(b"longer")
    qtbot.waitUntil(lambda: bool(heard.removed))
    settled(listing, qtbot)
    assert heard.names[3:] == ["new.wav"]
    assert heard.removed == [folder / "a.flac"]
    assert [(file.path.name, file.size_bytes) for file in heard.changed] == [("b.WAV", 6)]
    assert folder / "yes" / "new.wav" in heard.described
    assert listing.paths == [folder / "b.WAV", folder / "yes" / "c.mp3", folder / "yes" / "new.wav"]


def test_a_folder_out_of_reach_loses_no_rows(
    listing: FolderListing, messages: Messages, folder: Path, qtbot: QtBot
) -> None:
    heard = Heard(listing)
    listing.scan(folder)
    settled(listing, qtbot)
    listing._watcher.removePaths(listing._watcher.directories())
    folder.rename(folder.with_name("unplugged"))
    with qtbot.waitSignal(messages.posted):
        listing.rescan()
    settled(listing, qtbot)
    assert heard.removed == [] and len(listing.paths) == 3
    with qtbot.assertNotEmitted(messages.posted, wait=30):
        listing.rescan()


def test_another_folder_replaces_the_first_at_once(
    listing: FolderListing, folder: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "z.wav").write_bytes(b"x")
    heard = Heard(listing)
    listing.scan(folder)
    listing.scan(other)
    settled(listing, qtbot)
    assert heard.names == ["z.wav"]
    assert listing.folder == other and set(heard.described) == {other / "z.wav"}


def test_coming_back_from_another_program_looks_for_new_files(
    listing: FolderListing, folder: Path, qtbot: QtBot, qapp: QGuiApplication
) -> None:
    heard = Heard(listing)
    listing.scan(folder)
    settled(listing, qtbot)
    listing._watcher.removePaths(listing._watcher.directories())
    (folder / "new.wav").write_bytes(b"x")
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    qtbot.waitUntil(lambda: "new.wav" in heard.names)


def test_while_a_folder_is_listed_only_files_on_screen_are_described(
    listing: FolderListing, folder: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    going = threading.Event()

    def slow(folder: Path, *, problems: object) -> Iterator[FoundFile]:
        yield from (FoundFile(folder / f"{number}.wav", 1, 0.0) for number in range(50))
        going.wait(5)

    monkeypatch.setattr(folder_scan, "find_audio", slow)
    heard = Heard(listing)
    listing.scan(folder)
    qtbot.waitUntil(lambda: len(heard.added) == 50)
    listing.prioritise([folder / "7.wav", folder / "8.wav"])
    qtbot.waitUntil(lambda: len(heard.described) == 2)
    qtbot.wait(50)
    assert set(heard.described) == {folder / "7.wav", folder / "8.wav"}
    going.set()
    qtbot.waitUntil(lambda: len(heard.described) == 50)


def test_files_on_screen_are_described_first() -> None:
    queue = ProbeQueue()
    paths = [Path(f"{number}.wav") for number in range(6)]
    queue.add(paths)
    assert queue.take() == paths[0]
    queue.prioritise([paths[4], paths[0], Path("other.wav"), paths[3]])
    assert [queue.take() for _ in range(6)] == [paths[4], paths[3], paths[1], paths[2], paths[5], None]
    assert (queue.taken, queue.waiting) == (6, 0)
    queue.add([paths[0], paths[0]])
    assert [queue.take(), queue.take()] == [paths[0], None]
