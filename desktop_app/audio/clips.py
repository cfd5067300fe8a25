"""Export parts of recordings: cut exactly, mixed, resampled and re-encoded, under safe names of a chosen pattern."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt

from desktop_app.audio.atomic import explain_write_error
from desktop_app.audio.formats import format_for_path, format_named
from desktop_app.audio.names import filled, free_path, legal_name, safe
from desktop_app.audio.reader import Reader, open_audio
from desktop_app.audio.sources import shown_name
from desktop_app.audio.writer import BLOCK_FRAMES, SaveReport, save_audio
from desktop_app.errors import UserError

Frames = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]

PATTERN_FIELDS = {
    "stem": "name of the recording without its ending",
    "suffix": "ending of the recording without its dot",
    "folder": "name of the folder in which the recording lies",
    "onset_s": "start of the clip in seconds",
    "offset_s": "end of the clip in seconds",
    "label": "label of the clip, empty where it has none",
    "index": "number of the clip in this export, from 1",
}
"""What a file-name pattern may hold, for dialogs and help texts."""


@dataclass(frozen=True)
class ExportSettings:
    """How clips are written."""

    format: str = "FLAC"
    """A name of `formats.writable_formats()`."""
    encoding: str | None = None
    """One of the format's encodings; None: its default."""
    bits_per_sample: int | None = None
    """One of the encoding's depths; None: its default."""
    sample_rate_hz: int | None = None
    """Sample rate of the clips; None: keep each recording's."""
    mono: bool = False
    """Whether the channels are mixed (averaged) to one."""
    pattern: str = "{stem}_{onset_s:.2f}-{offset_s:.2f}"
    """File name without ending; `PATTERN_FIELDS` says what may stand in it, "/" makes folders."""


@dataclass(frozen=True)
class ClipRequest:
    """One part of one recording."""

    source: Path
    """The recording."""
    onset_s: float = 0.0
    """Start in seconds."""
    offset_s: float | None = None
    """End in seconds; None, or beyond the end: the end of the recording."""
    label: str = ""
    """What the name pattern shows as label."""


def clip_name(request: ClipRequest, settings: ExportSettings, index: int = 1) -> str:
    """Return the path that the pattern gives this clip, relative to the target folder, "/" between folders.

    Every part of it is a legal name on Linux, macOS and Windows, and none leads out of the folder. The end of a clip
    that runs to the end of its recording reads "end". UserError lists the fields where the pattern is not understood.
    """
    values: dict[str, object] = {
        "stem": safe(request.source.stem),
        "suffix": safe(request.source.suffix.lstrip(".")),
        "folder": safe(request.source.absolute().parent.name),
        "onset_s": _Seconds(request.onset_s),
        "offset_s": _Seconds("inf" if request.offset_s is None else request.offset_s),
        "label": safe(request.label),
        "index": index,
    }
    parts = [legal_name(part) for part in filled(settings.pattern, values).split("/") if part.strip(" .")]
    suffix = format_named(settings.format).suffixes[0]
    return "/".join(parts or ["clip"]) + suffix


class _Seconds(float):
    """A time that reads well in a file name without a format: 0.3 and not 0.30000000000000004."""

    def __format__(self, spec: str) -> str:
        if self == float("inf"):
            return "end"
        return super().__format__(spec) if spec else f"{self:.3f}".rstrip("0").rstrip(".")


def export_clip(
    request: ClipRequest,
    folder_or_path: Path,
    settings: ExportSettings,
    *,
    index: int = 1,
    progress: Progress | None = None,
) -> SaveReport:
    """Cut one clip and write it; return what was written and where.

    In a folder, which is created if need be, the clip gets the name of the pattern, with " (2)" and so on where that
    is taken. A path that ends like an audio file (and is no folder) is written as it stands, replacing what was there,
    but never the recording itself. The cut is exact to the frame: from round(onset_s * rate) to round(offset_s * rate).

    `progress` is called with the frames done and wanted; what it raises ends the export, and nothing is left behind.
    UserError where the recording cannot be read, the clip lies outside it, or it cannot be written. Any thread.
    """
    if format_for_path(folder_or_path) is None or folder_or_path.is_dir():
        return _written(request, settings, lambda exact: _place_in(folder_or_path, exact, settings, index), progress)
    if folder_or_path.resolve() == request.source.resolve():
        raise UserError(f"“{shown_name(folder_or_path)}” is the recording itself: choose another name.")
    return _written(request, settings, lambda _: folder_or_path, progress)


