"""Audacity label tracks: mixed lines, points, several tracks, and what others write into them."""

from pathlib import Path

import pytest

from desktop_app.annotation.annotations import Annotation
from desktop_app.interchange import audacity
from tests.interchange.conftest import Read, found, only, text_of


def test_labels_with_and_without_frequency_lines_stand_in_one_file(read: Read) -> None:
    result = read("a.txt", "1.0\t2.0\tplain\n3.0\t4.0\tboxed\n\\\t100.5\t200.5\n5.0\t6.0\tplain again\n")
    assert result.format is audacity.FORMAT
    assert [(it.label, it.low_hz, it.high_hz) for it in only(result)] == [
        ("plain", None, None), ("boxed", 100.5, 200.5), ("plain again", None, None),
    ]  # fmt: skip


def test_further_continuation_lines_are_skipped(read: Read) -> None:
    result = read("a.txt", "1\t2\tx\n\\\t100\t200\n\\\tsomething\tnew\n3\t4\ty\n")
    assert found(result) == [("x", 1, 2), ("y", 3, 4)]
    assert result.problems == ()


def test_an_undefined_bound_of_minus_one_is_open(read: Read) -> None:
    boxes = only(read("a.txt", "1\t2\tx\n\\\t-1.000000\t200.000000\n1\t2\ty\n\\\t100\t-1\n1\t2\tz\n\\\t-1\t-1\n"))
    assert [(it.low_hz, it.high_hz) for it in boxes] == [(None, 200), (100, None), (None, None)]


def test_a_second_column_that_is_no_number_makes_a_point_with_that_title(read: Read) -> None:
    assert found(read("a.txt", "1.5\tclick\n2.0\t2.0\tpoint\n")) == [("click", 1.5, 1.5), ("point", 2.0, 2.0)]


def test_several_tabs_count_as_one_before_the_title(read: Read) -> None:
    assert found(read("a.txt", "1.0\t\t2.0\ttitle\n3.0\t4.0\t\n")) == [("title", 1, 2), ("", 3, 4)]


def test_decimal_commas_are_read(read: Read) -> None:
    assert found(read("a.txt", "0,5\t1,25\tKauz\n")) == [("Kauz", 0.5, 1.25)]


def test_several_tracks_unsorted_and_overlapping_are_all_kept(read: Read) -> None:
    assert found(read("a.txt", "5\t9\tlate\n1\t6\tearly\n0\t3\tsecond track\n")) == [
        ("late", 5, 9), ("early", 1, 6), ("second track", 0, 3),
    ]  # fmt: skip


def test_a_fourth_column_is_a_score_if_it_is_a_number_and_kept_as_it_is_if_not(read: Read) -> None:
    first, second = only(read("a.txt", "1\t2\tSci, Common\t0.8123\n1\t2\tx\tsure\n"))
    assert (first.label, first.score) == ("Sci, Common", 0.8123)
    assert (second.score, dict(second.extra)) == (None, {"column 4": "sure"})


def test_a_label_that_begins_before_the_recording_is_cut_there(read: Read) -> None:
    assert found(read("a.txt", "-0.5\t1\tx\n")) == [("x", 0.0, 1)]


def test_damaged_lines_are_named_and_the_others_kept(read: Read) -> None:
    result = read("a.txt", "1\t2\tok\nx\t2\tno\n5\t3\tbackwards\n-3\t-1\tbefore\n7\t8\tfine\n")
    assert found(result) == [("ok", 1, 2), ("fine", 7, 8)]
    assert result.problems == (
        "Row 2 of “a.txt” was left out: its start “x” is no number.",
        "Row 3 of “a.txt” was left out: it ends at 3 s, before it starts at 5 s.",
        "Row 4 of “a.txt” was left out: it ends at -1 s, before the recording starts.",
    )


def test_a_thousand_damaged_lines_are_counted_after_twenty(read: Read) -> None:
    result = read("a.txt", "1\t2\tok\n" + "x\t1\tno\n" * 1000)
    assert len(result.problems) == 21
    assert result.problems[-1] == "980 more places of “a.txt” are damaged, too."


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(read: Read, end: str) -> None:
    assert found(read("a.txt", end.join(["1\t2\tx", "\\\t1\t2", "3\t4\ty", ""]))) == [("x", 1, 2), ("y", 3, 4)]


def test_an_empty_track_is_a_recording_without_labels(read: Read) -> None:
    result = read("night.txt", "")
    assert (result.labels[0].path, result.labels[0].annotations) == ("night", ())


def test_a_track_is_written_as_audacity_writes_it(tmp_path: Path) -> None:
    labels = (
        Annotation("owl", onset_s=1.5, offset_s=2.25),
        Annotation("Käuzchen\tnah", onset_s=3.0, offset_s=3.0, low_hz=100.0),
        Annotation("all"),
        Annotation("scored", onset_s=0.1 + 0.2, offset_s=1.0, score=0.5),
    )
    assert text_of(audacity.FORMAT, tmp_path, *labels) == (
        "1.500000\t2.250000\towl\n"
        "3.000000\t3.000000\tKäuzchen nah\n\\\t100.000000\t-1.000000\n"
        "0.000000\t60.000000\tall\n"
        "0.30000000000000004\t1.000000\tscored\t0.5\n"
    )
