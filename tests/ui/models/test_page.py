"""The page of models by mouse and keys: use, rename, delete and undo, import by drop, export, compare."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop_app.classifier.card import read_card
from desktop_app.classifier.checkpoint import LoadedModel
from desktop_app.classifier.engines.foreign import ForeignModel
from desktop_app.classifier.library import Library
from desktop_app.services.evaluating import Evaluating
from desktop_app.services.jobs import JobRunner
from desktop_app.services.messages import Message, Messages
from desktop_app.services.model_changes import ModelChanges
from desktop_app.services.models import ModelShelf
from desktop_app.services.settings import Settings
from desktop_app.ui.models.foreign_dialog import ForeignDialog
from desktop_app.ui.models.model_list import NONE_YET
from desktop_app.ui.models.page import ModelsPage, with_suffix
from desktop_app.ui.theme import Theme
from tests.classifier.conftest import tone_model
from tests.classifier.test_onnx_engine import loudness_graph, write
from tests.cli.labelled_tones import save, save_worse, write_classes

__all__ = ["tone_model"]  # fixture
Key, Left = Qt.Key, Qt.MouseButton.LeftButton


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    assert made.close()


@pytest.fixture
def told() -> list[Message]:
    return []


@pytest.fixture
def library(tone_model: LoadedModel, tmp_path: Path) -> Library:
    (tmp_path / "shipped").mkdir()
    save(tone_model, tmp_path / "shipped" / "tones.safetensors")
    return Library(tmp_path / "shipped", tmp_path / "own")


@pytest.fixture
def shelf(library: Library, settings: Settings, told: list[Message]) -> ModelShelf:
    messages = Messages()
    messages.posted.connect(told.append)
    shelf = ModelShelf(settings, messages, library.shipped, library.own)
    shelf.choose("tones")
    return shelf


@pytest.fixture
def page(
    library: Library, shelf: ModelShelf, told: list[Message], runner: JobRunner, theme: Theme, qtbot: QtBot
) -> ModelsPage:
    messages = Messages()
    messages.posted.connect(told.append)
    made = ModelsPage(ModelChanges(runner, shelf, messages, library), shelf, Evaluating(runner), theme)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    return made


@pytest.fixture
def mine(page: ModelsPage, library: Library, tone_model: LoadedModel, tmp_path: Path) -> str:
    """Return the name of a model of the person's own, the current one."""
    library.add(save_worse(tone_model, tmp_path / "worse.safetensors"))
    page._shelf.refresh()
    page.list.select("worse")
    return "worse"


def shown(page: ModelsPage) -> dict[str, list[str]]:
    """Return what the list says, by heading."""
    rows = page.list.model()
    groups = [rows.index(place, 0) for place in range(rows.rowCount())]
    return {group.data(): [rows.index(row, 0, group).data() for row in range(rows.rowCount(group))] for group in groups}


