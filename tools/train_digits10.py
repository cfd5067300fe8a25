"""Train the shipped model `digits10` (spoken digits, `_unknown_`, `_silence_`) and write it with its card.

    .venv/bin/python -m tools.speak_words build/spoken_words
    .venv/bin/python -m tools.train_digits10 ../shared/data build/spoken_words

A network first learns from everything but the Free Spoken Digit Dataset: recorded and synthesised words, digits among
them. From there three copies of it learn the digits of the data set's speakers, and the mean of their weights is taken.
Measured are four such networks, each on the speaker whom it has not heard; the weights that ship have heard all four,
and their card keeps the numbers of the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from desktop_app.annotation.records import SURE_SCORE
from desktop_app.classifier.augment import Augmentation
from desktop_app.classifier.card import DataSource
from desktop_app.classifier.data.clips import Clip, find_clips, position_of
from desktop_app.classifier.data.dataset import ClipSet, join
from desktop_app.classifier.frontend import LogMelConfig
from desktop_app.classifier.networks import NETWORKS
from desktop_app.classifier.training import TrainingData, TrainingSettings
from tools import shipping, speech_material
from tools.evaluation.folds import Values
from tools.shipping import About, FoldRun, Made
from tools.speech_material import REJECT_CLASSES, SILENCE, UNKNOWN, Material, Vocabulary, decoded, kept, sources_of

FOLDS = ("george", "jackson", "nicolas", "yweweler")
"""The speakers; each is once left out."""
UNTOUCHED = ("nicolas", "yweweler")
"""Speakers on whom only the kind of network and the rounds were chosen, all else on each of the two others."""

SAMPLE_RATE_HZ = 8_000  # that of the recordings, and of telephones: nobody's microphone sounds different for its treble
WINDOW_FRAMES = 8_000
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
VOCABULARY = Vocabulary(
    {word: str(digit) for digit, word in enumerate(WORDS)}, SAMPLE_RATE_HZ, WINDOW_FRAMES, spoken_weight=0.2
)
NETWORK = "resnet2d"
FRONT_END = LogMelConfig(
    sample_rate_hz=SAMPLE_RATE_HZ, n_fft=512, window_frames=240, hop_frames=160, high_hz=SAMPLE_RATE_HZ / 2
)
AUGMENTATION = Augmentation(
    bands_shift=0.1, snr_db=(5.0, 40.0), room_probability=0.2, band_mask_width=6, column_mask_width=12
)
HELD_BACK = 0.2  # speakers of Speech Commands and sources of ESC-10 whose place by hash is below are never learnt from
FRAME = 80  # samples whose level is looked at when silence is cut off
LOUD_SHARE = 0.08  # of the loudest such frame
CALIBRATION_WINDOWS = 256
INTENDED_USE = (
    "Finding single spoken digits, English, in recordings and from the microphone, telephone band included: it hears "
    "up to 4 kHz. Recordings of any length are judged in windows of one second. `_unknown_` is other speech, "
    "`_silence_` is everything without speech."
)
HOW = (
    "Leave one speaker out: the clips of each of the four speakers of the Free Spoken Digit Dataset are judged by a "
    "network that has learnt from the three others, from Speech Commands and from synthesised words, but never from "
    "that speaker; its weights are the means of three runs of the last rounds. Scores are divided by a temperature "
    "fitted on the other speakers' clips, as judged by the networks that had not heard them. `_silence_` and "
    "`_unknown_` may be answered and count as mistakes; where the answer must be one of the ten digits, {ten:.1%} are "
    "right. Settings were chosen on george and jackson; on nicolas and yweweler, on whom none but the kind of network "
    "and the rounds were chosen, {untouched:.1%} are right. The weights in this file were then trained in the same "
    "way on all four."
)
LIMITS = (
    "It knows ten English words, spoken one at a time. Four speakers stand behind the number above, so a new voice may "
    "fare better or worse by several points. Judged by the same networks, of {others} digits by other people into "
    "other microphones (Speech Commands, speakers held back) {other_share:.1%} are right, {other_ten:.1%} where the "
    "answer must be a digit. Of {unknown} other words by such speakers {unknown_share:.1%} are taken for a digit with "
    "a score above 0.5, of {sounds} one-second cuts of environmental sounds {sound_share:.1%}. It does not follow "
    "running speech or numbers of several digits spoken without a pause."
)
LICENCE = "CC BY-SA 4.0"  # that of the Free Spoken Digit Dataset, which asks for the same licence
JAKOBOVSKI = "Zohar Jackson, César Souza, Jason Flaks, Yuxin Pan, Hereman Nicolas, Adhish Thite (Jakobovski et al.)"


@dataclass(frozen=True)
class Options:
    """How long is trained."""

    spoken: Path = Path("build/spoken_words")
    """What tools/speak_words.py wrote."""
    first_epochs: int = 100
    """Rounds on words, without the data set's speakers."""
    epochs: int = 10
    """Rounds with the data set's speakers."""
    runs: int = 3
    """How often these rounds are run; the mean of their weights is taken."""
    unknown_share: float = 0.5
    """How often these rounds draw `_unknown_`, against a digit; `_silence_` comes half as often."""
    bfloat16: bool = True
    """Faster where the processor has the instructions."""

    @property
    def first_settings(self) -> TrainingSettings:
        """Return settings for the words: many words in one class, so the word itself is asked for, too."""
        return TrainingSettings(
            epochs=self.first_epochs,
            clips_per_epoch=4096,
            batch_size=64,
            word_share=1.0,
            bfloat16=self.bfloat16,
            class_shares={UNKNOWN: 4.0, SILENCE: 1.5},
            augmentation=AUGMENTATION,
        )

    @property
    def settings(self) -> TrainingSettings:
        """Return settings for the digits."""
        return replace(
            self.first_settings,
            epochs=self.epochs,
            max_rate=1e-3,
            word_share=0.3,
            class_shares={UNKNOWN: self.unknown_share, SILENCE: self.unknown_share / 2},
            average=0.99,
        )


