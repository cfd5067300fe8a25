"""The training page as a person uses it: choose data, change the recipe, hear it, train, look, go on."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile as sf
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.classifier.runs.run_config import RunConfig, config_of, read_recipe, recipe_names, toml_of
from desktop_app.classifier.training_reports import EpochReport, RatePoint
from desktop_app.services.jobs import JobRunner
from desktop_app.services.settings import Settings, TrainingPreferences
from desktop_app.services.training import Begun, NetworkTraining
from desktop_app.services.training_desk import TrainingDesk
from desktop_app.services.training_errand import Failure
from desktop_app.services.training_runs import RunOutcome, runs_dir
from desktop_app.ui.theme import Theme
from desktop_app.ui.training.curve_plot import TICKS, Axes, rate_words, round_ends, round_top, x_ticks
from desktop_app.ui.training.data_card import window_for
from desktop_app.ui.training.editor import ConfigEditor
from desktop_app.ui.training.fields import ChangeSwitch, ChoiceField, NumberField, RateField
from desktop_app.ui.training.folder_field import FolderField
from desktop_app.ui.training.panel import TrainingPanel, remembered
from desktop_app.ui.training.specs import (
    CHANGES,
    DIVIDING,
    FRONT_END_WORDS,
    LEARNING,
    LOG_MEL,
    MAIN,
    NETWORK_WORDS,
    SOUND,
    SPECTROGRAM,
    TRANSFORM,
    ChangeSpec,
    ChoiceSpec,
    NumberSpec,
)
from tests.classifier.conftest import FRAMES, RATE_HZ, tone
from tests.services.conftest import runner

__all__ = ["runner"]

CHILD_TIMEOUT_MS = 60_000
SPECS = (*MAIN, *SOUND, *LOG_MEL, *TRANSFORM, *SPECTROGRAM, *LEARNING, *DIVIDING)
NUMBERS = [
    *(spec for spec in SPECS if isinstance(spec, NumberSpec)),
    *(number for change in CHANGES for number in change.numbers),
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return class folders of two tones, sixteen speakers each, one of three, and a damaged file."""
    folder = tmp_path / "tones"
    for label, speakers in (("high", 16), ("low", 16), ("rare", 3)):
        (folder / label).mkdir(parents=True)
        for speaker in range(speakers):
            name = f"{speaker + 10 * ord(label[0]):08x}_nohash_0.wav"
            sf.write(folder / label / name, tone(label, FRAMES, speaker), RATE_HZ)
    (folder / "low" / "broken.wav").write_text("no sound")
    return folder


@pytest.fixture
def panel(runner: JobRunner, settings: Settings, theme: Theme, qtbot: QtBot) -> Iterator[TrainingPanel]:
    """Return the page in a window of its own."""
    desk = TrainingDesk()
    made = TrainingPanel(desk, runner, settings, theme)
    qtbot.addWidget(made)
    made.resize(1376, 800)
    made.show()
    yield made
    made.close_panel()
    desk.close()


def choose(panel: TrainingPanel, data: Path, qtbot: QtBot) -> None:
    panel.data.choose(data)
    qtbot.waitUntil(lambda: panel.data.survey is not None, timeout=CHILD_TIMEOUT_MS)


def press(qtbot: QtBot, button: QPushButton) -> None:
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_without_data_the_page_teaches_what_data_looks_like(panel: TrainingPanel) -> None:
    assert panel.data._empty.isVisible() and "one folder for each class" in panel.data._empty.text()
    assert not panel.run.start.isEnabled() and not panel.rates.start.isEnabled()
    assert not panel.recipe.hear_it.again.isEnabled()


def test_chosen_data_are_counted_and_what_is_wrong_is_named(panel: TrainingPanel, data: Path, qtbot: QtBot) -> None:
    choose(panel, data, qtbot)
    assert [(each.label, each.total, each.few) for each in panel.data.bars.classes] == [
        ("high", 16, False),
        ("low", 16, False),
        ("rare", 3, True),
    ]
    assert "35 clips" in panel.data._words.text() and "rare" in panel.data._notes.text()
    assert "broken.wav" in panel.data._unreadable.toPlainText()
    assert panel.editor.value("name") == "tones"
    assert panel.run.start.isEnabled() and not panel.data._empty.isVisible()


