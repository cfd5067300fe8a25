"""The front-ends as matrix products, for graphs that leave Earmark: few programs have ONNX's Fourier transform.

A real transform of a symmetric window splits into a cosine part of the even half of each frame and a sine part of the
odd half, which halves the multiplications: 352 us a clip instead of 556 for the plain matrix and 639 for a convolution
(ONNX Runtime, one core).
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from desktop_app.classifier.engines.features import hann, mel_bands
from desktop_app.classifier.frontend_config import LogMelConfig, SpectralConfig, describe_front_end, output_shape


class GraphFrontEnd(nn.Module):
    """Waveforms -> the input of a network, equal to the torch front-end to 1e-4, by plain arithmetic alone."""

    cosines: Tensor
    sines: Tensor
    bands: Tensor
    turn: Tensor

    def __init__(self, config: SpectralConfig, frames: int) -> None:
        super().__init__()
        self.config = config
        self.columns = output_shape(describe_front_end(config), frames).columns
        size, length = config.n_fft, config.window_frames
        half = (length - 1) // 2  # pairs of samples around the middle; the window is 0 at its first sample
        places = torch.arange(length - half, length, dtype=torch.float64) - length / 2
        bins = torch.arange(size // 2 + 1, dtype=torch.float64)
        right = torch.from_numpy(hann(length)).double()[length - half :, None]
        middle = torch.ones(
            1 - length % 2, len(bins), dtype=torch.float64
        )  # an even window has a sample of its own there
        cosines = torch.cat([middle, right * _angles(places, bins, size).cos()])
        self.register_buffer("cosines", cosines.float())
        self.register_buffer("sines", (right * _angles(places, bins, size).sin()).float())
        turn = -2 * math.pi * bins * ((size - length) // 2 + length / 2) / size  # from the frame's middle to its start
        self.register_buffer("turn", torch.stack([turn.cos(), turn.sin()]).float())
        bands = torch.from_numpy(mel_bands(config)) if isinstance(config, LogMelConfig) else torch.zeros(0)
        self.register_buffer("bands", bands)

    def forward(self, waveforms: Tensor) -> Tensor:
        """Return shape (batch, channels, bands, columns) for waveforms of shape (batch, frames)."""
        config = self.config
        if isinstance(config, LogMelConfig):
            real, odd = self._parts(waveforms - waveforms.mean(dim=1, keepdim=True))
            power = torch.matmul(real * real + odd * odd, self.bands)
            logarithm = (torch.log(power + config.floor) - config.mean) * (1 / config.deviation)
            return logarithm.transpose(1, 2).unsqueeze(1)
        real, odd = self._parts(waveforms)
        if config.normalized:
            energy = float((hann(config.window_frames) ** 2).sum()) ** -0.5
            real, odd = real * energy, odd * energy
        if config.power is None:  # even - i odd, turned from the middle of the frame to its start
            parts = [real * self.turn[0] + odd * self.turn[1], real * self.turn[1] - odd * self.turn[0]]
            return torch.stack(parts, dim=1).transpose(2, 3)
        power = real * real + odd * odd
        return (power if config.power == 2 else power ** (config.power / 2)).transpose(1, 2).unsqueeze(1)

    def _parts(self, waveforms: Tensor) -> tuple[Tensor, Tensor]:
        """Return the transform of the even and of the odd half of each frame, shape (batch, columns, bins)."""
        length = self.config.window_frames
        half = (length - 1) // 2
        frames = self._frames(waveforms)
        right, left = frames[:, :, length - half :], torch.flip(frames[:, :, 1 : half + 1], [2])
        even = right + left
        if length % 2 == 0:
            even = torch.cat([frames[:, :, length // 2 : length // 2 + 1], even], dim=2)
        return torch.matmul(even, self.cosines), torch.matmul(right - left, self.sines)

    def _frames(self, waveforms: Tensor) -> Tensor:
        """Return the windows of the mirrored waveforms, shape (batch, columns, window), cut from blocks of a hop."""
        size, length, hop = self.config.n_fft, self.config.window_frames, self.config.hop_frames
        reach, offset = size // 2, (size - length) // 2
        mirrored = pad(waveforms.unsqueeze(1), (reach, reach), mode="reflect")[:, 0, offset:]
        parts = -(-length // hop)
        blocks = self.columns - 1 + parts
        missing = max(0, blocks * hop - (waveforms.shape[1] + 2 * reach - offset))
        rows = pad(mirrored, (0, missing))[:, : blocks * hop].reshape(-1, blocks, hop)
        return torch.cat([rows[:, part : part + self.columns] for part in range(parts)], dim=2)[:, :, :length]


def _angles(places: Tensor, bins: Tensor, size: int) -> Tensor:
    """Return the angle of each bin at each place around the middle of a frame, shape (places, bins)."""
    return 2 * math.pi * places[:, None] * bins / size
