"""A model card as a page that people read."""

from collections.abc import Sequence

from desktop_app.classifier.card import ModelCard, Results
from desktop_app.classifier.frontend_config import front_end_words
from desktop_app.errors import UserError

_MARK = 100.0


FRONT_END = "front-end"


def markdown_of(card: ModelCard, *, picture: str = "", brief: bool = False) -> str:
    """Return the card as Markdown; `picture` is the address of one of what was taken for what, or empty.

    A `brief` one has some words for the front-end instead of its settings, and no table of what was taken for what.
    """
    parts = [f"# {card.name}", card.title, *_facts(card, brief=brief)]
    if card.results:
        parts += _results(card, card.results, picture, counts=not brief)
    sources = _sources(card)
    table = _table(("recordings", "clips", "licence", "by"), sources) if sources else "Not known."
    parts += ["## Trained on", table]
    parts += ["## Use", card.intended_use, "## Limits", card.limits]
    parts += [f"{card.rejection.sentence} {card.rejection.how}".strip()] if card.rejection else []
    return "\n\n".join(parts) + "\n"


def settings_of(values: object) -> str:
    """Return the settings of a front-end or a network, with their names."""
    if not isinstance(values, dict):
        return str(values)
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _facts(card: ModelCard, *, brief: bool) -> list[str]:
    rows = [
        ("classes", ", ".join(f"`{name}`" for name in card.classes)),
        ("hears", f"{card.sample_rate_hz:,} Hz mono, {card.window_s:g} s at a time"),
        (FRONT_END, _front_end(card) if brief else settings_of(card.front_end)),
        ("network", settings_of(card.network)),
        ("size", f"{card.parameters:,} parameters, {card.macs / 1e6:.1f} million multiplications for a window")
        if card.parameters
        else ("size", "not known"),
        ("temperature", f"{card.temperature:g}"),
        *([("says unknown", card.rejection.sentence)] if card.rejection else []),
        ("made", card.created),
        ("licence", card.licence),
    ]
    return [_table(("", ""), rows)]


def _results(card: ModelCard, results: Results, picture: str, *, counts: bool) -> list[str]:
    rows = [
        ("accuracy", _percent(results.accuracy)),
        ("macro F1", _percent(results.macro_f1)),
        ("calibration error", _percent(results.calibration_error)),
        ("loss", f"{results.loss:.3f}"),
        ("clips judged", f"{results.clips:,}"),
    ]
    classes = [
        (f"`{name}`", _percent(results.class_accuracy[name]) if any(row) else "not measured")
        for name, row in zip(card.classes, results.confusion, strict=True)
    ]
    confusion = [(f"`{name}`", *row) for name, row in zip(card.classes, results.confusion, strict=True)]
    matrix = _table(("", *(f"`{name}`" for name in card.classes)), confusion)
    return [
        "## How good it is",
        results.how,
        _table(("measure", "value"), rows),
        _table(("class", "judged right"), classes),
        *(("Rows: what it is. Columns: what it was taken for.", matrix) if counts else ()),
        *([f"![What was taken for what]({picture})"] if picture else []),
        "### By speaker",
        _spread(results),
    ]


def _spread(results: Results) -> str:
    accuracies = sorted(results.group_accuracy.values())
    if not accuracies:
        return "Not measured."
    middle = accuracies[len(accuracies) // 2]
    perfect = sum(value == 1 for value in accuracies)
    tenth = len(accuracies) // 10
    lowest = f"a tenth are judged right in at most {_percent(accuracies[tenth - 1])}, " if tenth else ""
    return (
        f"{len(accuracies)} groups (speakers, or sources of background); half of them are judged right in at least "
        f"{_percent(middle)} of their clips, {perfect} in all of them; {lowest}the worst in {_percent(accuracies[0])}. "
        "The card in the model file has every one."
    )


def _sources(card: ModelCard) -> list[tuple[object, ...]]:
    return [(source.name, f"{source.clips:,}", source.licence, source.attribution) for source in card.trained_on]


def _front_end(card: ModelCard) -> str:
    try:
        return front_end_words(card.front_end, card.sample_rate_hz)
    except UserError:  # a newer version's: its names tell more than nothing
        return settings_of(card.front_end)


def _percent(share: float) -> str:
    return f"{share * _MARK:.1f} %"


def _table(head: tuple[object, ...], rows: Sequence[tuple[object, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
