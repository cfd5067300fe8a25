"""Sonic Visualiser's layers as SVL: XML whose places are frames. Only read; CSV says the same.

Read with expat, event by event: nothing of the document is expanded, and one that declares entities is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from desktop_app.annotation.annotations import Annotation
from desktop_app.errors import UserError
from desktop_app.interchange.columns import checked
from desktop_app.interchange.labels import FileLabels, Keeps, LabelFormat, Options, band, span, stem_of
from desktop_app.interchange.reading import DamagedRowError, Glimpse, Notes, number, read_bytes
from desktop_app.interchange.sonic_visualiser import VALUE


class _RefusedError(Exception):
    """The document declares entities."""


@dataclass
class _Layer:
    """What is read of the document."""

    notes: Notes
    rate_hz: float = 0.0
    annotations: list[Annotation] = field(default_factory=list)
    points: int = 0

    def element(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take one element: the model tells the rate, points are labels."""
        if name == "model" and "sampleRate" in attributes:
            with self.notes.row(0, "Model"):
                self.rate_hz = float(number(attributes["sampleRate"], "sample rate"))
        elif name == "point":
            self.points += 1
            with self.notes.row(self.points, "Point"):
                self.annotations.append(self._annotation(attributes))

    def _annotation(self, attributes: Mapping[str, str]) -> Annotation:
        if self.rate_hz <= 0:
            raise DamagedRowError("the layer has no sample rate")
        frame = number(attributes.get("frame", ""), "frame")
        frames = number(attributes.get("duration", "0"), "duration")
        onset_s, offset_s = span(float(frame) / self.rate_hz, float(frame + frames) / self.rate_hz)
        low_hz = high_hz = None
        extra = {}
        if "extent" in attributes:
            low, extent = number(attributes.get("value", ""), "value"), number(attributes["extent"], "extent")
            low_hz, high_hz = band(float(low), float(low + extent))
        elif attributes.get("value"):
            extra[VALUE] = attributes["value"]
        ends = {"onset_s": onset_s, "offset_s": offset_s, "low_hz": low_hz, "high_hz": high_hz}
        return checked(Annotation, attributes.get("label", "").strip(), **ends, extra=extra, **FORMAT.default)


def recognises(seen: Glimpse) -> bool:
    """Return whether it is a layer in XML."""
    return seen.name.endswith(".svl") or "<sv>" in seen.text[:1024]


def read(path: Path, notes: Notes, _options: Options) -> list[FileLabels]:
    """Return the points of all layers; UserError where the file is no XML."""
    layer = _Layer(notes)
    parser = expat.ParserCreate()
    parser.StartElementHandler = layer.element
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(read_bytes(path), True)
    except expat.ExpatError as error:
        if not layer.annotations:
            raise UserError(
                f"“{notes.name}” is no proper XML (line {error.lineno}): export the layer again."
            ) from error
        notes.problems.append(f"“{notes.name}” is damaged at line {error.lineno}: what stands before it was read.")
    except _RefusedError as error:
        raise UserError(f"“{notes.name}” declares entities, which no layer does: it is not read.") from error
    return [FileLabels(stem_of(path), tuple(layer.annotations), named=False)]


def _refuse(*_declaration: object) -> None:
    raise _RefusedError


FORMAT = LabelFormat(
    name="svl",
    title="Sonic Visualiser SVL",
    suffixes=(".svl",),
    recognises=recognises,
    read=read,
    keeps=Keeps(),
)
