"""Pictures of scores: whether they mean what they say, and what they are worth for each class."""

from collections.abc import Sequence

import numpy as np

from desktop_app.classifier.measuring.curves import PrecisionRecall, ReliabilityBin
from desktop_app.classifier.reports.svg import Drawing, Ink, Lettering, Tip, shortened
from desktop_app.words import counted

MOST_CURVES = 24
RECALL_TOLD = 0.9

_HAIRLINE = Ink(stroke="line")


def reliability_plot(bins: Sequence[ReliabilityBin]) -> Drawing:
    """Return the share judged right over the score, beside what the score promises, and how many clips there are.

    The tip of a bar has the place of its bin as its key.
    """
    left, top, side = 52.0, 14.0, 300.0
    drawing = Drawing(left + side + 20, top + side + 128, "Reliability of the scores")
    _square(drawing, (left, top, side), ("score", "share judged right"), label_y=top + side + 120)
    most = max(each.clips for each in bins) or 1
    for place, each in enumerate(bins):
        x, width = left + each.low * side, (each.high - each.low) * side
        bar = 54.0 * each.clips / most
        words = f"{counted(each.clips, 'clip')}: mean score {each.mean_score:.1%}, judged right {each.accuracy:.1%}"
        tip = Tip(words, (place,) if each.clips else ())
        drawing.rect((x + 1, top + side + 86 - bar), (width - 2, bar), Ink(fill="secondary", opacity=0.55), tip)
        if each.clips:
            _bin(drawing, (left, top, side), each, tip)
    drawing.line((left, top + side), (left + side, top), Ink(stroke="text", dash="4 4"))
    drawing.line((left, top + side + 86), (left + side, top + side + 86), _HAIRLINE)
    drawing.text((left - 8, top + side + 84), "clips", Lettering(11, "end", "secondary"))
    return drawing


def _bin(drawing: Drawing, place: tuple[float, float, float], each: ReliabilityBin, tip: Tip) -> None:
    """Add what is right as promised, and the gap: a broken promise, or more than was promised."""
    left, top, side = place
    x, width = left + each.low * side + 1, (each.high - each.low) * side - 2
    right, promised = top + side * (1 - each.accuracy), top + side * (1 - each.mean_score)
    kept = max(right, promised)
    drawing.rect((x, kept), (width, top + side - kept), Ink(fill="accent", opacity=0.6), tip)
    gap = Ink(fill="wrong", opacity=0.5) if promised < right else Ink(fill="accent", opacity=0.25)
    drawing.rect((x, min(right, promised)), (width, abs(right - promised)), gap, tip)
    drawing.line((x, right), (x + width, right), Ink(stroke="accent", width=2))


def _square(
    drawing: Drawing, place: tuple[float, float, float], names: tuple[str, str], label_y: float | None = None
) -> None:
    """Add a square from 0 to 1 both ways, with a grid, numbers and the axes' names."""
    left, top, side = place
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = left + share * side, top + (1 - share) * side
        drawing.line((left, y), (left + side, y), _HAIRLINE)
        drawing.line((x, top), (x, top + side), _HAIRLINE)
        drawing.text((left - 6, y + 4), f"{share:g}", Lettering(11, "end", "secondary"))
        drawing.text((x, top + side + 16), f"{share:g}", Lettering(11, "middle", "secondary"))
    below = top + side + 34 if label_y is None else label_y
    drawing.text((left + side / 2, below - 4), names[0], Lettering(12, "middle", "secondary"))
    drawing.text((14, top + side / 2), names[1], Lettering(12, "middle", "secondary", turn_deg=-90))


def precision_recall_plot(curves: Sequence[PrecisionRecall]) -> Drawing:
    """Return precision over recall, one small plot a class, the hardest class first; at most 24 classes."""
    hardest = sorted(curves, key=lambda curve: curve.average_precision)[:MOST_CURVES]
    columns = min(4, max(1, len(hardest)))
    rows = -(-len(hardest) // columns)
    side, width, height = 132.0, 176.0, 190.0
    drawing = Drawing(34 + columns * width, rows * height + 12, "Precision over recall, by class")
    for place, curve in enumerate(hardest):
        row, column = divmod(place, columns)
        _small_curve(drawing, (34 + column * width, 30 + row * height, side), curve)
    first_row = 30 + side / 2
    drawing.text((12, first_row), "precision", Lettering(11, "middle", "secondary", turn_deg=-90))
    drawing.text((34 + side / 2, 30 + (rows - 1) * height + side + 30), "recall", Lettering(11, "middle", "secondary"))
    return drawing


def _small_curve(drawing: Drawing, place: tuple[float, float, float], curve: PrecisionRecall) -> None:
    left, top, side = place
    drawing.text((left, top - 8), shortened(curve.label, 11), Lettering(12, bold=True))
    average = Lettering(11, "end", "secondary")
    drawing.text((left + side, top - 8), f"AP {100 * curve.average_precision:.1f} %", average)
    for share in (0.0, 0.5, 1.0):
        x, y = left + share * side, top + (1 - share) * side
        drawing.line((left, y), (left + side, y), _HAIRLINE)
        drawing.line((x, top), (x, top + side), _HAIRLINE)
        if share != 0.5:
            drawing.text((x, top + side + 14), f"{share:g}", Lettering(10, "middle", "secondary"))
            drawing.text((left - 5, y + 4), f"{share:g}", Lettering(10, "end", "secondary"))
    drawing.rect((left, top), (side, side), Ink(fill="base", opacity=0), Tip(_worth(curve)))
    steps = [(left, top + (1 - float(curve.precision[0])) * side)]
    for precision, recall in thinned(curve):
        steps += [(left + recall * side, steps[-1][1]), (left + recall * side, top + (1 - precision) * side)]
    drawing.polyline(steps, Ink(stroke="accent", width=1.8))


def _worth(curve: PrecisionRecall) -> str:
    """Return what the class's score is worth: the precision that is left when nearly all of its clips are found."""
    place = int(np.searchsorted(curve.recall, RECALL_TOLD))
    return (
        f"{curve.label}: average precision {curve.average_precision:.1%}; to find {RECALL_TOLD:.0%} of its clips, take "
        f"scores from {curve.thresholds[place]:.2f} up: {curve.precision[place]:.1%} of those are right"
    )


def thinned(curve: PrecisionRecall, most: int = 160) -> list[tuple[float, float]]:
    """Return precision and recall at the points where the recall rises, at most about `most` of them."""
    rises = np.flatnonzero(np.diff(curve.recall, prepend=0.0) > 0)
    places = rises[:: max(1, len(rises) // most)]
    if len(rises) and places[-1] != rises[-1]:
        places = np.append(places, rises[-1])
    return [(float(curve.precision[place]), float(curve.recall[place])) for place in places]
