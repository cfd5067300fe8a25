"""docs/evaluation.md: every number on it comes from a file of results."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from desktop_app.classifier.measuring.metrics import class_measures
from tools.evaluation.alarm_page import alarms_part
from tools.evaluation.few_shot import few_shot_table
from tools.evaluation.folds import Values
from tools.evaluation.markdown import table
from tools.evaluation.notes import FEW_SHOT, HOW, RECIPES, SEED, SPEED, SPLITS, TRIED, WORDS
from tools.evaluation.summary import Summary, seconds_to, seconds_to_best

SEEDS = ("seed_steady", "seed")  # the first that is there is what others are compared with
FASTER_AIM, SOONER_AIM = 60.0, 30.0
ACCURACY_AIMS = {"commands12": 0.94, "digits10": 0.92, "environment10": 0.80}
LEARNT_PART = 0.1  # of the way from chance to all right: to be as good as a seed below that takes no training


@dataclass(frozen=True, eq=False)
class Found:
    """What was measured of one shipped model."""

    model: str
    """Its name."""
    recipes: Mapping[str, Summary]
    """`shipped` and the recipes of `earmark train`, as far as they are measured."""
    speed: Values
    """What `speed.measure_speed` returned."""
    pictures: Mapping[str, str]
    """What is seen -> name of the file."""
    alarms: Values | None = None
    """What `tools.evaluation.alarms` found in long streams, if it was run."""


@dataclass(frozen=True)
class Aim:
    """What was to be reached."""

    text: str
    """In words."""
    value: float | None
    """What was measured, None where nothing was."""
    wanted: float
    """The least that would do."""
    shown: str
    """The value with its unit."""

    @property
    def verdict(self) -> str:
        """Return whether it is met, or by how much it is missed."""
        if self.value is None:
            return "not measured"
        short = self.wanted - self.value
        if short <= 0:
            return "met"
        return (
            f"missed by {100 * short:.1f} points"
            if self.wanted <= 1
            else f"missed: {self.value:.0f} instead of {self.wanted:.0f}"
        )


def page(found: Sequence[Found], few_shot: Values | None, pictures: str) -> str:
    """Return the page; `pictures` is the folder of the pictures as the page names it."""
    parts = [
        "# Evaluation",
        HOW.format(date=date.today().isoformat()),
        "## Aims",
        table(
            ("aim", "measured", "met or missed"),
            [(aim.text, aim.shown, aim.verdict) for each in found for aim in aims(each)],
        ),
        "## How it is measured",
        *RECIPES,
        WORDS,
        SPEED,
    ]
    for each in found:
        parts += model_part(each, pictures)
    if few_shot:
        parts += ["## Few labels", FEW_SHOT, few_shot_table(few_shot)]
    return "\n\n".join(parts) + "\n"


def aims(found: Found) -> list[Aim]:
    """Return the aims of a model with what was reached."""
    shipped, wanted = found.recipes.get("shipped"), ACCURACY_AIMS[found.model]
    accuracy = shipped.accuracy if shipped else None
    listed = [
        Aim(
            f"{found.model}: at least {wanted:.0%} right on groups held back",
            accuracy,
            wanted,
            f"{accuracy:.1%} ({len(shipped.folds)} folds)" if shipped else "",
        )
    ]
    sooner, text = (
        sooner_than_seed(found),
        f"{found.model}: as good as the seed recipe in a {SOONER_AIM:.0f}th of its time",
    )
    if sooner:
        recipe, times = max(sooner.items(), key=lambda pair: pair[1])
        listed.append(Aim(text, times, SOONER_AIM, f"1/{times:.0f} ({recipe})"))
    elif _seed(found) is None:
        listed.append(Aim(text, None, SOONER_AIM, "no seed that has learnt anything"))
    for batch, ratio in found.speed["ratio"].items():
        text = f"{found.model}: {FASTER_AIM:.0f} times the seed's clips a second, {batch} at a time"
        listed.append(Aim(text, ratio, FASTER_AIM, f"{ratio:.0f} times"))
    return listed


def sooner_than_seed(found: Found) -> dict[str, float]:
    """Return, for each recipe that became as good as the seed's, the seed's time over its own, on the same fold."""
    seed = _seed(found)
    if seed is None:
        return {}
    fold = seed.folds[0]
    sooner = {}
    for recipe, summary in found.recipes.items():
        same = summary.fold(fold["fold"])
        taken_s = None if recipe in SEEDS or same is None else seconds_to(same, fold["accuracy"])
        if taken_s:
            sooner[recipe] = seconds_to_best(fold) / taken_s
    return sooner


def model_part(found: Found, pictures: str) -> list[str]:
    """Return what the page says of one model."""
    parts = [f"## {found.model}", SPLITS[found.model], recipes_table(found)]
    shipped = found.recipes.get("shipped")
    if shipped:
        parts += [sentence_of(shipped), folds_table(shipped)]
    parts += [speed_sentence(found.speed), *TRIED[found.model]]
    parts += [_picture(title, pictures, name) for title, name in found.pictures.items() if not _of_seed(title)]
    of_seed = [_picture(title, pictures, name) for title, name in found.pictures.items() if _of_seed(title)]
    if of_seed:
        parts += ["### The seed recipe on the same clips", *seed_sentences(found), *of_seed]
    return parts + (alarms_part(found.alarms) if found.alarms else [])


def seed_sentences(found: Found) -> list[str]:
    """Return how the trainings of the seed's net ended."""
    said = []
    for recipe in reversed(SEEDS):
        if recipe in found.recipes:
            summary = found.recipes[recipe]
            fold = summary.folds[0]
            said.append(
                SEED[recipe].format(
                    rounds=fold["epochs"],
                    minutes=summary.train_cpu_s / 60,
                    accuracy=summary.accuracy,
                    loss=summary.loss,
                    clips=summary.clips,
                    fold=fold["fold"],
                )
            )
    return [" ".join(said)] if said else []


