"""Train the shipped model `commands12` (ten words, `_unknown_`, `_silence_`) and write it with its card.

    .venv/bin/python -m tools.speak_words build/spoken_words
    .venv/bin/python -m tools.train_commands12 ../shared/data build/spoken_words

There are two runs. The first measures: it learns from some speakers and is judged on others whom it neither learnt
from nor was tuned on. The second trains the weights that ship, on every speaker; their card keeps the numbers of the
first and says so.
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import torch

from desktop_app.annotation.records import SURE_SCORE
from desktop_app.assets import models_dir
from desktop_app.classifier.augment import Augmentation, loudness
from desktop_app.classifier.card import DataSource, ModelCard, Results
from desktop_app.classifier.card_text import markdown_of
from desktop_app.classifier.checkpoint import save_checkpoint
from desktop_app.classifier.data.dataset import FULL_SCALE, Clip, ClipSet, find_clips, join, load_clips, position_of
from desktop_app.classifier.frontend import LogMel, LogMelConfig, describe_front_end, fitted_to, output_shape
from desktop_app.classifier.measuring.evaluation import evaluate, fit_temperature, logits_of
from desktop_app.classifier.networks import NETWORKS, Network, build_network, count_macs, count_parameters
from desktop_app.classifier.noises import synthetic_backgrounds
from desktop_app.classifier.training import TrainingData, TrainingSettings, train

REJECT_CLASSES = ("_silence_", "_unknown_")
CLASSES = (*REJECT_CLASSES, "down", "go", "left", "no", "off", "on", "right", "stop", "up", "yes")
SAMPLE_RATE_HZ = 16_000
WINDOW_FRAMES = 16_000
SPOKEN_WEIGHT = 0.5  # a synthesiser's clip is drawn this often against a person's
# Most clips of `_unknown_` are synthetic; drawn oftener they would teach that what sounds synthetic is unknown.
UNKNOWN_SPOKEN_WEIGHT = 0.06
ENVIRONMENT_WEIGHT = 0.5
BACKGROUNDS = 240
CLASS_SHARES = {"_unknown_": 2.0}  # the class with the most to learn: three hundred words and not one
AUGMENTATION = Augmentation(snr_db=(5.0, 40.0), room_probability=0.2, band_mask_width=6, column_mask_width=15)
QUIETEST_NOISE = 1e-4
FLOOR_SHARE = 1e-3
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
    "their name: the network measured had never learnt from them, nor were its settings chosen on them. The clips of "
    "`_silence_` have no speaker and are divided by file. The temperature was fitted on other held-back speakers. The "
    "weights in this file were then trained in the same way on all speakers, so nothing of the benchmark is left to "
    "measure them on."
)


def benchmark_clips(data: Path) -> list[Clip]:
    """Return the clips of version 0.02 with their words: names in `_unknown_` begin with it."""
    found = find_clips(data / "speech_commands")
    return [replace(c, word=c.path.name.split("_")[0]) if c.label == "_unknown_" else c for c in found]


def other_clips(data: Path) -> list[Clip]:
    """Return the clips of version 0.01; words that are no class are `_unknown_`."""
    return [
        replace(c, label=c.label if c.label in CLASSES else "_unknown_", weight=weight_of(c))
        for c in find_clips(data / "speech_commands_other")
    ]


def weight_of(clip: Clip) -> float:
    """Return how often a clip of version 0.01 is drawn: three of its words come six hundred times each."""
    return 0.12 if clip.word in {"bed", "cat", "happy"} else 1.0


def spoken_clips(folder: Path) -> list[Clip]:
    """Return the synthesised clips of `tools/speak_words.py`; every voice is a group of its own."""
    return [
        Clip(c.path, c.word, c.path.stem, c.word, SPOKEN_WEIGHT)
        if c.word in CLASSES
        else Clip(c.path, "_unknown_", c.path.stem, c.word, UNKNOWN_SPOKEN_WEIGHT)
        for c in find_clips(folder)
    ]


def environment_clips(data: Path) -> list[Clip]:
    """Return the clips of ESC-10 as `_silence_`: no word is spoken in them."""
    found = find_clips(data / "environment10", lambda path: path.name.split("-")[1])
    return [Clip(c.path, "_silence_", c.group, "_environment_", ENVIRONMENT_WEIGHT) for c in found]


def background_set(voices: ClipSet, count: int, seed: int) -> ClipSet:
    """Return calculated backgrounds as `_silence_`, with babble made of the given voices."""
    speech = (voices.waveforms[voices.targets != CLASSES.index("_silence_")].numpy() / FULL_SCALE).astype(np.float32)
    made = synthetic_backgrounds(count, speech, SAMPLE_RATE_HZ, np.random.default_rng(seed))
    return ClipSet(
        waveforms=torch.from_numpy((made * (FULL_SCALE - 1)).astype(np.int16)),
        targets=torch.full((count,), CLASSES.index("_silence_")),
        words=torch.zeros(count, dtype=torch.int64),
        weights=torch.full((count,), 0.3),
        groups=tuple(f"background {index}" for index in range(count)),
        classes=CLASSES,
        word_names=("_silence_",),
    )


@dataclass(frozen=True)
class Material:
    """Everything there is to train on and to measure with."""

    benchmark: ClipSet
    """Recorded words and silence of version 0.02: only they are measured."""
    other: ClipSet
    """Recorded words of version 0.01."""
    spoken: ClipSet
    """Synthesised words."""
    environment: ClipSet
    """Sounds of the environment, as silence."""
    backgrounds: ClipSet
    """Calculated backgrounds, as silence."""


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


def load_material(data: Path, spoken: Path) -> Material:
    """Decode everything once."""
    wanted = (benchmark_clips(data), other_clips(data), spoken_clips(spoken), environment_clips(data))
    benchmark, other, speech, environment = (load_clips(c, CLASSES, SAMPLE_RATE_HZ, WINDOW_FRAMES) for c in wanted)
    for skipped in [*benchmark.skipped, *other.skipped, *speech.skipped, *environment.skipped]:
        print(f"left out: {skipped.reason}")
    backgrounds = background_set(join([benchmark, other]), BACKGROUNDS, seed=5)
    return Material(benchmark, other, speech, environment, backgrounds)


def training_data(material: Material, split: Split) -> TrainingData:
    """Return what may be learnt from under a split, with the backgrounds to mix in."""
    recorded = (material.benchmark, material.other, material.environment)
    benchmark, other, environment = (kept(part, split.in_training) for part in recorded)
    silence = torch.nonzero(benchmark.targets == CLASSES.index("_silence_"))[:, 0]
    backgrounds = [part.floats(torch.arange(len(part))) for part in (environment, material.backgrounds)]
    noises = torch.cat([*backgrounds, benchmark.floats(silence)])
    audible = loudness(noises)[:, 0] > QUIETEST_NOISE
    learnt = join([benchmark, other, material.spoken, environment, material.backgrounds])
    return TrainingData(learnt, noises=noises[audible])


def kept(clips: ClipSet, wanted: Callable[[str], bool]) -> ClipSet:
    """Return the clips of the groups wanted."""
    return clips.subset([wanted(group) for group in clips.groups])


def fit(data: TrainingData, network_name: str, settings: TrainingSettings) -> tuple[LogMelConfig, Network]:
    """Train a network, printing a line a round, and return it with the front-end fitted to its data."""
    learnt = data.train
    sample = learnt.floats(torch.arange(0, len(learnt), 3))
    config = fitted_to(LogMelConfig(sample_rate_hz=SAMPLE_RATE_HZ), sample, FLOOR_SHARE)
    torch.manual_seed(settings.seed)  # the first weights
    network = build_network(
        NETWORKS[network_name], output_shape(describe_front_end(config), WINDOW_FRAMES), len(CLASSES)
    )
    for report in train(network, LogMel(config), data, settings):
        held_back = "" if report.held_back_accuracy is None else f"  held back {report.held_back_accuracy:.3f}"
        line = (
            f"{report.epoch:3d}  loss {report.loss:.3f}  right {report.accuracy:.3f}{held_back}  {report.seconds:.0f} s"
        )
        print(line, flush=True)
    return config, network


def measure(material: Material, network_name: str, settings: TrainingSettings) -> dict[str, Any]:
    """Train without the held-back speakers; return temperature, results on them and false finds in the environment."""
    data = replace(training_data(material, MEASURED), held_back=kept(material.benchmark, MEASURED.in_validation))
    return judged(material, *fit(data, network_name, settings))


def judged(material: Material, config: LogMelConfig, network: Network) -> dict[str, Any]:
    """Return the temperature fitted on validation speakers, and the results on test speakers and test environments."""
    front_end = LogMel(config)
    validation, test = (kept(material.benchmark, wanted) for wanted in (MEASURED.in_validation, MEASURED.in_test))
    temperature = fit_temperature(logits_of(network, front_end, validation), validation.targets)
    results = evaluate(logits_of(network, front_end, test) / temperature, test.targets, CLASSES, test.groups)
    environment = kept(material.environment, MEASURED.in_test)
    scores = (logits_of(network, front_end, environment) / temperature).softmax(dim=1)[:, len(REJECT_CLASSES) :]
    return {
        "temperature": temperature,
        "results": asdict(results),
        "environment_windows": len(environment),
        "environment_false_finds": int((scores.max(dim=1).values > SURE_SCORE).sum()),
        "environment_highest": float(scores.max()),
    }


def card_of(
    material: Material,
    network_name: str,
    settings: TrainingSettings,
    made: tuple[LogMelConfig, Network],
    measured: dict[str, Any],
) -> ModelCard:
    """Return the card of the shipped weights; its results are those of the measured run, and it says so."""
    config, network = made
    front_end = describe_front_end(config)
    share = measured["environment_false_finds"] / max(1, measured["environment_windows"])
    return ModelCard(
        name="commands12",
        title="Ten spoken English words, other speech, and silence",
        classes=CLASSES,
        sample_rate_hz=SAMPLE_RATE_HZ,
        window_s=WINDOW_FRAMES / SAMPLE_RATE_HZ,
        front_end=front_end,
        network=NETWORKS[network_name],
        temperature=measured["temperature"],
        parameters=count_parameters(network),
        macs=count_macs(network, output_shape(front_end, WINDOW_FRAMES)),
        created=date.today().isoformat(),
        licence="CC BY 4.0",
        intended_use=INTENDED_USE,
        limits=LIMITS.format(
            share=share, windows=measured["environment_windows"], highest=measured["environment_highest"]
        ),
        trained_on=sources_of(material),
        training=plain(asdict(settings)),
        results=results_of(measured["results"]),
    )


def sources_of(material: Material) -> tuple[DataSource, ...]:
    """Return what the shipped weights were trained on."""
    espeak = sum(group.startswith("espeak") for group in material.spoken.groups)
    warden = "Pete Warden, Speech Commands: A Dataset for Limited-Vocabulary Speech Recognition, arXiv 1804.03209"
    return (
        DataSource("Speech Commands v0.02, part of its test list", "CC BY 4.0", warden, len(material.benchmark)),
        DataSource("Speech Commands v0.01, part", "CC BY 4.0", warden, len(material.other)),
        DataSource(
            "ESC-10, folds 1 to 3, one-second cuts", "CC BY 3.0", "Karol J. Piczak, ESC", len(material.environment)
        ),
        DataSource("words spoken by the synthesiser espeak-ng", "made for Earmark", "tools/speak_words.py", espeak),
        DataSource(
            "words spoken by the synthesiser flite",
            "made for Earmark",
            "tools/speak_words.py",
            len(material.spoken) - espeak,
        ),
        DataSource(
            "calculated noise, hum, crackle and babble",
            "made for Earmark",
            "desktop_app/classifier/noises.py",
            len(material.backgrounds),
        ),
    )


def results_of(values: dict[str, Any]) -> Results:
    """Return an evaluation as it stands on the card."""
    return Results(
        how=HOW,
        clips=values["clips"],
        accuracy=round(values["accuracy"], 4),
        macro_f1=round(values["macro_f1"], 4),
        loss=round(values["loss"], 4),
        calibration_error=round(values["calibration_error"], 4),
        class_accuracy={name: round(share, 4) for name, share in zip(CLASSES, values["class_accuracy"], strict=True)},
        confusion=tuple(tuple(row) for row in values["confusion"]),
        group_accuracy={group: round(share, 4) for group, share in values["group_accuracy"].items()},
    )


def plain(values: Any) -> Any:
    """Return values as JSON has them, so that a card read back equals the one written."""
    return json.loads(json.dumps(values))


def main() -> None:
    """Measure, then train and write what ships; each run can be left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "data", type=Path, help="the folder with speech_commands, speech_commands_other and environment10"
    )
    parser.add_argument("spoken", type=Path, help="what tools/speak_words.py wrote")
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--network", choices=sorted(NETWORKS), default="tc_resnet_14_2.5")
    parser.add_argument(
        "--measured", type=Path, default=Path("build/commands12_measured.json"), help="results in between"
    )
    parser.add_argument("--bfloat16", action="store_true", help="faster where the processor has the instructions")
    parser.add_argument("--only", choices=("measure", "ship"), help="one of the two runs")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    settings = TrainingSettings(
        epochs=arguments.epochs,
        bfloat16=arguments.bfloat16,
        class_shares=CLASS_SHARES,
        augmentation=AUGMENTATION,
    )
    if arguments.only == "ship" and not arguments.measured.is_file():
        sys.exit(f"{arguments.measured} is missing; run with --only measure first.")
    material = load_material(arguments.data, arguments.spoken)
    if arguments.only != "ship":
        measured = measure(material, arguments.network, settings)
        arguments.measured.write_text(json.dumps(measured, indent=1))
        print(f"held-back speakers: {measured['results']['accuracy']:.1%}")
    if arguments.only != "measure":
        made = fit(training_data(material, EVERYONE), arguments.network, settings)
        card = card_of(material, arguments.network, settings, made, json.loads(arguments.measured.read_text()))
        save_checkpoint(models_dir() / "commands12.safetensors", made[1], card)
        (models_dir() / "commands12.md").write_text(markdown_of(card), encoding="utf-8")


if __name__ == "__main__":
    main()
