"""The speed of a job: right when steady, smooth when not, and blind to pauses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.services.rates import RateMeter


@given(speed=st.floats(0.1, 1e6), step_s=st.floats(0.01, 5), steps=st.integers(1, 50))
def test_a_steady_speed_is_shown_as_it_is_from_the_second_report_on(speed: float, step_s: float, steps: int) -> None:
    meter = RateMeter()
    assert meter.rate(0, 100.0) == 0
    for number in range(1, steps + 1):
        shown = meter.rate(speed * step_s * number, 100.0 + step_s * number)
    assert shown == pytest.approx(speed, rel=1e-6)


@given(counts=st.lists(st.floats(0, 1000), min_size=2, max_size=30))
def test_the_speed_lies_between_the_slowest_and_the_fastest_step(counts: list[float]) -> None:
    meter = RateMeter()
    meter.rate(0, 0.0)
    done = 0.0
    for number, count in enumerate(counts, 1):
        done += count
        shown = meter.rate(done, float(number))
    assert min(counts) - 1e-6 <= shown <= max(counts) + 1e-6


def test_a_pause_does_not_count() -> None:
    meter = RateMeter()
    meter.rate(0, 0.0)
    meter.rate(10, 1.0)
    meter.pause(1.0)
    meter.resume(1001.0)
    assert meter.rate(20, 1002.0) == pytest.approx(10)


def test_a_count_that_starts_again_is_no_negative_speed() -> None:
    meter = RateMeter()
    meter.rate(50, 0.0)
    assert meter.rate(0, 1.0) == 0
    assert meter.rate(5, 2.0) == pytest.approx(5)
