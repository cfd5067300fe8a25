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


def test_windows_of_one_label_that_overlap_are_one_find_with_the_highest_score() -> None:
    heard = [(0.0, "yes", 0.9), (0.5, "yes", 0.7), (1.0, "no", 0.8), (1.5, "yes", 0.6), (4.0, "yes", 0.95)]
    predictions = tuple(Prediction(Path("a.wav"), at, at + 1, label, score, "m") for at, label, score in heard)
    finds = FileVerdict(Path("a.wav"), predictions, None).finds
    assert [(f.onset_s, f.offset_s, f.label, f.score) for f in finds] == [
        (0.0, 2.5, "yes", 0.9),
        (1.0, 2.0, "no", 0.8),
        (4.0, 5.0, "yes", 0.95),
    ]


def test_background_and_guesses_are_no_finds() -> None:
    heard = [(0.0, "_silence_", 0.99), (1.0, "_unknown_", 0.99), (2.0, "yes", 0.4)]
    predictions = tuple(Prediction(Path("a.wav"), at, at + 1, label, score, "m") for at, label, score in heard)
    assert FileVerdict(Path("a.wav"), predictions, None).finds == ()
