"""Raven selection tables: views, sequences of files, columns that people name, and what is written."""

from pathlib import Path

import pytest

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.errors import UserError
from desktop_app.interchange import raven
from desktop_app.interchange.labels import FileLabels, Options
from desktop_app.interchange.naming import targets
from desktop_app.interchange.registry import read_labels, write_labels
from tests.interchange.conftest import Read, found, only, table, text_of

HEAD = ("Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)")


def test_a_selection_of_several_views_comes_once_with_the_band_of_its_spectrogram(read: Read) -> None:
    rows = (
        ("1", "Waveform 1", "1", "1", "2", "", "", "owl"),
        ("1", "Spectrogram 1", "1", "1", "2", "100", "900", "owl"),
        ("2", "Spectrogram 1", "1", "3", "4", "50", "60", "fox"),
        ("2", "Waveform 1", "1", "3", "4", "", "", "fox"),
    )
    result = read("n.Table.1.selections.txt", table((*HEAD, "Species"), *rows))
    assert result.format is raven.FORMAT
    assert [(it.label, it.low_hz, it.high_hz) for it in only(result)] == [("owl", 100, 900), ("fox", 50, 60)]
    assert result.skipped == {"rows of further views": 2}


def test_a_waveform_row_alone_is_a_stretch_of_time(read: Read) -> None:
    (it,) = only(read("n.txt", table((*HEAD, "Species"), ("1", "Waveform 1", "1", "1", "2", "", "", "owl"))))
    assert (it.low_hz, it.high_hz) == (None, None)


def test_file_offsets_beat_times_that_count_from_the_first_file_of_a_sequence(read: Read) -> None:
    head = (*HEAD, "Begin File", "Begin Path", "File Offset (s)", "Annotation")
    rows = (
        ("1", "Spectrogram 1", "1", "1.5", "2.5", "0", "8000", "one.wav", "D:\\rec\\one.wav", "1.5", "owl"),
        ("2", "Spectrogram 1", "2", "61.7", "62.9", "0", "8000", "two.WAV", "D:\\rec\\two.WAV", "1.7", "fox"),
    )
    one, two = read("all.txt", table(head, *rows)).labels
    assert (one.path, two.path, two.name, two.stem) == ("D:\\rec\\one.wav", "D:\\rec\\two.WAV", "two.WAV", "two")
    (fox,) = two.annotations
    assert (fox.onset_s, fox.offset_s, fox.channel) == (1.7, 2.9, 1)  # exactly: 1.7 + (62.9 - 61.7)


def test_a_selection_over_the_end_of_a_file_belongs_to_the_first_one(read: Read) -> None:
    head = (*HEAD, "Begin File", "End File", "File Offset (s)", "Species")
    row = ("1", "Spectrogram 1", "1", "59.5", "60.75", "", "", "one.wav", "two.wav", "59.5", "owl")
    (one,) = read("all.txt", table(head, row)).labels
    assert (one.path, one.annotations[0].onset_s, one.annotations[0].offset_s) == ("one.wav", 59.5, 60.75)
    assert dict(one.annotations[0].extra) == {"End File": "two.wav"}


def test_several_recordings_without_file_offsets_are_told_to_be_doubtful(read: Read) -> None:
    rows = (
        ("1", "Spectrogram 1", "1", "1", "2", "", "", "a.wav", "x"),
        ("2", "Spectrogram 1", "1", "61", "62", "", "", "b.wav", "x"),
    )
    result = read("all.txt", table((*HEAD, "Begin File", "Annotation"), *rows))
    assert "has no column “File Offset (s)”" in result.problems[0]


def test_channels_count_from_one(read: Read) -> None:
    (it,) = only(read("n.txt", table((*HEAD, "Species"), ("1", "Spectrogram 1", "3", "1", "2", "", "", "owl"))))
    assert it.channel == 2


@pytest.mark.parametrize("name", ["Annotation", "Species", "species", "Tags", "Call Type", "My own column"])
def test_the_label_column_has_the_name_that_somebody_gave_it(read: Read, name: str) -> None:
    rows = ("1", "Spectrogram 1", "1", "1", "2", "0", "1", "512.5", "owl")
    result = read("n.txt", table((*HEAD, "Peak Freq (Hz)", name), rows))
    assert found(result) == [("owl", 1, 2)]
    assert bool(result.problems) == (name == "My own column")


def test_the_label_column_can_be_chosen(read: Read) -> None:
    text = table((*HEAD, "Species", "Type"), ("1", "Spectrogram 1", "1", "1", "2", "", "", "owl", "hoot"))
    (it,) = only(read("n.txt", text, label_column="type"))
    assert (it.label, dict(it.extra)) == ("hoot", {"Species": "owl"})


def test_without_any_text_column_selections_have_no_label_and_that_is_told(read: Read) -> None:
    result = read("n.txt", table((*HEAD, "Delta Time (s)"), ("1", "Spectrogram 1", "1", "1", "2", "", "", "1")))
    assert found(result) == [("", 1, 2)]
    assert result.problems == ("“n.txt” has no column of labels: its selections have none.",)


