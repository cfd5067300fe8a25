"""When averaged scores become events, told in the story of one score after the other."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.classifier.event_rule import Detection, EventDetector, EventRule, detect

CLASSES = ("_silence_", "_unknown_", "yes", "no")
HOP_S = 0.1
Scores = npt.NDArray[np.float32]


def rows(*parts: tuple[str, int], score: float = 0.95) -> Scores:
    """Return scores in which one class after the other is on top for so many results."""
    found = []
    for label, count in parts:
        row = np.full(len(CLASSES), (1 - score) / (len(CLASSES) - 1), np.float32)
        row[CLASSES.index(label)] = score
        found += [row] * count
    return np.stack(found)


def found_in(scores: Scores, rule: EventRule | None = None, hop_s: float = HOP_S) -> list[Detection]:
    return detect(CLASSES, rule or EventRule(), [1 + hop_s * index for index in range(len(scores))], scores)


def test_a_word_is_one_event_when_its_mean_over_half_a_second_is_high_enough() -> None:
    (event,) = found_in(rows(("_silence_", 10), ("yes", 8), ("_silence_", 10)))
    assert event.label == "yes"
    assert event.at_s == pytest.approx(1 + 0.1 * 13), "four of five results are more than 0.65 on average"
    assert event.peak_s == pytest.approx(1 + 0.1 * 10), "the first of the highest scores"
    assert 0.65 <= event.score <= 0.95


def test_a_single_high_result_is_no_event() -> None:
    assert found_in(rows(("_silence_", 10), ("yes", 1), ("_silence_", 10), score=1.0)) == []


def test_background_never_fires_however_sure() -> None:
    assert found_in(rows(("_unknown_", 40), ("_silence_", 40), score=1.0)) == []


def test_nothing_fires_before_the_minimum_count() -> None:
    yes = rows(("yes", 10))
    assert found_in(yes)[0].at_s == pytest.approx(1.2)
    assert found_in(yes, EventRule(minimum_count=5))[0].at_s == pytest.approx(1.4)


def test_a_long_sound_fires_once_until_it_was_gone() -> None:
    assert len(found_in(rows(("_silence_", 5), ("yes", 100), ("_silence_", 5)))) == 1


def test_the_same_word_twice_is_two_events_though_nothing_else_fires_between() -> None:
    twice = rows(("yes", 8), ("_silence_", 6), ("yes", 8))
    assert [event.label for event in found_in(twice)] == ["yes", "yes"]


def test_a_dip_that_is_not_deep_enough_does_not_arm_again() -> None:
    dip = np.concatenate([rows(("yes", 15)), rows(("yes", 10), score=0.5), rows(("yes", 15))])
    assert len(found_in(dip)) == 1


def test_the_same_word_too_soon_is_suppressed_and_another_word_sooner_is_not() -> None:
    rule = EventRule(averaging_s=0.1, minimum_count=1)
    scores = rows(("yes", 1), ("_silence_", 3), ("yes", 1), ("_silence_", 1), ("no", 1), ("_silence_", 4), ("yes", 1))
    assert [event.label for event in found_in(scores, rule)] == ["yes", "no", "yes"]
    assert [event.label for event in found_in(rows(("yes", 1), ("no", 1)), rule)] == ["yes"]


def test_a_class_may_have_a_threshold_of_its_own() -> None:
    scores = rows(("no", 20), score=0.5)
    assert found_in(scores) == []
    assert [event.label for event in found_in(scores, EventRule(thresholds={"no": 0.4}))] == ["no"]


def test_a_longer_hop_still_averages_the_minimum_count() -> None:
    (event,) = found_in(rows(("_silence_", 4), ("yes", 6)), hop_s=0.5)
    assert event.at_s == pytest.approx(1 + 0.5 * 6)


def test_a_changed_rule_holds_from_the_next_result_on() -> None:
    detector = EventDetector(CLASSES, EventRule(threshold=0.99))
    yes = rows(("yes", 1))[0]
    assert all(detector.push(index / 10, yes)[1] is None for index in range(10))
    detector.rule = EventRule()
    assert detector.push(1.0, yes)[1] is not None


@given(
    st.lists(st.lists(st.floats(0.01, 1), min_size=4, max_size=4), min_size=1, max_size=60),
    st.floats(0.1, 0.9),
    st.integers(1, 4),
)
def test_events_keep_their_distance_and_their_threshold(
    values: list[list[float]], threshold: float, minimum_count: int
) -> None:
    scores = np.array(values, np.float32)
    scores /= scores.sum(axis=1, keepdims=True)
    rule = EventRule(threshold=threshold, minimum_count=minimum_count)
    events = found_in(scores, rule)
    assert all(event.score >= np.float32(threshold) and event.label in ("yes", "no") for event in events)
    for earlier, later in pairwise(events):
        least_s = rule.suppression_s if earlier.label == later.label else rule.other_suppression_s
        assert later.at_s - earlier.at_s >= least_s - 1e-9


@pytest.mark.parametrize("began", range(60))
def test_another_word_fires_as_soon_wherever_in_the_stream(began: int) -> None:
    rule = EventRule(averaging_s=0.1, minimum_count=1, other_suppression_s=0.3)
    scores = rows(("yes", 1), ("no", 6))
    events = detect(CLASSES, rule, [(16_000 + 1_600 * (began + hop)) / 16_000 for hop in range(len(scores))], scores)
    assert [event.label for event in events] == ["yes", "no"]
    assert events[1].at_s - events[0].at_s == pytest.approx(0.3)
