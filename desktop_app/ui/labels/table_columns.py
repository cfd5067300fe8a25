"""The columns of the table of all annotations, and what stands in them."""

from collections.abc import Callable
from dataclasses import dataclass

from desktop_app.annotation.annotations import Extent
from desktop_app.annotation.table_query import Order, TableRow
from desktop_app.audio.measurements import Measurements
from desktop_app.ui.labels.annotation_table import STATUS_WORDS
from desktop_app.ui.ticks import MINUS, hertz_number, seconds_words
from desktop_app.ui.wording import clock

NOTHING = "–"
"""Stands where a measurement cannot be made."""


@dataclass(frozen=True)
class LabelColumn:
    """One column of the table."""

    name: str
    """The word settings use."""
    title: str
    width: int
    """Pixels it has at first."""
    tip: str = ""
    """What it means."""
    order: Order | None = None
    """What a click on its header sorts by; None: by what is measured."""
    is_number: bool = False
    """Whether it stands to the right."""
    words: Callable[[TableRow], str] | None = None
    """What stands in it."""
    measured: Callable[[Measurements], float | None] | None = None
    """What is measured from the sound; shown on request."""
    form: Callable[[float], str] = hertz_number
    """How it is written."""

    def measured_words(self, found: Measurements) -> str:
        """Return what stands in a measured column."""
        value = self.measured(found) if self.measured is not None else None
        return NOTHING if value is None else self.form(value).replace("-", MINUS)


def _onset(row: TableRow) -> str:
    return "whole" if row.annotation.onset_s is None else clock(row.annotation.onset_s)


def _duration(row: TableRow) -> str:
    it = row.annotation
    if it.extent is Extent.POINT:
        return "point"
    return "" if it.duration_s is None else seconds_words(it.duration_s)


def _hertz(hz: float | None) -> str:
    return "" if hz is None else hertz_number(hz)


def _decibels(db: float) -> str:
    return f"{db:.1f}"


def _time(row: TableRow) -> str:
    """Return the moment in local time."""
    time = row.annotation.time
    return "" if time is None else time.astimezone().strftime("%Y-%m-%d %H:%M")


def _score(row: TableRow) -> str:
    return "" if row.annotation.score is None else f"{row.annotation.score:.2f}"


LABEL, RECORDING = "label", "recording"
COLUMNS: tuple[LabelColumn, ...] = (
    LabelColumn(LABEL, "Label", 144, order=Order.LABEL, words=lambda row: row.annotation.label or "?"),
    LabelColumn(
        RECORDING,
        "Recording",
        224,
        "Sorted by path, then by onset",
        Order.PATH,
        words=lambda row: row.path,
    ),
    LabelColumn(
        "status",
        "Status",
        80,
        "What people think of it",
        Order.STATUS,
        words=lambda r: STATUS_WORDS[r.annotation.status],
    ),
    LabelColumn("score", "Score", 56, "What its source gave it", Order.SCORE, is_number=True, words=_score),
    LabelColumn("onset", "Onset", 88, "Start in the recording", Order.ONSET, is_number=True, words=_onset),
    LabelColumn("duration", "Duration", 80, "", Order.DURATION, is_number=True, words=_duration),
    LabelColumn(
        "low",
        "Low Hz",
        80,
        "Lower edge of the box",
        Order.LOW,
        is_number=True,
        words=lambda row: _hertz(row.annotation.low_hz),
    ),
    LabelColumn(
        "high",
        "High Hz",
        80,
        "Upper edge of the box",
        Order.HIGH,
        is_number=True,
        words=lambda row: _hertz(row.annotation.high_hz),
    ),
    LabelColumn("source", "Source", 120, "Who made it", Order.SOURCE, words=lambda row: row.annotation.source),
    LabelColumn(
        "reviewer", "Reviewer", 88, "Who judged it last", Order.REVIEWER, words=lambda row: row.annotation.reviewer
    ),
    LabelColumn("time", "Time", 136, "When it was made or judged", Order.TIME, words=_time),
    LabelColumn("note", "Note", 200, order=Order.NOTE, words=lambda row: row.annotation.note.replace("\n", " ")),
    LabelColumn(
        "centre",
        "Centre Hz",
        80,
        "Half of the energy lies below this frequency",
        is_number=True,
        measured=lambda it: it.centre_hz,
    ),
    LabelColumn(
        "peak_frequency",
        "Peak Hz",
        80,
        "Frequency with the most energy",
        is_number=True,
        measured=lambda it: it.peak_hz,
    ),
    LabelColumn(
        "bandwidth",
        "Bandwidth 90 %",
        112,
        "Hz that hold the middle 90 % of the energy",
        is_number=True,
        measured=lambda it: it.bandwidth_90_hz,
        form=lambda hz: f"{hertz_number(hz)} Hz",
    ),
    LabelColumn(
        "duration_90",
        "Duration 90 %",
        104,
        "Time that holds the middle 90 % of the energy",
        is_number=True,
        measured=lambda it: it.duration_90_s,
        form=seconds_words,
    ),
    LabelColumn(
        "rms", "RMS dB", 64, "Level re full scale", is_number=True, measured=lambda it: it.rms_db, form=_decibels
    ),
    LabelColumn(
        "peak",
        "Peak dB",
        64,
        "Largest sample re full scale",
        is_number=True,
        measured=lambda it: it.peak_db,
        form=_decibels,
    ),
    LabelColumn(
        "snr",
        "SNR dB",
        64,
        "Estimate, against the second before and after",
        is_number=True,
        measured=lambda it: it.snr_db,
        form=_decibels,
    ),
)
"""In their order. Duration and both edges of the box are the first three of the ten measurements."""

NAMES = tuple(column.name for column in COLUMNS)
MEASURED = tuple(column.name for column in COLUMNS if column.measured is not None)


def place_of(order: Order) -> int:
    """Return the number of the column that sorts by this."""
    return next(number for number, column in enumerate(COLUMNS) if column.order is order)
