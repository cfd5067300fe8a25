"""The export dialog: whatever is chosen can be written, names are shown before, and what happened is told after."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.audio.formats import Encodable, writable_formats
from desktop_app.audio.metadata import probe
from desktop_app.services.exporting import Exporting
from desktop_app.services.jobs import JobRunner
from desktop_app.services.session import Selection
from desktop_app.services.settings import ExportPreferences, Settings
from desktop_app.ui.export_dialog import ExportDialog
from desktop_app.ui.export_form import ExportForm
from desktop_app.ui.export_offer import ExportOffer
from desktop_app.ui.theme import Theme

RATE = 16_000
Left = Qt.MouseButton.LeftButton


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    made = JobRunner()
    yield made
    assert made.close()


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "tone.wav"
    t = np.arange(2 * RATE) / RATE
    soundfile.write(path, np.stack([0.4 * np.sin(2 * np.pi * 500 * t), 0 * t], axis=1), RATE)
    return path


@pytest.fixture
def form(qtbot: QtBot, theme: Theme) -> ExportForm:
    made = ExportForm(ExportPreferences())
    qtbot.addWidget(made)
    return made


def opened(
    offer: ExportOffer, runner: JobRunner, settings: Settings, qtbot: QtBot, target: Path | None = None
) -> ExportDialog:
    dialog = ExportDialog(offer, Exporting(runner), settings)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    if target is not None:
        dialog.folder.setText(str(target))
    dialog.show()
    return dialog


def choose(combo: QComboBox, text: str) -> None:
    found = combo.findText(text, Qt.MatchFlag.MatchContains)
    assert found >= 0, f"{text} is not offered: {[combo.itemText(i) for i in range(combo.count())]}"
    combo.setCurrentIndex(found)


def finish(dialog: ExportDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog._result is not None, timeout=20_000)


def test_every_combination_that_is_offered_is_in_the_table_and_only_those(form: ExportForm) -> None:
    offered: set[tuple[str, Encodable]] = set()
    for at_format in range(form.format.count()):
        form.format.setCurrentIndex(at_format)
        for at_encoding in range(form.encoding.count()):
            form.encoding.setCurrentIndex(at_encoding)
            settings = form.settings
            entry = next(
                entry
                for entry in form._audio_format().writes
                if (entry.encoding, entry.bits_per_sample) == (settings.encoding, settings.bits_per_sample)
            )
            offered.add((settings.format, entry))
            rates = [form.rate.itemData(number) for number in range(1, form.rate.count())]
            assert not entry.sample_rates_hz or set(rates) == set(entry.sample_rates_hz)
            assert settings.mono or entry.max_channels != 1
    assert offered == {(entry.name, encodable) for entry in writable_formats() for encodable in entry.writes}


def test_another_format_keeps_what_it_can_of_the_choice(form: ExportForm) -> None:
    choose(form.format, "WAV (RIFF")
    choose(form.encoding, "PCM 24 bit")
    choose(form.rate, "22.05 kHz")
    choose(form.format, "AIFF")
    assert (form.settings.encoding, form.settings.bits_per_sample) == ("PCM_S", 24)
    choose(form.format, "Opus")
    assert form.settings.sample_rate_hz is None
    choose(form.format, "AMR")
    assert form.settings.mono
    choose(form.format, "FLAC")
    assert form.settings.encoding == "FLAC" and not form.settings.mono


def test_what_was_chosen_last_time_is_there_again(qtbot: QtBot, theme: Theme) -> None:
    chosen = ExportPreferences("WAV", "PCM_F", 32, 48_000, True, "{stem}_{index}")
    form = ExportForm(chosen)
    qtbot.addWidget(form)
    assert form.preferences == chosen
    odd = replace(chosen, format="GONE", encoding="NONE", sample_rate_hz=12_345)
    again = ExportForm(odd)
    qtbot.addWidget(again)
    assert again.settings.format == writable_formats()[0].name
    assert again.settings.sample_rate_hz == 12_345


def test_what_is_offered_is_what_is_open() -> None:
    one, two = Path("a.wav"), Path("b.wav")
    selection = Selection(0.5, 1.0)
    assert ExportOffer().choices() == []
    assert [name for name, _ in ExportOffer(one).choices()] == ["whole"]
    assert [name for name, _ in ExportOffer(one, selection, [one]).choices()] == ["selection", "whole"]
    assert [name for name, _ in ExportOffer(one, Selection(1, 1), [one, two]).choices()] == ["chosen", "whole"]
    assert [name for name, _ in ExportOffer(None, None, [one]).choices()] == ["chosen"]


def test_names_are_shown_before_they_are_written(
    runner: JobRunner, settings: Settings, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    chosen = [tmp_path / f"{number}.wav" for number in range(30)]
    offer = ExportOffer(chosen[0], None, chosen, duration_of=lambda path: 1.5, label_of=lambda path: "yes")
    dialog = opened(offer, runner, settings, qtbot)
    assert dialog.form._preview.text() == "0_0.00-1.50.flac\n1_0.00-1.50.flac\n2_0.00-1.50.flac\nand 27 more files"
    dialog.form.pattern.clear()
    qtbot.keyClicks(dialog.form.pattern, "{label}/{index:03}")
    choose(dialog.form.format, "MP3")
    assert dialog.form._preview.text().splitlines()[0] == "yes/001.mp3"


def test_names_that_would_be_the_same_are_shown_with_the_numbers_that_they_get(
    runner: JobRunner, settings: Settings, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    chosen = [tmp_path / name for name in ("a.aiff", "a.au", "a.wav")]
    dialog = opened(ExportOffer(chosen[0], None, chosen), runner, settings, qtbot)
    dialog.form.pattern.setText("{stem}")
    assert dialog.form._preview.text() == "a.flac\na (2).flac\na (3).flac"


def test_a_wrong_pattern_is_explained_at_once_and_cannot_be_exported(
    runner: JobRunner, settings: Settings, theme: Theme, qtbot: QtBot, sound: Path
) -> None:
    dialog = opened(ExportOffer(sound), runner, settings, qtbot)
    assert dialog._export.isEnabled()
    dialog.form.pattern.setText("{nonsense}")
    assert "use the fields" in dialog.form._preview.text() and not dialog._export.isEnabled()
    dialog.form.pattern.setText("{stem}")
    assert dialog._export.isEnabled()
    dialog.folder.setText(" ")
    assert not dialog._export.isEnabled()


def test_a_field_is_put_in_from_the_menu(form: ExportForm) -> None:
    form.pattern.clear()
    buttons = [button for button in form.findChildren(QAbstractButton) if button.text() == "Add field"]
    menu = buttons[0].menu()  # type: ignore[attr-defined]
    next(action for action in menu.actions() if action.text().startswith("{onset_s")).trigger()
    assert form.pattern.text() == "{onset_s:.2f}"


def test_the_selection_is_written_trimmed_mixed_and_resampled_by_mouse_and_keys(
    runner: JobRunner, settings: Settings, theme: Theme, qtbot: QtBot, sound: Path, tmp_path: Path
) -> None:
    target = tmp_path / "new" / "folder"
    dialog = opened(ExportOffer(sound, Selection(0.5, 1.25), [sound]), runner, settings, qtbot, target)
    choose(dialog.form.rate, "8 kHz")
    qtbot.keyClick(dialog.form.mono, Qt.Key.Key_Space)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    finish(dialog, qtbot)
    known = probe(target / "tone_0.50-1.25.flac")
    assert (known.frames, known.sample_rate_hz, known.channels) == (6000, 8000, 1)
    assert dialog._status.text() == f"1 file was written to {target}."
    assert settings.values.export == ExportPreferences(
        "FLAC", "FLAC", 16, 8000, True, ExportPreferences().pattern, str(target)
    )
    qtbot.mouseClick(dialog._export, Left)
    assert not dialog.isVisible()


def test_files_that_cannot_be_read_are_listed_and_the_others_written(
    runner: JobRunner, settings: Settings, theme: Theme, qtbot: QtBot, sound: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_text("no sound")
    dialog = opened(ExportOffer(None, None, [bad, sound]), runner, settings, qtbot, tmp_path / "out")
    qtbot.mouseClick(dialog._export, Left)
    finish(dialog, qtbot)
    assert dialog._status.text().startswith("1 of 2 files were written")
    assert "bad.wav" in dialog._failures.toPlainText() and dialog._failures.isVisible()


def test_escape_cancels_what_runs_and_leads_back_to_the_choices(
    runner: JobRunner, settings: Settings, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    long = tmp_path / "long.wav"
    soundfile.write(long, np.zeros(60 * RATE, np.int16), RATE)
    dialog = opened(ExportOffer(None, None, [long] * 300), runner, settings, qtbot, tmp_path / "out")
    qtbot.mouseClick(dialog._export, Left)
    qtbot.waitUntil(lambda: dialog._bar.value() > 0)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: dialog.job is None)
    assert dialog.isVisible() and dialog._export.isVisible() and "cancelled" in dialog._message.text()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_closing_the_dialog_while_it_works_cancels_and_breaks_nothing(
    runner: JobRunner, settings: Settings, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> None:
    long = tmp_path / "long.wav"
    soundfile.write(long, np.zeros(60 * RATE, np.int16), RATE)
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = ExportDialog(ExportOffer(None, None, [long] * 300), Exporting(runner), settings, parent)
    dialog.folder.setText(str(tmp_path / "out"))
    dialog.show()
    dialog._export.click()
    qtbot.waitUntil(lambda: bool(runner.active))
    dialog.close()
    del dialog
    qtbot.waitUntil(lambda: not runner.active)


def test_a_target_that_cannot_be_written_is_told(
    runner: JobRunner, settings: Settings, theme: Theme, qtbot: QtBot, sound: Path
) -> None:
    dialog = opened(ExportOffer(sound), runner, settings, qtbot, sound / "below a file")
    qtbot.mouseClick(dialog._export, Left)
    finish(dialog, qtbot)
    assert dialog._status.text().startswith("0 of 1 file was written")
    assert dialog._failures.toPlainText()


def test_nothing_to_export_says_so(runner: JobRunner, settings: Settings, theme: Theme, qtbot: QtBot) -> None:
    dialog = opened(ExportOffer(), runner, settings, qtbot)
    assert not dialog._export.isEnabled()


def test_every_control_has_a_name_for_screen_readers_and_a_tip(form: ExportForm) -> None:
    for kind in (QComboBox, QLineEdit, QAbstractButton):
        for widget in form.findChildren(kind):
            named = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
            assert named, widget
            assert widget.toolTip(), named
