"""`earmark listen` prints what is heard, from files and from a real device, through its loss and back."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import soundfile

from desktop_app.assets import DEFAULT_MODEL, models_dir
from desktop_app.classifier.checkpoint import LoadedModel, save_checkpoint
from desktop_app.classifier.event_clips import COLUMNS, MANIFEST
from tests.audio.null_sink import WORDS, sound_card, words
from tests.audio.test_streams import wait_for
from tests.classifier.conftest import tone_model, write_tone
from tests.cli.conftest import Earmark
from tools.null_sink import MICROPHONE, NullSink

__all__ = ["sound_card", "tone_model", "words", "write_tone"]  # fixtures

needs_model = pytest.mark.skipif(
    not (models_dir() / f"{DEFAULT_MODEL}.safetensors").is_file(), reason="the bundled model is not here"
)


@pytest.fixture
def model(tone_model: LoadedModel, tmp_path: Path) -> Path:
    path = tmp_path / "tones.safetensors"
    save_checkpoint(path, tone_model.network, tone_model.card)
    return path


@pytest.fixture
def song(write_tone: Callable[..., Path]) -> Path:
    return write_tone("song.wav", ("high", 0.8), ("_silence_", 0.8), ("low", 0.8), ("_silence_", 0.8), ("high", 0.8))


def test_events_of_a_file_are_lines_with_their_time_and_score(earmark: Earmark, model: Path, song: Path) -> None:
    answer = earmark("listen", "--file", song, "--model", model)
    lines = [line.split() for line in answer.out.splitlines()]
    assert answer.status == 0
    assert [line[1] for line in lines] == ["high", "low", "high"]
    assert all(0.65 <= float(line[2]) <= 1 for line in lines)
    assert "Listening to song.wav, 8000 Hz, with tones" in answer.err


def test_a_hop_of_nothing_is_refused_and_not_taken_for_the_usual_one(earmark: Earmark, song: Path) -> None:
    answer = earmark("listen", "--file", song, "--hop", "0")
    assert (answer.status, answer.out) == (2, "")
    assert "--hop 0 makes no sense" in answer.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_disk_that_fills_up_under_the_lines_is_told_with_the_name_of_the_file(
    earmark: Earmark, model: Path, song: Path
) -> None:
    answer = earmark("listen", "--file", song, "--model", model, "--jsonl", "/dev/full")
    assert answer.status == 2
    assert "“full”" in answer.err and "print" not in answer.err


def test_json_lines_and_clips_with_context(earmark: Earmark, model: Path, song: Path, tmp_path: Path) -> None:
    folder, lines = tmp_path / "heard", tmp_path / "events.jsonl"
    answer = earmark(
        "listen", "--file", song, "--model", model, "--jsonl", lines, "--save-clips", folder, "--context", "0.25"
    )
    events: list[dict[str, Any]] = [json.loads(line) for line in lines.read_text().splitlines()]
    assert (answer.status, answer.out) == (0, "")
    assert [event["label"] for event in events] == ["high", "low", "high"]
    assert all(event["offset_s"] - event["onset_s"] == pytest.approx(0.5, abs=0.002) for event in events)
    assert all(event["model"] == "tones" and event["time"] is None for event in events)
    header, *rows = [line.split(",") for line in (folder / MANIFEST).read_text().splitlines()]
    assert tuple(header) == COLUMNS
    assert [row[0] for row in rows] == [Path(event["clip"]).name for event in events]
    assert {row[6] for row in rows} == {"unreviewed"}
    middle = soundfile.info(events[1]["clip"])
    assert middle.samplerate == 8_000
    assert middle.duration == pytest.approx(1.0, abs=0.01)


def test_a_damaged_recording_is_listened_to_and_told(earmark: Earmark, model: Path, song: Path) -> None:
    whole = song.read_bytes()
    song.write_bytes(whole[: len(whole) // 2])
    answer = earmark("listen", "--file", song, "--model", model)
    assert [line.split()[1] for line in answer.out.splitlines()] == ["high", "low"]
    assert "earmark: “song.wav”: The file is cut off" in answer.err


def test_a_threshold_may_be_given_for_one_class(earmark: Earmark, model: Path, song: Path) -> None:
    answer = earmark("listen", "--file", song, "--model", model, "--threshold", "0.5", "--threshold", "high=1")
    assert [line.split()[1] for line in answer.out.splitlines()] == ["low"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--threshold", "owl=0.5"], "The model knows no “owl”: its classes are _silence_, high, low."),
        (["--threshold", "loud"], "“loud” is no threshold"),
        (["--threshold", "1.5"], "“1.5” is no threshold"),
        (["--file", "missing.wav"], "“missing.wav” does not exist"),
        (["--jsonl", "missing/out.jsonl"], "its folder does not exist"),
        (["--rate", "0"], "--rate 0 makes no sense"),
        (["--file", "song.wav", "--rate", "8000"], "--rate is for a microphone: leave it out"),
        (["--realtime"], "--realtime is for a recording: name it with --file"),
    ],
)
def test_misuse_is_told(earmark: Earmark, model: Path, song: Path, arguments: list[str], sentence: str) -> None:
    file = [] if {"--file", "--rate", "--realtime"} & {*arguments} else ["--file", str(song)]
    answer = earmark("listen", "--model", model, *file, *arguments)
    assert answer.status == 2
    assert sentence in answer.err


class Running:
    """A command that runs in a process of its own, and what it has said so far."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.out: list[str] = []
        self.err: list[str] = []
        assert process.stdout is not None
        assert process.stderr is not None
        self._readers = [
            threading.Thread(target=self.out.extend, args=(process.stdout,)),
            threading.Thread(target=self.err.extend, args=(process.stderr,)),
        ]
        for reader in self._readers:
            reader.start()

    def said(self, words: str) -> bool:
        """Return whether stderr has these words."""
        return any(words in line for line in self.err)

    @property
    def events(self) -> list[dict[str, Any]]:
        """Return the JSON lines so far."""
        return [json.loads(line) for line in self.out]

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Press Ctrl+C, or send another signal, and return the exit status."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Wait for the end and return the exit status."""
        status = self.process.wait(20)
        for reader in self._readers:
            reader.join(20)
        return status


