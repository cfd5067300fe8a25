"""`earmark record` and `earmark devices`, with a sound card in memory."""

import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.audio import streams
from desktop_app.audio.devices import Device
from tests.audio.null_sink import sound_card
from tests.audio.test_streams import wait_for
from tests.cli.conftest import Earmark
from tests.cli.test_listen import running
from tools.null_sink import MICROPHONE, NullSink

__all__ = ["sound_card"]  # a fixture

DEVICES = (Device("Built-in", 2, 48_000, False, "ALSA"), Device("[USB] mic", 1, 44_100, True, "JACK"))


@pytest.fixture
def two_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "list_input_devices", lambda **_: DEVICES)


@pytest.mark.usefixtures("two_devices")
def test_devices_are_listed_with_number_way_channels_and_rate(earmark: Earmark) -> None:
    header, first, second = earmark("devices").out.splitlines()
    assert header.split() == ["No.", "Name", "Host", "API", "Channels", "Hz"]
    assert first.split() == ["1", "Built-in", "ALSA", "2", "48000"]
    assert second.split() == ["*", "2", "[USB]", "mic", "JACK", "1", "44100"]
    assert earmark("devices", "--json").json[1]["name"] == "[USB] mic"


def test_no_device_is_no_fault(earmark: Earmark, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "list_input_devices", lambda **_: ())
    answer = earmark("devices")
    assert (answer.status, answer.out) == (0, "")
    assert "There is no microphone" in answer.err


@pytest.mark.usefixtures("two_devices")
def test_a_number_that_no_device_has_is_told(earmark: Earmark) -> None:
    answer = earmark("record", "--device", "3")
    assert answer.status == 2
    assert "There is no device 3: “earmark devices” lists 2." in answer.err


def test_what_is_played_is_recorded_and_each_device_is_listed(sound_card: NullSink, tmp_path: Path) -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "desktop_app", "devices", "--json"],
        env=sound_card.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert MICROPHONE in {device["name"] for device in json.loads(listed.stdout)}
    tone = tmp_path / "tone.wav"
    second = 0.3 * np.sin(2 * math.pi * 1_000 * np.arange(48_000) / 48_000)
    soundfile.write(tone, np.pad(second, (0, 36_000)), 48_000)  # silence: what was played last is still on its way
    arguments = ("--device", MICROPHONE, "--to", tmp_path / "to", "--rate", "16000", "--channels", "1")
    with running(sound_card, "record", *arguments) as recording:
        wait_for(lambda: recording.said("Recording earmark_test, 16000 Hz"), 30)
        sound_card.play(tone)
        assert recording.stop() == 0
    (path,) = (Path(line.strip()) for line in recording.out)
    sound, rate_hz = soundfile.read(path, dtype="float32")
    heard = sound[np.abs(sound) > 0.01]
    assert rate_hz == 16_000
    assert 0.6 * 16_000 < len(heard) < 1.02 * 16_000, "a second of tone; on a busy machine paplay itself stutters"
    spectrum = np.abs(np.fft.rfft(sound))
    assert np.argmax(spectrum) * rate_hz / len(sound) == pytest.approx(1_000, abs=5)
    assert recording.said("recorded in 1 file.")


def test_files_are_told_when_complete_and_a_polite_kill_completes_the_last_one(
    sound_card: NullSink, tmp_path: Path
) -> None:
    folder = tmp_path / "to"
    arguments = ("--device", MICROPHONE, "--to", folder, "--split", "1", "--pattern", "{part}")
    with running(sound_card, "record", *arguments) as recording:
        wait_for(lambda: len(recording.out) == 2, 30)
        assert recording.stop(signal.SIGTERM) == 0
    paths = [Path(line.strip()) for line in recording.out]
    assert paths == [folder / f"{number}.flac" for number in range(1, len(paths) + 1)]
    assert all(soundfile.info(path).frames > 0 for path in paths)
    assert recording.said(f"recorded in {len(paths)} files.")


def test_who_stops_reading_the_paths_does_not_end_the_recording(sound_card: NullSink, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "desktop_app", "record", "--device", MICROPHONE, "--to", str(tmp_path)]
    options = ["--split", "1", "--duration", "3", "--pattern", "{part}"]
    answer = subprocess.run([*command, *options], env=sound_card.environment, stdout=writer, timeout=60, check=False)
    os.close(writer)
    assert answer.returncode == 0
    assert [soundfile.info(path).duration for path in sorted(tmp_path.glob("*.flac"))] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--duration", "0"), "A recording that lasts 0 s holds nothing"),
        (("--split", "0.01"), "A new file every 0.01 s is too often"),
        (("--channels", "64"), "has no 64 channels: choose at most 32."),
    ],
)
def test_what_makes_no_sense_is_one_sentence_whatever_the_libraries_say(
    sound_card: NullSink, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    with running(sound_card, "record", "--device", MICROPHONE, "--to", tmp_path, *arguments) as recording:
        assert recording.ended() == 2
    (line,) = recording.err
    assert line.startswith("earmark: ")
    assert sentence in line
