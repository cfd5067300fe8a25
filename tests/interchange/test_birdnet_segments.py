"""BirdNET's segment clips: what their names and folders say, on the recordings that they were cut out of."""

import shutil
from pathlib import Path

import pytest

from desktop_app.annotation.annotations import Status
from desktop_app.annotation.store import open_store
from desktop_app.errors import UserError
from desktop_app.interchange import birdnet_segments, class_folders
from desktop_app.interchange.into_project import plan_import
from desktop_app.interchange.labels import FileLabels, ImportResult
from desktop_app.interchange.recordings import finder_below, located
from desktop_app.interchange.registry import read_labels
from desktop_app.interchange.splits import sides_of

OWL = "Tawny Owl"
NAME = "0.812_3_night_63.00s_66.00s.wav"


def segments(folder: Path, *clips: str) -> ImportResult:
    """Return what is read out of a folder with these clips."""
    for clip in clips:
        (folder / clip).parent.mkdir(parents=True, exist_ok=True)
        (folder / clip).write_bytes(b"RIFF")
    return read_labels(folder)


def finds(result: ImportResult) -> list[tuple[str, str, float | None, float | None, float | None, Status]]:
    return [
        (each.path, it.label, it.onset_s, it.offset_s, it.score, it.status)
        for each in result.labels
        for it in each.annotations
    ]


def test_a_clip_tells_species_score_and_times_on_its_recording(tmp_path: Path) -> None:
    result = segments(tmp_path, f"{OWL}/{NAME}")
    assert result.format is birdnet_segments.FORMAT
    assert finds(result) == [("night", OWL, 63, 66, 0.812, Status.DRAFT)]
    assert result.labels[0].annotations[0].source == "BirdNET"


def test_the_review_folders_accept_and_reject_in_whatever_case(tmp_path: Path) -> None:
    result = segments(
        tmp_path, f"{OWL}/Positive/0.9_1_x.wav", f"{OWL}/positive/0.900_1_a_0.0s_3.0s.wav", f"{OWL}/Negative/{NAME}"
    )
    assert {(path, label, status) for path, label, _, _, _, status in finds(result)} == {
        (f"{OWL}/Positive/0.9_1_x.wav", OWL, Status.ACCEPTED),
        ("a", OWL, Status.ACCEPTED),
        ("night", OWL, Status.REJECTED),
    }


@pytest.mark.parametrize(
    ("name", "path", "times"),
    [
        ("1.000_12_night_20230329_134000_3.0s_6.0s.wav", "night_20230329_134000", (3, 6)),
        ("0.250_1_a.b_2s_1.50s_4.50s.wav", "a.b_2s", (1.5, 4.5)),
        ("0.250_1_0.300_2_x_1.00s_2.00s_3.00s_6.00s.wav", "0.300_2_x_1.00s_2.00s", (3, 6)),
    ],
    ids=["one decimal and underscores", "dots and an s", "a segment of a segment"],
)
def test_names_of_recordings_may_look_like_the_parts_of_a_clip_name(
    tmp_path: Path, name: str, path: str, times: tuple[float, float]
) -> None:
    ((found, _, onset_s, offset_s, _, _),) = finds(segments(tmp_path, f"{OWL}/{name}"))
    assert (found, (onset_s, offset_s)) == (path, times)


@pytest.mark.parametrize("name", ["0.812_3_night.wav", "0.812_3_night_66.00s_63.00s.wav"], ids=["none", "reversed"])
def test_a_name_without_possible_times_labels_the_clip_itself(tmp_path: Path, name: str) -> None:
    assert finds(segments(tmp_path, f"{OWL}/{name}")) == [(f"{OWL}/{name}", OWL, None, None, 0.812, Status.DRAFT)]


def test_the_folder_of_one_species_can_be_chosen_alone(tmp_path: Path) -> None:
    folder = tmp_path / OWL
    result = segments(folder, NAME, f"Negative/{NAME.replace('night', 'day')}")
    assert [(label, status) for _, label, _, _, _, status in finds(result)] == [
        (OWL, Status.DRAFT), (OWL, Status.REJECTED),
    ]  # fmt: skip


