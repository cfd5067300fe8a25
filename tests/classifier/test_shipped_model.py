"""The models that ship: each page is of its card, silence is silence, and what was learnt is recognised.

Their weights have learnt from these very recordings, so the tests on them prove that the file, the front-end and the
judging fit together; how good a model is on other speakers and sources stands on its card.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from desktop_app.annotation.records import BACKGROUND_LABELS, SURE_SCORE
from desktop_app.assets import models_dir
from desktop_app.classifier.card import read_card
from desktop_app.classifier.inference import Classifier, classify_files
from tools.shipping import page_of, picture_name

SHIPPED = sorted(models_dir().glob("*.safetensors"))
MODEL = models_dir() / "commands12.safetensors"
TEN = {"yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"}
RATE_HZ = 16_000


@pytest.fixture(scope="module")
def commands12() -> Classifier:
    """Return the shipped classifier."""
    return Classifier.load(MODEL)


def test_the_card_says_what_it_is_and_how_good(commands12: Classifier) -> None:
    card = commands12.card
    assert set(card.classes) == TEN | {"_silence_", "_unknown_"}
    assert (card.sample_rate_hz, card.window_s) == (RATE_HZ, 1.0)
    assert "Pete Warden" in " ".join(source.attribution for source in card.trained_on)
    assert card.results is not None
    assert set(card.results.class_accuracy) == set(card.classes)
    assert sum(map(sum, card.results.confusion)) == card.results.clips
    assert len(card.results.group_accuracy) > 20


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_page_is_of_the_card_and_shows_its_picture(path: Path) -> None:
    card = read_card(path)
    assert path.with_suffix(".md").read_text(encoding="utf-8") == page_of(card)
    assert f"({picture_name(card)})" in page_of(card)
    assert (models_dir() / picture_name(card)).read_bytes().startswith(b"\x89PNG")


def backgrounds() -> dict[str, npt.NDArray[np.float64]]:
    """Return a second each of sounds without speech."""
    random = np.random.default_rng(11)
    times_s = np.arange(RATE_HZ) / RATE_HZ
    white = random.normal(size=RATE_HZ)
    brown = np.cumsum(white) - np.linspace(0, np.sum(white), RATE_HZ)
    made = {"digital silence": np.zeros(RATE_HZ), "offset": np.full(RATE_HZ, 0.02)}
    made |= {f"white noise at {level}": level * white for level in (1e-4, 1e-3, 0.01, 0.1)}
    made |= {f"brown noise at {level}": level * brown / brown.std() for level in (1e-3, 0.05)}
    made |= {f"hum at {level}": level * np.sin(2 * np.pi * 50 * times_s) for level in (0.001, 0.01, 0.05)}
    return made


@pytest.mark.parametrize("name", backgrounds())
def test_a_background_is_no_word(commands12: Classifier, name: str) -> None:
    (scores,) = commands12.scores(backgrounds()[name][None].astype(np.float32))
    assert commands12.card.classes[int(scores.argmax())] in BACKGROUND_LABELS
    words = [score for score, label in zip(scores, commands12.card.classes, strict=True) if label in TEN]
    assert max(words) < 0.3


def test_a_loud_pure_tone_is_never_a_sure_find(commands12: Classifier) -> None:
    times_s = np.arange(RATE_HZ) / RATE_HZ
    tones = [0.4 * np.sin(2 * np.pi * pitch_hz * times_s) for pitch_hz in (50, 60, 120, 440, 1000, 3000)]
    scores = commands12.scores(np.stack(tones).astype(np.float32))
    words = [index for index, label in enumerate(commands12.card.classes) if label in TEN]
    assert float(scores[:, words].max()) < SURE_SCORE


@pytest.mark.realdata
def test_recorded_words_are_recognised_in_every_class(commands12: Classifier, shared_data: Path) -> None:
    folders = sorted(folder for folder in (shared_data / "speech_commands").iterdir() if folder.is_dir())
    for folder in folders:
        verdicts = list(classify_files(commands12, sorted(folder.iterdir())[::7]))
        right = sum(verdict.best is not None and verdict.best.label == folder.name for verdict in verdicts)
        assert right / len(verdicts) > 0.85, folder.name


@pytest.mark.realdata
def test_environmental_sounds_are_rarely_taken_for_words(commands12: Classifier, shared_data: Path) -> None:
    files = sorted((shared_data / "environment10").glob("*/*"))[::9]
    windows = [p for verdict in classify_files(commands12, files, hop_s=1.0) for p in verdict.predictions]
    assert sum(p.label in TEN and p.score > 0.5 for p in windows) / len(windows) < 0.05
