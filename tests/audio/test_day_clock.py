"""Every frame knows its time of day, also when the card runs fast, sound is missing or somebody sets the clock."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.day_clock import COMPARED_S, TOLERANCE_S, DayClock

RATE = 48_000
BEGUN_S = 1_800_000_000.0
DAY = 86_400


@pytest.fixture
def clock() -> DayClock:
    made = DayClock(RATE)
    made.begin(0, BEGUN_S)
    return made


def hear(clock: DayClock, seconds: range, speed: float = 1.0, ahead_s: float = 0.0) -> None:
    """Let a block come every second of a computer whose clock is ahead, from a card that runs at this speed."""
    for second in seconds:
        clock.compare(round(second * speed * RATE), BEGUN_S + second + ahead_s)


@pytest.mark.parametrize("speed", [1 - 1e-4, 1 + 1e-4])
def test_a_card_that_runs_wrong_by_ten_seconds_a_day_is_right_after_a_day(clock: DayClock, speed: float) -> None:
    hear(clock, range(1, DAY), speed)
    assert clock.at_s(round(DAY * speed * RATE)) == pytest.approx(BEGUN_S + DAY, abs=1.1 * TOLERANCE_S)
    hours_s = [clock.at_s(round(hour * 3600 * speed * RATE)) for hour in range(25)]
    assert all(after - before == pytest.approx(3600, abs=0.2) for before, after in pairwise(hours_s))


@pytest.mark.parametrize("ahead_s", [-3600.0, 0.5, 1e9])
def test_a_clock_that_is_set_holds_from_then_on_and_not_before(clock: DayClock, ahead_s: float) -> None:
    hear(clock, range(1, 100))
    hear(clock, range(100, 130), ahead_s=ahead_s)
    assert clock.at_s(50 * RATE) == BEGUN_S + 50
    assert clock.at_s(130 * RATE) == pytest.approx(BEGUN_S + 130 + ahead_s)


def test_a_computer_that_is_busy_changes_nothing(clock: DayClock) -> None:
    for second in range(1, 200):
        clock.compare(second * RATE, BEGUN_S + second + (COMPARED_S / 2 if second % 9 else 0.01))
    assert clock.at_s(200 * RATE) == BEGUN_S + 200


def test_sound_that_is_found_to_be_missing_shifts_what_came_after_it(clock: DayClock) -> None:
    hear(clock, range(1, 12), ahead_s=5.0)
    clock.delay(4 * RATE, 0.5)
    assert [clock.at_s(at * RATE) - BEGUN_S for at in (3, 4, 20)] == pytest.approx([3, 4.5, 25.5])


@given(st.lists(st.tuples(st.integers(0, 10**9), st.floats(0, 100)), max_size=20))
def test_whatever_is_missing_in_whatever_order_it_is_found_times_rise(gaps: list[tuple[int, float]]) -> None:
    clock = DayClock(RATE)
    clock.begin(0, BEGUN_S)
    for frame, missing_s in gaps:
        clock.delay(frame, missing_s)
    total_s = sum(missing_s for _, missing_s in gaps)
    assert clock.at_s(10**9) == pytest.approx(BEGUN_S + 10**9 / RATE + total_s)
    times_s = [clock.at_s(frame) for frame in range(0, 10**9, 10**7)]
    assert times_s == sorted(times_s)
