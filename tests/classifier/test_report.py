"""The report of an evaluation: pictures, page and JSON say the same, whatever classes and files are called."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from desktop_app.classifier.data.overlap import Overlap, overlap_of
from desktop_app.classifier.measuring.assignment import Assignment
from desktop_app.classifier.measuring.curves import precision_recall
from desktop_app.classifier.measuring.judging import Unreadable
from desktop_app.classifier.measuring.measures import measure
from desktop_app.classifier.measuring.predictions import PredictionTable
from desktop_app.classifier.rejection import Rejection
from desktop_app.classifier.reports.confusion_plots import HIDDEN_SHARE, alluvial_plot, confusion_plot
from desktop_app.classifier.reports.report import Report, json_text, write_report
from desktop_app.classifier.reports.score_plots import MOST_CURVES, precision_recall_plot, reliability_plot, thinned
from desktop_app.errors import UserError
from tests.classifier.conftest import tiny_card, tiny_front_end

EMPTY_ELEMENTS = {"meta", "br", "rect", "path", "line", "polyline", "circle"}


def table_of(classes: tuple[str, ...], clips: int = 200, speakers: int = 9) -> PredictionTable:
    draw = np.random.default_rng(4)
    targets = draw.integers(0, len(classes), clips)
    logits = draw.normal(0, 1, (clips, len(classes)))
    logits[np.arange(clips), targets] += 2
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    paths = tuple(Path(f"/clips/{classes[target]}/{place}.wav") for place, target in enumerate(targets))
    return PredictionTable(
        classes, paths, tuple(f"speaker {place % speakers}" for place in range(clips)), targets, scores
    )


def report_on(table: PredictionTable) -> Report:
    card = replace(tiny_card(tiny_front_end()), classes=table.classes)
    return Report(
        card=card,
        model_path=Path("/models/tones.safetensors"),
        data=Path("/clips"),
        grouping="speaker",
        created="2026-11-21T09:00:00+00:00",
        table=table,
        measures=measure(table),
        assignment=Assignment((), {"High": "high"}, {"bed": 3}),
        unreadable=(Unreadable(Path("/clips/x.wav"), "“x.wav” is empty <0 bytes>."),),
        overlap=overlap_of(card, table.paths, table.groups),
    )


class Balance(HTMLParser):
    """Fails where tags are not closed in the order in which they were opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in EMPTY_ELEMENTS or (tag in {"rect", "path", "polyline", "circle"} and self._has_tip()):
            self.open.append(tag)

    def _has_tip(self) -> bool:
        return not (self.get_starttag_text() or "").endswith("/>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_report_is_a_page_its_pictures_a_table_and_json(tmp_path: Path) -> None:
    report = report_on(table_of(("_silence_", "high", "low")))
    page = write_report(report, tmp_path / "new" / "folder")
    pictures = ("confusion", "alluvial", "reliability", "precision_recall", "groups")
    names = {path.name for path in page.parent.iterdir()}
    assert names == {"report.html", "report.json", "predictions.csv", *(f"{name}.png" for name in pictures)}
    assert all((page.parent / f"{name}.png").read_bytes().startswith(b"\x89PNG") for name in pictures)
    saved = json.loads((page.parent / "report.json").read_text(encoding="utf-8"))
    assert saved["accuracy"] == report.measures.accuracy
    assert np.array_equal(saved["confusion"], report.measures.confusion)
    assert sum(len(pair["clips"]) for pair in saved["confused_pairs"]) == saved["clips"] - np.trace(saved["confusion"])
    assert saved["left_out"] == {"bed": 3}
    rows = (page.parent / "predictions.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 1 + saved["clips"]


def test_the_page_is_sound_and_fetches_nothing(tmp_path: Path) -> None:
    report = report_on(table_of(("_silence_", "high", "low")))
    text = write_report(report, tmp_path).read_text(encoding="utf-8")
    page = Balance()
    page.feed(text)
    assert page.open == []
    assert {"script", "link", "img", "iframe"} & page.seen == set()
    assert set(re.findall(r"\w+://[^\s\"'<)]*", text.replace("http://www.w3.org/2000/svg", ""))) <= {
        path.as_uri() for path in report.table.paths
    }
    assert "prefers-color-scheme: dark" in text
    for words in (
        "Accuracy",
        "is empty <0 bytes>",
        "“bed” (3)",
        "Taken for the class “high”: “High”",
        "does not list",
        "speaker 4",
    ):
        assert words in page.text


def test_a_mistake_can_be_heard_from_the_page(tmp_path: Path) -> None:
    report = report_on(table_of(("high", "low")))
    text = write_report(report, tmp_path).read_text(encoding="utf-8")
    pair = report.measures.pairs[0]
    assert all(f'href="{report.table.paths[row].as_uri()}"' in text for row in pair.rows)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'a"b&c', "\udcff no text", "鶯", "x" * 300])
