"""What stands on a recording already, found again although another program rounded or dropped some of it."""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable

from desktop_app.annotation.annotations import IMPORT_PREFIX, MANUAL, Annotation

NEAR_S = 1e-4
"""Times nearer than that are the same: Audacity rounds to a microsecond, WAV cues to a frame."""
NEAR_HZ = 1.0
NEAR_SCORE = 0.00051
"""BirdNET's segments have three digits of its scores."""


class Standing:
    """The annotations of one recording, among which twins are found."""

    def __init__(self, annotations: Iterable[Annotation]) -> None:
        self._by_name: dict[tuple[str, str], list[Annotation]] = defaultdict(list)
        for it in annotations:
            self.add(it)

    def add(self, it: Annotation) -> None:
        """Let an annotation stand there too."""
        insort(self._by_name[_name(it)], it, key=_onset_s)

    def exchange(self, old: Annotation, new: Annotation) -> None:
        """Let an annotation stand in the place of another one of the same label, source and onset."""
        row = self._by_name[_name(old)]
        row[row.index(old)] = new

    def twin(self, it: Annotation) -> Annotation | None:
        """Return the annotation that says all that `it` says of place, label and origin; None where there is none.

        Bands, channels and scores that `it` does not tell may be any. All labels of people, by whatever program, are of
        one origin.
        """
        row = self._by_name.get(_name(it), [])
        first = bisect_left(row, _onset_s(it) - NEAR_S, key=_onset_s)
        last = bisect_right(row, _onset_s(it) + NEAR_S, key=_onset_s)
        return next((other for other in row[first:last] if _says(other, it)), None)


def _name(it: Annotation) -> tuple[str, str]:
    by_people = it.source == MANUAL or it.source.startswith(IMPORT_PREFIX)
    return it.label, "" if by_people else it.source


def _onset_s(it: Annotation) -> float:
    return -1.0 if it.onset_s is None else it.onset_s


def _says(standing: Annotation, it: Annotation) -> bool:
    """Return whether what stands there tells no other offset, band, channel and score."""
    return (
        (standing.offset_s is None) == (it.offset_s is None)
        and _agrees(standing.offset_s, it.offset_s, NEAR_S)
        and _agrees(standing.low_hz, it.low_hz, NEAR_HZ)
        and _agrees(standing.high_hz, it.high_hz, NEAR_HZ)
        and it.channel in (None, standing.channel)
        and _agrees(standing.score, it.score, NEAR_SCORE)
    )


def _agrees(standing: float | None, said: float | None, near: float) -> bool:
    return said is None or (standing is not None and abs(standing - said) <= near)
