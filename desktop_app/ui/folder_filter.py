"""What a person types into the filter box: words of the name, and terms such as class:yes score<0.6."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from desktop_app.ui.folder_row import FolderRow
from desktop_app.ui.wording import searched

Keep = Callable[[FolderRow], bool]
Compare = Callable[[float, float], bool]

HELP = (
    ("dawn chorus", "both words in the name or folder"),
    ('"dawn chorus"', "the words together"),
    ("class:yes", "labelled yes, by people or the model; class:yes,no for either"),
    ("status:draft", "to be judged; also accepted, rejected, uncertain"),
    ("labelled:no", "without any label"),
    ("score<0.6", "less sure than 0.6"),
    ("duration>2", "longer than 2 s; also 500ms, 5min, 1:02:05"),
    ("rate:16000", "sample rate; also 44.1k, rate>=96k"),
    ("channels:2", "stereo"),
    ("bits:24", "bits per sample"),
    ("encoding:mp3", "as stored; also format:wav"),
    ("size>10MB", "larger files"),
    ("modified>2026-03-01", "changed since that day"),
    ("judged:no", "not seen by a model; error:yes for unreadable files"),
    ("-class:yes", "anything but"),
)
"""Examples that teach, for the tooltip."""

_TOKEN = re.compile(r'-?(?:[a-z]+(?:<=|>=|!=|[:=<>]))?(?:"[^"]*"?|\S+)', re.IGNORECASE)
_TERM = re.compile(r"([a-z]+)(<=|>=|!=|[:=<>])(.*)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"([0-9]*\.?[0-9]+)\s*([a-zµ%]*)", re.IGNORECASE)
_CLOCK = re.compile(r"(?:\d+:)?\d+:\d\d(?:\.\d+)?")
_COMPARE: dict[str, Compare] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_SECONDS = {"": 1.0, "s": 1.0, "ms": 1e-3, "min": 60.0, "m": 60.0, "h": 3600.0}
_HERTZ = {"": 1.0, "hz": 1.0, "k": 1e3, "khz": 1e3}
_BYTES = {"": 1.0, "b": 1.0, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9}
_SHARE = {"": 1.0, "%": 0.01}
_PLAIN = {"": 1.0, "bit": 1.0}


@dataclass(frozen=True)
class _Number:
    """A field that is compared as a number."""

    get: Callable[[FolderRow], float | None]
    units: dict[str, float]
    example: str


@dataclass(frozen=True)
class _Words:
    """A field that is compared as text, case aside."""

    get: Callable[[FolderRow], str]
    whole: bool
    """The text must be equal, not just occur in it."""


_NUMBERS = {
    "score": _Number(lambda row: row.score, _SHARE, "score<0.6"),
    "duration": _Number(lambda row: row.duration_s, _SECONDS, "duration>2"),
    "rate": _Number(lambda row: row.metadata.sample_rate_hz if row.metadata else None, _HERTZ, "rate:16000"),
    "channels": _Number(lambda row: row.metadata.channels if row.metadata else None, _PLAIN, "channels:2"),
    "bits": _Number(lambda row: row.metadata.bits_per_sample if row.metadata else None, _PLAIN, "bits:16"),
    "size": _Number(lambda row: row.file.size_bytes, _BYTES, "size>10MB"),
}
_TEXTS = {
    "class": _Words(lambda row: row.label, whole=True),
    "status": _Words(lambda row: row.status or "", whole=True),
    "name": _Words(lambda row: row.name, whole=False),
    "encoding": _Words(lambda row: row.metadata.encoding if row.metadata else "", whole=False),
    "format": _Words(lambda row: row.metadata.container if row.metadata else "", whole=True),
}
_FLAGS: dict[str, Keep] = {
    "error": lambda row: bool(row.error),
    "judged": lambda row: row.best is not None,
    "labelled": lambda row: row.labels is not None,
}
_ALIASES = {"label": "class", "length": "duration", "channel": "channels", "container": "format", "file": "name"}
_FIELDS = (*_TEXTS, *_NUMBERS, "modified", *_FLAGS)
_UNCHANGING = frozenset({"name", "size", "modified"})


@dataclass(frozen=True)
class Filter:
    """What a text asks for. Terms that were not understood ask for nothing and are explained in `problem`."""

    keeps: tuple[Keep, ...] = ()
    problem: str = ""
    waits: bool = False
    """The answer for a row changes as metadata and verdicts come in."""

    def apply(self, rows: list[FolderRow]) -> list[FolderRow]:
        """Return the rows that every term keeps."""
        for keep in self.keeps:
            rows = [row for row in rows if keep(row)]
        return rows


class _BadTermError(Exception):
    """A term that cannot be understood; the text says what would be."""


def parse_filter(text: str) -> Filter:
    """Return what `text` asks for: all its words and terms at once; a minus in front turns a term round."""
    keeps: list[Keep] = []
    problems: list[str] = []
    waits = False
    for token in _TOKEN.findall(text):
        try:
            keep, field = _term(token)
        except _BadTermError as problem:
            problems.append(str(problem))
            continue
        keeps.append(keep)
        waits = waits or field not in _UNCHANGING
    return Filter(tuple(keeps), problems[0] if problems else "", waits)


def _term(token: str) -> tuple[Keep, str]:
    """Return what one word or term keeps, and which field it looks at."""
    negative = token.startswith("-") and len(token) > 1
    body = token[1:] if negative else token
    parts = _TERM.fullmatch(body)
    if parts is None:
        keep, field = _contains(searched(body.strip('"'))), "name"
    else:
        field = _ALIASES.get(parts[1].lower(), parts[1].lower())
        keep = _comparison(field, parts[2], parts[3].strip('"'), body)
    return ((lambda row: not keep(row)) if negative else keep), field


def _contains(word: str) -> Keep:
    return lambda row: word in row.search


def _comparison(field: str, sign: str, value: str, term: str) -> Keep:
    if field not in _FIELDS:
        raise _BadTermError(f"There is no “{field}”: try {', '.join(_FIELDS)}; or put the words in quotes.")
    if not value:
        raise _BadTermError(f"“{term}” waits for a value.")
    if field in _NUMBERS:
        return _number_term(_NUMBERS[field], sign, value, term)
    if field == "modified":
        return _date_term(sign, value, term)
    if sign not in (":", "=", "!="):
        raise _BadTermError(f"“{term}” cannot be compared by size: write {field}:{value}.")
    keep = _flag_term(field, value) if field in _FLAGS else _text_term(_TEXTS[field], value)
    return (lambda row: not keep(row)) if sign == "!=" else keep


def _number_term(field: _Number, sign: str, value: str, term: str) -> Keep:
    parts = _NUMBER.fullmatch(_in_seconds(value) if field.units is _SECONDS else value)
    factor = field.units.get(parts[2].lower()) if parts else None
    if parts is None or factor is None:
        raise _BadTermError(f"“{term}” needs a number, as in {field.example}.")
    number, get = round(float(parts[1]) * factor, 9), field.get
    compare = _COMPARE.get(sign) or _nearly(0.5 * 10 ** -len(parts[1].partition(".")[2]) * factor, equal=sign != "!=")

    def keep(row: FolderRow) -> bool:
        known = get(row)
        return known is not None and compare(known, number)

    return keep


def _in_seconds(value: str) -> str:
    """Return a time as the list shows it, 2:05 or 1:02:05, in seconds; any other text as it is."""
    if _CLOCK.fullmatch(value) is None:
        return value
    seconds = sum(float(part) * 60**place for place, part in enumerate(reversed(value.split(":"))))
    return f"{seconds:.{len(value.partition('.')[2])}f}"


def _nearly(tolerance: float, *, equal: bool) -> Compare:
    """Return whether two numbers are the same as far as they were written out: score:0.95 is anything shown as that."""
    return lambda known, wanted: (abs(known - wanted) < tolerance) == equal


def _date_term(sign: str, value: str, term: str) -> Keep:
    try:
        start_s = datetime.fromisoformat(value).timestamp()
    except (ValueError, OverflowError, OSError):  # no day, or none that the clock of the computer reaches
        raise _BadTermError(f"“{term}” needs a day, as in modified>2026-03-01.") from None
    if sign in (":", "=", "!="):
        on_that_day = sign != "!="
        return lambda row: (0 <= row.file.modified_s - start_s < 86_400) == on_that_day
    compare = _COMPARE[sign]
    return lambda row: compare(row.file.modified_s, start_s)


def _text_term(field: _Words, value: str) -> Keep:
    wanted = {searched(word) for word in value.split(",") if word}
    get = field.get
    if field.whole:
        return lambda row: searched(get(row)) in wanted
    return lambda row: any(word in searched(get(row)) for word in wanted)


def _flag_term(field: str, value: str) -> Keep:
    words = {"yes": True, "y": True, "1": True, "true": True, "no": False, "n": False, "0": False, "false": False}
    wanted = words.get(value.lower())
    if wanted is None:
        raise _BadTermError(f"“{field}:{value}” is answered by yes or no.")
    holds = _FLAGS[field]
    return lambda row: holds(row) == wanted
