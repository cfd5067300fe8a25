"""The benchmarks still run; what they measure is not judged here."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile
from rich.console import Console

from benchmarks.__main__ import table
from benchmarks.cases.hour import launch_on, open_in_window
from benchmarks.cases.judge import judge_files, row
from benchmarks.cases.start import start_window
from benchmarks.measuring import Measured, Row, measure, seconds, times
from benchmarks.yardsticks import read_once

OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "night" / "owl.wav"
    path.parent.mkdir()
    soundfile.write(path, np.sin(np.arange(16_000) / 5) / 2, 16_000)
    return path


def test_a_function_is_measured_in_processes_of_its_own(recording: Path) -> None:
    runs: list[int] = []
    found = measure(read_once, recording, "yes", repeats=3, before=lambda: runs.append(1))
    assert len(runs) == 3
    assert 0 < found.seconds < 60
    assert found.peak_mb > 10
    assert found.spread >= 1


def test_a_failing_benchmark_says_why(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="read_once ended with 1:"):
        measure(read_once, tmp_path / "nowhere.wav", "yes", repeats=1)


def test_the_window_is_painted_before_torch_is_imported(recording: Path) -> None:
    assert measure(start_window, recording.parent, repeats=1, environment=OFFSCREEN).seconds > 0


def test_the_window_tells_when_a_recording_is_painted(recording: Path) -> None:
    other = recording.with_name("other.flac")
    soundfile.write(other, np.zeros(8_000), 8_000)
    assert measure(launch_on, recording, repeats=1, environment=OFFSCREEN).seconds > 0
    assert measure(open_in_window, recording, other, "no", repeats=1, environment=OFFSCREEN).seconds > 0


def test_judging_is_measured_a_clip_and_compared_with_the_seed_convnet(recording: Path) -> None:
    from_files = measure(judge_files, recording.parent, repeats=1)
    line = row("judge", 64, from_files, Measured({"seconds": 50 * from_files.seconds}, 1.0, 500))
    assert (line.ratio, line.met, line.aim) == ("50 ×", False, "≥ 60 ×")
    assert row("judge", 64, from_files, Measured({"seconds": 70 * from_files.seconds}, 1.0, 500)).met


def test_the_table_shows_ratios_and_aims() -> None:
    rows = [
        Row("probe", seconds(0.5), "soxi: 20.00 s", times(40), "≥ 20 ×", True, 60, 10),
        Row("classify", "400 clips/s", "soxi is not installed", "", "", None, 590),
    ]
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(table(rows))
    shown = console.export_text()
    for words in ("40 ×", "met", "60 (10) MB", "590 MB", "0.50 s"):
        assert words in shown


def test_numbers_are_written_the_way_people_read_them() -> None:
    assert (seconds(0.0123), seconds(1.234), times(2.345), times(23.4)) == ("12.3 ms", "1.23 s", "2.3 ×", "23 ×")
