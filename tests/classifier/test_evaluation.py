"""Measures against numbers worked out by hand."""

import pytest
import torch

from desktop_app.classifier.evaluation import (
    accuracy_by_group,
    calibration_error,
    confusion_of,
    evaluate,
    fit_temperature,
    macro_f1,
)


def test_rows_of_the_confusion_are_what_it_is_and_columns_what_it_was_taken_for() -> None:
    confusion = confusion_of(torch.tensor([0, 0, 1]), torch.tensor([0, 1, 1]), 3)
    assert confusion.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert macro_f1(confusion) == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)


def test_scores_that_say_nine_tenths_and_are_right_nine_times_of_ten_are_calibrated() -> None:
    right = torch.tensor([True] * 9 + [False])
    assert calibration_error(torch.full((10,), 0.9), right) == pytest.approx(0, abs=1e-6)
    assert calibration_error(torch.full((10,), 1.0), right) == pytest.approx(0.1, abs=1e-6)


def test_the_temperature_takes_back_logits_that_are_three_times_too_sure() -> None:
    draw = torch.Generator().manual_seed(5)
    honest = torch.randn(20_000, 4, generator=draw)
    targets = torch.multinomial(honest.softmax(dim=1), 1, generator=draw)[:, 0]
    assert fit_temperature(3 * honest, targets) == pytest.approx(3, rel=0.05)


def test_an_evaluation_holds_every_measure() -> None:
    logits = torch.tensor([[9.0, 0.0], [9.0, 0.0], [0.0, 9.0], [9.0, 0.0]])
    found = evaluate(logits, torch.tensor([0, 0, 1, 1]), ("a", "b"), ("anna", "ben", "anna", "ben"))
    assert found.accuracy == 0.75
    assert found.class_accuracy == (1.0, 0.5)
    assert found.confusion == ((2, 0), (1, 1))
    assert found.group_accuracy == {"anna": 1.0, "ben": 0.5}
    assert accuracy_by_group(torch.tensor([True]), ["x"]) == {"x": 1.0}
