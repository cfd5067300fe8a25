"""Measures against numbers worked out by hand, by brute force and by scipy."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from desktop_app.classifier.measuring.curves import calibration_error, precision_recall, reliability
from desktop_app.classifier.measuring.measures import measure
from desktop_app.classifier.measuring.metrics import (
    accuracy_interval,
    compare,
    confused_pairs,
    mcnemar,
    wilson_interval,
)
from desktop_app.classifier.measuring.predictions import PredictionTable, table_to_csv
from desktop_app.errors import UserError


def table_of(targets: list[int], scores: list[list[float]], groups: str = "") -> PredictionTable:
    count = len(targets)
    names = tuple(groups) if groups else tuple(str(place) for place in range(count))
    paths = tuple(Path(f"clip{place}.wav") for place in range(count))
    return PredictionTable(("a", "b", "c")[: len(scores[0])], paths, names, np.array(targets), np.array(scores))


SIX = table_of(
    targets=[0, 0, 0, 1, 1, 2],
    scores=[[0.8, 0.1, 0.1], [0.3, 0.6, 0.1], [0.1, 0.9, 0.0], [0.2, 0.7, 0.1], [0.2, 0.2, 0.6], [0.0, 0.1, 0.9]],
    groups="ppqqqr",
)


def test_six_clips_are_measured_as_by_hand() -> None:
    found = measure(SIX)
    assert found.accuracy == pytest.approx(3 / 6)
    assert found.confusion.tolist() == [[1, 2, 0], [0, 1, 1], [0, 0, 1]]
    # precision 1, 1/3, 1/2; recall 1/3, 1/2, 1; F1 2*1/(3+1), 2*1/(2+3), 2*1/(1+2)
    assert [each.precision for each in found.by_class] == pytest.approx([1, 1 / 3, 1 / 2])
    assert [each.recall for each in found.by_class] == pytest.approx([1 / 3, 1 / 2, 1])
    assert found.macro_f1 == pytest.approx((2 / 4 + 2 / 5 + 2 / 3) / 3)
    assert found.loss == pytest.approx(-np.log([0.8, 0.3, 0.1, 0.7, 0.2, 0.9]).mean())
    assert [(group.name, group.clips, group.wrong) for group in found.by_group] == [
        ("q", 3, 2),
        ("p", 2, 1),
        ("r", 1, 0),
    ]
    assert [group.accuracy for group in found.by_group] == pytest.approx([1 / 3, 1 / 2, 1])


def test_the_most_confused_pair_comes_first_and_its_surest_mistake_first() -> None:
    pairs = measure(SIX).pairs
    assert [(pair.target, pair.judged, pair.rows) for pair in pairs] == [("a", "b", (2, 1)), ("b", "c", (4,))]
    assert pairs[0].share == pytest.approx(2 / 3)


def test_what_was_judged_is_worked_out_once_for_all_pairs() -> None:
    judged = table_of([0, 1, 2], [[0.1, 0.8, 0.1], [0.8, 0.1, 0.1], [0.1, 0.1, 0.8]])
    assert judged.judged is judged.judged and judged.right is judged.right
    assert [(pair.target, pair.judged, pair.rows) for pair in confused_pairs(judged)] == [
        ("a", "b", (0,)),
        ("b", "a", (1,)),
    ]


def test_a_class_without_clips_neither_raises_nor_lowers_the_macro_f1() -> None:
    found = measure(table_of([0, 0, 1, 1], [[0.9, 0.1, 0], [0.2, 0.1, 0.7], [0, 1, 0], [0, 1, 0]]))
    assert found.macro_f1 == pytest.approx((2 / 3 + 1) / 2)
    assert [curve.label for curve in found.curves] == ["a", "b"]


def test_nothing_to_measure_is_said() -> None:
    with pytest.raises(UserError, match="nothing to measure"):
        measure(SIX.subset([]))


def test_a_subset_keeps_rows_together() -> None:
    part = SIX.subset([5, 0])
    assert [path.name for path in part.paths] == ["clip5.wav", "clip0.wav"]
    assert (part.groups, part.targets.tolist(), part.judged.tolist()) == (("r", "p"), [2, 0], [2, 0])


def test_the_table_as_csv_has_a_row_for_each_clip() -> None:
    lines = table_to_csv(SIX).splitlines()
    assert lines[0] == "path,onset_s,offset_s,group,target,prediction,score,right,score a,score b,score c"
    assert lines[2] == "clip1.wav,0.000,,p,a,b,0.600000,0,0.300000,0.600000,0.100000"
    assert len(lines) == 7


def test_the_textbook_example_of_average_precision() -> None:
    # Ranked: hit, miss, hit, hit, miss. AP = (1/1 + 2/3 + 3/4) / 3.
    curve = precision_recall("x", np.array([0.9, 0.8, 0.7, 0.6, 0.5]), np.array([True, False, True, True, False]))
    assert curve is not None
    assert curve.average_precision == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=1, max_size=40))
def test_a_precision_recall_curve_is_that_of_counting_at_every_threshold(clips: list[tuple[int, bool]]) -> None:
    scores, positive = np.array([score / 8 for score, _ in clips]), np.array([is_so for _, is_so in clips])
    curve = precision_recall("x", scores, positive)
    if not positive.any():
        assert curve is None
        return
    assert curve is not None
    expected, recall_before, average = [], 0.0, 0.0
    for threshold in sorted(set(scores.tolist()), reverse=True):
        taken = [is_so for score, is_so in zip(scores, positive, strict=True) if score >= threshold]
        precision, recall = sum(taken) / len(taken), sum(taken) / sum(positive)
        expected.append((threshold, precision, recall))
        average += (recall - recall_before) * precision
        recall_before = recall
    found = list(zip(curve.thresholds, curve.precision, curve.recall, strict=True))
    assert np.allclose(found, expected)
    assert curve.average_precision == pytest.approx(average)


def test_scores_that_say_nine_tenths_and_are_right_nine_times_of_ten_are_calibrated() -> None:
    right = np.array([True] * 9 + [False])
    assert calibration_error(reliability(np.full(10, 0.9), right)) == pytest.approx(0)
    assert calibration_error(reliability(np.full(10, 1.0), right)) == pytest.approx(0.1)


def test_a_score_of_one_is_in_the_last_bin_and_no_clip_is_lost() -> None:
    bins = reliability(np.array([0.0, 0.05, 0.55, 1.0]), np.array([False, True, True, True]))
    assert [each.clips for each in bins] == [2, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    assert bins[0].mean_score == pytest.approx(0.025)
    assert bins[5].accuracy == 1


def test_mcnemar_is_the_sign_test_on_the_clips_that_differ() -> None:
    # By hand: 2 of 10 heads or fewer, doubled: 2 * (1 + 10 + 45) / 2**10.
    assert mcnemar(2, 8) == pytest.approx(2 * 56 / 1024)
    assert mcnemar(8, 2) == mcnemar(2, 8)
    assert mcnemar(0, 0) == 1
    assert mcnemar(5, 5) == 1
    for first, second in ((0, 7), (3, 11), (40, 61)):
        assert mcnemar(first, second) == pytest.approx(stats.binomtest(first, first + second).pvalue)
    # Large counts: the chi-squared form with continuity correction (Edwards 1948).
    approximate = stats.chi2.sf((abs(180 - 240) - 1) ** 2 / 420, df=1)
    assert mcnemar(180, 240) == pytest.approx(approximate, rel=0.02)


def test_two_models_are_compared_clip_by_clip() -> None:
    first = np.array([True, True, True, False, False, True])
    second = np.array([True, False, True, True, True, True])
    found = compare(first, second, list("aabbcc"))
    assert (found.both_right, found.only_first, found.only_second, found.both_wrong) == (3, 1, 2, 0)
    assert found.difference == pytest.approx(1 / 6)
    assert found.interval.low <= 1 / 6 <= found.interval.high


def test_the_interval_widens_where_clips_of_one_speaker_stand_or_fall_together() -> None:
    draw = np.random.default_rng(3)
    by_speaker = np.repeat(draw.random(40) < 0.8, 25)
    alone = accuracy_interval(by_speaker, [str(place) for place in range(1000)])
    together = accuracy_interval(by_speaker, [str(place // 25) for place in range(1000)])
    assert together.high - together.low > 3 * (alone.high - alone.low)


@pytest.mark.parametrize(("hits", "clips"), [(0, 5), (3, 7), (90, 100), (737, 800), (12, 12)])
def test_wilsons_interval_is_that_of_scipy(hits: int, clips: int) -> None:
    expected = stats.binomtest(hits, clips).proportion_ci(method="wilson")
    found = wilson_interval(hits, clips)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_the_interval_is_wilsons_where_everything_is_right() -> None:
    found = accuracy_interval(np.full(50, True), ["one"] * 50)
    expected = stats.binomtest(50, 50).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, 1.0))


def test_the_interval_of_independent_clips_is_that_of_the_binomial() -> None:
    right = np.arange(400) < 300
    found = accuracy_interval(right, [str(place) for place in range(400)])
    half = 1.96 * np.sqrt(0.75 * 0.25 / 400)
    assert found.low == pytest.approx(0.75 - half, abs=0.008)
    assert found.high == pytest.approx(0.75 + half, abs=0.008)
