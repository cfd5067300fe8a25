"""A table that is read: numbers are sorted as numbers, and a row is told by its place however it is sorted."""

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from desktop_app.ui.sorted_table import MOST_ROWS, SortedTable, TableColumn
from desktop_app.ui.theme import Theme

ROWS = [("b", ("9", 9.0)), ("a", ("1,200", 1200.0)), ("C", ("–", -1.0))]


@pytest.fixture
def table(theme: Theme, qtbot: QtBot) -> SortedTable:
    made = SortedTable("Things", (TableColumn("Name"), TableColumn("Count", number=True)))
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show_rows(ROWS)
    made.show()
    return made


def click_header(table: SortedTable, column: int, qtbot: QtBot) -> None:
    header = table.horizontalHeader()
    at = QPoint(header.sectionViewportPosition(column) + 12, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)


def places(table: SortedTable) -> list[int]:
    return [table.place_at(row) for row in range(table.model().rowCount())]


def test_headers_sort_numbers_as_numbers_and_names_in_any_case(table: SortedTable, qtbot: QtBot) -> None:
    assert places(table) == [0, 1, 2]
    click_header(table, 1, qtbot)
    assert places(table) == [2, 0, 1]
    click_header(table, 1, qtbot)
    assert places(table) == [1, 0, 2]
    click_header(table, 0, qtbot)
    assert places(table) == [1, 0, 2]


def test_columns_fit_rows_that_come_while_the_table_is_shown(table: SortedTable, qtbot: QtBot) -> None:
    count = table.sizeHintForColumn(1)
    table.show_rows([("a", ("1,234,567,890,123", 1.0))])
    assert table.columnWidth(1) >= table.sizeHintForColumn(1) > count


def test_clicks_keys_and_enter_tell_the_place_of_the_row(table: SortedTable, qtbot: QtBot) -> None:
    met: list[int] = []
    entered: list[int] = []
    table.row_met.connect(met.append)
    table.row_entered.connect(entered.append)
    click_header(table, 1, qtbot)
    at = table.visualRect(table.model().index(0, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    qtbot.keyClick(table, Qt.Key.Key_Down)  # the last row already
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert met == [2, 0, 1]
    assert entered == [1]


def test_other_rows_stand_in_their_own_order_again(table: SortedTable, qtbot: QtBot) -> None:
    click_header(table, 0, qtbot)
    table.show_rows(ROWS[::-1])
    assert [table.model().index(row, 0).data() for row in range(3)] == ["C", "a", "b"]


def test_more_rows_than_anybody_reads_are_cut(table: SortedTable) -> None:
    table.show_rows([("x", ("1", 1.0))] * (MOST_ROWS + 10))
    assert table.model().rowCount() == MOST_ROWS


def test_a_column_of_numbers_takes_no_more_room_than_its_title_needs(table: SortedTable) -> None:
    title = table.fontMetrics().horizontalAdvance("Count")
    numbers = table.fontMetrics().horizontalAdvance("1,200")
    assert table.columnWidth(1) <= max(title, numbers) + 20
