"""The data set of the benchmark, small and made here: lists, the rule without lists, the task of twelve classes."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from desktop_app.classifier.data.corpus import gather
from desktop_app.classifier.data.speech_commands import (
    DATASETS,
    TEN_WORDS,
    UNKNOWN,
    as_twelve,
    find_speech_commands,
    official_side,
)
from desktop_app.classifier.runs.run_config import DataConfig
from desktop_app.classifier.runs.sources import find_source
from desktop_app.errors import UserError


def make(folder: Path, words: tuple[str, ...], speakers: int = 10) -> Path:
    random = np.random.default_rng(1)
    for word in words:
        (folder / word).mkdir(parents=True)
        for speaker in range(speakers):
            sf.write(folder / word / f"{speaker:08x}_nohash_0.wav", 0.1 * random.normal(size=160), 16_000)
    (folder / "_background_noise_").mkdir()
    sf.write(folder / "_background_noise_" / "noise.wav", 0.1 * random.normal(size=1_600), 16_000)
    (folder / "testing_list.txt").write_text("".join(f"{w}/{s:08x}_nohash_0.wav\n" for w in words for s in (0, 1)))
    (folder / "validation_list.txt").write_text("".join(f"{w}/{2:08x}_nohash_0.wav\n" for w in words))
    return folder


def test_the_official_lists_divide_the_clips_and_the_backgrounds_are_no_class(tmp_path: Path) -> None:
    found = find_speech_commands(make(tmp_path / "set", ("bed", "cat")))
    corpus = gather(found, DataConfig())
    assert corpus.classes == ("bed", "cat")
    assert [len(corpus.divided.side(side)) for side in ("train", "validation", "test")] == [14, 2, 4]
    assert [path.name for path in corpus.noises] == ["noise.wav"]
    assert not corpus.divided.leaks


def test_parts_of_one_recording_stay_together_where_the_lists_of_an_export_are_empty(tmp_path: Path) -> None:
    for word in ("owl", "wren"):
        (tmp_path / word).mkdir()
        for place in range(40):  # as `export-labels --to class-folders` names them
            sf.write(tmp_path / word / f"night_{place}.00.wav", np.random.default_rng(place).normal(size=160), 16_000)
    for name in ("validation_list.txt", "testing_list.txt"):
        (tmp_path / name).touch()
    assert {clip.split for clip in find_source(DataConfig(source=str(tmp_path))).clips} == {"train"}


def test_labels_that_are_asked_for_count_before_lists(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has an accepted label yet"):
        find_source(DataConfig(source=str(make(tmp_path / "set", ("bed", "cat"))), labels="project"))


def test_copies_of_what_is_measured_on_are_not_learnt_from(tmp_path: Path) -> None:
    folder = make(tmp_path / "set", ("bed", "cat"))
    (folder / "bed" / "0000000f_nohash_0.wav").write_bytes((folder / "bed" / "00000000_nohash_0.wav").read_bytes())
    corpus = gather(find_speech_commands(folder), DataConfig())
    assert "1 clip is left out, as one to be measured on has the same content." in corpus.notes
    assert not corpus.divided.leaks


def test_the_rule_behind_the_lists_goes_by_speaker_and_holds_back_a_tenth_twice() -> None:
    assert official_side(Path("bed/0c40e715_nohash_0.wav")) == official_side(Path("cat/0c40e715_nohash_3.wav"))
    sides = Counter(official_side(Path(f"{speaker:08x}_nohash_0.wav")) for speaker in range(4_000))
    assert 0.77 < sides["train"] / 4_000 < 0.83
    assert 0.08 < sides["test"] / 4_000 < 0.12


def test_twelve_classes_are_ten_words_and_the_rest_thinned_where_it_is_measured(tmp_path: Path) -> None:
    others = ("bed", "cat", "house", "marvin", "wow")
    found = as_twelve(find_speech_commands(make(tmp_path / "set", (*TEN_WORDS, *others))))
    assert {clip.label for clip in found.clips} == {*TEN_WORDS, UNKNOWN}
    counts = Counter((clip.split, clip.label) for clip in found.clips)
    assert counts["train", UNKNOWN] == 35
    assert counts["test", UNKNOWN] < 10
    assert {clip.word for clip in found.clips if clip.label == UNKNOWN} == set(others)
    with pytest.raises(UserError, match="needs what is not there: down"):
        as_twelve(find_speech_commands(make(tmp_path / "small", ("bed", "cat"))))


def test_addresses_and_checksums_are_those_of_torchaudio() -> None:
    from torchaudio.datasets import speechcommands

    theirs = {Path(url).name: sha256 for url, sha256 in speechcommands._CHECKSUMS.items()}
    assert {Path(each.archive.url).name: each.archive.sha256 for each in DATASETS.values()} == theirs
