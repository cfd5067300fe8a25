"""Saying "unknown": the limits are what clips held back reach, and every way to judge keeps to them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.annotation.records import SURE_SCORE
from desktop_app.classifier.card import card_from_json, card_to_json
from desktop_app.classifier.card_text import markdown_of
from desktop_app.classifier.checkpoint import LoadedModel
from desktop_app.classifier.inference import Classifier, classify_files
from desktop_app.classifier.rejection import (
    HIGHEST_LIMIT,
    Naming,
    Rejection,
    fit_rejection,
    share_named,
    share_refused,
    unknown_label,
)
from desktop_app.errors import UserError
from tests.classifier.conftest import CLASSES

WriteTone = Callable[..., Path]
WORDS = ("_silence_", "_unknown_", "go", "stop")


def scores_of(top: int, highest: np.ndarray) -> np.ndarray:
    """Return rows that have a score for one class, the rest in equal parts for the others."""
    rows = np.repeat((1 - highest)[:, None] / 3, 4, axis=1)
    rows[:, top] = highest
    return rows


def test_a_limit_is_what_95_percent_of_the_clips_judged_right_reach_class_by_class() -> None:
    go, stop = np.linspace(0.6, 1, 101), np.linspace(0.8, 1, 101)
    scores = np.concatenate([scores_of(2, go), scores_of(3, stop), scores_of(2, np.full(50, 0.55))])
    targets = np.array([2] * 101 + [3] * 101 + [1] * 50)
    found = fit_rejection(scores, targets, WORDS)
    assert found is not None
    assert found.limits == {"go": pytest.approx(0.62, abs=1e-3), "stop": pytest.approx(0.81, abs=1e-3)}
    assert found.limit == pytest.approx(0.64, abs=0.01)
    assert share_refused(found, scores[:202], WORDS) == pytest.approx(0.05, abs=0.01)
    assert share_named(found, scores[202:], WORDS) == 0
    assert share_named(Rejection(0.5), scores[202:], WORDS) == 1


def test_limits_lie_between_a_sure_find_and_what_a_new_microphone_still_reaches() -> None:
    unsure, certain = scores_of(2, np.full(30, 0.3)), scores_of(3, np.full(30, 0.999))
    found = fit_rejection(np.concatenate([unsure, certain]), np.array([2] * 30 + [3] * 30), WORDS)
    assert found is not None
    assert found.limits == {"go": SURE_SCORE, "stop": HIGHEST_LIMIT}


def test_too_few_clips_give_no_limit_to_a_class_and_none_at_all_to_a_model() -> None:
    scores = np.concatenate([scores_of(2, np.full(19, 0.8)), scores_of(3, np.full(25, 0.9))])
    targets = np.array([2] * 19 + [3] * 25)
    found = fit_rejection(scores, targets, WORDS)
    assert found is not None and set(found.limits) == {"stop"}
    assert fit_rejection(scores[:19], targets[:19], WORDS) is None
    silence = scores_of(0, np.full(90, 0.9))
    assert fit_rejection(silence, np.zeros(90, int), WORDS) is None  # backgrounds are never refused


@given(st.lists(st.floats(0.26, 1), min_size=1, max_size=30), st.floats(0, 1), st.integers(0, 3))
def test_what_is_named_reaches_its_limit_and_what_is_refused_says_what_it_was(
    highest: list[float], limit: float, top: int
) -> None:
    rejection = Rejection(limit, {"stop": 0.9})
    for label, score, refused in Naming(WORDS, rejection)(scores_of(top, np.array(highest, np.float32))):
        if refused:
            assert (label, refused) == ("_unknown_", WORDS[top]) and top >= 2
            assert 1 - score < np.float32(rejection.limits.get(refused, limit)) + 1e-6
        else:
            assert label == WORDS[top]
            assert top < 2 or score >= np.float32(rejection.limits.get(label, limit)) - 1e-6


def test_without_limits_the_highest_class_is_named_whatever_its_score() -> None:
    assert list(Naming(WORDS, None)(scores_of(2, np.array([0.3], np.float32)))) == [("go", pytest.approx(0.3), "")]


def test_what_is_refused_is_called_as_the_model_calls_it() -> None:
    assert [unknown_label(names) for names in (WORDS, ("Unknown", "a"), ("a", "b"))] == [
        "_unknown_",
        "Unknown",
        "unknown",
    ]


def test_files_are_judged_by_the_limits_and_a_refused_one_is_no_find(
    tone_model: LoadedModel, write_tone: WriteTone
) -> None:
    paths = [write_tone("high.wav", ("high", 0.5)), write_tone("low.wav", ("low", 0.5))]
    strict = replace(tone_model, card=replace(tone_model.card, rejection=Rejection(0.5, {"high": 1.0})))
    high, low = classify_files(Classifier(strict), paths)
    assert high.best is not None and (high.best.label, high.best.refused, high.finds) == ("unknown", "high", ())
    assert low.best is not None and (low.best.label, low.best.refused, len(low.finds)) == ("low", "", 1)
    (as_before,) = classify_files(Classifier(tone_model), paths[:1])
    assert as_before.best is not None and as_before.best.label == "high"
    assert high.best.score == pytest.approx(1 - as_before.best.score)


def test_a_card_keeps_its_limits_and_tells_them_and_one_without_reads_as_before(tone_model: LoadedModel) -> None:
    card = replace(tone_model.card, rejection=Rejection(0.6, {"high": 0.8}, "It refuses 4 % of 90 clips."))
    assert card_from_json(card_to_json(card), "m") == card
    page = markdown_of(card)
    assert "What scores less than 0.60 to 0.80, by class, is called unknown." in page
    assert "It refuses 4 % of 90 clips." in page
    assert "unknown" not in markdown_of(tone_model.card)
    old = card_to_json(tone_model.card).replace(', "rejection": null', "")
    assert "rejection" not in old
    assert card_from_json(old, "m").rejection is None


@pytest.mark.parametrize(
    "lie",
    [{"limit": 2.0}, {"limit": "high"}, {"limit": 0.5, "limits": {"high": -1}}, {"limits": {}}, {"limit": 0.5, "x": 1}],
)
def test_a_card_whose_limits_make_no_sense_is_one_sentence(tone_model: LoadedModel, lie: dict[str, object]) -> None:
    text = card_to_json(tone_model.card)
    with pytest.raises(UserError, match="makes no sense"):
        card_from_json(json.dumps(json.loads(text) | {"rejection": lie}), "m")


def test_the_rule_is_a_sentence() -> None:
    assert Rejection(0.7).sentence == "What scores less than 0.70 is called unknown."
    assert len(Rejection(0.5).of(CLASSES)) == 3 and Rejection(0.5).of(CLASSES)[0] == 0
