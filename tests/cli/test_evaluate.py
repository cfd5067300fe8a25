"""`earmark evaluate`: numbers, reports, and what qualifies them."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.classifier.checkpoint import LoadedModel
from tests.classifier.conftest import tone_model
from tests.cli.conftest import Earmark
from tests.cli.labelled_tones import SPEAKERS, save, write_classes
from tests.test_layers import run_python

__all__ = ["tone_model"]  # fixture


@pytest.fixture
def model(tone_model: LoadedModel, tmp_path: Path) -> Path:
    return save(tone_model, tmp_path / "tones.safetensors")


@pytest.fixture
def classes(tmp_path: Path) -> Path:
    return write_classes(tmp_path / "classes")


def test_an_evaluation_prints_numbers_and_says_what_they_leave_out(
    earmark: Earmark, model: Path, classes: Path
) -> None:
    answer = earmark("evaluate", "--model", model, "--data", classes)
    assert answer.status == 1  # a clip could not be read
    assert "Accuracy           92.3 %" in answer.out  # 12 of 13
    assert ["high", "taken", "for", "low", "1"] in [line.split()[:5] for line in answer.out.splitlines()]
    assert "mislabelled.wav" in answer.out
    assert "Taken for the class “_silence_”: “Silence”." in answer.err
    assert "Left out, as the model does not know these classes: “bed” (4)." in answer.err
    assert "1 clip could not be read and is not counted." in answer.err
    assert "does not list whom or what" in answer.err


def test_json_on_stdout_is_all_there_is_on_stdout(earmark: Earmark, model: Path, classes: Path) -> None:
    found = earmark("evaluate", "--model", model, "--data", classes, "--json", "-").json
    assert found["accuracy"] == pytest.approx(12 / 13)
    assert found["confusion"] == [[4, 0, 0], [0, 4, 1], [0, 0, 4]]
    assert found["confused_pairs"][0]["clips"] == [str(classes / "high" / "mislabelled.wav")]
    by_group = {group["name"]: group["clips"] for group in found["by_group"]}
    assert by_group == {"aaaaaaaa": 6, "bbbbbbbb": 3, "cccccccc": 3, "high/mislabelled.wav": 1}
    assert [each["path"] for each in found["unreadable"]] == [str(classes / "low" / "broken.wav")]


def test_a_report_and_json_are_written_where_asked(
    earmark: Earmark, model: Path, classes: Path, tmp_path: Path
) -> None:
    answer = earmark(
        "evaluate", "--model", model, "--data", classes, "--report", tmp_path / "r", "--json", tmp_path / "j"
    )
    assert f"The report is in {tmp_path / 'r' / 'report.html'}" in answer.err
    assert json.loads((tmp_path / "j").read_text()) == json.loads((tmp_path / "r" / "report.json").read_text())


def test_a_folder_can_be_taken_for_a_class_of_another_name(earmark: Earmark, model: Path, classes: Path) -> None:
    answer = earmark("evaluate", "--model", model, "--data", classes, "--class", "bed=_silence_", "--json", "-")
    assert answer.json["by_class"][0]["clips"] == 8


def test_speakers_that_the_model_knows_are_said(
    earmark: Earmark, tone_model: LoadedModel, classes: Path, tmp_path: Path
) -> None:
    path = save(tone_model, tmp_path / "m.safetensors", training={"groups": ["aaaaaaaa", "zzzzzzzz"]})
    answer = earmark("evaluate", "--model", path, "--data", classes)
    assert "learnt from other clips of 1 of these speakers" in answer.err


def test_a_list_of_clips_is_judged_by_one_of_its_sides(
    earmark: Earmark, model: Path, classes: Path, tmp_path: Path
) -> None:
    rows = [("high", "test"), ("low", "test"), ("low", "train")]
    lines = [f"classes/{label}/{SPEAKERS[0]}_nohash_0.wav,{label},{split}" for label, split in rows]
    (tmp_path / "clips.csv").write_text("\n".join(["path,label,split", *lines]))
    arguments = ("evaluate", "--model", model, "--data", tmp_path / "clips.csv", "--json", "-")
    assert earmark(*arguments).json["clips"] == 3
    assert earmark(*arguments, "--split", "test").json["clips"] == 2


def test_an_evaluation_by_the_compiled_model_never_loads_torch(tmp_path: Path) -> None:
    for label in ("yes", "no"):
        (tmp_path / label).mkdir()
        soundfile.write(tmp_path / label / "a.wav", np.random.default_rng(1).normal(0, 0.1, 16_000), 16_000)
    judge = f"from desktop_app import cli; assert cli.main(['evaluate', '--data', {str(tmp_path)!r}]) == 0"
    loaded = run_python(f"{judge}; import sys; print(*sys.modules)").split()
    assert "onnxruntime" in loaded
    assert not {"torch", "torchaudio"} & set(loaded)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--data", "nowhere"], "“nowhere” does not exist"),
        (["--data", __file__], "neither a folder"),
        (["--json", "nowhere/report.json"], "is no file in a folder that is there"),
        (["--report", __file__], "is a file and no folder"),
        (["--group-by", "("], "neither a grouping"),
        (["--others-unknown"], "no class for other sounds"),
        (["--class", "nothing=high"], "no class folder “nothing”"),
        (["--class", "high"], "“high” is not FOLDER=CLASS, as in 1=one"),
        (["--model", "nightingale"], "no model named"),
        (["--split", "test"], "no clip on the side “test”"),
    ],
)
def test_misuse_is_one_sentence(
    earmark: Earmark, model: Path, classes: Path, arguments: list[str], sentence: str
) -> None:
    answer = earmark("evaluate", "--model", model, "--data", classes, *arguments)
    assert answer.status == 2
    assert sentence in answer.err
    assert answer.out == ""


def test_folders_without_a_readable_clip_are_one_sentence(earmark: Earmark, model: Path, tmp_path: Path) -> None:
    (tmp_path / "d" / "high").mkdir(parents=True)
    (tmp_path / "d" / "high" / "x.wav").write_text("no sound")
    answer = earmark("evaluate", "--model", model, "--data", tmp_path / "d")
    assert (answer.status, answer.out) == (2, "")
    assert "nothing to measure" in answer.err


@pytest.mark.realdata
def test_the_shipped_model_is_evaluated_on_real_recordings(earmark: Earmark, shared_data: Path, tmp_path: Path) -> None:
    for label in ("yes", "no"):
        (tmp_path / label).symlink_to(shared_data / "speech_commands" / label)
    found = earmark("evaluate", "--data", tmp_path, "--json", "-").json
    assert found["clips"] == 226 + 213
    assert found["accuracy"] > 0.9
    assert len(found["by_group"]) > 50
