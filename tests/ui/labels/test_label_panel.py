"""Labels in the window: chips, the field, the rows, the keys of the classes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMainWindow, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.scheme import LabelScheme
from desktop_app.services.jobs import JobRunner
from desktop_app.services.labelling import Labelling
from desktop_app.services.messages import Messages
from desktop_app.services.project import Project
from desktop_app.services.session import Selection, Session
from desktop_app.services.settings import Settings
from desktop_app.ui.labels.annotation_table import DOT, AnnotationTable
from desktop_app.ui.labels.class_keys import ClassKeys
from desktop_app.ui.labels.class_palette import CHIP_HEIGHT, GAP
from desktop_app.ui.labels.label_panel import (
    FEWEST_ROWS,
    LENGTH_COLUMN,
    ROW_HEIGHT,
    STATUS_COLUMN,
    WIDTH_WITH_LENGTH,
    WIDTH_WITH_STATUS,
    LabelPanel,
)
from desktop_app.ui.theme import Theme


class Room(QMainWindow):
    """A window with the panel, a field beside it, and the keys of the classes."""

    def __init__(self, project: Project, session: Session) -> None:
        super().__init__()
        self.project, self.session = project, session
        self.labelling = Labelling(project, session)
        self.panel = LabelPanel(self.labelling)
        self.field = QLineEdit()
        page = QWidget()
        self.list = QWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(page)
        for widget in (self.panel, self.field, self.list):
            column.addWidget(widget)
        self.setCentralWidget(page)
        self.keys = ClassKeys(page)
        self.keys.pressed.connect(lambda name, beside: self.labelling.label(name, beside=beside))
        project.scheme_changed.connect(self.panel.show_scheme)
        project.scheme_changed.connect(self.keys.show_scheme)

    @property
    def labels(self) -> list[str]:
        return [each.label for each in self.labelling.annotations]

    def rows(self) -> list[str]:
        model = self.panel.model
        return [str(model.data(model.index(row, 0))) for row in range(model.rowCount())]


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path, settings: Settings) -> Iterator[Room]:
    """Return the window on a folder with one recording, which is shown."""
    folder = tmp_path / "recordings"
    folder.mkdir()
    (folder / "a.wav").write_bytes(b"sound" * 5_000)
    runner, session, messages = JobRunner(), Session(), Messages()
    project = Project(runner, session, settings, messages)
    room = Room(project, session)
    qtbot.addWidget(room)
    room.show()
    room.activateWindow()
    qtbot.waitExposed(room)
    with qtbot.waitSignal(project.opened):
        session.folder = folder
    session.recording = folder / "a.wav"
    yield room
    room.close()
    project.close()
    assert runner.close()


def test_an_empty_panel_says_how_to_begin(room: Room) -> None:
    assert "type a label" in room.panel.words
    assert not room.panel.table.isVisible()


def test_a_typed_label_with_a_space_becomes_a_class_with_a_chip_and_a_key(room: Room) -> None:
    room.panel.entry.setFocus()
    QTest.keyClicks(room.panel.entry, "song of a robin")
    QTest.keyClick(room.panel.entry, Qt.Key.Key_Return)
    assert room.labels == ["song of a robin"]
    assert [chip.it.key for chip in room.panel.palette_of_classes.chips()] == ["1"]
    assert room.rows() == ["song of a robin"]


def test_a_chip_labels_what_is_selected(room: Room) -> None:
    room.labelling.label("robin")
    room.session.selection = Selection(1.0, 2.0)
    QTest.mouseClick(room.panel.palette_of_classes.chips()[0], Qt.MouseButton.LeftButton)
    assert [each.onset_s for each in room.labelling.annotations] == [None, 1.0]


def test_the_keys_of_classes_label_wherever_the_keyboard_is_but_not_while_typing(room: Room, qtbot: QtBot) -> None:
    room.labelling.label("robin")
    room.labelling.label("wren", beside=True)
    room.list.setFocus()
    QTest.keyClick(room.list, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: room.labels == ["robin", "robin"] or room.labels == ["robin"])
    room.field.setFocus()
    before = list(room.labelling.annotations)
    QTest.keyClick(room.field, Qt.Key.Key_2)
    assert room.field.text() == "2"
    assert room.labelling.annotations == before


def test_the_key_with_shift_puts_a_second_label_beside_the_first(room: Room) -> None:
    room.labelling.label("robin")
    room.labelling.label("wren")
    assert room.labels == ["wren"]
    room.list.setFocus()
    QTest.keyClick(room.list, Qt.Key.Key_1, Qt.KeyboardModifier.ShiftModifier)
    assert sorted(room.labels) == ["robin", "wren"]


def test_a_row_selects_its_annotation_and_an_annotation_its_row(room: Room) -> None:
    for onset_s in (0.0, 2.0):
        room.session.selection = Selection(onset_s, onset_s + 1)
        room.labelling.label("robin")
        room.session.selection = None
    table = room.panel.table
    place = table.visualRect(room.panel.model.index(1, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert room.session.selection == Selection(2.0, 3.0)
    room.labelling.select({room.labelling.annotations[0].id})
    assert [index.row() for index in room.panel.table.selectionModel().selectedRows()] == [0]


def test_the_panel_counts_the_drafts_that_are_left(room: Room) -> None:
    room.session.selection = Selection(0.0, 1.0)
    room.labelling.label("robin")
    room.labelling.judge(Status.DRAFT)
    assert "1 draft to judge" in room.panel.words


def test_classes_get_the_lines_they_need_and_no_more_than_four_and_a_half(room: Room, qtbot: QtBot) -> None:
    room.panel.setFixedSize(240, 600)
    heights = []
    for name in ("robin", "wren", "a bird with a rather long name", *map(str, range(40))):
        room.labelling.label(name, beside=True)
        heights.append(room.panel.palette_of_classes.parentWidget().height())
    assert heights[0] == CHIP_HEIGHT
    assert heights[2] == 2 * CHIP_HEIGHT + GAP
    assert heights[-1] == 4 * (CHIP_HEIGHT + GAP) + CHIP_HEIGHT // 2


@pytest.mark.parametrize(("height", "lines"), [(300, 2), (270, 1)])
def test_in_a_low_panel_classes_leave_room_for_four_rows(room: Room, qtbot: QtBot, height: int, lines: int) -> None:
    for name in map(str, range(40)):
        room.labelling.label(name, beside=True)
    room.panel.setFixedSize(296, height)
    palette = room.panel.palette_of_classes.parentWidget()
    qtbot.waitUntil(lambda: room.panel.table.viewport().height() >= FEWEST_ROWS * ROW_HEIGHT)
    assert palette.height() == lines * (CHIP_HEIGHT + GAP) + CHIP_HEIGHT // 2


def test_a_narrow_panel_leaves_out_the_length_and_then_the_status_before_it_cuts_labels(room: Room) -> None:
    room.labelling.label("robin")
    for width, left_out in (
        (WIDTH_WITH_LENGTH, set()),
        (WIDTH_WITH_LENGTH - 1, {LENGTH_COLUMN}),
        (WIDTH_WITH_STATUS - 1, {LENGTH_COLUMN, STATUS_COLUMN}),
    ):
        room.panel.setFixedWidth(width)
        room.layout().activate()
        room.panel.resize(width, room.panel.height())
        assert {column for column in range(4) if room.panel.table.isColumnHidden(column)} == left_out


def test_the_rows_of_another_recording_are_shown_from_the_first_on(room: Room) -> None:
    folder = room.session.folder
    assert folder is not None
    (folder / "b.wav").write_bytes(b"other" * 5_000)
    for name in ("b.wav", "a.wav"):
        room.session.recording = folder / name
        for onset_s in range(30):
            room.session.selection = Selection(onset_s, onset_s + 0.5)
            room.labelling.label("robin")
    room.panel.table.scrollToBottom()
    assert room.panel.table.rowAt(0) > 0
    room.session.recording = folder / "b.wav"
    assert room.panel.table.rowAt(0) == 0


def test_drafts_rejects_and_short_calls_can_be_told_without_the_column_of_the_status(theme: Theme) -> None:
    table = AnnotationTable()
    table.show(
        [
            Annotation("bat", "r", 1.0, 1.0059, 35_000.0, 82_000.0),
            Annotation("bat", "r", 2.0, 3.0, status=Status.DRAFT, score=0.5),
            Annotation("bat", "r", 4.0, 5.0, 14.2, 30.0, status=Status.REJECTED),
        ],
        LabelScheme(),
    )
    name, length = [table.index(row, 0) for row in range(3)], [table.index(row, 2).data() for row in range(3)]
    assert length == ["0.0059 s", "1.00 s", "1.00 s"]
    fonts = [each.data(Qt.ItemDataRole.FontRole) for each in name]
    assert fonts[:2] == [None, None] and fonts[2].strikeOut()
    images = [each.data(Qt.ItemDataRole.DecorationRole).pixmap(DOT).toImage() for each in name]
    middles = [image.pixelColor(image.width() // 2, image.height() // 2).alpha() for image in images]
    assert middles == [255, 0, 255], "hollow is what nobody has judged"
    assert "14.2 – 30.0 Hz" in name[2].data(Qt.ItemDataRole.ToolTipRole)
