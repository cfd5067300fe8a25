"""The tool that counts false alarms: streams hold what they say they hold, and events are judged by their time."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.classifier.checkpoint import LoadedModel
from desktop_app.classifier.engines.torch_engine import TorchEngine
from desktop_app.classifier.event_rule import Detection, EventRule
from tests.classifier.conftest import RATE_HZ, tone, tone_model
from tests.test_evaluation_tool import SPEED
from tools.evaluation import alarms, page
from tools.evaluation.alarm_streams import (
    SNR_DB,
    WORD_LEVEL,
    Said,
    Scene,
    Sound,
    Sounds,
    Word,
    other_scenes,
    scene,
    word_of,
    word_scenes,
)
from tools.evaluation.alarms import (
    Judged,
    Noise,
    by_noise,
    hits,
    judge,
    judged_once,
    noise_of,
    poisson_interval,
    threshold_for,
)
from tools.train_commands12 import SAMPLE_RATE_HZ

__all__ = ["tone_model"]  # a fixture


def noise(frames: int, level: float, seed: int = 0) -> Sound:
    return np.random.default_rng(seed).normal(0, level, frames).astype(np.float32)


def spoken(label: str, seed: int = 0, level: float = 0.3) -> Word:
    """Return a clip of one second with a burst from 0.4 to 0.7 s."""
    sound = noise(SAMPLE_RATE_HZ, 1e-4, seed)
    sound[6_400:11_200] += noise(4_800, level, seed)
    return word_of(label, sound)


SOUNDS = Sounds(
    words=tuple(spoken(label, seed) for seed, label in enumerate(("yes", "no", "up") * 5)),
    others=((spoken("_unknown_", 50),), tuple(spoken("_unknown_", seed) for seed in (60, 61))),
    backgrounds=((noise(SAMPLE_RATE_HZ, 0.1, 70),), (noise(SAMPLE_RATE_HZ, 0.2, 71),)),
)


@given(level=st.floats(0.01, 0.5))
def test_a_word_lies_where_its_clip_is_loud_and_is_as_loud_as_every_other(level: float) -> None:
    word = spoken("yes", level=level)
    assert (word.onset, word.offset) == (6_400, 11_200)
    assert np.sqrt(np.mean(word.sound[6_400:11_200] ** 2)) == pytest.approx(WORD_LEVEL, rel=1e-3)
    assert word.sound[0] == word.sound[-1] == 0


def test_words_stand_in_a_scene_where_it_says_over_a_background_at_a_stated_level() -> None:
    words = [spoken("yes", 1), spoken("no", 2)]
    made = scene(words, noise(SAMPLE_RATE_HZ, 0.3, 3), np.random.default_rng(4))
    assert [said.label for said in made.said] == ["yes", "no"]
    starts = [round(said.onset_s * SAMPLE_RATE_HZ) - word.onset for said, word in zip(made.said, words, strict=True)]
    rest = made.sound.copy()
    for start, word in zip(starts, words, strict=True):
        rest[start : start + len(word.sound)] -= word.sound
    below_db = 20 * np.log10(WORD_LEVEL / np.sqrt(np.mean(rest**2)))
    assert made.snr_db in SNR_DB
    assert below_db == pytest.approx(made.snr_db, abs=0.2)
    assert 2 < made.said[1].onset_s - made.said[0].offset_s < 8


def test_every_known_word_comes_once_and_none_comes_among_the_others() -> None:
    known = [said.label for made in word_scenes(SOUNDS) for said in made.said]
    assert sorted(known) == sorted(word.label for word in SOUNDS.words)
    others = {said.label for made in islice(other_scenes(SOUNDS), 10) for said in made.said}
    assert others == {"_unknown_"}


def test_a_shorter_stream_is_the_beginning_of_a_longer_one() -> None:
    short, long = (list(islice(other_scenes(SOUNDS), scenes)) for scenes in (2, 5))
    assert all(np.array_equal(a.sound, b.sound) for a, b in zip(short, long, strict=False))
    assert not np.array_equal(long[0].sound[:1000], long[1].sound[:1000])


def event(label: str, at_s: float) -> Detection:
    return Detection(label, 0.9, at_s, at_s)


@pytest.mark.parametrize(
    ("events", "found", "mistaken"),
    [
        ([event("yes", 2.9)], 1, 0),
        ([event("yes", 2.4)], 1, 0),  # before its end, which is in time
        ([event("yes", 1.9)], 0, 0),  # before its beginning
        ([event("yes", 3.6)], 0, 0),  # too late
        ([event("no", 2.8)], 0, 1),
        ([event("no", 2.8), event("yes", 3.1)], 1, 1),
        ([], 0, 0),
    ],
)
def test_a_word_is_found_by_an_event_of_its_class_in_its_time(
    events: list[Detection], found: int, mistaken: int
) -> None:
    result = hits([Said("yes", 2.0, 2.5)], events)
    assert (result.words, result.found, result.mistaken) == (1, found, mistaken)
    assert result.misses == 1 - found


def stream_of(peaks: list[tuple[str, float]], false: list[float]) -> Judged:
    """Return a stream in which words of 0.4 s come every five seconds, each heard with a score, and others without."""
    classes = ("_silence_", "no", "yes")
    scores = np.zeros((50 * (len(peaks) + len(false)), 3), np.float32)
    scores[:, 0] = 1
    for place, (label, score) in enumerate([*peaks, *(("no", score) for score in false)]):
        scores[50 * place + 20 : 50 * place + 32, classes.index(label)] = score
    said = tuple(Said(label, 5.0 * place + 2.0, 5.0 * place + 2.4) for place, (label, _) in enumerate(peaks))
    return Judged(classes, np.arange(len(scores), dtype=np.float64) / 10, scores, said, len(scores) / 10)


def test_the_threshold_is_the_highest_that_misses_no_more() -> None:
    words = stream_of([("yes", 0.955), ("no", 0.655), ("yes", 0.455), ("yes", 0.255)], [])
    assert threshold_for(words, 0.25) == 0.45
    assert threshold_for(words, 0.5) == 0.65
    assert threshold_for(words, 0.5, (0.3, 0.6, 0.7)) == 0.6
    assert threshold_for(words, 0.0, (0.5, 0.7)) is None


def test_every_event_in_the_stream_without_words_is_a_false_alarm() -> None:
    words, others = stream_of([("yes", 0.9), ("no", 0.9)], []), stream_of([], [0.9, 0.8, 0.3])
    found = alarms.measured_at(0.7, words, others)
    assert (found["misses"], found["false_alarms"], found["of_other_words"]) == (0, 2, 0)
    assert found["an_hour"][0] == 480.0  # two in fifteen seconds
    assert found["late_s"] == pytest.approx(-0.2, abs=0.11)
    assert alarms.measured_at(0.85, words, others)["false_alarms"] == 1


def test_misses_and_false_alarms_are_counted_where_the_background_was_as_loud() -> None:
    words, others = stream_of([("yes", 0.9), ("no", 0.3)], []), stream_of([], [0.9, 0.3, 0.9, 0.9])
    behind_words = Noise(np.array([0.0, 5.0]), np.array([30.0, 10.0]), np.array([5.0, 5.0]))
    behind_others = Noise(np.array([0.0, 10.0]), np.array([10.0, 30.0]), np.array([10.0, 10.0]))
    faint, loud = by_noise(EventRule(), (words, behind_words), (others, behind_others))
    assert (faint["snr_db"], faint["words"], faint["misses"], faint["an_hour"][0]) == (30.0, 1, 0.0, 720.0)
    assert (loud["snr_db"], loud["words"], loud["misses"], loud["an_hour"][0]) == (10.0, 1, 1.0, 360.0)


def test_the_noise_of_a_stream_ends_with_the_stream(tone_model: LoadedModel) -> None:
    noise_behind = noise_of(tone_scenes(), judge(TorchEngine(tone_model), tone_scenes(), 6.5), RATE_HZ)
    assert noise_behind.starts_s.tolist() == [0.0, 6.0]
    assert [noise_behind.at(at_s) for at_s in (0.0, 5.99, 6.0, 99.0)] == [30.0, 30.0, 20.0, 20.0]


def test_limits_are_those_of_the_tables() -> None:
    assert poisson_interval(0) == pytest.approx((0, 3.6889), abs=1e-4)
    assert poisson_interval(10) == pytest.approx((4.7954, 18.3904), abs=1e-4)


def tone_scenes() -> Iterator[Scene]:
    """Yield scenes of six seconds with a high tone and a low one."""
    for number in range(3):
        sound, said = tone("_silence_", 6 * RATE_HZ, number), []
        for label, start in (("high", 1), ("low", 4)):
            sound[start * RATE_HZ :][: RATE_HZ // 2] = tone(label, RATE_HZ // 2, number)
            said.append(Said(label, float(start), start + 0.5))
        yield Scene(sound, tuple(said), 30.0 - 10.0 * (number % 2))


def test_a_model_that_knows_the_words_finds_them_all_and_is_asked_once(tone_model: LoadedModel, tmp_path: Path) -> None:
    kept = tmp_path / "made" / "stream.npz"
    engine = TorchEngine(tone_model)
    first = judged_once(kept, engine, tone_scenes())
    assert first.seconds == 18.0
    assert [said.onset_s for said in first.said] == [1.0, 4.0, 7.0, 10.0, 13.0, 16.0]
    assert hits(first.said, first.found(EventRule(threshold=0.5))).found == 6
    again = judged_once(kept, engine, iter(()))
    assert again.said == first.said
    assert np.array_equal(again.scores, first.scores)


def test_a_stream_ends_with_the_scene_in_which_it_is_long_enough(tone_model: LoadedModel) -> None:
    assert judge(TorchEngine(tone_model), tone_scenes(), 6.5).seconds == 12.0


def test_a_model_that_is_not_there_is_left_out_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(alarms, "load_sounds", lambda data, split: SOUNDS)
    monkeypatch.setattr("sys.argv", ["alarms", "--results", str(tmp_path), "--only", "seed_steady"])
    alarms.main()
    assert "seed_steady_commands12.safetensors is not there" in capsys.readouterr().out
    assert not (tmp_path / alarms.RESULT).exists()


def at(threshold: float, misses: float, count: int, hours: float) -> dict[str, Any]:
    low, high = poisson_interval(count)
    return {
        "threshold": threshold,
        "misses": misses,
        "mistaken": 0.01,
        "late_s": 0.154,
        "false_alarms": count,
        "of_other_words": count - 1,
        "an_hour": [count / hours, low / hours, high / hours],
    }


def test_the_page_shows_false_alarms_beside_the_seeds_and_what_was_not_reached() -> None:
    stream = {"words": 490, "words_s": 2700.0, "other_words": 1080, "others_s": 5400.0}
    shipped = {
        **stream,
        "at_misses": {"0.05": at(0.97, 0.048, 3, 1.5), "0.1": None},
        "by_default": at(0.7, 0.01, 9, 1.5),
    }
    seed = {**stream, "at_misses": {"0.05": None, "0.1": at(0.2, 0.1, 60, 1.5)}, "by_default": at(0.7, 0.4, 30, 1.5)}
    values = {"fold": "2", "recorded": 38, "earlier": 305, "recipes": {"shipped": shipped, "seed_steady": seed}}
    text = page.page([page.Found("commands12", {}, SPEED, {}, values)], None, "images")
    assert "| shipped, at 5% misses | 0.97 | 4.8% | 1.0% | 2.0 (0.4 to 5.8) | 2 of 3 | 154 ms |" in text
    assert "| seed_steady, at 5% misses | none | – |" in text
    assert "At 5% misses 2.0 (0.4 to 5.8) false alarms an hour, at 10% misses out of reach of any threshold." in text
    assert "The seed's net by the same rule: at 5% misses out of reach of any threshold" in text
    assert "misses 1.0% and gives 6.0 (2.7 to 11.4) false alarms an hour" in text
    assert "720 an hour" in text
    assert "| the background lies below" not in text
    for each in (shipped, seed):
        each["by_noise"] = [{"snr_db": 30.0, "misses": 0.05, "an_hour": [2.0, 0.4, 5.8]}]
    loud = page.page([page.Found("commands12", {}, SPEED, {}, values)], None, "images")
    assert "| 30 dB | 5.0% missed, 2.0 (0.4 to 5.8) an hour | 5.0% missed" in loud
    assert "### False alarms" not in page.page([page.Found("commands12", {}, SPEED, {})], None, "images")
