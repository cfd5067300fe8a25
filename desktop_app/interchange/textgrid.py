"""Praat TextGrids: each label an interval or a point of a tier.

The intervals of a tier tile its time, gaps are intervals without text, and points of a tier are at different times. So
labels that overlap are spread over several tiers, one a class as far as that is enough.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from desktop_app.annotation.annotations import Annotation
from desktop_app.interchange.columns import checked
from desktop_app.interchange.labels import POINTS, FileLabels, Keeps, LabelFormat, Options, span, stem_of, whole_as_span
from desktop_app.interchange.praat import binary, text
from desktop_app.interchange.praat.tiers import INTERVALS, Entry, Grid, Tier
from desktop_app.interchange.praat.tiers import POINTS as POINT_TIER
from desktop_app.interchange.reading import LARGEST, Glimpse, Notes, decimal_text, read_bytes, read_text

TIER = "tier"
"""Where `Annotation.extra` keeps the name of the tier, unless it is one that Earmark gives."""
LABELS_TIER, POINTS_TIER = "labels", "points"


def recognises(seen: Glimpse) -> bool:
    """Return whether the first line is a TextGrid's, or the name at least."""
    first = seen.lines[0] if seen.lines else ""
    known = text.TEXT_FILE in first or text.CHRONOLOGICAL in first or seen.head.startswith(binary.MAGIC)
    return (known and "TextGrid" in seen.text) or seen.name.endswith(".textgrid")


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the intervals that have a text, and the points, tier by tier."""
    data = read_bytes(path)
    is_binary = data.startswith(binary.MAGIC)
    grid = binary.read_grid(data, notes) if is_binary else text.read_grid(read_text(path, notes), notes)
    if grid.onset_s > 0:
        notes.problems.append(
            f"“{notes.name}” begins at {grid.onset_s:g} s and not at 0: its times are taken as they stand."
        )
    annotations = tuple(annotation for tier in grid.tiers for annotation in _annotations(tier, notes))
    return [FileLabels(stem_of(path), annotations, duration_s=_duration_s(grid), named=False)]


def _duration_s(grid: Grid) -> float | None:
    """Return the end of the recording, None where the file tells none that can be."""
    return grid.offset_s if 0 < grid.offset_s <= LARGEST else None


def _annotations(tier: Tier, notes: Notes) -> Iterator[Annotation]:
    for place, entry in enumerate(tier.entries, 1):
        label = entry.text.strip()
        if not label and tier.kind == INTERVALS:
            notes.skipped["gaps without text"] += 1
            continue
        with notes.row(place, f"Entry of “{tier.name}”"):
            onset_s, offset_s = span(entry.onset_s, entry.offset_s)
            given = tier.name in (LABELS_TIER, POINTS_TIER, label)
            extra = {} if given else {TIER: tier.name}
            yield checked(Annotation, label, onset_s=onset_s, offset_s=offset_s, extra=extra, **FORMAT.default)


def encode(labels: Sequence[FileLabels], _options: Options) -> bytes:
    """Return a long text file in UTF-8."""
    return _long_text(grid_of(labels[0])).encode()


def grid_of(labels: FileLabels) -> Grid:
    """Return the tiers that hold these labels; `Grid.offset_s` is the end of the recording or of the last label."""
    entries: dict[tuple[str, str], list[tuple[str, Entry]]] = defaultdict(list)
    end_s = labels.duration_s or 0.0
    for annotation in sorted(labels.annotations, key=lambda it: (it.onset_s or 0.0, it.offset_s or 0.0)):
        times, label = whole_as_span(labels, annotation), FORMAT.keeps.label(annotation.label)
        if times is None or (not label and times[0] < times[1]):
            continue
        end_s = max(end_s, times[1])
        kind = INTERVALS if times[0] < times[1] else POINT_TIER
        name = FORMAT.keeps.text(annotation.extra.get(TIER, ""))
        entries[kind, name].append((label, Entry(*times, label)))
    grid = Grid(0.0, end_s or 1.0)
    for (kind, name), found in entries.items():
        grid.tiers += _tiers(kind, name, found)
    return grid


def _tiers(kind: str, name: str, entries: list[tuple[str, Entry]]) -> Iterable[Tier]:
    """Return tiers without overlap: of the name that was given, else one for all, else one for each label."""
    layers = _layers(entry for _, entry in entries)
    if name or len(layers) == 1:
        default = LABELS_TIER if kind == INTERVALS else POINTS_TIER
        return [Tier(kind, name or default, layer) for layer in layers]
    by_label: dict[str, list[Entry]] = defaultdict(list)
    for label, entry in entries:
        by_label[label].append(entry)
    return [Tier(kind, label, layer) for label, found in by_label.items() for layer in _layers(found)]


def _layers(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Return entries in as few rows without overlap as it takes; they come in the order of their onsets."""
    layers: list[list[Entry]] = []
    for entry in entries:
        for layer in layers:
            last = layer[-1]
            if last.offset_s <= entry.onset_s and last.onset_s < entry.onset_s:
                layer.append(entry)
                break
        else:
            layers.append([entry])
    return layers


