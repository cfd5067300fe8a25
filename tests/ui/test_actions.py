"""The table of actions: no key twice, tooltips with keys, keys given up to the widget that needs them."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QListWidget, QMainWindow, QPushButton, QSlider, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.ui.actions import SPECS, Actions, shown_key
from desktop_app.ui.keys_sheet import KeysSheet


@pytest.fixture
def window(qtbot: QtBot, actions: Actions) -> QMainWindow:
    """Return a shown window with the actions and one widget of each kind."""
    window = QMainWindow()
    window.addActions(actions.all())
    centre = QWidget()
    column = QVBoxLayout(centre)
    listing = QListWidget()
    listing.addItems(["a", "b"])
    for widget in (QPushButton("Press"), QLineEdit(), QSlider(), listing):
        column.addWidget(widget)
    window.setCentralWidget(centre)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitActive(window)
    return window


def presses(actions: Actions, name: str) -> list[bool]:
    pressed: list[bool] = []
    actions[name].triggered.connect(lambda: pressed.append(True))
    return pressed


def test_no_key_stands_for_two_actions() -> None:
    keys = Counter(QKeySequence(key).toString() for spec in SPECS for key in spec.keys)
    assert [key for key, times in keys.items() if times > 1] == []
    assert "" not in keys, "a key that Qt does not know"


def test_every_tooltip_names_the_key(actions: Actions) -> None:
    for spec in SPECS:
        if spec.keys:
            assert shown_key(spec.keys[0]) in actions[spec.name].toolTip()


def test_space_plays_from_a_list_but_presses_a_button_that_has_the_focus(
    qtbot: QtBot, window: QMainWindow, actions: Actions
) -> None:
    played = presses(actions, "play")
    listing, button = window.findChild(QListWidget), window.findChild(QPushButton)
    clicks: list[bool] = []
    button.clicked.connect(lambda: clicks.append(True))
    listing.setFocus()
    qtbot.keyClick(listing, Qt.Key.Key_Space)
    assert (len(played), len(clicks)) == (1, 0)
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert (len(played), len(clicks)) == (1, 1)


def test_letters_typed_into_a_field_do_not_trigger_actions(qtbot: QtBot, window: QMainWindow, actions: Actions) -> None:
    moved = presses(actions, "next_file")
    field = window.findChild(QLineEdit)
    field.setFocus()
    qtbot.keyClicks(field, "n/p")
    assert field.text() == "n/p"
    assert not moved


def test_arrows_move_a_focused_slider_and_else_the_view(qtbot: QtBot, window: QMainWindow, actions: Actions) -> None:
    stepped = presses(actions, "step_right")
    slider = window.findChild(QSlider)
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == 1
    assert not stepped
    window.findChild(QListWidget).setFocus()
    qtbot.keyClick(window.findChild(QListWidget), Qt.Key.Key_Right)
    assert stepped


def test_the_sheet_lists_every_key(qtbot: QtBot, actions: Actions) -> None:
    from PySide6.QtWidgets import QLabel

    sheet = KeysSheet()
    qtbot.addWidget(sheet)
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    for spec in SPECS:
        if spec.keys:
            assert any(text.startswith(shown_key(spec.keys[0])) for text in shown), spec.name
