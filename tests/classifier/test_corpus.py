"""What lies in folders and lists, what is wrong with it, and how it is divided."""

import csv
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.classifier.data.corpus import ALL_IS_NAMED, Corpus, find_in, gather
from desktop_app.classifier.data.dataset import Clip, load_clips
from desktop_app.classifier.data.splits import divide
from desktop_app.classifier.runs.run_config import DataConfig
from desktop_app.errors import UserError
from tests.classifier.conftest import FRAMES, RATE_HZ, tone

Fill = Callable[..., Path]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """Return a function that writes so many clips of a class, each of another speaker."""

    def write(label: str, count: int, *, first: int = 0) -> Path:
        folder = tmp_path / "data" / label
        folder.mkdir(parents=True, exist_ok=True)
        for index in range(first, first + count):
            sound = tone("high" if label == "high" else "low", FRAMES, index + 1000 * sum(map(ord, label)))
            sf.write(folder / f"{index:08x}_nohash_0.wav", sound, RATE_HZ)
        return tmp_path / "data"

    return write


def corpus(source: Path, **settings: object) -> Corpus:
    return gather(find_in(source, "speaker"), DataConfig(**settings))  # type: ignore[arg-type]


def test_an_empty_class_is_named_and_left_out(fill: Fill) -> None:
    fill("high", 12)
    data = fill("low", 12)
    (data / "nothing").mkdir()
    found = corpus(data)
    assert found.classes == ("high", "low")
    assert "There are no recordings in “nothing”; left out." in found.notes


def test_one_class_is_one_sentence(fill: Fill) -> None:
    with pytest.raises(UserError, match="only one class, “high”"):
        corpus(fill("high", 12))


def test_one_clip_is_one_sentence(fill: Fill) -> None:
    with pytest.raises(UserError, match="only one class"):
        corpus(fill("high", 1))


def test_a_class_of_one_clip_is_named_and_learnt_from(fill: Fill) -> None:
    fill("high", 30)
    found = corpus(fill("low", 1), test_share=0.45, validation_share=0.45)
    assert "Few clips: “low” (1); a class wants some dozens." in found.notes
    assert [clip.split for clip in found.divided.clips if clip.label == "low"] == ["train"]


def test_class_folders_one_folder_deeper_are_pointed_at(fill: Fill) -> None:
    fill("high", 2)
    folder = fill("low", 2)
    (folder.parent / "night.wav").write_bytes(b"")
    with pytest.raises(UserError, match=f"are in “{folder.name}”: choose “{folder}”"):
        corpus(folder.parent)


def test_classes_without_background_are_told_to_name_pauses_too(fill: Fill) -> None:
    fill("high", 30)
    assert ALL_IS_NAMED in corpus(fill("low", 30)).notes
    assert ALL_IS_NAMED not in corpus(fill("Silence", 30)).notes


def test_two_classes_of_the_same_files_are_one_sentence(fill: Fill) -> None:
    data = fill("high", 12)
    fill("other", 3)
    shutil.copytree(data / "high", data / "copy")
    with pytest.raises(UserError, match="“copy”, “high” would be empty"):
        corpus(data)


def test_a_file_in_two_classes_is_left_out_of_both_and_listed(fill: Fill) -> None:
    fill("high", 12)
    data = fill("low", 12)
    shutil.copy(data / "high" / "00000003_nohash_0.wav", data / "low" / "again.wav")
    found = corpus(data)
    assert "2 files stand in two classes and are left out." in found.notes
    assert sorted(skipped.path.name for skipped in found.skipped) == ["00000003_nohash_0.wav", "again.wav"]
    assert len(found.divided.clips) == 23


def test_odd_letters_in_labels_survive(fill: Fill) -> None:
    labels = ['a "quoted", one', "ünïcødé 🦉", "[brackets] = 1", "new\nline", "-", " "]
    for label in labels:
        data = fill(label, 2)
    undecodable = os.fsdecode(os.fsencode(data) + b"/caf\xe9")
    Path(undecodable).mkdir()
    sf.write(data.parent / "x.wav", tone("low", FRAMES, 7), RATE_HZ)
    shutil.move(data.parent / "x.wav", Path(undecodable) / "x.wav")
    found = corpus(data)
    assert set(found.classes) == {*labels, "caf\\xe9"}
    json.dumps(found.classes).encode("utf-8")


