"""A folder with three recordings and some annotations, open in a project."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pytestqt.qtbot import QtBot

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.edits import Edit
from desktop_app.annotation.fingerprints import identify
from desktop_app.annotation.store import open_store
from desktop_app.services.jobs import JobRunner
from desktop_app.services.messages import Messages
from desktop_app.services.project import Project
from desktop_app.services.session import Session
from desktop_app.services.settings import Settings

RATE = 8_000


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """Return a folder with a.wav, b.wav and night/c.wav, each 4 s of noise with a 1 kHz tone from 1 to 2 s."""
    folder = tmp_path / "recordings"
    (folder / "night").mkdir(parents=True)
    time_s = np.arange(4 * RATE) / RATE
    for number, name in enumerate(("a.wav", "b.wav", "night/c.wav")):
        noise = np.random.default_rng(number).normal(0, 0.001, len(time_s))
        tone = np.where((time_s >= 1) & (time_s < 2), 0.5 * np.sin(2 * np.pi * 1_000 * time_s), 0.0)
        soundfile.write(folder / name, noise + tone, RATE)
    return folder


@pytest.fixture
def labelled(sounds: Path) -> Path:
    """Return the folder with a robin, a wren and a draft of a model in each recording."""
    recordings = [identify(sounds, sounds / name) for name in ("a.wav", "b.wav", "night/c.wav")]
    added = []
    for each in recordings:
        added += [
            Annotation("robin", each.id, 1.0, 2.0, note="at dawn"),
            Annotation("wren", each.id, 2.0, 3.0, 500.0, 3_000.0, status=Status.UNCERTAIN),
            Annotation("robin", each.id, 3.0, 3.5, status=Status.DRAFT, source="birds", score=0.7),
        ]
    edit = Edit("Label", added=tuple(added), recordings=tuple(recordings))
    with open_store(sounds) as store:
        store.apply(edit.naming(store.scheme()))
    return sounds


@pytest.fixture
def messages() -> Messages:
    """Return what the person is told."""
    return Messages()


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    """Return a runner; its threads must end with the test."""
    jobs = JobRunner()
    yield jobs
    assert jobs.close(), "a job thread did not end"


@pytest.fixture
def project(
    runner: JobRunner, settings: Settings, messages: Messages, qtbot: QtBot, labelled: Path
) -> Iterator[Project]:
    """Return the labels of the folder, open."""
    session = Session()
    project = Project(runner, session, settings, messages)
    with qtbot.waitSignal(project.opened):
        session.folder = labelled
    yield project
    project.close()
