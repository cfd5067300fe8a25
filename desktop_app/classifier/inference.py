"""Judge recordings: decoding in a small pool, the network on batches that reach across files, verdicts in order."""

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
from desktop_app.classifier.waveforms import Windowing, Windows, windows_of
from desktop_app.errors import UserError

if TYPE_CHECKING:
    from desktop_app.classifier.checkpoint import LoadedModel

BATCH_WINDOWS = 64  # larger batches are no faster on two cores
DECODERS = 2
FILES_AHEAD = 96  # decoded and waiting; each holds at most `WINDOWS_AHEAD` windows, 1 MiB at 16 kHz and 1 s
WINDOWS_AHEAD = 16
PREPARED_AHEAD = 4  # windows: fewer are not worth handing Python's lock to and fro (620 against 520 us a clip)


class Classifier:
    """A model that judges waveforms, by the fastest engine for it. Any thread, one at a time."""

    def __init__(self, model: "Engine | LoadedModel") -> None:
        """Judge by an engine, or by torch where the model was just made or loaded by `checkpoint`."""
        self.engine: Engine = model if isinstance(model, Engine) else _torch_engine(model)
        self.card: ModelCard = self.engine.card

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


def _torch_engine(model: "LoadedModel") -> Engine:
    from desktop_app.classifier.engines.torch_engine import TorchEngine

    return TorchEngine(model)


@dataclass(frozen=True)
class _Piece:
    """Some windows of one file, or why there are none."""

    path: Path
    windows: Windows | None
    prepared: npt.NDArray[np.float32] | None
    """What the engine makes of the windows before it judges, a row each, where that was done ahead."""
    error: str | None
    last: bool


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
        closing(_decoded(paths, partial(_pieces, classifier.engine, windowing), pool)) as pieces,
    ):
        for batch in _batches(pieces):
            checkpoint()
            for piece, of_piece in zip(batch, _judge(classifier, batch), strict=True):
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
    paths: Iterable[Path], pieces_of: Callable[[Path], Iterator[_Piece]], pool: ThreadPoolExecutor
) -> Generator[_Piece | None]:
    """Yield the pieces of all files in order, decoded ahead in the pool; None where the next one is not ready yet."""
    waiting = iter(paths)
    opened: deque[tuple[Iterator[_Piece], Future[_Piece]]] = deque()

    def open_more() -> None:
        for path in islice(waiting, FILES_AHEAD - len(opened)):
            pieces = pieces_of(path)
            opened.append((pieces, pool.submit(next, pieces)))

    try:
        open_more()
        while opened:
            pieces, upcoming = opened[0]
            if not upcoming.done():
                yield None
            piece = upcoming.result()
            if piece.last:
                opened.popleft()
                open_more()
            else:  # the next piece is decoded while this one is judged
                opened[0] = (pieces, pool.submit(next, pieces))
            yield piece
    finally:
        pool.shutdown(wait=True, cancel_futures=True)  # before the files are closed under the decoders


def _pieces(engine: Engine, windowing: Windowing, path: Path) -> Iterator[_Piece]:
    """Yield the windows of one file; the last piece says so, and says why where the file cannot be read."""
    try:
        for windows in windows_of(path, windowing):
            many = len(windows.waveforms) >= PREPARED_AHEAD
            prepared = engine.prepare(windows.waveforms) if many else None
            yield _Piece(path, windows, prepared, None, last=windows.duration_s is not None)
    except UserError as reason:
        yield _Piece(path, None, None, str(reason), last=True)
    except (OSError, ValueError, RuntimeError, MemoryError) as reason:  # what decoders raise for damage nobody foresaw
        yield _Piece(path, None, None, f"“{shown_name(path)}” cannot be read ({reason}).", last=True)


def _batches(pieces: Iterable[_Piece | None]) -> Iterator[list[_Piece]]:
    """Yield pieces together until the batch is full, or the network would have to wait for the decoders."""
    batch: list[_Piece] = []
    size = 0
    for piece in pieces:
        if piece is not None:
            batch.append(piece)
            size += 0 if piece.windows is None else len(piece.windows.waveforms)
        if batch and (piece is None or size >= BATCH_WINDOWS):
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _judge(classifier: Classifier, batch: list[_Piece]) -> Iterator[list[Prediction]]:
    """Yield the predictions of each piece of the batch."""
    engine = classifier.engine
    prepared = [
        engine.prepare(piece.windows.waveforms) if piece.prepared is None else piece.prepared
        for piece in batch
        if piece.windows is not None
    ]
    scores = engine.judge(np.concatenate(prepared)) if prepared else np.zeros((0, 1), np.float32)
    start = 0
    for piece in batch:
        count = 0 if piece.windows is None else len(piece.windows.waveforms)
        yield list(_predictions(classifier.card, piece, scores[start : start + count]))
        start += count


def _predictions(card: ModelCard, piece: _Piece, scores: npt.NDArray[np.float32]) -> Iterator[Prediction]:
    if piece.windows is None:
        return
    end_s = np.inf if piece.windows.duration_s is None else piece.windows.duration_s
    for onset_s, of_window in zip(piece.windows.onsets_s, scores, strict=True):
        top = int(of_window.argmax())
        offset_s = min(onset_s + card.window_s, end_s)
        yield Prediction(piece.path, onset_s, offset_s, card.classes[top], float(of_window[top]), card.name)
