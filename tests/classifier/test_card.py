"""Cards are read without torch; a file that is no model, or lies, is one sentence."""

import json
import struct
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from desktop_app.classifier.card import (
    METADATA_KEY,
    DataSource,
    ModelCard,
    Results,
    card_from_json,
    card_to_json,
    find_model,
    list_models,
    read_card,
    read_header,
)
from desktop_app.classifier.card_text import markdown_of
from desktop_app.errors import UserError

RESULTS = Results(
    how="On two clips.",
    clips=2,
    accuracy=0.5,
    macro_f1=0.5,
    loss=0.7,
    calibration_error=0.1,
    class_accuracy={"yes": 1.0, "no": 0.0},
    confusion=((1, 0), (1, 0)),
    group_accuracy={"anna": 0.5},
)
CARD = ModelCard(
    name="two",
    title="Yes or no",
    classes=("yes", "no"),
    sample_rate_hz=16_000,
    window_s=1.0,
    front_end={"kind": "log_mel"},
    network={"kind": "tc_resnet"},
    temperature=1.5,
    parameters=10,
    macs=20,
    created="2026-11-21",
    licence="CC BY 4.0",
    intended_use="Tests.",
    limits="Everything else.",
    trained_on=(DataSource("words", "CC BY 4.0", "Pete Warden", 2),),
    training={"epochs": 3},
    results=RESULTS,
)


def model_file(path: Path, card_text: str) -> Path:
    """Write a safetensors file without weights by hand."""
    header = json.dumps({"__metadata__": {METADATA_KEY: card_text}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    return path


def test_a_card_comes_back_as_it_was(tmp_path: Path) -> None:
    assert card_from_json(card_to_json(CARD), "two") == CARD
    assert read_card(model_file(tmp_path / "two.safetensors", card_to_json(CARD))) == CARD
    assert CARD.window_frames == 16_000


def test_reading_a_card_imports_no_torch() -> None:
    code = "import sys, desktop_app.classifier.card; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_a_later_card_adds_in_the_same_schema_is_ignored() -> None:
    assert card_from_json(json.dumps({**asdict(CARD), "mood": "sunny"}), "two") == CARD


def test_a_card_of_a_newer_schema_asks_for_an_update() -> None:
    with pytest.raises(UserError, match="newer Earmark"):
        card_from_json(json.dumps({**asdict(CARD), "schema_version": 99}), "two")


@pytest.mark.parametrize(
    "change",
    [
        {"classes": []},
        {"classes": ["yes", "yes"]},
        {"classes": "yes"},
        {"classes": None},
        {"classes": [1, 2]},
        {"sample_rate_hz": 0},
        {"sample_rate_hz": "16000"},
        {"sample_rate_hz": 10**15},
        {"window_s": -1},
        {"window_s": 1e9},
        {"temperature": 0},
        {"temperature": "hot"},
        {"front_end": []},
        {"network": None},
        {"name": ""},
        {"results": {"accuracy": 1}},
        {"results": {**asdict(RESULTS), "accuracy": "x"}},
        {"results": {**asdict(RESULTS), "accuracy": 90.0}},
        {"results": {**asdict(RESULTS), "clips": "many"}},
        {"results": {**asdict(RESULTS), "class_accuracy": {"yes": 1.0}}},
        {"results": {**asdict(RESULTS), "confusion": [[1, 0]]}},
        {"results": {**asdict(RESULTS), "confusion": [[1], [0]]}},
        {"results": {**asdict(RESULTS), "confusion": [[1, "0"], [0, 1]]}},
        {"results": {**asdict(RESULTS), "group_accuracy": ["anna"]}},
        {"training": ["epochs"]},
        {"trained_on": [{"name": "x", "licence": "y", "attribution": "z", "clips": "few"}]},
        {"trained_on": [{"name": "x"}]},
        {"trained_on": 5},
        {"schema_version": None},
    ],
)
def test_a_card_that_cannot_be_true_is_one_sentence(change: dict[str, Any]) -> None:
    with pytest.raises(UserError, match=r"“two” .*[.]$"):
        card_from_json(json.dumps({**asdict(CARD), **change}), "two")


@pytest.mark.parametrize("text", ["", "null", "[]", "3", '"card"', "{", '{"schema_version": 1}', "[" * 100_000])
def test_a_card_that_is_no_card_is_one_sentence(text: str) -> None:
    with pytest.raises(UserError):
        card_from_json(text, "two")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x80\x04\x95",  # a pickle
        b"PK\x03\x04" + bytes(100),  # a zip, as torch.save writes
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 50) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 4) + b"\xff\xfe\xff\xfe",
        struct.pack("<Q", 100_000) + b"[" * 100_000,
    ],
)
def test_a_file_that_is_no_model_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"“bad\.safetensors”.*[.]$"):
        read_header(path)


