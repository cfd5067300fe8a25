"""Formats are told by name and content; what is written is counted before; what strangers send does no harm."""

import errno
import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.errors import UserError
from desktop_app.interchange import audacity, own_json, own_table, reading, textgrid, wav_cues
from desktop_app.interchange.labels import FileLabels, LabelFormat
from desktop_app.interchange.losses import counted, held, losses
from desktop_app.interchange.naming import FILE_ENDINGS
from desktop_app.interchange.reading import DamagedRowError, decimal_text, exactly, number
from desktop_app.interchange.recordings import measured
from desktop_app.interchange.registry import (
    ENDINGS,
    FORMATS,
    format_for_name,
    format_named,
    read_labels,
    readable_in,
    recognise,
    write_labels,
)
from desktop_app.interchange.tables import write_table
from tests.interchange.conftest import Read, found
from tests.interchange.test_round_trips import TEXT_FORMATS

HEADS = {
    "raven": "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tSpecies\n",
    "birdnet": "Start (s),End (s),Scientific name,Common name,Confidence,File\n",
    "kaleidoscope": "INDIR,FOLDER,IN FILE,OFFSET,DURATION,TOP1MATCH*,MANUAL ID\n",
    "cvat": "id\tfilename\tstart\tstop\tlabel\tsource\tscore\n",
    "opensoundscape": "file,start_time,end_time,owl,fox\n",
    "csv": "path,label\n",
    "audacity": "0.5\t1.5\towl\n",
    "sonic-visualiser": "0.5,1.5,100,900,owl\n",
    "textgrid": 'File type = "ooTextFile"\nObject class = "TextGrid"\n',
    "json": '{"format": "earmark-labels", "version": 1, "recordings": []}',
    "label-studio": '[{"id": 1, "data": {}, "annotations": []}]',
    "svl": '<?xml version="1.0"?><sv></sv>',
}


@pytest.mark.parametrize("name", HEADS)
def test_a_format_is_told_by_what_the_file_begins_with(tmp_path: Path, name: str) -> None:
    suffix = {"json": ".json", "label-studio": ".json", "sonic-visualiser": ".csv"}.get(name, ".txt")
    path = tmp_path / f"x{suffix}"
    path.write_text(HEADS[name])
    assert recognise(path).name == name
    path.write_bytes(("\ufeff" + HEADS[name]).encode("utf-16-le"))
    assert recognise(path).name == name


def test_our_own_table_is_known_whatever_columns_follow(tmp_path: Path) -> None:
    extra = {"Selection": "1", "Begin Time (s)": "1", "End Time (s)": "2", "start": "1", "stop": "2", "TOP1MATCH*": "x"}
    labels = FileLabels("a.wav", (Annotation("owl", score=0.5, extra=extra),))
    (file,) = write_labels([labels], tmp_path / "x.csv", format_named("csv")).files
    assert recognise(file).name == "csv"
    assert dict(read_labels(file).labels[0].annotations[0].extra) == extra


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\x00\x01\x02" * 100, b"\xff\xfe", "näh".encode("latin-1")])
def test_what_is_no_label_file_is_told_to_be_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.dat"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"“x\.dat” is no label file that is known here"):
        recognise(path)


def names_in(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in readable_in(folder)[0]]


def test_label_files_beside_recordings_in_folders_make_those_no_classes(sounds: Path) -> None:
    assert names_in(sounds) == ["."]
    (sounds / "LICENSE.txt").write_text("free for all\n")
    assert names_in(sounds) == ["."]
    (sounds / "a" / "night.BirdNET.results.txt").write_text("0\t1\towl\t0.8\n")
    (sounds / "b" / "all.txt").write_text("0\t1\towl\n")
    (sounds / "b" / ".hidden.txt").write_text("0\t1\towl\n")
    assert names_in(sounds) == ["a/night.BirdNET.results.txt", "b/all.txt"]
    assert readable_in(sounds)[1] == [
        "“LICENSE.txt” is no label file that is known here: choose its format, or another file."
    ]


