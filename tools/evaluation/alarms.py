"""False alarms per hour at 5 % and 10 % misses, of the shipped recipe and the seed's, without a fold's speakers.

    .venv/bin/python -m tools.evaluation.alarms

What is not there is made: the shipped recipe is trained without the fold (some ten minutes on one thread) and kept in
build/evaluation/alarms; the seed's weights are those that `tools.evaluate_models` kept of the same fold. The scores of
a stream are kept as well, so that a rule can be tried anew in a minute. What was found is in
build/evaluation/commands12/alarms.json, and `tools.evaluate_models --page` puts it on the page.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import gammaincinv

from desktop_app.audio.atomic import replacing
from desktop_app.classifier.engines.engine import Engine, fingerprint, open_engine
from desktop_app.classifier.event_rule import Detection, EventRule, detect
from desktop_app.classifier.streaming import StreamingClassifier
from tools.evaluation.alarm_model import write_fold_model
from tools.evaluation.alarm_streams import Said, Scene, Sounds, load_sounds, other_scenes, word_scenes
from tools.evaluation.commands12 import Options, split_of, train_fold
from tools.evaluation.folds import Values, write_values
from tools.evaluation.jobs import read_values
from tools.evaluation.recipes import Place

FOLD = "2"
LATE_S = 1.0
"""A word is found if its class fires between its beginning and so long after its end."""
MISSES = (0.05, 0.10)
THRESHOLDS = (0.999, 0.998, 0.995, *(round(0.01 * step, 2) for step in range(99, 1, -1)))
HOURS = {"shipped": 3.0, "fast": 3.0, "seed_steady": 1.0}
"""Recipe -> least length of the stream for false alarms; the shorter ones are the beginning of the longest."""
CONFIDENCE = 0.95
S_PER_HOUR = 3600.0
SAID = ("label", "onset_s", "offset_s")
RESULT = Path("commands12/alarms.json")


@dataclass(frozen=True, eq=False)
class Judged:
    """What a model said of a stream, and what there was."""

    classes: tuple[str, ...]
    """Of the scores."""
    ends_s: npt.NDArray[np.float64]
    """End of each window in seconds of the stream."""
    scores: npt.NDArray[np.float32]
    """Shape (windows, classes)."""
    said: tuple[Said, ...]
    """The words."""
    seconds: float
    """Length of the stream."""

    def found(self, rule: EventRule) -> list[Detection]:
        """Return what a rule finds."""
        return detect(self.classes, rule, self.ends_s.tolist(), self.scores)


@dataclass(frozen=True)
class Hits:
    """How many words were found."""

    words: int
    """There were."""
    found: int
    """In time, as what they are."""
    mistaken: int
    """In whose time another word was said to be."""
    late_s: float | None
    """Median time from the end of a found word to the event."""

    @property
    def misses(self) -> float:
        """Return the share of words that were not found."""
        return 1 - self.found / self.words


def judge(engine: Engine, scenes: Iterable[Scene], least_s: float = np.inf) -> Judged:
    """Return the scores of a stream that is so long or ends with the last scene, every 100 ms as with a microphone."""
    rate_hz = engine.card.sample_rate_hz
    stream, frames = StreamingClassifier(engine, rate_hz), 0
    results, said = [], list[Said]()
    for scene in scenes:
        start_s = frames / rate_hz
        said += [replace(word, onset_s=start_s + word.onset_s, offset_s=start_s + word.offset_s) for word in scene.said]
        results += stream.push(scene.sound)
        frames += len(scene.sound)
        if frames >= least_s * rate_hz:
            break
    ends_s = np.array([result.at_s for result in results])
    return Judged(engine.card.classes, ends_s, np.stack([r.scores for r in results]), tuple(said), frames / rate_hz)


def hits(said: Sequence[Said], events: Sequence[Detection]) -> Hits:
    """Return how many words of a stream were found: events of their class from their beginning to `LATE_S` after."""
    found, mistaken, late_s = 0, 0, []
    for word in said:
        near = events_at(word, events)
        right = [event.at_s - word.offset_s for event in near if event.label == word.label]
        found += bool(right)
        mistaken += len(right) < len(near)
        late_s += right[:1]
    return Hits(len(said), found, mistaken, round(float(np.median(late_s)), 3) if late_s else None)


def events_at(word: Said, events: Sequence[Detection]) -> list[Detection]:
    """Return the events in the time of a word."""
    return [event for event in events if word.onset_s <= event.at_s <= word.offset_s + LATE_S]


def threshold_for(words: Judged, misses: float, thresholds: Sequence[float] = THRESHOLDS) -> float | None:
    """Return the highest threshold that misses no more than this share of the words; None where all miss more."""
    for threshold in sorted(thresholds, reverse=True):
        if hits(words.said, words.found(EventRule(threshold=threshold))).misses <= misses:
            return threshold
    return None


def measured_at(threshold: float, words: Judged, others: Judged) -> Values:
    """Return misses in the stream of known words and false alarms in the other one, with their interval in an hour."""
    rule, hours = EventRule(threshold=threshold), others.seconds / S_PER_HOUR
    there, alarms = hits(words.said, words.found(rule)), others.found(rule)
    of_words = {event.at_s for word in others.said for event in events_at(word, alarms)}
    low, high = poisson_interval(len(alarms))
    return {
        "threshold": threshold,
        "misses": there.misses,
        "mistaken": there.mistaken / there.words,
        "late_s": there.late_s,
        "false_alarms": len(alarms),
        "of_other_words": len(of_words),
        "an_hour": [round(count / hours, 2) for count in (len(alarms), low, high)],
    }


@dataclass(frozen=True, eq=False)
class Noise:
    """How loud the background of a stream is from one scene to the next."""

    starts_s: npt.NDArray[np.float64]
    """Of the scenes, in seconds of the stream."""
    snr_db: npt.NDArray[np.float64]
    """How far each lies below what is spoken."""
    seconds: npt.NDArray[np.float64]
    """Length of each."""

    def at(self, at_s: float) -> float:
        """Return how far the background lies below what is spoken at a second of the stream."""
        return float(self.snr_db[np.searchsorted(self.starts_s, at_s, side="right") - 1])


def noise_of(scenes: Iterable[Scene], stream: Judged, rate_hz: int) -> Noise:
    """Return the noise of a stream that was made of these scenes."""
    lengths_s, snr_db = list[float](), list[float]()
    for scene in scenes:
        lengths_s.append(len(scene.sound) / rate_hz)
        snr_db.append(scene.snr_db)
        if sum(lengths_s) >= stream.seconds - 0.5 / rate_hz:
            break
    seconds = np.array(lengths_s)
    return Noise(np.cumsum(seconds) - seconds, np.array(snr_db), seconds)


def by_noise(rule: EventRule, words: tuple[Judged, Noise], others: tuple[Judged, Noise]) -> list[Values]:
    """Return misses and false alarms by a rule for each level of the background, the faintest first."""
    (known, behind_words), (unknown, behind_others) = words, others
    events, alarms = known.found(rule), unknown.found(rule)
    found = []
    for snr_db in sorted(set(behind_words.snr_db.tolist()), reverse=True):
        said = [word for word in known.said if behind_words.at(word.onset_s) == snr_db]
        hours = behind_others.seconds[behind_others.snr_db == snr_db].sum() / S_PER_HOUR
        count = sum(behind_others.at(alarm.at_s) == snr_db for alarm in alarms)
        found.append(
            {
                "snr_db": snr_db,
                "words": len(said),
                "misses": hits(said, events).misses,
                "hours": round(float(hours), 3),
                "an_hour": [round(float(value / hours), 2) for value in (count, *poisson_interval(count))],
            }
        )
    return found


def poisson_interval(count: int) -> tuple[float, float]:
    """Return the exact limits (Garwood 1936) of the expectation behind a count of rare events."""
    tail = (1 - CONFIDENCE) / 2
    return float(gammaincinv(count, tail)) if count else 0.0, float(gammaincinv(count + 1, 1 - tail))


def summed_up(words: Judged, others: Judged) -> Values:
    """Return a model's values at the thresholds for each of `MISSES`, and by the rule as it stands."""
    at = ((f"{misses:g}", threshold_for(words, misses)) for misses in MISSES)
    return {
        "words": len(words.said),
        "words_s": round(words.seconds, 1),
        "other_words": len(others.said),
        "others_s": round(others.seconds, 1),
        "at_misses": {key: None if value is None else measured_at(value, words, others) for key, value in at},
        "by_default": measured_at(EventRule().threshold, words, others),
    }


