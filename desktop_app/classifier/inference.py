"""Judge recordings: decoding in a small pool, the network on batches that reach across files, verdicts in order."""

import math
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from desktop_app.annotation.records import FileVerdict, Prediction
from desktop_app.audio.sources import shown_name
from desktop_app.classifier.card import ModelCard
from desktop_app.classifier.engines.engine import Engine, open_engine
from desktop_app.classifier.rejection import Named, Naming
from desktop_app.classifier.waveforms import Waveform, Windowing, windows_of
from desktop_app.errors import UserError

if TYPE_CHECKING:
    from desktop_app.classifier.checkpoint import LoadedModel

BATCH_WINDOWS = 64  # larger batches are no faster on two cores
DECODERS = 2
GROUP_FILES = 16  # handed to a decoder at once: handing over costs 30 us, reading a short clip 40
GROUP_BYTES = 1 << 20  # longer recordings go alone, so that all decoders have work
GROUPS_AHEAD = 8  # decoded and waiting; each holds about `WINDOWS_AHEAD` windows, 1 MiB at 16 kHz and 1 s
WINDOWS_AHEAD = 16


class Classifier:
    """A model that judges waveforms, by the fastest engine for it. Any thread, one at a time."""

    def __init__(self, model: "Engine | LoadedModel") -> None:
        """Judge by an engine, or by torch where the model was just made or loaded by `checkpoint`."""
        self.engine: Engine = model if isinstance(model, Engine) else _torch_engine(model)
        self.card: ModelCard = self.engine.card
        self._naming = Naming(self.card.classes, self.card.rejection)

    @classmethod
    def load(cls, path: Path) -> "Classifier":
        """Return the model in a file, weights or ONNX; UserError where it cannot be used.

        Leaves one core to the rest of the program. Imports torch only where ONNX Runtime cannot run the model.
        """
        return cls(open_engine(path))

    def scores(self, waveforms: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Return calibrated scores, shape (batch, classes), each row adding up to 1.

        `waveforms` has shape (batch, frames), the card's rate and window, values in [-1, 1].
        """
        return self.engine.judge(self.engine.prepare(waveforms))

    def named(self, scores: npt.NDArray[np.float32]) -> Iterator[Named]:
        """Yield label, score and refused class of each row of scores, by the model's limit."""
        return self._naming(scores)


def _torch_engine(model: "LoadedModel") -> Engine:
    from desktop_app.classifier.engines.torch_engine import TorchEngine

    return TorchEngine(model)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some windows of one file, or why there are none."""

    path: Path
    onsets_s: tuple[float, ...]
    """Start of each window."""
    duration_s: float | None
    """Length of the recording where its end has been reached."""
    error: str | None
    last: bool
    """Whether this is all of the file."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Consecutive pieces, of one file or several."""

    pieces: tuple[_Piece, ...]
    prepared: tuple[npt.NDArray[np.float32], ...]
    """What the engine makes of all their windows before it judges, a row each; empty where there are none."""


_END = _Group((), ())


def classify_files(
    classifier: Classifier,
    paths: Iterable[Path],
    *,
    hop_s: float | None = None,
    checkpoint: Callable[[], None] = lambda: None,
    listened: Callable[[Path, float], None] = lambda _path, _at_s: None,
) -> Iterator[FileVerdict]:
    """Yield a verdict for each path, in order, as soon as it is known.

    A recording longer than the window is judged by windows every `hop_s` (half a window by default), read in bounded
    memory. One that cannot be read is a verdict with an error. Decoding runs ahead in two threads; closing the
    generator ends them. `paths` is read a few files ahead, so it may be a folder that is still being listed.
    `checkpoint` is called before every batch, also inside an hours-long file: it may wait (pause) or raise (cancel).
    `listened` is told how far, in seconds, a recording that is longer than one read has been judged.
    Any thread, the same one throughout.
    """
    windowing = _windowing(classifier.card, hop_s)
    predictions: list[Prediction] = []
    with (
        ThreadPoolExecutor(DECODERS, thread_name_prefix="decode") as pool,
        closing(_decoded(paths, partial(_groups_of, classifier.engine, windowing), pool)) as groups,
    ):
        for batch in _batches(groups):
            checkpoint()
            for piece, of_piece in _judge(classifier, batch):
                predictions += of_piece
                if not piece.last and predictions:
                    listened(piece.path, predictions[-1].offset_s)
                if piece.last:
                    yield FileVerdict(piece.path, () if piece.error else tuple(predictions), piece.error)
                    predictions = []


def _windowing(card: ModelCard, hop_s: float | None) -> Windowing:
    hop_frames = card.window_frames // 2 if hop_s is None else round(hop_s * card.sample_rate_hz)
    if not 1 <= hop_frames <= card.window_frames:
        raise UserError(f"The hop must be more than 0 and at most {card.window_s:g} s, the window of {card.name}.")
    return Windowing(card.sample_rate_hz, card.window_frames, hop_frames, WINDOWS_AHEAD)


def _decoded(
    paths: Iterable[Path], groups_of: Callable[[list[Path]], Iterator[_Group]], pool: ThreadPoolExecutor
) -> Generator[_Group | None]:
    """Yield the pieces of all files in order, decoded ahead in the pool; None where the next are not ready yet."""
    waiting = _together(paths)
    opened: deque[tuple[Iterator[_Group], Future[_Group]]] = deque()

    def open_more() -> None:
        for together in islice(waiting, GROUPS_AHEAD - len(opened)):
            groups = groups_of(together)
            opened.append((groups, pool.submit(next, groups, _END)))

    try:
        open_more()
        while opened:
            groups, upcoming = opened[0]
            if not upcoming.done():
                yield None
            found = upcoming.result()
            if found is not _END:  # the next ones are decoded while these are judged
                opened[0] = (groups, pool.submit(next, groups, _END))
                yield found
            else:
                opened.popleft()
                open_more()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)  # before the files are closed under the decoders


