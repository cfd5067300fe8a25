"""The second training on the same recordings decodes nothing, and never learns from what is damaged or out of date."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from desktop_app.classifier.data import dataset, window_cache
from desktop_app.classifier.data.clips import Clip
from desktop_app.classifier.data.dataset import ClipSet, load_clips
from desktop_app.classifier.data.window_cache import WindowKey, cache_folder, keep_windows, load_windows
from tests.classifier.conftest import CLASSES, FRAMES, RATE_HZ

WriteTone = Callable[..., Path]


class Decoder:
    """Counts what is decoded."""

    def __init__(self, read: Callable[[Path, int], np.ndarray]) -> None:
        self._read = read
        self.paths: list[Path] = []

    def __call__(self, path: Path, sample_rate_hz: int) -> np.ndarray:
        self.paths.append(path)
        return self._read(path, sample_rate_hz)

    def take(self) -> list[str]:
        names, self.paths = sorted(path.name for path in self.paths), []
        return names


@pytest.fixture
def decoder(monkeypatch: pytest.MonkeyPatch) -> Decoder:
    counting = Decoder(dataset.read_mono)
    monkeypatch.setattr(dataset, "read_mono", counting)
    return counting


@pytest.fixture
def recordings(write_tone: WriteTone) -> list[Path]:
    """Return a short and a long recording that have not changed for a while."""
    paths = [write_tone("short.wav", ("high", 0.3)), write_tone("long.wav", ("low", 1.8))]
    return [settled(path) for path in paths]


def settled(path: Path, age_s: float = 60.0) -> Path:
    moment_ns = path.stat().st_mtime_ns - round(age_s * 1e9)
    os.utime(path, ns=(moment_ns, moment_ns))
    return path


def load(paths: list[Path], *, rate_hz: int = RATE_HZ, frames: int = FRAMES) -> ClipSet:
    return load_clips([Clip(path, "high", path.stem, "high") for path in paths], CLASSES, rate_hz, frames)


def kept_files() -> Iterator[Path]:
    return cache_folder().glob("*.windows")


def test_the_second_time_nothing_is_decoded_and_all_is_the_same(decoder: Decoder, recordings: list[Path]) -> None:
    first = load(recordings)
    assert decoder.take() == ["long.wav", "short.wav"]
    second = load(recordings)
    assert decoder.take() == []
    assert len(second) == 4
    assert torch.equal(first.waveforms, second.waveforms)
    assert first.groups == second.groups


def test_another_rate_or_window_is_decoded_and_kept_beside(decoder: Decoder, recordings: list[Path]) -> None:
    load(recordings)
    load(recordings, rate_hz=RATE_HZ // 2)
    load(recordings, frames=FRAMES // 2)
    assert len(decoder.take()) == 6
    load(recordings)
    load(recordings, frames=FRAMES // 2)
    assert decoder.take() == []


def test_a_recording_that_changed_is_decoded_anew(decoder: Decoder, recordings: list[Path]) -> None:
    load(recordings)
    decoder.take()
    content = recordings[0].read_bytes()
    recordings[0].write_bytes(content[:-200] + bytes(200))  # of the same length
    changed = load(recordings)
    assert decoder.take() == ["short.wav"]
    assert not torch.equal(changed.waveforms[0], load([recordings[1]]).waveforms[0])


def test_a_recording_that_changed_just_now_is_not_kept(decoder: Decoder, write_tone: WriteTone) -> None:
    fresh = write_tone("fresh.wav", ("high", 0.3))
    load([fresh])
    load([fresh])
    assert decoder.take() == ["fresh.wav", "fresh.wav"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: content + b"\0\0",
        lambda content: b"",
        lambda content: content[:-2] + bytes(byte ^ 1 for byte in content[-2:]),
        lambda content: bytes(len(content)),
        lambda content: b"\x80\x04" + content[2:],
    ],
    ids=["cut by a byte", "cut in half", "too long", "empty", "a bit flipped", "zeros", "a pickle"],
)
def test_a_damaged_file_counts_as_absent_and_is_replaced(
    decoder: Decoder, recordings: list[Path], damage: Callable[[bytes], bytes]
) -> None:
    before = load(recordings)
    decoder.take()
    for kept in kept_files():
        kept.write_bytes(damage(kept.read_bytes()))
    assert torch.equal(load(recordings).waveforms, before.waveforms)
    assert decoder.take() == ["long.wav", "short.wav"]
    assert torch.equal(load(recordings).waveforms, before.waveforms)
    assert decoder.take() == []


def test_what_cannot_be_read_is_never_kept(decoder: Decoder, recordings: list[Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_text("no sound")
    for _ in range(2):
        assert [skipped.path for skipped in load([settled(bad), *recordings]).skipped] == [bad]
    assert decoder.take().count("bad.wav") == 2
    recordings[0].unlink()
    assert [skipped.path for skipped in load(recordings).skipped] == [recordings[0]]


def test_the_cache_is_bounded_and_the_longest_unused_goes_first(tmp_path: Path) -> None:
    keys = [WindowKey(tmp_path / f"{number}.wav", 1, 1, RATE_HZ, 100) for number in range(4)]
    for age, key in enumerate(keys):
        assert keep_windows(key, np.full((2, 100), age, np.int16))
        os.utime(key.file, (1_000 + age, 1_000 + age))
    assert load_windows(keys[0]) is not None  # used just now
    window_cache.prune_windows(3 * keys[0].file.stat().st_size)
    assert [load_windows(key) is not None for key in keys] == [True, False, True, True]


def test_a_disk_without_room_or_leave_to_write_is_no_matter(
    decoder: Decoder, recordings: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr(window_cache, "LEAST_FREE_BYTES", 1 << 62)
        assert len(load(recordings)) == 4
    cache_folder().parent.mkdir(parents=True, exist_ok=True)
    cache_folder().write_text("a file in the way")
    assert len(load(recordings)) == 4
    assert len(decoder.take()) == 4
