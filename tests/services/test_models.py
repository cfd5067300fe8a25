"""Which model judges, and what is done to models: nothing is lost, nothing broken gets in, every deed is undone."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop_app import assets
from desktop_app.classifier.card import read_card
from desktop_app.classifier.engines.engine import compiled_path, open_engine
from desktop_app.classifier.engines.foreign import ForeignModel
from desktop_app.classifier.library import Library
from desktop_app.errors import UserError
from desktop_app.services.jobs import Job, JobRunner
from desktop_app.services.messages import Message, Messages
from desktop_app.services.model_changes import ModelChanges
from desktop_app.services.models import ModelShelf
from desktop_app.services.settings import Settings
from tests.classifier.test_onnx_engine import loudness_graph, write

SHIPPED = assets.models_dir() / f"{assets.DEFAULT_MODEL}.safetensors"


@pytest.fixture
def settings(qtbot: QtBot) -> Settings:
    return Settings()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(assets.models_dir(), tmp_path / "own")


@pytest.fixture
def messages(qtbot: QtBot) -> Messages:
    return Messages()


@pytest.fixture
def told(messages: Messages) -> list[Message]:
    heard: list[Message] = []
    messages.posted.connect(heard.append)
    return heard


@pytest.fixture
def shelf(settings: Settings, messages: Messages, library: Library) -> ModelShelf:
    return ModelShelf(settings, messages, library.shipped, library.own)


@pytest.fixture
def changes(runner: JobRunner, shelf: ModelShelf, messages: Messages, library: Library) -> ModelChanges:
    return ModelChanges(runner, shelf, messages, library)


@pytest.fixture
def mine(library: Library, shelf: ModelShelf) -> str:
    """Return the name of a model of the person's own."""
    library.add(SHIPPED, "mine")
    shelf.refresh()
    return "mine"


def ended(job: Job, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: job.is_done, timeout=20_000)


def test_the_shipped_model_judges_until_another_is_chosen(settings: Settings) -> None:
    shelf = ModelShelf(settings, Messages(), assets.models_dir())
    assert assets.DEFAULT_MODEL in shelf.names
    assert shelf.chosen.card.name == shelf.chosen_name == assets.DEFAULT_MODEL
    assert shelf.chosen.path.is_file()


def test_a_chosen_model_that_is_gone_is_one_sentence(settings: Settings) -> None:
    settings.change(model="robins")
    with pytest.raises(UserError, match="robins"):
        _ = ModelShelf(settings, Messages(), assets.models_dir()).chosen


def test_a_file_that_is_no_model_is_told_once_and_left_out(
    settings: Settings, tmp_path: Path, messages: Messages, told: list[Message]
) -> None:
    (tmp_path / "fake.safetensors").write_bytes(b"\x80\x04not a model")
    shelf = ModelShelf(settings, messages, tmp_path)
    shelf.refresh()
    assert shelf.names == []
    assert ["fake.safetensors" in message.text for message in told] == [True]


def test_another_choice_is_told_to_who_lists_models(shelf: ModelShelf, mine: str, qtbot: QtBot) -> None:
    with qtbot.waitSignal(shelf.changed):
        shelf.choose(mine)
    assert shelf.chosen.card.name == mine


def test_an_imported_model_is_tried_listed_and_named_anew_where_its_name_is_taken(
    changes: ModelChanges, shelf: ModelShelf, told: list[Message], qtbot: QtBot
) -> None:
    with qtbot.waitSignal(changes.added, timeout=20_000) as added:
        changes.import_file(SHIPPED)
    assert added.args == ["commands12 (2)"]
    entry = shelf.find("commands12 (2)")
    assert entry is not None and changes.is_own(entry)
    assert "commands12 (2)" in told[-1].text


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-100], lambda content: b"\x80\x04" + content, lambda content: b""]
)
def test_what_is_no_model_does_not_get_in(
    changes: ModelChanges,
    shelf: ModelShelf,
    told: list[Message],
    tmp_path: Path,
    qtbot: QtBot,
    damage: Callable[[bytes], bytes],
) -> None:
    (tmp_path / "x.safetensors").write_bytes(damage(SHIPPED.read_bytes()))
    before = shelf.names
    ended(changes.import_file(tmp_path / "x.safetensors"), qtbot)
    assert [message.level for message in told] == ["error"]
    shelf.refresh()
    assert shelf.names == before


