"""The tool that writes docs/evaluation.md: folds share no speaker, results are kept, the page says what is."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from desktop_app.classifier.data.clips import Clip, position_of
from desktop_app.classifier.few_shot import fit_ridge
from desktop_app.classifier.reports.svg import png_of
from tests.classifier.conftest import tone
from tools import evaluate_models
from tools.evaluation import commands12, jobs, page, recipes
from tools.evaluation.few_shot import WEIGHT_FREE, Method, Task, few_shot_table, measure_task
from tools.evaluation.jobs import Job, run_job
from tools.evaluation.pictures import curves_of, write_pictures
from tools.evaluation.recipes import Place, Recipe, measure_recipe
from tools.evaluation.speed import seed_judge, sounds
from tools.evaluation.splits import fold_clips
from tools.evaluation.summary import Summary, seconds_to, seconds_to_best, summary_of

SPEED = {
    "engine": "ONNX Runtime, int8",
    "window_s": 1.0,
    "ours": {"1": 2400.0, "64": 3400.0},
    "seed": {"1": 50.0, "64": 40.0},
    "ratio": {"1": 48.0, "64": 85.0},
    "parameters": 838_532,
    "macs": 19_000_000,
    "weights_bytes": 3_400_000,
    "compiled_bytes": 900_000,
}


def fold_values(fold: str, right: int, recipe: str = "shipped", **others: Any) -> dict[str, Any]:
    """Return results in which so many of ten owls and ten frogs each are judged right."""
    curve = [
        {
            "epoch": epoch,
            "cpu_s": 10.0 * epoch,
            "loss": 1 / epoch,
            "accuracy": 0.4,
            "held_back_loss": 1.0,
            "held_back_accuracy": 0.5,
            "test_accuracy": epoch * right / 30,
        }
        for epoch in (1, 2, 3)
    ]
    values = {
        "model": "commands12",
        "recipe": recipe,
        "fold": fold,
        "clips": 20,
        "accuracy": right / 10,
        "macro_f1": right / 10,
        "loss": 0.25,
        "calibration_error": 0.05,
        "class_accuracy": {"frog": right / 10, "owl": right / 10},
        "confusion": [[right, 10 - right], [10 - right, right]],
        "group_accuracy": {"anna": 1.0, "ben": 0.5},
        "parameters": 1000,
        "macs": 2_000_000,
        "epochs": 3,
        "train_cpu_s": 30.0,
        "curve": curve,
    }
    return {**values, **others}


def written(folder: Path, *folds: dict[str, Any]) -> Summary:
    """Return what folds come to that are read back from a folder."""
    for values in folds:
        path = folder / values["recipe"] / f"fold{values['fold']}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    found = summary_of(folder / folds[0]["recipe"])
    assert found is not None
    return found


def test_every_speaker_is_measured_in_one_fold_and_sets_no_temperature_there() -> None:
    speakers = [f"speaker {number}" for number in range(500)]
    for speaker in speakers:
        splits = [commands12.split_of(fold) for fold in commands12.FOLDS]
        assert sum(split.in_test(speaker) for split in splits) == 1
        assert not any(split.in_test(speaker) and split.in_validation(speaker) for split in splits)
    shares = [np.mean([split.in_validation(speaker) for speaker in speakers]) for split in splits]
    assert all(0.03 < share < 0.12 for share in shares)  # the last fold takes those at the beginning


@pytest.mark.realdata
@pytest.mark.parametrize(("model", "folds"), [("commands12", "04"), ("digits10", ["george"]), ("environment10", "13")])
def test_no_speaker_or_source_stands_on_the_measured_side_and_another(
    model: str, folds: list[str], shared_data: Path
) -> None:
    for fold in folds:
        clips = fold_clips(model, shared_data, fold)
        sides = {side: {clip.group for clip in clips if clip.split == side} for side in ("train", "validation", "test")}
        assert all(sides.values())
        assert not sides["test"] & (sides["train"] | sides["validation"])
        labels = {clip.label for clip in clips}
        assert {clip.label for clip in clips if clip.split == "test"} == labels


def test_the_folds_of_commands12_follow_the_hash_of_the_speaker(tmp_path: Path) -> None:
    for name in ("0000000a", "0000000b", "0000000c"):
        for folder in ("speech_commands/yes", "speech_commands_other/bed"):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / f"{name}_nohash_0.wav").touch()
    fold = str(int(5 * position_of("0000000a")))
    clips = fold_clips("commands12", tmp_path, fold)
    assert {clip.path.parent.parent.name for clip in clips if clip.group == "0000000a"} == {"speech_commands"}
    assert all((clip.split == "test") == (int(5 * position_of(clip.group)) == int(fold)) for clip in clips)


def test_a_fold_that_was_measured_is_not_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def measured(job: Job, data: Path, folder: Path) -> dict[str, Any]:
        asked.append(job.key)
        return {"accuracy": 0.5, "clips": 2}

    monkeypatch.setattr(jobs, "_measured", measured)
    job = Job("digits10", "shipped", "george")
    first = run_job(job, tmp_path, tmp_path)
    assert run_job(job, tmp_path, tmp_path) == first
    assert first["fold"] == "george"
    assert asked == ["digits10/shipped/george"]


@pytest.fixture
def tone_clips(tmp_path: Path) -> list[Clip]:
    """Return recordings of two pitches by many speakers, on all three sides."""
    import soundfile

    clips = []
    for number in range(12):
        for label in ("high", "low"):
            path = tmp_path / f"{label}{number}.wav"
            soundfile.write(path, tone(label, 8_000, number), 8_000)
            side = "test" if number > 9 else "validation" if number > 7 else "train"
            clips.append(Clip(path, label, f"speaker {number}", label, split=side))
    return clips


def test_a_recipe_is_trained_once_and_read_from_then_on(
    tmp_path: Path, tone_clips: list[Clip], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(recipes.RECIPES, "fast", Recipe("fast", ("training.epochs=2", "training.batch_size=8")))
    place = Place(tmp_path / "results", "tones", "fast", "1")
    first = measure_recipe(place, tone_clips)
    assert (first["clips"], first["learnt_windows"], first["epochs"]) == (4, 16, 2)
    assert [point["epoch"] for point in first["curve"]] == [1, 2]
    assert 0 < first["curve"][0]["cpu_s"] < first["curve"][1]["cpu_s"]
    assert all(0 <= point["test_accuracy"] <= 1 for point in first["curve"])
    assert sum(map(sum, first["confusion"])) == 4
    monkeypatch.setattr(recipes, "_train", lambda place: pytest.fail("it was trained again"))
    assert measure_recipe(place, []) == first | {"learnt_windows": 0}


def test_folds_come_to_one_measurement(tmp_path: Path) -> None:
    found = written(tmp_path, fold_values("0", 9), fold_values("1", 7))
    assert (found.clips, found.accuracy, found.groups) == (40, 0.8, 4)
    assert found.macro_f1 == pytest.approx(0.8)
    assert summary_of(tmp_path / "nothing") is None


def test_the_time_to_be_as_good_is_that_of_the_first_round_that_was() -> None:
    values = fold_values("0", 9)
    assert seconds_to(values, 0.55) == 20.0
    assert seconds_to(values, 0.95) is None
    assert seconds_to_best(values | {"best_epoch": 2}) == 20.0
    assert seconds_to_best(values) == 30.0


def test_the_page_says_which_aims_are_met_and_by_how_much_others_are_missed(tmp_path: Path) -> None:
    shipped = written(tmp_path, fold_values("2", 9), fold_values("3", 9))
    seed = written(tmp_path, fold_values("2", 6, "seed", train_cpu_s=900.0))
    found = page.Found("commands12", {"shipped": shipped, "seed": seed}, SPEED, {"a picture": "a.png"})
    text = page.page([found], None, "images")
    assert "| commands12: at least 94% right on groups held back | 90.0% (2 folds) | missed by 4.0 points |" in text
    assert "| commands12: as good as the seed recipe in a 30th of its time | 1/45 (shipped) | met |" in text
    assert "48 times | missed: 48 instead of 60 |" in text
    assert "85 times | met |" in text
    assert "![a picture](images/a.png)" in text


def test_a_seed_that_guesses_is_no_yardstick(tmp_path: Path) -> None:
    shipped, seed = written(tmp_path, fold_values("2", 9)), written(tmp_path, fold_values("2", 5, "seed"))
    text = page.page([page.Found("commands12", {"shipped": shipped, "seed": seed}, SPEED, {})], None, "images")
    assert "in a 30th of its time | no seed that has learnt anything | not measured |" in text


def test_what_is_not_measured_is_said_to_be_so() -> None:
    text = page.page([page.Found("digits10", {}, SPEED, {})], None, "images")
    assert "| digits10: at least 92% right on groups held back |  | not measured |" in text


def test_pictures_are_written_of_what_is_there(tmp_path: Path) -> None:
    found = written(tmp_path, fold_values("2", 9, best_epoch=2))
    names = write_pictures("commands12", {"shipped": found, "seed": found}, tmp_path / "pictures")
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == sorted(names.values())
    assert len(names) == 3
    assert png_of(curves_of(found.folds[0]).to_svg()).startswith(b"\x89PNG")


def tones_task() -> Task:
    """Return tones of two pitches by twelve speakers."""
    rows = [(label, number) for number in range(12) for label in ("high", "low") for _ in range(3)]
    waveforms = np.stack([tone(label, 16_000, 100 * number) for label, number in rows])
    return Task("tones", waveforms, tuple(label for label, _ in rows), tuple(str(number) for _, number in rows))


@pytest.mark.parametrize("method", WEIGHT_FREE, ids=lambda method: method.name)
def test_features_without_weights_tell_tones_apart(method: Method) -> None:
    found = measure_task(tones_task(), [method])
    assert found[method.name]["10"][1] > 0.9


def test_what_is_learnt_from_and_what_is_judged_share_no_speaker() -> None:
    task = tones_task()

    def as_speaker(waveforms: np.ndarray) -> np.ndarray:
        return np.eye(12)[[int(group) for group in task.groups]].astype(np.float32)

    found = measure_task(task, [Method("knows only who speaks", as_speaker, fit_ridge)])
    assert found["knows only who speaks"]["5"][1] <= 0.6
    assert "| tones (2 classes) | 5 | **" in few_shot_table({"tasks": {"tones": found}})


def test_the_seed_judges_every_second_of_a_longer_clip() -> None:
    judge, frames = seed_judge(classes=3, clip_s=2.0)
    assert frames == 32_000
    found = judge(sounds(1, frames))
    assert isinstance(found, list)
    assert [tuple(scores.shape) for scores in found] == [(2, 3)]


def test_speeds_are_measured_anew_where_that_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = tmp_path / "commands12" / "speed.json"
    kept.parent.mkdir()
    monkeypatch.setattr(evaluate_models, "found_of", lambda model, results: page.Found(model, {}, SPEED, {}))
    monkeypatch.setattr(evaluate_models, "PAGE", tmp_path / "page.md")
    for asked, left in (("--page", True), ("--speed", False)):
        kept.write_text("{}")
        monkeypatch.setattr("sys.argv", ["evaluate_models", "--page", asked, "--results", str(tmp_path)])
        evaluate_models.main()
        assert kept.exists() == left
    assert "not measured" in (tmp_path / "page.md").read_text("utf-8")
