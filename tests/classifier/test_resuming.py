"""A training that is set aside and taken up again is the training that never stopped."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from desktop_app.classifier.batches import batches
from desktop_app.classifier.data.dataset import ClipSet
from desktop_app.classifier.learner import Learner, choose_device, out_of_memory
from desktop_app.classifier.training import EpochReport, StepReport, Training, TrainingData, TrainingSettings
from desktop_app.errors import UserError
from tests.classifier.conftest import tiny_front_end, tiny_network, tones

SHORT = TrainingSettings(epochs=4, clips_per_epoch=48, batch_size=16, max_rate=1e-2, average=0.8)
ONCE = replace(SHORT, sampling="once", optimiser="adam", average=0.0, word_share=0.0, mix_up=0.0, augmentation=None)


def training(settings: TrainingSettings, held_back: ClipSet | None = None, seed: int = 3) -> Training:
    front_end = tiny_front_end()
    noises = 0.01 * torch.randn(5, 4_000, generator=torch.Generator().manual_seed(1))
    data = TrainingData(tones(8), held_back, noises)
    return Training(tiny_network(front_end, seed), front_end, data, settings)


def told(reports: Iterator[EpochReport]) -> list[EpochReport]:
    return [replace(report, seconds=0.0) for report in reports]


def everything(of: Training) -> dict[str, Tensor]:
    return {**of.state().tensors, **of.network.state_dict()}


def same(one: Training, other: Training) -> bool:
    a, b = everything(one), everything(other)
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("settings", [SHORT, ONCE])
def test_a_resumed_training_equals_an_uninterrupted_one_to_the_last_bit(settings: TrainingSettings) -> None:
    held_back = tones(3, first_seed=50)
    whole = training(settings, held_back)
    reports = told(whole.rounds())
    first = training(settings, held_back)
    rounds = first.rounds()
    before = [replace(next(rounds), seconds=0.0), replace(next(rounds), seconds=0.0)]
    rounds.close()
    torch.rand(7)  # somebody else draws from torch's own numbers meanwhile
    second = training(settings, held_back, seed=99)
    second.restore(first.state())
    assert before + told(second.rounds()) == reports
    assert same(whole, second)
    assert second.best_epoch == whole.best_epoch


def test_a_round_that_was_broken_off_is_done_again_in_the_same_way() -> None:
    whole, broken = training(SHORT), training(SHORT)
    reports = told(whole.rounds())

    def stop(step: StepReport) -> None:
        if step.epoch == 2 and step.step == 2:
            raise KeyboardInterrupt

    rounds = broken.rounds(stop)
    next(rounds)
    state = broken.state()
    with pytest.raises(KeyboardInterrupt):
        next(rounds)
    resumed = training(SHORT)
    resumed.restore(state)
    assert told(resumed.rounds()) == reports[1:]
    assert same(whole, resumed)


def test_a_state_of_another_network_is_one_sentence() -> None:
    state = training(SHORT).state()
    with pytest.raises(UserError, match="does not fit"):
        training(SHORT).restore(replace(state, tensors=dict(list(state.tensors.items())[5:])))


def test_training_stops_early_where_the_clips_held_back_get_no_better() -> None:
    wrong = tones(3, first_seed=50)
    wrong = replace(wrong, targets=(wrong.targets + 1) % 3)  # the better it learns, the worse it is judged
    settings = replace(SHORT, epochs=20, patience=2, patience_from=0.0)
    stopped = training(settings, wrong)
    reports = list(stopped.rounds())
    assert len(reports) == stopped.best_epoch + 2 < 20
    assert [report.epoch for report in reports if report.best][-1] == stopped.best_epoch
    patient = training(replace(settings, epochs=8, patience_from=0.5), wrong)
    assert len(list(patient.rounds())) >= 6


def test_a_batch_too_large_for_the_memory_is_halved_and_the_person_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    small = training(SHORT)
    embed = small._learner.network.embed

    def cramped(x: Tensor) -> Tensor:
        if len(x) > 6:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return embed(x)

    monkeypatch.setattr(small._learner.network, "embed", cramped)
    report = next(small.rounds())
    assert report.notes == (
        "Memory ran out: from here on 8 clips go through the network at a time.",
        "Memory ran out: from here on 4 clips go through the network at a time.",
    )
    assert small.state().values["at_once"] == 4


def test_a_network_that_never_fits_is_one_sentence_and_other_faults_are_not_hidden() -> None:
    network = tiny_network(tiny_front_end())
    learner = Learner(network, (3, 3), SHORT, 10)
    with pytest.raises(UserError, match="not enough memory"):
        for _ in range(9):
            learner._halve(MemoryError(), 16)
    windows = "DefaultCPUAllocator: not enough memory: you tried to allocate 4096 bytes."
    assert all(map(out_of_memory, (RuntimeError(windows), torch.OutOfMemoryError("CUDA out of memory."))))
    with pytest.raises(RuntimeError, match="mat1"):
        learner._halve(RuntimeError("mat1 and mat2 shapes cannot be multiplied"), 16)


def test_a_batch_in_two_parts_moves_the_weights_as_a_whole_one_but_for_batch_norm() -> None:
    front_end = tiny_front_end()
    learners = [Learner(tiny_network(front_end).eval(), (3, 3), ONCE, 10) for _ in range(2)]
    data = TrainingData(tones(8))
    batch = next(batches(front_end, data, ONCE, torch.Generator().manual_seed(1)))
    learners[1].at_once = 8
    losses = [learner.learn(batch)[0] for learner in learners]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    pairs = zip(learners[0].network.parameters(), learners[1].network.parameters(), strict=True)
    assert all(torch.allclose(a.grad, b.grad, atol=1e-5) for a, b in pairs if a.grad is not None and b.grad is not None)


def test_once_takes_every_clip_once_a_round() -> None:
    data = TrainingData(tones(8))
    taken = [targets for _, targets in batches(tiny_front_end(), data, replace(ONCE, batch_size=8), torch.Generator())]
    assert torch.cat(taken)[:, :3].sum(dim=0).tolist() == [8, 8, 8]


def test_a_rate_far_too_high_is_one_sentence() -> None:
    with pytest.raises(UserError, match="lower max_rate"):
        list(training(replace(ONCE, max_rate=1e38, epochs=8)).rounds())


@pytest.mark.parametrize(("setting", "value"), [("device", "abacus"), ("optimiser", "luck")])
def test_what_is_not_there_is_one_sentence(setting: str, value: str) -> None:
    with pytest.raises(UserError, match=value):
        training(replace(SHORT, **{setting: value}))


def test_auto_always_finds_a_device() -> None:
    assert choose_device("auto").type in ("cuda", "mps", "cpu")
