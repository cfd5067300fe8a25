"""What a microphone hears lies in the ring; what is missing is a gap; a microphone that comes back goes on."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.audio import capture as capture_module
from desktop_app.audio import driver_watch
from desktop_app.audio.capture import Capture
from desktop_app.audio.file_input import FilePace, file_opener
from desktop_app.audio.inputs import InputRequest, Take
from desktop_app.errors import UserError
from tests.audio.fake_input import FakeInput, FakeMicrophone
from tests.audio.test_streams import wait_for

RATE = 8_000


@pytest.fixture
def microphone() -> FakeMicrophone:
    return FakeMicrophone(sample_rate_hz=RATE)


@pytest.fixture
def capture(microphone: FakeMicrophone) -> Iterator[Capture]:
    made = Capture(InputRequest("Fake"), microphone, history_s=20)
    yield made
    assert made.close(), "the capture's thread did not end"


def begin(capture: Capture, frames: int = RATE // 10) -> None:
    capture.start()
    wait_for(lambda: capture.state.frames >= frames)


def test_every_frame_lies_in_the_ring_under_its_number(capture: Capture, microphone: FakeMicrophone) -> None:
    begin(capture, RATE // 2)
    piece = capture.ring.read(0, 10 * RATE)
    assert np.array_equal(piece.frames, microphone.frames_from(0, len(piece.frames)))
    assert (capture.sample_rate_hz, capture.ring.channels, capture.state.device) == (RATE, 1, "Fake")
    assert capture.state.phase == "running"
    assert capture.state.gaps == ()


def test_frames_know_what_time_it_was(capture: Capture) -> None:
    begin(capture, RATE // 2)
    assert capture.clock_s(capture.state.frames) == pytest.approx(time.time(), abs=0.5)
    assert capture.clock_s(RATE) - capture.clock_s(0) == pytest.approx(1.0)


def test_stop_keeps_what_was_heard(capture: Capture, microphone: FakeMicrophone) -> None:
    begin(capture)
    assert capture.close()
    assert capture.state.phase == "ended"
    assert microphone.input.closed
    assert len(capture.ring.read(0, RATE).frames) >= RATE // 10


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_ours_never_looks_like_listening_and_lets_go_of_the_microphone(
    capture: Capture, microphone: FakeMicrophone, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(capture)
    monkeypatch.setattr(capture, "_note", lambda _gap: 1 / 0)
    wait_for(lambda: capture.state.phase == "failed")
    assert "a fault of Earmark" in capture.state.problem
    assert microphone.input.closed
    assert len(capture.ring.read(0, RATE).frames) >= RATE // 10


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_microphone_is_let_go_where_there_is_no_memory_for_its_sound(
    capture: Capture, microphone: FakeMicrophone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_large(_capacity: int, _channels: int) -> None:
        raise MemoryError

    monkeypatch.setattr(capture_module, "RingBuffer", too_large)
    capture.start()
    wait_for(lambda: capture.state.phase == "failed")
    assert microphone.input.closed
    assert not capture.opened


def test_a_microphone_that_refuses_is_told(capture: Capture, microphone: FakeMicrophone) -> None:
    microphone.refusal = "The microphone “Fake” is not connected: plug it in or choose another one."
    capture.start()
    assert not capture.wait_open(5)
    wait_for(lambda: capture.state.phase == "failed")
    assert capture.state.problem == microphone.refusal


def test_a_microphone_that_goes_away_and_comes_back_leaves_one_gap_of_that_length(
    capture: Capture, microphone: FakeMicrophone
) -> None:
    begin(capture)
    microphone.refusal = "away"
    microphone.input.active = False
    wait_for(lambda: capture.state.phase == "away")
    assert "is gone: plug it in again" in capture.state.problem
    before = capture.state.frames
    gone_s = time.monotonic()
    wait_for(lambda: time.monotonic() - gone_s > 0.7)
    microphone.refusal = ""
    wait_for(lambda: capture.state.phase == "running" and capture.state.frames > before + RATE // 10)
    (gap,) = capture.state.gaps
    assert gap.at_frame == before
    assert (gap.kind, gap.cause) == ("away", "the microphone was away")
    assert 0.6 * RATE < gap.frames < 10 * RATE
    assert capture.state.problem == ""
    assert capture.clock_s(before) - capture.clock_s(before - 1) == pytest.approx(gap.frames / RATE, abs=0.3)
    assert microphone.input.request == InputRequest("Fake", RATE, 1)


def test_a_microphone_that_falls_silent_is_opened_anew(
    capture: Capture, microphone: FakeMicrophone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_module, "SILENT_LIMIT_S", 0.2)
    begin(capture)
    microphone.mute = True
    wait_for(lambda: capture.state.phase == "away")
    assert "sends nothing" in capture.state.problem
    microphone.mute = False
    wait_for(lambda: capture.state.phase == "running")
    assert len(microphone.inputs) >= 2


def test_sound_that_the_system_loses_without_a_word_is_found_by_counting(
    capture: Capture, microphone: FakeMicrophone
) -> None:
    begin(capture, RATE)
    microphone.swallow = RATE // 2
    wait_for(lambda: len(capture.state.gaps) > 0)
    (gap,) = capture.state.gaps
    assert gap.frames == pytest.approx(RATE // 2, abs=0.05 * RATE)
    assert gap.cause == "lost by the system"
    assert capture.state.dropped_frames == gap.frames


def test_a_flag_of_the_driver_is_a_gap_of_unknown_length(capture: Capture, microphone: FakeMicrophone) -> None:
    begin(capture)
    microphone.overflowed = True
    wait_for(lambda: len(capture.state.gaps) > 0)
    assert (capture.state.gaps[0].frames, capture.state.gaps[0].cause) == (0, "reported by the driver")


def test_a_driver_that_reports_every_block_fills_no_memory(capture: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(capture)
    take = capture._take
    begun = capture.state.frames
    monkeypatch.setattr(FakeMicrophone, "hand_over", lambda self, _take, n, c: take(self.frames_from(0, n, c), True))
    wait_for(lambda: capture.state.frames > begun + 2 * RATE)
    assert 1 <= len(capture.state.gaps) <= 4


def test_a_driver_that_hangs_is_told_and_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver_watch, "DRIVER_LIMIT_S", 0.05)
    release = threading.Event()
    microphone = FakeMicrophone()

    def hang(request: InputRequest, take: Take) -> FakeInput:
        release.wait(10)
        return microphone(request, take)

    capture = Capture(InputRequest(), hang)
    capture.start()
    wait_for(lambda: capture.state.phase == "failed")
    assert "does not answer" in capture.state.problem
    assert not capture.close(timeout_s=0.01)
    release.set()
    assert capture.close()


def test_a_long_memory_of_ultrasound_in_many_channels_is_cut_to_what_fits() -> None:
    microphone = FakeMicrophone(sample_rate_hz=384_000, channels=32)
    microphone.mute = True
    capture = Capture(InputRequest(), microphone)
    capture.start()
    assert capture.wait_open(5)
    assert 4 * capture.ring.capacity * capture.ring.channels <= capture_module.MOST_RING_BYTES
    assert capture.close()


@pytest.mark.parametrize("realtime", [False, True])
def test_a_file_takes_the_place_of_a_microphone(tmp_path: Path, realtime: bool) -> None:
    path = tmp_path / "a.wav"
    sound = np.linspace(-0.5, 0.5, 6_000, dtype=np.float32)
    soundfile.write(path, sound, RATE, subtype="FLOAT")
    capture = Capture(InputRequest(), file_opener(path, FilePace(realtime)))
    capture.start()
    wait_for(lambda: capture.state.phase == "ended")
    assert np.array_equal(capture.ring.read(0, RATE).frames[:, 0], sound)
    assert (capture.state.gaps, capture.state.device) == ((), "a.wav")
    assert capture.close()


def test_a_file_waits_for_its_reader(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, np.zeros(60 * RATE, np.float32), RATE)
    position = [0]
    capture = Capture(InputRequest(), file_opener(path, FilePace(position=lambda: position[0])), history_s=15)
    capture.start()
    wait_for(lambda: capture.opened and capture.ring.written >= 10 * RATE)
    while capture.state.phase != "ended":
        piece = capture.ring.read(position[0], 5 * RATE)
        assert piece.lost == 0
        position[0] = piece.stop
    assert capture.close()
    assert capture.ring.written == 60 * RATE


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no sound at all")
    with pytest.raises(UserError, match=r"“a\.wav”"):
        file_opener(tmp_path / "a.wav", FilePace())(InputRequest(), lambda _block, _overflowed: None)
