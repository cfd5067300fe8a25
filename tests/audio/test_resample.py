"""Resampling: a stream equals one shot, tones keep their place, what cannot be represented goes."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.audio.resample import StreamResampler, resample

RATES = st.sampled_from([8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 192_000])
Frames = npt.NDArray[np.float32]


def noise(frames: int, channels: int) -> Frames:
    return np.random.default_rng(frames).normal(0, 0.2, (frames, channels)).astype(np.float32)


def tone(hz: float, rate_hz: int, seconds: float = 1.0) -> Frames:
    t = np.arange(int(rate_hz * seconds)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * hz * t)).astype(np.float32)[:, None]


@settings(max_examples=80, deadline=None)
@given(RATES, RATES, st.integers(0, 9_000), st.integers(1, 3), st.lists(st.integers(0, 4_000), max_size=12))
def test_a_stream_in_blocks_of_any_size_equals_one_shot(
    from_hz: int, to_hz: int, frames: int, channels: int, block_sizes: list[int]
) -> None:
    sound = noise(frames, channels)
    stream, position, parts = StreamResampler(from_hz, to_hz, channels), 0, []
    for size in block_sizes:
        parts.append(stream.push(sound[position : position + size]))
        position += size
    parts.append(stream.push(sound[position:], last=True))
    np.testing.assert_array_equal(np.concatenate(parts), resample(sound, from_hz, to_hz))


@settings(max_examples=60, deadline=None)
@given(RATES, RATES, st.integers(0, 9_000))
def test_the_length_follows_the_rates(from_hz: int, to_hz: int, frames: int) -> None:
    assert len(resample(noise(frames, 1), from_hz, to_hz)) == pytest.approx(frames * to_hz / from_hz, abs=0.5000001)


@pytest.mark.parametrize("to_hz", [8_000, 22_050, 44_100, 48_000])
def test_a_tone_stays_the_same_tone_in_the_same_place(to_hz: int) -> None:
    converted, ideal = resample(tone(1_000, 16_000), 16_000, to_hz), tone(1_000, to_hz)
    inside = slice(to_hz // 10, -to_hz // 10)  # the edges ring, as the tone starts and stops there
    np.testing.assert_allclose(converted[inside], ideal[inside], atol=2e-5)


def test_what_lies_above_the_new_limit_is_gone() -> None:
    assert np.abs(resample(tone(6_000, 48_000), 48_000, 8_000)[800:-800]).max() < 1e-4


def test_the_same_rate_changes_nothing() -> None:
    sound = noise(500, 2)
    np.testing.assert_array_equal(resample(sound, 16_000, 16_000), sound)


def test_one_dimension_stays_one_dimension() -> None:
    assert resample(noise(480, 1)[:, 0], 48_000, 16_000).shape == (160,)


def test_a_strided_view_and_wider_floats_are_taken() -> None:
    sound = noise(4_800, 2)
    np.testing.assert_array_equal(resample(sound[:, 1:], 48_000, 16_000), resample(sound, 48_000, 16_000)[:, 1:])
    assert resample(sound.astype(np.float64), 48_000, 16_000).dtype == np.float32
