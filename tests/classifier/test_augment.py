"""Every augmentation does what it says and nothing else."""

import math

import pytest
import torch
from torch import Tensor

from desktop_app.classifier.augment import (
    Augmentation,
    add_noise,
    add_room,
    change_power,
    change_waveforms,
    colour,
    loudness,
    mask,
    mix_up,
    warp_bands,
    warp_time,
)

RATE_HZ = 16_000
HOW = Augmentation()


def draw(seed: int = 1) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def sines(batch: int = 4, pitch_hz: float = 440.0, frames: int = 16_000) -> Tensor:
    times_s = torch.arange(frames) / RATE_HZ
    return (0.3 * torch.sin(2 * math.pi * pitch_hz * times_s)).repeat(batch, 1)


def loudest_hz(waveform: Tensor) -> float:
    return float(torch.fft.rfft(waveform).abs().argmax()) * RATE_HZ / len(waveform)


def test_no_warp_leaves_the_sound() -> None:
    torch.testing.assert_close(warp_time(sines(), 0.0, 0.0, draw())[:, :-1], sines()[:, :-1])


def test_speed_moves_the_pitch_of_each_clip_within_its_limits() -> None:
    pitches = [loudest_hz(clip) for clip in warp_time(sines(32), 0.15, 0.0, draw())]
    assert min(pitches) >= 440 * 0.84
    assert max(pitches) <= 440 * 1.16
    assert max(pitches) - min(pitches) > 60


def test_a_shift_moves_a_click_and_fills_with_silence() -> None:
    clicks = torch.zeros(64, 1_000)
    clicks[:, 500] = 1.0
    places = warp_time(clicks, 0.0, 100.0, draw()).argmax(dim=1)
    assert 400 <= int(places.min()) < 450
    assert 550 < int(places.max()) <= 600
    assert float(warp_time(torch.ones(8, 1_000), 0.0, 900.0, draw()).min()) == 0.0


def test_noise_lies_the_drawn_distance_below_the_clip() -> None:
    how = Augmentation(noise_probability=1.0, snr_db=(12.0, 12.0))
    noise = 0.5 * torch.randn(3, 16_000, generator=draw())
    added = add_noise(sines(), noise, how, draw()) - sines()
    distance_db = 20 * torch.log10(loudness(sines()) / loudness(added))
    torch.testing.assert_close(distance_db, torch.full((4, 1), 12.0), atol=0.01, rtol=0)


def test_noise_is_added_to_the_share_of_clips_asked_for() -> None:
    noise = torch.randn(3, 500, generator=draw())
    clips = sines(2_000, frames=500)
    changed = (add_noise(clips, noise, Augmentation(noise_probability=0.3), draw()) != clips).any(dim=1)
    assert float(changed.float().mean()) == pytest.approx(0.3, abs=0.05)
    assert torch.equal(add_noise(clips, noise[:0], HOW, draw()), clips)


def test_digital_silence_stays_digital_silence() -> None:
    noise = torch.randn(3, 16_000, generator=draw())
    assert not change_waveforms(torch.zeros(8, 16_000), noise, RATE_HZ, HOW, draw()).any()


def test_a_room_adds_what_comes_after_and_nothing_before() -> None:
    clicks = torch.zeros(6, 16_000)
    clicks[:, 3_000] = 1.0
    heard = add_room(clicks, RATE_HZ, 1.0, draw())
    assert float(heard[:, :2_990].abs().max()) < 1e-4
    torch.testing.assert_close(heard[:, 3_000], torch.ones(6), atol=1e-4, rtol=0)
    assert bool((heard[:, 3_001:6_000].abs().amax(dim=1) > 0.001).all())


def test_waveforms_never_leave_full_scale() -> None:
    loud = 3 * sines(16)
    assert float(change_waveforms(loud, loud, RATE_HZ, HOW, draw()).abs().max()) <= 1.0


def test_stretched_bands_move_a_peak_by_their_share() -> None:
    power = torch.zeros(64, 1, 64, 5)
    power[:, :, 40] = 1.0
    peaks = warp_bands(power, 0.12, draw()).mean(dim=(1, 3)).argmax(dim=1)
    assert 35 <= int(peaks.min()) < 40 < int(peaks.max()) <= 46


def test_colour_changes_bands_by_at_most_tilt_and_bend_together() -> None:
    gain_db = 10 * torch.log10(colour(torch.ones(64, 1, 32, 3), 6.0, draw()))
    assert float(gain_db.abs().max()) <= 6 + 6 * 2 / 3 + 1e-4
    assert float(gain_db.std(dim=3).max()) < 1e-5


def test_masks_blank_no_more_than_their_widths() -> None:
    masked = mask(torch.ones(200, 1, 64, 101), HOW, draw())
    blank_bands = (masked.amax(dim=3) == 0).sum(dim=2)
    blank_columns = (masked.amax(dim=2) == 0).sum(dim=2)
    assert 8 < int(blank_bands.max()) <= 16
    assert 20 < int(blank_columns.max()) <= 40


def test_mixtures_keep_the_larger_part_of_the_clip_and_of_its_target() -> None:
    features = torch.arange(6.0).view(6, 1, 1, 1).expand(6, 1, 2, 2)
    targets = torch.eye(6)
    mixed, shares = mix_up(features, targets, 0.2, draw())
    assert bool((shares.diagonal() >= 0.5).all())
    torch.testing.assert_close(shares.sum(dim=1), torch.ones(6))
    torch.testing.assert_close(mixed[:, 0, 0, 0], shares @ torch.arange(6.0))
    assert mix_up(features, targets, 0.0, draw())[0] is features


def test_the_same_seed_changes_sounds_in_the_same_way() -> None:
    noise = torch.randn(3, 16_000, generator=draw())
    power = torch.rand(4, 1, 16, 9, generator=draw())
    first, second = (change_waveforms(sines(), noise, RATE_HZ, HOW, draw(seed)) for seed in (5, 5))
    assert torch.equal(first, second)
    assert not torch.equal(first, change_waveforms(sines(), noise, RATE_HZ, HOW, draw(6)))
    assert torch.equal(change_power(power, HOW, draw(5)), change_power(power, HOW, draw(5)))