def _long_text(grid: Grid) -> str:
    lines = [
        'File type = "ooTextFile"',
        'Object class = "TextGrid"',
        "",
        f"xmin = {decimal_text(grid.onset_s)} ",
        f"xmax = {decimal_text(grid.offset_s)} ",
        "tiers? <exists> ",
        f"size = {len(grid.tiers)} ",
        "item []: ",
    ]
    for place, tier in enumerate(grid.tiers, 1):
        lines += [f"    item [{place}]:", *_tier_lines(tier, grid)]
    return "".join(f"{line}\n" for line in lines)


def _tier_lines(tier: Tier, grid: Grid) -> Iterator[str]:
    entries = list(_tiled(tier, grid))
    kind = "intervals" if tier.kind == INTERVALS else "points"
    yield f'        class = "{tier.kind}" '
    yield f"        name = {_quoted(tier.name)} "
    yield f"        xmin = {decimal_text(grid.onset_s)} "
    yield f"        xmax = {decimal_text(grid.offset_s)} "
    yield f"        {kind}: size = {len(entries)} "
    for place, entry in enumerate(entries, 1):
        yield f"        {kind} [{place}]:"
        if tier.kind == INTERVALS:
            yield f"            xmin = {decimal_text(entry.onset_s)} "
            yield f"            xmax = {decimal_text(entry.offset_s)} "
            yield f"            text = {_quoted(entry.text)} "
        else:
            yield f"            number = {decimal_text(entry.onset_s)} "
            yield f"            mark = {_quoted(entry.text)} "


def _tiled(tier: Tier, grid: Grid) -> Iterator[Entry]:
    """Yield the entries of a tier, between intervals the gaps."""
    at_s = grid.onset_s
    for entry in tier.entries:
        if tier.kind == INTERVALS and entry.onset_s > at_s:
            yield Entry(at_s, entry.onset_s, "")
        yield entry
        at_s = entry.offset_s
    if tier.kind == INTERVALS and at_s < grid.offset_s:
        yield Entry(at_s, grid.offset_s, "")


def _quoted(plain: str) -> str:
    doubled = plain.replace('"', '""')
    return f'"{doubled}"'


FORMAT = LabelFormat(
    name="textgrid",
    title="Praat TextGrid",
    suffixes=(".TextGrid",),
    recognises=recognises,
    read=read,
    encode=encode,
    keeps=Keeps(
        frozenset({POINTS}),
        unlabelled=True,
        columns=frozenset({TIER}),
        unnamed=False,
        remarks=("Labels that overlap get tiers of their own, one for each class where that is enough.",),
    ),
    per_recording=True,
)