def model_of(recipe: str, results: Path) -> Path:
    """Return the weights of a recipe that has not learnt from the fold."""
    if recipe == "shipped":
        return results / "alarms" / f"commands12_fold{FOLD}.safetensors"
    place = Place(results, "commands12", recipe, FOLD)
    return place.run.model(place.name)


def judged_once(kept: Path, engine: Engine, scenes: Iterable[Scene], least_s: float = np.inf) -> Judged:
    """Return the scores of a stream from the file where they are kept, or judge it and keep them."""
    if not kept.is_file():
        new = judge(engine, scenes, least_s)
        kept.parent.mkdir(parents=True, exist_ok=True)
        labels, onsets_s, offsets_s = (np.array([getattr(word, name) for word in new.said]) for name in SAID)
        with replacing(kept) as file:
            np.savez(
                file,
                ends_s=new.ends_s,
                scores=new.scores,
                seconds=new.seconds,
                label=labels,
                onset_s=onsets_s,
                offset_s=offsets_s,
            )
    with np.load(kept, allow_pickle=False) as values:
        said_then = tuple(Said(*word) for word in zip(*(values[name].tolist() for name in SAID), strict=True))
        return Judged(engine.card.classes, values["ends_s"], values["scores"], said_then, float(values["seconds"]))


