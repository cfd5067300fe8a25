"""The folds of commands12: every fifth of the speakers once held back, the rest learnt from as for what ships."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from desktop_app.classifier.data.dataset import ClipSet
from desktop_app.classifier.measuring.evaluation import Evaluation, evaluate, fit_temperature
from desktop_app.classifier.networks import NETWORKS
from desktop_app.classifier.training import TrainingData, TrainingSettings
from tools import shipping
from tools.evaluation.folds import Values, results_of, training_values
from tools.shipping import FoldRun
from tools.speech_material import Material, kept
from tools.train_commands12 import (
    AUGMENTATION,
    CLASS_SHARES,
    CLASSES,
    FRONT_END,
    NETWORK,
    Split,
    load_material,
    training_data,
)

FOLDS = ("0", "1", "2", "3", "4")
VALIDATION_SHARE = 0.07  # of the speakers, for the temperature: those that come after the fold


@dataclass(frozen=True)
class Options:
    """How a fold is trained."""

    spoken: Path = Path("build/spoken_words")
    """What tools/speak_words.py wrote."""
    epochs: int = 100
    """Rounds of 6,000 draws, a quarter of an hour on one core; as many as the shipped weights had."""
    bfloat16: bool = True
    """Where the processor has the instructions."""

    @property
    def settings(self) -> TrainingSettings:
        """Return those of the shipped weights."""
        return TrainingSettings(
            epochs=self.epochs, bfloat16=self.bfloat16, class_shares=CLASS_SHARES, augmentation=AUGMENTATION
        )


@dataclass(frozen=True, eq=False)
class Trained:
    """A network that has not learnt from the speakers of a fold, and what it is worth on them."""

    run: FoldRun
    """The network, and what it says of the fold's clips."""
    learning: TrainingData
    """What it has learnt from."""
    held_back: ClipSet
    """Other speakers, for the temperature."""

    @cached_property
    def temperature(self) -> float:
        """Return what the scores are divided by."""
        return fit_temperature(self.run.made.logits(self.held_back), self.held_back.targets)

    @cached_property
    def results(self) -> Evaluation:
        """Return the measures on the clips of the fold."""
        run = self.run
        return evaluate(run.logits / self.temperature, run.test.targets, CLASSES, run.test.groups)


def split_of(fold: str) -> Split:
    """Return which speakers are measured in a fold, and which set the temperature."""
    place = FOLDS.index(fold)
    after = (place + 1) / len(FOLDS) % 1
    return Split(test=(place / len(FOLDS), (place + 1) / len(FOLDS)), validation=(after, after + VALIDATION_SHARE))


def train_fold(data: Path, fold: str, options: Options) -> Trained:
    """Train as `tools.train_commands12` does, but without the speakers of the fold."""
    material, split = material_of(data, options.spoken), split_of(fold)
    learning, settings = training_data(material, split), options.settings
    made = shipping.begin(learning.train, FRONT_END, NETWORKS[NETWORK], settings.seed)
    run = shipping.run_fold(made, learning, settings, kept(material.benchmark, split.in_test))
    return Trained(run, learning, kept(material.benchmark, split.in_validation))


def measure_fold(data: Path, fold: str, options: Options = Options()) -> Values:
    """Return what the network without the speakers of a fold is worth on them."""
    return values_of(train_fold(data, fold, options), options)


def values_of(trained: Trained, options: Options) -> Values:
    """Return what `tools.evaluate_models` keeps of a fold."""
    return {
        "temperature": trained.temperature,
        **results_of(trained.results),
        **trained.run.made.size,
        **training_values(trained.run.curve, trained.run.learnt),
        "bfloat16": options.bfloat16,
    }


@lru_cache(maxsize=1)
def material_of(data: Path, spoken: Path) -> Material:
    """Decode everything once."""
    return load_material(data, spoken)
