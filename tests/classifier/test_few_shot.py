"""Heads for few labels: they learn from a handful, say honestly how sure they are, and agree with the long way."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.classifier import few_shot
from desktop_app.classifier.few_shot import FewShotHead, fit_centroids, fit_ridge
from desktop_app.errors import UserError

WIDTH = 12
Vectors = npt.NDArray[np.float64]


def clouds(clips: int, spread: float, classes: int = 3, seed: int = 1) -> tuple[Vectors, list[str]]:
    """Return vectors of length 1 around a direction for each class, class after class, and their labels."""
    random = np.random.default_rng(seed)
    middles = np.random.default_rng(99).normal(size=(classes, WIDTH))
    vectors = (middles[:, None] + spread * random.normal(size=(classes, clips, WIDTH))).reshape(-1, WIDTH)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), [
        f"class {c}" for c in range(classes) for _ in range(clips)
    ]


def share_right(head: FewShotHead, vectors: Vectors, labels: list[str]) -> float:
    """Return the share judged right."""
    return float(np.mean([said == label for said, label in zip(head.labels(vectors), labels, strict=True)]))


@pytest.mark.parametrize("fit", [fit_ridge, fit_centroids])
@pytest.mark.parametrize("clips", [1, 2, 5])
def test_classes_are_learnt_from_a_handful_of_clips(fit: few_shot.Fit, clips: int) -> None:
    head = fit(*clouds(clips, 0.2))
    assert head.classes == ("class 0", "class 1", "class 2")
    assert share_right(head, *clouds(100, 0.2, seed=2)) > 0.95


@pytest.mark.parametrize("fit", [fit_ridge, fit_centroids])
def test_scores_are_as_honest_as_the_data_allow(fit: few_shot.Fit) -> None:
    head = fit(*clouds(60, 1.0))
    vectors, labels = clouds(400, 1.0, seed=2)
    scores = head.scores(vectors)
    np.testing.assert_allclose(scores.sum(axis=1), 1)
    assert abs(scores.max(axis=1).mean() - share_right(head, vectors, labels)) < 0.06


def test_a_class_with_few_clips_is_not_drowned_by_one_with_many() -> None:
    vectors, labels = clouds(60, 0.6, classes=2)
    head = fit_ridge(vectors[:64], labels[:64])  # sixty against four
    judged, wanted = clouds(200, 0.6, classes=2, seed=5)
    rare = [place for place, label in enumerate(wanted) if label == "class 1"]
    assert share_right(head, judged[rare], [wanted[place] for place in rare]) > 0.85


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 12), st.floats(0.05, 2.0), st.integers(0, 1000))
def test_leaving_one_out_in_closed_form_equals_fitting_without_it(clips: int, spread: float, seed: int) -> None:
    vectors, labels = clouds(clips, spread, seed=seed)
    targets = np.array([int(label[-1]) for label in labels])
    share = np.full(len(labels), 1 / len(labels))
    wanted = 2 * np.eye(3)[targets] - 1
    ridge = few_shot.WeightedRidge(vectors, wanted, share)
    said = ridge.left_out(0.01)
    for row in (0, clips, 3 * clips - 1):
        others = np.arange(len(labels)) != row
        part = share[others]  # the weights are those of the whole, so that the strength means the same
        middle, level = part @ vectors[others] / part.sum(), part @ wanted[others] / part.sum()
        x, y = vectors[others] - middle, wanted[others] - level
        weights = np.linalg.solve(x.T @ (x * part[:, None]) + 0.01 * np.eye(WIDTH), x.T @ (y * part[:, None]))
        np.testing.assert_allclose(said[row], level + (vectors[row] - middle) @ weights, atol=1e-6)


def test_one_class_is_said_to_be_too_few() -> None:
    with pytest.raises(UserError, match="only one class"):
        fit_ridge(np.eye(3), ["owl"] * 3)


def test_the_same_vector_under_two_labels_breaks_nothing() -> None:
    vectors = np.ones((4, WIDTH)) / np.sqrt(WIDTH)
    for fit in (fit_ridge, fit_centroids):
        scores = fit(vectors, ["a", "b", "a", "b"]).scores(vectors)
        np.testing.assert_allclose(scores, 0.5, atol=1e-6)
