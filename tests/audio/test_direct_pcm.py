"""The short way to windows of plain PCM: the same samples as the reader gives, or not taken at all."""

from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
import soundfile as sf

from desktop_app.audio.decoding import direct_pcm
from desktop_app.audio.decoding.direct_pcm import DirectPcm, with_direct_access
from desktop_app.audio.frame_source import gather
from desktop_app.audio.reader import Reader, open_audio
from desktop_app.errors import UserError

STARTS = np.array([-300, -256, -100, 0, 700, 1500, 3900, 3999, 4000, 9000])


def write(path: Path, subtype: str, form: str = "WAV", channels: int = 2) -> Path:
    noise = np.random.default_rng(5).uniform(-0.9, 0.9, (4000, channels))
    sf.write(path, noise, 16_000, subtype=subtype, format=form)
    return path


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_32", "FLOAT"])
@pytest.mark.parametrize("form", ["WAV", "WAVEX"])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_windows_equal_those_of_the_reader(tmp_path: Path, subtype: str, form: str, channels: int) -> None:
    path = write(tmp_path / "a.wav", subtype, form, channels)
    with open_audio(path) as plain:
        expected = gather(plain, STARTS, 256)
    source = with_direct_access(path, open_audio(path))
    assert isinstance(source, DirectPcm)
    assert np.array_equal(source.read_windows(STARTS.tolist(), 256), expected)
    assert np.array_equal(gather(source, STARTS, 256, seek_frames=0), expected)
    source.close()


@pytest.mark.parametrize(
    ("name", "subtype", "form"),
    [("a.wav", "PCM_U8", "WAV"), ("a.wav", "ULAW", "WAV"), ("a.flac", "PCM_16", "FLAC"), ("a.aiff", "PCM_16", "AIFF")],
)
def test_everything_else_goes_through_the_reader(tmp_path: Path, name: str, subtype: str, form: str) -> None:
    path = write(tmp_path / name, subtype, form)
    reader = open_audio(path)
    assert with_direct_access(path, reader) is reader
    reader.close()


def test_a_file_whose_data_the_reader_understands_otherwise_is_left_to_it(tmp_path: Path) -> None:
    one, other = write(tmp_path / "one.wav", "PCM_16"), tmp_path / "other.wav"
    sf.write(other, np.zeros((4000, 2)), 16_000, subtype="PCM_16")
    reader = open_audio(one)
    assert with_direct_access(other, reader) is reader
    assert with_direct_access(tmp_path / "gone.wav", reader) is reader
    reader.close()


def test_samples_that_are_no_numbers_are_silent_as_the_reader_has_them(tmp_path: Path) -> None:
    path, noise = tmp_path / "a.wav", np.random.default_rng(5).uniform(-0.9, 0.9, (4000, 1))
    noise[700:1900:300] = np.nan
    noise[1510] = np.inf
    sf.write(path, noise, 16_000, subtype="FLOAT")
    with open_audio(path) as plain:
        expected = gather(plain, STARTS, 256)
    source = with_direct_access(path, open_audio(path))
    assert isinstance(source, DirectPcm)
    assert np.array_equal(source.read_windows(STARTS.tolist(), 256), expected)
    source.close()


def test_a_reader_that_fails_leaves_no_file_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.wav", "PCM_16")
    opened: list[BinaryIO] = []

    def disagree(direct: DirectPcm, _reader: Reader) -> bool:
        opened.append(direct._file)
        raise UserError("The disk is gone.")

    monkeypatch.setattr(direct_pcm, "_agrees", disagree)
    with open_audio(path) as reader, pytest.raises(UserError):
        with_direct_access(path, reader)
    assert opened[0].closed


def test_a_recording_that_shrinks_under_the_window_reads_as_silence(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", "PCM_16")
    source = with_direct_access(path, open_audio(path))
    assert isinstance(source, DirectPcm)
    with path.open("r+b") as file:
        file.truncate(1000)
    assert not source.read_windows([3000], 256).any()
    source.close()
