"""The folds of commands12: every fifth of the speakers once held back, the rest learnt from as for what ships."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch

from desktop_app.classifier.frontend import LogMel, LogMelConfig, describe_front_end, fitted_to, output_shape
from desktop_app.classifier.networks import NETWORKS, build_network
from desktop_app.classifier.training import TrainingSettings
from tools.evaluation.folds import Values, judged, trained, training_values
from tools.shipping import FLOOR_SHARE
from tools.speech_material import Material, kept
from tools.train_commands12 import (
    AUGMENTATION,
    CLASS_SHARES,
    CLASSES,
    SAMPLE_RATE_HZ,
    WINDOW_FRAMES,
    Split,
    load_material,
    training_data,
)

FOLDS = ("0", "1", "2", "3", "4")
NETWORK = "tc_resnet_14_2.5"
VALIDATION_SHARE = 0.07  # of the speakers, for the temperature: those that come after the fold


@dataclass(frozen=True)
class Options:
    """How a fold is trained."""

    spoken: Path = Path("build/spoken_words")
    """What tools/speak_words.py wrote."""
    epochs: int = 40
    """Rounds of 6,000 draws, seven minutes on one core; the shipped weights had 100."""
    bfloat16: bool = True
    """Where the processor has the instructions."""


def split_of(fold: str) -> Split:
    """Return which speakers are measured in a fold, and which set the temperature."""
    place = FOLDS.index(fold)
    after = (place + 1) / len(FOLDS) % 1
    return Split(test=(place / len(FOLDS), (place + 1) / len(FOLDS)), validation=(after, after + VALIDATION_SHARE))


def measure_fold(data: Path, fold: str, options: Options = Options()) -> Values:
    """Train as `tools.train_commands12` does, but without the speakers of the fold, and return what it is worth."""
    material, split = _material(data, options.spoken), split_of(fold)
    learning = training_data(material, split)
    held_back, test = (kept(material.benchmark, wanted) for wanted in (split.in_validation, split.in_test))
    sample = learning.train.floats(torch.arange(0, len(learning.train), 3))
    config = fitted_to(LogMelConfig(sample_rate_hz=SAMPLE_RATE_HZ), sample, FLOOR_SHARE)
    settings = TrainingSettings(
        epochs=options.epochs, bfloat16=options.bfloat16, class_shares=CLASS_SHARES, augmentation=AUGMENTATION
    )
    torch.manual_seed(settings.seed)  # the first weights
    shape = output_shape(describe_front_end(config), WINDOW_FRAMES)
    network, front_end = build_network(NETWORKS[NETWORK], shape, len(CLASSES)), LogMel(config)
    curve = trained(network, front_end, learning, settings, test)
    return {
        **judged(network, front_end, held_back, test),
        **training_values(curve, len(learning.train)),
        "bfloat16": options.bfloat16,
    }


@lru_cache(maxsize=1)
def _material(data: Path, spoken: Path) -> Material:
    return load_material(data, spoken)