def test_classes_with_odd_names_do_no_harm(name: str, tmp_path: Path) -> None:
    report = report_on(table_of((name, "other")))
    page = Balance()
    page.feed(write_report(report, tmp_path).read_text(encoding="utf-8"))
    assert page.open == []
    assert "script" not in page.seen
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["clips"] == 200


def test_clips_that_stand_for_themselves_make_no_table_of_groups(tmp_path: Path) -> None:
    report = report_on(table_of(("high", "low"), clips=20, speakers=20))
    text = write_report(report, tmp_path).read_text(encoding="utf-8")
    assert "By speaker or source" not in text
    assert not (tmp_path / "groups.png").exists()
    assert json.loads(json_text(report))["by_group"] == []


def test_a_model_that_makes_no_mistake_has_a_report(tmp_path: Path) -> None:
    targets = np.array([0, 1, 0])
    table = PredictionTable(
        ("a", "b"), (Path("/1"), Path("/2"), Path("/3")), ("x", "y", "x"), targets, np.eye(2)[targets]
    )
    assert "Every clip was judged right" in write_report(report_on(table), tmp_path).read_text(encoding="utf-8")


def test_a_clip_that_is_a_part_of_a_recording_is_played_from_there(tmp_path: Path) -> None:
    table = replace(table_of(("high", "low")), spans_s=((1.5, 2.0),) * len(table_of(("high", "low"))))
    page = write_report(report_on(table), tmp_path).read_text(encoding="utf-8")
    assert "#t=1.500,2.000" in page and " at 1.50 s</a>" in page
    rows = (tmp_path / "predictions.csv").read_text().splitlines()
    assert rows[0].startswith("path,onset_s,offset_s,group,") and ",1.500,2.000," in rows[1]


def test_a_hundred_classes_fit_into_a_report(tmp_path: Path) -> None:
    table = table_of(tuple(f"species number {place}" for place in range(100)), clips=200)
    assert write_report(report_on(table), tmp_path).stat().st_size < 2_000_000


def test_the_rule_by_which_a_model_says_unknown_is_told_with_what_it_would_do(tmp_path: Path) -> None:
    report = report_on(table_of(("high", "low")))
    assert not any("unknown" in note for note in report.notes)
    told = replace(report, card=replace(report.card, rejection=Rejection(0.9)))
    refused = told.table.top_scores < 0.9
    right = told.table.right
    assert 0 < refused[right].mean() < refused[~right].mean()
    assert told.notes[-1].startswith("What scores less than 0.90 is called unknown.")
    assert f"{refused[right].mean():.1%} of the clips that are judged right" in told.notes[-1]
    assert f"{refused[~right].mean():.1%} of the clips that are judged wrong" in told.notes[-1]
    assert "is called unknown" in write_report(told, tmp_path).read_text(encoding="utf-8")


def test_where_no_clip_is_judged_wrong_nothing_is_said_of_such_clips() -> None:
    targets = np.array([0, 1, 0])
    table = PredictionTable(
        ("a", "b"), (Path("/1"), Path("/2"), Path("/3")), ("x", "y", "x"), targets, np.eye(2)[targets]
    )
    report = report_on(table)
    told = replace(report, card=replace(report.card, rejection=Rejection(0.9)))
    assert told.notes[-1].endswith("it would call unknown 0.0% of the clips that are judged right.")


