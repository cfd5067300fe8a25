"""Round numbers for axes, and the words for times, frequencies and levels."""

import math
from collections.abc import Iterator

from desktop_app.audio.frequency_axis import FrequencyAxis

_LONG_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400)
MINUS = "\N{MINUS SIGN}"


def time_step(span_s: float, most: float) -> float:
    """Return the smallest round step in seconds that divides `span_s` into at most `most` parts."""
    wanted = span_s / max(most, 1)
    if wanted <= 1:
        return _decimal_step(wanted)
    return next((step for step in _LONG_STEPS_S if step >= wanted), _decimal_step(wanted / 3600) * 3600)


def time_ticks(start_s: float, stop_s: float, most: float) -> list[tuple[float, str]]:
    """Return the round times between two times, with their words."""
    step = time_step(stop_s - start_s, most)
    first = math.ceil(start_s / step - 1e-9)
    count = math.floor((stop_s - first * step) / step + 1e-9) + 1
    places = max(0, -math.floor(math.log10(step) + 1e-9))
    times = [(first + i) * step for i in range(count)]
    return [(at_s, clock_words(at_s, places, minutes=stop_s >= 60)) for at_s in times]


def clock_words(seconds: float, places: int = 3, *, minutes: bool = False) -> str:
    """Return a time as s.mmm s below a minute (0:ss.mmm if `minutes`), m:ss.mmm below an hour, h:mm:ss.mmm beyond."""
    whole = round(abs(seconds), places)
    sign = MINUS if seconds < 0 and whole else ""
    whole_minutes, rest = divmod(whole, 60)
    hours, minute = divmod(int(whole_minutes), 60)
    width = places + 3 if places else 2
    if hours:
        return f"{sign}{hours}:{minute:02d}:{rest:0{width}.{places}f}"
    if minute or minutes:
        return f"{sign}{minute}:{rest:0{width}.{places}f}"
    return f"{sign}{rest:.{places}f} s"


def hertz_words(hz: float, digits: int = 4) -> str:
    """Return a frequency in Hz or kHz with at most `digits` digits and no idle zeros."""
    value, unit = (hz / 1000, "kHz") if hz >= 1000 else (hz, "Hz")
    before = max(len(str(int(value))), 1)
    words = f"{value:.{max(digits - before, 0)}f}"
    return f"{words.rstrip('0').rstrip('.') if '.' in words else words} {unit}"


def steady_hertz_words(hz: float) -> str:
    """Return a frequency with a fixed number of decimals, for a read-out that must not jump."""
    return f"{hz / 1000:.3f} kHz" if hz >= 999.5 else f"{hertz_number(hz)} Hz"


def hertz_number(hz: float) -> str:
    """Return a frequency for a column of Hz: whole, with a decimal where infrasound needs it."""
    return f"{hz:,.0f}" if hz >= 99.95 else f"{hz:.1f}"


def seconds_words(seconds: float) -> str:
    """Return a length to the millisecond, or to a tenth of one where a click or a bat's call lasts but a few."""
    return f"{seconds:.{3 if seconds >= 0.09995 else 4}f} s"


def decibel_words(db: float, places: int = 1) -> str:
    """Return a level with a true minus sign."""
    words = f"{abs(db):.{places}f} dB"
    return f"{MINUS}{words}" if db < 0 and float(f"{abs(db):.{places}f}") else words


def frequency_ticks(axis: FrequencyAxis, most: int) -> list[tuple[float, str]]:
    """Return positions on the axis (0 to 1) of round frequencies at least 1/`most` apart, with their words."""
    wanted = list(_round_frequencies(axis, most))
    ticks: list[tuple[float, str]] = []
    for hz in wanted:
        position = axis.position(hz)
        if 0 <= position <= 1 and (not ticks or position - ticks[-1][0] >= 1 / max(most, 1)):
            ticks.append((position, hertz_words(hz)))
    return ticks


def _round_frequencies(axis: FrequencyAxis, most: int) -> Iterator[float]:
    if axis.scale == "linear" or axis.high_hz < 4 * axis.low_hz:
        step = _decimal_step((axis.high_hz - axis.low_hz) / max(most, 1))
        first = math.ceil(axis.low_hz / step - 1e-9)
        yield from (index * step for index in range(first, math.floor(axis.high_hz / step + 1e-9) + 1))
        return
    if axis.low_hz == 0:
        yield 0.0
    decade = 10.0 ** math.floor(math.log10(max(axis.low_hz, 10.0)))
    while decade <= axis.high_hz:
        yield from (decade * mantissa for mantissa in ((1, 2, 5) if axis.scale == "log" else (1, 2, 3, 5)))
        decade *= 10


def _decimal_step(wanted: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is at least `wanted`."""
    power = 10.0 ** math.floor(math.log10(max(wanted, 1e-12)))
    return next(power * mantissa for mantissa in (1, 2, 5, 10) if power * mantissa >= wanted * (1 - 1e-9))
