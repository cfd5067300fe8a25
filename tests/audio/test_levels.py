"""A meter shows what is loud, holds it, falls back, and points out overload and a dead microphone."""

import numpy as np
import pytest
from numpy.typing import NDArray

from desktop_app.audio.levels import FLOOR_DB, LevelMeter, Levels

RATE = 8_000


def sine(seconds: float, amplitude: float = 1.0) -> NDArray[np.float32]:
    t = np.arange(round(seconds * RATE)) / RATE
    return (amplitude * np.sin(2 * np.pi * 1_000 * t + np.pi / 4)).astype(np.float32)[:, None]


def shown(meter: LevelMeter, sound: NDArray[np.float32], block: int = 160) -> Levels:
    return [meter.push(sound[start : start + block]) for start in range(0, len(sound), block)][-1]


def test_a_sine_of_half_scale_has_its_peak_and_its_power() -> None:
    levels = shown(LevelMeter(RATE, 1), sine(1, 0.5))
    assert levels.rms_db[0] == pytest.approx(-9.03, abs=0.05)
    assert levels.peak_db[0] == pytest.approx(-6.02, abs=3.1), "the samples of an eighth of the rate miss the tops"
    assert not levels.clipped


def test_each_channel_has_its_own_level() -> None:
    levels = LevelMeter(RATE, 2).push(np.array([[0.5, 0.0], [-0.1, 0.05]], np.float32))
    assert levels.peak_db == pytest.approx((-6.02, -26.02), abs=0.01)


def test_a_peak_falls_slowly_and_is_held_for_a_moment() -> None:
    meter = LevelMeter(RATE, 1)
    meter.push(np.ones((80, 1), np.float32) * 0.5)
    soon = shown(meter, sine(1, 1e-4))
    assert soon.peak_db[0] == pytest.approx(-26, abs=0.5)
    assert soon.hold_db[0] == pytest.approx(-6.02, abs=0.01)
    later = shown(meter, sine(4, 1e-4))
    assert later.hold_db[0] < -70


def test_overload_lights_up_and_goes_out() -> None:
    meter = LevelMeter(RATE, 1)
    assert meter.push(np.ones((1, 1), np.float32)).clipped
    assert shown(meter, sine(1, 0.5)).clipped
    assert not shown(meter, sine(1.5, 0.5)).clipped


def test_two_seconds_of_zeros_are_pointed_out_and_one_sample_ends_it() -> None:
    meter = LevelMeter(RATE, 1)
    zeros = np.zeros((2 * RATE, 1), np.float32)
    assert not shown(meter, zeros[: RATE * 19 // 10]).silent
    levels = shown(meter, zeros[: RATE // 5])
    assert levels.silent
    assert levels.peak_db == levels.rms_db == (FLOOR_DB,)
    assert not meter.push(np.full((1, 1), 2**-15, np.float32)).silent
