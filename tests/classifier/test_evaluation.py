"""What stands on a card, and the temperature that makes scores honest; test_metrics.py has the measures themselves."""

import pytest
import torch
from torch.nn.functional import cross_entropy

from desktop_app.classifier.measuring.evaluation import evaluate, fit_temperature


def test_the_temperature_takes_back_logits_that_are_three_times_too_sure() -> None:
    draw = torch.Generator().manual_seed(5)
    honest = torch.randn(20_000, 4, generator=draw)
    targets = torch.multinomial(honest.softmax(dim=1), 1, generator=draw)[:, 0]
    assert fit_temperature(3 * honest, targets) == pytest.approx(3, rel=0.05)


def test_a_few_clips_that_are_all_right_make_no_score_certain() -> None:
    logits, targets = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).repeat(6, 1), torch.tensor([0, 1]).repeat(6)
    few = fit_temperature(logits, targets)
    assert 0.2 < few < 1
    assert fit_temperature(logits.repeat(100, 1), targets.repeat(100)) < few


def test_an_evaluation_holds_every_measure() -> None:
    logits = torch.tensor([[9.0, 0.0], [9.0, 0.0], [0.0, 9.0], [9.0, 0.0]])
    targets = torch.tensor([0, 0, 1, 1])
    found = evaluate(logits, targets, ("a", "b"), ("anna", "ben", "anna", "ben"))
    assert found.accuracy == 0.75
    assert found.class_accuracy == (1.0, 0.5)
    assert found.confusion == ((2, 0), (1, 1))
    assert found.group_accuracy == {"anna": 1.0, "ben": 0.5}
    assert found.macro_f1 == pytest.approx((4 / 5 + 2 / 3) / 2)
    assert found.loss == pytest.approx(float(cross_entropy(logits, targets)), abs=1e-6)
    assert found.calibration_error == pytest.approx(float(torch.tensor(9.0).sigmoid()) - 0.75, abs=1e-6)
