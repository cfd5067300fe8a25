"""Label Studio, Sonic Visualiser, CVAT and our own files, trap by trap."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.errors import UserError
from desktop_app.interchange import cvat, label_studio, own_json, own_table, parquet, sonic_visualiser, svl
from desktop_app.interchange.labels import FileLabels, Options
from desktop_app.interchange.losses import losses
from tests.interchange.conftest import Read, found, only, text_of

BOX = Annotation("owl", onset_s=1.0, offset_s=2.0, low_hz=100.0, high_hz=900.0)


def task(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    envelope = {
        "id": 7,
        "completed_by": 3,
        "was_cancelled": False,
        "updated_at": "2026-05-01T10:00:00.5Z",
        "result": [*results],
    }
    return {"id": 1, "data": {"audio": "/data/upload/1/3f2a1b4c-night%201.wav"}, "annotations": [envelope], **more}


def region(**value: Any) -> dict[str, Any]:
    return {
        "id": "r1",
        "from_name": "label",
        "to_name": "audio",
        "type": "labels",
        "original_length": 18.0,
        "value": value,
    }


# Label Studio


def test_one_region_in_several_results_is_one_annotation_with_a_note(read: Read) -> None:
    text = {"id": "r1", "type": "textarea", "value": {"start": 1, "end": 2, "text": ["far away", "faint"]}}
    result = read("x.json", json.dumps([task(region(start=1, end=2, channel=0, labels=["Voice"]), text)]))
    assert result.format is label_studio.FORMAT
    (labels,) = result.labels
    (it,) = labels.annotations
    assert (it.label, it.onset_s, it.offset_s, it.channel, it.note) == ("Voice", 1, 2, 0, "far away\nfaint")
    assert (it.reviewer, it.time) == ("3", datetime(2026, 5, 1, 10, 0, 0, 500_000, UTC))
    assert (labels.path, labels.duration_s) == ("/data/upload/1/3f2a1b4c-night 1.wav", 18.0)


def test_several_labels_of_a_region_are_several_annotations_and_none_is_one_without(read: Read) -> None:
    results = [region(start=1, end=2, labels=["a", "b"]), {**region(start=3, end=4), "id": "r2"}]
    assert found(read("x.json", json.dumps([task(*results)]))) == [("a", 1, 2), ("b", 1, 2), ("", 3, 4)]


def test_choices_are_labels_of_the_whole_recording(read: Read) -> None:
    choice = {"id": "c", "type": "choices", "value": {"choices": ["rain"]}}
    assert found(read("x.json", json.dumps([task(choice)]))) == [("rain", None, None)]


def test_cancelled_annotations_are_skipped_and_predictions_are_drafts(read: Read) -> None:
    document = task(region(start=1, end=2, labels=["no"]))
    document["annotations"][0]["was_cancelled"] = True
    document["predictions"] = [
        {"model_version": "m2", "score": 0.4, "result": [region(start=5, end=6, labels=["maybe"])]}
    ]
    result = read("x.json", json.dumps([document]))
    (it,) = only(result)
    assert (it.label, it.status, it.source, it.score) == ("maybe", Status.DRAFT, "m2", 0.4)
    assert result.skipped == {"cancelled annotations": 1}


@pytest.mark.parametrize("moment", ["yesterday", 5, None])
def test_a_time_that_is_none_loses_no_label(read: Read, moment: object) -> None:
    document = task(region(start=1, end=2, labels=["a"]))
    document["annotations"][0]["updated_at"] = moment
    assert found(read("x.json", json.dumps([document]))) == [("a", 1, 2)]


def test_a_region_with_a_damaged_time_is_named_and_the_others_kept(read: Read) -> None:
    results = [region(start="x", end=2, labels=["a"]), {**region(start=3, end=4, labels=["b"]), "id": "r2"}]
    result = read("x.json", json.dumps([task(*results)]))
    assert found(result) == [("b", 3, 4)]
    assert result.problems == ("Region 1 of “x.json” was left out: its start or end is no number.",)


def test_bands_go_into_meta_and_that_is_said_before(read: Read, tmp_path: Path) -> None:
    written = text_of(label_studio.FORMAT, tmp_path, BOX)
    assert json.loads(written)[0]["annotations"][0]["result"][0]["meta"]["earmark"]["low_hz"] == 100
    assert losses([FileLabels("a.wav", (BOX,))], label_studio.FORMAT) == (
        "With frequencies in “meta”, where Label Studio does not show them: 1 annotation.",
    )
    (it,) = only(read("again.json", written))
    assert (it.low_hz, it.high_hz) == (100, 900)


# Sonic Visualiser


def test_the_third_number_of_a_region_is_a_duration_and_of_a_box_a_frequency(read: Read) -> None:
    result = read("layer.csv", "1.5,0.3,2.5,region\n1.5,2.5,100,900,box\n3.25,instant\n4.5\n")
    assert result.format is sonic_visualiser.FORMAT
    assert found(result) == [("region", 1.5, 4), ("box", 1.5, 2.5), ("instant", 3.25, 3.25), ("", 4.5, 4.5)]
    assert [(it.low_hz, it.high_hz) for it in only(result)] == [(None, None), (100, 900), (None, None), (None, None)]
    assert dict(only(result)[0].extra) == {"value": "0.3"}


def test_a_layer_is_of_one_kind(tmp_path: Path) -> None:
    point, stretch = Annotation("p", onset_s=3.0, offset_s=3.0), Annotation("s", onset_s=4.0, offset_s=5.5)
    assert text_of(sonic_visualiser.FORMAT, tmp_path, point) == "3,p\n"
    assert text_of(sonic_visualiser.FORMAT, tmp_path, point, stretch) == "3,0,0,p\n4,0,1.5,s\n"
    assert text_of(sonic_visualiser.FORMAT, tmp_path, BOX, stretch) == "1,2,100,900,owl\n4,5.5,0,24000,s\n"
    assert losses([FileLabels("a.wav", (BOX, stretch))], sonic_visualiser.FORMAT) == (
        "Given a whole band, as a layer with boxes has boxes alone: 1 annotation.",
    )


SVL = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE sonic-visualiser>
<sv><data><model id="1" name="" sampleRate="48000" type="sparse" dimensions="2"/>
<dataset id="0" dimensions="2">
<point frame="48000" value="100" duration="24000" extent="800" label="b&amp;x" />
<point frame="x" label="damaged" /><point frame="96000" label="instant" />
</dataset></data></sv>
"""