def test_texts_of_another_kind_beside_recordings_leave_them_classes(sounds: Path) -> None:
    (sounds / "a" / "night.txt").write_text("0 46797 She had your dark suit\n")
    assert names_in(sounds) == ["."]


def test_recordings_with_cues_are_the_label_files_of_a_folder_without_others(sounds: Path, tmp_path: Path) -> None:
    labels = [measured(FileLabels(str(sounds / "a" / "night.wav"), (Annotation("owl", onset_s=0.0, offset_s=1.0),)))]
    write_labels(labels, tmp_path / "copies", wav_cues.FORMAT)
    shutil.copy(sounds / "b" / "night.wav", tmp_path / "copies" / "plain.wav")
    assert names_in(tmp_path / "copies") == ["night.wav"]
    (tmp_path / "copies" / "night.wav").unlink()
    with pytest.raises(UserError, match="holds no label files"):
        readable_in(tmp_path / "copies")


def test_a_format_that_is_only_read_says_so() -> None:
    with pytest.raises(UserError, match="Sonic Visualiser SVL is only read, not written"):
        format_for_name(Path("a.svl"))


def test_every_format_has_a_name_of_its_own_and_its_files_are_told_by_it() -> None:
    assert len({known.name for known in FORMATS}) == len(FORMATS)
    assert format_named(" TextGrid ") is textgrid.FORMAT
    with pytest.raises(UserError, match="There is no label format called “x”: choose one of"):
        format_named("x")
    assert format_for_name(Path("a.Table.1.selections.TXT")).name == "raven"
    assert format_for_name(Path("a.txt")) is audacity.FORMAT
    with pytest.raises(UserError, match="does not tell a label format: name it with --to"):
        format_for_name(Path("folder"))


def test_losses_are_counted_and_told_in_sentences() -> None:
    noted = [Annotation("x", onset_s=0.0, offset_s=1.0, note="n", channel=0) for _ in range(1200)]
    rejected = Annotation("t\tb", onset_s=1.0, offset_s=2.0, status=Status.REJECTED)
    others = (Annotation("whole"), Annotation("", onset_s=0.0, offset_s=2.0), rejected)
    labels = [FileLabels("a.wav", tuple(noted)), FileLabels("b.wav", others)]
    assert losses(labels, textgrid.FORMAT) == (
        "Left out, as Praat TextGrid needs an end and the length of the recording is not known: 1 annotation.",
        "Left out, as they have no label: 1 annotation.",
        "Without their channel: 1,200 annotations.",
        "Without their status (draft, accepted, rejected, uncertain): 1 annotation.",
        "Without their note: 1,200 annotations.",
    )
    assert losses(labels, own_json.FORMAT) == ()
    assert (held(labels, textgrid.FORMAT), held(labels, own_json.FORMAT)) == (1201, 1203)
    assert counted(labels, audacity.FORMAT)["texts"] == 1


def test_texts_that_a_spreadsheet_would_calculate_are_told_and_written_as_they_are(tmp_path: Path) -> None:
    texts = ('=HYPERLINK("http://x")', "-2+3", "@SUM(1)", "-", "-1.5", "owl = wren")
    labels = [FileLabels("a.wav", tuple(Annotation(text) for text in texts))]
    told = "Begin like a formula, which a spreadsheet calculates when it opens the file: 3 annotations."
    assert losses(labels, own_table.FORMAT) == (told,)
    assert losses(labels, own_json.FORMAT) == ()
    (file,) = write_labels(labels, tmp_path / "x.csv", own_table.FORMAT).files
    assert [it.label for it in read_labels(file).labels[0].annotations] == list(texts)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_numbers_are_written_without_exponent_and_read_back_exactly(value: float) -> None:
    text = decimal_text(value, 6)
    assert "e" not in text.lower()
    assert float(number(text, "number")) == value
    assert float(exactly(value)) == value


NO_NUMBERS = ("", "nan", "inf", "-Infinity", "1_000", "1e9999", "0x10", "१", "1" * 1000, "1.2.3", "1e13")


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(DamagedRowError) as caught:
        number(text, "start")
    assert len(str(caught.value)) < 120


