"""Pictures of a training: loss and accuracy over the rounds, loss over the learning rate. No torch."""

import math
from collections.abc import Sequence

from desktop_app.classifier.reports.svg import Drawing, Ink, Lettering, Point

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640.0, 220.0, 56.0, 32.0, 44.0
_HAIRLINE = Ink(stroke="line")
_SMALL = Lettering(11, "middle", "secondary")
Curve = Sequence[float | None]


def curves_plot(learnt: tuple[Curve, Curve], held_back: tuple[Curve, Curve], best_epoch: int) -> Drawing:
    """Return loss and accuracy of each round, side by side; dashed as trained on, solid on clips held back."""
    drawing = Drawing(2 * (LEFT + WIDTH / 2) + 32, TOP + HEIGHT + BOTTOM, "Loss and accuracy over the rounds")
    for place, (title, share) in enumerate((("Loss", False), ("Accuracy", True))):
        left = LEFT + place * (WIDTH / 2 + LEFT)
        curves = (learnt[place], held_back[place])
        top = 1.0 if share else max((value for curve in curves for value in curve if value is not None), default=1.0)
        _frame(drawing, left, (0.0, top), title)
        rounds = len(learnt[place])
        for curve, ink in zip(curves, (Ink(stroke="wrong", dash="4 3"), Ink(stroke="accent", width=2)), strict=True):
            points = [_at(left, i / max(1, rounds - 1), v / top) for i, v in enumerate(curve) if v is not None]
            if points:
                drawing.polyline(points, ink)
        x = _at(left, (best_epoch - 1) / max(1, rounds - 1), 0)[0]
        drawing.line((x, TOP), (x, TOP + HEIGHT), Ink(stroke="accent", dash="2 4"))
        drawing.text((x, TOP + HEIGHT + 16), f"best: {best_epoch}", _SMALL)
        drawing.text((left + WIDTH / 4, TOP + HEIGHT + 34), "round; dashed: trained on, solid: held back", _SMALL)
    return drawing


def rate_plot(points: Sequence[tuple[float, float, float]], suggested: float | None) -> Drawing:
    """Return the loss over the rate; points are (rate, loss, smoothed loss)."""
    drawing = Drawing(LEFT + WIDTH / 2 + 24, TOP + HEIGHT + BOTTOM, "Loss over the learning rate")
    if not points:
        return drawing
    low, high = math.log10(points[0][0]), math.log10(points[-1][0])
    bottom, top = 0.8 * min(loss for _, _, loss in points), 1.3 * points[0][2]  # what runs away leaves the picture
    _frame(drawing, LEFT, (bottom, top), "Loss over the learning rate")

    def x_of(rate: float) -> float:
        return (math.log10(rate) - low) / max(1e-9, high - low)

    def y_of(loss: float) -> float:
        return min(1.0, max(0.0, (loss - bottom) / max(1e-9, top - bottom)))

    drawing.polyline([_at(LEFT, x_of(r), y_of(v)) for r, v, _ in points], Ink(stroke="wrong", opacity=0.4))
    drawing.polyline([_at(LEFT, x_of(r), y_of(v)) for r, _, v in points], Ink(stroke="accent", width=2))
    for power in range(math.ceil(low), math.floor(high) + 1):
        drawing.text((_at(LEFT, x_of(10.0**power), 0)[0], TOP + HEIGHT + 16), f"1e{power}", _SMALL)
    if suggested is not None:
        x = _at(LEFT, x_of(suggested), 0)[0]
        drawing.line((x, TOP), (x, TOP + HEIGHT), Ink(stroke="accent", dash="2 4"))
        drawing.text((x, TOP + HEIGHT + 34), f"{suggested:.2g}: the loss falls fastest", _SMALL)
    return drawing


def _at(left: float, across: float, up: float) -> Point:
    return left + across * WIDTH / 2, TOP + HEIGHT * (1 - up)


def _frame(drawing: Drawing, left: float, limits: tuple[float, float], title: str) -> None:
    drawing.text((left, TOP - 12), title, Lettering(13, bold=True))
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = TOP + HEIGHT * (1 - share)
        drawing.line((left, y), (left + WIDTH / 2, y), _HAIRLINE)
        drawing.text(
            (left - 6, y + 4), f"{limits[0] + share * (limits[1] - limits[0]):.3g}", Lettering(11, "end", "secondary")
        )
