"""Label files as their programs write them, in small, and how tests read them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from desktop_app.annotation.annotations import Annotation
from desktop_app.interchange.labels import FileLabels, ImportResult, LabelFormat, Options
from desktop_app.interchange.registry import read_labels, write_labels

Read = Callable[..., ImportResult]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return a function that writes a label file and reads it, by its own name and content unless a format is given."""

    def written_and_read(
        name: str, content: str | bytes, label_format: LabelFormat | None = None, **options: str
    ) -> ImportResult:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_labels(path, label_format, Options(**options))  # type: ignore[arg-type]

    return written_and_read


def table(*rows: Sequence[str], delimiter: str = "\t", end: str = "\r\n") -> str:
    """Return rows as Raven writes them."""
    return "".join(delimiter.join(row) + end for row in rows)


def only(result: ImportResult) -> list[Annotation]:
    """Return the annotations of a file that is about one recording."""
    (labels,) = result.labels
    return list(labels.annotations)


def found(result: ImportResult) -> list[tuple[str, float | None, float | None]]:
    """Return label and ends of all annotations."""
    return [(it.label, it.onset_s, it.offset_s) for each in result.labels for it in each.annotations]


def text_of(
    label_format: LabelFormat, tmp_path: Path, *annotations: Annotation, duration_s: float | None = 60.0
) -> str:
    """Return the text that a format writes for one recording, night.wav at 48 kHz."""
    labels = FileLabels("site/night.wav", annotations, duration_s, 48_000)
    (file,) = write_labels([labels], tmp_path / f"written{label_format.suffixes[0]}", label_format).files
    return file.read_bytes().decode()


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """Return a folder with recordings of 2 s at 8 kHz, some of one name in two folders."""
    folder = tmp_path / "sounds"
    noise = np.random.default_rng(3).normal(0, 0.1, 16_000).astype(np.float32)
    for name in ("a/night.wav", "b/night.wav", "dawn.flac", "Dusk.WAV"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        sf.write(folder / name, noise, 8_000, format=Path(name).suffix[1:].upper())
    return folder
