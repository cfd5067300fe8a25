"""Names of files that a pattern makes: legal on every system, inside their folder, and free."""

import os
import re
import string
from collections.abc import Callable, Mapping
from pathlib import Path

from desktop_app.errors import UserError

LONGEST_NAME_BYTES = 200  # file systems take 255; the rest is for the ending, " (2)" and an archive's additions

# Windows: characters and names that no file may have; elsewhere they are only a nuisance in a shell.
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\.|$)", re.IGNORECASE)


def filled(pattern: str, values: Mapping[str, object]) -> str:
    """Put the values into the pattern: plain fields only, which can neither look inside objects nor swell the name.

    UserError lists the fields where the pattern is not understood.
    """
    try:
        pieces = list(string.Formatter().parse(pattern))
        for _, field, spec, conversion in pieces:
            if field is not None and (field not in values or conversion or re.search(r"\d{3}|{", spec or "")):
                raise _bad_pattern(pattern, values)
        return pattern.format_map(values)
    except ValueError as error:
        raise _bad_pattern(pattern, values) from error


def _bad_pattern(pattern: str, values: Mapping[str, object]) -> UserError:
    fields = [f"{{{name}}}" for name in values]
    return UserError(
        f"The name pattern “{pattern}” is not understood: use the fields {', '.join(fields)}, "
        f"as in {fields[0]}_{fields[-1]}."
    )


def safe(text: str) -> str:
    """Return the text with "_" for everything that no file name may hold."""
    return _FORBIDDEN.sub("_", text)


def legal_name(part: str) -> str:
    """Return the nearest name that every file system takes, and that is not hidden."""
    name = safe(part).strip(" ").lstrip(".")
    name = name.encode()[:LONGEST_NAME_BYTES].decode(errors="ignore").rstrip(" .")
    return f"_{name}" if _RESERVED.match(name) else name or "clip"


def free_path(target: Path, is_taken: Callable[[Path], bool] = os.path.lexists) -> Path:
    """Return the path itself or, where it is taken, the first of " (2)", " (3)" ... that is not.

    The numbers are doubled, then halved: asking for each in turn, 10,000 clips of one name would take minutes. Among
    names of which some in the middle are free it may be a later one of these.
    """
    if not is_taken(target):
        return target

    def numbered(number: int) -> Path:
        return target.with_name(f"{target.stem} ({number}){target.suffix}")

    taken, free = 1, 2
    while is_taken(numbered(free)):
        taken, free = free, 2 * free
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (middle, free) if is_taken(numbered(middle)) else (taken, middle)
    return numbered(free)
