"""Recordings hold what was heard: split without a break, with the sound from before, safe from kills and full disks."""

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.audio.capture import Capture
from desktop_app.audio.inputs import InputRequest
from desktop_app.audio.reader import open_audio
from desktop_app.audio.recorder import Recorder, RecordSettings, gone_sentence
from desktop_app.errors import UserError
from tests.audio.fake_input import FakeMicrophone
from tests.audio.test_streams import wait_for

RATE = 8_000
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def microphone() -> FakeMicrophone:
    return FakeMicrophone(sample_rate_hz=RATE, speed=4)


@pytest.fixture
def capture(microphone: FakeMicrophone) -> Iterator[Capture]:
    made = Capture(InputRequest(), microphone, history_s=20)
    made.start()
    wait_for(lambda: made.state.frames >= RATE)
    yield made
    assert made.close()


@pytest.fixture
def plain(tmp_path: Path) -> RecordSettings:
    """Return settings that keep samples exactly."""
    return RecordSettings(tmp_path / "recordings", format="WAV", bits_per_sample=32, pre_roll_s=0.0)


def read(path: Path) -> NDArray[np.float32]:
    with open_audio(path) as reader:
        assert reader.notes == ()
        return reader.read()


def record(capture: Capture, settings: RecordSettings, seconds: float) -> Recorder:
    recorder = Recorder(capture, settings)
    recorder.start()
    wait_for(lambda: recorder.seconds >= seconds)
    assert recorder.close()
    return recorder


def test_a_recording_holds_exactly_what_was_heard_and_is_named_after_its_time(
    capture: Capture, microphone: FakeMicrophone, plain: RecordSettings
) -> None:
    recorder = record(capture, plain, 1.0)
    (path,) = recorder.state.files
    sound = read(path)
    first = round(float(sound[0, 0]) * 2**17) - 1
    assert first >= RATE
    assert np.array_equal(sound, microphone.frames_from(first, len(sound)))
    assert len(sound) == recorder.state.frames
    assert (recorder.state.phase, recorder.state.problem, recorder.state.lost_frames) == ("finished", "", 0)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d[+-]\d{4}\.wav", path.name)
    named = datetime.strptime(path.stem, "%Y-%m-%d_%H-%M-%S%z").timestamp()
    assert abs(named - time.time()) < 30


def test_the_pre_roll_is_the_sound_from_before_the_key(
    capture: Capture, microphone: FakeMicrophone, plain: RecordSettings
) -> None:
    wait_for(lambda: capture.state.frames >= 3 * RATE)
    pressed = capture.state.frames
    recorder = record(capture, replace(plain, pre_roll_s=2.0), 2.5)
    sound = read(recorder.state.files[0])
    first = round(float(sound[0, 0]) * 2**17) - 1
    assert pressed - 2.2 * RATE < first + 0 <= capture.state.frames - 2 * RATE
    assert np.array_equal(sound, microphone.frames_from(first, len(sound)))


def test_a_pre_roll_longer_than_what_was_heard_is_all_of_it(capture: Capture, plain: RecordSettings) -> None:
    recorder = record(capture, replace(plain, pre_roll_s=100), 1.5)
    assert float(read(recorder.state.files[0])[0, 0]) == 1 / 2**17


@pytest.mark.parametrize("name", ["WAV", "FLAC"])
def test_files_are_split_to_the_frame_without_a_break(
    capture: Capture, microphone: FakeMicrophone, plain: RecordSettings, name: str
) -> None:
    bits = 32 if name == "WAV" else 24
    recorder = record(capture, replace(plain, format=name, bits_per_sample=bits, split_s=1.0, pattern="{part}"), 3.4)
    parts = [read(path) for path in recorder.state.files]
    assert [path.stem for path in recorder.state.files] == [str(number + 1) for number in range(len(parts))]
    assert {len(part) for part in parts[:-1]} == {RATE}
    assert recorder.state.size_bytes == sum(path.stat().st_size for path in recorder.state.files)
    whole = np.concatenate(parts)
    first = round(float(whole[0, 0]) * 2**17) - 1
    np.testing.assert_allclose(whole, microphone.frames_from(first, len(whole)), atol=2**-23)


