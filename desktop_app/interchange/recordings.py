"""Finding the recordings that label files speak of: other folders, other systems, other endings, the same sound."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from unicodedata import normalize

from desktop_app.audio.formats import is_audio_name
from desktop_app.audio.metadata import probe
from desktop_app.audio.sources import find_audio
from desktop_app.errors import UserError
from desktop_app.interchange.labels import FileLabels

_UPLOAD = re.compile(r"^[0-9a-f]{8}-(?=.)")
"""What Label Studio puts before the names of uploaded files."""
_DRIVE = re.compile(r"^([a-z]:|file:|https?:|s3:|gs:)$")


@dataclass(frozen=True)
class Found:
    """Which recording labels belong to."""

    path: str | None
    """One of the paths that were offered; None where none fits or several fit as well."""
    problem: str = ""
    """Why there is none, in one sentence."""


class RecordingFinder:
    """Finds recordings by what a label file writes: its name without regard to case, its folders from the end on.

    A name that does not occur is looked for without its ending, so `night.WAV` finds `night.flac`. Paths are as the
    caller has them, for example from a project's folder on; 100,000 of them take half a second.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            name = _parts(path)[-1]
            self._by_name[name].append(path)
            self._by_stem[_stem(name)].append(path)

    def find(self, labels: FileLabels, label_file: Path | None = None) -> Found:
        """Return the recording of some labels; `label_file` is where they were read, beside which it may lie."""
        written = labels.path
        if not labels.named and label_file is not None:
            written = str(label_file.absolute().parent / labels.path)
        parts = _parts(written)
        candidates = self._candidates(parts[-1]) if parts else []
        if not candidates:
            return Found(
                None, f"There is no recording called “{labels.name}” here: add it to the folder and import again."
            )
        best = _nearest(candidates, parts)
        if len(best) > 1:
            best = [path for path in best if path == written.replace("\\", "/")] or best
        if len(best) > 1 and label_file is not None:
            best = _nearest(best, [*_parts(str(label_file.absolute().parent)), parts[-1]])
        if len(best) > 1:
            several = ", ".join(f"“{path}”" for path in best[:3])
            return Found(
                None,
                f"Several recordings are called “{labels.name}” ({several}): put the label file beside the one meant.",
            )
        return Found(best[0])

    def place(self, labels: FileLabels, label_file: Path | None = None) -> list[tuple[FileLabels, Found]]:
        """Return labels with their recording; where it is not here but clips cut out of it are, those on the clips."""
        found = self.find(labels, label_file)
        if found.path is not None:
            return [(labels, found)]
        clips = [(each, self.find(each, label_file)) for each in labels.otherwise]
        return clips if any(clip.path is not None for _, clip in clips) else [(labels, found)]

    def _candidates(self, name: str) -> list[str]:
        for wanted in dict.fromkeys((name, _UPLOAD.sub("", name))):
            found = self._by_name.get(wanted) or self._by_stem.get(wanted) or self._by_stem.get(_stem(wanted))
            if found:
                return found
        return []


def _parts(path: str) -> list[str]:
    """Return the folders and the name, for comparing: either slash, no case, no drive and no `.`.

    Letters with accents are one sign or two, as macOS wrote them.
    """
    plain = path if path.isascii() else normalize("NFC", path)
    parts = [part for part in plain.replace("\\", "/").casefold().split("/") if part not in ("", ".")]
    return parts[1:] if len(parts) > 1 and _DRIVE.match(parts[0]) else parts


def _stem(name: str) -> str:
    return name.rpartition(".")[0] if is_audio_name(name) else name


def _nearest(paths: Sequence[str], parts: Sequence[str]) -> list[str]:
    """Return the paths that have most folders in common with one that is in parts."""
    most = max(_common_end(_parts(path), parts) for path in paths)
    return [path for path in paths if _common_end(_parts(path), parts) == most]


def _common_end(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many folders two paths have in common, counted from their names on."""
    count = 0
    for left, right in zip(reversed(one[:-1]), reversed(other[:-1]), strict=False):
        if left != right:
            return count
        count += 1
    return count


def finder_below(folder: Path, tell: Callable[[str], None]) -> RecordingFinder:
    """Return the finder of the recordings in a folder and below it; what cannot be listed is told."""
    return RecordingFinder(entry.path.relative_to(folder).as_posix() for entry in find_audio(folder, problems=tell))


def finder_in(folder: Path) -> RecordingFinder:
    """Return the finder of the recordings in a folder itself; none where it cannot be listed."""
    try:
        return RecordingFinder(entry.name for entry in folder.iterdir() if is_audio_name(entry.name))
    except OSError:
        return RecordingFinder(())


def located(
    labels: Iterable[FileLabels], folder: Path, finder: RecordingFinder, label_file: Path | None = None
) -> tuple[list[FileLabels], list[str]]:
    """Return labels whose recordings a finder knows in a folder, with real paths, lengths and rates; and problems.

    Labels whose recording is not found or not readable are told and left out.
    """
    problems: list[str] = []
    kept: list[FileLabels] = []
    for each, found in chain.from_iterable(finder.place(each, label_file) for each in labels):
        if found.path is None:
            problems.append(found.problem)
            continue
        try:
            kept.append(measured(replace(each, path=str(folder / found.path), named=True)))
        except UserError as error:
            problems.append(str(error))
    return kept, problems


def measured(labels: FileLabels) -> FileLabels:
    """Return labels with the length and the sample rate of the recording at their path; UserError if there is none."""
    metadata = probe(labels.path)
    return replace(labels, duration_s=metadata.duration_s, sample_rate_hz=metadata.sample_rate_hz)


def beside(labels: Sequence[FileLabels], label_file: Path, finder: RecordingFinder) -> list[FileLabels]:
    """Return labels with what recordings beside their label file tell (`finder_in`): their names, lengths and rates.

    Those that are not there stay as they are. A folder that is a label file itself names its recordings.
    """
    is_folder = label_file.is_dir()
    folder = label_file if is_folder else label_file.absolute().parent
    completed = []
    for each in labels:
        found = each.path if is_folder else finder.find(each, label_file).path
        completed.append(_completed(each, folder, found) if found else each)
    return completed


def _completed(labels: FileLabels, folder: Path, found: str) -> FileLabels:
    try:
        known = measured(replace(labels, path=str(folder / found)))
    except UserError:
        return labels
    return replace(known, path=labels.path if labels.named else found, named=True)
