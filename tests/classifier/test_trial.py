"""A trial takes folders and lists alike, tells how far it is, can be stopped, and loads no torch by itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.classifier.card import ModelEntry
from desktop_app.classifier.checkpoint import LoadedModel
from desktop_app.classifier.measuring.trial import (
    NEW,
    TrialConfig,
    compare_trials,
    known_classes,
    labelled_clips,
    run_trial,
)
from desktop_app.classifier.reports.report import report_of
from desktop_app.errors import UserError
from tests.cli.labelled_tones import save, save_worse, write_classes
from tests.test_layers import run_python


@pytest.fixture
def entry(tone_model: LoadedModel, tmp_path: Path) -> ModelEntry:
    return ModelEntry(save(tone_model, tmp_path / "tones.safetensors"), tone_model.card)


@pytest.fixture
def config(tmp_path: Path) -> TrialConfig:
    return TrialConfig(write_classes(tmp_path / "classes"))


def test_a_trial_becomes_a_report(entry: ModelEntry, config: TrialConfig) -> None:
    told: list[tuple[int, int]] = []
    trial = run_trial(entry, labelled_clips(config), config, lambda done, total: told.append((done, total)))
    assert told[0] == (0, 14) and told[-1] == (14, 14)
    report = report_of(trial, config)
    assert report.measures.clips == 13
    assert dict(report.assignment.left_out) == {"bed": 4}
    assert [each.path.name for each in report.unreadable] == ["broken.wav"]
    assert report.table.span_s(0) == (0.0, 0.5)


def test_a_trial_can_be_stopped_by_who_watches_it(entry: ModelEntry, config: TrialConfig) -> None:
    class StoppedError(Exception):
        pass

    def stop(_done: int, _total: int) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        run_trial(entry, labelled_clips(config), config, stop)


def test_clips_of_two_classes_with_one_file_name_are_not_one_group(config: TrialConfig) -> None:
    for label in ("high", "low"):
        (config.data / label / "take 1.wav").write_bytes((config.data / label / "aaaaaaaa_nohash_0.wav").read_bytes())
    groups = {clip.group for clip in labelled_clips(config) if clip.path.name == "take 1.wav"}
    assert groups == {"high/take 1.wav", "low/take 1.wav"}


def test_the_lists_of_speech_commands_say_which_clips_are_to_be_measured_on(tmp_path: Path) -> None:
    data = write_classes(tmp_path / "classes")
    (data / "testing_list.txt").write_text("high/aaaaaaaa_nohash_0.wav\nlow/bbbbbbbb_nohash_1.wav\n")
    found = labelled_clips(TrialConfig(data, split="test"))
    assert [clip.path.name for clip in found] == ["aaaaaaaa_nohash_0.wav", "bbbbbbbb_nohash_1.wav"]
    with pytest.raises(UserError, match="no clip on the side “validation”"):
        labelled_clips(TrialConfig(data, split="validation"))


def test_a_trial_on_what_is_new_to_the_model_leaves_out_whom_it_knows(entry: ModelEntry, config: TrialConfig) -> None:
    known = replace(entry.card, training={"groups": ["aaaaaaaa"], "clip_hashes": []})
    new = replace(config, split=NEW)
    trial = run_trial(replace(entry, card=known), labelled_clips(new), new)
    assert "aaaaaaaa" not in trial.judged.table.groups and "bbbbbbbb" in trial.judged.table.groups
    assert not trial.overlap.leaks


def test_two_models_are_compared_by_name_or_by_file(
    entry: ModelEntry, tone_model: LoadedModel, config: TrialConfig, tmp_path: Path
) -> None:
    clips = labelled_clips(config)
    worse = ModelEntry(save_worse(tone_model, tmp_path / "worse.safetensors"), tone_model.card)
    compared = compare_trials(run_trial(entry, clips, config), run_trial(worse, clips, config))
    assert compared.names == (str(entry.path), str(worse.path))  # both say that they are called tones
    assert compared.measures[0].accuracy > compared.measures[1].accuracy


def test_of_a_mapping_each_of_two_models_takes_what_it_knows(entry: ModelEntry, config: TrialConfig) -> None:
    asked = TrialConfig(config.data, classes={"bed": "_silence_", "Silence": "rain"})
    assert known_classes(asked, entry).classes == {"bed": "_silence_"}


def test_judging_needs_no_torch_to_be_imported() -> None:
    modules = ("measuring.trial", "reports.report", "data.corpus", "data.clips", "library")
    imports = "; ".join(f"import desktop_app.classifier.{module}" for module in modules)
    assert "torch" not in run_python(f"{imports}; import sys; print(*sys.modules)").split()
