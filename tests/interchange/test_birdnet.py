"""BirdNET's layouts of all years, read by the names of their columns."""

from pathlib import Path

import pytest

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.interchange import birdnet, kaleidoscope, opensoundscape
from desktop_app.interchange.labels import FileLabels
from desktop_app.interchange.registry import write_labels
from tests.interchange.conftest import Read, found, only, text_of

SCI, COMMON = "Strix aluco", "Tawny Owl"
PATH = "D:\\night\\a.WAV"
LAYOUTS = {
    "a.BirdNET.selection.table.txt": (
        "\t",
        "Selection|Begin Time (s)|End Time (s)|Common Name|Scientific Name|Species Code|Confidence|View|Channel|"
        "File Offset (s)|Low Freq (Hz)|High Freq (Hz)|Begin Path",
        f"1|63.0|66.0|{COMMON}|{SCI}|tawowl1|0.8123|Spectrogram 1|1|3.0|0|15000|{PATH}",
    ),
    "BirdNET_SelectionTable.txt": (
        "\t",
        "Selection|View|Channel|Begin Time (s)|End Time (s)|Low Freq (Hz)|High Freq (Hz)|Common Name|Species Code|"
        "Confidence|Begin Path|File Offset (s)",
        f"1|Spectrogram 1|1|63.0|66.0|0|15000|{COMMON}|tawowl1|0.8123|{PATH}|3.0",
    ),
    "BirdNET_CombinedTable.csv": (
        ",",
        "Start (s)|End (s)|Scientific name|Common name|Confidence|File|lat|lon|week|overlap",
        f'3.0|6.0|{SCI}|{COMMON}|0.8123|"{PATH}"|51.2|4.4|-1|0.0',
    ),
    "r.csv": (
        ",",
        "filepath|start|end|scientific_name|common_name|confidence|lat|lon|week|overlap|sensitivity|min_conf|species_list|"
        "model",
        f"{PATH}|3.0|6.0|{SCI}|{COMMON}|0.8123|-1|-1|-1|0.0|1.0|0.1||v2.4",
    ),
    "BirdNET_Kaleidoscope.csv": (
        ",",
        "INDIR|FOLDER|IN FILE|OFFSET|DURATION|scientific_name|common_name|confidence|lat|lon|week|overlap|sensitivity",
        f"D:\\|night|a.WAV|3.0|3.0|{SCI}|{COMMON}|0.8123|-1|-1|-1|0.0|1.0",
    ),
    "BirdNET_Kaleidoscope_new.csv": (
        ",",
        "OFFSET|confidence|INDIR|FOLDER|IN FILE|DURATION|TOP1MATCH",
        f"3.0|0.8123|D:\\|night|a.WAV|3.0|{COMMON}",
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_gives_the_same_find(read: Read, name: str) -> None:
    delimiter, head, row = LAYOUTS[name]
    result = read(name, f"{head}\n{row}\n".replace("|", delimiter))
    assert result.format is birdnet.FORMAT
    (labels,) = result.labels
    (it,) = labels.annotations
    assert (labels.path, it.label, it.onset_s, it.offset_s, it.score) == (PATH, COMMON, 3.0, 6.0, 0.8123)
    assert (it.status, it.source) == (Status.DRAFT, "BirdNET")
    assert result.problems == ()


def test_columns_in_another_order_are_read_by_their_names(read: Read) -> None:
    text = "Confidence,File,Common name,End (s),Start (s),Scientific name\n0.5,a.wav,Tawny Owl,6,3,Strix aluco\n"
    assert found(read("x.csv", text)) == [(COMMON, 3, 6)]


def test_a_quoted_comma_in_a_path_shifts_nothing(read: Read) -> None:
    text = f'Start (s),End (s),Scientific name,Common name,Confidence,File\n3,6,{SCI},"Owl, Tawny",0.5,"/n, 2/a.wav"\n'
    (labels,) = read("x.csv", text).labels
    assert (labels.path, labels.annotations[0].label) == ("/n, 2/a.wav", "Owl, Tawny")


def test_placeholders_where_nothing_was_found_are_skipped(read: Read) -> None:
    head = "Selection|View|Channel|Begin Time (s)|End Time (s)|Common Name|Species Code|Confidence|Begin Path"
    rows = f"1|Spectrogram 1|1|0|3|nocall|nocall|1.0|{PATH}\n2|Spectrogram 1|1|3|6|{COMMON}|tawowl1|0.9|{PATH}"
    result = read("a.BirdNET.selection.table.txt", f"{head}\n{rows}\n".replace("|", "\t"))
    assert found(result) == [(COMMON, 3, 6)]
    assert result.skipped == {"placeholders where nothing was found": 1}


def test_the_file_of_settings_is_skipped(read: Read) -> None:
    result = read("birdnet.analyze-params.csv", "File splitting duration,600\nSegment length,3.0\n")
    assert (result.labels, dict(result.skipped)) == ((), {"settings of an analysis, no labels": 1})


def test_an_empty_common_name_leaves_the_scientific_one(read: Read) -> None:
    text = f"Start (s),End (s),Scientific name,Common name,Confidence,File\n3,6,{SCI},,0.5,a.wav\n"
    assert found(read("x.csv", text)) == [(SCI, 3, 6)]


@pytest.mark.parametrize(
    ("name", "line", "label"),
    [
        ("a.BirdNET.results.txt", "3.0\t6.0\tStrix aluco, Tawny Owl\t0.8123", "Strix aluco, Tawny Owl"),
        ("a.BirdNET.results.txt", "3.0\t6.0\tStrix aluco_Tawny Owl\t0.8123", "Strix aluco_Tawny Owl"),
        ("a_HawkEars.txt", "3.0\t6.0\tTAOW;0.8123", "TAOW"),
    ],
)
def test_label_tracks_of_recognisers_carry_scores(read: Read, name: str, line: str, label: str) -> None:
    (it,) = only(read(name, line + "\n"))
    assert (it.label, it.score, it.status) == (label, 0.8123, Status.DRAFT)


@pytest.mark.parametrize(
    ("text", "end_s"),
    [
        ("recording,name,start_time,end_time,score\na.wav,TAOW,3,6,0.8\n", 6),
        ("filename, timestamp_s, label, logit\na.wav, 3, TAOW, 0.8\n", 3),
        ("idx,project,filename,window_start,window_end,label,logits\n0,p,a.wav,3,6,TAOW,0.8\n", 6),
        ("Start (s);End (s);Scientific name;Common name;Confidence;File\n3,0;6,0;;TAOW;0,8;a.wav\n", 6),
    ],
    ids=["HawkEars", "Perch", "hoplite", "decimal comma"],
)
def test_tables_of_other_recognisers_are_read_the_same_way(read: Read, text: str, end_s: float) -> None:
    result = read("x.csv", text)
    (labels,) = result.labels
    assert (labels.path, found(result), labels.annotations[0].score) == ("a.wav", [("TAOW", 3, end_s)], 0.8)


def test_a_wide_table_of_opensoundscape_gives_the_highest_score_of_each_window(read: Read) -> None:
    result = read("scores.csv", "file,start_time,end_time,owl,fox\na.WAV,0,3,0.91,0.02\nb.wav,3,6,-2.5,-0.5\n")
    assert result.format is opensoundscape.FORMAT
    (owl,), (fox,) = (each.annotations for each in result.labels)
    assert (owl.label, owl.onset_s, owl.offset_s, owl.score) == ("owl", 0, 3, 0.91)
    assert (fox.label, fox.score, fox.status, fox.source) == ("fox", -0.5, Status.DRAFT, "OpenSoundscape")
    assert result.skipped == {opensoundscape.LOWER: 2}


def test_every_1_in_a_wide_table_of_0_and_1_is_a_label(read: Read) -> None:
    result = read("truth.csv", "file,start_time,end_time,owl,fox\na.wav,0,3,1,1\na.wav,3,6,0,0.0\na.wav,6,9,0,1\n")
    assert found(result) == [("owl", 0, 3), ("fox", 0, 3), ("fox", 6, 9)]
    assert {it.status for it in only(result)} == {Status.ACCEPTED}
    assert result.skipped == {}


def test_a_window_without_a_number_among_its_scores_is_named(read: Read) -> None:
    result = read("scores.csv", "file,start_time,end_time,owl,fox\na.wav,0,3,0.91,loud\na.wav,3,6,,0.5\n")
    assert found(result) == [("fox", 3, 6)]
    assert result.problems == ("Row 2 of “scores.csv” was left out: its fox “loud” is no number.",)


def test_other_columns_are_kept(read: Read) -> None:
    text = "Start (s),End (s),Scientific name,Common name,Confidence,File,lat\n3,6,,TAOW,0.5,a.wav,51.2\n"
    assert dict(only(read("x.csv", text))[0].extra) == {"lat": "51.2"}


def test_results_are_written_as_birdnet_does(tmp_path: Path) -> None:
    find = Annotation(COMMON, onset_s=3.0, offset_s=6.0, score=0.8123, status=Status.DRAFT, source="BirdNET",
                      extra={"Scientific name": SCI})  # fmt: skip
    assert text_of(birdnet.FORMAT, tmp_path, find) == (
        "Start (s),End (s),Scientific name,Common name,Confidence,File\n"
        "3,6,Strix aluco,Tawny Owl,0.8123,site/night.wav\n"
    )


# Kaleidoscope


def test_the_asterisk_belongs_to_the_name_of_the_column(read: Read) -> None:
    text = "INDIR,FOLDER,IN FILE,CHANNEL,OFFSET,DURATION,Fmin,Fmean,Fmax,DATE,TIME,TOP1MATCH*,TOP1DIST,MANUAL ID\n"
    text += "C:\\in,site\\,a.wav,1,1.2,3.3,500,700,900,2026-05-01,21:00:00,TAOW,0.2,\n"
    result = read("cluster.csv", text)
    assert result.format is kaleidoscope.FORMAT
    (labels,) = result.labels
    (it,) = labels.annotations
    assert (labels.path, it.label, it.onset_s, it.offset_s) == ("C:\\in\\site\\a.wav", "TAOW", 1.2, 4.5)
    assert (it.low_hz, it.high_hz, it.channel, it.status, it.score) == (500, 900, 1, Status.DRAFT, None)
    assert dict(it.extra) == {"Fmean": "700", "DATE": "2026-05-01", "TIME": "21:00:00", "TOP1DIST": "0.2"}


def test_the_verdict_stands_in_manual_id(read: Read, tmp_path: Path) -> None:
    text = (
        "INDIR,FOLDER,IN FILE,OFFSET,DURATION,TOP1MATCH*,MANUAL ID\n/d,,a.wav,0,1,TAOW,BARN\n/d,,a.wav,1,1,TAOW,TAOW\n"
    )
    wrong, right = only(read("id.csv", text))
    assert (wrong.label, wrong.status, dict(wrong.extra)) == ("BARN", Status.ACCEPTED, {"TOP1MATCH*": "TAOW"})
    assert (right.label, right.status, dict(right.extra)) == ("TAOW", Status.ACCEPTED, {})
    rows = [line.split(",")[-2:] for line in text_of(kaleidoscope.FORMAT, tmp_path, wrong, right).split("\r\n")]
    assert rows[:3] == [["TOP1MATCH*", "MANUAL ID"], ["TAOW", "BARN"], ["TAOW", "TAOW"]]


def test_bat_mode_gives_kilohertz(read: Read) -> None:
    head = "INDIR,FOLDER,IN FILE,CHANNEL,OFFSET,DURATION,AUTO ID*,Fmax,Fmin,MANUAL ID\n"
    text = f"{head}/d,,a.wav,0,0,1.5,MYODAU,81.3,45.1,\n"
    (it,) = only(read("id.csv", text))
    assert (it.label, it.low_hz, it.high_hz) == ("MYODAU", 45_100, 81_300)


@pytest.mark.parametrize(
    "path", ["a.wav", "x/a.wav", "/a.wav", "/x/y/a.wav", "C:\\x\\a.wav", "C:\\a.wav", "x\\y/a.wav"]
)
def test_paths_are_divided_and_joined_to_the_same(read: Read, tmp_path: Path, path: str) -> None:
    labels = FileLabels(path, (Annotation("x", onset_s=0.0, offset_s=1.0),))
    (file,) = write_labels([labels], tmp_path / "k.csv", kaleidoscope.FORMAT).files
    assert read("again.csv", file.read_bytes()).labels[0].path == path
