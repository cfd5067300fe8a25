"""How well classes that nobody has heard are learnt from a few clips: tasks, draws, and features without weights."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from scipy.fft import dct
from scipy.optimize import minimize
from torch.nn.functional import conv1d

from desktop_app.classifier.engines.features import build_features
from desktop_app.classifier.few_shot import fit_ridge
from desktop_app.classifier.frontend_config import LogMelConfig, describe_front_end
from tools.evaluation.folds import Values

Array = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

PER_CLASS = (5, 10, 20)
QUARTILES = (0.25, 0.5, 0.75)
DRAWS = 12
BANDS = 40
CEPSTRA = 20
STRETCHES = 16
KERNELS, KERNEL, DILATIONS = 256, 9, (1, 2, 4, 8)
FLOOR = 1e-4


class Head(Protocol):
    """What tells classes apart by features."""

    def labels(self, vectors: Array) -> list[str]:
        """Return a class for each row."""


Fit = Callable[[Array, Sequence[str]], Head]


@dataclass(frozen=True, eq=False)
class Task:
    """Sounds of classes and of speakers or sources that the embedding has not heard."""

    name: str
    """Of the task."""
    waveforms: Array
    """Windows of one second at 16 kHz, shape (windows, frames)."""
    labels: tuple[str, ...]
    """Of each window."""
    groups: tuple[str, ...]
    """Of each window: what is learnt from and what is measured are of different groups."""


@dataclass(frozen=True)
class Method:
    """A way to learn from few clips."""

    name: str
    """For the table."""
    features: Callable[[Array], Array]
    """Waveforms -> a row each."""
    fit: Fit
    """Rows and labels -> a head."""


def measure_task(task: Task, methods: Sequence[Method]) -> Values:
    """Return for each method and number of clips a class the median and the quartiles of the accuracy over draws."""
    found: Values = {"classes": len(set(task.labels)), "windows": len(task.labels), "groups": len(set(task.groups))}
    for method in methods:
        rows = method.features(task.waveforms)
        found[method.name] = {
            str(count): [
                round(float(value), 4) for value in np.quantile(_accuracies(task, rows, method, count), QUARTILES)
            ]
            for count in PER_CLASS
        }
    return found


QUARTILES = (0.25, 0.5, 0.75)


def _accuracies(task: Task, rows: Array, method: Method, count: int) -> list[float]:
    """Return the mean share of a class judged right in each draw; the draws are the same for every method."""
    labels = np.array(task.labels)
    found = []
    for learnt, judged in _draws(task, count):
        said = np.array(method.fit(rows[learnt], labels[learnt].tolist()).labels(rows[judged]))
        right = said == labels[judged]
        found.append(float(np.mean([right[labels[judged] == name].mean() for name in set(labels[judged])])))
    return found


def _draws(task: Task, count: int) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Yield what is learnt from, `count` of each class out of half the groups, and all windows of the other half."""
    labels, groups = np.array(task.labels), np.array(task.groups)
    names = np.unique(groups)
    for number in range(DRAWS):
        random = np.random.default_rng([number, count])
        half = set(random.permutation(names)[: len(names) // 2].tolist())
        inside = np.array([group in half for group in groups])
        places = [np.flatnonzero(inside & (labels == name)) for name in np.unique(labels)]
        learnt = [random.permutation(of_class)[:count] for of_class in places]
        yield np.concatenate(learnt), np.flatnonzero(~inside)


def few_shot_table(measured: Values) -> str:
    """Return the medians of all tasks as a table in Markdown, the best of each row in bold."""
    tasks: dict[str, Values] = measured["tasks"]
    methods = [name for name, found in next(iter(tasks.values())).items() if isinstance(found, dict)]
    lines = [f"| to learn | clips of each | {' | '.join(methods)} |", "| --- | --- |" + " --- |" * len(methods)]
    for name, found in tasks.items():
        for count in PER_CLASS:
            medians = [found[method][str(count)][1] for method in methods]
            cells = [f"**{value:.1%}**" if value == max(medians) else f"{value:.1%}" for value in medians]
            lines.append(f"| {name} ({found['classes']} classes) | {count} | {' | '.join(cells)} |")
    return "\n".join(lines)


def cepstral_statistics(waveforms: Array) -> Array:
    """Return mean and deviation over time of 20 cepstra and of their differences, shape (windows, 80)."""
    cepstra = dct(_log_mel(waveforms), axis=1, norm="ortho")[:, :CEPSTRA]
    changes = np.diff(cepstra, axis=2)
    parts = [part for each in (cepstra, changes) for part in (each.mean(axis=2), each.std(axis=2))]
    return np.concatenate(parts, axis=1).astype(np.float32)


def cepstra_over_time(waveforms: Array) -> Array:
    """Return 20 cepstra in 16 stretches of time, shape (windows, 320)."""
    cepstra = dct(_log_mel(waveforms), axis=1, norm="ortho")[:, :CEPSTRA]
    stretches = [part.mean(axis=2) for part in np.array_split(cepstra, STRETCHES, axis=2)]
    return np.concatenate(stretches, axis=1).astype(np.float32)


def random_convolutions(waveforms: Array) -> Array:
    """Return what random kernels find in log-mel: share of the time above a bias, and maximum; no weights are learnt.

    As ROCKET (Dempster et al. 2020), with kernels over some bands at four dilations, shape (windows, 2048).
    """
    pictures = torch.from_numpy(_log_mel(waveforms))
    pictures = (pictures - pictures.mean()) / pictures.std()
    random = torch.Generator().manual_seed(3)
    parts = []
    for dilation in DILATIONS:
        kernels = torch.randn(KERNELS, BANDS, KERNEL, generator=random)
        kernels *= torch.rand(KERNELS, BANDS, 1, generator=random) < 3 / BANDS
        kernels -= kernels.mean(dim=2, keepdim=True)
        found = torch.cat(
            [conv1d(part, kernels, padding="same", dilation=dilation) for part in torch.split(pictures, 64)]
        )
        sample = found[:: max(1, len(found) // 64)].permute(1, 0, 2).flatten(1)  # (kernels, values)
        place = torch.rand(KERNELS, 1, generator=random) * (sample.shape[1] - 1)
        bias = sample.sort(dim=1).values.gather(1, place.long())
        parts += [(found > bias[None]).float().mean(dim=2), found.amax(dim=2)]
    return torch.cat(parts, dim=1).numpy()


def _log_mel(waveforms: Array) -> Array:
    config = LogMelConfig(mel_bands=BANDS, floor=FLOOR)
    return build_features(describe_front_end(config), waveforms.shape[1])(waveforms)[:, 0]


@dataclass(frozen=True, eq=False)
class Scaled:
    """A head on rows that are shifted and scaled by what the learnt ones had."""

    head: Callable[[Array], list[str]]
    """Takes scaled rows."""
    middle: Array
    """Subtracted."""
    deviation: Array
    """Divided by."""

    def labels(self, vectors: Array) -> list[str]:
        """Return a class for each row."""
        return self.head((vectors - self.middle) / self.deviation)


def scaled_ridge(rows: Array, labels: Sequence[str]) -> Head:
    """Return `fit_ridge` on rows of deviation 1."""
    middle, deviation = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    return Scaled(fit_ridge((rows - middle) / deviation, labels).labels, middle, deviation)


def logistic_regression(rows: Array, labels: Sequence[str]) -> Head:
    """Return multinomial logistic regression with a weight decay of 1 on rows of deviation 1."""
    middle, deviation = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    x = np.concatenate([(rows - middle) / deviation, np.ones((len(rows), 1))], axis=1)
    classes = sorted(set(labels))
    wanted = np.eye(len(classes))[[classes.index(label) for label in labels]]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(x.shape[1], len(classes))
        logits = x @ weights
        logits -= logits.max(axis=1, keepdims=True)
        shares = np.exp(logits)
        shares /= shares.sum(axis=1, keepdims=True)
        decayed = np.concatenate([weights[:-1], np.zeros((1, len(classes)))])
        value = -(wanted * np.log(shares + 1e-12)).sum() + 0.5 * (decayed**2).sum()
        return float(value), (x.T @ (shares - wanted) + decayed).ravel()

    best = minimize(loss, np.zeros(x.shape[1] * len(classes)), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    weights = best.x.reshape(x.shape[1], len(classes))

    def judge(scaled: Array) -> list[str]:
        return [classes[place] for place in (scaled @ weights[:-1] + weights[-1]).argmax(axis=1)]

    return Scaled(judge, middle, deviation)


WEIGHT_FREE = (
    Method("MFCC statistics, logistic regression", cepstral_statistics, logistic_regression),
    Method("MFCC over time, logistic regression", cepstra_over_time, logistic_regression),
    Method("random convolutions, ridge", random_convolutions, scaled_ridge),
)