def test_svl_counts_in_frames_and_adds_the_extent_to_the_value(read: Read) -> None:
    result = read("layer.svl", SVL)
    assert result.format is svl.FORMAT
    assert found(result) == [("b&x", 1, 1.5), ("instant", 2, 2)]
    assert (only(result)[0].low_hz, only(result)[0].high_hz) == (100, 900)
    assert result.problems == ("Point 2 of “layer.svl” was left out: its frame “x” is no number.",)


def test_svl_that_ends_early_gives_what_it_has(read: Read) -> None:
    result = read("layer.svl", SVL[:300])
    assert found(result) == [("b&x", 1, 1.5)]
    assert result.problems[-1].endswith("damaged at line 6: what stands before it was read.")


def test_xml_entities_are_refused_and_never_expanded(read: Read) -> None:
    bomb = '<!DOCTYPE sv [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><sv><point label="&b;"/></sv>'
    with pytest.raises(UserError, match="declares entities"):
        read("layer.svl", bomb)
    outside = '<!DOCTYPE sv [<!ENTITY a SYSTEM "file:///etc/passwd">]><sv><point label="&a;"/></sv>'
    with pytest.raises(UserError, match="declares entities"):
        read("layer.svl", outside)


# CVAT


def test_times_are_clocks_and_other_columns_attributes(read: Read) -> None:
    head = "id\tfilename\tstart\tstop\tlabel\tsource\tscore\tpitch\n"
    text = f"{head}12\ta.wav\t01:02:03.25\t1:02:04\towl\tmanual\t0.5\thigh\n"
    result = read("x.tsv", text)
    assert result.format is cvat.FORMAT
    (it,) = only(result)
    assert (it.label, it.onset_s, it.offset_s, it.source, it.score) == ("owl", 3723.25, 3724.0, "manual", 0.5)
    assert dict(it.extra) == {"id": "12", "pitch": "high"}


def test_start_stop_and_label_are_enough(read: Read) -> None:
    assert found(read("x.tsv", "start\tstop\tlabel\n0:01.5\t00:00:02.000\towl\n3\t4\tfox\n")) == [
        ("owl", 1.5, 2), ("fox", 3, 4),
    ]  # fmt: skip


