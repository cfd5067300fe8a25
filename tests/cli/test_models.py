"""`earmark models`: look after one's own models, and never harm those that ship."""

from pathlib import Path

import pytest
import torch

from desktop_app.assets import models_dir
from desktop_app.classifier import library
from desktop_app.classifier.checkpoint import LoadedModel, load_checkpoint
from tests.classifier.conftest import tone_model
from tests.cli.conftest import Earmark
from tests.cli.labelled_tones import save, save_worse, write_classes

__all__ = ["tone_model"]  # fixture


@pytest.fixture
def model(tone_model: LoadedModel, tmp_path: Path) -> Path:
    return save(tone_model, tmp_path / "tones.safetensors")


@pytest.fixture
def trash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "trash"
    folder.mkdir()
    monkeypatch.setattr(library, "move_to_trash", lambda path: path.rename(folder / path.name))
    return folder


def names(earmark: Earmark) -> dict[str, bool]:
    return {row["name"]: row["shipped"] for row in earmark("models", "--json").json}


def test_an_imported_model_is_listed_and_its_card_shown(earmark: Earmark, model: Path) -> None:
    assert earmark("models", "import", model).status == 0
    assert names(earmark)["tones"] is False
    assert names(earmark)["commands12"] is True
    assert "own" in earmark("models", "list").out
    assert earmark("models", "show", "tones").out.startswith("# tones\n")
    assert earmark("models", "show", "tones", "--json").json["classes"] == ["_silence_", "high", "low"]


def test_a_renamed_model_has_the_same_weights_and_its_new_name_everywhere(earmark: Earmark, model: Path) -> None:
    earmark("models", "import", model)
    assert earmark("models", "rename", "tones", "high and low").status == 0
    assert "tones" not in names(earmark)
    path = Path(next(row["path"] for row in earmark("models", "--json").json if row["name"] == "high and low"))
    assert path.name == "high and low.safetensors"
    before, after = load_checkpoint(model), load_checkpoint(path)
    assert after.card.name == "high and low"
    for one, other in zip(before.network.state_dict().values(), after.network.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def test_a_deleted_model_is_in_the_trash(earmark: Earmark, model: Path, trash: Path) -> None:
    earmark("models", "import", model, "--name", "mine")
    assert earmark("models", "delete", "mine").status == 0
    assert "mine" not in names(earmark)
    assert [path.name for path in trash.iterdir()] == ["mine.safetensors"]


@pytest.mark.parametrize("action", [["rename", "commands12", "other"], ["delete", "commands12"]])
def test_shipped_models_are_left_alone(earmark: Earmark, trash: Path, action: list[str]) -> None:
    answer = earmark("models", *action)
    assert answer.status == 2
    assert "came with Earmark" in answer.err
    assert (models_dir() / "commands12.safetensors").is_file()
    assert list(trash.iterdir()) == []


@pytest.mark.parametrize("name", ["../up", "a/b", ".hidden", "con", "x" * 81, "tab\t", "commands12", "Commands12"])
def test_a_name_that_is_no_file_name_or_taken_is_refused(earmark: Earmark, model: Path, name: str) -> None:
    answer = earmark("models", "import", model, "--name", name)
    assert answer.status == 2
    assert answer.err.count("\n") == 1
    assert not any(names(earmark)[other] is False for other in names(earmark))


def test_what_is_no_model_does_not_get_in(earmark: Earmark, model: Path, tmp_path: Path) -> None:
    content = model.read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(content[:-100])
    (tmp_path / "pickle.safetensors").write_bytes(b"\x80\x04\x95" + b"x" * 100)
    for name in ("cut.safetensors", "pickle.safetensors", "missing.safetensors"):
        answer = earmark("models", "import", tmp_path / name)
        assert answer.status == 2
        assert answer.err.count("\n") == 1
    assert "tones" not in names(earmark)


def test_an_exported_model_is_the_same_model(earmark: Earmark, model: Path, tmp_path: Path) -> None:
    earmark("models", "import", model)
    assert earmark("models", "export", "tones", tmp_path / "out.safetensors").status == 0
    assert earmark("models", "import", tmp_path / "out.safetensors", "--name", "again").status == 0
    refused = earmark("models", "export", "tones", tmp_path / "out.mp3")
    assert refused.status == 2
    assert ".onnx" in refused.err


def test_a_foreign_model_without_its_labels_is_one_sentence(earmark: Earmark, tmp_path: Path) -> None:
    (tmp_path / "birds.onnx").write_bytes(b"")
    answer = earmark("models", "import", tmp_path / "birds.onnx", "--rate", "48000")
    assert answer.status == 2
    assert "--classes" in answer.err


def test_two_models_are_compared_on_the_same_clips(
    earmark: Earmark, model: Path, tone_model: LoadedModel, tmp_path: Path
) -> None:
    worse, classes = save_worse(tone_model, tmp_path / "worse.safetensors"), write_classes(tmp_path / "classes", 9)
    answer = earmark("models", "compare", model, worse, "--data", classes, "--json")
    assert answer.status == 1  # the broken clip
    found = answer.json
    assert [each["name"] for each in found["models"]] == ["tones", "worse"]
    assert (found["both_right"], found["only_first"], found["only_second"], found["both_wrong"]) == (9, 18, 1, 0)
    assert found["p_value"] == pytest.approx(2 * (1 + 19) / 2**19)
    assert found["certain"]
    assert found["sentence"].startswith("tones is better")
    printed = earmark("models", "compare", model, worse, "--data", classes)
    assert "tones is better on clips like these" in printed.err
    assert "worse only" in printed.out


def test_a_model_compared_with_itself_is_no_better(earmark: Earmark, model: Path, tmp_path: Path) -> None:
    classes = write_classes(tmp_path / "classes")
    answer = earmark("models", "compare", model, model, "--data", classes)
    assert "agree on right and wrong in all 13 clips" in answer.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--window", "nan", "--rate", "16000"], "invalid seconds value: 'nan'"),
        (["--window", "-1", "--rate", "16000"], "invalid seconds value: '-1'"),
        (["--window", "1", "--rate", "0"], "--rate 0 makes no sense"),
    ],
)
def test_a_window_or_rate_that_cannot_be_is_misuse(
    earmark: Earmark, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    (tmp_path / "x.onnx").write_bytes(b"whatever")
    answer = earmark("models", "import", tmp_path / "x.onnx", "--classes", "a,b", *arguments)
    assert answer.status == 2
    assert sentence in answer.err