def test_a_leak_is_said_on_the_page(tmp_path: Path) -> None:
    leak = Overlap(("speaker 1",), None, (), ())
    report = replace(report_on(table_of(("high", "low"))), overlap=leak)
    assert "note leak" in write_report(report, tmp_path).read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="choose another"):
        write_report(report_on(table_of(("high", "low"))), tmp_path / "file" / "folder")


def test_flows_below_a_thousandth_are_hidden_and_counted() -> None:
    confusion = np.array([[997, 1, 0], [2, 998, 0], [0, 2, 0]])
    svg = alluvial_plot(("a", "b", "c"), confusion).to_svg()
    assert HIDDEN_SHARE == 1e-3
    assert svg.count("<path") == 4
    assert "a taken for b: 1<" not in svg
    assert "Not drawn: 1 flow below a thousandth of the clips, 1 clip." in svg


def test_every_flow_begins_where_the_one_before_ended() -> None:
    svg = alluvial_plot(("a", "b"), np.array([[50, 30], [0, 20]])).to_svg()
    tops = [float(y) for y in re.findall(r'd="M[\d.]+ ([\d.]+)C', svg)]
    thickness = {int(clips): 240 / 100 * int(clips) for clips in ("50", "30", "20")}
    drawn = dict(zip((50, 20, 30), tops, strict=True))  # mistakes come last
    assert drawn[30] - drawn[50] == pytest.approx(thickness[50], abs=0.02)


def test_names_of_tiny_classes_do_not_stand_on_each_other() -> None:
    svg = alluvial_plot(tuple("abcdef"), np.diag([100_000, 1, 1, 1, 1, 1])).to_svg()
    baselines = [float(y) for y in re.findall(r'y="([\d.]+)"[^>]*>[a-f]<', svg)]
    assert len(baselines) == 12
    assert np.diff(baselines[:6]).min() >= 12


def test_a_cell_of_the_confusion_says_what_it_counts() -> None:
    svg = confusion_plot(("a", "b"), np.array([[3, 1], [0, 0]])).to_svg()
    assert "a taken for b: 1 of 4 (25.0%)" in svg
    assert svg.count("<title>") == 3


def test_cells_and_flows_lead_to_the_same_classes() -> None:
    confusion = np.array([[30, 5], [0, 20]])
    for plot in (confusion_plot, alluvial_plot):
        drawing = plot(("a", "b"), confusion)
        keys = [spot.tip.key for spot in drawing.spots if spot.tip.key]
        assert sorted(keys) == [(0, 0), (0, 1), (1, 1)]
        for spot in drawing.spots:
            assert drawing.spot_at(spot.middle) is spot or plot is alluvial_plot


def test_empty_bins_lead_nowhere() -> None:
    found = measure(table_of(("a", "b"), clips=1))
    drawing = reliability_plot(found.reliability)
    full = [place for place, each in enumerate(found.reliability) if each.clips]
    assert {spot.tip.key for spot in drawing.spots} == {(full[0],), ()}


def test_empty_bins_have_no_bar() -> None:
    found = measure(table_of(("a", "b"), clips=1))
    assert reliability_plot(found.reliability).to_svg().count("0 clips") == 9


def test_only_the_hardest_classes_are_drawn() -> None:
    draw = np.random.default_rng(2)
    made = [precision_recall(f"c{n}", draw.random(50), draw.random(50) < 0.3) for n in range(MOST_CURVES + 5)]
    curves = [curve for curve in made if curve is not None]
    svg = precision_recall_plot(curves).to_svg()
    assert svg.count("<polyline") == MOST_CURVES
    easiest = max(curves, key=lambda curve: curve.average_precision)
    assert f">{easiest.label}<" not in svg


def test_a_thinned_curve_keeps_its_ends() -> None:
    curve = precision_recall("x", np.linspace(1, 0, 5000), np.random.default_rng(1).random(5000) < 0.5)
    assert curve is not None
    points = thinned(curve)
    assert len(points) < 330
    assert points[-1][1] == 1
    assert points == sorted(points, key=lambda point: point[1])