def test_sound_that_is_no_number_is_listed_and_never_turned_into_silence(fill: Fill) -> None:
    data = fill("high", 3)
    broken = tone("high", FRAMES, 9)
    broken[100:110] = np.nan
    sf.write(data / "high" / "nan.wav", broken, RATE_HZ, subtype="FLOAT")
    (data / "high" / "text.wav").write_text("no sound")
    (data / "high" / "empty.wav").touch()
    found = gather(find_in(fill("low", 3), "speaker"), DataConfig(validation_share=0, test_share=0))
    clips = load_clips(found.divided.side("train"), found.classes, RATE_HZ, FRAMES)
    left_out = {skipped.path.name for skipped in (*found.skipped, *clips.skipped)}
    assert left_out == {"nan.wav", "text.wav", "empty.wav"}
    assert len(clips) == 6


def test_a_split_by_group_keeps_speakers_and_copies_on_one_side(fill: Fill) -> None:
    fill("high", 30)
    data = fill("low", 30)
    for index in range(10):  # the same bytes under the name of another speaker
        shutil.copy(data / "low" / f"{index:08x}_nohash_0.wav", data / "low" / f"{index:07x}f_nohash_3.wav")
    found = corpus(data, test_share=0.3, validation_share=0.2)
    assert not found.divided.leaks
    assert all(found.divided.side(side) for side in ("train", "validation", "test"))
    sides: dict[str, set[str]] = {}
    for clip in found.divided.clips:
        sides.setdefault(found.hashes[clip.path], set()).add(clip.split)
    assert all(len(each) == 1 for each in sides.values())


def test_a_side_that_got_no_speaker_is_named(fill: Fill) -> None:
    fill("high", 1)
    found = corpus(fill("low", 1), test_share=1e-6, validation_share=0.0)
    assert "Too few speakers or sources (1) to hold some back to measure on." in found.notes


def test_a_few_clips_of_every_class_are_held_back_whatever_the_hash_says(fill: Fill) -> None:
    for count in (4, 10, 20):
        for label in ("high", "low"):
            fill(label, count)
        found = corpus(fill("quiet", count))
        wanted = min(3, max(1, int(0.15 * count)))
        for side in ("validation", "test"):
            counts = Counter(clip.label for clip in found.divided.side(side))
            assert set(counts) == set(found.classes) and min(counts.values()) >= wanted
        learnt = Counter(clip.label for clip in found.divided.side("train"))
        assert min(learnt.values()) >= 0.49 * count


def test_a_large_split_stays_when_clips_are_added(fill: Fill) -> None:
    fill("high", 80)
    before = {clip.path: clip.split for clip in corpus(fill("low", 80)).divided.clips}
    fill("high", 20, first=80)
    after = {clip.path: clip.split for clip in corpus(fill("low", 20, first=80)).divided.clips}
    assert before.items() <= after.items()


def test_a_split_that_leaks_is_refused_unless_asked_for_and_then_said(fill: Fill) -> None:
    fill("high", 20)
    data = fill("low", 20)  # speaker 0 says both, and so on
    with pytest.raises(UserError, match=r"The split leaks: \d+ speakers or sources .*go on all the same"):
        corpus(data, split="random")
    found = corpus(data, split="random", allow_leaks=True)
    assert found.divided.leaks.groups
    assert any("The numbers flatter the model." in note for note in found.notes)
    assert len(found.divided.side("test")) == len(found.divided.side("validation")) == 6


def test_the_same_file_on_two_sides_is_a_leak_even_under_another_name(fill: Fill, tmp_path: Path) -> None:
    fill("high", 4)
    data = fill("low", 4)
    shutil.copy(data / "high" / "00000000_nohash_0.wav", data / "high" / "zzz.wav")
    rows = [(path, path.parent.name, "test" if path.stem == "zzz" else "train") for path in sorted(data.rglob("*.wav"))]
    manifest = tmp_path / "clips.csv"
    with manifest.open("w", newline="") as file:
        csv.writer(file).writerows([("path", "label", "split"), *rows])
    with pytest.raises(UserError, match="2 files with the same content"):
        corpus(manifest)


