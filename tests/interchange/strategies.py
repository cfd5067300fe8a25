"""Annotations of every kind for property tests, with the texts that break tables."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from desktop_app.annotation.annotations import IMPORT_PREFIX, MANUAL, Annotation, Status

ODD_TEXTS = (
    "owl", "tawny owl", "a\tb", 'say "hoo"', '"', "a,b;c", "line\nbreak", "cr\rhere", "Käuzchen 🦉", "=1+1", "<b>&amp;",
    "0.5", "\\", "! no comment", " outer ", "{stem}", "x;0.5", "nocall?", "'", "%41", "\u2028", "\x85", "1\t2", "[]",
)  # fmt: skip
said = st.one_of(st.sampled_from(ODD_TEXTS), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
words = said.filter(lambda text: bool(text.strip()))
"""Texts that say something: blank ones are nothing in every table."""
times = st.floats(0, 1e5, allow_subnormal=False)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.one_of(st.just(UTC), zones))


@st.composite
def spans(draw: st.DrawFn) -> tuple[float | None, float | None]:
    """Return the ends of a whole recording, a point or a stretch."""
    kind = draw(st.sampled_from(["clip", "point", "region", "region", "region"]))
    if kind == "clip":
        return None, None
    onset_s = draw(times)
    return onset_s, onset_s if kind == "point" else onset_s + draw(st.floats(1e-3, 100))


@st.composite
def bands(draw: st.DrawFn) -> tuple[float | None, float | None]:
    """Return no band, a whole one or half of one."""
    low_hz, high_hz = sorted(draw(st.tuples(times, times)))
    return draw(st.sampled_from([(None, None), (None, None), (low_hz, high_hz), (low_hz, None), (None, high_hz)]))


@st.composite
def annotations(draw: st.DrawFn) -> Annotation:
    """Return any annotation."""
    onset_s, offset_s = draw(spans())
    low_hz, high_hz = draw(bands())
    return Annotation(
        label=draw(st.one_of(said, st.sampled_from(["owl", "fox"]))),
        onset_s=onset_s,
        offset_s=offset_s,
        low_hz=low_hz,
        high_hz=high_hz,
        channel=draw(st.none() | st.integers(0, 31)),
        status=draw(st.sampled_from(Status)),
        source=draw(st.sampled_from([MANUAL, f"{IMPORT_PREFIX}raven", "owl net 2", "BirdNET"])),
        score=draw(st.none() | st.floats(-1e3, 1e3, allow_subnormal=False)),
        note=draw(st.just("") | words),
        reviewer=draw(st.just("") | words),
        time=draw(st.none() | moments),
        extra=draw(st.dictionaries(words, words, max_size=3)),
    )
