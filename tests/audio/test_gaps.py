"""Sound that never came is found by counting, and a busy machine or a drifting clock is not taken for it."""

from collections.abc import Iterable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.gaps import FrameCount, Gap

RATE = 48_000
BLOCK = 2_400


def gaps_of(arrivals: Iterable[tuple[int, float]]) -> list[Gap]:
    count = FrameCount(RATE)
    return [gap for written, now_s in arrivals if (gap := count.count(written, now_s)) is not None]


def arrivals(
    seconds: float, *, jitter_s: float = 0.02, lost: dict[int, int] | None = None, clock: float = 1.0, seed: int = 0
) -> list[tuple[int, float]]:
    """Return (frames written, time) of each block; `lost` takes frames away before a block of that number."""
    late_s = np.random.default_rng(seed).uniform(0, jitter_s, round(seconds * RATE / BLOCK))
    found, written, missing = [], 0, 0
    for number, late in enumerate(late_s, start=1):
        missing += (lost or {}).get(number, 0)
        written += max(BLOCK - missing, 0)
        if missing < BLOCK:
            found.append((written, 100 + number * BLOCK / RATE * clock + late))
        missing = max(missing - BLOCK, 0)
    return found


@given(seed=st.integers(0, 1_000), clock=st.floats(1 - 5e-4, 1 + 5e-4))
def test_jitter_and_drift_are_no_gaps(seed: int, clock: float) -> None:
    assert gaps_of(arrivals(120, seed=seed, clock=clock)) == []


@given(seed=st.integers(0, 1_000), at_block=st.integers(60, 1_000), frames=st.integers(3_000, 500_000))
def test_a_gap_is_found_with_its_length_and_place(seed: int, at_block: int, frames: int) -> None:
    found = gaps_of(arrivals(120, lost={at_block: frames}, seed=seed))
    assert abs(sum(gap.frames for gap in found) - frames) <= 600
    assert [abs(gap.at_frame - (at_block - 1) * BLOCK) <= 2.1 * RATE for gap in found] == [True]


def test_many_small_losses_add_up() -> None:
    found = gaps_of(arrivals(60, jitter_s=0.004, lost=dict.fromkeys(range(20, 1_200, 20), 480)))
    assert sum(gap.frames for gap in found) > 0.8 * 59 * 480


def test_a_machine_that_is_busy_for_seconds_and_then_catches_up_has_lost_nothing() -> None:
    """Blocks of 2.6 s come all at once, as after a call that held the interpreter."""
    steady = arrivals(30)
    late = [(written, now_s if not 110 < now_s < 112.6 else 112.6) for written, now_s in steady]
    assert gaps_of(late) == []