def test_the_open_folder_is_offered_and_taken(panel: TrainingPanel, data: Path, qtbot: QtBot) -> None:
    assert not panel.data._take_open.isVisible()
    panel.offer_folder(data)
    press(qtbot, panel.data._take_open)
    qtbot.waitUntil(lambda: panel.data.survey is not None, timeout=CHILD_TIMEOUT_MS)
    assert panel.editor.value("data.source") == str(data)


def test_data_that_cannot_be_learnt_say_why(panel: TrainingPanel, tmp_path: Path, qtbot: QtBot) -> None:
    panel.data.choose(tmp_path / "nowhere")
    qtbot.waitUntil(panel.data._problem.isVisible, timeout=CHILD_TIMEOUT_MS)
    assert "does not exist" in panel.data._problem.text()
    assert not panel.run.start.isEnabled()


def test_a_name_that_the_person_gave_stays_when_other_data_are_chosen(
    panel: TrainingPanel, data: Path, qtbot: QtBot
) -> None:
    panel.recipe.name.clear()
    QTest.keyClicks(panel.recipe.name, "owls")
    choose(panel, data, qtbot)
    assert panel.editor.config().name == "owls"
    panel.recipe.name.selectAll()
    QTest.keyClicks(panel.recipe.name, "a/b")
    assert "cannot be a model’s name" in panel.run.words and not panel.run.start.isEnabled()


def test_clips_of_another_sound_are_offered_as_they_are(panel: TrainingPanel, data: Path, qtbot: QtBot) -> None:
    choose(panel, data, qtbot)
    press(qtbot, panel.data._fit)
    config = panel.editor.config()
    assert (config.sound.sample_rate_hz, config.sound.window_s) == (RATE_HZ, 0.5)
    assert not panel.data._fit.isVisible()


@pytest.mark.parametrize(("duration_s", "window_s"), [(0.405, 0.41), (1.0, 1.0), (5.001, 5.0), (12.34, 13.0)])
def test_a_window_holds_a_clip(duration_s: float, window_s: float) -> None:
    assert window_for(duration_s) == pytest.approx(window_s)


@pytest.mark.parametrize("recipe", recipe_names())
def test_a_recipe_that_nobody_changed_comes_back_to_the_last_digit(panel: TrainingPanel, recipe: str) -> None:
    panel.recipe.choose(recipe)
    before = config_of(read_recipe(recipe))
    assert panel.editor.config() == replace(before, name=panel.editor.value("name"))


@pytest.mark.parametrize("spec", NUMBERS, ids=lambda spec: spec.key)
def test_every_number_goes_into_the_configuration_and_is_shown_again(spec: NumberSpec, qtbot: QtBot) -> None:
    kind = "spectrogram" if spec.key.endswith(".power") else "log_mel"
    editor = ConfigEditor(replace(RunConfig(), front_end={"kind": kind}))
    field = NumberField(editor, spec)
    qtbot.addWidget(field)
    field.setValue(spec.low + 2 * spec.step)
    shown = field.value()
    assert editor.value(spec.key) == pytest.approx(shown / spec.scale)
    try:
        config = editor.config()
    except Exception as problem:  # noqa: BLE001 - a number on its own may contradict the others, in a sentence
        assert "must be between" in str(problem)
        return
    assert config_of(tomllib.loads(toml_of(config))) == config
    again = NumberField(ConfigEditor(config), spec)
    qtbot.addWidget(again)
    assert again.value() == pytest.approx(shown)
    if spec.automatic:
        field.setValue(field.minimum())
        assert editor.value(spec.key) is None


@pytest.mark.parametrize("spec", [spec for spec in SPECS if isinstance(spec, ChoiceSpec)], ids=lambda spec: spec.key)
def test_every_choice_goes_into_the_configuration(spec: ChoiceSpec, qtbot: QtBot) -> None:
    editor = ConfigEditor(RunConfig())
    field = ChoiceField(editor, spec)
    qtbot.addWidget(field)
    for place, (words, value) in enumerate(spec.choices):
        field.setCurrentIndex(place)
        field.activated.emit(place)
        assert editor.value(spec.key) == value and field.currentText() == words
        assert config_of(tomllib.loads(toml_of(editor.config()))) == editor.config()


