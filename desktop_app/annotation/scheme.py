"""The classes that people label with: their order, colours, keys and groups."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from desktop_app.annotation.annotations import check_text
from desktop_app.annotation.records import BACKGROUND_LABELS
from desktop_app.colours import NEUTRAL, label_colour
from desktop_app.errors import UserError

DIGITS = "123456789"
KEYS = DIGITS + "abcdefghijklmnopqrstuvwxyz"
"""What may label by itself; the window reserves some letters for other acts."""
MOST_COLOURS = 1000


@dataclass(frozen=True, slots=True)
class LabelClass:
    """One class of a scheme. UserError says what is wrong with impossible values."""

    name: str
    """What annotations carry as their label."""
    colour: str
    """Hex, such as `#0072b2`."""
    key: str = ""
    """The one of `KEYS` that sets this label; empty: none."""
    group: str = ""
    """What it belongs to, such as "birds"; empty: nothing."""

    def __post_init__(self) -> None:
        """Refuse a class without a name and a key that cannot be one."""
        if not self.name.strip():
            raise UserError("A class needs a name: write one.")
        check_text(self.name, "class")
        if self.key and (len(self.key) != 1 or self.key not in KEYS):
            raise UserError(f"“{self.key}” cannot be the key of a class: choose a digit from 1 to 9 or a letter.")


@dataclass(frozen=True, slots=True)
class LabelScheme:
    """The classes of a project, in the order in which they are shown; each name and each key belongs to one."""

    classes: tuple[LabelClass, ...] = ()

    def __post_init__(self) -> None:
        """Refuse names and keys that two classes share."""
        for name in _twice(each.name for each in self.classes):
            raise UserError(f"There are two classes of the name “{name}”: rename one or merge them.")
        for key in _twice(each.key for each in self.classes if each.key):
            raise UserError(f"Two classes have the key “{key}”: choose another one for one of them.")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names, in order."""
        return tuple(each.name for each in self.classes)

    def get(self, name: str) -> LabelClass | None:
        """Return the class of a name, or None."""
        return next((each for each in self.classes if each.name == name), None)

    def of_key(self, key: str) -> LabelClass | None:
        """Return the class that a key sets, or None."""
        return next((each for each in self.classes if each.key == key), None) if key else None

    def colour(self, name: str) -> str:
        """Return the colour of a label as hex; of a name that is no class, grey."""
        known = self.get(name)
        return known.colour if known is not None else NEUTRAL

    def adding(self, names: Iterable[str]) -> "LabelScheme":
        """Return the scheme with a class for each new name, in the next free colour, and digit while there is one.

        Background gets no digit: those are for what people look for. A class called by a digit gets that one.
        """
        scheme, new = self, list(dict.fromkeys(names))
        for name in new:
            if name.strip() and scheme.get(name) is None:
                key = "" if name.lower() in BACKGROUND_LABELS else scheme.free_key(name, new)
                scheme = scheme.changing(LabelClass(name, scheme.free_colour(name), key))
        return scheme

    def changing(self, changed: LabelClass, name: str | None = None) -> "LabelScheme":
        """Return the scheme with the class of a name (None: its own) changed, or added at the end."""
        old = changed.name if name is None else name
        if self.get(old) is None:
            return replace(self, classes=(*self.classes, changed))
        return replace(self, classes=tuple(changed if each.name == old else each for each in self.classes))

    def without(self, names: Collection[str]) -> "LabelScheme":
        """Return the scheme without some classes."""
        return replace(self, classes=tuple(each for each in self.classes if each.name not in names))

    def free_colour(self, name: str) -> str:
        """Return the colour for a new class: the first that no class has, grey for a name of background."""
        if name.lower() in BACKGROUND_LABELS:
            return NEUTRAL
        taken = {each.colour for each in self.classes}
        colours = (label_colour(place) for place in range(MOST_COLOURS))
        return next((colour for colour in colours if colour not in taken), label_colour(len(self.classes)))

    def free_key(self, name: str, others: Collection[str] = ()) -> str:
        """Return the digit for a new class: its name, else the first that sets no label and is none of `others`."""
        taken = {each.key for each in self.classes}
        free = [digit for digit in DIGITS if digit not in taken]
        if name in free:
            return name
        return next((digit for digit in free if digit not in others), next(iter(free), ""))


def _twice(texts: Iterable[str]) -> list[str]:
    """Return the texts that come more than once."""
    return [text for text, count in Counter(texts).items() if count > 1]
