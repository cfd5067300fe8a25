"""The networks themselves; `classifier.networks` builds them by name."""

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """What all networks have in common: `embed` makes one vector of each window, `head` makes logits of it."""

    head: nn.Module
    width: int
    """Length of the vectors that `embed` returns."""

    def embed(self, x: Tensor) -> Tensor:
        """Return what the head sees, shape (batch, width), for the output of a front-end."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Return logits, shape (batch, classes), for the output of a front-end, (batch, channels, bands, columns)."""
        logits: Tensor = self.head(self.embed(x))
        return logits


class ResidualBlock(nn.Module):
    """Two temporal convolutions with a shortcut (Choi et al. 2019, TC-ResNet, figure 2)."""

    def __init__(self, channels_in: int, channels_out: int, kernel: int, stride: int) -> None:
        super().__init__()
        same = kernel // 2
        self.body = nn.Sequential(
            nn.Conv1d(channels_in, channels_out, kernel, stride, same, bias=False),
            nn.BatchNorm1d(channels_out),
            nn.ReLU(),
            nn.Conv1d(channels_out, channels_out, kernel, 1, same, bias=False),
            nn.BatchNorm1d(channels_out),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or channels_in != channels_out:
            self.shortcut = nn.Sequential(
                nn.Conv1d(channels_in, channels_out, 1, stride, bias=False), nn.BatchNorm1d(channels_out), nn.ReLU()
            )

    def forward(self, x: Tensor) -> Tensor:
        """Return shape (batch, channels_out, columns / stride) for (batch, channels_in, columns)."""
        return torch.relu(self.body(x) + self.shortcut(x))


class TemporalResNet(Network):
    """TC-ResNet: the bands are channels, all convolutions run along time (Choi et al. 2019, arXiv 1904.03814)."""

    def __init__(
        self, bands: int, classes: int, widths: tuple[int, ...], blocks: int, kernel: int, dropout: float
    ) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv1d(bands, widths[0], 3, padding=1, bias=False)]
        width = widths[0]
        for wider in widths[1:]:
            for index in range(blocks):
                layers.append(ResidualBlock(width, wider, kernel, stride=2 if index == 0 else 1))
                width = wider
        self.body = nn.Sequential(*layers)
        self.width = width
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(width, classes))

    def embed(self, x: Tensor) -> Tensor:
        """Return what the head sees, shape (batch, widths[-1]), for (batch, channels, bands, columns)."""
        features: Tensor = self.body(x.flatten(1, 2))  # (batch, widths[-1], columns / 8)
        return features.mean(dim=2)


class ComplexConvnet(Network):
    """The net of the seed recipe (Keydana 2023, "Deep Learning and Scientific Computing with R torch", chapter 26)."""

    WIDTHS = (32, 64, 128, 256, 512)

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        width = channels
        for index, wider in enumerate(self.WIDTHS):
            layers += [nn.Conv2d(width, wider, 3), nn.BatchNorm2d(wider), nn.ReLU()]
            layers += [nn.MaxPool2d(2), nn.Dropout2d(0.2)] if index < len(self.WIDTHS) - 1 else []
            width = wider
        self.body = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Dropout2d(0.2), nn.Flatten())
        self.width = width
        self.head = nn.Sequential(
            nn.Linear(width, 512), nn.BatchNorm1d(512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, classes)
        )

    def embed(self, x: Tensor) -> Tensor:
        """Return what the head sees, shape (batch, 512), for (batch, channels, bins, columns)."""
        features: Tensor = self.body(x)
        return features


class M5(Network):
    """Convolutions on the waveform itself (Dai et al. 2016, arXiv 1610.00087; the sizes of PyTorch's tutorial)."""

    POOL = 4

    def __init__(self, classes: int, widths: tuple[int, ...], kernel: int, stride: int, dropout: float) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        width = 1
        for index, wider in enumerate(widths):
            first = index == 0
            layers += [nn.Conv1d(width, wider, kernel if first else 3, stride if first else 1, bias=False)]
            layers += [nn.BatchNorm1d(wider), nn.ReLU(), nn.MaxPool1d(self.POOL)]
            width = wider
        self.body = nn.Sequential(*layers)
        self.width = width
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(width, classes))

    def embed(self, x: Tensor) -> Tensor:
        """Return what the head sees, shape (batch, widths[-1]), for waveforms as (batch, 1, 1, frames)."""
        features: Tensor = self.body(x.flatten(1, 2))  # (batch, widths[-1], what the pooling leaves of the time)
        return features.mean(dim=2)


class ResidualBlock2d(nn.Module):
    """Two convolutions over bands and time with a shortcut (He et al. 2016, arXiv 1512.03385, figure 2)."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, channels_out, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels_out),
            nn.ReLU(),
            nn.Conv2d(channels_out, channels_out, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels_out),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or channels_in != channels_out:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels_in, channels_out, 1, stride, bias=False), nn.BatchNorm2d(channels_out)
            )

    def forward(self, x: Tensor) -> Tensor:
        """Return shape (batch, channels_out, bands / stride, columns / stride) for (batch, channels_in, ...)."""
        return torch.relu(self.body(x) + self.shortcut(x))


class ResNet2d(Network):
    """A small residual net over the picture of a sound: the same call at another pitch looks the same to it."""

    def __init__(self, channels: int, classes: int, widths: tuple[int, ...], blocks: int, dropout: float) -> None:
        super().__init__()
        width = widths[0]
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        for stage, wider in enumerate(widths):
            for index in range(blocks):
                layers.append(ResidualBlock2d(width, wider, stride=2 if index == 0 and stage else 1))
                width = wider
        self.body = nn.Sequential(*layers)
        self.width = width
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(width, classes))

    def embed(self, x: Tensor) -> Tensor:
        """Return what the head sees, shape (batch, widths[-1]), for (batch, channels, bands, columns)."""
        features: Tensor = self.body(x)
        return features.mean(dim=(2, 3))