def test_cvat_clocks_have_hours_minutes_and_milliseconds(tmp_path: Path) -> None:
    it = Annotation("owl", onset_s=3599.5, offset_s=360_000.125)
    assert text_of(cvat.FORMAT, tmp_path, it).splitlines()[1].split("\t")[2:4] == ["00:59:59.500", "100:00:00.125"]


# Our own


def test_our_table_says_its_version_and_names_its_columns(tmp_path: Path) -> None:
    it = Annotation(
        "a,b", onset_s=1.0, offset_s=2.5, note='say "x"\nand y', extra={"label": "hidden", "Species": "s"}, id="1"
    )
    assert text_of(own_table.FORMAT, tmp_path, it) == (
        "recording,label,onset_s,offset_s,low_hz,high_hz,channel,status,source,score,note,reviewer,time,id,earmark_labels,"
        "extra.label,Species\n"
        'site/night.wav,"a,b",1,2.5,,,,accepted,manual,,"say ""x""\nand y",,,1,1,hidden,s\n'
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.csv", "recording,label,earmark_labels\na.wav,owl,2\n"),
        ("x.json", '{"format": "earmark-labels", "version": 2, "recordings": []}'),
    ],
)
def test_a_file_of_a_newer_earmark_is_refused(read: Read, name: str, text: str) -> None:
    with pytest.raises(UserError, match="was written by a newer Earmark"):
        read(name, text)


def test_ids_stay_in_our_own_files(read: Read, tmp_path: Path) -> None:
    for ours, name in ((own_table.FORMAT, "x.csv"), (own_json.FORMAT, "x.json")):
        (it,) = only(read(name, text_of(ours, tmp_path, BOX)))
        assert it.id == BOX.id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("file;start;end;label\na.wav;0,5;1,5;Kauz\n", [("Kauz", 0.5, 1.5)]),
        ("path,species\na.wav,owl\n", [("owl", None, None)]),
        ("name,start_seconds,stop_seconds\npulse,1,2\nsine,nan,nan\n", [("pulse", 1, 2)]),
        ("filename,onset,duration,category\na.wav,1.2,3.3,owl\n", [("owl", 1.2, 4.5)]),
    ],
    ids=["semicolons", "clip labels", "DAS", "durations"],
)
def test_tables_of_others_are_read_by_common_names(read: Read, text: str, expected: list[object]) -> None:
    assert found(read("x.csv", text)) == expected


def test_a_status_of_ours_in_a_table_of_others_is_one_and_theirs_a_column(read: Read) -> None:
    rejected, theirs = only(read("x.csv", "label,start,end,status\nowl,0,1,Rejected\nowl,1,2,done\n"))
    assert (rejected.status, dict(rejected.extra)) == (Status.REJECTED, {})
    assert (theirs.status, dict(theirs.extra)) == (Status.ACCEPTED, {"status": "done"})


def test_formulas_are_texts(read: Read, tmp_path: Path) -> None:
    it = Annotation("=cmd|' /C calc'!A0", onset_s=0.0, offset_s=1.0)
    assert found(read("x.csv", text_of(own_table.FORMAT, tmp_path, it))) == [("=cmd|' /C calc'!A0", 0, 1)]


def test_without_pyarrow_parquet_says_what_to_install(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(parquet, "import_module", missing)
    with pytest.raises(UserError, match=r"install earmark\[parquet\], or use CSV"):
        read("x.parquet", b"PAR1....")


def test_a_parquet_file_that_stands_for_endless_rows_is_refused_unread(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(parquet, "MOST_ROWS", 1)
    with pytest.raises(UserError, match=r"“x\.parquet” has 2 rows: divide it"):
        read("x.parquet", parquet.encode([FileLabels("a.wav", (BOX, replace(BOX, id="other")))], Options()))


def test_parquet_keeps_numbers_as_numbers(read: Read, tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "x.parquet"
    path.write_bytes(parquet.encode([FileLabels("a.wav", (BOX,))], Options()))
    assert arrow.read_table(path).schema.field("onset_s").type == "double"
    with pytest.raises(UserError, match="is a damaged Parquet file"):
        read("y.parquet", b"PAR1 and no more")