def test_other_recordings_beside_the_segments_are_counted(tmp_path: Path) -> None:
    result = segments(tmp_path, f"{OWL}/{NAME}", "night.wav")
    assert (result.count, result.skipped) == (1, {birdnet_segments.OTHERS: 1})


def test_class_folders_called_positive_and_negative_stay_class_folders(tmp_path: Path) -> None:
    result = segments(tmp_path, "Positive/a.wav", "Negative/0.5_b.wav")
    assert result.format is class_folders.FORMAT
    with pytest.raises(UserError, match="holds no segments of BirdNET"):
        (tmp_path / "none").mkdir()
        read_labels(tmp_path / "none", birdnet_segments.FORMAT)


def test_finds_go_to_the_recording_where_it_is_in_the_project(sounds: Path, tmp_path: Path) -> None:
    result = segments(tmp_path / "segments", f"{OWL}/0.812_1_dawn_0.50s_1.50s.wav")
    with open_store(sounds) as store:
        plan = plan_import([(tmp_path / "segments", result)], sounds, store)
    assert [recording.path for recording in plan.edit.recordings] == ["dawn.flac"]
    assert [(it.onset_s, it.offset_s, it.score) for it in plan.edit.added] == [(0.5, 1.5, 0.812)]


def test_without_the_recording_its_clips_are_labelled_instead(sounds: Path) -> None:
    clip = f"{OWL}/Positive/0.812_1_gone_0.50s_1.50s.wav"
    (sounds / clip).parent.mkdir(parents=True)
    shutil.copy(sounds / "Dusk.WAV", sounds / clip)
    with open_store(sounds) as store:
        plan = plan_import([(sounds, read_labels(sounds))], sounds, store)
    (it,) = plan.edit.added
    assert [recording.path for recording in plan.edit.recordings] == [clip]
    assert (it.label, it.onset_s, it.offset_s, it.status, it.score) == (OWL, None, None, Status.ACCEPTED, 0.812)


def test_with_neither_recording_nor_clips_the_recording_is_told_once(sounds: Path, tmp_path: Path) -> None:
    result = segments(tmp_path, f"{OWL}/0.812_1_gone_0.50s_1.50s.wav", f"{OWL}/0.812_2_gone_3.50s_6.50s.wav")
    with open_store(sounds) as store:
        plan = plan_import([(tmp_path, result)], sounds, store)
    assert plan.problems == ("There is no recording called “gone” here: add it to the folder and import again.",)
    assert (plan.edit.added, plan.left_out) == ((), 2)


def test_segments_of_one_recording_are_on_one_side_of_a_split() -> None:
    clips = [
        FileLabels(f"owl/0.{score}_1_night{night}_3.00s_6.00s.wav") for night in range(9) for score in (812, 955, 400)
    ]
    sides = sides_of(clips)
    assert len(set(sides)) > 1
    assert all(len(set(sides[at : at + 3])) == 1 for at in range(0, len(sides), 3))


def test_segments_become_other_data_sets_with_or_without_their_recording(sounds: Path, tmp_path: Path) -> None:
    clip = f"{OWL}/0.812_1_dawn_0.50s_1.50s.wav"
    (tmp_path / "segments" / OWL).mkdir(parents=True)
    shutil.copy(sounds / "Dusk.WAV", tmp_path / "segments" / clip)
    result = read_labels(tmp_path / "segments")
    (on_recording,), _ = located(result.labels, sounds, finder_below(sounds, print))
    clips = tmp_path / "segments"
    (on_clip,), _ = located(result.labels, clips, finder_below(clips, print))
    assert (on_recording.path, on_recording.annotations[0].onset_s) == (str(sounds / "dawn.flac"), 0.5)
    assert (on_clip.path, on_clip.annotations[0].onset_s) == (str(tmp_path / "segments" / clip), None)
