"""Columns of a stream are those that a recording of the same sound has, however the sound came."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.ring import RingBuffer
from desktop_app.audio.rolling import RingSource, RollingColumns
from desktop_app.audio.spectrogram import ColumnGrid, ColumnSpan, columns, level_db

GRID = ColumnGrid(64, "hann", 4)
SOUND = np.random.default_rng(3).normal(0, 0.1, (6_000, 2)).astype(np.float32)
Frames = npt.NDArray[np.float32]


class Recording:
    """A recording in memory."""

    def __init__(self, sound: Frames) -> None:
        self.sound = sound
        self.frames, self.channels = sound.shape

    def read(self, start: int = 0, frames: int | None = None) -> Frames:
        return self.sound[start:] if frames is None else self.sound[start : start + frames]


def complete(rolling: RollingColumns) -> range:
    """Return the columns that are held and whose windows end before the newest frame."""
    last = (rolling.frames - GRID.window_frames // 2 - rolling.hop // 2) // rolling.hop
    return range(rolling.first, max(last + 1, rolling.first))


@given(blocks=st.lists(st.integers(1, 900), min_size=1, max_size=12), level=st.sampled_from([0, 2, 5]))
def test_the_columns_are_those_of_a_recording_whatever_the_blocks(blocks: list[int], level: int) -> None:
    ring = RingBuffer(len(SOUND), 2)
    rolling = RollingColumns(ring, GRID, level, 64)
    written = 0
    for block in blocks:
        ring.write(SOUND[written : written + block])
        written = min(written + block, len(SOUND))
        rolling.advance()
    numbers = complete(rolling)
    expected = columns(Recording(SOUND), GRID, ColumnSpan(level, numbers.start, len(numbers)))
    np.testing.assert_array_equal(rolling.levels[:, :, rolling.places(numbers)], expected)


def test_the_newest_columns_show_the_newest_whole_window_and_no_step_into_silence() -> None:
    ring = RingBuffer(len(SOUND), 2)
    rolling = RollingColumns(ring, GRID, 0, 512)
    tone = np.sin(2 * np.pi * np.arange(800) / 8).astype(np.float32)
    ring.write(np.stack([tone, tone], axis=1))
    rolling.advance()
    newest = level_db(rolling.levels[0, :, rolling.places(range(rolling.stop - 12, rolling.stop))]).T
    assert (newest[GRID.window_frames // 8] > -1).all()
    assert (newest[-4:] < -60).all()


def test_the_envelope_holds_the_lowest_and_highest_sample_round_each_column() -> None:
    ring = RingBuffer(len(SOUND), 2)
    rolling = RollingColumns(ring, GRID, 4, 64)
    for begin in range(0, 4_096, 100):
        ring.write(SOUND[begin : begin + 100])
        rolling.advance()
    number = 20
    frames = SOUND[number * 64 - 32 : number * 64 + 32]
    low, high = rolling.envelope[number % 64].T
    np.testing.assert_array_equal(low, frames.min(axis=0))
    np.testing.assert_array_equal(high, frames.max(axis=0))


def test_only_columns_near_the_newest_frame_are_computed_again() -> None:
    ring = RingBuffer(len(SOUND), 2)
    rolling = RollingColumns(ring, GRID, 3, 64)
    ring.write(SOUND[:1_000])
    assert rolling.advance() == range(rolling.stop)
    ring.write(SOUND[1_000:1_032])
    again = rolling.advance()
    assert again.stop == rolling.stop
    assert len(again) <= 4
    assert rolling.advance().start >= again.start


def test_sound_that_was_overwritten_is_no_column() -> None:
    ring = RingBuffer(1_000, 2)
    rolling = RollingColumns(ring, GRID, 3, 1_000)
    ring.write(SOUND[:3_000])
    assert rolling.advance().start == 2_016 // 32 == rolling.first
    assert rolling.stop - rolling.first < 33


def test_overwritten_sound_reads_as_silence() -> None:
    ring = RingBuffer(100, 2)
    ring.write(SOUND[:150])
    read = RingSource(ring, 150).read(40, 30)
    assert read.shape == (30, 2)
    assert not read[:10].any()
    np.testing.assert_array_equal(read[10:], SOUND[50:70])
    assert len(RingSource(ring, 120).read(110, 30)) == 10


def test_an_empty_stream_has_no_columns() -> None:
    rolling = RollingColumns(RingBuffer(100, 1), GRID, 0, 8)
    assert len(rolling.advance()) == 0
    assert np.isnan(rolling.envelope).all()
    with pytest.raises(IndexError):
        rolling.advance()[0]
