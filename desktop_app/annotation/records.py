"""What a model said about a recording."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

BACKGROUND_LABELS = frozenset({"silence", "unknown", "_silence_", "_unknown_", "_background_noise_", "background"})
"""Labels that say "nothing of interest here"; a sure find elsewhere in a file outranks them."""

SURE_SCORE = 0.5
"""A find that scores above this names its file, however loud the silence around it."""


@dataclass(frozen=True)
class Prediction:
    """One label that a model gave one window of a recording."""

    path: Path
    """The recording."""
    onset_s: float
    """Start of the window in seconds from the start of the recording."""
    offset_s: float
    """End of the window in seconds, never after the end of the recording."""
    label: str
    """The class with the highest score, or unknown where the model refuses to name it."""
    score: float
    """That score, 0 to 1; of a refused window what is left of 1."""
    source: str
    """Name of the model."""
    refused: str = ""
    """The class that scored highest, but less than the model's limit; empty where none was refused."""


@dataclass(frozen=True)
class FileVerdict:
    """Everything a model said about one recording, or why it could not be judged."""

    path: Path
    """The recording."""
    predictions: tuple[Prediction, ...]
    """One for each window, in the order of their onsets; empty where there is an error."""
    error: str | None
    """One sentence for the person, or None."""

    @property
    def best(self) -> Prediction | None:
        """Return the prediction that speaks for the whole file, or None where there is none.

        It is the highest-scoring one that is not background (`BACKGROUND_LABELS`), if it scores above `SURE_SCORE`;
        else the highest-scoring one. The earlier of two equals wins.
        """
        finds = (p for p in self.predictions if p.label.lower() not in BACKGROUND_LABELS and p.score > SURE_SCORE)
        return _highest(finds) or _highest(self.predictions)

    @property
    def finds(self) -> tuple[Prediction, ...]:
        """Return what was found and where: sure predictions that are not background, in the order of their onsets.

        Windows of one label that touch or overlap are one find, with the highest score among them.
        """
        finds: list[Prediction] = []
        last: dict[str, int] = {}
        for each in self.predictions:
            if each.label.lower() in BACKGROUND_LABELS or each.score <= SURE_SCORE:
                continue
            place = last.get(each.label)
            if place is not None and each.onset_s <= finds[place].offset_s:
                before = finds[place]
                offset_s, score = max(before.offset_s, each.offset_s), max(before.score, each.score)
                finds[place] = replace(before, offset_s=offset_s, score=score)
            else:
                last[each.label] = len(finds)
                finds.append(each)
        return tuple(finds)


def _highest(predictions: Iterable[Prediction]) -> Prediction | None:
    return max(predictions, key=lambda prediction: prediction.score, default=None)