def test_the_lists_name_what_there_is() -> None:
    from desktop_app.classifier.frontend_config import front_end_config
    from desktop_app.classifier.networks import NETWORKS

    assert set(NETWORK_WORDS) == set(NETWORKS)
    assert all(front_end_config({"kind": kind}) for kind in FRONT_END_WORDS)


def test_another_front_end_or_network_leaves_the_constants_of_the_old_one_behind() -> None:
    editor = ConfigEditor(replace(RunConfig(), front_end={"kind": "log_mel", "mel_bands": 40}))
    editor.put("front_end.kind", "spectrogram")
    assert editor.config().front_end == {"kind": "spectrogram"}
    editor.put("network.name", "m5")
    assert editor.config().network == {"name": "m5"}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.words)
def test_a_change_that_is_switched_off_and_on_is_as_strong_as_before(change: ChangeSpec, qtbot: QtBot) -> None:
    editor = ConfigEditor(RunConfig())
    switch = ChangeSwitch(editor, change)
    qtbot.addWidget(switch)
    before = editor.config()
    switch.click()
    assert all(editor.value(key) == 0 for key in change.strengths) and not switch.isChecked()
    assert editor.config() != before
    switch.click()
    assert editor.config() == before


@given(rate=st.floats(1e-8, 70.0))
@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_rate_is_kept_unless_it_is_changed(rate: float, theme: Theme) -> None:
    config = replace(RunConfig(), training=replace(RunConfig().training, max_rate=rate))
    editor = ConfigEditor(config)
    field = RateField(editor)
    assert editor.config() == config
    field.stepBy(1)
    assert editor.config().training.max_rate > rate * 1.2
    field.deleteLater()


@given(low=st.floats(0, 10), span=st.floats(1e-4, 1000))
def test_an_axis_between_round_numbers_holds_both_values(low: float, span: float) -> None:
    start, stop = round_ends(low, low + span)
    assert start <= low * (1 + 1e-9) + 1e-9 and stop >= (low + span) * (1 - 1e-9)
    step = (stop - start) / TICKS
    assert f"{step:.1e}"[:3] in ("1.0", "2.0", "2.5", "5.0")


def test_rates_are_written_out() -> None:
    assert [rate_words(rate) for rate in (1e-6, 0.000123, 0.5, 10.0)] == ["0.000001", "0.00012", "0.5", "10"]


def test_starting_and_stopping_hand_each_other_the_focus(panel: TrainingPanel, qtbot: QtBot) -> None:
    panel.tabs.setCurrentWidget(panel.rates)
    with qtbot.waitActive(panel.window()):
        panel.window().activateWindow()
    panel.rates.start.setEnabled(True)
    panel.rates.start.setFocus()
    panel._desk.rates.running_changed.emit(True)
    assert panel.rates.stop.hasFocus() and panel.rates.start.isHidden()
    panel._desk.rates.running_changed.emit(False)
    assert panel.rates.start.hasFocus() and panel.rates.stop.isHidden()


def test_hearing_a_clip_keeps_the_focus_on_the_button(panel: TrainingPanel, qtbot: QtBot) -> None:
    with qtbot.waitActive(panel.window()):
        panel.window().activateWindow()
    hear_it = panel.recipe.hear_it
    hear_it.other.setEnabled(True)
    hear_it.other.setFocus()
    hear_it._show_busy(True)
    assert not hear_it.other.isEnabled()
    hear_it._show_busy(False)
    assert hear_it.other.hasFocus()