def measure(recipe: str, model: Path, results: Path, sounds: Sounds) -> Values:
    """Return what a model is worth on the streams of these sounds, of which the other words' has `HOURS` at least."""
    engine, print_of = open_engine(model), fingerprint(model)
    torch.set_num_threads(1)
    kept = results / "alarms" / f"{recipe}_{print_of[:12]}"
    words = judged_once(kept.with_suffix(".words.npz"), engine, word_scenes(sounds))
    least_s = HOURS[recipe] * S_PER_HOUR
    others = judged_once(kept.with_suffix(".others.npz"), engine, other_scenes(sounds), least_s)
    rate_hz = engine.card.sample_rate_hz
    noisy_words = words, noise_of(word_scenes(sounds), words, rate_hz)
    noisy_others = others, noise_of(other_scenes(sounds), others, rate_hz)
    return {
        "of": print_of,
        "made": date.today().isoformat(),
        "engine": engine.name,
        **summed_up(words, others),
        "by_noise": by_noise(EventRule(), noisy_words, noisy_others),
    }


def main() -> None:
    """Measure the recipes whose models are there, training the shipped one where it is not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="the recordings")
    parser.add_argument("--results", type=Path, default=Path("build/evaluation"), help="the folder of measured folds")
    parser.add_argument("--only", choices=tuple(HOURS), nargs="+", default=tuple(HOURS), help="measure these recipes")
    parser.add_argument("--epochs", type=int, default=Options().epochs, help="rounds of the shipped recipe")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    path, sounds = chosen.results / RESULT, load_sounds(chosen.data, split_of(FOLD))
    for recipe in chosen.only:
        model = model_of(recipe, chosen.results)
        if recipe == "shipped" and not model.is_file():
            options = Options(epochs=chosen.epochs)
            write_fold_model(model, train_fold(chosen.data, FOLD, options), chosen.data, FOLD, options)
        if not model.is_file():
            print(f"{recipe}: {model} is not there; make it with tools.evaluate_models, then run this again")
            continue
        there: Values = read_values(path) if path.is_file() else {"fold": FOLD, "recipes": {}}
        there |= {"recorded": len(sounds.others[0]), "earlier": len(sounds.others[1])}
        there["recipes"][recipe] = measure(recipe, model, chosen.results, sounds)
        write_values(path, there)
        print(recipe, there["recipes"][recipe], flush=True)


if __name__ == "__main__":
    main()
