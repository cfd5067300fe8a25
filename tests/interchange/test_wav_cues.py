"""Labels inside WAV files: into a copy, and the sound stays as it is."""

import struct
from pathlib import Path

import pytest
import soundfile as sf

from desktop_app.annotation.annotations import Annotation
from desktop_app.errors import UserError
from desktop_app.interchange import wav_cues
from desktop_app.interchange.labels import FileLabels
from desktop_app.interchange.losses import losses
from desktop_app.interchange.recordings import measured
from desktop_app.interchange.registry import read_labels, write_labels
from tests.interchange.conftest import found

LABELS = (
    Annotation("owl", onset_s=0.5, offset_s=1.25, note="near"),
    Annotation("Käuzchen 🦉", onset_s=1.0, offset_s=1.0),
    Annotation("whole"),
)


def test_cues_go_into_a_copy_and_come_back_while_the_sound_stays(sounds: Path, tmp_path: Path) -> None:
    recording = sounds / "a" / "night.wav"
    labels = measured(FileLabels(str(recording), LABELS))
    before = recording.read_bytes()
    written = write_labels([labels], tmp_path / "out", wav_cues.FORMAT)
    assert written.files == (tmp_path / "out" / "night.wav",)
    assert recording.read_bytes() == before
    result = read_labels(written.files[0])
    assert result.format is wav_cues.FORMAT
    assert found(result) == [("whole", 0, 2), ("owl", 0.5, 1.25), ("Käuzchen 🦉", 1, 1)]
    assert [it.note for it in result.labels[0].annotations] == ["", "near", ""]
    assert sf.read(written.files[0])[0].tolist() == sf.read(recording)[0].tolist()


def test_other_chunks_stay_and_older_cues_go(sounds: Path, tmp_path: Path) -> None:
    recording = sounds / "a" / "night.wav"
    data = recording.read_bytes() + b"guan" + struct.pack("<I", 9) + b"GUANO|1.0\0"
    recording.write_bytes(b"RIFF" + struct.pack("<I", len(data) - 8) + data[8:])
    first = measured(FileLabels(str(recording), LABELS))
    (once,) = write_labels([first], tmp_path / "once.wav", wav_cues.FORMAT).files
    (twice,) = write_labels(
        [measured(FileLabels(str(once), LABELS[:1]))], tmp_path / "twice.wav", wav_cues.FORMAT
    ).files
    assert found(read_labels(twice)) == [("owl", 0.5, 1.25)]
    assert b"GUANO|1.0\0" in twice.read_bytes()
    assert int.from_bytes(twice.read_bytes()[4:8], "little") == twice.stat().st_size - 8


def test_no_recording_is_ever_overwritten(sounds: Path) -> None:
    labels = measured(FileLabels(str(sounds / "a" / "night.wav"), LABELS))
    before = (sounds / "b" / "night.wav").read_bytes()
    written = write_labels([labels], sounds / "b", wav_cues.FORMAT)
    assert written.files == ()
    assert "exists already" in written.problems[0]
    assert (sounds / "b" / "night.wav").read_bytes() == before


def test_a_recording_that_is_no_wav_is_told_and_does_not_stop_the_others(sounds: Path, tmp_path: Path) -> None:
    labels = [measured(FileLabels(str(sounds / name), LABELS)) for name in ("dawn.flac", "Dusk.WAV")]
    written = write_labels(labels, tmp_path / "out", wav_cues.FORMAT)
    assert [file.name for file in written.files] == ["Dusk.wav"]
    assert written.problems == ("“dawn.flac” is no WAV file: cues are written into WAV files only.",)


def test_times_between_frames_are_told_to_move() -> None:
    labels = FileLabels("a.wav", (Annotation("x", onset_s=1 / 3, offset_s=1.0), LABELS[0]), 2.0, 8_000)
    assert losses([labels], wav_cues.FORMAT) == ("Moved to the nearest frame of the recording: 1 annotation.",)


@pytest.mark.parametrize("length", [12, 20, 36, 44, 60, 90, 120, 140])
def test_a_file_that_was_cut_off_crashes_nothing(sounds: Path, tmp_path: Path, length: int) -> None:
    labels = measured(FileLabels(str(sounds / "a" / "night.wav"), LABELS))
    (file,) = write_labels([labels], tmp_path / "x.wav", wav_cues.FORMAT).files
    data = file.read_bytes()
    cut = tmp_path / "cut.wav"
    cut.write_bytes(data[: 36 if length < 44 else -length])
    try:
        assert len(found(read_labels(cut))) <= len(LABELS)
    except UserError as error:
        assert "“cut.wav”" in str(error)