@contextmanager
def running(sink: NullSink, *arguments: object) -> Iterator[Running]:
    """Run a command where the null sink is the sound card."""
    command = [sys.executable, "-u", "-m", "desktop_app", *map(str, arguments)]
    with subprocess.Popen(
        command, env=sink.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        found = Running(process)
        try:
            yield found
        finally:
            process.kill()


@needs_model
def test_words_that_are_played_are_heard_through_portaudio_also_after_the_device_was_away(
    sound_card: NullSink, words: Path, tmp_path: Path
) -> None:
    clips = tmp_path / "heard"
    arguments = ("--device", MICROPHONE, "--jsonl", "-", "--save-clips", clips)
    with running(sound_card, "listen", *arguments) as listening:
        wait_for(lambda: listening.said("Listening to earmark_test"), 30)
        sound_card.play(words)
        wait_for(lambda: len(listening.events) >= 2)
        sound_card.unload()
        wait_for(lambda: listening.said("is gone: plug it in again"))
        sound_card.load()
        wait_for(lambda: listening.said("The microphone is back."), 20)
        before = len(listening.events)
        sound_card.play(words)
        wait_for(lambda: len(listening.events) >= before + 2)
        assert listening.stop() == 0
    heard = [event["label"] for event in listening.events]
    assert len(set(heard[:before]) & set(WORDS)) >= 2
    assert len(set(heard[before:]) & set(WORDS)) >= 2
    assert listening.said("are missing")
    assert listening.said("the microphone was away")
    assert not listening.said("ALSA") and not listening.said("Expression"), "what libraries say is for nobody"
    assert len(list(clips.glob("*.flac"))) == len(heard)