def test_unknown_columns_and_cells_beyond_the_head_are_kept(read: Read, tmp_path: Path) -> None:
    text = table(
        (*HEAD, "Species", "distance", ""), ("1", "Spectrogram 1", "1", "1", "2", "", "", "owl", "near", "x", "y")
    )
    (it,) = only(read("n.txt", text))
    assert dict(it.extra) == {"distance": "near", "column 10": "x", "column 11": "y"}
    again = only(read("again.txt", text_of(raven.FORMAT, tmp_path, it)))
    assert dict(again[0].extra) == dict(it.extra)


def test_quotes_are_letters_like_others(read: Read) -> None:
    (it,) = only(read("n.txt", table((*HEAD, "Species"), ("1", "Spectrogram 1", "1", "1", "2", "", "", '"owl" 5"'))))
    assert it.label == '"owl" 5"'


def test_a_word_in_a_column_called_score_is_kept_and_damages_nothing(read: Read) -> None:
    (it,) = only(
        read("n.txt", table((*HEAD, "Species", "Score"), ("1", "Spectrogram 1", "1", "1", "2", "", "", "o", "high")))
    )
    assert (it.score, dict(it.extra)) == (None, {"Score": "high"})


def test_an_empty_table_is_a_recording_without_labels(read: Read) -> None:
    result = read("night.Table.1.selections.txt", table((*HEAD, "Species")))
    assert (result.labels[0].path, result.labels[0].annotations) == ("night", ())


def test_damaged_rows_are_named_with_their_place_in_the_table(read: Read) -> None:
    spans = (("a", "2", "", ""), ("1", "2", "900", "100"), ("1", "", "", ""), ("1", "2", "", ""))
    rows = [("1", "Spectrogram 1", "1", *span, "x") for span in spans]
    result = read("n.txt", table((*HEAD, "Species"), *rows))
    assert len(only(result)) == 1
    assert result.problems == (
        "Row 2 of “n.txt” was left out: its begin time “a” is no number.",
        "Row 3 of “n.txt” was left out: its upper frequency, 100 Hz, lies below its lower one.",
        "Row 4 of “n.txt” was left out: it has no end time.",
    )


def test_a_table_is_written_as_raven_reads_it(tmp_path: Path) -> None:
    box = Annotation("owl\tloud", onset_s=1.0, offset_s=2.5, low_hz=100.0, high_hz=900.0, channel=1, score=0.75)
    lines = text_of(raven.FORMAT, tmp_path, box, Annotation("fox", onset_s=3.0, offset_s=4.0)).split("\r\n")
    assert lines[0].split("\t") == [
        *HEAD, "Annotation", "Begin File", "Begin Path", "File Offset (s)", "Score", "earmark_source", "earmark_all_of",
    ]  # fmt: skip
    assert lines[1].split("\t")[:12] == [
        "1", "Spectrogram 1", "2", "1", "2.5", "100", "900", "owl loud", "night.wav", "site/night.wav", "1", "0.75",
    ]  # fmt: skip
    assert lines[2].split("\t")[:7] == ["2", "Spectrogram 1", "1", "3", "4", "0", "24000"]
    assert lines[2].endswith("\tband channel")
    assert lines[3] == ""


def test_each_recording_gets_a_table_of_its_own(tmp_path: Path) -> None:
    labels = [FileLabels(path) for path in ("a/night.wav", "b/night.wav", "dawn.WAV", "x/DAWN.wav")]
    files = [path.relative_to(tmp_path).as_posix() for path, _ in targets(labels, tmp_path, raven.FORMAT)]
    end = ".Table.1.selections.txt"
    assert files == [f"a/night{end}", f"b/night{end}", f"dawn{end}", f"DAWN (2){end}"]
    assert [path.exists() for path in write_labels(labels, tmp_path, raven.FORMAT).files] == [True] * 4


def test_the_label_column_is_written_under_the_chosen_name(tmp_path: Path) -> None:
    labels = [FileLabels("n.wav", (Annotation("owl", onset_s=1.0, offset_s=2.0),))]
    (file,) = write_labels(labels, tmp_path / "n.txt", raven.FORMAT, Options(label_column="Species")).files
    assert file.read_text().split("\t")[7] == "Species"
    with pytest.raises(UserError, match="is a column of Raven itself"):
        write_labels(labels, tmp_path / "n.txt", raven.FORMAT, Options(label_column="channel"))


def test_labels_of_birdnet_in_a_table_of_ours_keep_their_names(tmp_path: Path) -> None:
    find = Annotation(
        label="Azure Jay",
        onset_s=51.0,
        offset_s=54.0,
        score=0.3,
        status=Status.DRAFT,
        source="BirdNET",
        extra={"Species Code": "azujay1"},
    )
    (file,) = write_labels([FileLabels("night.wav", (find,), 60.0, 48_000)], tmp_path, raven.FORMAT).files
    again = read_labels(file)
    (label,) = again.labels[0].annotations
    assert (again.format, label.label, label.source) == (raven.FORMAT, "Azure Jay", "BirdNET")
