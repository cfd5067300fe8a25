"""A folder with recordings and the store of its labels."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.annotation.store import AnnotationStore, open_store


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a folder with three files that stand for recordings."""
    folder = tmp_path / "recordings"
    (folder / "night").mkdir(parents=True)
    for name in ("a.wav", "b.wav", "night/c.wav"):
        (folder / name).write_bytes(name.encode() * 50_000)
    return folder


@pytest.fixture
def store(project: Path) -> Iterator[AnnotationStore]:
    """Return the store of the folder's labels."""
    opened = open_store(project)
    yield opened
    opened.close()