def test_cells_are_quoted_where_a_reader_would_divide_or_trim_them() -> None:
    row = {"a": "x,y", "b": 'q"', "c": "l\nm", "d": " s", "e": "r\rs", "f": "plain", "g": "t\tu"}
    assert write_table([row], ()) == b'a,b,c,d,e,f,g\n"x,y","q""","l\nm"," s","r\rs",plain,"t\tu"\n'


# Strangers' files


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.json", "[" * 100_000),
        ("x.json", '{"format": "earmark-labels", "a": ' + "[" * 100_000),
        ("x.json", '[{"data": {}, "annotations": ' + "9" * 5_000 + "}]"),
        ("x.json", "{not json"),
    ],
)
def test_json_bombs_and_broken_json_are_told(read: Read, name: str, text: str) -> None:
    with pytest.raises(UserError, match="is no proper JSON"):
        read(name, text)


@pytest.mark.parametrize("head", ["", HEADS["csv"], HEADS["raven"], HEADS["birdnet"], HEADS["kaleidoscope"]])
def test_a_long_file_can_be_left_in_the_middle(tmp_path: Path, head: str) -> None:
    (tmp_path / "long.txt").write_text(head + ("x\t" * 2 + "x\n") * 9 if head else "0\t1\towl\n" * 9)
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_labels(tmp_path / "long.txt", checkpoint=look)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.txt"
    path.write_text("0\t1\towl\n" * 10)
    monkeypatch.setattr(reading.read_text, "__defaults__", (20,))
    with pytest.raises(UserError, match="is larger than 0 MiB: divide it"):
        read_labels(path)


def test_a_table_of_a_million_cells_in_one_row_is_told(read: Read) -> None:
    with pytest.raises(UserError, match="has 100,002 columns"):
        read("x.csv", "path,label" + "," * 100_000 + "\na,b\n")
    result = read("y.csv", "path,label\na.wav,owl\n" + "," * 100_000 + "\n")
    assert found(result) == [("owl", None, None)]
    assert result.problems == ("Row 3 of “y.csv” was left out: it has 100,001 cells.",)


def test_a_quote_that_is_never_closed_swallows_no_rows(read: Read) -> None:
    result = read("x.csv", 'path,label\na.wav,"owl\nb.wav,fox\n')
    assert found(result) == [('"owl', None, None), ("fox", None, None)]
    assert result.problems[0].startswith("A quote in “x.csv” is never closed")


def test_a_folder_a_missing_file_and_a_pipe_are_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    cases = (("gone.txt", "does not exist"), ("pipe.txt", "is a pipe or a device"), (".", "is no label file"))
    for name, sentence in cases:
        with pytest.raises(UserError, match=sentence):
            read_labels(tmp_path / name)


def test_an_older_file_stays_where_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.txt"
    path.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="no room left"):
        write_labels([FileLabels("x.wav", (Annotation("owl"),), 1.0)], path, audacity.FORMAT)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


ODD_TASK = '[{"data":{"audio":1},"annotations":[{"result":[{"value":{"start":[]}}]}]}]'
SEEDS = [*HEADS.values(), "Selection\tView\n1\t2\n", ODD_TASK]


@pytest.mark.parametrize("label_format", TEXT_FORMATS, ids=lambda known: known.name)
@given(seed=st.sampled_from(SEEDS), noise=st.binary(max_size=60), at=st.integers(0, 120))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_give_labels_or_a_sentence(
    tmp_path: Path, label_format: LabelFormat, seed: str, noise: bytes, at: int
) -> None:
    path = tmp_path / "any.txt"
    data = seed.encode()
    path.write_bytes(data[:at] + noise + data[at:])
    try:
        result = read_labels(path, label_format)
    except UserError as error:
        assert "any.txt" in str(error) or "pyarrow" in str(error)
    else:
        json.dumps([each.path for each in result.labels])


def test_names_of_label_files_are_told_by_the_endings_of_all_formats() -> None:
    assert {ending.lower() for ending in ENDINGS} == FILE_ENDINGS
