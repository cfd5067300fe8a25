"""The page of a report: one file that needs nothing else, light or dark after the reader's system, without scripts."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from desktop_app import __version__
from desktop_app.annotation.records import BACKGROUND_LABELS
from desktop_app.assets import resources_dir
from desktop_app.classifier.measuring.metrics import ConfusedPair
from desktop_app.classifier.reports.report_plots import CAPTIONS
from desktop_app.classifier.reports.svg import clean
from desktop_app.colours import DARK, LIGHT, Tones, label_colours

if TYPE_CHECKING:
    from desktop_app.classifier.reports.report import Report

MOST_PAIRS = 20
MOST_CLIPS = 50
MOST_GROUPS = 30
MOST_NAMES = 40

_PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
$style</style>
</head>
<body>
$body
</body>
</html>
""")


def html_of(report: "Report", pictures: Mapping[str, str]) -> str:
    """Return the page with the pictures (name -> SVG) inside."""
    parts = (
        _header(report),
        _headline(report),
        _notes(report),
        _section("What was taken for what", CAPTIONS["confusion"], _wide(pictures["confusion"])),
        _section("From what clips are to what they were taken for", CAPTIONS["alluvial"], _wide(pictures["alluvial"])),
        _section("Most confused pairs", CAPTIONS["pairs"], _pairs(report)),
        _section("By class", CAPTIONS["classes"], _classes(report)),
        f'<div class="columns">{_scores(report, pictures)}</div>',
        _section("Precision over recall", CAPTIONS["precision_recall"], _wide(pictures["precision_recall"])),
        _groups(report, pictures),
        _section("The model", clean(report.card.title), _card(report)),
        f"<footer>Made by Earmark {__version__} on {clean(report.created)}.</footer>",
    )
    title = clean(f"{report.card.name} on {report.data.name}")
    return _PAGE.substitute(title=title, style=_style(), body="\n".join(part for part in parts if part))


def _header(report: "Report") -> str:
    return (
        f"<header><h1>{clean(report.card.name)}</h1>"
        f'<p class="quiet">judged on {report.measures.clips:,} clips in <code>{clean(str(report.data))}</code></p>'
        "</header>"
    )


def _headline(report: "Report") -> str:
    measures = report.measures
    low, high = measures.interval.low, measures.interval.high
    cells = (
        ("Accuracy", percent(measures.accuracy), f"95\N{NO-BREAK SPACE}% interval: {percent(low)} to {percent(high)}"),
        ("Macro F1", percent(measures.macro_f1), "mean over the classes that have clips"),
        ("Loss", f"{measures.loss:.3f}", "mean −ln of the right class’s score"),
        ("Calibration error", percent(measures.calibration_error), "between score and share judged right"),
    )
    inside = "".join(f"<div><span>{name}</span><b>{value}</b><span>{more}</span></div>" for name, value, more in cells)
    return f'<div class="headline">{inside}</div>'


def _notes(report: "Report") -> str:
    """Return what qualifies the numbers: what the model knew, what was left out."""
    leak = " leak" if report.overlap.leaks else ""
    notes = [f'<p class="note{leak}">{clean(report.overlap.sentence())}</p>']
    notes += [f'<p class="note">{clean(sentence)}</p>' for sentence in report.notes]
    if report.unreadable:
        reasons = "".join(f"<li>{clean(each.reason)}</li>" for each in report.unreadable)
        count = len(report.unreadable)
        notes.append(
            f'<details class="note"><summary>{count:,} {"clips" if count > 1 else "clip"} could not be read and '
            f"{'are' if count > 1 else 'is'} not counted</summary><ul>{reasons}</ul></details>"
        )
    return "\n".join(notes)


def _pairs(report: "Report") -> str:
    if not report.measures.pairs:
        return "<p>Every clip was judged right.</p>"
    colours = label_colours(report.table.classes, BACKGROUND_LABELS)
    rows = (
        (
            _name(pair.target, colours),
            _name(pair.judged, colours),
            f"{len(pair.rows):,}",
            percent(pair.share),
            _clips(report, pair),
        )
        for pair in report.measures.pairs[:MOST_PAIRS]
    )
    return _table(("what it is", "taken for", "#clips", "#of the class", "which"), rows)


def _clips(report: "Report", pair: ConfusedPair) -> str:
    """Return the clips of a pair, folded, each a link that plays it where the browser can."""
    links = []
    for row in pair.rows[:MOST_CLIPS]:
        path = report.table.paths[row].absolute()
        score = percent(float(report.table.top_scores[row]))
        onset_s, offset_s = report.table.span_s(row)
        part = f"#t={onset_s:.3f},{offset_s:.3f}" if 0 < onset_s < offset_s < math.inf else ""  # W3C media fragment
        at = f" at {onset_s:.2f} s" if part else ""
        links.append(
            f'<li><a href="{clean(path.as_uri() + part)}">{clean(_inside(path, report.data))}{at}</a> {score}</li>'
        )
    more = len(pair.rows) - len(links)
    if more > 0:
        links.append(f'<li class="quiet">and {more:,} more in predictions.csv</li>')
    return f"<details><summary>listen</summary><ul>{''.join(links)}</ul></details>"


