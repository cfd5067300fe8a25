"""`earmark convert`, `earmark import` and `earmark export-labels` as a person types them."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from desktop_app.annotation.store import open_store
from desktop_app.interchange import recordings
from tests.cli.conftest import Earmark

RAVEN = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tSpecies\r\n"
    "1\tSpectrogram 1\t1\t0.5\t1.5\t100\t900\towl\r\n2\tSpectrogram 1\t1\tx\t2\t\t\tfox\r\n"
)


@pytest.fixture
def table(folder: Path) -> Path:
    """Return a Raven table beside its recording, with one damaged row."""
    path = folder / "stereo.Table.1.selections.txt"
    path.write_text(RAVEN)
    return path


def test_a_table_becomes_a_textgrid_and_what_is_lost_is_said(earmark: Earmark, table: Path, tmp_path: Path) -> None:
    answer = earmark("convert", table, tmp_path / "out.TextGrid")
    assert answer.status == 1  # a row was left out
    assert answer.out == "1 annotation, recordings: 1; Raven selection table -> Praat TextGrid\n"
    assert answer.err.splitlines() == [
        "earmark: Row 3 of “stereo.Table.1.selections.txt” was left out: its begin time “x” is no number.",
        "earmark: Without their frequencies: 1 annotation.",
        "earmark: Without their channel: 1 annotation.",
    ]
    assert "xmax = 2 " in (tmp_path / "out.TextGrid").read_text()  # the recording beside the table is 2 s long


def test_nothing_is_overwritten_unless_that_is_asked_for(earmark: Earmark, table: Path, tmp_path: Path) -> None:
    (tmp_path / "out.csv").write_text("mine")
    answer = earmark("convert", table, tmp_path / "out.csv")
    assert answer.status == 2
    assert "is there already: choose another name, or add --replace" in answer.err
    assert (tmp_path / "out.csv").read_text() == "mine"
    assert earmark("convert", table, tmp_path / "out.csv", "--replace").status == 1
    assert (tmp_path / "out.csv").read_text().startswith("recording,label,")


def test_a_folder_of_label_files_becomes_one(earmark: Earmark, tmp_path: Path) -> None:
    tables = tmp_path / "tables"
    tables.mkdir()
    (tables / "a.txt").write_text("0\t1\towl\n")
    (tables / "b.selections.txt").write_text(RAVEN)
    (tables / "c.txt").write_text("just a note\n")
    answer = earmark("convert", tables, tmp_path / "all.json")
    assert "2 annotations, recordings: 2; Audacity label track, Raven selection table -> Earmark JSON" in answer.out
    assert "“c.txt” is no label file that is known here" in answer.err
    back = earmark("convert", tmp_path / "all.json", tmp_path / "tracks", "--to", "audacity")
    assert sorted(path.name for path in (tmp_path / "tracks").iterdir()) == ["a.txt", "b.txt"]
    assert back.status == 0


@pytest.mark.parametrize("options", [(), ("--recordings",)])
def test_a_folder_with_recordings_is_listed_once_however_many_label_files_are_in_it(
    earmark: Earmark, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    made = []
    finder = recordings.RecordingFinder

    def counted(paths: Iterable[str]) -> recordings.RecordingFinder:
        made.append(paths)
        return finder(paths)

    monkeypatch.setattr(recordings, "RecordingFinder", counted)
    for name in ("stereo", "b", "c"):
        (folder / f"{name}.txt").write_text("0\t0.5\towl\n")
    earmark("convert", folder, tmp_path / "all.csv", *options, *(folder for _ in options))
    assert len(made) == 1
    assert "stereo." in (tmp_path / "all.csv").read_text()


def test_formats_can_be_named_where_names_do_not_tell(earmark: Earmark, tmp_path: Path) -> None:
    (tmp_path / "x.data").write_text("0\t1\towl\n")
    assert "does not tell a label format" in earmark("convert", tmp_path / "x.data", tmp_path / "y.data").err
    arguments = ["--from", "audacity", "--to", "cvat"]
    assert earmark("convert", tmp_path / "x.data", tmp_path / "y.data", *arguments).status == 0
    assert (tmp_path / "y.data").read_text().startswith("id\tfilename\tstart\tstop\tlabel")
    assert "choose one of" in earmark("convert", tmp_path / "x.data", tmp_path / "z", "--to", "excel").err


def test_clips_are_cut_from_the_recordings_that_are_found(earmark: Earmark, table: Path, tmp_path: Path) -> None:
    table.rename(tmp_path / "stereo.selections.txt")
    arguments = ["--to", "class-folders", "--recordings", table.parent, "--context", "0.1", "--clip-format", "wav"]
    answer = earmark("convert", tmp_path / "stereo.selections.txt", tmp_path / "owls", *arguments)
    assert answer.status == 1  # the damaged row
    assert [path.name for path in (tmp_path / "owls" / "owl").iterdir()] == ["stereo_0.40.wav"]
    (tmp_path / "empty").mkdir()
    arguments = ["--to", "clips", "--recordings", tmp_path / "empty"]
    missing = earmark("convert", tmp_path / "stereo.selections.txt", tmp_path / "none", *arguments)
    assert missing.status == 2
    assert "There is no recording called “stereo” here" in missing.err


def test_labels_go_into_a_folder_and_out_again(earmark: Earmark, table: Path, tmp_path: Path) -> None:
    folder = table.parent
    answer = earmark("import", table, "--project", folder)
    assert (answer.status, answer.out) == (1, "1 annotation imported\n")
    assert earmark("import", table, "--project", folder).out == "0 annotations imported; 1 was here already\n"
    with open_store(folder) as store:
        (recording,) = store.recordings()
        assert (recording.path, store.scheme().names) == ("stereo.wav", ("owl",))
    out = earmark("export-labels", tmp_path / "all.csv", "--project", folder)
    assert (out.status, out.out) == (0, "1 annotation, recordings: 1; Earmark table (CSV)\n")
    assert "stereo.wav,owl,0.5,1.5,100,900" in (tmp_path / "all.csv").read_text()
    clips = earmark("export-labels", tmp_path / "clips", "--project", folder, "--to", "clips", "--label", "owl")
    assert (tmp_path / "clips" / "owl" / "stereo_0.50.flac").is_file()
    assert clips.status == 0
    assert "has no such labels" in earmark("export-labels", tmp_path / "x.csv", "--project", folder, "--label", "y").err
    drafts = earmark("export-labels", tmp_path / "x.csv", "--project", folder, "--status", "draft")
    assert "has no such labels" in drafts.err


def test_the_manifest_of_clips_tells_whole_paths_wherever_it_was_asked_for(
    earmark: Earmark, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earmark("import", table, "--project", table.parent)
    monkeypatch.chdir(table.parent)
    earmark("export-labels", tmp_path / "clips", "--project", ".", "--to", "clips")
    assert str(table.parent.resolve() / "stereo.wav") in (tmp_path / "clips" / "manifest.csv").read_text()


def test_labels_of_strangers_recordings_are_not_imported(earmark: Earmark, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "gone.txt").write_text("0\t1\towl\n")
    answer = earmark("import", tmp_path / "gone.txt", "--project", folder)
    assert answer.status == 2
    assert "There is no recording called “gone” here" in answer.err
    assert "Nothing was imported" in answer.err
    assert not (folder / ".earmark").exists()
    for command in ("import", "export-labels"):
        assert "is no folder" in earmark(command, tmp_path / "gone.txt", "--project", tmp_path / "nowhere").err


def test_what_is_left_out_is_told_by_the_exit_status(earmark: Earmark, tmp_path: Path) -> None:
    (tmp_path / "night.txt").write_text("0\t1\towl\n2\t3\t\n")
    kept = earmark("convert", tmp_path / "night.txt", tmp_path / "night.csv")
    assert (kept.status, kept.err) == (0, "")
    less = earmark("convert", tmp_path / "night.txt", tmp_path / "night.TextGrid")
    assert (less.status, less.out.split(",")[0]) == (1, "1 annotation")
    assert "Left out, as they have no label: 1 annotation." in less.err


def test_recordings_without_labels_are_told_where_a_format_has_no_place_for_them(
    earmark: Earmark, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "night.txt").write_text("0\t1\towl\n")
    (tmp_path / "in" / "day.Table.1.selections.txt").write_text(RAVEN.splitlines()[0] + "\n")
    table = earmark("convert", tmp_path / "in", tmp_path / "all.csv")
    assert (table.status, table.out.split(";")[0]) == (0, "1 annotation, recordings: 1")
    assert "Left out, as they have no labels: 1 recording." in table.err
    whole = earmark("convert", tmp_path / "in", tmp_path / "all.json")
    assert (whole.err, whole.out.split(";")[0]) == ("", "1 annotation, recordings: 2")
    layers = earmark("convert", tmp_path / "in", tmp_path / "layers", "--to", "sonic-visualiser")
    assert layers.status == 0
    assert [path.name for path in (tmp_path / "layers").iterdir()] == ["night.csv"]
