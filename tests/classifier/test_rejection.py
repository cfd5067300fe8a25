"""Saying "unknown": the limits are what clips held back reach, and every way to judge keeps to them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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

WriteTone = Callable[..., Path]
WORDS = ("_silence_", "_unknown_", "go", "stop")


def scores_of(top: int, highest: np.ndarray) -> np.ndarray:
    """Return rows that have a score for one class, the rest in equal parts for the others."""
    rows = np.repeat((1 - highest)[:, None] / 3, 4, axis=1)
    rows[:, top] = highest
    return rows


def test_the_limit_is_what_95_percent_of_the_clips_judged_right_reach() -> None:
    go, wrong = np.linspace(0.6, 1, 401), np.full(50, 0.55)
    scores = np.concatenate([scores_of(2, go), scores_of(2, wrong), scores_of(1, np.full(50, 0.3))])
    targets = np.array([2] * 401 + [3] * 50 + [1] * 50)
    found = fit_rejection(scores, targets, WORDS)
    assert found == Rejection(pytest.approx(0.62, abs=1e-3))  # type: ignore[arg-type]
    assert share_refused(found, scores, targets, WORDS) == pytest.approx(0.05, abs=0.003)
    assert share_named(found, scores[401:], WORDS) == 0
    assert share_named(Rejection(0.5), scores[401:], WORDS) == 0.5  # the other half are backgrounds


def test_a_limit_is_never_so_high_that_another_microphone_is_refused() -> None:
    assert fit_rejection(scores_of(3, np.full(30, 0.999)), np.full(30, 3), WORDS) == Rejection(HIGHEST_LIMIT)


def test_too_few_clips_judged_right_give_no_limit() -> None:
    scores, targets = scores_of(2, np.full(20, 0.8)), np.full(20, 2)
    assert fit_rejection(scores, targets, WORDS) == Rejection(0.8)
    assert fit_rejection(scores, np.where(np.arange(20) < 1, 3, targets), WORDS) is None
    silence = scores_of(0, np.full(90, 0.9))
    assert fit_rejection(silence, np.zeros(90, int), WORDS) is None  # backgrounds are never refused
    assert share_refused(Rejection(0.8), silence, np.zeros(90, int), WORDS) == 0


@given(
    st.lists(st.floats(0.265625, 1, width=32), min_size=1, max_size=30), st.floats(0, 1, width=32), st.integers(0, 3)
)
def test_what_is_named_reaches_the_limit_and_what_is_refused_says_what_it_was(
    highest: list[float], limit: float, top: int
) -> None:
    rows = scores_of(top, np.array(highest, np.float32))
    for reached, (label, score, refused) in zip(highest, Naming(WORDS, Rejection(limit))(rows), strict=True):
        if refused:
            assert (label, refused, top >= 2) == ("_unknown_", WORDS[top], True)
            assert score == pytest.approx(1 - reached) and reached < limit
        else:
            assert (label, score) == (WORDS[top], pytest.approx(reached))
            assert top < 2 or reached >= limit


def test_without_a_limit_the_highest_class_is_named_whatever_its_score() -> None:
    assert list(Naming(WORDS, None)(scores_of(2, np.array([0.3], np.float32)))) == [("go", pytest.approx(0.3), "")]


def test_what_is_refused_is_called_as_the_model_calls_it() -> None:
    assert [unknown_label(names) for names in (WORDS, ("Unknown", "a"), ("a", "b"))] == [
        "_unknown_",
        "Unknown",
        "unknown",
    ]


def test_files_are_judged_by_the_limit_and_a_refused_one_is_no_find(
    tone_model: LoadedModel, write_tone: WriteTone
) -> None:
    paths = [write_tone("high.wav", ("high", 0.5)), write_tone("low.wav", ("low", 0.5))]
    before = [verdict.best for verdict in classify_files(Classifier(tone_model), paths)]
    lower, higher = sorted(best.score for best in before if best)
    assert lower < higher
    strict = replace(tone_model, card=replace(tone_model.card, rejection=Rejection((lower + higher) / 2)))
    for was, verdict in zip(before, classify_files(Classifier(strict), paths), strict=True):
        now = verdict.best
        assert was is not None and now is not None
        if was.score == lower:
            assert (now.label, now.refused, verdict.finds) == ("unknown", was.label, ())
            assert now.score == pytest.approx(1 - lower)
        else:
            assert (now.label, now.refused, len(verdict.finds)) == (was.label, "", 1)


def test_a_card_keeps_its_limit_and_tells_it_and_one_without_reads_as_before(tone_model: LoadedModel) -> None:
    card = replace(tone_model.card, rejection=Rejection(0.6, "It refuses 4 % of 90 clips."))
    assert card_from_json(card_to_json(card), "m") == card
    page = markdown_of(card)
    assert "What scores less than 0.60 is called unknown." in page
    assert "It refuses 4 % of 90 clips." in page
    assert "unknown" not in markdown_of(tone_model.card)
    old = card_to_json(tone_model.card).replace(', "rejection": null', "")
    assert "rejection" not in old
    assert card_from_json(old, "m").rejection is None


@pytest.mark.parametrize(
    "lie",
    [{"limit": 2.0}, {"limit": "high"}, {"limit": float("nan")}, {}, {"limit": 0.5, "x": 1}, {"limit": 0.5, "how": 3}],
)
def test_a_card_whose_limit_makes_no_sense_is_one_sentence(tone_model: LoadedModel, lie: dict[str, object]) -> None:
    text = card_to_json(tone_model.card)
    with pytest.raises(UserError, match="makes no sense"):
        card_from_json(json.dumps(json.loads(text) | {"rejection": lie}), "m")
