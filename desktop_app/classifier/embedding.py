"""Vectors of sounds for the case of few labels: sounds that are alike lie near each other. No torch is imported.

The network was trained to tell hundreds of words and sounds apart (`tools/train_embedding.py`) and its last layer is
left away. A head of `classifier.few_shot` on these vectors learns classes from some clips of each in milliseconds.
"""

import threading
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.assets import resources_dir
from desktop_app.audio.sources import shown_name
from desktop_app.classifier import onnx_file
from desktop_app.classifier.card import ModelCard, read_card
from desktop_app.classifier.engines.engine import Engine, compiled_path, fingerprint
from desktop_app.classifier.waveforms import Windowing, windows_of
from desktop_app.errors import UserError

Array = npt.NDArray[np.float32]

WIDTH_KEY = "earmark_width"
WINDOWS_AT_ONCE = 64
WORKERS = 2
FILES_AHEAD = 32  # only their vectors wait, half a kilobyte a window


@dataclass(frozen=True, eq=False)
class FileVectors:
    """What a recording is to an embedding."""

    path: Path
    """The recording."""
    onsets_s: tuple[float, ...]
    """Start of each window in seconds."""
    vectors: Array
    """A vector of length 1 for each window, shape (windows, width)."""
    error: str | None = None
    """Why there are none, one sentence."""

    @property
    def mean(self) -> Array:
        """Return the mean direction of all windows, shape (width,), of length 1: the recording as a whole."""
        mean: Array = normalised(self.vectors.mean(axis=0, keepdims=True))[0]
        return mean


class Embedding:
    """A network without its last layer. Any number of threads at once."""

    def __init__(self, engine: Engine, card: ModelCard) -> None:
        """Embed by an engine whose scores are the vectors."""
        self.card = card
        self.width = len(engine.card.classes)
        self._engine = engine
        self._judging = threading.Lock()  # an engine judges in one thread at a time

    @classmethod
    def load(cls, path: Path | None = None) -> "Embedding":
        """Return the embedding in a file of weights, the one that ships by default; UserError where it cannot be used.

        It is run by ONNX Runtime from the compiled file beside the weights, which must be of exactly these weights.
        """
        path = path or shipped_embedding()
        compiled, card = compiled_path(path), read_card(path)
        said = onnx_file.read_metadata(compiled)
        if said.get(onnx_file.SOURCE_KEY) != fingerprint(path):
            raise UserError(f"“{shown_name(compiled)}” was compiled from other weights; get the embedding again.")
        width = said.get(WIDTH_KEY, "")
        if not width.isdecimal():
            raise UserError(f"“{shown_name(compiled)}” is no embedding; choose another file.")
        return cls(vector_engine(onnx_file.read_onnx(compiled), card, int(width), compiled.name), card)

    def embed(self, waveforms: Array) -> Array:
        """Return a vector of length 1 for each window, float32, shape (batch, width).

        `waveforms` has shape (batch, frames), the card's rate and window, values in [-1, 1].
        """
        prepared = self._engine.prepare(waveforms)
        with self._judging:
            return self._engine.judge(prepared)


def shipped_embedding() -> Path:
    """Return the weights of the embedding that ships; its folder is not one of models, as it names no classes."""
    return resources_dir() / "embeddings" / "embedding.safetensors"


def vector_engine(content: bytes, card: ModelCard, width: int, file_name: str) -> Engine:
    """Return the engine of a graph that makes vectors: to it their places are what classes are to a classifier."""
    from desktop_app.classifier.engines.onnx_engine import OnnxEngine

    places = tuple(str(place) for place in range(width))
    return OnnxEngine(content, replace(card, classes=places), file_name)


def embed_files(embedding: Embedding, paths: Iterable[Path], *, hop_s: float | None = None) -> Generator[FileVectors]:
    """Yield the vectors of each recording, in order, as soon as they are known; one that cannot be read says why.

    Windows are those of `classify_files`: every `hop_s`, by default half a window. Two threads decode and embed some
    files ahead; closing the generator ends them.
    """
    card = embedding.card
    hop_frames = card.window_frames // 2 if hop_s is None else round(hop_s * card.sample_rate_hz)
    if not 1 <= hop_frames <= card.window_frames:
        raise UserError(f"The hop must be more than 0 and at most {card.window_s:g} s, the window of {card.name}.")
    windowing = Windowing(card.sample_rate_hz, card.window_frames, hop_frames, WINDOWS_AT_ONCE)
    waiting = iter(paths)
    ahead: deque[Future[FileVectors]] = deque()
    pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="embed")
    try:
        while True:
            more = islice(waiting, FILES_AHEAD - len(ahead))
            ahead.extend(pool.submit(_vectors_of, embedding, windowing, path) for path in more)
            if not ahead:
                return
            yield ahead.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def normalised(vectors: npt.NDArray[np.floating]) -> Array:
    """Return rows divided by their length; a row of zeros stays one."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    shares: Array = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return shares


def _vectors_of(embedding: Embedding, windowing: Windowing, path: Path) -> FileVectors:
    onsets_s: list[float] = []
    vectors = [np.zeros((0, embedding.width), np.float32)]
    try:
        for windows in windows_of(path, windowing):
            onsets_s += windows.onsets_s
            vectors.append(embedding.embed(windows.waveforms))
    except UserError as reason:
        return FileVectors(path, (), vectors[0], str(reason))
    except (OSError, ValueError, RuntimeError, MemoryError) as reason:  # what decoders raise for damage nobody foresaw
        return FileVectors(path, (), vectors[0], f"“{shown_name(path)}” cannot be read ({reason}).")
    return FileVectors(path, tuple(onsets_s), np.concatenate(vectors))
