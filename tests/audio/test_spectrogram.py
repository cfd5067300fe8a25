"""Columns on a fixed frame grid: right by physics, by scipy, and the same wherever one looks from."""

import numpy as np
import numpy.typing as npt
import pytest
import scipy.signal
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.audio.frame_source import gather
from desktop_app.audio.frequency_axis import FrequencyAxis, RowMap
from desktop_app.audio.spectrogram import (
    FLOOR_DB,
    ColumnGrid,
    ColumnSpan,
    SpectrogramSettings,
    columns,
    index_of,
    level_db,
    spectrum,
)
from desktop_app.audio.windows import WINDOWS, window_values

RATE = 16_000
Floats = npt.NDArray[np.float32]


class ArraySource:
    """Samples in memory, read as a recording is; counts how often."""

    def __init__(self, samples: Floats) -> None:
        self.samples = samples if samples.ndim == 2 else samples[:, None]
        self.frames, self.channels = self.samples.shape
        self.reads: list[tuple[int, int]] = []

    def read(self, start: int = 0, frames: int | None = None) -> Floats:
        self.reads.append((start, frames or self.frames))
        return self.samples[start : None if frames is None else start + frames]


class WindowedSource(ArraySource):
    """The same with a short way to windows."""

    def read_windows(self, starts: list[int], frames: int) -> Floats:
        padded = np.pad(self.samples, ((frames, frames), (0, 0)))
        return np.stack([padded[start + frames : start + 2 * frames].T for start in starts], axis=1)


def tone(hz: float, frames: int, amplitude: float = 1.0) -> Floats:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(frames) / RATE)).astype(np.float32)


def noise(frames: int, channels: int = 1, seed: int = 3) -> Floats:
    return np.random.default_rng(seed).normal(0, 0.1, (frames, channels)).astype(np.float32)


@pytest.mark.parametrize("name", WINDOWS)
@pytest.mark.parametrize("frames", [64, 511, 4096])
def test_windows_equal_those_of_scipy(name: str, frames: int) -> None:
    known = {"rectangular": "boxcar", "kaiser": ("kaiser", 8.6)}.get(name, name)
    expected = scipy.signal.get_window(known, frames)
    assert np.allclose(window_values(name, frames), expected, atol=1e-6)


def test_an_unknown_window_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'square'.*hann"):
        window_values("square", 64)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("window_frames", [64, 512, 8192])
def test_a_full_scale_sine_reads_0_db_whatever_the_window(window: str, window_frames: int) -> None:
    hz = RATE / window_frames * (window_frames // 8)
    grid = ColumnGrid(window_frames, window, window_frames)
    levels = level_db(columns(ArraySource(tone(hz, 6 * window_frames)), grid, ColumnSpan(0, 2, 2)))
    assert levels[0, window_frames // 8] == pytest.approx([0.0, 0.0], abs=0.1)


def test_a_sine_at_half_scale_reads_minus_6_db_and_full_scale_dc_0_db() -> None:
    grid = ColumnGrid(512, "hann", 512)
    quiet = level_db(columns(ArraySource(tone(2000, 4096, 0.5)), grid, ColumnSpan(0, 2, 1)))
    assert quiet[0, 64, 0] == pytest.approx(-6.02, abs=0.05)
    steady = level_db(columns(ArraySource(np.ones(4096, np.float32)), grid, ColumnSpan(0, 2, 1)))
    assert steady[0, 0, 0] == pytest.approx(0.0, abs=0.05)


def test_columns_equal_scipys_spectrogram() -> None:
    samples = noise(8000)
    _, _, expected = scipy.signal.spectrogram(
        samples[:, 0].astype(np.float64), RATE, "hann", 512, 512 - 32, detrend=False, scaling="spectrum", mode="psd"
    )
    got = level_db(columns(ArraySource(samples), ColumnGrid(512, "hann", 32), ColumnSpan(0, 8, expected.shape[1])))
    # scipy's first column is centred on frame 256, ours is number 8; its power of a sine is its mean square, 3 dB less.
    assert np.abs(got[0, 1:-1] - 10 * np.log10(2 * expected[1:-1])).max() < 0.02


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10), st.integers(0, 60), st.integers(1, 40), st.sampled_from([64, 256]))
def test_a_column_is_the_same_from_wherever_it_is_looked_at(level: int, first: int, count: int, window: int) -> None:
    source, grid = ArraySource(noise(20_000, 2)), ColumnGrid(window, "hann", window // 16)
    together = columns(source, grid, ColumnSpan(level, 0, 100))
    apart = columns(source, grid, ColumnSpan(level, first, count))
    assert np.array_equal(apart, together[:, :, first : first + count])


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 9), st.sampled_from([0, 1024, 10**9]))
def test_it_does_not_matter_how_the_samples_are_fetched(level: int, seek_frames: int) -> None:
    samples, grid, span = noise(30_000, 2), ColumnGrid(256, "hamming", 16), ColumnSpan(level, 0, 64)
    plain = columns(ArraySource(samples), grid, span)
    assert np.array_equal(columns(ArraySource(samples), grid, span, seek_frames), plain)
    assert np.array_equal(columns(WindowedSource(samples), grid, span, seek_frames), plain)


