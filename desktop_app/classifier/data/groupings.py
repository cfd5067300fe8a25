"""Which clips belong together: those of one speaker, or cut from one source. No torch."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from desktop_app.errors import UserError

Grouping = Callable[[Path], str]

# Speech Commands: `word_0a1b2c3d_nohash_0`; Free Spoken Digits: `7_jackson_32`; ESC-50: `1-172649-B`.
_SPEAKERS = re.compile(r"(?:^|_)([0-9a-f]{8})_nohash_|^\d_([^_]+)_\d+$")
_SOURCES = re.compile(r"^\d-(\d+)-[A-Z](?:-\d+)?$")


def speaker(path: Path) -> str:
    """Return the speaker in the names of Speech Commands and Free Spoken Digits, else the file's stem."""
    found = _SPEAKERS.search(path.stem)
    return (found.group(1) or found.group(2)) if found else path.stem


def source(path: Path) -> str:
    """Return the source recording in the names of ESC-50, else the file's stem."""
    found = _SOURCES.search(path.stem)
    return found.group(1) if found else path.stem


def itself(path: Path) -> str:
    """Return the file's stem: every clip stands for itself."""
    return path.stem


GROUPINGS: Mapping[str, Grouping] = {"speaker": speaker, "source": source, "file": itself}


def grouping_named(text: str) -> Grouping:
    """Return a grouping by its name, or by a regular expression whose first group is the group's name.

    The expression is searched in the file's stem; where it does not match, the stem is the group. UserError for
    anything else.
    """
    if text in GROUPINGS:
        return GROUPINGS[text]
    names = ", ".join(GROUPINGS)
    try:
        pattern = re.compile(text)
    except re.error as reason:
        raise UserError(
            f"“{text}” is neither a grouping ({names}) nor a regular expression ({reason}); correct it."
        ) from reason
    if pattern.groups < 1:
        raise UserError(
            f"“{text}” is neither a grouping ({names}) nor a regular expression with a group; put the part that "
            "names the group in brackets."
        )

    def by_pattern(path: Path) -> str:
        found = pattern.search(path.stem)
        return (found.group(1) if found else None) or path.stem

    return by_pattern
