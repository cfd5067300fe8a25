"""Train the shipped embedding for few labels, on everything in the development recordings that may ship.

    .venv/bin/python -m tools.speak_words build/spoken_words
    .venv/bin/python -m tools.train_embedding ../shared/data build/spoken_words

A network learns to name hundreds of words and sounds at once; what its stages find makes vectors. There are two runs:
the first leaves out whole words, sounds and speakers and measures how well these are learnt from a few clips, beside
features without weights; the second learns from everything and makes what ships.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import torch
from torch import Tensor

from desktop_app.classifier.augment import loudness
from desktop_app.classifier.card import DataSource, ModelCard
from desktop_app.classifier.card_text import markdown_of
from desktop_app.classifier.checkpoint import LoadedModel, save_checkpoint
from desktop_app.classifier.data.clips import Clip, find_clips, position_of
from desktop_app.classifier.data.dataset import FULL_SCALE, ClipSet, load_clips
from desktop_app.classifier.embedding import shipped_embedding
from desktop_app.classifier.engines.compiling_embedding import compile_embedding, vectors_by_torch
from desktop_app.classifier.few_shot import fit_centroids, fit_ridge
from desktop_app.classifier.frontend import LogMel, LogMelConfig, describe_front_end, fitted_to, output_shape
from desktop_app.classifier.networks import Network, build_network, count_macs, count_parameters
from desktop_app.classifier.noises import synthetic_backgrounds
from desktop_app.classifier.training import TrainingData, TrainingSettings, train
from desktop_app.classifier.waveforms import centred, read_mono
from tools.evaluation.few_shot import WEIGHT_FREE, Array, Method, Task, few_shot_table, measure_task
from tools.evaluation.folds import Values, write_values
from tools.shipping import FLOOR_SHARE
from tools.train_commands12 import AUGMENTATION, SAMPLE_RATE_HZ, benchmark_clips

WINDOW_FRAMES = 16_000
NETWORK = {"kind": "tc_resnet", "widths": [40, 60, 80, 160], "blocks": 2, "kernel": 9, "dropout": 0.3}
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DIGIT_SPEAKERS = ("george", "jackson", "nicolas", "yweweler")
SYNTHETIC = ("espeak", "flite")
UNHEARD_WORDS = ("yes", "no", "left", "right", "stop", "bed", "cat", "happy")
UNHEARD_SOUNDS = ("clock_tick", "dog_bark", "helicopter", "rooster", "sea_waves")
UNHEARD = {*DIGITS, *UNHEARD_WORDS, *UNHEARD_SOUNDS}
"""Left out of the measured run, however they are spoken."""
HELD_BACK = 0.3  # speakers whose place by hash is below are left out of the measured run
QUIETEST_NOISE = 1e-4
BACKGROUNDS = 240
MOST_SYLLABLES = 60  # of each class of birdsong
INTENDED_USE = (
    "Making vectors of sounds of up to a second, on which a ridge regression or the nearest centroid learns new"
    " classes from five clips of each on (`desktop_app.classifier.embedding`, `desktop_app.classifier.few_shot`). It"
    " names nothing by itself."
)
LIMITS = (
    "It has heard single English words and ten kinds of sounds around the house, below 8 kHz: bats and infrasound are "
    "outside. The songs of flies at 2.5 kHz and the birdsong at hand are not in it: five recordings of the one say "
    "little at this rate, and the terms of the other are unclear."
)
HOW = (
    "Measured with other weights, trained in the same way without eight words, the ten digits, five kinds of sounds "
    "and three tenths of the speakers. Those are learnt from 5, 10 or 20 clips of each class, of one half of the "
    "speakers or sources, and judged on the other half; the share judged right is the median over twelve draws, "
    "every class with the same weight. The syllables are of a finch; no bird is in any training. Which stages make the "
    "vectors was chosen on these same tasks, which flatters both columns of the embedding a little. The weights that "
    "ship were then trained on everything."
)


@dataclass(frozen=True)
class Options:
    """How the network is trained."""

    epochs: int = 30
    """Rounds of `clips_per_epoch` draws."""
    clips_per_epoch: int = 6_000
    """Clips drawn in a round."""
    bfloat16: bool = True
    """Where the processor has the instructions."""


def clips_of(data: Path, spoken: Path) -> list[Clip]:
    """Return every clip that may be learnt from; the label is the word or the sound, whoever makes it."""
    recorded = [
        *benchmark_clips(data),
        *find_clips(data / "speech_commands_other"),
        *find_clips(spoken, lambda path: path.stem),
    ]
    digits = find_clips(data / "spoken_digits", lambda path: path.stem.split("_")[1])
    sounds = find_clips(data / "environment10", lambda path: path.name.split("-")[1])
    said = [replace(clip, label=clip.word) for clip in recorded]
    return [*said, *(replace(clip, label=DIGITS[int(clip.label)]) for clip in digits), *sounds]


def loaded(data: Path, spoken: Path) -> ClipSet:
    """Return all of them, decoded once."""
    clips = clips_of(data, spoken)
    return load_clips(clips, sorted({clip.label for clip in clips}), SAMPLE_RATE_HZ, WINDOW_FRAMES)


def learnable(clips: ClipSet) -> ClipSet:
    """Return what the measured run may learn from: neither the words and sounds left out, nor the speakers."""
    heard = [
        clips.classes[target] not in UNHEARD and position_of(group) >= HELD_BACK
        for target, group in zip(clips.targets.tolist(), clips.groups, strict=True)
    ]
    return with_fewest_classes(clips.subset(heard))


def with_fewest_classes(clips: ClipSet) -> ClipSet:
    """Return the same windows with only the classes that occur."""
    there = sorted(set(clips.targets.tolist()))
    place = torch.zeros(len(clips.classes), dtype=torch.int64)
    place[there] = torch.arange(len(there))
    return replace(clips, targets=place[clips.targets], classes=tuple(clips.classes[index] for index in there))


def fit(clips: ClipSet, options: Options) -> LoadedModel:
    """Return a network that was trained to name the clips, with a card that says nothing of how good it is."""
    settings = settings_for(clips, options)
    config = fitted_to(
        LogMelConfig(sample_rate_hz=SAMPLE_RATE_HZ), clips.floats(torch.arange(0, len(clips), 4)), FLOOR_SHARE
    )
    torch.manual_seed(settings.seed)  # the first weights
    shape = output_shape(describe_front_end(config), WINDOW_FRAMES)
    network = build_network(NETWORK, shape, len(clips.classes))
    for report in train(network, LogMel(config), TrainingData(clips, noises=noises_in(clips)), settings):
        print(
            f"{report.epoch:3d}  loss {report.loss:.3f}  right {report.accuracy:.3f}  {report.seconds:.0f} s",
            flush=True,
        )
    return LoadedModel(card_of(clips, config, network, options), LogMel(config), network.eval())


def settings_for(clips: ClipSet, options: Options) -> TrainingSettings:
    """Return settings that draw a class by the root of its clips: neither all alike nor as lopsided as they are.

    Targets are neither smoothed nor mixed: that names the classes better, but what lies before the last layer then
    transfers worse to other ones (Kornblith et al. 2021, Why Do Better Loss Functions Lead to Less Transferable
    Features?).
    """
    counts = Counter(clips.targets.tolist())
    return TrainingSettings(
        epochs=options.epochs,
        clips_per_epoch=options.clips_per_epoch,
        bfloat16=options.bfloat16,
        class_shares={name: counts[index] ** 0.5 for index, name in enumerate(clips.classes)},
        augmentation=replace(AUGMENTATION, column_mask_width=15),  # its columns are 10 ms apart
        label_smoothing=0.0,
        mix_up=0.0,
        word_share=0.0,
    )


def noises_in(clips: ClipSet) -> Tensor:
    """Return backgrounds to mix in: the sounds that are no words, and calculated ones with babble of the words."""
    sounds = {
        "_silence_",
        *(name for name in clips.classes if "_" in name),
        "rain",
        "rooster",
        "helicopter",
        "chainsaw",
    }
    rows = torch.tensor([clips.classes[target] in sounds for target in clips.targets.tolist()])
    speech = (clips.waveforms[~rows][::5].numpy() / FULL_SCALE).astype(np.float32)
    made = synthetic_backgrounds(BACKGROUNDS, speech, SAMPLE_RATE_HZ, np.random.default_rng(5)).astype(np.float32)
    noises = torch.cat([clips.floats(torch.nonzero(rows)[:, 0]), torch.from_numpy(made)])
    return noises[loudness(noises)[:, 0] > QUIETEST_NOISE]


def tasks(data: Path, clips: ClipSet) -> list[Task]:
    """Return what is learnt from few clips: words, digits and sounds left out, and the syllables of a bird."""

    def task(name: str, wanted: Callable[[str, str], bool]) -> Task:
        labels = [clips.classes[target] for target in clips.targets.tolist()]
        rows = [place for place, pair in enumerate(zip(labels, clips.groups, strict=True)) if wanted(*pair)]
        waveforms = clips.floats(torch.tensor(rows)).numpy()
        return Task(name, waveforms, tuple(labels[row] for row in rows), tuple(clips.groups[row] for row in rows))

    return [
        task(
            "words",
            lambda label, group: (
                label in UNHEARD_WORDS and position_of(group) < HELD_BACK and not group.startswith(SYNTHETIC)
            ),
        ),
        task("digits", lambda label, group: label in DIGITS and group in DIGIT_SPEAKERS),
        task("sounds", lambda label, group: label in UNHEARD_SOUNDS),
        birdsong(data),
    ]


def birdsong(data: Path) -> Task:
    """Return the syllables of one Bengalese finch, each alone in silence; they are in no training."""
    waveforms: list[Array] = []
    labels: list[str] = []
    groups: list[str] = []
    taken: Counter[str] = Counter()
    for path, syllables in _syllables(data / "birdsong"):
        sound = read_mono(path, SAMPLE_RATE_HZ)
        for label, onset_s, offset_s in syllables:
            cut = sound[int(onset_s * SAMPLE_RATE_HZ) : int(offset_s * SAMPLE_RATE_HZ)]
            if len(cut) and taken[label] < MOST_SYLLABLES:
                taken[label] += 1
                waveforms.append(centred(cut, WINDOW_FRAMES))
                labels.append(label)
                groups.append(path.stem)
    return Task("syllables of a finch", np.stack(waveforms), tuple(labels), tuple(groups))


def _syllables(folder: Path) -> Iterable[tuple[Path, list[tuple[str, float, float]]]]:
    """Yield recordings with their syllables; the list counts samples at 32 kHz from the start of each sequence."""
    found: dict[str, list[tuple[str, float, float]]] = {}
    for sequence in ElementTree.parse(folder / "Annotation.xml").getroot().iter("Sequence"):
        start = _number(sequence, "Position")
        of_file = found.setdefault(Path(sequence.findtext("WaveFileName", "")).stem, [])
        for note in sequence.iter("Note"):
            onset = start + _number(note, "Position")
            times_s = (onset / 32_000, (onset + _number(note, "Length")) / 32_000)
            of_file.append((note.findtext("Label", ""), *times_s))
    for path in sorted((folder / "audio").iterdir()):
        yield path, found.get(path.stem, [])


def _number(element: ElementTree.Element, name: str) -> int:
    return int(element.findtext(name, "0"))


def methods(model: LoadedModel) -> list[Method]:
    """Return what is compared: the network with both heads, and features without weights."""
    vectors = partial(vectors_by_torch, model)
    return [
        Method("embedding, ridge", vectors, fit_ridge),
        Method("embedding, nearest centroid", vectors, fit_centroids),
        *WEIGHT_FREE,
    ]


def measure(data: Path, clips: ClipSet, options: Options) -> Values:
    """Train without what is left out, and return how well that is learnt from few clips."""
    learnt = learnable(clips)
    compared = methods(fit(learnt, options))
    found = {task.name: measure_task(task, compared) for task in tasks(data, clips)}
    return {"learnt_windows": len(learnt), "learnt_classes": len(learnt.classes), **asdict(options), "tasks": found}


def card_of(clips: ClipSet, config: LogMelConfig, network: Network, options: Options) -> ModelCard:
    """Return the card of a network that was trained on clips."""
    front_end = describe_front_end(config)
    return ModelCard(
        name="embedding",
        title="Vectors of sounds, for learning classes from a few labels",
        classes=clips.classes,
        sample_rate_hz=SAMPLE_RATE_HZ,
        window_s=WINDOW_FRAMES / SAMPLE_RATE_HZ,
        front_end=front_end,
        network=NETWORK,
        temperature=1.0,
        parameters=count_parameters(network),
        macs=count_macs(network, output_shape(front_end, WINDOW_FRAMES)),
        created=date.today().isoformat(),
        licence="CC BY-SA 4.0",
        intended_use=INTENDED_USE,
        limits=LIMITS,
        trained_on=sources_of(clips),
        training=json.loads(json.dumps(asdict(settings_for(clips, options)))),
    )


def sources_of(clips: ClipSet) -> tuple[DataSource, ...]:
    """Return what the shipped weights were trained on."""
    counts = Counter(source_named(group) for group in clips.groups)
    warden = "Pete Warden, Speech Commands: A Dataset for Limited-Vocabulary Speech Recognition, arXiv 1804.03209"
    said = {
        "Speech Commands v0.01 and v0.02, part": ("CC BY 4.0", warden),
        "Free Spoken Digit Dataset, four speakers": ("CC BY-SA 4.0", "Zohar Jackson and others"),
        "ESC-10, folds 1 to 3, one-second cuts": ("CC BY 3.0", "Karol J. Piczak, ESC"),
        "words spoken by the synthesisers espeak-ng and flite": ("made for Earmark", "tools/speak_words.py"),
    }
    return tuple(DataSource(name, *rest, counts[name]) for name, rest in said.items())


def source_named(group: str) -> str:
    """Return which of the sources a group is of."""
    if group.startswith(SYNTHETIC):
        return "words spoken by the synthesisers espeak-ng and flite"
    if group in DIGIT_SPEAKERS:
        return "Free Spoken Digit Dataset, four speakers"
    return "ESC-10, folds 1 to 3, one-second cuts" if group.isdecimal() else "Speech Commands v0.01 and v0.02, part"


def page_of(card: ModelCard, measured: Values) -> str:
    """Return the card as a page, with the table of few labels."""
    text = markdown_of(card)
    where = text.index("## Trained on")
    return f"{text[:where]}## Few labels\n\n{HOW}\n\n{few_shot_table(measured)}\n\n{text[where:]}"


def ship(model: LoadedModel, measured: Values, target: Path) -> None:
    """Write weights, page and compiled vectors; the card keeps the measures of the other run, and the page says so."""
    card = replace(model.card, training={**(model.card.training or {}), "few_shot": measured})
    target.parent.mkdir(parents=True, exist_ok=True)
    save_checkpoint(target, model.network, card)
    target.with_suffix(".md").write_text(page_of(card, measured), encoding="utf-8")
    print(f"{target}, {compile_embedding(target)}")


def main() -> None:
    """Measure, then train and write what ships; each run can be left out."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the development recordings")
    parser.add_argument("spoken", type=Path, help="what tools/speak_words.py wrote")
    parser.add_argument("--epochs", type=int, default=Options.epochs)
    parser.add_argument("--measured", type=Path, default=Path("build/evaluation/embedding/few_shot.json"))
    parser.add_argument("--only", choices=("measure", "ship"), help="one of the two runs")
    parser.add_argument("--to", type=Path, default=shipped_embedding(), help="the file of weights that is written")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    clips, options = loaded(chosen.data, chosen.spoken), Options(epochs=chosen.epochs)
    if chosen.only != "ship":
        write_values(chosen.measured, measure(chosen.data, clips, options))
    if chosen.only != "measure":
        ship(fit(clips, options), json.loads(chosen.measured.read_text("utf-8")), chosen.to)


if __name__ == "__main__":
    main()