def drop(page: ModelsPage, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    at, no_key = QPointF(50, 300), Qt.KeyboardModifier.NoModifier
    page.dropEvent(QDropEvent(at, Qt.DropAction.CopyAction, mime, Left, no_key))


def test_a_model_that_came_from_the_command_line_is_there_when_the_page_is_shown(
    page: ModelsPage, library: Library, tone_model: LoadedModel, tmp_path: Path
) -> None:
    library.add(save_worse(tone_model, tmp_path / "worse.safetensors"))
    page.hide()
    page.show()
    page.list.select("worse")
    assert page.current is not None and page.current.card.name == "worse"


def test_shipped_and_own_models_stand_apart_and_an_empty_shelf_teaches(page: ModelsPage) -> None:
    rows = page.list.model()
    assert shown(page)["Came with Earmark"] == ["tones"]
    assert rows.index(0, 0, rows.index(1, 0)).data() == NONE_YET
    assert page.list.isFirstColumnSpanned(0, rows.index(1, 0)), "the sentence has the room of all columns"
    assert page.list.current == "tones"
    assert not page.detail.rename.isEnabled() and not page.detail.delete.isEnabled()
    assert "came with Earmark" in page.detail.delete.toolTip()


def test_the_card_is_a_page_and_what_nobody_measured_says_so(page: ModelsPage) -> None:
    text = page.detail.card.toPlainText()
    assert "High and low tones" in text and "8,000 Hz mono" in text and "Tones only." in text
    where = page.detail.card.document().find("a column every")
    assert "hop_frames" in where.charFormat().toolTip() and "hop_frames" not in text
    assert "Nobody has measured" in page.detail._measured.whole
    assert page.detail.confusion.drawing is None


def test_the_shipped_model_shows_what_it_takes_for_what(
    runner: JobRunner, settings: Settings, theme: Theme, qtbot: QtBot
) -> None:
    from desktop_app import assets

    shelf = ModelShelf(settings, Messages(), assets.models_dir())
    library = Library(assets.models_dir(), Path("nowhere"))
    page = ModelsPage(ModelChanges(runner, shelf, Messages(), library), shelf, Evaluating(runner), theme)
    qtbot.addWidget(page)
    drawing = page.detail.confusion.drawing
    assert drawing is not None and any(spot.tip.key == (0, 0) for spot in drawing.spots)
    assert "judged right" in page.detail._measured.whole


def test_another_model_is_used_by_enter_or_the_button(
    page: ModelsPage, mine: str, shelf: ModelShelf, qtbot: QtBot
) -> None:
    assert page.detail.use.text() == "Use this model"
    qtbot.keyClick(page.list, Key.Key_Return)
    assert shelf.chosen_name == mine
    assert page.detail.use.text() == "In use" and not page.detail.use.isEnabled()
    page.list.select("tones")
    qtbot.mouseClick(page.detail.use, Left)
    assert shelf.chosen_name == "tones"


def test_a_model_is_renamed_in_the_list_by_keys(page: ModelsPage, mine: str, shelf: ModelShelf, qtbot: QtBot) -> None:
    page.list.rename_current()
    editor = page.list.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "better ears")
    qtbot.keyClick(editor, Key.Key_Return)
    qtbot.waitUntil(lambda: page.list.current == "better ears", timeout=20_000)
    assert shown(page)["Yours"] == ["better ears"]
    assert shelf.find(mine) is None


def test_a_name_that_is_taken_gives_way_to_the_old_one(
    page: ModelsPage, mine: str, told: list[Message], qtbot: QtBot
) -> None:
    page.list.rename_wanted.emit(mine, "tones")
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert "already a model" in told[0].text
    assert shown(page)["Yours"] == [mine]
    assert not page.progress.isVisible()


def test_a_deleted_model_comes_back_by_undo_or_from_the_menu(
    page: ModelsPage, mine: str, told: list[Message], qtbot: QtBot
) -> None:
    assert not page._restore.isVisible()
    qtbot.keyClick(page.list, Key.Key_Delete)
    assert shown(page)["Yours"] == [NONE_YET]
    assert page._restore.isVisible()
    assert told[-1].action is not None
    told[-1].action()
    assert shown(page)["Yours"] == [mine] and page.list.current == mine
    qtbot.mouseClick(page.detail.delete, Left)
    page._deleted.actions()[0].trigger()
    assert shown(page)["Yours"] == [mine]
    assert not page._restore.isVisible()


def test_del_on_a_shipped_model_deletes_nothing(page: ModelsPage, told: list[Message], qtbot: QtBot) -> None:
    qtbot.keyClick(page.list, Key.Key_Delete)
    assert "came with Earmark" in told[-1].text
    assert shown(page)["Came with Earmark"] == ["tones"]


