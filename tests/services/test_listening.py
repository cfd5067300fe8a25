"""What Play, Loop and Esc mean, with the head and the sound in agreement."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop_app.services.jobs import JobRunner
from desktop_app.services.listening import Listening
from desktop_app.services.messages import Messages
from desktop_app.services.playback import Playback
from desktop_app.services.session import Selection, Session
from desktop_app.services.settings import Settings
from tests.audio.fake_output import ArrayReader, FakeDevice

RATE = 8000
DURATION_S = 1.0
CLIP = Path("clip.wav")


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    return Session()


@pytest.fixture
def playback(runner: JobRunner, qtbot: QtBot) -> Iterator[Playback]:
    frames = np.full((round(RATE * DURATION_S), 1), 0.5, np.float32)
    made = Playback(runner, Messages(), FakeDevice(), lambda _path: ArrayReader(frames, RATE))
    yield made
    assert made.close()


@pytest.fixture
def settings(qtbot: QtBot) -> Iterator[Settings]:
    made = Settings()
    yield made
    made.close()


@pytest.fixture
def listening(session: Session, playback: Playback, settings: Settings) -> Listening:
    made = Listening(session, playback, settings)
    session.recording = CLIP
    made.set_duration(DURATION_S)
    return made


def test_play_starts_at_the_play_head_and_takes_it_along_to_the_end(
    listening: Listening, session: Session, playback: Playback, qtbot: QtBot
) -> None:
    session.play_head_s = 0.5
    heads: list[float] = []
    session.play_head_moved.connect(heads.append)
    with qtbot.waitSignal(playback.ended):
        listening.play_or_stop()
    assert min(heads) >= 0.5
    assert session.play_head_s == pytest.approx(DURATION_S)


def test_play_at_the_end_starts_again_from_the_beginning(
    listening: Listening, session: Session, playback: Playback, qtbot: QtBot
) -> None:
    listening.go_to_end()
    assert session.play_head_s == DURATION_S
    listening.play_or_stop()
    qtbot.waitUntil(lambda: 0 < session.play_head_s < DURATION_S)


def test_play_plays_the_selection_only_and_returns_to_its_start(
    listening: Listening, session: Session, playback: Playback, qtbot: QtBot
) -> None:
    session.selection = Selection(0.25, 0.5)
    heads: list[float] = []
    session.play_head_moved.connect(heads.append)
    with qtbot.waitSignal(playback.ended):
        listening.play_or_stop()
    assert (min(heads), max(heads)) == (pytest.approx(0.25, abs=0.1), pytest.approx(0.5, abs=0.01))
    assert session.play_head_s == 0.25


def test_play_again_stops(listening: Listening, playback: Playback) -> None:
    listening.play_or_stop()
    assert playback.playing
    listening.play_or_stop()
    assert not playback.playing


def test_loop_goes_round_the_selection_until_esc(
    listening: Listening, session: Session, playback: Playback, qtbot: QtBot
) -> None:
    session.selection = Selection(0.25, 0.3)
    heads: list[float] = []
    session.play_head_moved.connect(heads.append)
    listening.loop()
    qtbot.waitUntil(lambda: sum(b < a for a, b in pairwise(heads)) >= 2)
    listening.back_out()
    assert not playback.playing
    assert session.selection is not None
    listening.back_out()
    assert session.selection is None


def test_a_click_elsewhere_while_playing_takes_the_sound_there(
    listening: Listening, session: Session, playback: Playback, qtbot: QtBot
) -> None:
    listening.play_or_stop()
    qtbot.waitUntil(lambda: playback.position_s > 0)
    session.play_head_s = 0.8
    qtbot.waitUntil(lambda: not playback.playing or playback.position_s > 0.8)


def test_another_recording_stops_the_sound_and_autoplay_starts_it(
    listening: Listening, session: Session, playback: Playback, settings: Settings
) -> None:
    listening.play_or_stop()
    session.recording = Path("other.wav")
    assert not playback.playing
    settings.change(autoplay=True)
    session.recording = CLIP
    assert playback.playing
    assert playback.path == CLIP


def test_the_length_is_unknown_until_told(listening: Listening, session: Session) -> None:
    told: list[tuple[float, float | None]] = []
    listening.position_changed.connect(lambda at_s, duration_s: told.append((at_s, duration_s)))
    session.recording = Path("other.wav")
    assert told[-1] == (0.0, None)
    listening.set_duration(2.0)
    assert told[-1] == (0.0, 2.0)