def take_clips(data: Path) -> list[Clip]:
    """Return the clips of the Free Spoken Digit Dataset; the name of a file has digit, speaker and number."""
    found = find_clips(data / "spoken_digits", lambda path: path.stem.split("_")[1])
    return [replace(clip, word=WORDS[int(clip.label)]) for clip in found]


def trimmed(clips: ClipSet) -> ClipSet:
    """Return clips with the quiet around their word made silence and the word in the middle, as the data set has it."""
    frames = clips.waveforms.float().view(len(clips), -1, FRAME)  # (clips, frames, samples)
    level = frames.square().mean(dim=2).sqrt()
    loud = level > LOUD_SHARE * level.amax(dim=1, keepdim=True)
    places = torch.arange(loud.shape[1])
    first = torch.where(loud, places, loud.shape[1]).amin(dim=1, keepdim=True) - 1
    last = torch.where(loud, places, -1).amax(dim=1, keepdim=True) + 1
    words = clips.waveforms * ((places >= first) & (places <= last)).repeat_interleave(FRAME, dim=1)
    shifts = (loud.shape[1] - first - last - 1) * FRAME // 2
    middled = [word.roll(int(shift)) for word, shift in zip(words, shifts, strict=True)]
    return replace(clips, waveforms=torch.stack(middled))


def learnt_from(material: Material, takes: ClipSet | None, wanted: Callable[[str], bool]) -> TrainingData:
    """Return what may be learnt from: words as they are and trimmed, what is no word, and takes where given."""
    data = speech_material.training_data(material, wanted, SAMPLE_RATE_HZ)
    recorded = kept(join([material.benchmark, material.other]), wanted)
    speech = recorded.subset((recorded.targets != VOCABULARY.classes.index(SILENCE)).tolist())
    return replace(data, train=join([data.train, trimmed(speech), *([] if takes is None else [takes])]))


def learnable(group: str) -> bool:
    """Return whether the measured networks may learn from a speaker of Speech Commands or a source of ESC-10."""
    return position_of(group) >= HELD_BACK


@lru_cache(maxsize=1)
def load(data: Path, spoken: Path) -> tuple[Material, ClipSet]:
    """Decode everything once: words and sounds, and the takes of the digits."""
    return speech_material.load_material(data, spoken, VOCABULARY), decoded(take_clips(data), VOCABULARY)


@lru_cache(maxsize=1)
def with_words(data: Path, options: Options) -> Made:
    """Return a network that has learnt from words, but not from the Free Spoken Digit Dataset; never change it."""
    material, _ = load(data, options.spoken)
    learning = learnt_from(material, None, learnable)
    made = shipping.begin(learning.train, FRONT_END, NETWORKS[NETWORK], options.first_settings.seed)
    return shipping.fit(made, learning, options.first_settings)


