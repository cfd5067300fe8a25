"""Labelled clips, brought together with a model's classes and judged for an evaluation."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from desktop_app.classifier.card import ModelCard, Results
from desktop_app.classifier.data.dataset import Clip
from desktop_app.classifier.data.groupings import grouping_named
from desktop_app.classifier.data.overlap import clip_hash, new_to, overlap_of
from desktop_app.classifier.inference import Classifier, classify_files
from desktop_app.classifier.measuring.assignment import assign
from desktop_app.classifier.measuring.judging import judge_clips
from desktop_app.errors import UserError
from tests.classifier.conftest import CLASSES, FRAMES, RATE_HZ, tiny_card, tiny_front_end, tone


def clip(path: str | Path, label: str, group: str = "g") -> Clip:
    return Clip(Path(path), label, group, label)


class Loudness:
    """A judge that finds `high` in every loud window and `low` in every other one."""

    def __init__(self) -> None:
        self.card = tiny_card(tiny_front_end())
        self.batches: list[int] = []

    def scores(self, waveforms: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        self.batches.append(len(waveforms))
        loud = np.abs(waveforms).max(axis=1) > 0.5
        return np.where(loud[:, None], [0.0, 0.7, 0.3], [0.1, 0.3, 0.6]).astype(np.float32)


def write(path: Path, *levels: float) -> Path:
    soundfile.write(path, np.repeat(levels, FRAMES).astype(np.float32), RATE_HZ, subtype="FLOAT")
    return path


def test_every_clip_has_a_row_of_scores_and_what_cannot_be_read_is_listed(tmp_path: Path) -> None:
    (tmp_path / "broken.wav").write_text("no sound at all")
    clips = [
        clip(write(tmp_path / "loud.wav", 0.9), "high", "anna"),
        clip(tmp_path / "broken.wav", "high"),
        clip(tmp_path / "gone.wav", "low"),
        clip(write(tmp_path / "quiet.wav", 0.1), "high", "ben"),
    ]
    done: list[int] = []
    judged = judge_clips(Loudness(), clips, progress=done.append)
    assert [path.name for path in judged.table.paths] == ["loud.wav", "quiet.wav"]
    assert judged.table.groups == ("anna", "ben")
    assert [judged.table.classes[place] for place in judged.table.judged] == ["high", "low"]
    assert judged.table.right.tolist() == [True, False]
    assert [each.path.name for each in judged.unreadable] == ["broken.wav", "gone.wav"]
    assert all(each.reason.endswith(".") for each in judged.unreadable)
    assert done[-1] == 4


def test_a_long_clip_speaks_by_its_surest_window_whatever_the_batches(tmp_path: Path) -> None:
    judge = Loudness()
    clips = [clip(write(tmp_path / f"{n}.wav", *([0.1] * 60), 0.9, 0.1), "high") for n in range(3)]
    judged = judge_clips(judge, clips)
    assert judged.table.right.all()
    assert judged.table.top_scores == pytest.approx([0.7] * 3)
    assert [judged.table.span_s(row) for row in range(3)] == [(29.75, 30.25)] * 3  # the first of two that are equal
    assert judged.table.subset([2]).span_s(0) == (29.75, 30.25)
    assert len(judge.batches) > 3
    assert max(judge.batches) < 96


def test_an_evaluation_measures_what_people_get(tone_classifier: Classifier, write_tone: Callable[..., Path]) -> None:
    paths = [
        write_tone("short.wav", ("low", 0.3)),
        write_tone("long.wav", ("_silence_", 1.0), ("high", 0.5), ("_silence_", 1.0)),
        write_tone("window.wav", ("_silence_", 0.5)),
    ]
    judged = judge_clips(tone_classifier, [clip(path, "low") for path in paths])
    verdicts = list(classify_files(tone_classifier, paths))
    names = [verdict.best.label if verdict.best else None for verdict in verdicts]
    assert [CLASSES[place] for place in judged.table.judged] == names == ["low", "high", "_silence_"]
    scores = [verdict.best.score for verdict in verdicts if verdict.best]
    assert judged.table.top_scores == pytest.approx(scores, abs=1e-5)


def test_a_long_clip_is_named_by_a_sure_find_rather_than_by_silence(
    tone_classifier: Classifier, tmp_path: Path
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, np.concatenate([tone("_silence_", 3 * FRAMES), tone("low", FRAMES, 4)]), RATE_HZ)
    assert judge_clips(tone_classifier, [clip(path, "low")]).table.right.all()


def test_cancelling_ends_the_judging(tmp_path: Path) -> None:
    class CancelError(Exception):
        pass

    def cancel(_done: int) -> None:
        raise CancelError

    with pytest.raises(CancelError):
        judge_clips(Loudness(), [clip(write(tmp_path / "a.wav", 0.1), "low")], progress=cancel)


def test_folders_find_their_class_whatever_their_case_and_underscores() -> None:
    found = assign([clip("a", "Yes"), clip("b", "silence"), clip("c", "no")], ("_silence_", "yes", "no"), {})
    assert [each.label for each in found.clips] == ["yes", "_silence_", "no"]
    assert found.taken_as == {"Yes": "yes", "silence": "_silence_"}
    assert found.left_out == {}


def test_classes_that_differ_by_case_alone_keep_their_folders() -> None:
    found = assign([clip("a", "A"), clip("b", "a"), clip("c", "_a")], ("A", "a"), {})
    assert [each.label for each in found.clips] == ["A", "a", "a"]


def test_folders_that_the_model_does_not_know_are_left_out_or_taken_for_unknown() -> None:
    clips = [clip("a", "yes"), clip("b", "bed"), clip("c", "bed")]
    classes = ("_unknown_", "yes")
    assert assign(clips, classes, {}).left_out == {"bed": 2}
    assert [each.label for each in assign(clips, classes, {}, others_unknown=True).clips] == [
        "yes",
        "_unknown_",
        "_unknown_",
    ]
    assert assign(clips, classes, {"bed": "yes"}).taken_as == {"bed": "yes"}


def test_a_mapping_that_makes_no_sense_is_one_sentence() -> None:
    clips = [clip("a", "yes")]
    with pytest.raises(UserError, match="no class folder “bed”"):
        assign(clips, ("yes",), {"bed": "yes"})
    with pytest.raises(UserError, match="no class “nope”"):
        assign(clips, ("yes",), {"yes": "nope"})
    with pytest.raises(UserError, match="no class for other sounds"):
        assign(clips, ("yes",), {}, others_unknown=True)
    with pytest.raises(UserError, match="knows none of the classes"):
        assign(clips, ("no",), {})


@pytest.mark.parametrize(
    ("grouping", "name", "group"),
    [
        ("speaker", "03401e93_nohash_0.flac", "03401e93"),
        ("speaker", "backward_0cb74144_nohash_2.flac", "0cb74144"),
        ("speaker", "7_jackson_32.flac", "jackson"),
        ("speaker", "song.flac", "song"),
        ("source", "1-187207-A.ogg", "187207"),
        ("source", "03401e93_nohash_0.flac", "03401e93_nohash_0"),
        ("file", "7_jackson_32.flac", "7_jackson_32"),
        (r"^([a-z]+)-", "owl-3.wav", "owl"),
        (r"^([a-z]+)-", "3.wav", "3"),
    ],
)
def test_clips_are_grouped_by_speaker_source_or_pattern(grouping: str, name: str, group: str) -> None:
    assert grouping_named(grouping)(Path("somewhere") / name) == group


@pytest.mark.parametrize("text", ["nonsense", "(open"])
def test_a_grouping_that_is_none_is_one_sentence(text: str) -> None:
    with pytest.raises(UserError, match="neither a grouping"):
        grouping_named(text)


def card(**training: object) -> ModelCard:
    results = Results("Somehow.", 1, 1, 1, 0, 0, {}, (), {"ben": 1.0})
    return replace(tiny_card(tiny_front_end()), training=training, results=results)


def test_the_card_tells_which_speakers_and_clips_the_model_has_heard(tmp_path: Path) -> None:
    paths = [tmp_path / "a", tmp_path / "b"]
    paths[0].write_text("heard")
    paths[1].write_text("new")
    heard = overlap_of(card(groups=["anna", "carl"], clip_hashes=[clip_hash(paths[0])]), paths, ["anna", "ben"])
    assert (heard.groups, heard.clips, heard.measured_groups) == (("anna",), (paths[0],), ("ben",))
    assert heard.leaks
    assert "1 of the clips themselves and other clips of 1 of these" in heard.sentence()
    new = overlap_of(card(groups=["carl"], clip_hashes=[]), paths, ["anna"])
    assert not new.leaks
    assert new.sentence().startswith("The model learnt from none")


def test_clips_that_are_new_to_a_model_are_those_of_new_speakers_and_bytes(tmp_path: Path) -> None:
    clips = [clip(tmp_path / name, "high", name) for name in ("anna", "ben", "carl", "gone")]
    for each in clips[:3]:
        each.path.write_text(each.group)
    known = card(groups=["anna"], clip_hashes=[clip_hash(clips[1].path)])
    assert [each.group for each in new_to(known, clips)] == ["carl", "gone"]  # what cannot be read is judged, and told
    with pytest.raises(UserError, match="learnt from all of these clips or their speakers"):
        new_to(known, clips[:2])
    with pytest.raises(UserError, match="does not list what it learnt from"):
        new_to(card(), clips)


def test_a_card_that_lists_nothing_is_said_to_list_nothing() -> None:
    found = overlap_of(card(), [Path("never opened")], ["anna"])
    assert (found.groups, found.clips, found.leaks) == (None, None, False)
    assert "does not list" in found.sentence()