def test_dropped_files_are_taken_in_and_the_last_is_shown(
    page: ModelsPage, tone_model: LoadedModel, tmp_path: Path, told: list[Message], qtbot: QtBot
) -> None:
    good = save(tone_model, tmp_path / "x.safetensors", name="owls")
    bad = tmp_path / "bad.safetensors"
    bad.write_bytes(b"no model")
    drop(page, bad, tmp_path / "notes.txt", good)
    qtbot.waitUntil(lambda: page.list.current == "owls" and len(told) == 2, timeout=20_000)
    assert sorted(message.level for message in told) == ["error", "info"]


def test_a_foreign_model_is_described_and_taken_in(page: ModelsPage, tmp_path: Path, qtbot: QtBot) -> None:
    drop(page, write(tmp_path, loudness_graph(["batch", "frames"])))
    qtbot.waitUntil(lambda: page.findChild(ForeignDialog) is not None, timeout=20_000)
    dialog = page.findChild(ForeignDialog)
    assert isinstance(dialog, ForeignDialog)
    dialog.accept()
    assert dialog.isVisible() and dialog._problem.isVisible()  # no labels yet
    dialog.labels.setPlainText("loud\n\n quiet ")
    dialog.rate.setValue(8_000)
    dialog.window_s.setValue(0.5)
    assert dialog.model == ForeignModel("theirs", ("loud", "quiet"), 8_000, 0.5)
    dialog.accept()
    qtbot.waitUntil(lambda: page.list.current == "theirs", timeout=20_000)


def test_what_was_said_of_a_foreign_model_stays_where_it_does_not_fit(
    page: ModelsPage, told: list[Message], tmp_path: Path, qtbot: QtBot
) -> None:
    drop(page, write(tmp_path, loudness_graph(["batch", "frames"])))
    qtbot.waitUntil(lambda: page.findChild(ForeignDialog) is not None, timeout=20_000)
    dialog = page.findChild(ForeignDialog)
    assert isinstance(dialog, ForeignDialog)
    dialog.labels.setPlainText("loud\nquiet\none too many")
    dialog.accept()
    qtbot.waitUntil(dialog._problem.isVisible, timeout=20_000)
    assert "returns 2 numbers a window where its card has 3 classes" in dialog._problem.text() and not told
    assert dialog.isVisible() and dialog._take.isEnabled()
    dialog.labels.setPlainText("loud\nquiet")
    dialog.accept()
    qtbot.waitUntil(lambda: page.list.current == "theirs", timeout=20_000)
    qtbot.waitUntil(lambda: page.findChild(ForeignDialog) is None)


def test_a_model_is_exported_under_the_suffix_of_its_kind(
    page: ModelsPage, mine: str, tmp_path: Path, qtbot: QtBot
) -> None:
    entry = page.current
    assert entry is not None
    known = (".safetensors", ".onnx", ".pt")
    assert with_suffix(Path("owls v1.2"), ".onnx", known) == Path("owls v1.2.onnx")
    assert with_suffix(Path("owls.PT"), ".onnx", known) == Path("owls.PT")
    page.export(entry, tmp_path / "out.safetensors")
    qtbot.waitUntil(lambda: page.progress.job is None, timeout=20_000)
    assert read_card(tmp_path / "out.safetensors").name == mine


def test_two_models_are_compared_on_the_same_clips(page: ModelsPage, mine: str, tmp_path: Path, qtbot: QtBot) -> None:
    panel = page.detail.compare
    page.detail.tabs.setCurrentWidget(panel)
    page.list.select("tones")
    page.offer_folder(write_classes(tmp_path / "classes", 9))
    panel.form.choose_model(mine)
    qtbot.mouseClick(panel.form.start, Left)
    qtbot.waitUntil(panel.table.isVisible, timeout=20_000)
    assert panel.outcome.text().startswith("tones is better on clips like these")
    rows = panel.table.model()
    right = [rows.index(4, column).data() for column in range(3)]
    assert right == ["Right, of 28 clips", "27", "10"]
    assert "“bed” (9)" in panel._notes.text()
    page.list.select(mine)
    assert not panel.table.isVisible()  # what was found of another model is gone
