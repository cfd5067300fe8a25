"""Annotations as clips, class folders and data sets: cut exactly, named safely, divided by recording."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile as sf

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.audio.clips import ExportSettings
from desktop_app.errors import UserError
from desktop_app.interchange import audiofolder, class_folders, sound_export
from desktop_app.interchange.labels import FileLabels, Options
from desktop_app.interchange.losses import losses
from desktop_app.interchange.recordings import finder_below, located, measured
from desktop_app.interchange.registry import read_labels, recognise, write_labels
from desktop_app.interchange.sound_export import WrittenClip, export_annotations
from desktop_app.interchange.splits import sides_of

OWL = Annotation("owl", onset_s=0.5, offset_s=1.25, low_hz=100.0, high_hz=900.0, note="near")
FOX = Annotation("fox/vixen", onset_s=1.5, offset_s=1.75)
WAV = Options(sound=ExportSettings(format="WAV", encoding="PCM_F", bits_per_sample=32))


@pytest.fixture
def night(sounds: Path) -> FileLabels:
    return measured(FileLabels(str(sounds / "a" / "night.wav"), (OWL, FOX)))


def rows_in(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


def test_clips_lie_in_a_folder_for_each_label_with_a_manifest(night: FileLabels, tmp_path: Path) -> None:
    written = write_labels([night], tmp_path, sound_export.FORMAT, WAV)
    assert written.files == (tmp_path / "manifest.csv",)
    first, second = rows_in(written.files[0])
    assert (first["path"], first["label"], first["group"]) == ("owl/night_0.50.wav", "owl", "night")
    assert (first["clip_onset_s"], first["onset_s"], first["low_hz"], first["note"]) == ("0.5", "0.5", "100", "near")
    assert second["path"] == "fox_vixen/night_1.50.wav"
    whole, _ = sf.read(night.path, dtype="float32")
    clip, rate_hz = sf.read(tmp_path / first["path"], dtype="float32")
    assert (rate_hz, clip.tolist()) == (8_000, whole[4_000:10_000].tolist())


def said(it: Annotation) -> Annotation:
    """Return an annotation without its id, which data sets do not hold."""
    return replace(it, id="one")


def test_a_folder_of_clips_reads_back_on_the_recordings_or_on_the_clips(
    night: FileLabels, sounds: Path, tmp_path: Path
) -> None:
    written = [replace(OWL, status=Status.UNCERTAIN, reviewer="Ada", extra={"site": "3"}), Annotation("whole")]
    write_labels([replace(night, annotations=tuple(written))], tmp_path / "clips", sound_export.FORMAT, WAV)
    result = read_labels(tmp_path / "clips")
    assert result.format is sound_export.FORMAT
    (on_recording,), _ = located(result.labels, sounds, finder_below(sounds, print))
    assert (on_recording.path, list(on_recording.annotations)) == (night.path, written)
    clips = tmp_path / "clips"
    on_clips, _ = located(result.labels, clips, finder_below(clips, print))
    assert [Path(each.path).name for each in on_clips] == ["night_0.50.wav", "night_0.00.wav"]
    (owl,) = on_clips[0].annotations
    assert (owl.onset_s, owl.status, owl.note, dict(owl.extra)) == (None, Status.UNCERTAIN, "near", {"site": "3"})


def test_context_is_added_on_both_sides_and_cut_at_the_ends(night: FileLabels, tmp_path: Path) -> None:
    write_labels([night], tmp_path, sound_export.FORMAT, replace(WAV, context_s=0.6))
    first, second = rows_in(tmp_path / "manifest.csv")
    assert (first["clip_onset_s"], first["onset_s"]) == ("0", "0.5")
    assert [sf.info(tmp_path / row["path"]).frames for row in (first, second)] == [int(1.85 * 8_000), int(1.1 * 8_000)]


def test_clips_are_named_by_a_pattern_encoded_anew_and_never_overwritten(night: FileLabels, tmp_path: Path) -> None:
    options = Options(sound=ExportSettings(format="MP3", sample_rate_hz=16_000), pattern="{index:02d}_{label}")
    for _ in range(2):
        write_labels([night], tmp_path, sound_export.FORMAT, options)
    names = {path.name for path in tmp_path.iterdir() if path.suffix in (".mp3", ".csv")}
    assert names == {
        "01_owl.mp3", "02_fox_vixen.mp3", "01_owl (2).mp3", "02_fox_vixen (2).mp3", "manifest.csv", "manifest (2).csv",
    }  # fmt: skip
    assert sf.info(tmp_path / "01_owl.mp3").samplerate == 16_000


def test_a_clip_that_fails_is_told_and_stops_no_other(night: FileLabels, tmp_path: Path) -> None:
    point = Annotation("point", onset_s=1.0, offset_s=1.0)
    beyond = Annotation("beyond", onset_s=5.0, offset_s=6.0)
    labels = replace(night, annotations=(point, beyond, OWL))
    written = write_labels([labels, FileLabels("gone.wav", (OWL,))], tmp_path, sound_export.FORMAT, WAV)
    assert [row["label"] for row in rows_in(written.files[0])] == ["owl"]
    assert len(written.problems) == 3
    assert "“gone.wav” does not exist" in written.problems[2]


def test_progress_is_told_and_what_it_raises_stops(night: FileLabels, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    outcomes = export_annotations([night], tmp_path, WAV, progress=lambda done, wanted: seen.append((done, wanted)))
    assert all(isinstance(each, WrittenClip) for each in outcomes)
    assert seen == [(1, 2), (2, 2)]

    def stop(_done: int, _wanted: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_labels([night], tmp_path / "stopped", sound_export.FORMAT, WAV, stop)
    assert len(list((tmp_path / "stopped").rglob("*.wav"))) == 1


def test_a_wrong_pattern_is_told_before_the_first_clip(night: FileLabels, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not understood: use the fields"):
        write_labels([night], tmp_path / "out", sound_export.FORMAT, replace(WAV, pattern="{oops}"))
    assert not (tmp_path / "out").exists()


# Splits


def test_no_recording_is_in_two_splits_and_names_decide_for_ever() -> None:
    labels = [FileLabels(f"{folder}/rec{number}.wav") for folder in "ab" for number in range(300)]
    sides = sides_of(labels)
    assert sides[:300] == sides[300:]  # one name, two folders: maybe the same recording
    assert sides == sides_of(labels[:10]) + sides_of(labels[10:])
    assert 20 < sides[:300].count("test") < 40
    assert 20 < sides[:300].count("validation") < 40


def test_clips_of_one_speaker_stay_together() -> None:
    labels = [FileLabels(f"yes/0a1b2c3d_nohash_{number}.wav") for number in range(30)]
    assert len(set(sides_of(labels))) == 1


def test_a_split_that_was_given_is_kept_for_all_of_a_recording() -> None:
    given = FileLabels("x.wav", (Annotation("a"), Annotation("b", extra={"split": "test"})))
    assert sides_of([given, FileLabels("y/x.wav")]) == ["test", "test"]


# Class folders


def test_class_folders_are_written_and_read_in_the_layout_of_speech_commands(sounds: Path, tmp_path: Path) -> None:
    recordings = [sounds / name for name in ("a/night.wav", "dawn.flac", "Dusk.WAV")]
    sides = ("train", "validation", "test")
    labels = [
        measured(FileLabels(str(path), tuple(replace(it, extra={"split": side}) for it in (OWL, FOX))))
        for path, side in zip(recordings, sides, strict=True)
    ]
    target = tmp_path / "owls"
    written = write_labels(labels, target, class_folders.FORMAT, WAV)
    assert written.files == (target, target / "validation_list.txt", target / "testing_list.txt")
    assert (target / "validation_list.txt").read_text() == "owl/dawn_0.50.wav\nfox_vixen/dawn_1.50.wav\n"
    assert (target / "testing_list.txt").read_text() == "owl/Dusk_0.50.wav\nfox_vixen/Dusk_1.50.wav\n"
    result = read_labels(target)
    assert result.format is class_folders.FORMAT
    read = {each.path: (each.annotations[0].label, each.annotations[0].extra["split"]) for each in result.labels}
    assert len(read) == 6
    assert read["owl/night_0.50.wav"] == ("owl", "train")
    assert read["fox_vixen/Dusk_1.50.wav"] == ("fox_vixen", "test")
    assert all(each.annotations[0].onset_s is None for each in result.labels)


def test_a_second_export_continues_the_lists(night: FileLabels, tmp_path: Path) -> None:
    labels = replace(night, annotations=(replace(OWL, extra={"split": "test"}),))
    for _ in range(2):
        write_labels([labels], tmp_path, class_folders.FORMAT, WAV)
    assert (tmp_path / "testing_list.txt").read_text() == "owl/night_0.50.wav\nowl/night_0.50 (2).wav\n"


def test_rejected_and_unnamed_annotations_are_no_examples_and_that_is_told(night: FileLabels, tmp_path: Path) -> None:
    labels = replace(night, annotations=(OWL, replace(FOX, status=Status.REJECTED), replace(FOX, label=" ")))
    assert "Left out, as they are rejected or have no label: 2 annotations." in losses([labels], class_folders.FORMAT)
    write_labels([labels], tmp_path / "out", class_folders.FORMAT, WAV)
    assert [path.name for path in (tmp_path / "out").rglob("*.wav")] == ["night_0.50.wav"]


def test_labels_that_no_folder_can_bear_are_told(night: FileLabels) -> None:
    assert "Given another label, as no folder may be called like theirs: 1 annotation." in losses(
        [night], class_folders.FORMAT
    )


def test_a_folder_without_class_folders_is_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no label file that is known here"):
        recognise(tmp_path)


# Hugging Face


def test_an_audiofolder_has_a_table_for_each_side(sounds: Path, tmp_path: Path) -> None:
    labels = [
        measured(FileLabels(str(sounds / name), (replace(OWL, extra={"split": side, "site": "3"}),)))
        for name, side in (("a/night.wav", "train"), ("dawn.flac", "test"))
    ]
    target = tmp_path / "data"
    written = write_labels(labels, target, audiofolder.FORMAT, WAV)
    assert written.files == (target / "train" / "metadata.csv", target / "test" / "metadata.csv")
    (row,) = rows_in(written.files[0])
    assert (row["file_name"], row["label"], row["low_hz"], row["site"]) == ("night_0.50.wav", "owl", "100", "3")
    assert (row["source_onset_s"], row["source_offset_s"]) == ("0.5", "1.25")
    assert (target / "train" / row["file_name"]).is_file()
    result = read_labels(target)
    assert result.format is audiofolder.FORMAT
    (train, test) = result.labels
    assert [said(it) for it in train.annotations] == [said(it) for it in labels[0].annotations]
    (clip,) = train.otherwise
    assert (clip.path, clip.annotations[0].onset_s, dict(clip.annotations[0].extra)) == (
        "train/night_0.50.wav", None, {"site": "3", "split": "train"},
    )  # fmt: skip
    assert (test.otherwise[0].path, test.annotations[0].extra["split"]) == ("test/dawn_0.50.wav", "test")
    with pytest.raises(UserError, match="holds an audiofolder already"):
        write_labels(labels, target, audiofolder.FORMAT, WAV)


def test_a_foreign_metadata_table_is_read(tmp_path: Path) -> None:
    (tmp_path / "metadata.csv").write_text("file_name,label,speaker\nclips/a.wav,owl,7\n")
    (labels,) = read_labels(tmp_path).labels
    assert (labels.path, labels.annotations[0].label, dict(labels.annotations[0].extra)) == (
        "clips/a.wav", "owl", {"speaker": "7"},
    )  # fmt: skip