def _picture(title: str, folder: str, name: str) -> str:
    return f"![{title}]({folder}/{name})"


def _of_seed(title: str) -> bool:
    return any(f", {recipe}:" in title for recipe in SEEDS)


def recipes_table(found: Found) -> str:
    """Return all recipes beside each other."""
    sooner, seed = sooner_than_seed(found), _seed(found)
    rows: list[list[str]] = [[label] for label in RECIPE_ROWS]
    for recipe, summary in found.recipes.items():
        fold = summary.folds[0]
        times = "it is the seed's" if summary is seed else f"1/{sooner[recipe]:.0f}" if recipe in sooner else "–"
        values = (
            ", ".join(str(each["fold"]) for each in summary.folds),
            f"{summary.clips:,}",
            f"{summary.accuracy:.1%}",
            f"{summary.macro_f1:.1%}",
            f"{summary.loss:.2f}",
            f"{summary.calibration_error:.1%}",
            f"{fold['parameters']:,}",
            f"{fold['macs'] / 1e6:.1f} M",
            _range(summary.of("epochs")),
            f"{summary.train_cpu_s:,.0f} s",
            times,
        )
        for row, value in zip(rows, values, strict=True):
            row.append(value)
    return table(("", *found.recipes), rows)


RECIPE_ROWS = (
    "folds",
    "clips judged",
    "accuracy",
    "macro F1",
    "loss",
    "calibration error",
    "parameters",
    "multiplications a window",
    "rounds",
    "training, processor time",
    "part of the seed's time until as good",
)


def sentence_of(summary: Summary) -> str:
    """Return what the folds of the shipped recipe say."""
    accuracies = summary.of("accuracy")
    there = (each for each in class_measures(summary.confusion, summary.classes) if each.clips)
    measures = sorted(there, key=lambda each: each.recall)
    worst, best = measures[0], measures[-1]
    text = (
        f"The shipped recipe judges {summary.accuracy:.1%} of {summary.clips:,} clips of {summary.groups} groups right"
    )
    if len(accuracies) > 1:
        text += f", from {min(accuracies):.1%} to {max(accuracies):.1%} over the folds"
    return (
        f"{text}. Hardest is `{worst.label}` ({worst.recall:.1%} of its clips found), easiest `{best.label}` "
        f"({best.recall:.1%})."
    )


def folds_table(summary: Summary) -> str:
    """Return the folds of the shipped recipe one by one."""
    rows = [
        (
            str(fold["fold"]),
            f"{fold['clips']:,}",
            str(len(fold["group_accuracy"])),
            f"{fold['accuracy']:.1%}",
            f"{fold['macro_f1']:.1%}",
            f"{fold['calibration_error']:.1%}",
            str(fold["epochs"]),
            f"{fold['train_cpu_s']:,.0f} s",
        )
        for fold in summary.folds
    ]
    return table(("fold", "clips", "groups", "accuracy", "macro F1", "calibration error", "rounds", "training"), rows)


def speed_sentence(speed: Values) -> str:
    """Return how fast and how large the shipped model is."""
    rates = ", ".join(
        f"{speed['ours'][batch]:,.0f} clips a second {batch} at a time ({ratio:.0f} times the seed's "
        f"{speed['seed'][batch]:,.0f})"
        for batch, ratio in speed["ratio"].items()
    )
    kib = {name: speed[f"{name}_bytes"] / 1024 for name in ("weights", "compiled")}
    return (
        f"What ships ({speed['parameters']:,} parameters, {speed['macs'] / 1e6:.1f} million multiplications a window "
        f"of {speed['window_s']:g} s) is judged by {speed['engine']} at {rates}; one thread, front-end included. "
        f"The file of weights has {kib['weights']:,.0f} KiB, the compiled one {kib['compiled']:,.0f} KiB."
    )


def write_page(path: Path, text: str) -> None:
    """Write the page, making its folder if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _seed(found: Found) -> Summary | None:
    """Return the seed recipe that others are compared with: the one that learnt more, None where none learnt much."""
    there = [found.recipes[name] for name in SEEDS if name in found.recipes]
    learnt = [summary for summary in there if summary.accuracy > _least(len(summary.classes))]
    return max(learnt, key=lambda summary: summary.accuracy, default=None)


def _range(rounds: Sequence[float]) -> str:
    return f"{min(rounds):.0f}" if min(rounds) == max(rounds) else f"{min(rounds):.0f} to {max(rounds):.0f}"


def _least(classes: int) -> float:
    chance = 1 / classes
    return chance + LEARNT_PART * (1 - chance)
