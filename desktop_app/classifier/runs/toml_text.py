"""Tables as TOML, which Python's own library only reads.

A path may hold bytes that are no UTF-8, which Python keeps as halves of letters (PEP 383) and TOML cannot hold. They
are written as letters of the last plane for private use.
"""

import re
from collections.abc import Mapping
from typing import Any

_PRIVATE = 0x100000
_HALVES, _STANDING_FOR_HALVES = re.compile("[\ud800-\udfff]"), re.compile("[\U0010d800-\U0010dfff]")


def toml_text(table: Mapping[str, Any]) -> str:
    """Return a table of texts, numbers, truths, lists and tables as TOML.

    `tomllib.loads` takes it back, and `text_of` its texts, unchanged.
    """
    lines: list[str] = []
    _write_table(table, "", lines)
    return "\n".join(lines).strip() + "\n"


def text_of(written: str) -> str:
    """Return a text as it was before it stood in TOML."""
    return _STANDING_FOR_HALVES.sub(lambda found: chr(ord(found.group()) - _PRIVATE), written)


def _write_table(table: Mapping[str, Any], where: str, lines: list[str]) -> None:
    if where:
        lines += ["", f"[{where}]"]
    for key, value in table.items():
        if not isinstance(value, dict):
            lines.append(f"{_key(key)} = {_scalar(value)}")
    for key, value in table.items():
        if isinstance(value, dict):
            _write_table(value, f"{where}.{_key(key)}".strip("."), lines)


def _key(key: str) -> str:
    bare = key and all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in key)
    return key if bare else _scalar(key)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(_scalar(item) for item in value)}]"
    if isinstance(value, str):
        value = _HALVES.sub(lambda found: chr(ord(found.group()) + _PRIVATE), value)
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + "".join(letter if letter.isprintable() else f"\\U{ord(letter):08X}" for letter in escaped) + '"'
    return repr(value)
