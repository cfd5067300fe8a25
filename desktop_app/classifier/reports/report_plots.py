"""The pictures of a report, each a `Drawing` made of the measures."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from desktop_app.classifier.measuring.measures import Measures
from desktop_app.classifier.measuring.metrics import GroupMeasure
from desktop_app.classifier.reports.confusion_plots import alluvial_plot, confusion_plot
from desktop_app.classifier.reports.score_plots import precision_recall_plot, reliability_plot
from desktop_app.classifier.reports.svg import Drawing, Ink, Lettering, Tip

_HAIRLINE = Ink(stroke="line")


def group_plot(groups: Sequence[GroupMeasure]) -> Drawing:
    """Return how many speakers or sources are judged how well."""
    left, top, width, height = 44.0, 16.0, 560.0, 150.0
    accuracies = np.array([group.accuracy for group in groups])
    counts = np.bincount(np.minimum((accuracies * 20).astype(np.int64), 20), minlength=21)  # the last one: all right
    most, step = int(counts.max()), width / 21
    drawing = Drawing(left + width + 16, top + height + 48, "Groups by the share of their clips judged right")
    for share in (0.0, 0.5, 1.0):
        y = top + height * (1 - share)
        drawing.line((left, y), (left + width, y), _HAIRLINE)
        drawing.text((left - 6, y + 4), f"{round(share * most)}", Lettering(11, "end", "secondary"))
    for place, count in enumerate(counts):
        bar = height * float(count) / most
        range_text = "all" if place == 20 else f"{place * 5} to {place * 5 + 5} %"
        ink = Ink(fill="accent" if place == 20 else "wrong", opacity=0.75)
        tip = Tip(f"{range_text}: {count} groups")
        drawing.rect((left + place * step + 1, top + height - bar), (step - 2, bar), ink, tip)
        if place % 4 == 0:
            label = "all" if place == 20 else f"{place * 5}"
            at = (left + (place + (0.5 if place == 20 else 0)) * step, top + height + 16)
            drawing.text(at, label, Lettering(11, "middle", "secondary"))
    drawing.text(
        (left + width / 2, top + height + 38),
        "% of the group’s clips judged right",
        Lettering(12, "middle", "secondary"),
    )
    return drawing


PLOTS: Mapping[str, Callable[[Sequence[str], Measures], Drawing]] = {
    "confusion": lambda classes, measures: confusion_plot(classes, measures.confusion),
    "alluvial": lambda classes, measures: alluvial_plot(classes, measures.confusion),
    "reliability": lambda classes, measures: reliability_plot(measures.reliability),
    "precision_recall": lambda classes, measures: precision_recall_plot(measures.curves),
    "groups": lambda classes, measures: group_plot(measures.by_group),
}
"""Every picture of a report by the name of its file."""

CAPTIONS: Mapping[str, str] = {
    "confusion": "Rows: what clips are. Columns: what they were taken for. Blue is right, orange is wrong; the "
    "stronger, the larger the share of the row.",
    "alluvial": "Pale flows are right, strong ones are wrong, in the colour of what the clips are.",
    "pairs": "The surest mistakes first: a wrong label on the clip is often the reason.",
    "classes": "Precision: share of what was taken for the class that is of it. Recall: share of the class that was "
    "found. Average precision: how well the class’s score alone ranks its clips above all others.",
    "reliability": "A score is honest where the bar ends on the dashed line. Orange: fewer were right than the scores "
    "promise; pale blue: more.",
    "precision_recall": "What a threshold on the class’s score would give; the hardest classes first. AP: average "
    "precision.",
}
"""What people must know to read a picture or a table."""
