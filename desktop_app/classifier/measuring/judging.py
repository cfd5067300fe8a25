"""Judge labelled clips for an evaluation: every score of every class is kept, in one row a clip.

A clip longer than the model's window speaks by the window that names it in `earmark classify`, so that what is
measured is what people get.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from desktop_app.annotation.records import FileVerdict, Prediction
from desktop_app.audio.sources import shown_name
from desktop_app.classifier.card import ModelCard
from desktop_app.classifier.measuring.predictions import PredictionTable
from desktop_app.classifier.stretches import windows_of_stretch
from desktop_app.classifier.waveforms import Windowing, Windows, windows_of
from desktop_app.errors import UserError

if TYPE_CHECKING:
    from desktop_app.classifier.data.clips import Clip

BATCH_WINDOWS = 64
WINDOWS_AT_ONCE = 16  # of one file; bounds the memory of an hour in a class folder

Scores = npt.NDArray[np.float32]


class Judge(Protocol):
    """What can be measured: `classifier.inference.Classifier` and whatever else has a card and scores waveforms."""

    @property
    def card(self) -> ModelCard:
        """Return what it is."""

    def scores(self, waveforms: npt.NDArray[np.float32]) -> Scores:
        """Return scores, shape (batch, classes), of waveforms of shape (batch, frames)."""


@dataclass(frozen=True)
class Unreadable:
    """A clip that could not be judged."""

    path: Path
    """Where it is."""
    reason: str
    """One sentence."""


@dataclass(frozen=True)
class Judged:
    """What came of judging clips."""

    table: PredictionTable
    """The clips that could be read."""
    unreadable: tuple[Unreadable, ...]
    """Those that could not; they are never replaced by silence."""


@dataclass(frozen=True)
class _Piece:
    """Some windows of one clip, or why there are none."""

    clip: "Clip"
    windows: Windows | None
    error: str | None
    last: bool


@dataclass(frozen=True)
class _Row:
    """One clip of the table, by the window that names it."""

    clip: "Clip"
    window: Prediction
    scores: Scores


def judge_clips(
    judge: Judge, clips: Sequence["Clip"], *, progress: Callable[[int], None] = lambda done: None
) -> Judged:
    """Return the scores of all clips whose labels are classes of the model.

    `progress` is told how many are done, after every batch; it may raise to cancel. Decoding runs one batch ahead in a
    thread. Memory is bounded by the scores, whatever the clips' length. Any thread, the same one throughout.
    """
    card = judge.card
    rows: list[_Row] = []
    unreadable: list[Unreadable] = []
    of_clip: list[tuple[Prediction, Scores]] = []
    with closing(_ahead(_batches(_pieces(clips, card)))) as batches:
        for batch in batches:
            for piece, scores in zip(batch, _scores(judge, batch), strict=True):
                of_clip += _predictions(card, piece, scores)
                if piece.last and piece.error:
                    unreadable.append(Unreadable(piece.clip.path, piece.error))
                elif piece.last:
                    rows.append(_Row(piece.clip, *_spokesman(piece.clip, of_clip)))
                if piece.last:
                    of_clip = []
            progress(len(rows) + len(unreadable))
    return Judged(_table(card, rows), tuple(unreadable))


def _pieces(clips: Iterable["Clip"], card: ModelCard) -> Iterator[_Piece]:
    """Yield the windows of all clips in order; the last piece of a clip says so, and why where it cannot be read."""
    hop_frames = max(1, card.window_frames // 2)
    windowing = Windowing(card.sample_rate_hz, card.window_frames, hop_frames, WINDOWS_AT_ONCE)
    for clip in clips:
        try:
            for windows in _windows(clip, windowing):
                yield _Piece(clip, windows, None, last=windows.duration_s is not None)
        except UserError as reason:
            yield _Piece(clip, None, str(reason), last=True)
        except (OSError, ValueError, RuntimeError, MemoryError) as reason:  # what decoders raise for unforeseen damage
            yield _Piece(clip, None, f"“{shown_name(clip.path)}” cannot be read ({reason}).", last=True)


def _windows(clip: "Clip", windowing: Windowing) -> Iterator[Windows]:
    if clip.stretch is None:
        return windows_of(clip.path, windowing)
    return windows_of_stretch(clip.path, clip.stretch, windowing)


def _batches(pieces: Iterable[_Piece]) -> Iterator[list[_Piece]]:
    batch: list[_Piece] = []
    size = 0
    for piece in pieces:
        batch.append(piece)
        size += 0 if piece.windows is None else len(piece.windows.waveforms)
        if size >= BATCH_WINDOWS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _ahead(batches: Iterator[list[_Piece]]) -> Generator[list[_Piece]]:
    """Yield the batches while a thread prepares the one that comes after."""
    with ThreadPoolExecutor(1, thread_name_prefix="decode") as pool:
        upcoming = pool.submit(next, batches, None)
        while (batch := upcoming.result()) is not None:
            upcoming = pool.submit(next, batches, None)
            yield batch


def _scores(judge: Judge, batch: Sequence[_Piece]) -> list[Scores]:
    """Return the scores of each piece of the batch."""
    waveforms = [piece.windows.waveforms for piece in batch if piece.windows is not None]
    scores = judge.scores(np.concatenate(waveforms)) if waveforms else np.zeros((0, 1), np.float32)
    counts = [0 if piece.windows is None else len(piece.windows.waveforms) for piece in batch]
    return np.split(scores, np.cumsum(counts)[:-1])


def _predictions(card: ModelCard, piece: _Piece, scores: Scores) -> Iterator[tuple[Prediction, Scores]]:
    onsets_s = piece.windows.onsets_s if piece.windows is not None else ()
    known_s = piece.windows.duration_s if piece.windows is not None else None
    end_s = np.inf if known_s is None else known_s
    for onset_s, of_window in zip(onsets_s, scores, strict=True):
        top = int(of_window.argmax())
        offset_s = min(onset_s + card.window_s, end_s)
        named = Prediction(piece.clip.path, onset_s, offset_s, card.classes[top], float(of_window[top]), card.name)
        yield named, of_window


def _spokesman(clip: "Clip", of_clip: list[tuple[Prediction, Scores]]) -> tuple[Prediction, Scores]:
    """Return the window that names the clip."""
    best = FileVerdict(clip.path, tuple(prediction for prediction, _ in of_clip), None).best
    return next(window for window in of_clip if window[0] is best)


def _table(card: ModelCard, rows: Sequence[_Row]) -> PredictionTable:
    places = {name: place for place, name in enumerate(card.classes)}
    return PredictionTable(
        classes=card.classes,
        paths=tuple(row.clip.path for row in rows),
        groups=tuple(row.clip.group for row in rows),
        targets=np.array([places[row.clip.label] for row in rows], dtype=np.int64),
        scores=np.array([row.scores for row in rows], dtype=np.float64).reshape(len(rows), len(card.classes)),
        spans_s=tuple((row.window.onset_s, row.window.offset_s) for row in rows),
        stretches=tuple(row.clip.stretch for row in rows),
    )
