"""Clips picked out to be listened to: the surest mistakes first."""

from pathlib import Path

import numpy as np
import pytest

from desktop_app.classifier.measuring.choices import of_bin, of_class, of_group, of_pair
from desktop_app.classifier.measuring.curves import reliability
from desktop_app.classifier.measuring.predictions import PredictionTable


@pytest.fixture
def table() -> PredictionTable:
    scores = np.array([[0.9, 0.1], [0.6, 0.4], [0.05, 0.95], [0.3, 0.7], [0.8, 0.2], [1.0, 0.0]])
    targets = np.array([0, 0, 0, 0, 1, 1])
    paths = tuple(Path(f"{number}.wav") for number in range(6))
    return PredictionTable(("yes", "no"), paths, tuple("aabbbc"), targets, scores)


def test_a_pair_lists_the_surest_mistake_first_and_what_was_found_the_least_sure_first(table: PredictionTable) -> None:
    assert (of_pair(table, 0, 1).title, of_pair(table, 0, 1).rows) == ("yes taken for no", (2, 3))
    assert (of_pair(table, 0, 0).title, of_pair(table, 0, 0).rows) == ("yes found", (1, 0))
    assert of_pair(table, 1, 1).rows == ()


def test_a_class_lists_its_own_and_what_was_taken_for_it(table: PredictionTable) -> None:
    assert of_class(table, 1).rows == (5, 2, 4, 3)
    assert not of_class(table, 1).is_pair


def test_a_speaker_lists_mistakes_first(table: PredictionTable) -> None:
    assert of_group(table, "a").rows == (1, 0)
    assert of_group(table, "nobody").rows == ()


def test_the_bins_hold_the_clips_that_the_diagram_counts(table: PredictionTable) -> None:
    bins = reliability(table.top_scores, table.right)
    assert [len(of_bin(table, place).rows) for place in range(10)] == [each.clips for each in bins]
    assert of_bin(table, 9).rows == (5, 2, 0)