def test_a_model_without_a_card_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "plain.safetensors"
    path.write_bytes(struct.pack("<Q", 2) + b"{}")
    with pytest.raises(UserError, match="no model card"):
        read_card(path)


def test_folders_list_their_models_and_report_what_is_none(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    model_file(first / "two.safetensors", card_to_json(CARD))
    model_file(second / "again.safetensors", card_to_json(CARD))
    model_file(second / "alpha.safetensors", card_to_json(replace(CARD, name="alpha")))
    (second / "broken.safetensors").write_text("x")
    problems: list[str] = []
    entries = list_models(first, second, tmp_path / "missing", problems=problems.append)
    assert [(entry.card.name, entry.path.parent.name) for entry in entries] == [("alpha", "second"), ("two", "first")]
    assert len(problems) == 1 and "broken.safetensors" in problems[0]


def test_a_model_is_found_by_name_or_by_file(tmp_path: Path) -> None:
    path = model_file(tmp_path / "file.safetensors", card_to_json(CARD))
    assert find_model("two", tmp_path).path == path
    assert find_model(str(path)).card == CARD
    with pytest.raises(UserError, match=r"no model named “three”.*two"):
        find_model("three", tmp_path)


def test_the_page_of_a_card_says_what_matters() -> None:
    page = markdown_of(CARD)
    for part in ("50.0 %", "Pete Warden", "16,000 Hz", "`yes`", "Everything else.", "| `no` | 1 | 0 |"):
        assert part in page
    assert "How good" not in markdown_of(replace(CARD, results=None))


@pytest.mark.parametrize(
    ("front_end", "words"),
    [
        ({"kind": "log_mel"}, "log-mel, 64 bands from 20 to 8,000 Hz, a column every 10 ms"),
        ({"kind": "spectrogram"}, "linear spectrogram, 257 bins, complex, a column every 10 ms"),
        ({"kind": "spectrogram", "power": 0.5}, "magnitude to the power of 0.5"),
        ({"kind": "waveform"}, "the waveform itself"),
        ({"kind": "cochlea", "hairs": 3}, "kind cochlea, hairs 3"),
    ],
)
def test_a_brief_page_has_words_for_the_front_end_and_no_table_of_confusions(
    front_end: dict[str, object], words: str
) -> None:
    card = replace(CARD, front_end=front_end)
    page = markdown_of(card, brief=True)
    assert words in page and "| `no` | 1 | 0 |" not in page
    assert f"kind {front_end['kind']}" in markdown_of(card)


def test_the_page_shows_its_picture_and_which_class_nobody_measured() -> None:
    assert CARD.results is not None
    unmeasured = replace(CARD, results=replace(CARD.results, confusion=((0, 0), (0, 4))))
    page = markdown_of(unmeasured, picture="two.png")
    assert "| not measured |" in page
    assert "![What was taken for what](two.png)" in page
    assert "not measured" not in markdown_of(CARD)


def test_no_group_is_said_to_be_worse_than_the_worst() -> None:
    few = replace(CARD, results=replace(RESULTS, group_accuracy={"anna": 0.5, "bert": 1.0}))
    assert "1 in all of them; the worst in 50.0 %." in markdown_of(few)
    many = {f"{place}": place / 20 for place in range(20)}
    page = markdown_of(replace(CARD, results=replace(RESULTS, group_accuracy=many)))
    assert "a tenth are judged right in at most 5.0 %, the worst in 0.0 %." in page


def test_what_is_not_known_of_a_foreign_model_is_not_given_as_nought() -> None:
    text = markdown_of(replace(CARD, parameters=0, macs=0, trained_on=()))
    assert "0 parameters" not in text and "not known" in text
    assert "## Trained on\n\nNot known." in text
