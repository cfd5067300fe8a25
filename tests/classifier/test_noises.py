"""Calculated backgrounds have the spectra and the levels they claim."""

import numpy as np
import pytest

from desktop_app.classifier.noises import at_level, babble, coloured_noise, crackle, hum, synthetic_backgrounds

RATE_HZ = 16_000


@pytest.mark.parametrize("slope", [0.0, 1.0, 2.0])
def test_coloured_noise_falls_by_its_slope(slope: float) -> None:
    power = np.abs(np.fft.rfft(coloured_noise(2**17, slope, np.random.default_rng(1)))) ** 2
    bins = np.arange(64, 2**16)
    bands = np.array_split(bins, np.flatnonzero(np.diff(np.log2(bins).astype(int))) + 1)
    levels = [np.log2(power[band].mean()) for band in bands]
    assert np.polyfit(np.arange(len(levels)), levels, 1)[0] == pytest.approx(-slope, abs=0.15)


def test_hum_lies_on_multiples_of_one_frequency() -> None:
    spectrum = np.abs(np.fft.rfft(hum(RATE_HZ, RATE_HZ, np.random.default_rng(0))))
    peaks = np.flatnonzero(spectrum > 0.2 * spectrum.max())
    assert 1 <= len(peaks) <= 40
    assert peaks[0] in (50, 60) or 80 <= peaks[0] <= 400


@pytest.mark.parametrize("seed", range(5))
def test_every_background_has_the_level_asked_for(seed: int) -> None:
    random = np.random.default_rng(seed)
    voices = random.normal(size=(20, 4_000)).astype(np.float32)
    for sound in (crackle(4_000, random), babble(voices, random), hum(4_000, RATE_HZ, random)):
        assert float(np.sqrt(np.mean(sound**2))) == pytest.approx(1, rel=1e-3)
    assert not at_level(np.zeros(5), 1.0).any()


def test_a_set_of_backgrounds_has_digital_silence_stays_in_range_and_repeats() -> None:
    voices = np.random.default_rng(1).normal(size=(20, 4_000)).astype(np.float32)
    first, second = (synthetic_backgrounds(36, voices, RATE_HZ, np.random.default_rng(2)) for _ in range(2))
    assert first.shape == (36, 4_000)
    assert sum(not sound.any() for sound in first) == 3
    assert np.abs(first).max() <= 1
    np.testing.assert_array_equal(first, second)
