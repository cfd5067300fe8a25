"""Measurements against what the sound was made of, and against scipy."""

import numpy as np
import numpy.typing as npt
import pytest
import scipy.signal

from desktop_app.audio.measurements import Measurements, measure

RATE = 16_000


def mono(wave: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return wave[:, None].astype(np.float32)


def tone(hz: float, duration_s: float = 1.0, amplitude: float = 0.5) -> npt.NDArray[np.float64]:
    return amplitude * np.sin(2 * np.pi * hz * np.arange(round(duration_s * RATE)) / RATE)


def noise(duration_s: float = 1.0, level: float = 0.1) -> npt.NDArray[np.float64]:
    return np.random.default_rng(3).normal(0, level, round(duration_s * RATE))


def test_a_tone_has_its_own_frequency_level_and_length() -> None:
    found = measure(mono(tone(1_000)), RATE)
    assert (found.duration_s, found.low_hz, found.high_hz) == (1.0, 0.0, 8_000.0)
    assert found.peak_hz == pytest.approx(1_000, abs=0.1)
    assert found.centre_hz == pytest.approx(1_000, abs=5)
    assert found.bandwidth_90_hz is not None and found.bandwidth_90_hz < 3 * RATE / 512
    assert found.duration_90_s == pytest.approx(0.9, abs=0.005)
    assert found.rms_db == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.01)
    assert found.peak_db == pytest.approx(20 * np.log10(0.5), abs=0.01)


def test_a_sweep_spreads_its_energy_evenly_over_band_and_time() -> None:
    time_s = np.arange(2 * RATE) / RATE
    sweep = scipy.signal.chirp(time_s, 1_000, 2.0, 5_000)
    found = measure(mono(sweep), RATE)
    assert found.centre_hz == pytest.approx(3_000, abs=30)
    assert found.bandwidth_90_hz == pytest.approx(0.9 * 4_000, abs=60)
    assert found.duration_90_s == pytest.approx(1.8, abs=0.01)


