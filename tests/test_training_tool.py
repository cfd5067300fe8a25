"""The tools that make the shipped models begin with the arguments that their help names."""

import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
import torch

from desktop_app.classifier.architectures import ResNet2d
from desktop_app.classifier.data.dataset import ClipSet
from desktop_app.classifier.frontend import LogMelConfig
from desktop_app.classifier.training import TrainingData, TrainingSettings
from tools import shipping, train_commands12, train_digits10, train_environment10
from tools.shipping import FoldRun, Made


class Begun(Exception):  # noqa: N818
    """The recordings would be read now."""


TOOLS = [(train_commands12, ["spoken"], "load_material"), (train_digits10, ["spoken"], "load")]
TOOLS += [(train_environment10, [], "load")]


@pytest.mark.parametrize(("tool", "more", "reads"), TOOLS)
def test_a_tool_takes_its_arguments_and_begins_to_read(
    tool: ModuleType, more: list[str], reads: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def begin(*folders: Path) -> None:
        raise Begun

    monkeypatch.setattr(tool, reads, begin)
    monkeypatch.setattr(torch, "set_num_threads", lambda count: None)
    monkeypatch.setattr(sys, "argv", [tool.__name__, str(tmp_path), *more, "--bfloat16"])
    with pytest.raises(Begun):
        tool.main()


def test_nothing_ships_that_was_not_measured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["tool", str(tmp_path), "--only", "ship", "--measured", str(tmp_path / "none")])
    with pytest.raises(SystemExit, match="none is missing"):
        shipping.begun(shipping.script_parser("model", "A tool."))


def clip_set(waveforms: torch.Tensor, targets: torch.Tensor) -> ClipSet:
    """Return clips of two classes, each by a speaker of its own."""
    zeros = torch.zeros(len(targets), dtype=torch.int64)
    groups = tuple(f"speaker {row}" for row in range(len(targets)))
    return ClipSet(waveforms, targets, zeros, torch.ones(len(targets)), groups, ("high", "low"), ("tone",))


def test_a_trimmed_word_stands_in_the_middle_of_silence() -> None:
    waveforms = torch.full((2, 8_000), 3, dtype=torch.int16)  # the noise of a room
    waveforms[0, 800:2_400] = 1_000
    waveforms[1, 7_200:] = -1_000
    word = train_digits10.trimmed(clip_set(waveforms, torch.zeros(2, dtype=torch.int64))).waveforms
    for row, frames in ((0, 1_600), (1, 800)):
        loud = torch.nonzero(word[row].abs() == 1_000)[:, 0]
        assert len(loud) == frames
        assert abs(int(loud[0] + loud[-1]) - 8_000) <= 2 * train_digits10.FRAME
        assert int((word[row] != 0).sum()) <= frames + 2 * train_digits10.FRAME


def test_a_clip_turned_around_keeps_every_sample() -> None:
    waveforms = torch.arange(train_environment10.WINDOW_FRAMES, dtype=torch.int16).repeat(3, 1)
    clips = clip_set(waveforms, torch.zeros(3, dtype=torch.int64))
    turned = train_environment10.turned(clips, torch.Generator().manual_seed(1)).waveforms
    assert not torch.equal(turned, waveforms)
    assert torch.equal(turned.sort(dim=1).values, waveforms.sort(dim=1).values)


def fold_run(logits: list[list[float]], targets: list[int]) -> FoldRun:
    """Return a fold whose network said this of its clips."""
    made = Made(ResNet2d(1, 2, (4,), 1, 0.0), {}, LogMelConfig(), ("high", "low"), 1)
    truth = torch.tensor(targets)
    return FoldRun(made, clip_set(torch.zeros(len(targets), 1), truth), torch.tensor(logits), (), 0)


def test_the_temperature_of_a_fold_is_not_fitted_on_the_fold_itself() -> None:
    sure_and_right = fold_run([[4.0, 0.0], [0.0, 4.0]] * 20, [0, 1] * 20)
    sure_and_often_wrong = fold_run([[4.0, 0.0], [0.0, 4.0]] * 20, [0, 1, 1, 0] * 10)
    runs = {"a": sure_and_right, "b": sure_and_often_wrong}
    of_a, of_b = (shipping.evaluate_folds(runs, [fold]) for fold in runs)
    assert of_a.accuracy == 1.0
    assert of_b.accuracy == 0.5
    assert of_a.loss > 0.3  # made humble by b
    assert of_b.loss > 2.0  # made bold by a
    both = shipping.evaluate_folds(runs, runs)
    assert both.clips == 80
    assert both.loss == pytest.approx((of_a.loss + of_b.loss) / 2)


def test_networks_of_several_runs_become_one_with_the_means_of_their_weights() -> None:
    waveforms = (torch.randn(24, 1_600, generator=torch.Generator().manual_seed(2)) * 3_000).to(torch.int16)
    clips = clip_set(waveforms, torch.arange(24) % 2)
    learning, settings = TrainingData(clips), TrainingSettings(epochs=1, clips_per_epoch=16, augmentation=None)
    begun = shipping.begin(
        clips, LogMelConfig(), {"kind": "resnet2d", "widths": [4], "blocks": 1, "dropout": 0.0}, seed=1
    )
    first = begun.network.state_dict()["body.0.weight"].clone()
    alone = [shipping.fit_souped(begun, learning, replace(settings, seed=settings.seed + run), 1) for run in range(2)]
    both = shipping.fit_souped(begun, learning, settings, 2)
    run = shipping.run_fold(begun, learning, settings, clips, 2)
    one, other, mean, in_fold = (made.network.state_dict()["body.0.weight"] for made in (*alone, both, run.made))
    assert not torch.equal(one, other)
    torch.testing.assert_close(mean, (one + other) / 2)
    torch.testing.assert_close(in_fold, mean)
    torch.testing.assert_close(begun.network.state_dict()["body.0.weight"], first)
    assert run.curve[-1].test_accuracy == float((run.logits.argmax(dim=1) == clips.targets).float().mean())
