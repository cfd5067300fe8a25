"""The store as a dictionary, and strategies that make annotations and edits of every kind."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st

from desktop_app.annotation.annotations import MANUAL, Annotation, Status
from desktop_app.annotation.edits import Edit
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.scheme import LabelScheme

RECORDINGS = tuple(Recording(f"folder/{name}.wav", 1000, name * 32, id=f"recording {name}") for name in "abc")
LABELS = ("robin", "wren", "", "Großer \t Brachvogel\n", "“quoted”, 鳥")


@dataclass
class Model:
    """What a store should hold."""

    annotations: dict[str, Annotation] = field(default_factory=dict)
    scheme: LabelScheme = field(default_factory=LabelScheme)

    def apply(self, edit: Edit) -> None:
        """Do what `AnnotationStore.apply` promises."""
        for gone in edit.removed:
            assert self.annotations.pop(gone.id) == gone
        if edit.renamed is not None:
            old, new = edit.renamed
            renamed = {key: replace(it, label=new) for key, it in self.annotations.items() if it.label == old}
            self.annotations.update(renamed)
        self.annotations.update((each.id, each) for each in edit.added)
        if edit.scheme is not None:
            assert self.scheme == edit.scheme[0]
            self.scheme = edit.scheme[1]

    def of(self, recording_id: str) -> set[Annotation]:
        """Return the annotations of a recording."""
        return {it for it in self.annotations.values() if it.recording_id == recording_id}


def times() -> st.SearchStrategy[datetime]:
    """Return times of any offset from UTC, to the microsecond."""
    offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    return st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1), timezones=offsets)


@st.composite
def annotations(draw: st.DrawFn) -> Annotation:
    """Return an annotation of any extent, with every field."""
    seconds = st.floats(0, 1e6)
    ends = draw(st.none() | st.tuples(seconds, seconds).map(lambda pair: (min(pair), max(pair))))
    hertz = st.floats(0, 1e5)
    edges = draw(st.tuples(st.none() | hertz, st.none() | hertz))
    low_hz, high_hz = edges if None in edges else sorted(edges)  # type: ignore[type-var]
    return Annotation(
        draw(st.sampled_from(LABELS)),
        draw(st.sampled_from(RECORDINGS)).id,
        *(ends or (None, None)),
        low_hz=low_hz,
        high_hz=high_hz,
        channel=draw(st.none() | st.integers(0, 7)),
        status=draw(st.sampled_from(list(Status))),
        source=draw(st.sampled_from([MANUAL, "commands12", "import: Raven"])),
        score=draw(st.none() | st.floats(0, 1)),
        note=draw(st.text(max_size=5)),
        reviewer=draw(st.sampled_from(["", "Ada"])),
        time=draw(st.none() | times()),
        extra=draw(st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2)),
    )