def test_a_duration_is_kept_to_the_frame(capture: Capture, plain: RecordSettings) -> None:
    recorder = Recorder(capture, replace(plain, duration_s=0.75))
    recorder.start()
    wait_for(lambda: recorder.state.phase == "finished")
    assert len(read(recorder.state.files[0])) == 6_000


def test_a_new_file_begins_when_the_microphone_is_back(
    capture: Capture, microphone: FakeMicrophone, plain: RecordSettings
) -> None:
    recorder = Recorder(capture, replace(plain, pattern="{part}"))
    recorder.start()
    wait_for(lambda: recorder.seconds > 0.5)
    microphone.input.active = False
    wait_for(lambda: len(capture.state.gaps) == 1)
    at_frame = capture.state.gaps[0].at_frame
    wait_for(lambda: capture.state.frames > at_frame + RATE // 2)
    assert recorder.close()
    before, after = (read(path) for path in recorder.state.files)
    assert len(before) + len(after) == recorder.state.frames
    first = round(float(before[0, 0]) * 2**17) - 1
    assert first + len(before) == at_frame


def test_a_capture_that_ends_completes_the_file(capture: Capture, plain: RecordSettings) -> None:
    recorder = Recorder(capture, plain)
    recorder.start()
    wait_for(lambda: recorder.seconds > 0.3)
    capture.stop()
    wait_for(lambda: recorder.state.phase == "finished")
    assert len(read(recorder.state.files[0])) == recorder.state.frames


def test_it_stops_in_good_order_before_the_disk_is_full(capture: Capture, plain: RecordSettings) -> None:
    recorder = Recorder(capture, replace(plain, reserve_bytes=10**18))
    recorder.start()
    wait_for(lambda: recorder.state.phase == "failed")
    assert "nearly full" in recorder.state.problem
    assert "Free some space" in recorder.state.problem


def test_a_folder_that_cannot_be_is_told(capture: Capture, plain: RecordSettings) -> None:
    plain.folder.parent.mkdir(exist_ok=True)
    plain.folder.write_text("a file")
    recorder = Recorder(capture, plain)
    recorder.start()
    wait_for(lambda: recorder.state.phase == "failed")
    assert recorder.state.problem == "“recordings” is a file and no folder: rename it, or choose another folder."


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be moved there")
@pytest.mark.parametrize("name", ["WAV", "FLAC"])
@pytest.mark.parametrize("moved", [True, False])
def test_a_file_that_is_moved_or_deleted_costs_a_second_and_a_new_one_goes_on(
    capture: Capture, microphone: FakeMicrophone, plain: RecordSettings, name: str, moved: bool
) -> None:
    settings = replace(plain, folder=plain.folder / "night", format=name, bits_per_sample=24, pattern="{part}")
    elsewhere = plain.folder / "elsewhere"
    recorder = Recorder(capture, settings)
    recorder.start()
    wait_for(lambda: recorder.seconds > 0.5)
    settings.folder.rename(elsewhere) if moved else shutil.rmtree(settings.folder)
    wait_for(lambda: len(recorder.state.files) == 2)
    assert recorder.close()
    first, second = recorder.state.files
    assert (recorder.state.gone, recorder.state.kept) == ((first,), (second,))
    assert gone_sentence(first).startswith(f"“{first.name}” was moved or deleted while it was recorded")
    sound = read(second)
    begun = round(float(sound[0, 0]) * 2**17) - 1
    np.testing.assert_allclose(sound, microphone.frames_from(begun, len(sound)), atol=2**-23)
    if moved:
        assert len(read(elsewhere / first.name)) + len(sound) == recorder.state.frames


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"format": "MP3"}, "written as FLAC or WAV"),
        ({"bits_per_sample": 20}, "WAV cannot hold 20"),
        ({"pattern": "{owl}"}, "use the fields {date}, {time}"),
        ({"split_s": 0.02}, "A new file every 0.02 s is too often"),
        ({"duration_s": 0.0}, "A recording that lasts 0 s holds nothing"),
    ],
)
def test_settings_that_make_no_sense_are_told_before_anything_is_recorded(
    capture: Capture, plain: RecordSettings, changed: dict[str, object], sentence: str
) -> None:
    with pytest.raises(UserError, match=re.escape(sentence)):
        Recorder(capture, replace(plain, **changed))  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_of_ours_ends_the_recording_in_sight_and_keeps_the_file(
    capture: Capture, plain: RecordSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(capture, plain)
    recorder.start()
    wait_for(lambda: recorder.seconds > 0.3)
    monkeypatch.setattr(recorder, "_look_after_file", lambda: 1 / 0)
    wait_for(lambda: recorder.state.phase == "failed")
    assert "a fault of Earmark" in recorder.state.problem
    assert len(read(recorder.state.files[0])) == recorder.state.frames


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_while_the_file_is_completed_never_looks_like_recording(
    capture: Capture, plain: RecordSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(capture, plain)
    recorder.start()
    wait_for(lambda: recorder.seconds > 0.3)
    finish = recorder._finish_file

    def finish_and_fail() -> None:
        finish()
        raise ZeroDivisionError

    monkeypatch.setattr(recorder, "_finish_file", finish_and_fail)
    recorder.stop()
    wait_for(lambda: not recorder._thread.is_alive())
    assert recorder.state.phase == "failed"
    assert "a fault of Earmark" in recorder.state.problem


RECORD = """
import sys
from pathlib import Path
import numpy as np
from desktop_app.audio.capture import Capture
from desktop_app.audio.inputs import InputRequest
from desktop_app.audio.recorder import Recorder, RecordSettings, gone_sentence
from tests.audio.fake_input import FakeMicrophone
microphone = FakeMicrophone(sample_rate_hz=16_000)
if sys.argv[3] == "noise":
    microphone.sound, microphone.speed = np.random.default_rng(0).uniform(-1, 1, 100_000).astype(np.float32), 5
capture = Capture(InputRequest(), microphone)
capture.start()
capture.wait_open(5)
recorder = Recorder(capture, RecordSettings(Path(sys.argv[1]), sys.argv[2], 24, pre_roll_s=0.0, reserve_bytes=0))
recorder.start()
while recorder.state.phase == "recording":
    print(capture.state.frames, flush=True)
    recorder._thread.join(0.05)
print(recorder.state.problem, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 as POSIX has it")
@pytest.mark.parametrize("name", ["WAV", "FLAC"])
def test_kill_9_costs_the_last_second_at_most_and_the_file_opens(tmp_path: Path, name: str) -> None:
    command = [sys.executable, "-c", RECORD, str(tmp_path), name, "numbers"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        heard = next(frames for line in process.stdout if (frames := int(line)) > 3 * 16_000)
        process.send_signal(signal.SIGKILL)
    (path,) = tmp_path.iterdir()
    sound = read(path)
    assert len(sound) > heard - 16_000
    first = round(float(sound[0, 0]) * 2**17) - 1
    expected = FakeMicrophone(sample_rate_hz=16_000).frames_from(first, len(sound))
    np.testing.assert_allclose(sound, expected, atol=2**-23)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a disk of 300 kB, or skip where none can be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(folder)]
    if sys.platform != "linux" or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("name", ["WAV", "FLAC"])
def test_a_disk_that_is_full_ends_the_recording_with_a_sentence_and_a_whole_file(small_disk: Path, name: str) -> None:
    command = [sys.executable, "-c", RECORD, str(small_disk), name, "noise"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    problem = answer.stdout.splitlines()[-1]
    assert "There is no room left on the disk" in problem
    assert "What was recorded until then is safe." in problem
    assert answer.stderr == ""
    (path,) = small_disk.iterdir()
    assert len(read(path)) > 16_000
