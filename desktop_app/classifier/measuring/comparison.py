"""Two models on the same clips: which is better, and whether the clips are enough to tell. No torch."""

from dataclasses import dataclass

from desktop_app.classifier.measuring.measures import Measures, measure
from desktop_app.classifier.measuring.metrics import Comparison, compare
from desktop_app.classifier.measuring.predictions import PredictionTable
from desktop_app.errors import UserError

CHANCE = 0.05


@dataclass(frozen=True, eq=False)
class ModelComparison:
    """What two models made of the clips that both could judge."""

    names: tuple[str, str]
    """Of the models."""
    measures: tuple[Measures, Measures]
    """Of each, on these clips alone."""
    comparison: Comparison
    """Clip by clip."""

    @property
    def certain(self) -> bool:
        """Return whether the clips tell the models apart: neither chance nor the choice of speakers explains it."""
        found = self.comparison
        return found.p_value < CHANCE and not found.interval.low <= 0 <= found.interval.high

    def sentence(self) -> str:
        """Return the outcome as people can use it."""
        found, clips = self.comparison, self.measures[0].clips
        differ = found.only_first + found.only_second
        if not found.only_first + found.only_second:
            return f"The models agree on right and wrong in all {clips:,} clips."
        chance = "< 0.001" if found.p_value < 0.001 else f"= {found.p_value:.2g}"
        test = f"McNemar’s exact test: p {chance} over {differ:,} clips on which they differ"
        between = f"{100 * found.interval.low:+.1f} and {100 * found.interval.high:+.1f} points"
        better = self.names[1] if found.difference > 0 else self.names[0]
        if self.certain:
            return f"{better} is better on clips like these ({test}; the difference lies between {between})."
        return (
            f"These clips do not tell which model is better ({test}; the difference lies between {between}): "
            "use more clips, of more speakers or sources."
        )


def compare_tables(names: tuple[str, str], first: PredictionTable, second: PredictionTable) -> ModelComparison:
    """Return how two models differ on the clips that are in both tables; UserError where there are none.

    The models may have other classes besides those of the clips. A clip's class goes by each model's own name for it.
    """
    rows, others = first.rows_of_clips(), second.rows_of_clips()
    shared = [clip for clip in rows if clip in others]
    if not shared:
        raise UserError("There are no clips whose classes both models know, so they cannot be compared on them.")
    one, other = first.subset([rows[clip] for clip in shared]), second.subset([others[clip] for clip in shared])
    return ModelComparison(names, (measure(one), measure(other)), compare(one.right, other.right, one.groups))
