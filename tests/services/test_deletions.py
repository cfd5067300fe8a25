"""What was deleted comes back: by the button beside the sentence, by Undo, the last one first, and each one once."""

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.services.deletions import Deletions
from desktop_app.services.messages import Message, Messages


@pytest.fixture
def told() -> list[Message]:
    return []


@pytest.fixture
def deletions(told: list[Message], qtbot: QtBot) -> Deletions:
    messages = Messages()
    messages.posted.connect(told.append)
    made = Deletions(messages)
    made.setProperty("messages", messages)  # kept as long as it
    return made


def test_undo_brings_the_last_one_back_first_and_the_button_its_own(deletions: Deletions, told: list[Message]) -> None:
    back: list[str] = []
    for name in ("owls", "wrens", "frogs"):
        deletions.add(name, f"the model “{name}”", lambda name=name: back.append(name))  # type: ignore[misc]
    assert told[0].text == "The model “owls” is deleted." and deletions.text == "Delete the model “frogs”"
    deletions.undo()
    assert told[0].action is not None
    told[0].action()
    assert back == ["frogs", "owls"] and deletions.text == "Delete the model “wrens”"
    told[0].action()  # nothing more to bring back
    deletions.undo()
    deletions.undo()
    assert back == ["frogs", "owls", "wrens"] and deletions.text == ""


def test_what_came_back_in_another_way_is_no_step_any_more(deletions: Deletions, qtbot: QtBot) -> None:
    deletions.add("owls", "the model “owls”", lambda: pytest.fail("it is back already"))
    with qtbot.waitSignal(deletions.changed):
        deletions.forget("owls")
    deletions.forget("owls")
    deletions.undo()
