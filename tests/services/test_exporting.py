"""Exporting: what was asked for is written, what cannot be is told, and a cancel leaves no half of a file."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from desktop_app.audio.clips import ClipRequest, ExportSettings
from desktop_app.services.exporting import Exporting, ExportResult
from desktop_app.services.jobs import Job, JobRunner

RATE = 16_000


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Return 2 s of stereo that goes beyond full scale in its second half."""
    t = np.arange(2 * RATE) / RATE
    wave = np.where(t < 1, 0.5, 1.5) * np.sin(2 * np.pi * 500 * t)
    path = tmp_path / "tone.wav"
    soundfile.write(path, np.stack([wave, -wave], axis=1), RATE, subtype="FLOAT")
    return path


@pytest.fixture
def exporting(runner: JobRunner) -> Exporting:
    return Exporting(runner)


def result_of(job: Job, qtbot: QtBot) -> ExportResult:
    with qtbot.waitSignal(job.finished, timeout=20_000) as told:
        pass
    result: ExportResult = told.args[0]
    return result


def test_a_trimmed_clip_is_written_and_reads_back(
    exporting: Exporting, sound: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    request = ClipRequest(sound, 0.25, 0.75)
    result = result_of(exporting.start([request], tmp_path / "out", ExportSettings(mono=True)), qtbot)
    (report,) = result.written
    assert report.path == tmp_path / "out" / "tone_0.25-0.75.flac"
    frames, rate = soundfile.read(report.path)
    assert (len(frames), rate, frames.ndim) == (RATE // 2, RATE, 1)
    assert result.words == f"1 file was written to {tmp_path / 'out'}."


def test_clipped_samples_are_counted_and_told(exporting: Exporting, sound: Path, tmp_path: Path, qtbot: QtBot) -> None:
    result = result_of(exporting.start([ClipRequest(sound)], tmp_path / "out", ExportSettings()), qtbot)
    assert result.clipped > 1000
    assert f"In 1 file, {result.clipped:,} samples beyond full scale were cut" in result.words


def test_one_bad_file_stops_no_other(exporting: Exporting, sound: Path, tmp_path: Path, qtbot: QtBot) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_text("no sound")
    requests = [ClipRequest(sound), ClipRequest(bad), ClipRequest(sound, 99.0), ClipRequest(sound)]
    result = result_of(exporting.start(requests, tmp_path / "out", ExportSettings(pattern="{stem}")), qtbot)
    assert [report.path.name for report in result.written if report.path] == ["tone.flac", "tone (2).flac"]
    assert [request.source.name for request, _ in result.failures] == ["bad.wav", "tone.wav"]
    assert all(reason.endswith(".") for _, reason in result.failures)
    assert result.words.startswith("2 of 4 files were written")


def test_a_wrong_pattern_fails_before_anything_is_written(
    exporting: Exporting, sound: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    job = exporting.start([ClipRequest(sound)], tmp_path / "out", ExportSettings(pattern="{nonsense}"))
    with qtbot.waitSignal(job.failed) as told:
        pass
    assert "{nonsense}" in told.args[0]
    assert not (tmp_path / "out").exists()


def test_cancel_keeps_whole_files_and_leaves_no_half(exporting: Exporting, tmp_path: Path, qtbot: QtBot) -> None:
    long = tmp_path / "long.wav"
    soundfile.write(long, np.zeros(60 * RATE, np.int16), RATE)
    job = exporting.start([ClipRequest(long)] * 200, tmp_path / "out", ExportSettings(pattern="{stem}_{index}"))
    qtbot.waitUntil(lambda: (tmp_path / "out").is_dir() and len(list((tmp_path / "out").iterdir())) > 2)
    with qtbot.waitSignal(job.cancelled):
        job.cancel()
    left = sorted((tmp_path / "out").iterdir())
    assert 0 < len(left) < 200
    assert all(soundfile.info(path).frames == 60 * RATE for path in left)
    assert {path.suffix for path in left} == {".flac"}