def test_a_call_inside_a_longer_stretch_is_measured_by_its_energy() -> None:
    call = np.concatenate([np.zeros(RATE), tone(2_000, 0.5), np.zeros(RATE // 2)])
    found = measure(mono(call), RATE)
    assert found.duration_90_s == pytest.approx(0.45, abs=0.02)
    assert found.duration_s == 2.0


def test_white_noise_agrees_with_scipys_welch() -> None:
    wave = noise(4.0)
    hz, power = scipy.signal.welch(wave, RATE, "hann", 512, 384, detrend=False, scaling="spectrum")
    within = (hz >= 1_000) & (hz <= 3_000)
    share = np.cumsum(power[within]) / power[within].sum()
    low, centre, high = (hz[within][np.searchsorted(share, part)] for part in (0.05, 0.5, 0.95))
    found = measure(mono(wave), RATE, (1_000.0, 3_000.0))
    step = RATE / 512
    assert found.centre_hz == pytest.approx(centre, abs=step)
    assert found.bandwidth_90_hz == pytest.approx(high - low, abs=1.5 * step)
    assert found.peak_hz == pytest.approx(hz[within][power[within].argmax()], abs=0.1)
    assert (found.low_hz, found.high_hz) == (1_000.0, 3_000.0)


def test_only_the_band_counts_for_the_spectrum_and_everything_for_the_level() -> None:
    both = mono(tone(500, amplitude=0.6) + tone(3_000, amplitude=0.1))
    found = measure(both, RATE, (2_000.0, 4_000.0))
    assert found.peak_hz == pytest.approx(3_000, abs=0.1)
    assert found.peak_db == pytest.approx(20 * np.log10(np.abs(both).max()), abs=0.01)


@pytest.mark.parametrize(("hz", "band"), [(28.0, (20.0, 40.0)), (167.0, (100.0, 250.0)), (610.0, (500.0, 900.0))])
def test_a_low_call_in_a_recording_of_high_rate_is_found_within_its_band(hz: float, band: tuple[float, float]) -> None:
    rate = 48_000
    time_s = np.arange(4 * rate) / rate
    call = np.sin(2 * np.pi * hz * time_s) * ((time_s > 1) & (time_s < 3))
    found = measure(mono(call + 2 * np.sin(2 * np.pi * 4 * time_s)), rate, band)
    width = band[1] - band[0]
    assert found.peak_hz == pytest.approx(hz, abs=width / 10)
    assert found.centre_hz == pytest.approx(hz, abs=width / 10)
    assert found.bandwidth_90_hz is not None and found.bandwidth_90_hz < width / 2
    assert found.duration_90_s == pytest.approx(1.8, abs=0.2)


@pytest.mark.parametrize("snr_db", [0.0, 10.0, 20.0])
def test_the_signal_to_noise_ratio_is_that_of_the_making(snr_db: float) -> None:
    background = noise(3.0)
    signal = np.random.default_rng(8).normal(0, 0.1 * 10 ** (snr_db / 20), RATE)
    heard = background[RATE : 2 * RATE] + signal
    context = np.concatenate([background[:RATE], background[2 * RATE :]])
    found = measure(mono(heard), RATE, context=mono(context))
    assert found.snr_db == pytest.approx(snr_db, abs=0.6)


def test_another_call_in_the_context_does_not_raise_the_background() -> None:
    background = noise(3.0)
    context = np.concatenate([background[:RATE], background[2 * RATE :]])
    context[:4_000] += tone(2_000, 0.25, 0.9)
    heard = background[RATE : 2 * RATE] + tone(2_000)
    quiet = measure(mono(heard), RATE, context=mono(context)).snr_db
    assert quiet == pytest.approx(20 * np.log10(0.5 / np.sqrt(2) / 0.1), abs=0.7)


def test_without_context_the_quiet_part_of_the_stretch_is_the_background() -> None:
    wave = noise(2.0, 0.01)
    wave[RATE : RATE + RATE // 2] += tone(2_000, 0.5)
    found = measure(mono(wave), RATE).snr_db
    assert found == pytest.approx(20 * np.log10(0.5 / np.sqrt(2) / 0.01) - 10 * np.log10(4), abs=1.5)


def test_channels_are_added_as_powers() -> None:
    one = tone(1_000)
    both = measure(np.stack([one, -one], axis=1).astype(np.float32), RATE)
    alone = measure(mono(one), RATE)
    assert both.peak_hz == alone.peak_hz and both.rms_db == pytest.approx(alone.rms_db)


def test_an_hour_is_measured_like_a_minute() -> None:
    long = measure(np.tile(mono(tone(1_000)), (600, 1)), RATE)
    assert long.peak_hz == pytest.approx(1_000, abs=0.1)
    assert long.duration_90_s == pytest.approx(540, abs=1)


@pytest.mark.parametrize("frames", [0, 1, 2, 5, 511, 512, 513])
def test_short_stretches_and_silence_have_no_spectrum_but_no_error(frames: int) -> None:
    silent = measure(np.zeros((frames, 2), np.float32), RATE, (100.0, 101.0), np.zeros((frames, 2), np.float32))
    assert silent == Measurements(frames / RATE, 100.0, 101.0, None, None, None, None, None, None, None)
    loud = measure(np.full((frames, 1), 0.5, np.float32), RATE)
    assert frames == 0 or loud.peak_db == pytest.approx(20 * np.log10(0.5))


def test_a_band_above_all_frequencies_and_a_narrow_one_are_measured_where_they_can_be() -> None:
    assert measure(mono(tone(1_000)), RATE, (0.0, 96_000.0)).high_hz == 8_000.0
    assert measure(mono(tone(1_000)), RATE, (1_001.0, 1_002.0)).peak_hz == pytest.approx(1_001.5, abs=0.5)
    assert measure(mono(tone(1_000)), RATE, (90_000.0, 96_000.0)).duration_s == 1.0
