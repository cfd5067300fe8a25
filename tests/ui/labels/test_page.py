"""The page of labels by mouse and keys: filter, sort, choose, judge, jump, import."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMainWindow
from pytestqt.qtbot import QtBot

from desktop_app.annotation.annotations import Status
from desktop_app.annotation.table_query import TableQuery
from desktop_app.services import label_measuring, label_table
from desktop_app.services.label_files import LabelFiles
from desktop_app.services.label_measuring import LabelMeasuring
from desktop_app.services.label_table import PAGE_ROWS, LabelTable
from desktop_app.services.messages import Messages
from desktop_app.services.project import Project
from desktop_app.services.relinking import Relinking
from desktop_app.services.settings import Settings
from desktop_app.ui.labels.import_dialog import ImportDialog
from desktop_app.ui.labels.label_services import LabelServices
from desktop_app.ui.labels.page import LabelsPage
from desktop_app.ui.labels.table_columns import NAMES, NOTHING
from desktop_app.ui.labels.table_view import LabelTableView


class Room(QMainWindow):
    """A window with the page, and what came of it."""

    def __init__(self, project: Project, settings: Settings, messages: Messages, qtbot: QtBot) -> None:
        super().__init__()
        self.project, self.qtbot = project, qtbot
        self.table = LabelTable(project)
        self.services = LabelServices(
            project, self.table, LabelMeasuring(project), LabelFiles(project), Relinking(project, messages), settings,
            messages, lambda: ["a.wav", "b.wav", "night/c.wav", "night/a.wav"],
        )  # fmt: skip
        self.page = LabelsPage(self.services)
        self.setCentralWidget(self.page)
        self.resize(1200, 800)
        self.wanted: list[tuple[Path, str]] = []
        self.played: list[tuple[Path, float, float | None]] = []
        self.told: list[str] = []
        self.page.annotation_wanted.connect(lambda path, name: self.wanted.append((path, name)))
        self.page.play_wanted.connect(lambda *what: self.played.append(what))
        messages.posted.connect(lambda message: self.told.append(message.text))

    @property
    def view(self) -> LabelTableView:
        return self.page.view

    def rows(self, *columns: str) -> list[tuple[str, ...]]:
        model = self.view.labels_model
        return [
            tuple(str(model.data(model.index(row, NAMES.index(each)))) for each in columns)
            for row in range(model.rowCount())
        ]

    def click(self, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        place = self.view.visualRect(self.view.labels_model.index(row, 0)).center()
        QTest.mouseClick(self.view.viewport(), Qt.MouseButton.LeftButton, modifier, place)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.view, key, modifier)

    def wait_for_rows(self, count: int) -> None:
        self.qtbot.waitUntil(lambda: self.view.labels_model.rowCount() == count)

    def wait_for(self, column: str, row: int, words: str) -> None:
        self.qtbot.waitUntil(lambda: self.rows(column)[row] == (words,))

    def wait_for_choice(self, row: int) -> None:
        self.qtbot.waitUntil(lambda: self.view.ranges() == [(row, row)])

    def statuses(self) -> list[Status]:
        store = self.project.store
        assert store is not None
        return [row.annotation.status for row in store.page(TableQuery(), 0, 100)]


@pytest.fixture
def room(project: Project, settings: Settings, messages: Messages, qtbot: QtBot) -> Iterator[Room]:
    """Return the window with all rows on screen."""
    room = Room(project, settings, messages, qtbot)
    qtbot.addWidget(room)
    room.show()
    room.activateWindow()
    qtbot.waitExposed(room)
    room.wait_for_rows(9)
    qtbot.waitUntil(lambda: room.table.summary.count == 9)
    yield room
    room.close()


def test_the_table_shows_every_annotation_by_recording_and_onset(room: Room) -> None:
    rows = room.rows("label", "recording", "onset", "duration", "low", "status", "score", "note")
    assert rows[0] == ("robin", "a.wav", "00:01.000", "1.000 s", "", "accepted", "", "at dawn")
    assert rows[1] == ("wren", "a.wav", "00:02.000", "1.000 s", "500", "uncertain", "", "")
    assert rows[2][5:7] == ("draft", "0.70")
    assert [row[1] for row in rows] == ["a.wav"] * 3 + ["b.wav"] * 3 + ["night/c.wav"] * 3


def test_enter_and_a_double_click_jump_to_the_annotation_and_space_plays_it(room: Room, labelled: Path) -> None:
    room.click(3)
    room.press(Qt.Key.Key_Return)
    room.press(Qt.Key.Key_Space)
    row = room.table.row(3)
    assert row is not None
    assert room.wanted == [(labelled / "b.wav", row.annotation.id)]
    assert room.played == [(labelled / "b.wav", 1.0, 2.0)]
    room.click(8)
    place = room.view.visualRect(room.view.labels_model.index(8, 0)).center()
    QTest.mouseDClick(room.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert room.wanted[-1][0] == labelled / "night" / "c.wav"


def test_a_click_on_a_header_sorts_and_a_second_one_turns_round(room: Room) -> None:
    header = room.view.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(NAMES.index("score")) + 8, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    room.wait_for("score", 8, "0.70")
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    room.wait_for("score", 0, "0.70")


def click_header(room: Room, column: str) -> None:
    header, number = room.view.horizontalHeader(), NAMES.index(column)
    room.view.scrollTo(room.view.labels_model.index(0, number))
    at = QPoint(header.sectionViewportPosition(number) + 8, header.height() // 2)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)


def test_a_click_on_a_measured_column_measures_all_that_is_found_and_sorts_by_it(room: Room) -> None:
    header, number = room.view.horizontalHeader(), NAMES.index("rms")
    room.view.show_column(number, True)
    click_header(room, "rms")
    room.qtbot.waitUntil(lambda: header.sortIndicatorSection() == number)
    room.wait_for("rms", 8, "−9.0")
    levels = [float(level.replace("−", "-")) for (level,) in room.rows("rms")]
    assert levels == sorted(levels)
    click_header(room, "rms")
    room.wait_for("rms", 0, "−9.0")
    assert header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
    click_header(room, "label")
    room.wait_for("label", 0, "robin")
    assert room.table.query.ranking == ()


def test_a_filter_keeps_the_order_of_a_measured_column(room: Room) -> None:
    room.view.show_column(NAMES.index("rms"), True)
    click_header(room, "rms")
    room.qtbot.waitUntil(lambda: len(room.table.query.ranking) == 9)
    room.page.filter.choose_label("robin")
    room.qtbot.waitUntil(lambda: len(room.table.query.ranking) == 6 and room.view.labels_model.rowCount() == 6)
    room.wait_for("rms", 5, "−9.0")
    assert room.view.horizontalHeader().sortIndicatorSection() == NAMES.index("rms")


def test_more_than_can_be_measured_at_once_are_not_sorted_by_it_and_it_is_said(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_measuring, "MOST_KEPT", 8)
    before = room.table.query
    room.view.show_column(NAMES.index("rms"), True)
    click_header(room, "rms")
    room.qtbot.waitUntil(lambda: any("filter them first" in each for each in room.told))
    assert room.table.query == before
    assert room.view.horizontalHeader().sortIndicatorSection() == NAMES.index("recording")


def test_the_menu_of_columns_stays_open_while_several_are_chosen(room: Room) -> None:
    menu = room.view.column_menu()
    menu.setWindowFlags(Qt.WindowType.Widget)  # a popup would grab the keyboard, which no offscreen window can
    menu.show()
    for title in ("Peak Hz", "SNR dB"):
        action = next(each for each in menu.actions() if each.text() == title)
        QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    assert menu.isVisible()
    assert not room.view.isColumnHidden(NAMES.index("peak_frequency"))
    menu.setActiveAction(next(each for each in menu.actions() if each.text() == "SNR dB"))
    QTest.keyClick(menu, Qt.Key.Key_Space)
    assert menu.isVisible() and room.view.isColumnHidden(NAMES.index("snr"))
    menu.close()


def test_the_first_rows_of_a_filter_come_before_all_its_hits_are_counted(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_table, "FIRST_COUNTED", 4)
    counts: list[tuple[int, bool]] = []
    for happened in (room.table.turned, room.table.refreshed):
        happened.connect(lambda: counts.append((room.table.count, room.table.is_counted)))
    QTest.keyClicks(room.page.filter.text, "wav")
    room.qtbot.waitUntil(lambda: len(counts) > 1 and room.table.query.text == "wav")
    assert counts[-2:] == [(4, False), (9, True)]
    assert room.page.bulk.words == "9 annotations"


def test_typed_text_filters_and_clear_shows_everything_again(room: Room) -> None:
    room.view.setFocus()
    QTest.keyClick(room.view, Qt.Key.Key_Slash)
    assert room.page.filter.text.hasFocus()
    QTest.keyClicks(room.page.filter.text, "wren")
    room.wait_for_rows(3)
    assert {row[0] for row in room.rows("label")} == {"wren"}
    QTest.mouseClick(room.page.filter.clear_all, Qt.MouseButton.LeftButton)
    room.wait_for_rows(9)


def test_a_filter_that_finds_nothing_says_so(room: Room) -> None:
    assert not room.view.nothing.isVisible()
    QTest.keyClicks(room.page.filter.text, "nothing is called this")
    room.wait_for_rows(0)
    assert room.view.nothing.isVisible()
    QTest.mouseClick(room.page.filter.clear_all, Qt.MouseButton.LeftButton)
    room.wait_for_rows(9)
    assert not room.view.nothing.isVisible()


def test_a_row_of_the_counts_filters_and_the_counts_tell_done_and_left(room: Room) -> None:
    counts = room.page.counts
    shown = [counts.classes.model().index(row, column).data() for row in range(3) for column in range(3)]
    assert shown == ["All", "3", "6", "robin", "3", "3", "wren", "0", "3"]
    place = counts.statuses.visualRect(counts.statuses.model().index(1, 0)).center()
    QTest.mouseClick(counts.statuses.viewport(), Qt.MouseButton.LeftButton, pos=place)
    room.wait_for_rows(3)
    assert {row[0] for row in room.rows("status")} == {"draft"}
    place = counts.folders.visualRect(counts.folders.model().index(1, 0)).center()
    QTest.mouseClick(counts.folders.viewport(), Qt.MouseButton.LeftButton, pos=place)
    room.wait_for_rows(1)


def test_a_range_of_scores_leaves_out_what_has_none(room: Room) -> None:
    room.page.filter.lowest.setValue(0.5)
    room.wait_for_rows(3)
    room.page.filter.lowest.setValue(0.8)
    room.wait_for_rows(0)


def test_many_rows_are_accepted_in_one_step_that_undo_takes_back(room: Room) -> None:
    before = room.statuses()
    room.click(1)
    room.click(5, Qt.KeyboardModifier.ShiftModifier)
    assert room.page.bulk.words == "5 of 9 annotations selected"
    room.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert room.statuses()[1:6] == [Status.ACCEPTED] * 5
    room.wait_for("status", 5, "accepted")
    assert room.view.ranges() == [(1, 5)]
    room.project.history.undo()
    assert room.statuses() == before


def test_judging_with_the_keyboard_alone_goes_on_from_row_to_row(room: Room) -> None:
    room.view.setFocus()
    room.press(Qt.Key.Key_Home)
    for row, key in enumerate((Qt.Key.Key_U, Qt.Key.Key_Delete, Qt.Key.Key_U)):
        room.press(key)
        room.wait_for_choice(row + 1)
    assert room.statuses()[:3] == [Status.UNCERTAIN, Status.REJECTED, Status.UNCERTAIN]


def test_a_judged_row_that_the_filter_drops_makes_room_for_the_next(room: Room) -> None:
    room.page.filter.choose_status(Status.DRAFT)
    room.wait_for_rows(3)
    room.click(0)
    room.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    room.wait_for_rows(2)
    assert room.view.ranges() == [(0, 0)]
    assert room.rows("recording") == [("b.wav",), ("night/c.wav",)]


def test_the_key_of_a_class_labels_the_chosen_rows_and_never_moves_the_table(room: Room) -> None:
    scheme = room.project.scheme
    assert [each.key for each in scheme.classes] == ["1", "2"]
    room.click(0)
    room.click(3, Qt.KeyboardModifier.ControlModifier)
    scrolled = room.view.verticalScrollBar().value()
    room.press(Qt.Key.Key_2)
    room.wait_for("label", 0, "wren")
    room.wait_for("label", 3, "wren")
    assert room.view.verticalScrollBar().value() == scrolled
    assert room.view.ranges() == [(0, 0), (3, 3)]


def test_a_typed_label_and_a_typed_note_go_to_everything_that_the_filter_finds(room: Room) -> None:
    room.page.filter.choose_label("wren")
    room.wait_for_rows(3)
    QTest.mouseClick(room.page.bulk.choose_all, Qt.MouseButton.LeftButton)
    room.press(Qt.Key.Key_F2)
    QTest.keyClicks(room.page.bulk.note, "in the hedge")
    QTest.keyClick(room.page.bulk.note, Qt.Key.Key_Return)
    room.wait_for("note", 2, "in the hedge")
    room.press(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(room.page.bulk.entry, "dunnock")
    QTest.keyClick(room.page.bulk.entry, Qt.Key.Key_Return)
    room.wait_for_rows(0)
    assert room.project.history.undo_text == "Label 3 annotations as “dunnock”"
    assert room.view.hasFocus()


def test_deleted_rows_come_back_with_undo(room: Room) -> None:
    room.view.setFocus()
    room.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    room.press(Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
    room.wait_for_rows(0)
    room.qtbot.waitUntil(lambda: room.table.summary.count == 0)
    room.project.history.undo()
    room.wait_for_rows(9)


def test_thousands_of_rows_come_in_pages_and_the_last_one_is_reached_by_a_key(room: Room) -> None:
    row = room.table.row(0)
    assert row is not None
    hand = room.project.hand
    for _ in range(4):
        room.project.do(hand.duplicate([row.annotation] * (PAGE_ROWS // 2), 0.001))
    total = 9 + 4 * (PAGE_ROWS // 2)
    room.wait_for_rows(total)
    assert room.table.row(total - 1) is None
    room.view.setFocus()
    room.press(Qt.Key.Key_End)
    room.qtbot.waitUntil(lambda: room.table.row(total - 1) is not None)
    assert room.rows("recording")[-1] == ("night/c.wav",)


def test_rows_that_nobody_has_seen_are_changed_too(room: Room) -> None:
    row = room.table.row(0)
    assert row is not None
    for _ in range(4):
        room.project.do(room.project.hand.duplicate([row.annotation] * (PAGE_ROWS // 2), 0.001))
    room.wait_for_rows(9 + 4 * (PAGE_ROWS // 2))
    room.view.setFocus()
    room.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    room.press(Qt.Key.Key_U)
    room.qtbot.waitUntil(lambda: room.table.summary.of_label("robin")[Status.UNCERTAIN] == 406)


def test_measurements_come_for_the_rows_on_screen_once_their_column_is_shown(room: Room) -> None:
    assert room.view.isColumnHidden(NAMES.index("peak_frequency"))
    room.view.show_column(NAMES.index("peak_frequency"), True)
    room.wait_for("peak_frequency", 0, "1,000")
    assert float(room.rows("snr")[0][0]) > 40


def test_what_cannot_be_measured_says_why_in_its_tip_and_is_sorted_last(room: Room, labelled: Path) -> None:
    (labelled / "a.wav").unlink()
    room.view.show_column(NAMES.index("rms"), True)
    for turn in range(2):
        click_header(room, "rms")
        room.qtbot.waitUntil(
            lambda turn=turn: len(room.table.query.ranking) == 9 and room.view.order.measured_by[1] == turn
        )  # type: ignore[misc]
        room.wait_for("rms", 8, NOTHING)
    model = room.view.labels_model
    tip = model.data(model.index(8, NAMES.index("rms")), Qt.ItemDataRole.ToolTipRole)
    assert "does not exist" in tip


def test_a_read_only_project_is_shown_but_not_changed(room: Room) -> None:
    store = room.project.store
    assert store is not None
    store.read_only = "Another window has these labels open."
    room.click(0)
    room.press(Qt.Key.Key_U)
    assert room.told == ["Another window has these labels open."]
    assert not room.page.bulk.buttons["accept"].isEnabled()
    assert room.page.in_and_out.show_import([Path("x.txt")]) is None


def test_a_folder_of_label_files_is_chosen_and_shown(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracks = tmp_path / "tracks" / "site"
    tracks.mkdir(parents=True)
    (tracks / "b.txt").write_text("0.5\t0.75\tcuckoo\n")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "tracks"))
    (entry,) = [action for action in room.page.in_and_out.import_menu.actions() if "folder" in action.text()]
    entry.trigger()
    dialog = room.findChild(ImportDialog)
    assert dialog is not None
    room.qtbot.waitUntil(dialog.take.isEnabled)
    assert dialog.summary == "Audacity label track: 1 annotation."


def test_a_dropped_label_file_is_shown_first_and_imported_in_one_step(room: Room, tmp_path: Path) -> None:
    file = tmp_path / "b.txt"
    file.write_text("0.5\t0.75\tcuckoo\nnonsense\n1.25\t2.0\tRobin\n")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    room.page.dropEvent(QDropEvent(QPointF(5, 5), copy, mime, left, none))
    dialog = room.findChild(ImportDialog)
    assert dialog is not None
    room.qtbot.waitUntil(dialog.take.isEnabled)
    assert dialog.summary.startswith("Audacity label track: 2 annotations")
    assert dialog.mapping.mapping() == {"cuckoo": "cuckoo", "Robin": "robin"}
    QTest.mouseClick(dialog.take, left)
    room.wait_for_rows(11)
    assert room.told == ["2 annotations imported."]
    room.project.history.undo()
    room.wait_for_rows(9)


def test_the_page_says_where_the_labels_are_and_teaches_where_there_are_none(room: Room, labelled: Path) -> None:
    assert str(labelled / ".earmark") in room.page.where
    room.project.close()
    assert room.page.teaching == "No folder is open"
    assert room.page.where == ""


def test_a_label_without_any_annotation_left_stays_chosen_in_the_filter(room: Room) -> None:
    room.page.filter.choose_label("wren")
    room.wait_for_rows(3)
    room.view.setFocus()
    room.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    room.press(Qt.Key.Key_1)
    room.wait_for_rows(0)
    room.qtbot.waitUntil(lambda: "wren" not in room.table.summary.labels)
    assert room.page.filter.label.currentText() == "wren"


def test_an_edit_of_nothing_is_no_step(room: Room) -> None:
    assert not room.table.change([(0, 0)], lambda hand, chosen: hand.set_status(chosen, Status.ACCEPTED))
    assert room.project.history.undo_text == ""
