"""Files that grow are whole at every moment: what a kill leaves opens everywhere, and holds all but the last block."""

import errno
import shutil
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from desktop_app.audio import growing
from desktop_app.audio.encoders import EncodePlan
from desktop_app.audio.formats import choose_encodable, format_named
from desktop_app.audio.growing import GrowingFile, open_growing
from desktop_app.audio.reader import open_audio

RATE = 48_000
FLAC_BLOCK = 4_096
KINDS = [("WAV", "PCM_S", 16), ("WAV", "PCM_S", 24), ("WAV", "PCM_F", 32), ("FLAC", "FLAC", 16), ("FLAC", "FLAC", 24)]


def noise(frames: int, channels: int) -> NDArray[np.float32]:
    return np.random.default_rng(1).uniform(-0.9, 0.9, (frames, channels)).astype(np.float32)


def begin(folder: Path, name: str, encoding: str, bits: int, channels: int = 1) -> GrowingFile:
    audio_format = format_named(name)
    plan = EncodePlan(audio_format, choose_encodable(audio_format, encoding, bits), RATE, channels)
    return open_growing(folder / f"sound{audio_format.suffixes[0]}", plan)


def check_same(path: Path, sound: NDArray[np.float32], bits: int) -> None:
    """Check that a file holds the sound, by our reader and by libsndfile."""
    with open_audio(path) as reader:
        np.testing.assert_allclose(reader.read(), sound, atol=2.0 ** (1 - bits))
        assert reader.notes == ()
    assert soundfile.info(path).frames == len(sound)


@pytest.mark.parametrize(("name", "encoding", "bits"), KINDS)
@pytest.mark.parametrize("channels", [1, 2, 3])
def test_a_finished_file_holds_the_sound(tmp_path: Path, name: str, encoding: str, bits: int, channels: int) -> None:
    sound = noise(RATE + 1_235, channels)
    file = begin(tmp_path, name, encoding, bits, channels)
    for block in np.split(sound, [10, 10, 4_000, 20_001]):
        file.write(block)
    file.sync()
    file.close()
    check_same(file.path, sound, bits)
    assert file.size_bytes <= file.path.stat().st_size <= file.size_bytes + 1


@pytest.mark.parametrize(("name", "encoding", "bits"), KINDS)
def test_a_copy_made_at_any_moment_opens_and_lacks_one_block_at_most(
    tmp_path: Path, name: str, encoding: str, bits: int
) -> None:
    sound = noise(RATE, 2)
    file = begin(tmp_path, name, encoding, bits, 2)
    for start in range(0, RATE, 4_800):
        file.write(sound[start : start + 4_800])
        killed = tmp_path / f"killed {start}{file.path.suffix}"
        shutil.copy(file.path, killed)
        held = start + 4_800 if name == "WAV" else (start + 4_799) // FLAC_BLOCK * FLAC_BLOCK
        if held:
            check_same(killed, sound[:held], bits)
    file.close()


def test_above_four_gigabytes_wav_turns_into_rf64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growing, "MOST_RIFF_BYTES", 100_000)
    sound = noise(60_000, 1)
    file = begin(tmp_path, "WAV", "PCM_S", 16)
    file.write(sound[:40_000])
    assert file.path.read_bytes()[:4] == b"RIFF"
    file.write(sound[40_000:])
    assert file.path.read_bytes()[:4] == b"RF64"
    file.close()
    check_same(file.path, sound, 16)
    with open_audio(file.path) as reader:
        assert reader.metadata.container == "RF64"


@pytest.mark.parametrize(("name", "encoding", "bits"), KINDS)
def test_after_a_full_disk_the_file_ends_with_the_last_whole_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, encoding: str, bits: int
) -> None:
    """The disk takes half of the write that fills it."""
    sound, write_all, left = noise(10 * RATE, 1), growing._write_all, [500_000]

    def full(file: object, data: bytes) -> None:
        if len(data) > left[0]:
            write_all(file, data[: len(data) // 2])  # type: ignore[arg-type]
            left[0] = 0
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= len(data)
        write_all(file, data)  # type: ignore[arg-type]

    file = begin(tmp_path, name, encoding, bits)
    monkeypatch.setattr(growing, "_write_all", full)
    written = 0
    with pytest.raises(OSError, match="No space left"):
        for start in range(0, len(sound), 4_800):
            file.write(sound[start : start + 4_800])
            written += 4_800
    monkeypatch.setattr(growing, "_write_all", write_all)
    if name == "FLAC":
        with pytest.raises(OSError, match="No space left"):
            file.close()
    else:
        file.close()
    with open_audio(file.path) as reader:
        held = reader.frames
    assert written - FLAC_BLOCK <= held <= written + 4_800
    check_same(file.path, sound[:held], bits)


def test_an_older_file_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "sound.wav").write_text("mine")
    with pytest.raises(FileExistsError):
        begin(tmp_path, "WAV", "PCM_S", 16)
    assert (tmp_path / "sound.wav").read_text() == "mine"


def test_a_file_that_a_full_disk_does_not_let_begin_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: BinaryIO, _data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(growing, "_write_all", full)
    with pytest.raises(OSError, match="No space"):
        begin(tmp_path, "WAV", "PCM_S", 16)
    assert list(tmp_path.iterdir()) == []
