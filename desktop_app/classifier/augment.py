"""Changes that leave the label as it is, on whole batches at a time, so that a net learns words and not recordings."""

import math

import torch
from torch import Tensor

from desktop_app.classifier.augmentation import Augmentation

__all__ = [
    "Augmentation",
    "add_noise",
    "add_room",
    "change_power",
    "change_waveforms",
    "colour",
    "loudness",
    "mask",
    "mix_up",
    "warp_bands",
    "warp_time",
]


def uniform(low: float, high: float, shape: tuple[int, ...], draw: torch.Generator) -> Tensor:
    """Return float32 numbers between `low` and `high`."""
    return torch.rand(shape, generator=draw) * (high - low) + low


def change_waveforms(
    waveforms: Tensor, noises: Tensor, rate_hz: int, how: Augmentation, draw: torch.Generator
) -> Tensor:
    """Return changed copies of waveforms of shape (batch, frames); `noises` has shape (noises, frames)."""
    changed = warp_time(waveforms, how.speed, how.shift_s * rate_hz, draw)
    changed = add_room(changed, rate_hz, how.room_probability, draw)
    changed = add_noise(changed, noises, how, draw)
    gain_db = uniform(-how.quieter_db, how.louder_db, (len(changed), 1), draw)
    return (changed * 10 ** (gain_db / 20)).clamp(-1, 1)


def warp_time(waveforms: Tensor, speed: float, shift_frames: float, draw: torch.Generator) -> Tensor:
    """Play each clip faster or slower around its middle and move it; what comes in from outside is silence."""
    batch, frames = waveforms.shape
    rates = 1 + uniform(-speed, speed, (batch, 1), draw)
    shifts = uniform(-shift_frames, shift_frames, (batch, 1), draw)
    positions = (torch.arange(frames) - frames / 2) * rates + frames / 2 + shifts  # (batch, frames), in samples
    inside = positions.clamp(0, frames - 2)
    index = inside.int()
    part = inside - index
    # one flat selection by 32-bit indices is five times as fast as `gather`
    places = (index + torch.arange(batch, dtype=torch.int32)[:, None] * frames).view(-1)
    flat = waveforms.reshape(-1)
    left, right = flat.index_select(0, places).view_as(part), flat.index_select(0, places + 1).view_as(part)
    return (left + (right - left) * part) * (inside == positions)


def add_room(waveforms: Tensor, rate_hz: int, probability: float, draw: torch.Generator) -> Tensor:
    """Convolve some clips with decaying noise: direct sound, then reverberation of 0.1 to 0.5 s at a drawn level."""
    chosen = torch.rand(len(waveforms), generator=draw) < probability
    rooms = int(chosen.sum())
    if not rooms:
        return waveforms
    length = rate_hz // 3
    times_s = torch.arange(length) / rate_hz
    decay_s = uniform(0.1, 0.5, (rooms, 1), draw)  # to -60 dB
    tail = torch.randn(rooms, length, generator=draw) * torch.exp(-math.log(1000) * times_s / decay_s)
    tail /= tail.norm(dim=1, keepdim=True)
    tail *= 10 ** (uniform(-20, 0, (rooms, 1), draw) / 20)
    tail[:, 0] = 1.0
    frames = waveforms.shape[1]
    size = 2 ** math.ceil(math.log2(frames + length))
    spectrum = torch.fft.rfft(waveforms[chosen], size) * torch.fft.rfft(tail, size)
    changed = waveforms.clone()
    changed[chosen] = torch.fft.irfft(spectrum, size)[:, :frames]
    return changed


