"""Clips found, split by speaker, and decoded; what cannot be read is never turned into silence."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from desktop_app.classifier.data.dataset import Clip, find_clips, join, load_clips, position_of, speaker_of
from desktop_app.errors import UserError
from tests.classifier.conftest import CLASSES, FRAMES, RATE_HZ, tones

WriteTone = Callable[..., Path]


def clip(path: Path, label: str) -> Clip:
    return Clip(path, label, speaker_of(path), label)


def test_the_speaker_is_the_hexadecimal_part_of_the_name() -> None:
    assert speaker_of(Path("yes/0cb74144_nohash_1.flac")) == "0cb74144"
    assert speaker_of(Path("_unknown_/bed_0ea0e2f4_nohash_1.flac")) == "0ea0e2f4"
    assert speaker_of(Path("_silence_/1024.flac")) == "1024"


def test_the_side_of_a_split_depends_on_the_group_alone() -> None:
    positions = [position_of(f"{n:08x}") for n in range(2_000)]
    assert position_of("0cb74144") == position_of("0cb74144")
    assert min(positions) >= 0 and max(positions) < 1
    assert sum(p < 0.2 for p in positions) == pytest.approx(400, abs=60)


def test_class_folders_are_found_in_any_case_and_other_files_are_not(tmp_path: Path, write_tone: WriteTone) -> None:
    for folder in ("high", "low", ".hidden"):
        (tmp_path / folder).mkdir()
    for name in ("high/b.WAV", "high/a.wav", "low/c.wav", ".hidden/d.wav"):
        write_tone(name, ("high", 0.1))
    (tmp_path / "low" / "notes.txt").write_text("not a sound")
    found = find_clips(tmp_path)
    assert [(c.path.name, c.label) for c in found] == [("a.wav", "high"), ("b.WAV", "high"), ("c.wav", "low")]


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_classes_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=r"[.]$"):
        find_clips(tmp_path / name)


def test_damaged_files_are_skipped_and_listed_and_never_become_silence(tmp_path: Path, write_tone: WriteTone) -> None:
    good = write_tone("good.wav", ("high", 0.5))
    bad = tmp_path / "bad.wav"
    bad.write_text("this is no sound")
    loaded = load_clips(
        [clip(bad, "low"), clip(good, "high"), clip(tmp_path / "gone.wav", "low")], CLASSES, RATE_HZ, FRAMES
    )
    assert len(loaded) == 1
    assert loaded.targets.tolist() == [CLASSES.index("high")]
    assert [skipped.path.name for skipped in loaded.skipped] == ["bad.wav", "gone.wav"]
    assert all(skipped.reason.endswith(".") for skipped in loaded.skipped)
    with pytest.raises(UserError):
        load_clips([clip(bad, "low")], CLASSES, RATE_HZ, FRAMES)


def test_short_clips_are_centred_and_long_ones_cut(write_tone: WriteTone) -> None:
    short = load_clips([clip(write_tone("s.wav", ("high", 0.25)), "high")], CLASSES, RATE_HZ, FRAMES)
    longer = load_clips([clip(write_tone("l.wav", ("high", 0.7)), "high")], CLASSES, RATE_HZ, FRAMES)
    longest = load_clips([clip(write_tone("m.wav", ("high", 1.8)), "high")], CLASSES, RATE_HZ, FRAMES)
    assert [len(part) for part in (short, longer, longest)] == [1, 1, 3]
    assert not short.waveforms[0, :1_000].any() and not short.waveforms[0, 3_000:].any()
    assert float(short.floats(torch.tensor([0])).abs().max()) > 0.09


def test_rate_and_channels_are_changed_on_the_way(write_tone: WriteTone) -> None:
    stereo = write_tone("stereo.wav", ("high", 0.5), rate_hz=2 * RATE_HZ, channels=2)
    loaded = load_clips([clip(stereo, "high")], CLASSES, RATE_HZ, FRAMES)
    assert loaded.waveforms.shape == (1, FRAMES)
    assert not loaded.waveforms[0, :900].any()  # a quarter of a second, in the middle


def test_joined_sets_number_their_words_anew() -> None:
    first, second = tones(1), tones(1, first_seed=9)
    renamed = type(second)(**{**second.__dict__, "word_names": ("zebra", "high", "apple")})
    both = join([first, renamed])
    assert len(both) == 6
    assert [both.word_names[word] for word in both.words] == ["_silence_", "high", "low", "zebra", "high", "apple"]
    assert both.subset([True] + [False] * 5).groups == first.groups[:1]
