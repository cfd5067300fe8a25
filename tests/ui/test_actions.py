"""The table of actions: no key twice, tooltips with keys, keys given up to the widget that needs them."""

from collections import Counter

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QMainWindow, QPushButton, QSlider, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.ui.actions import SPECS, Actions, shown_key
from desktop_app.ui.key_presets import PRESETS, keys_of
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
    with qtbot.waitActive(window):
        window.show()
    return window


def presses(actions: Actions, name: str) -> list[bool]:
    pressed: list[bool] = []
    actions[name].triggered.connect(lambda: pressed.append(True))
    return pressed


@pytest.mark.parametrize("preset", PRESETS)
def test_no_key_stands_for_two_actions(preset: str) -> None:
    used = (key for spec in SPECS for key in keys_of(preset, spec.name, spec.keys))
    keys = Counter(QKeySequence(key).toString() for key in used)
    assert [key for key, times in keys.items() if times > 1] == []
    assert "" not in keys, "a key that Qt does not know"


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_names_actions_that_there_are(preset: str) -> None:
    assert set(PRESETS[preset].keys) <= {spec.name for spec in SPECS}


@pytest.mark.parametrize("preset", PRESETS)
def test_every_tooltip_names_the_key(actions: Actions, preset: str) -> None:
    actions.use_preset(preset)
    for spec in SPECS:
        if keys := keys_of(preset, spec.name, spec.keys):
            assert shown_key(keys[0]) in actions[spec.name].toolTip()


def test_another_preset_takes_effect_at_once_and_leaves_lists_their_arrows(
    qtbot: QtBot, window: QMainWindow, actions: Actions
) -> None:
    played, stepped = presses(actions, "play"), presses(actions, "next_label")
    qtbot.keyClick(window, Qt.Key.Key_P)
    assert not played
    actions.use_preset("audacity")
    qtbot.keyClick(window, Qt.Key.Key_P)
    assert played
    actions.use_preset("raven")
    listing = window.findChild(QListWidget)
    listing.setFocus()
    qtbot.keyClick(listing, Qt.Key.Key_Down)
    assert not stepped
    assert listing.currentRow() == 1
    qtbot.keyClick(listing, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert len(stepped) == 1
    listing.clearFocus()
    qtbot.keyClick(window, Qt.Key.Key_Down)
    assert len(stepped) == 2


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


@pytest.mark.parametrize("preset", PRESETS)
def test_the_sheet_lists_every_key(qtbot: QtBot, actions: Actions, preset: str) -> None:
    sheet = KeysSheet(preset, "zoom")
    qtbot.addWidget(sheet)
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    for spec in SPECS:
        if keys := keys_of(preset, spec.name, spec.keys):
            assert any(text.startswith(shown_key(keys[0])) for text in shown), spec.name
    assert "Ctrl or Shift + wheel" in shown
