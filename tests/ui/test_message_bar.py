"""The message bar: one at a time, errors stay, information goes, the next step is one click away."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from desktop_app.services.messages import Messages
from desktop_app.ui.message_bar import MessageBar
from desktop_app.ui.theme import Theme


@pytest.fixture
def bar(qtbot: QtBot, theme: Theme) -> MessageBar:
    """Return a bar in a window of its own."""
    bar = MessageBar(theme)
    qtbot.addWidget(bar)
    return bar


def button(bar: MessageBar, name: str) -> QToolButton:
    return next(b for b in bar.findChildren(QToolButton) if b.accessibleName() == name)


def test_errors_wait_for_each_other_and_are_shown_one_at_a_time(qtbot: QtBot, bar: MessageBar) -> None:
    messages = Messages()
    messages.posted.connect(bar.show_message)
    messages.error("a.wav cannot be read: it is empty.")
    messages.error("b.wav cannot be read: it is a folder.")
    messages.error("a.wav cannot be read: it is empty.")
    assert bar.text == "a.wav cannot be read: it is empty."
    qtbot.mouseClick(button(bar, "Close message"), Qt.MouseButton.LeftButton)
    assert bar.text == "b.wav cannot be read: it is a folder."
    qtbot.mouseClick(button(bar, "Close message"), Qt.MouseButton.LeftButton)
    assert not bar.isVisible()


def test_an_error_takes_the_place_of_information(bar: MessageBar) -> None:
    messages = Messages()
    messages.posted.connect(bar.show_message)
    messages.info("Exported 3 clips.")
    messages.error("The disk is full.")
    assert bar.text == "The disk is full."


def test_an_error_that_took_the_place_of_information_stays(qtbot: QtBot, bar: MessageBar) -> None:
    bar._timer.setInterval(1)
    messages = Messages()
    messages.posted.connect(bar.show_message)
    messages.info("Exported 3 clips.")
    messages.error("The disk is full.")
    assert not bar._timer.isActive()
    assert bar.text == "The disk is full."


def test_information_is_shown_over_an_error_which_comes_back_when_it_goes(qtbot: QtBot, bar: MessageBar) -> None:
    bar._timer.setInterval(1)
    messages = Messages()
    messages.posted.connect(bar.show_message)
    messages.error("a.wav cannot be read: it is empty.")
    messages.error("b.wav cannot be read: it is a folder.")
    messages.info("27 files were judged.")
    assert bar.text == "27 files were judged."
    messages.error("a.wav cannot be read: it is empty.")
    assert bar.text == "27 files were judged."
    qtbot.waitUntil(lambda: bar.text == "a.wav cannot be read: it is empty.")
    qtbot.mouseClick(button(bar, "Close message"), Qt.MouseButton.LeftButton)
    assert bar.text == "b.wav cannot be read: it is a folder."


def test_the_next_step_is_done_once_and_the_bar_closes(qtbot: QtBot, bar: MessageBar) -> None:
    done: list[int] = []
    messages = Messages()
    messages.posted.connect(bar.show_message)
    messages.info("Exported 3 clips.", "Show folder", lambda: done.append(1))
    qtbot.mouseClick(button(bar, "What to do next"), Qt.MouseButton.LeftButton)
    assert done == [1]
    assert not bar.isVisible()
    messages.info("Exported 4 clips.", "Show folder", lambda: done.append(2))
    bar.answer()
    bar.answer()
    assert done == [1, 2]
    messages.error("The disk is full.")
    bar.answer()
    assert bar.text == "The disk is full."


def test_what_holds_no_more_is_taken_back_on_screen_and_in_the_queue(bar: MessageBar) -> None:
    messages = Messages()
    messages.posted.connect(bar.show_message)
    messages.withdrawn.connect(bar.withdraw)
    messages.warning("Another window writes.")
    messages.error("The disk is full.")
    messages.withdraw("Another window writes.")
    assert bar.text == "The disk is full."
    messages.warning("Another window writes.")
    messages.withdraw("Another window writes.")
    bar.close_message()
    assert bar.text == ""
