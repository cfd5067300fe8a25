"""How much room a disk has: found out in jobs, never more than one at a time."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.services import free_space
from desktop_app.services.free_space import FreeSpace
from desktop_app.services.jobs import JobContext, JobRunner


@pytest.fixture
def space(runner: JobRunner) -> Iterator[FreeSpace]:
    made = FreeSpace(runner)
    yield made
    made.stop()


def test_the_disk_of_a_folder_that_is_not_there_yet_is_asked(space: FreeSpace, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(space.found) as told:
        space.watch(tmp_path / "not" / "yet")
    assert told.args[0] == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.2)


def test_of_a_drive_that_does_not_answer_nothing_is_known(space: FreeSpace, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(space.found) as told:
        space.watch(tmp_path / ("x" * 300))  # a name that no disk takes is as far out of reach
    assert told.args == [None]


def test_a_drive_that_hangs_holds_one_thread_and_no_more(
    space: FreeSpace, runner: JobRunner, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answer = [], threading.Event()

    def hang(_context: JobContext, folder: Path) -> float:
        asked.append(folder)
        answer.wait(20)
        return 1.0

    monkeypatch.setattr(free_space, "_free_bytes", hang)
    space._timer.setInterval(5)
    space.watch(tmp_path)
    qtbot.waitUntil(lambda: bool(asked))
    with qtbot.waitSignals([space._timer.timeout] * 5):
        pass
    assert len(runner.active) == 1
    answer.set()
    with qtbot.waitSignal(space.found) as told:
        pass
    assert told.args == [1.0]
