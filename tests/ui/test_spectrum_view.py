"""The spectrum panel: of the selection or the whole, the newest wanted, nothing computed that nobody sees."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from desktop_app.services.jobs import JobRunner
from desktop_app.services.session import Selection, Session
from desktop_app.services.settings import Settings
from desktop_app.ui.spectrum_plot import LEFT, RIGHT, TOP
from desktop_app.ui.spectrum_view import Spectrum, SpectrumView, peak_of
from tests.ui.timeline_helpers import RATE, tone


@pytest.fixture
def view(qtbot: QtBot, settings: Settings, theme: object) -> Iterator[SpectrumView]:
    runner = JobRunner()
    view = SpectrumView(Session(), runner, settings)
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show()
    yield view
    view.hide()
    assert runner.close()


def words(view: SpectrumView) -> str:
    return view.findChild(QLabel).text()


def two_tones(folder: Path) -> Path:
    path = folder / "two.wav"
    sf.write(path, np.concatenate([tone(1000, 2), tone(3000, 2, 0.25)]), RATE)
    return path


def test_without_a_selection_it_shows_the_whole_recording(qtbot: QtBot, view: SpectrumView, tmp_path: Path) -> None:
    view.session.recording = two_tones(tmp_path)
    qtbot.waitUntil(lambda: "Peak" in words(view))
    assert words(view) == "Peak 1.000 kHz   −9.1 dB"  # half of the time at -6 dB
    low, high = view.plot.level_at(1000), view.plot.level_at(3000)
    assert low is not None and high is not None and low - high == pytest.approx(6.02, abs=0.3)


def test_it_follows_the_selection(qtbot: QtBot, view: SpectrumView, tmp_path: Path) -> None:
    view.session.recording = two_tones(tmp_path)
    view.session.selection = Selection(2.5, 3.5)
    qtbot.waitUntil(lambda: "3.000 kHz" in words(view))
    assert words(view) == "Peak 3.000 kHz   −12.0 dB"
    view.session.selection = Selection(0.5, 1.5)
    qtbot.waitUntil(lambda: words(view) == "Peak 1.000 kHz   −6.0 dB")
    view.session.selection = None
    qtbot.waitUntil(lambda: words(view) == "Peak 1.000 kHz   −9.1 dB")


def test_the_peak_of_a_box_lies_in_its_band(qtbot: QtBot, view: SpectrumView, tmp_path: Path) -> None:
    path = tmp_path / "loud rumble.wav"
    sf.write(path, tone(200, 2) + tone(3000, 2, 0.05), RATE)
    view.session.recording = path
    qtbot.waitUntil(lambda: "Peak 200" in words(view))
    whole = view.plot.grab().toImage()
    view.session.selection = Selection(0.5, 1.5, 2500.0, 3500.0)
    qtbot.waitUntil(lambda: words(view).startswith("Peak 3.000 kHz"))
    assert view.plot.grab().toImage() != whole  # the band is shaded
    view.session.selection = Selection(0.5, 1.5, 3000.1, 3000.2)  # between two bins
    qtbot.waitUntil(lambda: words(view).startswith("Peak 3.00"))


def test_of_many_selections_only_the_last_counts(qtbot: QtBot, view: SpectrumView, tmp_path: Path) -> None:
    view.session.recording = two_tones(tmp_path)
    for step in range(100):
        view.session.selection = Selection(0.0, 0.1 + step * 0.01)
        QApplication.processEvents()
    view.session.selection = Selection(2.5, 3.5)
    qtbot.waitUntil(lambda: "3.000 kHz" in words(view))
    qtbot.wait(150)
    assert "3.000 kHz" in words(view)


def test_hidden_it_computes_nothing_and_catches_up_when_shown(qtbot: QtBot, view: SpectrumView, tmp_path: Path) -> None:
    view.hide()
    started: list[object] = []
    view.runner.started.connect(started.append)
    view.session.recording = two_tones(tmp_path)
    qtbot.wait(120)
    assert started == []
    view.show()
    qtbot.waitUntil(lambda: "Peak" in words(view))


def test_the_pointer_reads_frequency_and_level(qtbot: QtBot, view: SpectrumView, tmp_path: Path) -> None:
    view.session.recording = two_tones(tmp_path)
    qtbot.waitUntil(lambda: "Peak" in words(view))
    width = view.plot.width() - LEFT - RIGHT
    QTest.mouseMove(view.plot, QPoint(LEFT + round(width * 3000 / 8000), TOP + 30))
    QApplication.processEvents()
    assert words(view).startswith(("2.9", "3.0")) and "Peak" not in words(view)


def test_a_logarithmic_axis_moves_the_peak_to_the_right(qtbot: QtBot, view: SpectrumView, tmp_path: Path) -> None:
    view.session.recording = two_tones(tmp_path)
    qtbot.waitUntil(lambda: "Peak" in words(view))
    before = view.plot.grab().toImage()
    view.findChild(QComboBox).setCurrentIndex(1)
    assert view.plot.grab().toImage() != before


def test_a_recording_that_cannot_be_read_leaves_the_panel_empty(
    qtbot: QtBot, view: SpectrumView, tmp_path: Path
) -> None:
    view.session.recording = two_tones(tmp_path)
    qtbot.waitUntil(lambda: "Peak" in words(view))
    (tmp_path / "bad.wav").write_text("no sound")
    view.session.recording = tmp_path / "bad.wav"
    qtbot.waitUntil(lambda: not view.runner.active)
    qtbot.wait(100)
    assert words(view) == ""


@pytest.mark.parametrize("hz", [1000.0, 1001.3, 1003.9, 2500.7])
def test_the_peak_is_found_between_the_bins(hz: float) -> None:
    samples = tone(hz, 0.256, 1.0)[:, 0] * np.hanning(4096)
    level = 20 * np.log10(np.abs(np.fft.rfft(samples)) * 2 / np.hanning(4096).sum() + 1e-9)
    frequencies = np.fft.rfftfreq(4096, 1 / RATE)
    found_hz, found_db = peak_of(Spectrum(frequencies.astype(np.float32), level[None].astype(np.float32)))
    assert found_hz == pytest.approx(hz, abs=0.2)
    assert found_db == pytest.approx(0.0, abs=0.2)


def test_silence_and_a_single_frame_have_a_spectrum_too(qtbot: QtBot, view: SpectrumView, tmp_path: Path) -> None:
    for name, frames in (("silence.wav", np.zeros((RATE, 1))), ("frame.wav", np.ones((1, 1)) * 0.5)):
        sf.write(tmp_path / name, frames, RATE)
        view.session.recording = tmp_path / name
        qtbot.waitUntil(lambda: "Peak" in words(view))