def test_a_renamed_model_stays_chosen_and_judges_the_same(
    changes: ModelChanges, shelf: ModelShelf, mine: str, qtbot: QtBot
) -> None:
    shelf.choose(mine)
    ended(changes.rename(shelf.chosen, " owls at night "), qtbot)
    assert shelf.chosen.card.name == "owls at night"
    assert mine not in shelf.names
    sounds = np.random.default_rng(1).normal(0, 0.1, (2, 16_000)).astype(np.float32)
    engines = [open_engine(path) for path in (SHIPPED, shelf.chosen.path)]
    assert np.array_equal(*(engine.judge(engine.prepare(sounds)) for engine in engines))


@pytest.mark.parametrize("name", ["", "a/b", "commands12"])
def test_a_name_that_cannot_be_is_refused_in_a_sentence(
    changes: ModelChanges, shelf: ModelShelf, mine: str, told: list[Message], qtbot: QtBot, name: str
) -> None:
    entry = shelf.find(mine)
    assert entry is not None
    ended(changes.rename(entry, name), qtbot)
    assert [message.level for message in told] == ["error"]
    assert mine in shelf.names


def test_a_deleted_model_comes_back_whole_and_chosen(
    changes: ModelChanges, shelf: ModelShelf, mine: str, told: list[Message]
) -> None:
    shelf.choose(mine)
    entry = shelf.chosen
    before = {path.name: path.read_bytes() for path in entry.path.parent.glob("mine.*")}
    changes.delete(entry)
    assert mine not in shelf.names
    assert shelf.chosen_name == assets.DEFAULT_MODEL
    assert [removed.name for removed in changes.bin.contents()] == [mine]
    assert told[-1].action_text == "Undo" and told[-1].action is not None
    told[-1].action()
    assert shelf.chosen.card.name == mine
    assert {path.name: path.read_bytes() for path in entry.path.parent.glob("mine.*")} == before
    assert compiled_path(entry.path).is_file() == compiled_path(SHIPPED).is_file()
    assert not changes.bin.contents()


def test_a_model_whose_name_was_taken_meanwhile_stays_among_the_deleted(
    changes: ModelChanges, shelf: ModelShelf, library: Library, mine: str, told: list[Message]
) -> None:
    entry = shelf.find(mine)
    assert entry is not None
    changes.delete(entry)
    library.add(SHIPPED, mine)
    (removed,) = changes.bin.contents()
    changes.restore(removed)
    assert told[-1].level == "error" and "already a model" in told[-1].text
    assert [each.name for each in changes.bin.contents()] == [mine]


def test_shipped_models_are_never_deleted(changes: ModelChanges, shelf: ModelShelf, told: list[Message]) -> None:
    changes.delete(shelf.chosen)
    assert "came with Earmark" in told[-1].text
    assert SHIPPED.is_file()


def test_deleted_models_go_for_good_after_a_month(changes: ModelChanges, shelf: ModelShelf, mine: str) -> None:
    entry = shelf.find(mine)
    assert entry is not None
    changes.delete(entry)
    changes.bin.forget_old()
    assert len(changes.bin.contents()) == 1
    changes.bin.forget_old(days=0)
    assert not changes.bin.contents()


def test_a_model_is_exported_with_its_card(
    changes: ModelChanges, shelf: ModelShelf, told: list[Message], tmp_path: Path, qtbot: QtBot
) -> None:
    ended(changes.export(shelf.chosen, tmp_path / "out.safetensors"), qtbot)
    assert read_card(tmp_path / "out.safetensors") == shelf.chosen.card
    ended(changes.export(shelf.chosen, tmp_path / "out.mp3"), qtbot)
    assert told[-1].level == "error" and ".onnx" in told[-1].text


def test_a_foreign_model_asks_for_a_card_and_is_taken_in_with_it(
    changes: ModelChanges, shelf: ModelShelf, tmp_path: Path, qtbot: QtBot
) -> None:
    foreign = write(tmp_path, loudness_graph(["batch", "frames"]))
    with qtbot.waitSignal(changes.card_wanted, timeout=20_000) as asked:
        changes.import_file(foreign)
    assert asked.args == [foreign]
    with qtbot.waitSignal(changes.added, timeout=20_000):
        changes.import_foreign(foreign, ForeignModel("birds", ("loud", "quiet"), 8_000, 0.5))
    entry = shelf.find("birds")
    assert entry is not None and entry.card.classes == ("loud", "quiet")