def test_where_jumps_are_dear_one_read_serves_many_columns() -> None:
    grid, span = ColumnGrid(256, "hann", 16, max_parts=1), ColumnSpan(8, 0, 20)
    cheap, dear = ArraySource(noise(90_000)), ArraySource(noise(90_000))
    columns(cheap, grid, span)
    columns(dear, grid, span, seek_frames=10_000)
    assert len(cheap.reads) == 20
    assert len(dear.reads) == 1


def test_the_last_part_of_a_recording_is_drawn() -> None:
    samples = np.concatenate([np.zeros(100_000, np.float32), tone(2000, 6_400)])  # a call in the last 0.4 s
    for level in (0, 4, 8):
        grid = ColumnGrid(512, "hann", 32)
        count = grid.columns(level, len(samples))
        last = level_db(columns(ArraySource(samples), grid, ColumnSpan(level, count - 1, 1)))[0, 64, 0]
        assert last > -12
        assert (count - 1) * grid.hop(level) + grid.hop(level) / 2 >= len(samples) - 1


def test_beyond_the_end_there_is_silence() -> None:
    levels = level_db(columns(ArraySource(noise(1000)), ColumnGrid(64, "hann", 64), ColumnSpan(0, 0, 60)))
    assert (levels[0, :, 17:] == FLOOR_DB).all()
    assert (levels[0, :, :16] > -90).any(axis=0).all()


