"""The best prediction of a file speaks for it."""

from pathlib import Path

import pytest

from desktop_app.annotation.records import FileVerdict, Prediction


def verdict(*labels_and_scores: tuple[str, float]) -> FileVerdict:
    path = Path("a.wav")
    windows = tuple(Prediction(path, i, i + 1, label, score, "m") for i, (label, score) in enumerate(labels_and_scores))
    return FileVerdict(path, windows, None)


@pytest.mark.parametrize(
    ("windows", "onset_s"),
    [
        ([("yes", 0.7), ("no", 0.9)], 1),
        ([("silence", 0.99), ("yes", 0.6), ("unknown", 0.98)], 1),
        ([("silence", 0.99), ("yes", 0.5), ("unknown", 0.98)], 0),
        ([("Unknown", 0.6), ("Silence", 0.8)], 1),
        ([("yes", 0.8), ("no", 0.8)], 0),
    ],
    ids=["highest", "a sure find outranks silence", "an unsure find does not", "background alone", "earlier of equals"],
)
def test_best_speaks_for_the_file(windows: list[tuple[str, float]], onset_s: int) -> None:
    best = verdict(*windows).best
    assert best is not None
    assert best.onset_s == onset_s


def test_a_file_without_predictions_has_no_best() -> None:
    assert FileVerdict(Path("a.wav"), (), "The file is empty.").best is None