def test_the_rate_finder_marks_its_suggestion_and_a_click_takes_another(
    panel: TrainingPanel, data: Path, qtbot: QtBot
) -> None:
    rates = panel._desk.rates
    panel.tabs.setCurrentWidget(panel.rates)
    for step in range(60):
        rates.tried.emit(RatePoint(1e-6 * 1.3**step, 2.0, 2.0 - 0.01 * step), step / 120)
    rates.found.emit(0.0123)
    assert panel.rates.plot.mark == (0.0123, "suggested: 0.012")
    press(qtbot, panel.rates.take)
    assert panel.editor.config().training.max_rate == 0.012
    plot = panel.rates.plot
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(plot.width() // 2, plot.height() // 2))
    clicked = panel.editor.config().training.max_rate
    assert 1e-6 < clicked < 0.012 and float(panel.recipe.rate.text()) == clicked


def report(epoch: int, loss: float, accuracy: float, *, best: bool) -> EpochReport:
    return EpochReport(epoch, 0.01, loss + 0.2, accuracy - 0.1, loss, accuracy, 1.0, best=best)


def test_curves_grow_by_a_point_a_round_and_mark_the_best(panel: TrainingPanel, tmp_path: Path) -> None:
    training = panel._desk.training
    training.begun.emit(Begun(tmp_path, ("a", "b"), {}, 5, (report(1, 1.5, 0.4, best=True),)))
    training.round_done.emit(report(2, 1.0, 0.6, best=True))
    training.round_done.emit(report(3, 1.2, 0.5, best=False))
    held_back = panel.run.loss.curves[1]
    assert list(held_back.points) == [(1.0, 1.5), (2.0, 1.0), (3.0, 1.2)]
    assert panel.run.accuracy.mark == (2.0, "best: round 2")


def test_a_leak_may_be_trained_on_all_the_same(panel: TrainingPanel, data: Path, qtbot: QtBot) -> None:
    choose(panel, data, qtbot)
    panel._desk.training.failed.emit(Failure("The split leaks: two speakers.", leaks=True))
    assert panel.run.words == "The split leaks: two speakers."
    press(qtbot, panel.run.anyway)
    assert panel._desk.training.running
    with qtbot.waitSignal(panel._desk.training.stopped, timeout=CHILD_TIMEOUT_MS):
        panel.run.stop.click()
        panel.run.stop.click()
    assert panel.run.start.isVisible()


def test_from_data_to_a_model_that_can_be_used(panel: TrainingPanel, data: Path, qtbot: QtBot) -> None:
    choose(panel, data, qtbot)
    panel.recipe.choose("fast")
    press(qtbot, panel.data._fit)
    panel.editor.put("training.epochs", 2)
    panel.editor.put("training.batch_size", 8)
    played: list[Path] = []
    panel.play_wanted.connect(played.append)
    press(qtbot, panel.recipe.hear_it.again)
    qtbot.waitUntil(lambda: len(played) == 1, timeout=CHILD_TIMEOUT_MS)
    assert played[0].is_file() and panel.recipe.hear_it._pictures[1].isVisible()
    with qtbot.waitSignal(panel._desk.training.finished, timeout=CHILD_TIMEOUT_MS) as told:
        press(qtbot, panel.run.start)
    outcome: RunOutcome = told.args[0]
    assert "right" in panel.run.result
    with qtbot.waitSignal(panel.model_wanted) as wanted:
        press(qtbot, panel.run.use)
    assert wanted.args[0] == outcome.model
    qtbot.waitUntil(lambda: len(panel.runs.records) == 1)
    panel.tabs.setCurrentWidget(panel.runs)
    assert [panel.runs._model.index(0, column).data() for column in (0, 3, 5)] == ["tones", "2 of 2", "done"]
    press(qtbot, panel.runs.look)
    assert panel.run.isVisible() and "right" in panel.run.result and len(panel.run.loss.curves[1].points) == 2


def test_the_last_choices_are_there_again_and_those_of_the_data_are_not(
    panel: TrainingPanel, data: Path, runner: JobRunner, settings: Settings, theme: Theme, qtbot: QtBot
) -> None:
    choose(panel, data, qtbot)
    panel.recipe.choose("fast")
    panel.editor.put("training.epochs", 7)
    panel.editor.put("front_end.kind", "spectrogram")
    panel.editor.put("data.noises", "/noises")
    panel.editor.put("training.epochs", 0)  # cannot be, and so is not kept
    desk = TrainingDesk()
    again = TrainingPanel(desk, runner, settings, theme)
    qtbot.addWidget(again)
    shown = (again.recipe.recipe.currentText(), again.editor.value("training.epochs"))
    assert shown == ("fast", 7)
    assert again.editor.value("front_end.kind") == "spectrogram" and again.editor.value("data.noises") == "/noises"
    assert again.editor.value("data.source") == "" and again.editor.value("name") == "model"
    again.recipe.choose("fast")
    assert again.editor.value("training.epochs") != 7
    again.close_panel()
    desk.close()


@pytest.mark.parametrize("settings_text", ["= no toml", "nonsense = 1", "[training]\nepochs = -1"])
def test_choices_that_make_no_sense_any_more_give_way_to_the_first_recipe(settings_text: str) -> None:
    assert remembered(TrainingPreferences("gone", settings_text)) == remembered(TrainingPreferences())


def test_a_folder_of_backgrounds_is_chosen_typed_and_taken_away(
    panel: TrainingPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    field = panel.recipe.findChild(FolderField)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    press(qtbot, field.choose)
    assert panel.editor.config().data.noises == field.line.text() == str(tmp_path)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")  # called off
    press(qtbot, field.choose)
    assert panel.editor.config().data.noises == str(tmp_path)
    panel.recipe.choose("fast")
    assert field.line.text() == str(tmp_path)
    field.line.clear()
    assert panel.editor.config().data.noises == ""
    field.line.setFocus()
    qtbot.keyClicks(field.line, "/rain")
    qtbot.keyClick(field.line, Qt.Key.Key_Return)
    assert panel.editor.config().data.noises == "/rain"


def test_the_model_of_a_stopped_run_is_used_once_it_is_compiled(
    panel: TrainingPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training, run = panel._desk.training, tmp_path / "run"
    training.run = run
    monkeypatch.setattr(NetworkTraining, "settling", True)
    training.finished.emit(RunOutcome(run, run / "m.safetensors", True, 3, 2, 0.9, 0.3, "", None))
    assert panel.run.words == "Stopped after 3 rounds; the best one is kept." and "90.0% right" in panel.run.result
    assert not panel.run.use.isEnabled() and "compiled" in panel.run.use.toolTip()
    monkeypatch.setattr(NetworkTraining, "settling", False)
    training.settled.emit()
    assert panel.run.use.isEnabled() and "judge with it" in panel.run.use.toolTip()


def test_a_run_is_deleted_by_button_or_key_but_not_while_another_is_trained(panel: TrainingPanel, qtbot: QtBot) -> None:
    (runs_dir() / "owls").mkdir(parents=True)
    (runs_dir() / "owls" / "config.toml").write_text('name = "owls"')
    panel.tabs.setCurrentWidget(panel.runs)
    qtbot.waitUntil(lambda: len(panel.runs.records) == 1)
    wanted: list[Path] = []
    panel.delete_wanted.connect(wanted.append)
    press(qtbot, panel.runs.delete)
    panel.runs.table.setFocus()
    QTest.keyClick(panel.runs.table, Qt.Key.Key_Delete)
    assert wanted == 2 * [runs_dir() / "owls"]
    panel.runs.set_free(False)
    assert not panel.runs.delete.isEnabled()
    QTest.keyClick(panel.runs.table, Qt.Key.Key_Delete)
    assert len(wanted) == 2


@pytest.mark.parametrize("width", [896, 1376])
def test_the_cards_stand_beside_each_other_only_where_there_is_room(
    qtbot: QtBot, panel: TrainingPanel, width: int
) -> None:
    def beside() -> bool:
        return panel.recipe.mapTo(panel, QPoint()).x() > panel.data.mapTo(panel, QPoint()).x()

    panel.resize(width, 500)
    assert panel.width() == width
    qtbot.waitUntil(lambda: beside() == (width > 1000))


def test_axes_end_and_are_divided_at_round_numbers() -> None:
    assert [round_top(value) for value in (3.66, 0.9, 1.0, 7.7, 0.021)] == pytest.approx([4, 1, 1, 8, 0.04])
    assert [x for x, _ in x_ticks(Axes((1, 8), (0, 1)), 5)] == [1, 3, 5, 7]
    assert [x for x, _ in x_ticks(Axes((1, 30), (0, 1)), 5)] == [1, 10, 20, 30]
    assert [words for _, words in x_ticks(Axes((1e-6, 10), (0, 1), logarithmic=True), 4)] == [
        "0.000001",
        "0.0001",
        "0.01",
        "1",
    ]
