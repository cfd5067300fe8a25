"""The page in place of the timeline: the first steps, with the keys that the person has."""

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.ui.actions import Actions
from desktop_app.ui.theme import Theme
from desktop_app.ui.welcome import STEPS, Welcome


@pytest.fixture
def actions(qapp: QApplication, theme: Theme) -> Actions:
    return Actions(qapp, theme)


@pytest.fixture
def welcome(qtbot: QtBot, actions: Actions) -> Welcome:
    welcome = Welcome(actions)
    qtbot.addWidget(welcome)
    welcome.show()
    return welcome


def words(welcome: Welcome) -> list[str]:
    return [label.text() for label in welcome.findChildren(QLabel) if label.isVisible()]


def test_the_first_step_has_the_keyboard_and_opens_a_folder(welcome: Welcome, actions: Actions, qtbot: QtBot) -> None:
    welcome.activateWindow()
    welcome.setFocus()
    button = QApplication.focusWidget()
    assert isinstance(button, QPushButton)
    with qtbot.waitSignal(actions["open_folder"].triggered):
        button.click()


def test_the_keys_of_the_first_minutes_are_those_of_the_preset(welcome: Welcome, actions: Actions) -> None:
    assert {"Space", "Ctrl+B", "F8", *STEPS.values()} <= set(words(welcome))
    actions.use_preset("raven")
    welcome.show_folder_open(True)
    assert set(STEPS.values()) <= set(words(welcome))
    assert all(words(welcome))


def test_a_recording_that_cannot_be_shown_is_no_time_for_lessons(welcome: Welcome) -> None:
    welcome.show_problem("It is damaged.")
    assert words(welcome) == ["This recording cannot be shown", "It is damaged."]
    welcome.show_folder_open(True)
    assert "Space" in words(welcome)
