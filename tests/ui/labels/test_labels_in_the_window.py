"""From the table of labels to the sound and back, in the whole window."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.app import Earmark
from desktop_app.services.session import Selection
from desktop_app.ui.labels.class_dialog import ClassDialog
from desktop_app.ui.labels.page import LabelsPage
from tests.audio.fake_output import FakeDevice


@pytest.fixture
def device() -> FakeDevice:
    """Return a sound device in memory."""
    return FakeDevice()


@pytest.fixture
def earmark(qapp: QApplication, qtbot: QtBot, device: FakeDevice, labelled: Path) -> Iterator[Earmark]:
    """Return the application with the labelled folder open."""
    made = Earmark(qapp, device)
    qtbot.addWidget(made.window)
    with qtbot.waitSignal(made.listen.listing.scan_finished, timeout=20_000):
        made.show(labelled)
    qtbot.waitUntil(lambda: made.core.project.store is not None)
    yield made
    made.window.close()


def page_of(earmark: Earmark, qtbot: QtBot) -> LabelsPage:
    earmark.core.actions["show_labels"].trigger()
    page = earmark.labels.page()
    qtbot.waitUntil(lambda: page.view.labels_model.rowCount() == 9)
    return page


def test_enter_on_a_row_shows_the_annotation_selected_over_its_sound(
    earmark: Earmark, labelled: Path, qtbot: QtBot
) -> None:
    page = page_of(earmark, qtbot)
    page.view.go_to(7)
    QTest.keyClick(page.view, Qt.Key.Key_Return)
    assert earmark.window.workspaces.current == "listen"
    assert earmark.core.session.recording == labelled / "night" / "c.wav"
    assert [each.label for each in earmark.listen.labelling.selected] == ["wren"]
    assert earmark.core.session.selection == Selection(2.0, 3.0, 500.0, 3_000.0)
    assert earmark.listen.folder_panel.view.current_path == labelled / "night" / "c.wav"


def test_stepping_through_annotations_and_choosing_a_row_bring_them_into_view(
    earmark: Earmark, labelled: Path, qtbot: QtBot
) -> None:
    listen = earmark.listen
    listen.show_recording(labelled / "a.wav")
    qtbot.waitUntil(lambda: listen.timeline.view.duration_s == 4.0)
    listen.timeline.show_range(0.0, 0.8)
    earmark.core.actions["next_label"].trigger()
    assert listen.timeline.view_range == (pytest.approx(0.96), pytest.approx(1.76))
    listen.label_panel.table.selectRow(2)
    assert listen.timeline.view_range == (pytest.approx(2.85), pytest.approx(3.65))


def test_with_the_keys_of_raven_arrows_go_to_the_annotations_once_the_sound_was_clicked(
    earmark: Earmark, labelled: Path, qtbot: QtBot
) -> None:
    listen, view = earmark.listen, earmark.listen.folder_panel.view
    earmark.core.settings.change(key_preset="raven")
    qtbot.waitActive(earmark.window)
    listen.show_recording(labelled / "a.wav")
    qtbot.waitUntil(lambda: listen.timeline.view.duration_s == 4.0)
    view.setFocus()
    screen = listen.timeline.lanes.viewport()
    QTest.mouseClick(screen, Qt.MouseButton.LeftButton, pos=QPoint(screen.width() - 40, 40))
    assert not view.hasFocus()
    QTest.keyClick(earmark.window, Qt.Key.Key_Up)
    assert listen.labelling.selected and view.current_path == labelled / "a.wav"
    earmark.core.settings.change(key_preset="earmark")
    view.setFocus()
    QTest.mouseClick(screen, Qt.MouseButton.LeftButton, pos=QPoint(screen.width() - 60, 40))
    assert view.hasFocus(), "keys of a review stay with the list"


def test_space_plays_the_row_and_not_the_recording_on_the_page_listen(
    earmark: Earmark, labelled: Path, qtbot: QtBot
) -> None:
    page = page_of(earmark, qtbot)
    page.view.go_to(1)
    QTest.keyClick(page.view, Qt.Key.Key_Space)
    assert earmark.core.playback.path == labelled / "a.wav"
    assert earmark.core.playback.position_s == pytest.approx(2.0, abs=0.9)


def test_what_is_labelled_while_listening_is_in_the_table_and_undo_works_on_both_pages(
    earmark: Earmark, labelled: Path, qtbot: QtBot
) -> None:
    page = page_of(earmark, qtbot)
    earmark.window.workspaces.show_page("listen")
    earmark.core.session.recording = labelled / "a.wav"
    earmark.core.session.selection = Selection(0.25, 0.5)
    earmark.listen.labelling.label("blackbird")
    page_of_now = earmark.labels.page()
    qtbot.waitUntil(lambda: page.view.labels_model.rowCount() == 10)
    assert page_of_now is page
    earmark.core.actions["undo"].trigger()
    qtbot.waitUntil(lambda: page.view.labels_model.rowCount() == 9)


def test_a_row_whose_recording_is_gone_says_so_and_stays_in_the_table(
    earmark: Earmark, labelled: Path, qtbot: QtBot
) -> None:
    page = page_of(earmark, qtbot)
    (labelled / "night" / "c.wav").unlink()
    earmark.listen.listing.rescan()
    qtbot.waitUntil(lambda: len(earmark.labels.relinking.missing) == 1)
    page.view.go_to(8)
    QTest.keyClick(page.view, Qt.Key.Key_Return)
    assert earmark.window.workspaces.current == "labels"
    assert "not there any more" in earmark.message_bar.text


def test_a_recording_renamed_while_the_window_is_open_keeps_its_labels_and_stays_on_screen(
    earmark: Earmark, labelled: Path, qtbot: QtBot
) -> None:
    session, old, new = earmark.core.session, labelled / "b.wav", labelled / "night" / "owl.wav"
    earmark.listen.show_recording(old)
    old.rename(new)
    earmark.listen.listing.rescan()
    qtbot.waitUntil(lambda: session.recording == new)
    assert len(earmark.listen.labelling.annotations) == 3
    assert earmark.labels.relinking.missing == []
    assert earmark.listen.folder_panel.view.current_path == new


def test_a_missing_recording_that_is_put_back_is_missing_no_more(
    earmark: Earmark, labelled: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    away = (labelled / "b.wav").rename(tmp_path / "b.wav")
    earmark.listen.listing.rescan()
    qtbot.waitUntil(lambda: len(earmark.labels.relinking.missing) == 1)
    with qtbot.waitSignal(earmark.labels.relinking.renamed):
        away.rename(labelled / "found again.wav")
        earmark.listen.listing.rescan()
    assert earmark.labels.relinking.missing == []
    assert len(earmark.core.project.annotations_of(labelled / "found again.wav")) == 3


def test_another_folder_brings_its_own_labels(earmark: Earmark, tmp_path: Path, qtbot: QtBot) -> None:
    page = page_of(earmark, qtbot)
    empty = tmp_path / "empty"
    empty.mkdir()
    earmark.open(empty)
    qtbot.waitUntil(lambda: page.teaching == "No labels yet")
    assert page.view.labels_model.rowCount() == 0


def test_the_menu_of_a_chip_changes_merges_and_removes_its_class(earmark: Earmark, qtbot: QtBot) -> None:
    palette, project = earmark.listen.label_panel.palette_of_classes, earmark.core.project
    palette.change_wanted.emit("robin")
    dialog = earmark.window.findChild(ClassDialog)
    assert dialog is not None
    assert dialog.name.text() == "robin"
    dialog.close()
    palette.remove_wanted.emit("robin")
    assert project.scheme.names == ("wren",)
