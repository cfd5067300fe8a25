"""The evaluation page as a person has it: choose, judge, see, click, hear, save."""

import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

from desktop_app.annotation.annotations import Annotation
from desktop_app.annotation.hand import Hand
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.store import open_store
from desktop_app.classifier.checkpoint import LoadedModel
from desktop_app.services.evaluating import Evaluating
from desktop_app.services.jobs import JobRunner
from desktop_app.services.messages import Message, Messages
from desktop_app.services.models import ModelShelf
from desktop_app.services.settings import Settings
from desktop_app.ui.evaluation.page import EvaluationPage
from desktop_app.ui.theme import Theme
from tests.classifier.conftest import FRAMES, RATE_HZ, tone, tone_model
from tests.cli.labelled_tones import save, write_classes

__all__ = ["tone_model"]  # fixture
Left = Qt.MouseButton.LeftButton


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    assert made.close()


@pytest.fixture
def messages() -> Messages:
    return Messages()


@pytest.fixture
def model_path(tone_model: LoadedModel, tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    return save(tone_model, tmp_path / "models" / "tones.safetensors", training={"groups": ["aaaaaaaa"]})


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return write_classes(tmp_path / "classes")


@pytest.fixture
def page(
    runner: JobRunner, messages: Messages, model_path: Path, settings: Settings, theme: Theme, qtbot: QtBot
) -> EvaluationPage:
    shelf = ModelShelf(settings, messages, model_path.parent)
    shelf.choose("tones")
    made = EvaluationPage(Evaluating(runner), shelf, messages, theme)
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    return made


@pytest.fixture
def judged(page: EvaluationPage, data: Path, qtbot: QtBot) -> EvaluationPage:
    page.form.choose_data(data)
    qtbot.mouseClick(page.form.start, Left)
    qtbot.waitUntil(lambda: page.report is not None, timeout=20_000)
    return page


def click_cell(page: EvaluationPage, plot: str, key: tuple[int, ...], qtbot: QtBot) -> None:
    view = page.result.plots.views[plot]
    page.result.plots.setCurrentIndex(list(page.result.plots.views).index(plot))
    assert view.drawing is not None
    spot = next(spot for spot in view.drawing.spots if spot.tip.key == key)
    qtbot.mouseClick(view, Left, pos=view.place_of(spot).toPoint())


def listed(page: EvaluationPage) -> list[str]:
    rows = page.result.clips.table.model()
    return [rows.index(row, 0).data() for row in range(rows.rowCount())]


def test_an_empty_page_teaches_and_offers_the_open_folder(page: EvaluationPage, data: Path, qtbot: QtBot) -> None:
    assert not page.form.start.isEnabled()
    assert not page._offer.isVisible()
    page.offer_folder(data)
    assert page._offer.isVisible() and data.name in page._offer.text()
    assert page.form.config.data == data
    qtbot.mouseClick(page._offer, Left)
    qtbot.waitUntil(lambda: page.report is not None, timeout=20_000)
    page.offer_folder(data.parent)
    assert page.form.config.data == data  # what was typed or taken is not taken away


def test_an_evaluation_leaves_the_focus_on_its_button(page: EvaluationPage, data: Path, qtbot: QtBot) -> None:
    page.form.choose_data(data)
    page.form.start.setFocus()
    qtbot.keyClick(page.form.start, Qt.Key.Key_Space)
    assert not page.form.start.isEnabled() and page.form.hasFocus()
    qtbot.waitUntil(lambda: page.report is not None and page.form.start.isEnabled(), timeout=20_000)
    assert page.form.start.hasFocus()


def test_stretches_of_one_recording_are_judged_by_their_labels_and_listed_by_their_time(
    page: EvaluationPage, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "night"
    folder.mkdir()
    sounds = [tone(label, FRAMES, 7) for label in ("high", "low", "high")]
    soundfile.write(folder / "all.wav", np.concatenate(sounds), RATE_HZ)
    recording = Recording("all.wav", 1)
    with open_store(folder) as store:
        for place, label in enumerate(("high", "low", "low")):
            span_s = (place * FRAMES / RATE_HZ, (place + 1) * FRAMES / RATE_HZ)
            store.apply(Hand("Ada").draw(Annotation(label, recording.id, *span_s), recording))
    page.form.choose_data(folder)
    page.form.submit()
    qtbot.waitUntil(lambda: page.report is not None, timeout=20_000)
    assert page.result.figures.figures["Clips"].value == "3"
    page.result.pairs.row_met.emit(0)
    assert page.result.clips.title == "low taken for high: 1 clip"
    assert listed(page) == [f"all.wav at {2 * FRAMES / RATE_HZ:.2f}\N{NO-BREAK SPACE}s"]


def test_the_figures_say_what_was_measured_and_whom_the_model_knew(judged: EvaluationPage, data: Path) -> None:
    figures = judged.result.figures.figures
    assert figures["Accuracy"].value == "92.3\N{NO-BREAK SPACE}%"
    assert figures["Clips"].value == "13"
    assert f"tones on 13 clips in {data}" in judged.result._about.text()
    assert "learnt from other clips of 1 of these speakers" in judged.result._leak.text()
    assert judged.result._leak.isVisible()
    assert "“bed” (4)" in judged.result._notes.text()


def test_a_cell_lists_its_clips_and_a_clip_is_played_and_opened(
    judged: EvaluationPage, data: Path, qtbot: QtBot
) -> None:
    click_cell(judged, "confusion", (1, 2), qtbot)
    assert judged.result.clips.title == "high taken for low: 1 clip"
    assert listed(judged) == [str(Path("high") / "mislabelled.wav")]
    table = judged.result.clips.table
    at = table.visualRect(table.model().index(0, 0)).center()
    with qtbot.waitSignal(judged.play_wanted) as played:
        qtbot.mouseClick(table.viewport(), Left, pos=at)
    assert played.args == [data / "high" / "mislabelled.wav", 0.0, 0.5]
    with qtbot.waitSignal(judged.recording_wanted) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [data / "high" / "mislabelled.wav"]


def test_flows_bins_pairs_classes_and_speakers_lead_to_clips_too(judged: EvaluationPage, qtbot: QtBot) -> None:
    click_cell(judged, "alluvial", (2, 2), qtbot)
    assert judged.result.clips.title == "low found: 4 clips"
    click_cell(judged, "reliability", (9,), qtbot)
    assert judged.result.clips.title.startswith("Score 0.9 to 1.0: ")
    for table, words in (
        (judged.result.pairs, "high taken for low: 1 clip"),
        (judged.result.plots.classes, "_silence_, and what was taken for it: 4 clips"),
        (judged.result.plots.groups, "high/mislabelled.wav: 1 clip"),
    ):
        if table is not judged.result.pairs:
            judged.result.plots.setCurrentWidget(table.parentWidget())
        at = table.visualRect(table.model().index(0, 0)).center()
        qtbot.mouseClick(table.viewport(), Left, pos=at)
        assert judged.result.clips.title == words


def test_what_could_not_be_read_is_listed_with_its_reason(judged: EvaluationPage, qtbot: QtBot) -> None:
    assert judged.result._unreadable.text() == "1 clip could not be read…"
    qtbot.mouseClick(judged.result._unreadable, Left)
    assert listed(judged) == [str(Path("low") / "broken.wav")]
    assert judged.result.clips._clips[0][1:] == (0.0, math.inf)


def test_the_report_is_saved_as_the_command_line_saves_it(
    judged: EvaluationPage, messages: Messages, tmp_path: Path, qtbot: QtBot
) -> None:
    told: list[Message] = []
    messages.posted.connect(told.append)
    for _ in range(2):
        job = judged.save(tmp_path / "reports")
        qtbot.waitUntil(lambda job=job: job.is_done, timeout=20_000)  # type: ignore[misc]
    folders = sorted((tmp_path / "reports").iterdir())
    assert [folder.name for folder in folders] == ["tones on classes", "tones on classes (2)"]
    names = {path.name for path in folders[0].iterdir()}
    assert {"report.html", "report.json", "predictions.csv", "confusion.png", "alluvial.png"} <= names
    assert json.loads((folders[0] / "report.json").read_text())["clips"] == 13
    assert [message.action_text for message in told] == ["Show", "Show"]


def test_a_wrong_folder_is_a_sentence_on_the_page(page: EvaluationPage, tmp_path: Path, qtbot: QtBot) -> None:
    page.form.data.setText(str(tmp_path / "nowhere"))
    qtbot.keyClick(page.form.data, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.job is None, timeout=20_000)
    assert "nowhere” does not exist" in page.progress.words
    assert page.progress.isVisible() and page.form.start.isEnabled()


def test_a_cancelled_evaluation_leaves_what_was_shown(judged: EvaluationPage, qtbot: QtBot) -> None:
    before = judged.report
    judged.form.submit()
    assert not judged.form.start.isEnabled()
    qtbot.mouseClick(judged.progress._cancel, Left)
    qtbot.waitUntil(lambda: judged.job is None, timeout=20_000)
    assert judged.report is before
    assert judged.progress.words == "Cancelled."
    assert judged.form.start.isEnabled()


def test_a_folder_is_dropped_on_the_page(page: EvaluationPage, data: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(data))])
    event = QDropEvent(QPointF(50, 300), Qt.DropAction.CopyAction, mime, Left, Qt.KeyboardModifier.NoModifier)
    page.dropEvent(event)
    assert page.form.config.data == data


def test_other_sounds_are_asked_for_only_where_the_model_has_them(page: EvaluationPage) -> None:
    assert not page.form.others_unknown.isEnabled()
    page.form.others_unknown.setChecked(True)
    assert not page.form.config.others_unknown
    assert page.form.config.group_by == "speaker" and page.form.config.split == ""