def _inside(path: Path, folder: Path) -> str:
    try:
        return str(path.relative_to(folder.absolute()))
    except ValueError:
        return str(path)


def _classes(report: "Report") -> str:
    colours = label_colours(report.table.classes, BACKGROUND_LABELS)
    averages = {curve.label: curve.average_precision for curve in report.measures.curves}
    rows = (
        (
            _name(each.label, colours),
            f"{each.clips:,}",
            percent(each.precision) if each.named else "–",
            percent(each.recall) if each.clips else "–",
            _bar(each.recall),
            percent(each.f1) if each.clips else "–",
            percent(averages[each.label]) if each.label in averages else "–",
        )
        for each in report.measures.by_class
    )
    return _table(("class", "#clips", "#precision", "#recall", "", "#F1", "#average precision"), rows)


def _scores(report: "Report", pictures: Mapping[str, str]) -> str:
    bins = [each for each in report.measures.reliability if each.clips]
    rows = (
        (
            f"{each.low:.1f} to {each.high:.1f}",
            f"{each.clips:,}",
            percent(each.mean_score),
            percent(each.accuracy),
        )
        for each in reversed(bins)
    )
    table = _table(("score", "#clips", "#mean score", "#judged right"), rows)
    return _section("Reliability of the scores", CAPTIONS["reliability"], _wide(pictures["reliability"])) + _section(
        "What scores were worth", "Clips by the score of what they were taken for.", table
    )


def _groups(report: "Report", pictures: Mapping[str, str]) -> str:
    if "groups" not in pictures:
        return ""
    groups = report.measures.by_group
    rows = (
        (clean(each.name), f"{each.clips:,}", f"{each.wrong:,}", percent(each.accuracy), _bar(each.accuracy))
        for each in groups[:MOST_GROUPS]
    )
    perfect = sum(each.accuracy == 1 for each in groups)
    about = (
        f"{len(groups):,} groups by {report.grouping}; {perfect:,} of them are judged right in all their clips. "
        f"The table has the {min(len(groups), MOST_GROUPS)} with the most mistakes."
    )
    table = _table(("group", "#clips", "#judged wrong", "#accuracy", ""), rows)
    return _section("By speaker or source", clean(about), _wide(pictures["groups"]) + table)


def _card(report: "Report") -> str:
    card = report.card
    measured = card.results
    on_card = (
        f"{percent(measured.accuracy)} on {measured.clips:,} clips. {measured.how}" if measured else "not measured"
    )
    facts = {
        "classes": _some(card.classes),
        "hears": f"{card.sample_rate_hz:,} Hz mono, {card.window_s:g} s at a time",
        "network": f"{card.network.get('kind', '?')}: {card.parameters:,} parameters, {card.macs / 1e6:,.1f} million "
        "multiplications a window",
        "front-end": str(card.front_end.get("kind", "?")),
        "accuracy on the card": on_card,
        "trained on": "; ".join(
            f"{source.name}, {source.clips:,} clips ({source.licence}, {source.attribution})"
            for source in card.trained_on
        )
        or "not said",
        "use": card.intended_use,
        "limits": card.limits,
        "made": card.created,
        "licence": card.licence,
        "file": str(report.model_path),
    }
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{clean(fact)}</dd>" for name, fact in facts.items()) + "</dl>"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _name(label: str, colours: Mapping[str, str]) -> str:
    return f'<span class="swatch" style="background:{colours[label]}"></span>{clean(label)}'


def _bar(share: float) -> str:
    return f'<span class="track"><span class="bar" style="width:{100 * share:.1f}%"></span></span>'


def _wide(svg: str) -> str:
    return f'<div class="wide">{svg}</div>'


def _section(heading: str, about: str, inside: str) -> str:
    """Return a part of the page; `about` and `inside` are HTML."""
    return f"<section><h2>{heading}</h2><p>{about}</p>{inside}</section>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are HTML; columns whose head begins with # hold numbers."""
    kinds = [' class="n"' if head.startswith("#") else "" for head in heads]
    head = "".join(f"<th{kind}>{name.removeprefix('#')}</th>" for kind, name in zip(kinds, heads, strict=True))
    body = (
        "<tr>" + "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds, row, strict=True)) + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'


def _style() -> str:
    template = Template((resources_dir() / "report.css").read_text(encoding="utf-8"))
    return template.substitute(light=_variables(LIGHT), dark=_variables(DARK))


def _variables(tones: Tones) -> str:
    return "; ".join(f"--{name}: {colour}" for name, colour in asdict(tones).items())


def percent(share: float) -> str:
    """Return a share as people write it."""
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"
