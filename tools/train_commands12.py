"""Train the shipped model `commands12` (ten words, `_unknown_`, `_silence_`) and write it with its card.

    .venv/bin/python -m tools.speak_words build/spoken_words
    .venv/bin/python -m tools.train_commands12 ../shared/data build/spoken_words

There are two runs. The first measures: it learns from some speakers and is judged on others whom it neither learnt
from nor was tuned on. The second trains the weights that ship, on every speaker; their card keeps the numbers of the
first and says so.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from desktop_app.annotation.records import SURE_SCORE
from desktop_app.classifier.augment import Augmentation
from desktop_app.classifier.card import ModelCard
from desktop_app.classifier.data.clips import Clip, position_of
from desktop_app.classifier.frontend import LogMelConfig
from desktop_app.classifier.measuring.evaluation import evaluate, fit_temperature
from desktop_app.classifier.networks import NETWORKS
from desktop_app.classifier.training import TrainingData, TrainingSettings
from tools import shipping, speech_material
from tools.compile_models import calibration_windows
from tools.shipping import FLOOR_SHARE, About, Made, begin, begun, fit, measure_and_ship, script_parser
from tools.speech_material import REJECT_CLASSES, Material, Vocabulary, kept, sources_of

__all__ = ["FLOOR_SHARE", "Material", "kept"]

SAMPLE_RATE_HZ = 16_000
WINDOW_FRAMES = 16_000
TEN_WORDS = ("down", "go", "left", "no", "off", "on", "right", "stop", "up", "yes")
VOCABULARY = Vocabulary({word: word for word in TEN_WORDS}, SAMPLE_RATE_HZ, WINDOW_FRAMES)
CLASSES = VOCABULARY.classes
NETWORK = "resnet2d"
FRONT_END = LogMelConfig(sample_rate_hz=SAMPLE_RATE_HZ, hop_frames=320)
CLASS_SHARES = {"_unknown_": 2.0}  # the class with the most to learn: three hundred words and not one
AUGMENTATION = Augmentation(snr_db=(5.0, 40.0), room_probability=0.2, band_mask_width=6, column_mask_width=8)
CALIBRATION_WINDOWS = 256
INTENDED_USE = (
    "Finding single spoken words in recordings, and trying Earmark out. Recordings of any length are judged in "
    "windows of one second. `_unknown_` is other speech, `_silence_` is everything without speech."
)
LIMITS = (
    "It knows ten English words, spoken one at a time into ordinary microphones. Voices, accents and rooms unlike"
    " those of Speech Commands are judged worse. It does not follow running speech: a "
    "word in a sentence may be found or missed. Of {windows} one-second cuts of environmental sounds from "
    "recordings held back, {share:.1%} were taken for one of the ten words with a score above 0.5 (highest score "
    "{highest:.2f}). A loud pure tone of 50 or 60 Hz without overtones may be taken for a word, with a score below 0.5."
)
HOW = (
    "Measured on benchmark clips (Speech Commands v0.02) of speakers who were held back, a fifth of all by a hash of "
    "their name: the network measured had never learnt from them. Its settings were chosen on other speakers, but for "
    "its kind: that was chosen by a comparison with one other in which half of them took part. The clips of "
    "`_silence_` have no speaker and are divided by file. The temperature was fitted on other held-back speakers. The "
    "weights in this file were then trained in the same way on all speakers, so nothing of the benchmark is left to "
    "measure them on."
)


@dataclass(frozen=True)
class Split:
    """Which groups are held back: those whose `position_of` lies in a range."""

    test: tuple[float, float]
    """Measured at the end."""
    validation: tuple[float, float]
    """For the temperature."""

    def in_test(self, group: str) -> bool:
        """Return whether the group is measured."""
        return self.test[0] <= position_of(group) < self.test[1]

    def in_validation(self, group: str) -> bool:
        """Return whether the group is for the temperature."""
        return self.validation[0] <= position_of(group) < self.validation[1]

    def in_training(self, group: str) -> bool:
        """Return whether the group is learnt from."""
        return not self.in_test(group) and not self.in_validation(group)


MEASURED = Split(test=(0.3, 0.5), validation=(0.5, 0.57))  # settings were chosen on speakers below 0.3
EVERYONE = Split(test=(0, 0), validation=(0, 0))


def benchmark_clips(data: Path) -> list[Clip]:
    """Return the clips of version 0.02: only they are measured."""
    return speech_material.benchmark_clips(data, VOCABULARY)


def other_clips(data: Path) -> list[Clip]:
    """Return the clips of version 0.01."""
    return speech_material.other_clips(data, VOCABULARY)


def load_material(data: Path, spoken: Path) -> Material:
    """Decode everything once."""
    return speech_material.load_material(data, spoken, VOCABULARY)


def training_data(material: Material, split: Split) -> TrainingData:
    """Return what may be learnt from under a split, with the backgrounds to mix in."""
    return speech_material.training_data(material, split.in_training, SAMPLE_RATE_HZ)


def trained(data: TrainingData, network_name: str, settings: TrainingSettings) -> Made:
    """Train a network, printing a line a round, and return it with the front-end fitted to its data."""
    made = begin(data.train, FRONT_END, NETWORKS[network_name], settings.seed)
    fit(made, data, settings)
    return made


def measure(material: Material, network_name: str, settings: TrainingSettings) -> dict[str, Any]:
    """Train without the held-back speakers; return temperature, results on them and false finds in the environment."""
    data = replace(training_data(material, MEASURED), held_back=kept(material.benchmark, MEASURED.in_validation))
    return judged(material, trained(data, network_name, settings))


def judged(material: Material, made: Made) -> dict[str, Any]:
    """Return the temperature fitted on validation speakers, and the results on test speakers and test environments."""
    validation, test = (kept(material.benchmark, wanted) for wanted in (MEASURED.in_validation, MEASURED.in_test))
    temperature = fit_temperature(made.logits(validation), validation.targets)
    results = evaluate(made.logits(test) / temperature, test.targets, CLASSES, test.groups)
    environment = kept(material.environment, MEASURED.in_test)
    scores = (made.logits(environment) / temperature).softmax(dim=1)[:, len(REJECT_CLASSES) :]
    return {
        "temperature": temperature,
        "results": asdict(results),
        "environment_windows": len(environment),
        "environment_false_finds": int((scores.max(dim=1).values > SURE_SCORE).sum()),
        "environment_highest": float(scores.max()),
    }


def card_of(material: Material, made: Made, settings: TrainingSettings, measured: Mapping[str, Any]) -> ModelCard:
    """Return the card of the shipped weights."""
    share = measured["environment_false_finds"] / max(1, measured["environment_windows"])
    limits = LIMITS.format(
        share=share, windows=measured["environment_windows"], highest=measured["environment_highest"]
    )
    about = About(
        name="commands12",
        title="Ten spoken English words, other speech, and silence",
        licence="CC BY 4.0",
        intended_use=INTENDED_USE,
        limits=limits,
        how=HOW,
    )
    return shipping.card_of(about, made, settings, measured, sources_of(material))


def ship(
    material: Material, network_name: str, settings: TrainingSettings, measured: Mapping[str, Any], data: Path
) -> None:
    """Train on every speaker and write what ships."""
    made = trained(training_data(material, EVERYONE), network_name, settings)
    card = card_of(material, made, settings, measured)
    calibration = calibration_windows(card, data / "speech_commands", CALIBRATION_WINDOWS)
    shipping.write_model(made, card, np.stack(list(calibration)))


def main() -> None:
    """Measure, then train and write what ships; each run can be left out."""
    parser = script_parser("commands12", __doc__)
    parser.add_argument("spoken", type=Path, help="what tools/speak_words.py wrote")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--network", choices=sorted(NETWORKS), default=NETWORK)
    chosen = begun(parser)
    settings = TrainingSettings(
        epochs=chosen.epochs, bfloat16=chosen.bfloat16, class_shares=CLASS_SHARES, augmentation=AUGMENTATION
    )
    material = load_material(chosen.data, chosen.spoken)
    measure_and_ship(
        chosen,
        lambda: measure(material, chosen.network, settings),
        lambda measured: ship(material, chosen.network, settings, measured, chosen.data),
    )


if __name__ == "__main__":
    main()