def test_zoomed_out_a_steady_tone_keeps_its_level_and_a_short_call_is_not_lost() -> None:
    grid = ColumnGrid(512, "hann", 32)
    steady = tone(2000, 400_000)
    for level in range(12):
        span = ColumnSpan(level, 200_000 // grid.hop(level), 1)
        assert level_db(columns(ArraySource(steady), grid, span))[0, 64, 0] == pytest.approx(0, abs=0.1)
    call = np.zeros(400_000, np.float32)
    call[70_000:90_000] = steady[70_000:90_000]  # shorter than the column of 65,536 frames, and not at its centre
    assert level_db(columns(ArraySource(call), grid, ColumnSpan(11, 1, 1)))[0, 64, 0] > -8


def test_silence_and_not_a_single_sample_are_no_special_cases() -> None:
    grid = ColumnGrid(64, "hann", 4)
    assert not columns(ArraySource(np.zeros(1000, np.float32)), grid, ColumnSpan(0, 0, 10)).any()
    assert grid.columns(0, 0) == 0
    assert grid.columns(3, 1) == 1


def test_levels_beyond_the_range_of_indices_are_held_at_its_ends() -> None:
    assert index_of(-500.0) == 0
    assert level_db(np.array([index_of(500.0)], np.uint16))[0] == pytest.approx(40.0)
    loud = columns(ArraySource(np.full(1000, 1e6, np.float32)), ColumnGrid(64, "hann", 64), ColumnSpan(0, 4, 1))
    assert level_db(loud)[0, 0, 0] == pytest.approx(40.0)


@given(st.floats(-150, 30))
def test_an_index_says_its_level_to_a_hundredth_of_a_db(db: float) -> None:
    assert level_db(np.array([index_of(db)], np.uint16))[0] == pytest.approx(db, abs=0.006)


def test_the_level_for_a_zoom_has_one_to_two_columns_a_pixel() -> None:
    grid = ColumnGrid.of(SpectrogramSettings(window_frames=512))
    assert grid.base_hop_frames == 32
    for frames_per_pixel in (40.0, 1000.0, 144_000.0):
        hop = grid.hop(grid.level_for(frames_per_pixel))
        assert frames_per_pixel / 2 < hop <= frames_per_pixel
    assert grid.level_for(0.5) == 0
    assert ColumnGrid.of(SpectrogramSettings(hop_frames=100)).hop(3) == 800


def test_gather_pads_windows_that_reach_beyond_the_recording() -> None:
    samples = np.arange(1, 11, dtype=np.float32)
    got = gather(ArraySource(samples), np.array([-2, 3, 8, 20]), 4)
    assert got[0].tolist() == [[0, 0, 1, 2], [4, 5, 6, 7], [9, 10, 0, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize("length", [50_000, 4096, 700, 1])
def test_the_spectrum_of_a_stretch_has_its_peak_where_the_tone_is(length: int) -> None:
    samples = np.stack([tone(1000, length, 0.5), tone(3000, length, 0.25)], axis=1)
    frequencies, levels = spectrum(ArraySource(samples), RATE, 0, length)
    assert levels.shape == (2, len(frequencies)) and frequencies[-1] == RATE / 2
    if length > 600:
        assert abs(frequencies[levels[0].argmax()] - 1000) <= RATE / min(length, 4096)
        assert levels[0].max() == pytest.approx(-6.02, abs=0.1)
        assert levels[1].max() == pytest.approx(-12.04, abs=0.1)


def test_the_spectrum_of_noise_is_the_mean_power_as_welch_has_it() -> None:
    samples = noise(200_000)
    frequencies, levels = spectrum(ArraySource(samples), RATE, 0, 200_000, window_frames=1024)
    expected = scipy.signal.welch(samples[:, 0], RATE, "hann", 1024, detrend=False, scaling="spectrum")[1]
    assert np.abs(levels[0, 1:-1] - 10 * np.log10(2 * expected[1:-1])).max() < 0.7  # 389 windows on both sides
    assert frequencies[1] == RATE / 1024


def test_the_spectrum_of_an_hour_costs_no_more_than_that_of_a_minute() -> None:
    class Hour(ArraySource):
        frames = 3600 * RATE

        def read(self, start: int = 0, frames: int | None = None) -> Floats:
            self.reads.append((start, frames or 0))
            return np.zeros((frames or 0, 1), np.float32)

    hour = Hour(np.zeros(1, np.float32))
    hour.frames = 3600 * RATE
    _, levels = spectrum(hour, RATE, 0, hour.frames)
    assert sum(count for _, count in hour.reads) <= 512 * 4096
    assert (levels == FLOOR_DB).all()


@pytest.mark.parametrize("scale", ["linear", "log", "mel"])
def test_positions_and_frequencies_are_inverse(scale: str) -> None:
    axis = FrequencyAxis(scale, 0, 8000).within(8000)  # type: ignore[arg-type]
    hz = np.linspace(axis.low_hz, 8000, 50)
    assert np.allclose(axis.frequencies(axis.positions(hz)), hz)
    assert axis.position(axis.low_hz) == pytest.approx(0) and axis.position(8000) == pytest.approx(1)
    assert (np.diff(axis.positions(hz)) > 0).all()


def test_mel_is_the_htk_formula() -> None:
    axis = FrequencyAxis("mel", 0, 8000)
    assert axis.position(1000) == pytest.approx(999.99 / 2840.02, abs=1e-4)  # HTK book: 1000 Hz is 1000 mel


@pytest.mark.parametrize("scale", ["linear", "log", "mel"])
@pytest.mark.parametrize("window", [64, 512, 4096])
@pytest.mark.parametrize("rows", [10, 300, 1200])
def test_every_row_of_pixels_shows_the_loudest_of_its_bins_and_no_bin_is_lost(
    scale: str, window: int, rows: int
) -> None:
    axis = FrequencyAxis(scale, 0, RATE / 2).within(RATE / 2)  # type: ignore[arg-type]
    bins = axis.row_map(rows, RATE, window)
    assert (bins.last > bins.first).all() and bins.first[0] >= 0 and bins.last[-1] <= window // 2 + 1
    shown = set().union(*(range(a, b) for a, b in zip(bins.first, bins.last, strict=True)))
    lowest = int(np.ceil(axis.low_hz * window / RATE))
    assert shown >= set(range(max(lowest, 1), window // 2))
    levels = np.random.default_rng(1).integers(0, 20_000, (window // 2 + 1, 5)).astype(np.uint16)
    picture = bins.picture(levels)
    for row in np.flatnonzero(bins.weights == 0):
        assert np.array_equal(picture[rows - 1 - row], levels[bins.first[row] : bins.last[row]].max(axis=0))


def test_rows_between_two_bins_show_levels_between_theirs() -> None:
    levels = np.repeat(np.array([0, 1000, 3000, 2000], np.uint16)[:, None], 2, axis=1)
    levels = np.concatenate([levels, levels[:1].repeat(29, axis=0)])
    bottom_up = FrequencyAxis("linear", 0, 750).row_map(90, RATE, 64).picture(levels)[::-1, 0].astype(int)  # 0 to bin 3
    assert bottom_up[0] < 50 and abs(bottom_up[30] - 1000) < 50 and abs(bottom_up[60] - 3000) < 50
    assert (np.diff(bottom_up[:60]) >= 0).all() and (np.diff(bottom_up[61:]) <= 0).all()
    assert RowMap.UNIT == 256


def test_a_line_between_rows_of_pixels_is_not_lost() -> None:
    axis = FrequencyAxis("linear", 0, RATE / 2)
    levels = np.zeros((4097, 3), np.uint16)
    levels[2345] = 9999
    assert axis.row_map(100, RATE, 8192).picture(levels).max() == 9999


def test_frequency_zoom_keeps_what_is_under_the_pointer_and_stays_inside() -> None:
    axis = FrequencyAxis("linear", 0, 8000)
    closer = axis.zoomed(0.5, 0.25, 8000)
    assert closer.frequency(0.25) == pytest.approx(2000)
    assert closer.high_hz - closer.low_hz == pytest.approx(4000)
    assert closer.zoomed(10, 0.5, 8000) == axis
    assert axis.moved(0.5, 8000) == axis
    assert closer.moved(-0.1, 8000).low_hz == pytest.approx(600)


@pytest.mark.parametrize("scale", ["linear", "log", "mel"])
def test_an_impossible_axis_becomes_the_whole_one(scale: str) -> None:
    axis = FrequencyAxis(scale, 9000, 500).within(4000)  # type: ignore[arg-type]
    assert 0 <= axis.low_hz < axis.high_hz <= 4000
    assert FrequencyAxis(scale, 0, 90_000).within(4000).high_hz == 4000  # type: ignore[arg-type]
