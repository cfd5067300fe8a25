"""Runs are deleted without a question, because they can come back."""

import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.classifier.model_bin import DAY_S, KEPT_DAYS
from desktop_app.services.job_context import JobContext
from desktop_app.services.jobs import JobRunner
from desktop_app.services.messages import Message, Messages
from desktop_app.services.run_changes import RunChanges
from desktop_app.services.training_runs import list_runs, runs_dir


@pytest.fixture
def told() -> list[Message]:
    """Return what the person is told."""
    return []


@pytest.fixture
def changes(runner: JobRunner, told: list[Message]) -> RunChanges:
    """Return the service."""
    messages = Messages()
    messages.posted.connect(told.append)
    made = RunChanges(runner, messages)
    made.setProperty("messages", messages)  # kept as long as it
    return made


def made_run(name: str) -> Path:
    run = runs_dir() / name
    (run / "checkpoints").mkdir(parents=True)
    (run / "config.toml").write_text(f'name = "{name}"')
    (run / "checkpoints" / "last.safetensors").write_bytes(b"weights")
    return run


def names() -> list[str]:
    return [record.path.name for record in list_runs(JobContext(lambda: None), runs_dir())]


def test_a_deleted_run_is_gone_and_comes_back_whole(changes: RunChanges, told: list[Message], qtbot: QtBot) -> None:
    run = made_run("owls")
    made_run("wrens")
    with qtbot.waitSignal(changes.changed):
        changes.delete(run)
    assert names() == ["wrens"] and not run.exists()
    assert told[-1].text == "The run “owls” is deleted." and told[-1].action_text == "Undo"
    assert told[-1].action is not None
    told[-1].action()
    assert sorted(names()) == ["owls", "wrens"]
    assert (run / "checkpoints" / "last.safetensors").read_bytes() == b"weights"
    assert told[-1].text == "The run “owls” is back."


def test_what_cannot_be_deleted_or_put_back_is_one_sentence_and_loses_nothing(
    changes: RunChanges, told: list[Message]
) -> None:
    changes.delete(runs_dir() / "never was")
    assert told[-1].level == "error" and "never was" in told[-1].text
    run = made_run("owls")
    changes.delete(run)
    undo = told[-1].action
    assert undo is not None
    made_run("owls")
    undo()
    assert told[-1].level == "error" and "another run “owls”" in told[-1].text
    assert len(list((runs_dir() / ".deleted").rglob("last.safetensors"))) == 1


def test_what_was_deleted_a_month_ago_is_forgotten(runner: JobRunner, qtbot: QtBot) -> None:
    now = time.time_ns()
    old, young = (runs_dir() / ".deleted" / str(now - round(days * DAY_S * 1e9)) for days in (KEPT_DAYS + 1, 1))
    for folder in (old, young):
        (folder / "owls").mkdir(parents=True)
    RunChanges(runner, Messages())
    qtbot.waitUntil(lambda: not old.exists())
    assert (young / "owls").is_dir()
