"""The sound card in memory as a fixture, and words to play into it."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.assets import samples_dir
from desktop_app.audio.reader import open_audio
from tools.null_sink import NullSink, missing, null_sink

WORDS = ("yes", "no", "left")
WORDS_S = 3.6


@pytest.fixture
def sound_card() -> Iterator[NullSink]:
    """Return a running null sink, or skip with a reason where there can be none."""
    if reason := missing():
        pytest.skip(f"no sound card in memory: {reason}")
    with null_sink() as sink:
        if not _portaudio_is_there(sink):
            pytest.skip("no sound card in memory: PortAudio is not installed (package libportaudio2)")
        yield sink


def _portaudio_is_there(sink: NullSink) -> bool:
    command = ["python3", "-c", "import ctypes.util as u, sys; sys.exit(not u.find_library('portaudio'))"]
    return subprocess.run(command, env=sink.environment, check=False).returncode == 0


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """Return a file that paplay plays: `WORDS`, in `WORDS_S`."""
    with open_audio(samples_dir() / "six-words-in-a-row.mp3") as reader:
        path = tmp_path / "words.wav"
        sound = reader.read(0, round(WORDS_S * reader.sample_rate_hz))
        soundfile.write(path, np.clip(sound, -1, 1), reader.sample_rate_hz)
    return path
