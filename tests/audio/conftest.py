"""One corpus of recordings for all tests of reading, made once a session."""

from pathlib import Path

import pytest

from tests.audio.corpus import make_recordings


@pytest.fixture(scope="session")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the path of each recording of `corpus.CASES` by its name; nobody writes to them."""
    return make_recordings(tmp_path_factory.mktemp("recordings"))