@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(0, 20)), min_size=1, max_size=60),
    st.floats(0, 0.5),
    st.floats(0, 0.4),
)
def test_a_split_by_group_never_leaks(rows: list[tuple[int, int, int]], test: float, validation: float) -> None:
    clips = [Clip(Path(f"{i}.wav"), str(label), str(group), "") for i, (group, label, _) in enumerate(rows)]
    hashes = {clip.path: str(content) for clip, (_, _, content) in zip(clips, rows, strict=True)}
    divided = divide(clips, hashes, DataConfig(split="group", test_share=test, validation_share=validation))
    assert not divided.leaks
    assert {clip.label for clip in divided.side("train")} == {clip.label for clip in clips}


def test_a_recording_in_two_formats_stays_on_one_side() -> None:
    clips = [
        Clip(Path(f"{word}/{i}.{kind}"), word, f"{word}/{i}.{kind}", word)
        for word in ("owl", "wren")
        for i in range(40)
        for kind in ("wav", "mp3")
    ]
    divided = divide(clips, {clip.path: str(clip.path) for clip in clips}, DataConfig(split="group"))
    sides = [{clip.split for clip in divided.clips if clip.path.with_suffix("") == Path(f"owl/{i}")} for i in range(40)]
    assert all(len(each) == 1 for each in sides)
    assert set().union(*sides) == {"train", "validation", "test"}


@pytest.mark.parametrize("kind", ["csv", "json", "jsonl"])
def test_lists_of_clips_bring_paths_labels_groups_and_splits(fill: Fill, tmp_path: Path, kind: str) -> None:
    fill("high", 3)
    fill("low", 3)
    sides = ["train", "Valid", "testing"]
    rows = [
        {"path": f"data/{label}/{i:08x}_nohash_0.wav", "label": f"{label}, loud", "group": f"{i}", "split": sides[i]}
        for label in ("high", "low")
        for i in range(3)
    ]
    manifest = tmp_path / f"clips.{kind}"
    if kind == "csv":
        with manifest.open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.DictWriter(file, ["path", "label", "group", "split"])
            writer.writeheader()
            writer.writerows(rows)
    else:
        text = json.dumps(rows) if kind == "json" else "\n".join(map(json.dumps, rows))
        manifest.write_text(text)
    found = corpus(manifest)
    assert found.classes == ("high, loud", "low, loud")
    assert [len(found.divided.side(side)) for side in ("train", "validation", "test")] == [2, 2, 2]


def test_nought_is_a_label_and_a_group(fill: Fill, tmp_path: Path) -> None:
    fill("high", 3)
    fill("low", 3)
    rows = [
        {"path": f"data/{word}/{i:08x}_nohash_0.wav", "label": digit, "group": i, "split": None}
        for digit, word in enumerate(("high", "low"))
        for i in range(3)
    ]
    (tmp_path / "digits.json").write_text(json.dumps(rows))
    found = find_in(tmp_path / "digits.json", "speaker").clips
    assert [(clip.label, clip.group, clip.split) for clip in found[:3]] == [("0", str(i), "") for i in range(3)]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.csv", "path,label\nx.wav,\n", "Row 1 of “a.csv” has no label"),
        ("a.csv", "file,label\nx.wav,a\n", "Row 1 of “a.csv” has no path"),
        ("a.csv", "path,label,split\nx.wav,a,sometimes\n", "has the split “sometimes”"),
        ("a.csv", "path,label\n", "lists no clips"),
        ("a.json", "{", "cannot be read as a list"),
        ("a.json", "{}", "cannot be read as a list"),
        ("a.json", "[3]", "Row 1 of “a.json” is no object"),
        ("a.csv", "path,label\nx.wav,a\ny.wav,b\n", "None of the recordings can be read"),
    ],
)
def test_a_list_that_is_wrong_is_one_sentence(tmp_path: Path, name: str, text: str, sentence: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UserError, match=sentence):
        corpus(tmp_path / name)
