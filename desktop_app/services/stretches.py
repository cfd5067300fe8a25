"""Annotations as stretches of sound: what several cover, and whether a selection is one with an edge moved."""

from collections.abc import Iterable

from desktop_app.annotation.annotations import Annotation
from desktop_app.services.session import Selection


def span_of(annotations: Iterable[Annotation]) -> Selection:
    """Return the stretch, and of boxes the band, that annotations with times cover together."""
    known = list(annotations)
    low = [each.low_hz for each in known if each.low_hz is not None]
    high = [each.high_hz for each in known if each.high_hz is not None]
    boxed = len(low) == len(known) == len(high)
    return Selection(
        min(each.onset_s or 0.0 for each in known),
        max(each.offset_s or 0.0 for each in known),
        min(low) if boxed else None,
        max(high) if boxed else None,
    )


def shares_an_edge(one: Selection, other: Selection) -> bool:
    """Return whether one of two selections may be the other while an edge of it is dragged."""
    edges = ((one.onset_s, other.onset_s), (one.offset_s, other.offset_s))
    times = any(mine in (theirs, other.onset_s, other.offset_s) for mine, theirs in edges)
    bands = {one.low_hz, one.high_hz} & {other.low_hz, other.high_hz}
    return times and (one.low_hz is None or bool(bands))
