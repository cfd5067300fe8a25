"""Light and dark: legible in both, switched at once, icons and plots included."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontInfo, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDoubleSpinBox,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app import assets
from desktop_app.colours import DARK, LIGHT, Tones
from desktop_app.ui.actions import SPECS
from desktop_app.ui.theme import Theme, icon, stylesheet_of, type_family


def contrast(a: str, b: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(colour).getRgbF()[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_tone_is_legible_on_every_background(tones: Tones) -> None:
    for text in (tones.text, tones.secondary, tones.accent, tones.warning, tones.error):
        for background in (tones.window, tones.base):
            assert contrast(text, background) >= 4.5, (text, background)
    assert contrast(tones.on_accent, tones.accent) >= 4.5


def test_switching_changes_the_palette_at_once(qapp: QApplication, theme: Theme, qtbot: QtBot) -> None:
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == LIGHT.window
    with qtbot.waitSignal(theme.changed):
        theme.set_mode("dark")
    assert theme.dark
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == DARK.window


def test_every_icon_that_an_action_names_is_shipped_and_visible(qapp: QApplication) -> None:
    for name in {spec.icon for spec in SPECS if spec.icon}:
        image = icon(name, LIGHT).pixmap(20, 20).toImage()
        assert any(image.pixelColor(x, y).alpha() > 0 for x in range(20) for y in range(20)), name


def test_the_stylesheet_leaves_no_name_unfilled() -> None:
    for tones in (LIGHT, DARK):
        assert "$" not in stylesheet_of(tones)


def test_the_shipped_type_is_the_one_in_use(qapp: QApplication) -> None:
    assert list(assets.fonts_dir().glob("*.otf"))
    assert QFontInfo(type_family()).family().startswith("Inter")


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_current_cell_of_a_selected_row_is_as_legible_as_its_neighbours(
    theme: Theme, mode: str, qtbot: QtBot
) -> None:
    theme.set_mode(mode)
    table = QTableWidget(2, 2)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    for column in range(2):
        table.setItem(0, column, QTableWidgetItem("robin"))
    qtbot.addWidget(table)
    with qtbot.waitActive(table):
        table.show()
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Right)
    assert (table.currentColumn(), len(table.selectedItems())) == (1, 2)
    cells = [table.viewport().grab(table.visualRect(table.model().index(0, column))) for column in range(2)]
    assert cells[0].toImage() == cells[1].toImage()


def test_what_is_typed_begins_at_the_same_place_in_boxes_of_numbers_and_of_text(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    number, text = QDoubleSpinBox(), QLineEdit()
    number.setProperty("role", "plain")
    column = QVBoxLayout(window)
    for field in (number, text):
        column.addWidget(field)
    qtbot.addWidget(window)
    window.show()
    lines = (number.lineEdit(), text)
    assert all(line.cursorPosition() == 0 for line in lines)
    begins = [line.mapTo(window, line.cursorRect().topLeft()).x() for line in lines]
    assert begins[0] == begins[1]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_head_of_a_table_has_one_colour_beyond_its_last_column_too(theme: Theme, qtbot: QtBot, mode: str) -> None:
    theme.set_mode(mode)
    table = QTableWidget(1, 1)
    qtbot.addWidget(table)
    table.resize(400, 100)
    table.show()
    head = table.horizontalHeader().viewport().grab().toImage()
    assert head.pixelColor(4, 4) == head.pixelColor(head.width() - 4, 4)
