"""Pictures of what was taken for what: the confusion matrix, and the flows from what clips are to what they seemed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from desktop_app.annotation.records import BACKGROUND_LABELS
from desktop_app.classifier.measuring.predictions import Integers
from desktop_app.classifier.reports.svg import Drawing, Ink, Lettering, Tip, shortened, text_width
from desktop_app.colours import label_colours
from desktop_app.words import counted

HIDDEN_SHARE = 1e-3  # flows below a thousandth of the clips are not drawn (S. Keydana, Audio classification with torch)
LONGEST_LABEL = 20
INK_TURNS_AT = 0.72  # above this opacity of a cell its number takes the colour made for text on the accent

_HAIRLINE = Ink(stroke="line")
_CAPTION = Lettering(size=12, colour="secondary")


def confusion_plot(classes: Sequence[str], confusion: Integers) -> Drawing:
    """Return the confusion matrix: rows are what it is, columns what it was taken for; shades are shares of the row.

    The tip of a cell has row and column as its key.
    """
    count = len(classes)
    cell = float(np.clip(560 / count, 8, 46))
    size = 12.0 if cell >= 12 else cell * 0.9
    names = [shortened(name, LONGEST_LABEL) for name in classes]
    widest = max(text_width(name, size) for name in names)
    left, top = widest + 40, widest * 0.72 + 40
    drawing = Drawing(left + count * cell + 70, top + count * cell + 44, "Confusion matrix")
    end = Lettering(size=size, anchor="end")
    for place, name in enumerate(names):
        middle = (place + 0.5) * cell
        drawing.text((left - 8, top + middle + size * 0.36), name, end)
        drawing.text((left + middle + size * 0.3, top - 8), name, Lettering(size=size, turn_deg=-45))
    _cells(drawing, (left, top, cell), classes, confusion)
    drawing.rect((left, top), (count * cell, count * cell), _HAIRLINE)
    _margins(drawing, (left, top, cell), confusion)
    drawing.text((14, top + count * cell / 2), "what it is", Lettering(12, "middle", "secondary", turn_deg=-90))
    return drawing


def named(classes: Sequence[str], target: int, judged: int) -> str:
    """Return what was judged so, in words."""
    return f"{classes[target]} found" if target == judged else f"{classes[target]} taken for {classes[judged]}"


def _cells(drawing: Drawing, place: tuple[float, float, float], classes: Sequence[str], confusion: Integers) -> None:
    left, top, cell = place
    totals = np.maximum(confusion.sum(axis=1), 1)
    for row, column in np.argwhere(confusion):
        clips, share = int(confusion[row, column]), float(confusion[row, column] / totals[row])
        right = row == column
        # A few mistakes must be seen beside hundreds of hits, so mistakes are shaded by the root of their share.
        opacity = 0.1 + 0.82 * share if right else 0.12 + 0.8 * share**0.5
        corner = (left + column * cell, top + row * cell)
        words = f"{named(classes, row, column)}: {clips} of {totals[row]} ({share:.1%})"
        tip = Tip(words, (int(row), int(column)))
        drawing.rect(corner, (cell, cell), Ink(fill="accent" if right else "wrong", opacity=opacity), tip)
        if cell >= 22:
            colour = "on_accent" if opacity > INK_TURNS_AT else "text"
            lettering = Lettering(min(13.0, cell * 0.32), "middle", colour)
            drawing.text((corner[0] + cell / 2, corner[1] + cell / 2 + lettering.size * 0.36), f"{clips}", lettering)


def _margins(drawing: Drawing, place: tuple[float, float, float], confusion: Integers) -> None:
    """Add how much of each row was found and how much of each column is right."""
    left, top, cell = place
    edge = len(confusion) * cell
    hits, rows, columns = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
    size = min(11.0, cell * 0.4)
    if cell >= 16:
        for index, hit in enumerate(hits):
            middle = (index + 0.5) * cell
            at = (left + edge + 8, top + middle + size * 0.36)
            drawing.text(at, _percent(hit, rows[index]), Lettering(size, colour="secondary"))
            below = Lettering(size, "middle", "secondary")
            drawing.text((left + middle, top + edge + size + 6), _percent(hit, columns[index]), below)
        drawing.text((left + edge + 8, top - 8), "found", _CAPTION)
        drawing.text((left - 8, top + edge + size + 6), "right", Lettering(12, "end", "secondary"))
    drawing.text((left + edge / 2, top + edge + 36), "what it was taken for", Lettering(12, "middle", "secondary"))


BAR = 14.0
GAP = 7.0
LABEL_HEIGHT = 17.0  # of the smallest classes, so that their names stand below each other
FLOW_WIDTH = 460.0
TOP = 30.0


@dataclass
class _Side:
    """One column of bars of an alluvial plot, and where the next flow meets each bar."""

    x: float
    """Left edge of the bars."""
    outwards: int
    """-1 for the left column, 1 for the right one: where the names stand."""
    sums: Integers
    """Clips of each class."""
    scale: float
    """Pixels a clip."""
    tops: list[float] = field(init=False)
    """Upper edge of each bar; moves down while flows are drawn."""
    bottom: float = field(init=False)
    """Where the last bar and its name end."""

    def __post_init__(self) -> None:
        heights = [max(float(clips) * self.scale + GAP, LABEL_HEIGHT) if clips else 0.0 for clips in self.sums]
        self.tops = [TOP + sum(heights[:place]) for place in range(len(heights))]
        self.bottom = TOP + sum(heights)

    def take(self, place: int, thickness: float) -> float:
        """Return where the next flow meets a bar, and move on below it."""
        top = self.tops[place]
        self.tops[place] += thickness
        return top


def alluvial_plot(classes: Sequence[str], confusion: Integers) -> Drawing:
    """Return the flows from what clips are (left) to what they were taken for (right), mistakes the stronger.

    Flows below a thousandth of all clips are hidden, and the picture says how many. The tip of a flow has the places of
    both classes as its key.
    """
    targets, judged = confusion.sum(axis=1), confusion.sum(axis=0)
    used = int(np.count_nonzero(targets + judged))
    names = max(text_width(shortened(name, LONGEST_LABEL), 12) for name in classes) + 62
    height = float(np.clip(34 * used, 240, 1600))
    scale = height / max(1, int(confusion.sum()))
    left = _Side(names, -1, targets, scale)
    right = _Side(names + BAR + FLOW_WIDTH, 1, judged, scale)
    size = 2 * (names + BAR) + FLOW_WIDTH, max(left.bottom, right.bottom) + 28
    drawing = Drawing(*size, "What clips are taken for")
    colours = label_colours(classes, BACKGROUND_LABELS)
    for side, heading in ((left, "what it is"), (right, "taken for")):
        _bars(drawing, side, classes, colours)
        drawing.text(_beside(side, TOP - 14), heading, _lettering(side, "secondary"))
    shown = np.where(confusion >= HIDDEN_SHARE * confusion.sum(), confusion, 0)
    _flows(drawing, shown, (left, right), classes, colours)
    hidden = confusion - shown
    if hidden.sum():
        flows, clips = counted(int(np.count_nonzero(hidden)), "flow"), counted(round(hidden.sum()), "clip")
        text = f"Not drawn: {flows} below a thousandth of the clips, {clips}."
        drawing.text((drawing.width / 2, drawing.height - 8), text, Lettering(11, "middle", "secondary"))
    return drawing


def _bars(drawing: Drawing, side: _Side, classes: Sequence[str], colours: Mapping[str, str]) -> None:
    count_x = 36.0 if side.outwards < 0 else drawing.width - 36
    for place, name in enumerate(classes):
        clips = int(side.sums[place])
        if not clips:
            continue
        height = clips * side.scale
        drawing.rect(
            (side.x, side.tops[place]), (BAR, max(1.0, height)), Ink(fill=colours[name]), Tip(f"{name}: {clips}")
        )
        baseline = side.tops[place] + height / 2 + 4
        drawing.text(_beside(side, baseline), shortened(name, LONGEST_LABEL), _lettering(side, "text"))
        count = Lettering(12, "end" if side.outwards < 0 else "start", "secondary")
        drawing.text((count_x, baseline), f"{clips:,}", count)


def _beside(side: _Side, baseline: float) -> tuple[float, float]:
    return (side.x - 8 if side.outwards < 0 else side.x + BAR + 8), baseline


def _lettering(side: _Side, colour: str) -> Lettering:
    return Lettering(12, "end" if side.outwards < 0 else "start", colour)


def _flows(
    drawing: Drawing,
    shown: Integers,
    sides: tuple[_Side, _Side],
    classes: Sequence[str],
    colours: Mapping[str, str],
) -> None:
    """Add the flows in the order in which they meet the bars, then the mistakes above what is right."""
    left, right = sides
    ribbons = []
    for target, judged in np.argwhere(shown):
        clips, name = int(shown[target, judged]), classes[target]
        tip = Tip(f"{named(classes, target, judged)}: {clips}", (int(target), int(judged)))
        ends = left.take(target, clips * left.scale), right.take(judged, clips * right.scale)
        ribbons.append((bool(target != judged), colours[name], ends, clips * left.scale, tip))
    for wrong, colour, (start, end), thickness, tip in sorted(ribbons, key=lambda ribbon: ribbon[0]):
        ink = Ink(fill=colour, stroke=colour, width=0.8) if wrong else Ink(fill=colour, opacity=0.3)
        drawing.ribbon((left.x + BAR, start), (right.x, end), thickness, ink, tip)


def _percent(part: np.int64, whole: np.int64) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "–"