def _written(
    request: ClipRequest,
    settings: ExportSettings,
    place_of: Callable[[ClipRequest], Path],
    progress: Progress | None,
) -> SaveReport:
    """Cut one clip and write it where `place_of` says, which is told its exact ends."""
    with open_audio(request.source) as reader:
        start, stop = _frame_range(request, reader)
        exact = replace(request, onset_s=start / reader.sample_rate_hz, offset_s=stop / reader.sample_rate_hz)
        report = save_audio(
            place_of(exact),
            _cut(reader, (start, stop), settings.mono, progress),
            reader.sample_rate_hz,
            format=settings.format,
            encoding=settings.encoding,
            bits_per_sample=settings.bits_per_sample,
            output_rate_hz=settings.sample_rate_hz,
        )
        return replace(report, notes=(*reader.notes, *report.notes))


def export_clips(
    requests: Iterable[ClipRequest], folder: Path, settings: ExportSettings, *, progress: Progress | None = None
) -> Iterator[tuple[ClipRequest, SaveReport | UserError]]:
    """Export one clip after the other and yield what became of each; a clip that fails does not stop the others.

    `folder` is one, whatever its name: no file that is there is written anew. A file in its place, a pattern or a
    format that is wrong for all of them raises UserError before the first. Closing the generator stops.
    """
    clip_name(ClipRequest(Path("recording")), settings)
    with suppress(PermissionError):  # the first clip tells of it
        if folder.exists() and not folder.is_dir():
            raise UserError(f"“{shown_name(folder)}” is a file: choose a folder to write to.")
    for index, request in enumerate(requests, start=1):
        try:
            place_of = partial(_place_in, folder, settings=settings, index=index)
            yield request, _written(request, settings, place_of, progress)
        except UserError as error:
            yield request, error


def _frame_range(request: ClipRequest, reader: Reader) -> tuple[int, int]:
    """Return the first frame and the one after the last; UserError where there is none between them."""
    name, duration_s = shown_name(request.source), reader.frames / reader.sample_rate_hz
    offset_s = duration_s if request.offset_s is None else min(request.offset_s, duration_s)
    if not 0 <= request.onset_s < duration_s:
        raise UserError(
            f"“{name}” is {duration_s:.2f} s long: choose a start from 0 to there, not {request.onset_s:g} s."
        )
    rate_hz = reader.sample_rate_hz
    start = round(request.onset_s * rate_hz)
    stop = round(offset_s * rate_hz) if offset_s > request.onset_s else start
    if start == stop:
        raise UserError(
            f"The clip of “{name}” from {request.onset_s:g} to {offset_s:g} s is empty: choose a later end."
        )
    return start, stop


def _cut(reader: Reader, frame_range: tuple[int, int], mono: bool, progress: Progress | None) -> Iterator[Frames]:
    """Yield the clip block by block, in bounded memory."""
    start, stop = frame_range
    done, wanted = 0, stop - start
    for block in reader.blocks(min(BLOCK_FRAMES, wanted), start):
        piece = block[: wanted - done]
        done += len(piece)
        yield piece.mean(axis=1, keepdims=True, dtype=np.float32) if mono else piece
        if progress is not None:
            progress(done, wanted)
        if done == wanted:
            return


def _place_in(folder: Path, request: ClipRequest, settings: ExportSettings, index: int) -> Path:
    """Return a path in a folder that is not taken, its folder made."""
    target = folder / PurePosixPath(clip_name(request, settings, index))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain_write_error(error, target.parent) from error
    return free_path(target)
