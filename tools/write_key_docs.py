"""Write docs/keys.md from the tables of actions and presets: `python -m tools.write_key_docs`."""

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtGui import QKeySequence

from desktop_app.ui.actions import SPECS, ActionSpec, what_it_does
from desktop_app.ui.key_presets import LIST_KEYS, PRESETS, WHEELS, gestures_of, keys_of

PAGE = Path(__file__).resolve().parents[1] / "docs" / "keys.md"


def page() -> str:
    """Return the page."""
    parts = (_introduction, _actions, _lists, _gestures)
    return "\n".join([line for part in parts for line in part()]) + "\n"


def _introduction() -> Iterator[str]:
    yield "# Keys and gestures"
    yield ""
    yield "*Written by `python -m tools.write_key_docs` from the tables in `desktop_app/ui`: do not edit.*"
    yield ""
    yield "Preferences (Ctrl+,) choose the preset and what the wheel does; `?` shows in the window what holds now. Keys"
    yield "that a focused widget needs for itself go to it: Space presses a button, arrows walk through a list."
    yield ""
    yield from (f"- **{preset.title}**: {preset.tip}." for preset in PRESETS.values())


def _actions() -> Iterator[str]:
    for group in dict.fromkeys(spec.group for spec in SPECS):
        rows = [spec for spec in SPECS if spec.group == group and _is_on_a_key(spec)]
        if rows:
            yield ""
            yield f"## {group}"
            yield ""
            yield f"| | {' | '.join(preset.title for preset in PRESETS.values())} |"
            yield f"|---|{'---|' * len(PRESETS)}"
            yield from (
                f"| {what_it_does(spec)} | {' | '.join(_keys(spec, preset) for preset in PRESETS)} |" for spec in rows
            )


def _is_on_a_key(spec: ActionSpec) -> bool:
    return any(keys_of(preset, spec.name, spec.keys) for preset in PRESETS)


def _keys(spec: ActionSpec, preset: str) -> str:
    shown = (
        QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
        for key in keys_of(preset, spec.name, spec.keys)
    )
    return ", ".join(f"`{key}`" for key in shown)


def _lists() -> Iterator[str]:
    yield ""
    yield "## In the folder list"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield from (f"| {keys} | {what} |" for keys, what in LIST_KEYS)


def _gestures() -> Iterator[str]:
    for wheel, words in WHEELS.items():
        yield ""
        yield f"## On the timeline, where the wheel {words[0].lower()}{words[1:]}"
        yield ""
        yield "| | |"
        yield "|---|---|"
        yield from (f"| {gesture} | {what} |" for gesture, what in gestures_of(wheel))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
