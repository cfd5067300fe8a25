"""The loop learns, repeats itself, and stops when asked."""

from dataclasses import replace

import pytest
import torch

from desktop_app.classifier.augment import Augmentation
from desktop_app.classifier.measuring.evaluation import logits_of
from desktop_app.classifier.networks import Network
from desktop_app.classifier.training import TrainingData, TrainingSettings, sampling_weights, train
from tests.classifier.conftest import tiny_front_end, tiny_network, tones

SHORT = TrainingSettings(epochs=2, clips_per_epoch=64, batch_size=16, max_rate=1e-2, average=0.8)


def trained(settings: TrainingSettings) -> Network:
    front_end = tiny_front_end()
    network = tiny_network(front_end)
    data = TrainingData(tones(6), noises=0.01 * torch.randn(5, 4_000, generator=torch.Generator().manual_seed(1)))
    for _ in train(network, front_end, data, settings):
        pass
    return network


def test_a_small_set_is_learnt_to_the_last_clip_under_full_augmentation() -> None:
    front_end = tiny_front_end()
    network = tiny_network(front_end)
    how = Augmentation(speed=0.05, shift_s=0.02, bands_shift=0.03, column_mask_width=5, band_mask_width=3)
    settings = TrainingSettings(
        epochs=8, clips_per_epoch=256, batch_size=16, max_rate=1e-2, average=0.9, augmentation=how
    )
    reports = list(train(network, front_end, TrainingData(tones(8), held_back=tones(10, first_seed=100)), settings))
    assert [report.epoch for report in reports] == list(range(1, 9))
    assert reports[-1].held_back_accuracy == 1.0
    assert reports[-1].loss < reports[0].loss
    clips = tones(8)
    assert torch.equal(logits_of(network, front_end, clips).argmax(dim=1), clips.targets)


def test_the_same_seed_gives_the_same_weights() -> None:
    first, second, other = trained(SHORT), trained(SHORT), trained(replace(SHORT, seed=2))
    assert all(
        torch.equal(a, b) for a, b in zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    )
    assert not torch.equal(first.head[1].weight, other.head[1].weight)


def test_stopping_after_a_round_keeps_the_average_of_that_moment() -> None:
    front_end = tiny_front_end()
    network = tiny_network(front_end)
    before = network.head[1].weight.detach().clone()
    reports = train(network, front_end, TrainingData(tones(4)), SHORT)
    next(reports)
    reports.close()
    assert not network.training
    assert not torch.equal(network.head[1].weight, before)


def test_classes_are_drawn_alike_and_clips_inside_them_by_weight() -> None:
    clips = tones(2)
    lopsided = replace(
        clips, weights=torch.tensor([1.0, 3.0, 1.0, 1.0, 1.0, 1.0]), targets=torch.tensor([0, 0, 0, 0, 0, 1])
    )
    weights = sampling_weights(lopsided, {})
    assert float(weights[:5].sum()) == pytest.approx(float(weights[5]))
    favoured = sampling_weights(lopsided, {"high": 2.0})
    assert float(favoured[5]) == pytest.approx(2 * float(favoured[:5].sum()))
    assert float(weights[1]) == pytest.approx(3 * float(weights[0]))