def _together(paths: Iterable[Path]) -> Iterator[list[Path]]:
    """Yield the files in groups that are handed to a decoder at once: many short ones, or a long one alone."""
    group: list[Path] = []
    left_bytes = GROUP_BYTES
    for path in paths:
        size_bytes = _size_bytes(path)
        if group and (len(group) == GROUP_FILES or size_bytes > left_bytes):
            yield group
            group, left_bytes = [], GROUP_BYTES
        group.append(path)
        left_bytes -= size_bytes
    if group:
        yield group


def _size_bytes(path: Path) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 (2 us, not 6)
    except (OSError, ValueError):  # the decoder says why
        return 0


def _groups_of(engine: Engine, windowing: Windowing, paths: list[Path]) -> Iterator[_Group]:
    """Yield the windows of some files in order, about as many at a time as one file may hold ahead."""
    pieces: list[_Piece] = []
    waveforms: list[Waveform] = []

    def group() -> _Group:
        prepared = (engine.prepare(np.concatenate(waveforms)),) if waveforms else ()
        made = _Group(tuple(pieces), prepared)
        pieces.clear()
        waveforms.clear()
        return made

    for path in paths:
        for piece, of_piece in _pieces(windowing, path):
            pieces.append(piece)
            waveforms += of_piece
            if sum(map(len, waveforms)) >= WINDOWS_AHEAD:
                yield group()
    if pieces:
        yield group()


def _pieces(windowing: Windowing, path: Path) -> Iterator[tuple[_Piece, list[Waveform]]]:
    """Yield the windows of one file; the last piece says so, and says why where the file cannot be read."""
    try:
        for windows in windows_of(path, windowing):
            last = windows.duration_s is not None
            yield _Piece(path, windows.onsets_s, windows.duration_s, None, last), [windows.waveforms]
    except UserError as reason:
        yield _Piece(path, (), None, str(reason), last=True), []
    except (OSError, ValueError, RuntimeError, MemoryError) as reason:  # what decoders raise for damage nobody foresaw
        yield _Piece(path, (), None, f"“{shown_name(path)}” cannot be read ({reason}).", last=True), []


def _batches(groups: Iterable[_Group | None]) -> Iterator[list[_Group]]:
    """Yield groups together until the batch is full, or the network would have to wait for the decoders."""
    batch: list[_Group] = []
    size = 0
    for group in groups:
        if group is not None:
            batch.append(group)
            size += sum(map(len, group.prepared))
        if batch and (group is None or size >= BATCH_WINDOWS):
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _judge(classifier: Classifier, batch: list[_Group]) -> Iterator[tuple[_Piece, list[Prediction]]]:
    """Yield all pieces of the batch with their predictions."""
    prepared = [rows for group in batch for rows in group.prepared]
    found = classifier.named(classifier.engine.judge(np.concatenate(prepared))) if prepared else iter(())
    for piece in (piece for group in batch for piece in group.pieces):
        yield piece, list(_predictions(classifier.card, piece, islice(found, len(piece.onsets_s))))


def _predictions(card: ModelCard, piece: _Piece, found: Iterable[Named]) -> Iterator[Prediction]:
    end_s = math.inf if piece.duration_s is None else piece.duration_s
    for onset_s, (label, score, refused) in zip(piece.onsets_s, found, strict=True):
        yield Prediction(piece.path, onset_s, min(onset_s + card.window_s, end_s), label, score, card.name, refused)
