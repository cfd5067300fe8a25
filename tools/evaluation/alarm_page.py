"""What docs/evaluation.md says of false alarms in long streams."""

from collections.abc import Mapping

from tools.evaluation.folds import Values
from tools.evaluation.markdown import table
from tools.evaluation.notes import ALARMS, NOISE, WHY_ALARMS

ORDER = ("shipped", "default", "fast", "seed_steady", "seed")


def alarms_part(alarms: Values) -> list[str]:
    """Return what the page says of false alarms in long streams."""
    there: dict[str, Values] = alarms["recipes"]
    recipes = {name: there[name] for name in sorted(there, key=ORDER.index)}
    first = next(iter(recipes.values()))
    how = ALARMS.format(
        fold=alarms["fold"],
        words=first["words"],
        words_min=first["words_s"] / 60,
        hours=", ".join(f"{values['others_s'] / 3600:.1f} hours for `{name}`" for name, values in recipes.items()),
        others=f"{first['other_words'] / first['others_s'] * 3600:.0f}",
        recorded=alarms["recorded"],
        earlier=alarms["earlier"],
    )
    rows = [row for name, values in recipes.items() for row in alarm_rows(name, values)]
    parts = ["### False alarms", how, table(ALARM_COLUMNS, rows), *alarm_sentences(recipes)]
    loudness = noise_rows(recipes)
    return [*parts, NOISE, table(("the background lies below", *recipes), loudness)] if loudness else parts


ALARM_COLUMNS = (
    "",
    "threshold",
    "missed",
    "taken for another",
    "false alarms an hour",
    "of them at other words",
    "from a word's end to the event",
)


def alarm_rows(recipe: str, values: Values) -> list[list[str]]:
    """Return a recipe at the misses that were asked for, and by the rule as it stands."""
    asked = {f"at {float(misses):.0%} misses": at for misses, at in values["at_misses"].items()}
    rows = []
    for name, at in {**asked, "by the rule as it stands": values["by_default"]}.items():
        cells = ["none", *["–"] * 5]
        if at:
            late = "–" if at["late_s"] is None else f"{1000 * at['late_s']:.0f} ms".replace("-", "−")
            share = f"{at['of_other_words']} of {at['false_alarms']}"
            cells = [f"{at['threshold']:g}", f"{at['misses']:.1%}", f"{at['mistaken']:.1%}", an_hour(at), share, late]
        rows.append([f"{recipe}, {name}", *cells])
    return rows


def noise_rows(recipes: Mapping[str, Values]) -> list[list[str]]:
    """Return misses and false alarms by the rule as it stands, for each level of the background; none if not known."""
    known = [values["by_noise"] for values in recipes.values() if "by_noise" in values]
    if len(known) < len(recipes):
        return []
    return [
        [f"{levels[0]['snr_db']:.0f} dB", *(f"{at['misses']:.1%} missed, {an_hour(at)} an hour" for at in levels)]
        for levels in zip(*known, strict=True)
    ]


def alarm_sentences(recipes: Mapping[str, Values]) -> list[str]:
    """Return the shipped recipe beside the seed's, and what the rule as it stands is worth; nothing without it."""
    shipped, seed = recipes.get("shipped"), recipes.get("seed_steady")
    if shipped is None:
        return []
    default = shipped["by_default"]
    text = f"At {_at_misses(shipped)}. "
    if seed:
        text += f"The seed's net by the same rule: at {_at_misses(seed)}. "
    return [
        f"{text}As the rule stands (threshold {default['threshold']:g}) the shipped recipe misses "
        f"{default['misses']:.1%} and gives {an_hour(default)} false alarms an hour.",
        *WHY_ALARMS,
    ]


def _at_misses(values: Values) -> str:
    said = (
        f"{float(misses):.0%} misses {f'{an_hour(at)} false alarms an hour' if at else 'out of reach of any threshold'}"
        for misses, at in values["at_misses"].items()
    )
    return ", at ".join(said)


def an_hour(at: Values) -> str:
    """Return false alarms an hour with their limits."""
    rate, low, high = at["an_hour"]
    return f"{rate:.1f} ({low:.1f} to {high:.1f})"
