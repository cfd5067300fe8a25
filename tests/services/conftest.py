"""A job runner that is closed after the test, so that no thread leaks."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.services.jobs import JobRunner


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[JobRunner]:
    """Return a runner; its threads must end with the test."""
    jobs = JobRunner()
    yield jobs
    assert jobs.close(), "a job thread did not end"
