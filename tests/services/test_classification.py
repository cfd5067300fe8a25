"""Classifying a folder: verdicts as they come, progress that tells, pause and cancel that hold."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from desktop_app import assets
from desktop_app.annotation.records import FileVerdict, Prediction
from desktop_app.errors import UserError
from desktop_app.services.classification import FolderClassification, Summary
from desktop_app.services.jobs import JobRunner, Progress

MODEL = Path("model.safetensors")
PATHS = [Path(f"{number}.wav") for number in range(40)]


class FakeModel:
    """Judges at a pace; every fifth file is damaged."""

    def __init__(self) -> None:
        self.closed = False
        self.loaded: list[Path] = []
        self.pace_s = 0.002
        self.threads: set[str] = set()

    def __call__(
        self,
        paths: Sequence[Path],
        model_path: Path,
        checkpoint: Callable[[], None],
        listened: Callable[[Path, float], None],
    ) -> Generator[FileVerdict]:
        self.loaded.append(model_path)
        if model_path != MODEL:
            raise UserError("“other” is no model.")
        try:
            for number, path in enumerate(paths):
                checkpoint()
                time.sleep(self.pace_s)
                self.threads.add(threading.current_thread().name)
                if number % 5 == 4:
                    yield FileVerdict(path, (), "It is damaged.")
                else:
                    yield FileVerdict(path, (Prediction(path, 0, 1, "yes", 0.9, "model"),) * 2, None)
        finally:
            self.closed = True


@pytest.fixture
def model() -> FakeModel:
    return FakeModel()


@pytest.fixture
def classification(runner: JobRunner, model: FakeModel) -> Iterator[FolderClassification]:
    made = FolderClassification(runner, model)
    yield made
    made.cancel()


def collect(classification: FolderClassification) -> list[FileVerdict]:
    verdicts: list[FileVerdict] = []
    classification.verdicts.connect(verdicts.extend)
    return verdicts


def test_every_file_gets_a_verdict_in_order_and_the_run_is_summed_up(
    classification: FolderClassification, model: FakeModel, qtbot: QtBot
) -> None:
    verdicts = collect(classification)
    running: list[bool] = []
    classification.running_changed.connect(running.append)
    with qtbot.waitSignal(classification.finished) as told:
        classification.start(PATHS, MODEL)
    assert [verdict.path for verdict in verdicts] == PATHS
    summary: Summary = told.args[0]
    assert (summary.judged, summary.failed, summary.clips) == (32, 8, 64)
    assert "32 files were judged" in summary.words and "8 could not be read" in summary.words
    qtbot.waitUntil(lambda: running == [True, False])
    assert model.closed and not any("MainThread" in name for name in model.threads)
    assert classification.verdict(PATHS[0]) == verdicts[0] and classification.verdict(Path("x")) is None


def test_progress_tells_files_speed_and_time_left(
    classification: FolderClassification, model: FakeModel, qtbot: QtBot
) -> None:
    model.pace_s = 0.01
    progress: list[Progress] = []
    classification.progressed.connect(progress.append)
    with qtbot.waitSignal(classification.finished):
        classification.start(PATHS, MODEL)
    assert progress[0].total == 40
    assert progress[-1].done == 40 and progress[-1].text.startswith("40 of 40 files, ")
    assert any(0 < (each.seconds_left or 0) < 5 for each in progress)


def test_pause_holds_and_resume_goes_on_without_losing_a_file(
    classification: FolderClassification, qtbot: QtBot
) -> None:
    verdicts = collect(classification)
    started_s = time.monotonic()
    with qtbot.waitSignal(classification.finished, timeout=10_000) as told:
        classification.start(PATHS, MODEL)
        qtbot.waitUntil(lambda: bool(verdicts))
        classification.pause()
        qtbot.wait(100)
        held = len(verdicts)
        qtbot.wait(150)
        assert len(verdicts) == held < 40
        classification.resume()
    assert [verdict.path for verdict in verdicts] == PATHS
    assert told.args[0].took_s < time.monotonic() - started_s - 0.2, "the pause was counted as work"


def test_cancel_closes_the_model_and_keeps_what_was_judged(
    classification: FolderClassification, model: FakeModel, qtbot: QtBot
) -> None:
    verdicts = collect(classification)
    classification.start(PATHS, MODEL)
    qtbot.waitUntil(lambda: bool(verdicts))
    with qtbot.waitSignal(classification.cancelled):
        classification.cancel()
    qtbot.waitUntil(lambda: not classification.running)
    assert model.closed
    count = len(verdicts)
    qtbot.wait(50)
    assert len(verdicts) == count < 40
    assert classification.verdict(verdicts[0].path) == verdicts[0]


def test_starting_again_replaces_the_run(classification: FolderClassification, qtbot: QtBot) -> None:
    verdicts = collect(classification)
    classification.start(PATHS, MODEL)
    with qtbot.waitSignal(classification.finished):
        classification.start(PATHS[:2], MODEL)
    qtbot.waitUntil(lambda: not classification.running)
    assert [verdict.path for verdict in verdicts][-2:] == PATHS[:2]


def test_verdicts_are_fresh_once(classification: FolderClassification, qtbot: QtBot) -> None:
    for paths in (PATHS[:4], PATHS[4:6]):
        with qtbot.waitSignal(classification.finished):
            classification.start(paths, MODEL)
        assert [verdict.path for verdict in classification.take_fresh()] == paths
    assert classification.take_fresh() == []
    classification.clear()
    assert classification.verdict(PATHS[0]) is None


def test_a_model_that_cannot_be_used_is_told(classification: FolderClassification, qtbot: QtBot) -> None:
    with qtbot.waitSignal(classification.failed) as told:
        classification.start(PATHS, Path("other"))
    assert told.args == ["“other” is no model."]
    qtbot.waitUntil(lambda: not classification.running)


def test_no_files_are_nothing_to_do(classification: FolderClassification) -> None:
    classification.start([], MODEL)
    assert not classification.running


def test_the_shipped_model_judges_a_sound_and_a_damaged_file(runner: JobRunner, qtbot: QtBot, tmp_path: Path) -> None:
    model = assets.models_dir() / "commands12.safetensors"
    if not model.is_file():
        pytest.skip("no model is shipped yet")
    sound, broken = tmp_path / "noise.wav", tmp_path / "broken.wav"
    soundfile.write(sound, np.random.default_rng(1).normal(0, 0.1, 24_000), 16_000)
    broken.write_text("no sound")
    classification = FolderClassification(runner)
    verdicts = collect(classification)
    with qtbot.waitSignal(classification.finished, timeout=60_000):
        classification.start([sound, broken], model)
    assert verdicts[0].error is None and len(verdicts[0].predictions) >= 2
    assert verdicts[1].error is not None and verdicts[1].best is None


def test_the_services_are_there_before_torch() -> None:
    code = (
        "import sys, desktop_app.services.classification, desktop_app.services.playback;"
        "import desktop_app.services.exporting, desktop_app.services.folder;"
        "sys.exit('torch' in sys.modules or 'PySide6.QtWidgets' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_hour_in_one_file_shows_how_far_it_is(runner: JobRunner, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "hour.wav"
    soundfile.write(path, np.zeros(8000 * 10), 8000)

    def slowly(
        paths: Sequence[Path],
        _model_path: Path,
        checkpoint: Callable[[], None],
        listened: Callable[[Path, float], None],
    ) -> Generator[FileVerdict]:
        for at_s in (2.5, 5.0, 7.5):
            checkpoint()
            listened(paths[0], at_s)
            time.sleep(0.1)
        yield FileVerdict(paths[0], (), None)

    classification = FolderClassification(runner, slowly)
    told: list[Progress] = []
    classification.progressed.connect(told.append)
    with qtbot.waitSignal(classification.finished):
        classification.start([path], MODEL)
    assert "1 of 1 files, 50% of hour.wav" in [progress.text for progress in told]
    assert [progress.done for progress in told] == sorted(progress.done for progress in told)
