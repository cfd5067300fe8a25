"""Keys and gestures of other programs, for hands that know them: the one table that differs from `actions.SPECS`.

What Audacity and Raven do is known from Audacity's manual and sources, and of Raven from the people who use it.
"""

from dataclasses import dataclass, field
from typing import Literal

PresetName = Literal["earmark", "audacity", "raven"]
Wheel = Literal["scroll", "zoom"]


@dataclass(frozen=True)
class KeyPreset:
    """The keys that one program uses for what Earmark does too."""

    title: str
    """Name of the program."""
    tip: str
    """What differs, in a few words."""
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys by the name of the action, in place of those in the table of actions; the first is the one shown."""


PRESETS: dict[str, KeyPreset] = {
    "earmark": KeyPreset("Earmark", "Letters go from file to file, as in a review"),
    "audacity": KeyPreset(
        "Audacity",
        "P plays and stops, Ctrl+1 and Ctrl+3 zoom, Ctrl+K deletes",
        {
            "play": ("Space", "P"),
            "previous_file": ("Ctrl+Up",),
            "mark": ("Ctrl+M", "Ctrl+."),
            "delete_label": ("Ctrl+K", "Shift+Del"),
            "find": ("/",),
            "zoom_in": ("Ctrl+1", "Ctrl+=", "+", "="),
            "zoom_out": ("Ctrl+3", "Ctrl+-", "-"),
            "preferences": ("Ctrl+P", "Ctrl+,"),
        },
    ),
    "raven": KeyPreset(
        "Raven",
        "After a click on the sound Down and Up walk through the annotations; Ctrl+Down and Ctrl+Up through the files",
        {
            "next_label": ("Down", "Alt+Right"),
            "previous_label": ("Up", "Alt+Left"),
        },
    ),
}

WHEELS: dict[str, str] = {"scroll": "Scrolls in time, with Ctrl it zooms", "zoom": "Zooms, with Ctrl it scrolls"}
"""What the wheel does over the sound, by its word in the settings."""

_WHEEL_ROWS: dict[str, tuple[tuple[str, str], ...]] = {
    "scroll": (("Wheel", "Scroll in time"), ("Ctrl + wheel", "Zoom in time at the pointer")),
    "zoom": (("Wheel", "Zoom in time at the pointer"), ("Ctrl or Shift + wheel", "Scroll in time")),
}


def keys_of(preset: str, action: str, own: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys of an action in a preset; `own` are those it has in the table of actions."""
    return PRESETS[preset].keys.get(action, own)


def gestures_of(wheel: str) -> tuple[tuple[str, str], ...]:
    """Return what the mouse does on the timeline: the gesture, and what comes of it."""
    return (
        ("Drag", "Select time; on the spectrogram a box in time and frequency"),
        ("Drag an edge", "Move that edge of the selection"),
        ("Click", "Set the play head, and select the annotation there; Ctrl adds it to the selected"),
        ("Shift + click", "Select up to there"),
        ("Double-click", "Play from there, or the selection"),
        *_WHEEL_ROWS[wheel],
        ("Middle drag", "Move the view"),
        ("Wheel on the Hz axis", "Zoom in frequency; drag moves, double-click shows all"),
        ("Wheel on amplitude", "Stretch the waveform"),
    )


LIST_KEYS: tuple[tuple[str, str], ...] = (
    ("Key of a class", "Label the clip, or correct what a model said, and go on; Shift adds a second label"),
    ("Right", "Skip the file"),
    ("Left", "Go back, also to a file that the filter hides since it was judged"),
)
"""What keys do in the folder list that they do not do elsewhere."""
