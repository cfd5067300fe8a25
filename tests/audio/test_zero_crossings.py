"""The nearest zero of a wave: truly a zero of the line through its samples, and none is nearer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from desktop_app.audio.zero_crossings import Samples, nearest_zero

WAVES = arrays(np.float32, st.integers(1, 60), elements=st.sampled_from([-1.0, -0.25, 0.0, 0.0, 0.125, 0.5]))
PLACES = st.floats(-5, 65, allow_nan=False)
REACHES = st.floats(0, 70, allow_nan=False)


def zeros_by_hand(samples: Samples, at: float) -> list[float]:
    """Return every zero of the line through the samples, of silence the place nearest to `at`."""
    found = [float(place) for place, value in enumerate(samples.tolist()) if value == 0]
    pairs = zip(samples.tolist(), samples.tolist()[1:], strict=False)
    for place, (left, right) in enumerate(pairs):
        if left == right == 0:
            found.append(min(max(at, place), place + 1))
        elif left * right < 0:
            found.append(place + left / (left - right))
    return found


@given(WAVES, PLACES, REACHES)
def test_it_is_a_zero_within_reach_and_none_is_nearer(samples: Samples, at: float, reach: float) -> None:
    distances = [abs(zero - at) for zero in zeros_by_hand(samples, at)]
    nearest = nearest_zero(samples, at, reach)
    if nearest is None:
        assert all(distance > reach - 1e-9 for distance in distances)
    else:
        assert np.interp(nearest, np.arange(len(samples)), samples) == pytest.approx(0, abs=1e-6)
        assert abs(nearest - at) == pytest.approx(min(distances), abs=1e-9)
        assert abs(nearest - at) <= reach


@given(WAVES, PLACES, REACHES)
def test_what_has_come_to_rest_stays_there(samples: Samples, at: float, reach: float) -> None:
    nearest = nearest_zero(samples, at, reach)
    if nearest is not None:
        assert nearest_zero(samples, nearest, reach) == pytest.approx(nearest, abs=1e-9)


@given(st.floats(40, 4_000), st.floats(0, 1), st.integers(250, 750))
def test_a_sine_is_cut_where_its_formula_is_zero(hz: float, phase: float, at: int) -> None:
    cycles = hz / 16_000
    samples = np.sin(2 * np.pi * (cycles * np.arange(1_000) + phase)).astype(np.float32)
    nearest = nearest_zero(samples, at, 500)
    assert nearest is not None
    assert abs(nearest - at) <= 0.25 / cycles + 0.5
    half_cycles = 2 * (cycles * nearest + phase)
    assert abs(half_cycles - round(half_cycles)) / (2 * cycles) < 0.5, "nearer to the true zero than half a frame"


def test_the_rounded_place_is_the_quieter_of_two_samples() -> None:
    assert nearest_zero(np.array([0.9, -0.1], np.float32), 0, 5) == pytest.approx(0.9)


def test_a_wave_that_never_crosses_has_no_zero() -> None:
    assert nearest_zero(np.full(100, 0.1, np.float32), 50, 100) is None
    assert nearest_zero(np.zeros(0, np.float32), 0, 10) is None