def add_noise(waveforms: Tensor, noises: Tensor, how: Augmentation, draw: torch.Generator) -> Tensor:
    """Add a drawn background, turned around in time at a drawn place, to most clips."""
    if not len(noises):
        return waveforms
    batch, frames = waveforms.shape
    rows = torch.randint(len(noises), (batch,), generator=draw)
    noise = noises[rows].roll(int(torch.randint(frames, (1,), generator=draw)), dims=1)
    wanted_db = uniform(*how.snr_db, (batch, 1), draw)
    used = (torch.rand(batch, 1, generator=draw) < how.noise_probability).to(waveforms.dtype)
    level = loudness(waveforms) / loudness(noise).clamp_min(1e-6) * 10 ** (-wanted_db / 20)
    return waveforms + noise * level * used


def loudness(waveforms: Tensor) -> Tensor:
    """Return the root mean square of each clip, shape (batch, 1)."""
    return waveforms.square().mean(dim=1, keepdim=True).sqrt()


def change_power(power: Tensor, how: Augmentation, draw: torch.Generator) -> Tensor:
    """Return band power of shape (batch, 1, bands, columns) with another voice and another microphone."""
    return colour(warp_bands(power, how.bands_shift, draw), how.colour_db, draw)


def warp_bands(power: Tensor, most: float, draw: torch.Generator) -> Tensor:
    """Stretch or squeeze the frequency axis of each clip."""
    batch, channels, bands, columns = power.shape
    positions = torch.arange(bands) * (1 + uniform(-most, most, (batch, 1), draw))  # (batch, bands)
    positions = positions.clamp(0, bands - 1.001)
    index = positions.floor().long()
    part = (positions - index)[:, None, :, None]
    place = index[:, None, :, None].expand(batch, channels, bands, columns)
    below, above = power.gather(2, place), power.gather(2, place + 1)
    return below + (above - below) * part


def colour(power: Tensor, most_db: float, draw: torch.Generator) -> Tensor:
    """Tilt and bend the spectrum of each clip by up to `most_db` at the edges."""
    batch, _, bands, _ = power.shape
    axis = torch.linspace(-1, 1, bands)
    tilt, bend = uniform(-most_db, most_db, (batch, 1), draw), uniform(-most_db, most_db, (batch, 1), draw)
    gain_db = tilt * axis + bend * (axis.square() - 1 / 3)  # (batch, bands)
    return power * (10 ** (gain_db / 10))[:, None, :, None]


def mask(features: Tensor, how: Augmentation, draw: torch.Generator) -> Tensor:
    """Blank stripes of bands and of columns with zeros, the mean of normalised features (SpecAugment)."""
    for _ in range(how.band_masks):
        features = features * _stripes(features, 2, how.band_mask_width, draw)
    for _ in range(how.column_masks):
        features = features * _stripes(features, 3, how.column_mask_width, draw)
    return features


def _stripes(features: Tensor, dim: int, widest: int, draw: torch.Generator) -> Tensor:
    batch, size = len(features), features.shape[dim]
    width = torch.randint(min(widest, size // 2) + 1, (batch, 1), generator=draw)
    start = (torch.rand(batch, 1, generator=draw) * (size - width)).long()
    axis = torch.arange(size)
    kept = ((axis < start) | (axis >= start + width)).to(features.dtype)  # (batch, size)
    shape = [batch, 1, 1, 1]
    shape[dim] = size
    return kept.view(shape)


def mix_up(features: Tensor, targets: Tensor, strength: float, draw: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return convex mixtures of pairs of a batch and of their one-hot targets (Zhang et al. 2018).

    The share of the other clip is drawn from Beta(strength, strength), by two gamma variates.
    """
    if strength <= 0:
        return features, targets
    gammas = torch._standard_gamma(torch.full((2, len(features)), strength), generator=draw) + 1e-9
    share = gammas[0] / gammas.sum(dim=0)
    share = torch.maximum(share, 1 - share)  # the clip itself always has the larger part
    other = torch.randperm(len(features), generator=draw)
    mixed = features * share.view(-1, 1, 1, 1) + features[other] * (1 - share).view(-1, 1, 1, 1)
    return mixed, targets * share[:, None] + targets[other] * (1 - share)[:, None]
