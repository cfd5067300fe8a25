"""The listener judges what the ring holds: levels, gaps, too slow a machine, a change of model."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from desktop_app.audio.capture import Capture
from desktop_app.audio.file_input import FilePace, file_opener
from desktop_app.audio.inputs import InputRequest
from desktop_app.classifier.card import ModelCard
from desktop_app.classifier.checkpoint import LoadedModel
from desktop_app.classifier.engines.engine import Engine
from desktop_app.classifier.engines.torch_engine import TorchEngine
from desktop_app.classifier.event_rule import EventRule
from desktop_app.classifier.listener import Heard, Listener
from desktop_app.classifier.pace import Pace
from tests.audio.fake_input import FakeMicrophone
from tests.audio.test_streams import wait_for
from tests.classifier.conftest import RATE_HZ, tone


@pytest.fixture
def engine(tone_model: LoadedModel) -> TorchEngine:
    return TorchEngine(tone_model)


@pytest.fixture
def microphone() -> FakeMicrophone:
    """Return a microphone that hears a high tone and silence, over and over."""
    made = FakeMicrophone(sample_rate_hz=RATE_HZ)
    made.sound = np.concatenate([tone("high", RATE_HZ), tone("_silence_", 2 * RATE_HZ)])
    return made


@pytest.fixture
def capture(microphone: FakeMicrophone) -> Iterator[Capture]:
    made = Capture(InputRequest(), microphone)
    yield made
    assert made.close()


def listen(listener: Listener, seconds: float) -> list[Heard]:
    """Turn until so much sound was read."""
    found: list[Heard] = []
    until = listener.position + seconds * RATE_HZ
    until_s = time.monotonic() + 30
    while listener.position < until and time.monotonic() < until_s:
        found.append(listener.turn())
        time.sleep(0.005)
    return found


def start(capture: Capture, engine: Engine | None) -> Listener:
    capture.start()
    assert capture.wait_open(10)
    listener = Listener(capture)
    listener.use(engine)
    return listener


class SlowEngine:
    """Takes its time, on a clock that only it moves."""

    name = "slow"

    def __init__(self, card: ModelCard, took_s: float) -> None:
        self.card = card
        self.took_s = took_s
        self.now_s = 0.0

    def prepare(self, waveforms: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return waveforms

    def judge(self, prepared: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        self.now_s += self.took_s
        return np.full((len(prepared), len(self.card.classes)), 1 / len(self.card.classes), np.float32)


def test_a_live_tone_is_an_event_and_the_levels_show_it(capture: Capture, engine: TorchEngine) -> None:
    found = listen(start(capture, engine), 2.5)
    events = [result.event for heard in found for result in heard.results if result.event]
    levels = [heard.levels for heard in found if heard.levels]
    loads = [heard.load for heard in found if heard.load]
    assert [event.label for event in events] == ["high"]
    assert events[0].onset_s < 1.0
    assert max(level.peak_db[0] for level in levels) > -25
    assert loads[-1].lag_s < 0.5
    assert 0 < loads[-1].real_time_factor < 1
    assert not any(heard.notes for heard in found)


def test_without_a_model_there_are_only_levels(capture: Capture) -> None:
    found = listen(start(capture, None), 0.3)
    assert any(heard.levels for heard in found)
    assert all(heard.load is None and not heard.results for heard in found)


def test_the_model_and_the_rule_may_change_while_it_listens(capture: Capture, engine: TorchEngine) -> None:
    listener = start(capture, None)
    listen(listener, 0.4)
    listener.use(engine, EventRule(threshold=1.0))
    first = listen(listener, 0.8)
    listener.set_rule(EventRule(threshold=0.01))
    second = listen(listener, 0.5)
    results = [result for heard in first for result in heard.results]
    assert results[0].at_s > 0.4 + 0.5 - 1e-6, "no window begins before the model was chosen"
    assert not any(result.event for result in results)
    assert any(result.event for heard in second for result in heard.results)


def test_no_window_reaches_over_an_absence_of_the_microphone(
    capture: Capture, engine: TorchEngine, microphone: FakeMicrophone
) -> None:
    listener = start(capture, engine)
    listen(listener, 0.7)
    microphone.input.active = False
    wait_for(lambda: bool(capture.state.gaps))
    found = listen(listener, 1.0)
    (gap,) = capture.state.gaps
    after_s = gap.at_frame / RATE_HZ
    ends_s = [result.at_s for heard in found for result in heard.results]
    assert not any(after_s < end_s < after_s + engine.card.window_s - 1e-6 for end_s in ends_s)
    assert ends_s[-1] > after_s + engine.card.window_s


def test_a_model_that_is_too_slow_is_asked_less_often_and_says_so(
    capture: Capture, microphone: FakeMicrophone, tone_model: LoadedModel
) -> None:
    microphone.speed = 5
    slow = SlowEngine(tone_model.card, took_s=0.15)
    capture.start()
    assert capture.wait_open(10)
    listener = Listener(capture, clock=lambda: slow.now_s)
    listener.use(slow)
    found = listen(listener, 6)
    notes = [note for heard in found for note in heard.notes]
    assert notes == [
        "This model is too slow here for more: a window is judged every 200 ms.",
        "This model is too slow here for more: a window is judged every 400 ms.",
    ]
    slow.took_s = 0.001
    notes = [note for heard in listen(listener, 12) for note in heard.notes]
    assert notes[0] == "There is time again: a window is judged every 200 ms."


def test_lag_never_grows_sound_is_passed_over_and_counted(
    capture: Capture, engine: TorchEngine, microphone: FakeMicrophone
) -> None:
    listener = start(capture, engine)
    wait_for(lambda: capture.ring.written > 2 * RATE_HZ)
    heard = listener.turn()
    assert heard.notes[0].startswith("The computer was busy: ")
    assert heard.load is not None
    assert heard.load.lag_s < 0.7
    assert heard.load.skipped_frames > RATE_HZ


@pytest.mark.parametrize("realtime", [True, False])
def test_a_file_is_judged_to_its_last_word(tmp_path: Path, engine: TorchEngine, realtime: bool) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.concatenate([tone("_silence_", RATE_HZ), tone("low", RATE_HZ // 2)]), RATE_HZ)
    position = [0]
    capture = Capture(InputRequest(), file_opener(path, FilePace(realtime, lambda: position[0])))
    listener = start(capture, engine)
    found: list[Heard] = []
    while not found or not found[-1].ended:
        found.append(listener.turn())
        position[0] = listener.position
    events = [result.event for heard in found for result in heard.results if result.event]
    assert [event.label for event in events] == ["low"]
    assert capture.close()


def test_the_hop_follows_the_cost_and_stays_within_its_bounds() -> None:
    pace = Pace(0.1, 1.0)
    for _ in range(100):
        pace.note(5.0, 1)
    assert pace.hop_s == 1.0
    for _ in range(1_000):
        pace.note(0.0001, 1)
    assert pace.hop_s == pytest.approx(0.1)
    assert not any(pace.note(0.01, 1) for _ in range(100))
