"""The play head follows what is heard, evenly, though callbacks come in bursts."""

import numpy as np
import pytest

from desktop_app.audio.playing.play_clock import PlayClock


def test_before_the_first_callback_nothing_is_heard() -> None:
    assert PlayClock(1000).heard(5.0) == 0


def test_sound_is_heard_the_delay_later_and_never_beyond_what_was_handed_over() -> None:
    clock = PlayClock(1000)
    clock.tick(0, 100, now_s=10.0, delay_s=0.2)
    assert clock.heard(10.1) == 0
    assert clock.heard(10.25) == pytest.approx(50)
    assert clock.heard(99.0) == 100


def test_bursts_of_callbacks_do_not_shake_the_play_head() -> None:
    rate, block = 16_000, 160
    noise = np.random.default_rng(3).uniform(-0.01, 0.01, 500)
    clock = PlayClock(rate)
    errors = []
    for number in range(500):
        now = number * block / rate + noise[number]
        clock.tick(number * block, block, now, delay_s=0.2)
        if number > 50:
            errors.append(clock.heard(now) / rate - (now - 0.2))
    assert np.std(errors) < 0.0025
    assert np.abs(np.mean(errors)) < 0.001


def test_after_a_gap_it_starts_anew_instead_of_creeping() -> None:
    clock = PlayClock(1000)
    clock.tick(0, 100, 0.0, 0.0)
    clock.tick(100, 100, 5.0, 0.0)
    assert clock.heard(5.05) == pytest.approx(150)