@lru_cache(maxsize=1)
def all_folds(data: Path, options: Options) -> Mapping[str, FoldRun]:
    """Train a network for each speaker left out; all begin with the same one, which has heard none of the four."""
    material, takes = load(data, options.spoken)
    runs = {}
    for fold in FOLDS:
        print(f"without {fold}", flush=True)
        rest, test = kept(takes, lambda group: group != fold), kept(takes, lambda group: group == fold)  # noqa: B023
        words, learning = with_words(data, options), learnt_from(material, rest, learnable)
        runs[fold] = shipping.run_fold(words, learning, options.settings, test, options.runs)
    return runs


def measure_fold(data: Path, fold: str, options: Options = Options()) -> Values:
    """Return what the network without one speaker is worth on that speaker; all are trained at the first call."""
    return shipping.fold_values(all_folds(data, options), fold)


def measure(data: Path, options: Options) -> dict[str, Any]:
    """Return temperature and results over all speakers left out, and what else the card says."""
    material, _ = load(data, options.spoken)
    runs = all_folds(data, options)
    temperature = shipping.temperature_of(runs.values())
    return {
        "temperature": temperature,
        "results": asdict(shipping.evaluate_folds(runs, FOLDS)),
        "untouched": shipping.evaluate_folds(runs, UNTOUCHED).accuracy,
        "ten": right_share([(run.logits, run.test) for run in runs.values()], digits_only=True),
        **elsewhere([run.made for run in runs.values()], temperature, material),
    }


def right_share(judged: list[tuple[torch.Tensor, ClipSet]], *, digits_only: bool) -> float:
    """Return the share of clips judged right, where wanted by the digit that scores best."""
    first = len(REJECT_CLASSES) if digits_only else 0
    right = [logits[:, first:].argmax(dim=1) + first == clips.targets for logits, clips in judged]
    return float(torch.cat(right).float().mean())


def elsewhere(networks: list[Made], temperature: float, material: Material) -> dict[str, Any]:
    """Return what the networks make of words by other speakers and of sounds that were held back, as means of them."""
    words = kept(join([material.benchmark, material.other]), lambda group: not learnable(group))
    sounds = kept(material.environment, lambda group: not learnable(group))
    unknown, silence = (VOCABULARY.classes.index(name) for name in (UNKNOWN, SILENCE))
    others = words.subset(((words.targets != unknown) & (words.targets != silence)).tolist())
    strangers = words.subset((words.targets == unknown).tolist())
    judged = [(made.logits(others), others) for made in networks]
    return {
        "others": len(others),
        "other_share": right_share(judged, digits_only=False),
        "other_ten": right_share(judged, digits_only=True),
        "unknown": len(strangers),
        "unknown_share": finds_share(networks, temperature, strangers),
        "sounds": len(sounds),
        "sound_share": finds_share(networks, temperature, sounds),
    }


def finds_share(networks: list[Made], temperature: float, clips: ClipSet) -> float:
    """Return the share of clips that are taken for a digit with a score that names a file."""
    scores = torch.cat([(made.logits(clips) / temperature).softmax(dim=1) for made in networks])
    return float((scores[:, len(REJECT_CLASSES) :].amax(dim=1) > SURE_SCORE).float().mean())


def ship(data: Path, options: Options, measured: Mapping[str, Any]) -> None:
    """Train on all speakers and write what ships."""
    material, takes = load(data, options.spoken)
    learning = learnt_from(material, takes, lambda group: True)
    made = shipping.fit_souped(with_words(data, options), learning, options.settings, options.runs)
    about = About(
        name="digits10",
        title="Ten spoken English digits, other speech, and silence",
        licence=LICENCE,
        intended_use=INTENDED_USE,
        limits=LIMITS.format(**measured),
        how=HOW.format(**measured),
    )
    source = DataSource("Free Spoken Digit Dataset, four of its speakers", LICENCE, JAKOBOVSKI, len(takes))
    card = shipping.card_of(about, made, options.settings, measured, (source, *sources_of(material)))
    rows = torch.randperm(len(learning.train), generator=torch.Generator().manual_seed(1))[:CALIBRATION_WINDOWS]
    shipping.write_model(made, card, learning.train.floats(rows).numpy())


def main() -> None:
    """Measure, then train and write what ships; each run can be left out."""
    parser = shipping.script_parser("digits10", __doc__)
    parser.add_argument("spoken", type=Path, help="what tools/speak_words.py wrote")
    chosen = shipping.begun(parser)
    options = Options(chosen.spoken, bfloat16=chosen.bfloat16)
    shipping.measure_and_ship(
        chosen, lambda: measure(chosen.data, options), lambda measured: ship(chosen.data, options, measured)
    )


if __name__ == "__main__":
    main()
