"""The command line as a person has it: arguments in, exit status and texts out."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile as sf

from desktop_app import cli


@dataclass(frozen=True)
class Answer:
    """What a command left."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return stdout as JSON."""
        return json.loads(self.out)


Earmark = Callable[..., Answer]


@pytest.fixture
def earmark(capsys: pytest.CaptureFixture[str]) -> Earmark:
    """Return a function that runs the command line."""

    def run(*arguments: object) -> Answer:
        words: Sequence[str] = [str(argument) for argument in arguments]
        status = cli.main(words)
        return Answer(status, *capsys.readouterr())

    return run


@pytest.fixture
def folder(tmp_path: Path, chirp_and_noise: npt.NDArray[np.float32]) -> Path:
    """Return a folder with two recordings, one in a folder below, one file that is none, and one text."""
    folder = tmp_path / "recordings"
    (folder / "below").mkdir(parents=True)
    sf.write(folder / "stereo.wav", chirp_and_noise, 16_000)
    sf.write(folder / "below" / "[mono].FLAC", chirp_and_noise[:, 0], 16_000, format="FLAC")
    (folder / "broken.wav").write_text("no sound at all")
    (folder / "notes.txt").write_text("no recording")
    return folder
