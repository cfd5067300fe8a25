"""Where labels go: a file as it is named, a folder where several are needed, and never one for the other."""

from pathlib import Path

import pytest

from desktop_app.annotation.annotations import Annotation
from desktop_app.errors import UserError
from desktop_app.interchange.labels import FileLabels
from desktop_app.interchange.naming import obstacle
from desktop_app.interchange.registry import format_named, write_labels

ONE = [FileLabels("a/night.wav", (Annotation("owl", onset_s=0.0, offset_s=1.0),))]
TWO = [*ONE, FileLabels("b/night.wav", ONE[0].annotations)]


@pytest.mark.parametrize("name", ["owls.txt", "owls.csv", "OWLS.TextGrid"])
@pytest.mark.parametrize("label_format", ["audacity", "raven"])
def test_one_recording_goes_into_the_file_as_it_is_named(tmp_path: Path, label_format: str, name: str) -> None:
    assert write_labels(ONE, tmp_path / name, format_named(label_format)).files == (tmp_path / name,)


def test_a_name_without_an_ending_is_a_folder(tmp_path: Path) -> None:
    (file,) = write_labels(ONE, tmp_path / "2026.05", format_named("audacity")).files
    assert file == tmp_path / "2026.05" / "night.txt"


def test_several_recordings_do_not_make_a_folder_that_is_named_like_a_file(tmp_path: Path) -> None:
    with pytest.raises(UserError) as told:
        write_labels(TWO, tmp_path / "owls.txt", format_named("raven"))
    assert str(told.value) == (
        "“owls.txt” would be one file, but Raven selection table needs a file for each of the 2 recordings: "
        "name a folder."
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("label_format", ["class-folders", "audiofolder", "clips"])
def test_clips_need_a_folder(tmp_path: Path, label_format: str) -> None:
    with pytest.raises(UserError, match=r"needs a folder: name a folder\."):
        write_labels(ONE, tmp_path / "owls.csv", format_named(label_format))


def test_a_folder_that_is_there_is_taken_for_one_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "night.txt").mkdir()
    assert len(write_labels(TWO, tmp_path / "night.txt", format_named("audacity")).files) == 2
    assert obstacle(ONE, tmp_path / "night.txt", format_named("csv")) == (
        "“night.txt” is a folder: choose a file name inside it."
    )


def test_a_file_that_is_there_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("precious")
    assert "needs a file for each of the 2 recordings" in obstacle(TWO, tmp_path / "notes", format_named("audacity"))
    assert "needs a folder" in obstacle(TWO, tmp_path / "notes", format_named("clips"))


def test_names_with_dots_keep_all_of_them_where_no_ending_follows() -> None:
    names = ("5042.171123201510", "5042.171124201510", "5042.171125201510.wav")
    assert [FileLabels(name).stem for name in names] == [*names[:2], "5042.171125201510"]
