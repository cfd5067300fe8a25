"""The whole way of a first session: open, wait, classify, sort, choose, play, export, read back."""

import shutil
from collections.abc import Generator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QRadioButton, QToolButton
from pytestqt.qtbot import QtBot

from desktop_app import assets
from desktop_app.annotation.records import FileVerdict, Prediction
from desktop_app.app import Earmark
from desktop_app.services.session import Selection
from desktop_app.ui.export_dialog import ExportDialog
from desktop_app.ui.folder_row import COLUMNS
from desktop_app.ui.main_window import place_of_all
from tests.audio.fake_output import FakeDevice

FILES = 33
PAGES = ["Listen", "Live", "Labels", "Train", "Evaluate", "Models"]
CLASSIFY_TIMEOUT_MS = 60_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of 33 files in two levels: the samples, clips of noise, a damaged file, a text file."""
    folder = tmp_path / "recordings"
    shutil.copytree(assets.samples_dir(), folder, ignore=shutil.ignore_patterns("*.md", "*.csv"))
    below = folder / "night" / "2026-05-01"
    below.mkdir(parents=True)
    noise = np.random.default_rng(1).normal(0, 0.05, 16_000)
    present = len([path for path in folder.iterdir() if path.is_file()])
    for number in range(FILES - present - 1):
        soundfile.write(below / f"noise {number}.WAV", noise, 16_000, format="WAV")
    (below / "damaged.flac").write_bytes(b"fLaC" + bytes(100))
    (below / "notes.txt").write_text("not a recording")
    return folder


def open_and_scan(earmark: Earmark, folder: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(earmark.listen.listing.scan_finished, timeout=20_000):
        earmark.show(folder)
    model = earmark.listen.folder_panel.model
    qtbot.waitUntil(lambda: all(row.metadata or row.unreadable for row in model.shown), timeout=20_000)


def test_a_first_session_from_opening_a_folder_to_an_exported_clip(
    earmark: Earmark, folder: Path, device: FakeDevice, tmp_path: Path, qtbot: QtBot
) -> None:
    open_and_scan(earmark, folder, qtbot)
    panel, model = earmark.listen.folder_panel, earmark.listen.folder_panel.model
    assert model.total == FILES

    with qtbot.waitSignal(earmark.listen.classification.finished, timeout=CLASSIFY_TIMEOUT_MS):
        qtbot.keyClick(panel.view, Qt.Key.Key_F8)
    assert (model.judged, model.unreadable) == (FILES - 1, 1)
    assert "32 files were judged" in earmark.message_bar.text

    panel.set_filter("class:yes")
    assert panel.shown_paths()
    assert all(row.best is not None and row.best.label == "yes" for row in model.shown)
    panel.set_filter("")
    score = [column.name for column in COLUMNS].index("score")
    header = panel.view.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(score) + 10, header.height() // 2)
    for _ in range(2):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    scores = [row.best.score for row in model.shown if row.best is not None]
    assert scores == sorted(scores, reverse=True) or scores == sorted(scores)

    garden = folder / "garden-three-minutes.flac"
    with qtbot.waitSignal(earmark.listen.timeline.painted, timeout=20_000):
        panel.view.select(garden)
        panel.recording_selected.emit(garden)
    assert earmark.core.session.recording == garden
    assert "22.05 kHz" in earmark.listen.metadata_panel.text
    assert "finds" in earmark.listen.verdict_panel.words

    earmark.core.session.selection = Selection(8.5, 9.0)
    with qtbot.waitSignal(earmark.core.playback.ended, timeout=20_000):
        qtbot.keyClick(earmark.window, Qt.Key.Key_Space)
    assert np.abs(device.output.heard).max() > 0.01

    export_selection(earmark, tmp_path / "clips", qtbot)
    (clip,) = (tmp_path / "clips").glob("*.flac")
    frames, rate = soundfile.read(clip, dtype="float32")
    whole, _ = soundfile.read(garden, dtype="float32")
    assert rate == 22_050
    np.testing.assert_array_equal(frames, whole[round(8.5 * rate) : 9 * rate])


def export_selection(earmark: Earmark, target: Path, qtbot: QtBot) -> None:
    """Press Ctrl+Shift+E, choose the selection, type the folder, press Export, wait for the result."""
    qtbot.keyClick(
        earmark.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    (dialog,) = earmark.window.findChildren(ExportDialog)
    choice = next(c for c in dialog.findChildren(QRadioButton) if c.text().startswith("The selection"))
    qtbot.mouseClick(choice, Qt.MouseButton.LeftButton)
    dialog.folder.setText(str(target))
    button = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Export")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: list(target.glob("*.flac")) != [] and dialog.job is None, timeout=20_000)
    dialog.close()


def test_a_folder_is_opened_again_at_the_recording_that_was_shown_last_there(
    earmark: Earmark, folder: Path, qtbot: QtBot
) -> None:
    garden, other = folder / "garden-three-minutes.flac", folder / "night"
    open_and_scan(earmark, folder, qtbot)
    earmark.listen.folder_panel.view.select(garden)
    earmark.listen.folder_panel.recording_selected.emit(garden)
    open_and_scan(earmark, other, qtbot)
    open_and_scan(earmark, folder, qtbot)
    assert earmark.core.session.recording == garden == earmark.listen.folder_panel.current_path
    open_and_scan(earmark, other, qtbot)
    garden.unlink()
    open_and_scan(earmark, folder, qtbot)
    assert earmark.core.session.recording != garden
    assert earmark.message_bar.text == ""


def test_one_damaged_file_is_a_row_with_a_reason_and_stops_nothing(
    earmark: Earmark, folder: Path, qtbot: QtBot
) -> None:
    open_and_scan(earmark, folder, qtbot)
    damaged = folder / "night" / "2026-05-01" / "damaged.flac"
    earmark.listen.folder_panel.recording_selected.emit(damaged)
    qtbot.waitUntil(lambda: "damaged.flac" in earmark.listen.desk.welcome.text)
    assert earmark.message_bar.text == ""
    assert "damaged.flac" in earmark.listen.metadata_panel.text
    good = folder / "bell.flac"
    with qtbot.waitSignal(earmark.listen.timeline.painted, timeout=20_000):
        earmark.listen.folder_panel.recording_selected.emit(good)


def test_a_draft_that_was_deleted_does_not_come_back_with_the_verdict_on_another_file(
    earmark: Earmark, folder: Path, qtbot: QtBot
) -> None:
    def judge(paths: Sequence[Path], *_: object) -> Generator[FileVerdict]:
        yield from (FileVerdict(path, (Prediction(path, 0, 1, "bell", 0.9, "model"),), None) for path in paths)

    first, second = folder / "bell.flac", folder / "cuckoo.ogg"
    open_and_scan(earmark, folder, qtbot)
    listen, project = earmark.listen, earmark.core.project
    qtbot.waitUntil(lambda: project.store is not None)
    listen.classification._classify = judge
    for path in (first, second):
        with qtbot.waitSignal(project.annotations_changed):
            listen._classify([path])
        if path == first:
            project.do(project.hand.delete(project.annotations_of(first)))
    assert project.annotations_of(first) == []
    assert [each.label for each in project.annotations_of(second)] == ["bell"]
    assert project.history.undo_text == "Take predictions on 1 file"


def test_a_folder_that_is_gone_is_one_sentence(earmark: Earmark, tmp_path: Path, qtbot: QtBot) -> None:
    earmark.show(tmp_path / "gone")
    qtbot.waitUntil(lambda: "gone" in earmark.message_bar.text)
    assert earmark.core.session.folder is None


def test_a_last_folder_that_cannot_be_reached_does_not_keep_the_window_from_opening(
    earmark: Earmark, tmp_path: Path, qtbot: QtBot
) -> None:
    out_of_reach = tmp_path / ("x" * 300)  # no disk takes the name, as none takes any on a drive that has gone
    earmark.core.settings.remember_folder(out_of_reach)
    earmark.show(None)
    assert earmark.window.isVisible()
    earmark.open(out_of_reach)
    assert "cannot be opened" in earmark.message_bar.text


def test_a_recording_as_argument_opens_its_folder_and_is_shown(earmark: Earmark, folder: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(earmark.listen.timeline.painted, timeout=20_000):
        earmark.show(folder / "bell.flac")
    assert earmark.core.session.folder == folder
    qtbot.waitUntil(lambda: earmark.listen.folder_panel.current_path == folder / "bell.flac")


def test_a_clip_of_an_evaluation_is_shown_in_the_open_folder_if_it_lies_there(
    earmark: Earmark, folder: Path, qtbot: QtBot
) -> None:
    open_and_scan(earmark, folder, qtbot)
    below = folder / "night" / "2026-05-01" / "noise 0.WAV"
    earmark.learning.recording_wanted.emit(below)
    assert (earmark.core.session.folder, earmark.core.session.recording) == (folder, below)
    qtbot.waitUntil(lambda: earmark.listen.folder_panel.current_path == below)


def test_keys_walk_through_the_files_and_the_view(earmark: Earmark, folder: Path, qtbot: QtBot) -> None:
    open_and_scan(earmark, folder, qtbot)
    view = earmark.listen.timeline.view
    with qtbot.waitSignal(earmark.listen.timeline.painted, timeout=20_000):
        qtbot.keyClick(earmark.listen.folder_panel.view, Qt.Key.Key_N)
    first = earmark.core.session.recording
    with qtbot.waitSignal(earmark.listen.timeline.painted, timeout=20_000):
        qtbot.keyClick(earmark.listen.folder_panel.view, Qt.Key.Key_N)
    assert earmark.core.session.recording != first
    whole_s = view.span_s
    qtbot.keyClick(earmark.window, Qt.Key.Key_Plus)
    assert view.span_s < whole_s
    qtbot.keyClick(earmark.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert view.span_s == whole_s


def test_the_rail_shows_the_pages_in_the_order_of_their_keys(earmark: Earmark, qtbot: QtBot) -> None:
    with qtbot.waitActive(earmark.window):
        earmark.show(None)
    rail = earmark.window.workspaces.findChild(QFrame, "rail")
    buttons = [button for button in rail.findChildren(QToolButton) if button.text() in PAGES]
    assert [button.text() for button in sorted(buttons, key=lambda button: button.y())] == PAGES
    for number, page in enumerate(PAGES, start=1):
        qtbot.keyClick(earmark.window, str(number), Qt.KeyboardModifier.AltModifier)
        assert earmark.window.workspaces.current == page.lower()


def drop(earmark: Earmark, *paths: Path) -> None:
    """Drop things of the file manager on the window."""
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    earmark.window.dropEvent(QDropEvent(QPointF(500, 400), copy, held, left, Qt.KeyboardModifier.NoModifier))


def test_files_that_are_dropped_together_open_the_folder_that_holds_them_all(
    earmark: Earmark, folder: Path, qtbot: QtBot
) -> None:
    earmark.show(None)
    noises = sorted(folder.rglob("noise *.WAV"))
    with qtbot.waitSignal(earmark.listen.listing.scan_finished, timeout=20_000):
        drop(earmark, *noises, folder / "bell.flac")
    assert earmark.core.session.folder == folder
    with qtbot.waitSignal(earmark.listen.listing.scan_finished, timeout=20_000):
        drop(earmark, noises[0])
    assert (earmark.core.session.folder, earmark.core.session.recording) == (noises[0].parent, noises[0])


def test_things_from_all_over_the_home_folder_open_the_first_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ada"))
    assert place_of_all(["/home/ada/owls", "/home/ada/bats"]) == Path("/home/ada/owls")
    assert place_of_all(["/home/ada/owls", "/media/card/bats"]) == Path("/home/ada/owls")
    assert place_of_all(["/home/ada/owls/a.wav", "/home/ada/owls/b/c.wav"]) == Path("/home/ada/owls")


def test_settings_and_layout_are_there_again_at_the_next_start(
    qapp: QApplication, earmark: Earmark, folder: Path, device: FakeDevice, qtbot: QtBot
) -> None:
    open_and_scan(earmark, folder, qtbot)
    earmark.core.settings.change(theme="dark", volume=0.25, autoplay=True)
    earmark.window.close()
    second = Earmark(qapp, device)
    qtbot.addWidget(second.window)
    with qtbot.waitSignal(second.listen.listing.scan_finished, timeout=20_000):
        second.show(None)
    assert second.core.session.folder == folder
    assert second.core.theme.dark
    assert second.core.actions["autoplay"].isChecked()
    second.core.settings.change(theme="light")
    second.window.close()
