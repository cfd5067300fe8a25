"""The pyramid of minima and maxima: equal to the samples themselves at every zoom, whole or not at all on disk."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.audio import peak_cache, peaks
from desktop_app.audio.peak_cache import PeakKey, cache_folder, load_peaks, prune, save_peaks
from desktop_app.audio.peaks import PeakPyramid, block_frames_for, build_peaks, sample_envelope

Floats = npt.NDArray[np.float32]


def noise(frames: int, channels: int = 2) -> Floats:
    return np.random.default_rng(frames).uniform(-1, 1, (frames, channels)).astype(np.float32)


def pyramid_of(samples: Floats, block: int = 1000) -> PeakPyramid:
    pyramid = PeakPyramid(*samples.shape)
    for begin in range(0, len(samples), block):
        pyramid.push(samples[begin : begin + block])
    return pyramid


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 9000), st.integers(1, 3), st.integers(1, 3000))
def test_over_the_whole_recording_it_has_the_extremes_however_it_was_fed(
    frames: int, channels: int, block: int
) -> None:
    samples = noise(frames, channels)
    pyramid = pyramid_of(samples, block)
    assert pyramid.is_complete
    envelope = pyramid.envelope(0, frames, 1)
    assert np.array_equal(envelope[0, :, 0], samples.min(axis=0))
    assert np.array_equal(envelope[0, :, 1], samples.max(axis=0))


@pytest.mark.parametrize("columns", [1, 7, 64, 500])
def test_every_sample_is_under_the_envelope_and_no_column_is_louder_than_its_neighbourhood(columns: int) -> None:
    samples = noise(500_000, 1)
    envelope = pyramid_of(samples).envelope(0, len(samples), columns)
    width = len(samples) / columns
    for column in range(0, columns, max(columns // 20, 1)):
        wide = samples[max(int((column - 0.5) * width), 0) : int((column + 1.5) * width)]
        assert wide.min() <= envelope[column, 0, 0] <= envelope[column, 0, 1] <= wide.max()
    assert envelope[:, 0, 1].max() == samples.max() and envelope[:, 0, 0].min() == samples.min()


def test_a_click_is_seen_at_every_zoom_and_in_one_place() -> None:
    samples = np.zeros((1_000_000, 1), np.float32)
    samples[654_321] = 0.9
    pyramid = pyramid_of(samples)
    for columns in (3, 50, 1200, 3900):
        loud = np.flatnonzero(pyramid.envelope(0, 1_000_000, columns)[:, 0, 1] > 0.5)
        assert len(loud) == 1
        assert abs(loud[0] - 654_321 * columns / 1_000_000) <= 1.5


def test_columns_shorter_than_a_block_repeat_it() -> None:
    samples = noise(2560, 1)
    envelope = pyramid_of(samples).envelope(256, 512, 8)
    assert (envelope[:, 0, 1] == samples[256:512].max()).all()


def test_outside_of_the_recording_and_of_what_is_covered_there_is_nothing() -> None:
    samples = noise(10_000, 1)
    pyramid = PeakPyramid(20_000, 1)
    pyramid.push(samples)
    assert pyramid.covered_frames == 9984 and not pyramid.is_complete
    envelope = pyramid.envelope(-10_000, 30_000, 8)[:, 0, 0]
    nothing = np.isnan(envelope)
    assert nothing[:2].all() and not nothing[2:4].any() and nothing[5:].all()


def test_a_recording_that_ends_early_ends_in_silence() -> None:
    pyramid = PeakPyramid(20_000, 2)
    pyramid.push(noise(10_000, 2))
    pyramid.finish()
    assert pyramid.is_complete
    assert not pyramid.envelope(15_000, 20_000, 3).any()


def test_a_recording_that_is_longer_than_announced_is_cut() -> None:
    samples = noise(1000, 1)
    pyramid = PeakPyramid(300, 1)
    pyramid.push(samples)
    assert pyramid.is_complete
    assert pyramid.envelope(0, 300, 1)[0, 0, 1] == samples[:300].max()


@pytest.mark.parametrize("frames", [1, 10**6, 10**9, 2**40])
def test_memory_is_bounded_whatever_a_header_claims(frames: int) -> None:
    assert PeakPyramid.base_shape(frames, 1)[2] <= peaks.MAX_BLOCKS
    assert block_frames_for(frames) >= peaks.BLOCK_FRAMES


class Source:
    """A recording that yields integers, or floats, in blocks."""

    def __init__(self, samples: npt.NDArray[np.int16] | Floats) -> None:
        self.samples = samples
        self.frames, self.channels = samples.shape

    def peak_blocks(self, block_frames: int = 65_536) -> Iterator[npt.NDArray[np.int16] | Floats]:
        for begin in range(0, self.frames, block_frames):
            yield self.samples[begin : begin + block_frames]


def test_integers_that_end_early_are_no_louder_than_their_samples() -> None:
    integers = np.random.default_rng(1).integers(-16_384, 16_384, (10_001, 1), np.int16)
    pyramid = PeakPyramid(20_000, 1)
    list(build_peaks(Source(integers), pyramid))
    assert pyramid.is_complete
    assert pyramid.base[1].max() == integers.max() / 32_768


def test_floats_may_go_on_where_integers_end() -> None:
    integers = np.random.default_rng(1).integers(-16_384, 16_384, (10_001, 1), np.int16)
    pyramid = PeakPyramid(20_002, 1)
    pyramid.push(integers, 1 / 32_768)
    pyramid.push(integers.astype(np.float32) / 32_768)
    assert pyramid.is_complete
    assert pyramid.base[1].max() == integers.max() / 32_768


def test_integers_and_floats_of_the_same_recording_give_the_same_peaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peaks, "READ_FRAMES", 7_000)
    integers = np.random.default_rng(1).integers(-32_768, 32_767, (100_001, 2), np.int16)
    floats = (integers / np.float32(32_768)).astype(np.float32)
    pyramids = [PeakPyramid(*integers.shape) for _ in range(2)]
    covered = list(build_peaks(Source(integers), pyramids[0]))
    list(build_peaks(Source(floats), pyramids[1]))
    assert covered == sorted(covered) and covered[-1] == 100_001
    assert np.array_equal(pyramids[0].envelope(0, 100_001, 300), pyramids[1].envelope(0, 100_001, 300))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 500), st.floats(1.0, 30.0), st.integers(1, 60))
def test_the_envelope_of_samples_is_exact_to_the_frame(start: int, width: float, columns: int) -> None:
    samples = noise(1000, 1)
    stop = start + width * columns
    got = sample_envelope(samples[100:], 100, start, stop, columns)[:, 0]
    edges = np.ceil(np.linspace(start, stop, columns + 1)).astype(int)
    for column in range(columns):
        begin, end = edges[column], max(edges[column + 1], edges[column] + 1)
        inside = samples[max(begin, 100) : max(end, 100), 0]
        if len(inside) and begin >= 100:
            assert got[column].tolist() == [inside.min(), inside.max()]
        if end <= 100 or begin >= 1000:
            assert np.isnan(got[column]).all()


def kept(tmp_path: Path) -> tuple[PeakKey, PeakPyramid]:
    recording = tmp_path / "take é 1.wav"
    recording.write_bytes(b"x" * 1000)
    samples = noise(50_000, 2)
    key, pyramid = PeakKey.of(recording, 50_000, 2), pyramid_of(samples)
    save_peaks(key, pyramid)
    return key, pyramid


def test_kept_peaks_come_back_the_same(tmp_path: Path) -> None:
    key, pyramid = kept(tmp_path)
    again = load_peaks(key)
    assert again is not None and again.is_complete
    assert np.array_equal(again.envelope(100, 49_000, 77), pyramid.envelope(100, 49_000, 77))


def test_a_recording_that_changed_is_read_anew(tmp_path: Path) -> None:
    key, _ = kept(tmp_path)
    os.utime(key.path, ns=(0, key.modified_ns + 1))
    assert load_peaks(PeakKey.of(key.path, 50_000, 2)) is None
    assert load_peaks(PeakKey.of(key.path, 50_001, 2)) is None


@pytest.mark.parametrize("damage", ["cut", "longer", "empty", "other text", "folder"])
def test_a_damaged_kept_file_counts_as_absent(tmp_path: Path, damage: str) -> None:
    key, pyramid = kept(tmp_path)
    whole = key.file.read_bytes()
    if damage == "folder":
        key.file.unlink()
        key.file.mkdir()
        assert load_peaks(key) is None
        return
    texts = {"cut": whole[:-10], "longer": whole + b"abcd", "empty": b"", "other text": b"PK\3\4" + whole[4:]}
    key.file.write_bytes(texts[damage])
    assert load_peaks(key) is None
    save_peaks(key, pyramid)
    assert load_peaks(key) is not None


def test_where_nothing_can_be_kept_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key, pyramid = kept(tmp_path)
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(peak_cache, "cache_folder", lambda: tmp_path / "file" / "peaks")
    save_peaks(key, pyramid)
    assert load_peaks(key) is None


def test_of_too_many_kept_files_those_used_longest_ago_go(tmp_path: Path) -> None:
    for number in range(5):
        file = tmp_path / f"{number}.peaks"
        file.write_bytes(b"0" * 100)
        os.utime(file, ns=(0, (5 - number) * 10**9))
    prune(tmp_path, limit_bytes=250)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["0.peaks", "1.peaks"]


def test_no_half_written_file_stays(tmp_path: Path) -> None:
    kept(tmp_path)
    assert [file.suffix for file in cache_folder().iterdir()] == [".peaks"]
