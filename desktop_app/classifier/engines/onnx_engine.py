"""Models by ONNX Runtime: those that Earmark compiled, and those of strangers. No torch is imported."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import numpy.typing as npt
from onnxruntime.capi import onnxruntime_pybind11_state as states
from onnxruntime.capi.onnxruntime_inference_collection import InferenceSession

from desktop_app.classifier import onnx_file
from desktop_app.classifier.card import ModelCard
from desktop_app.classifier.engines.features import build_features
from desktop_app.errors import UserError

Array = npt.NDArray[np.float32]

MANY_MACS = 100_000_000  # a window: below, a second thread waits longer than it works
MOST_MEMORY_BYTES = 2 * 2**30  # a small file can ask for as much as it likes
OUT_OF_MEMORY = "AllocateRawInternal"  # the arena's, in the text of a failure that has no type of its own
TRIAL_LIMIT_S = 20.0  # the slowest network of the seed articles takes 0.05 s for a window
UNLIMITED_OPTIMIZERS = ["ConstantFolding"]  # it computes before any limit holds; ours have nothing left to fold
MOST_ROWS = 64  # judged at once; the memory of a larger batch does not stay in the cache
FATAL_ONLY = 4  # what ONNX Runtime logs to stderr; its errors are raised, too
RUNTIME_FAILURES: tuple[type[Exception], ...] = (
    *(kind for kind in vars(states).values() if isinstance(kind, type) and issubclass(kind, Exception)),
    RuntimeError,
    ValueError,
    TypeError,
    MemoryError,
)
"""What ONNX Runtime raises."""


class OnnxEngine:
    """A network in ONNX Runtime on the processor; front-ends that are not in its graph are computed by scipy."""

    def __init__(self, content: bytes, card: ModelCard, file_name: str) -> None:
        """Open a model whose content was looked through by `onnx_file.read_onnx`; UserError where it cannot judge.

        It is tried on one window of quiet noise, so that a card that does not fit is found here.
        """
        self.card = card
        self._file_name = file_name
        said = onnx_file.metadata_in(content)
        self.name = f"ONNX Runtime, {said.get(onnx_file.PRECISION_KEY, 'as imported')}"
        self._makes_scores = said.get(onnx_file.OUTPUT_KEY, "logits") == "scores"
        self._features = build_features(card.front_end, card.window_frames) if _wants_features(said) else None
        self._how = states.RunOptions()
        with self._failures_told("cannot be used"):
            _limit_memory()
            self._session = InferenceSession(
                content, _options(card), providers=["CPUExecutionProvider"], disabled_optimizers=UNLIMITED_OPTIMIZERS
            )
        self._run = self._runner()
        quiet = np.random.default_rng(0).normal(0, 1e-3, (1, card.window_frames)).astype(np.float32)
        with self._time_limit():
            self.judge(self.prepare(quiet))

    def prepare(self, waveforms: Array) -> Array:
        """Return features where the graph wants them, else the waveforms, shape (batch, frames)."""
        return waveforms if self._features is None else self._features(waveforms)

    def judge(self, prepared: Array) -> Array:
        """Return scores, shape (batch, classes), of what `prepare` returned."""
        if not len(prepared):
            return np.zeros((0, len(self.card.classes)), np.float32)
        starts = range(0, len(prepared), MOST_ROWS)
        with self._failures_told("cannot judge"):
            parts = [self._run(prepared[start : start + MOST_ROWS]) for start in starts]
        outputs = parts[0] if len(parts) == 1 else np.concatenate(parts)
        self._check(outputs, len(prepared))
        return outputs if self._makes_scores else softmax(outputs, self.card.temperature)

    def _check(self, outputs: Array, rows: int) -> None:
        expected = (rows, len(self.card.classes))
        if outputs.shape != expected:
            fits = outputs.ndim == 2 and len(outputs) == rows
            numbers = f"{outputs.shape[1]:,}" if fits else " × ".join(map(str, outputs.shape))
            sounds = "a window" if fits else f"for {rows:,} windows"
            raise UserError(
                f"“{self._file_name}” returns {numbers} numbers {sounds} where its card has {expected[1]:,} classes, "
                "one for each number; correct the classes."
            )
        if not np.isfinite(outputs).all():
            raise UserError(f"“{self._file_name}” returns values that are not numbers; get the model again.")

    def _runner(self) -> Callable[[Array], Array]:
        """Return how rows are fed to the graph: at once, one by one, as a list of samples, or with a channel."""
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type != "tensor(float)":
            raise UserError(
                f"“{self._file_name}” wants {len(inputs)} inputs of the type {inputs[0].type if inputs else 'none'}; "
                "Earmark runs models with one input, waveforms as float32."
            )
        name, shape = inputs[0].name, inputs[0].shape
        output = self._session.get_outputs()[0].name

        def run(rows: Array) -> Array:
            return np.asarray(self._session.run([output], {name: rows}, self._how)[0], np.float32)

        if len(shape) == 1:  # YAMNet's way: a list of samples in, scores of its parts out
            return lambda rows: np.stack([run(row).reshape(-1, len(self.card.classes)).mean(axis=0) for row in rows])
        shaped = run if self._features is not None or len(shape) == 2 else lambda rows: run(rows[:, None])
        if shape[0] == 1:
            return lambda rows: np.concatenate([shaped(row[None]) for row in rows])
        return shaped

    @contextmanager
    def _time_limit(self) -> Iterator[None]:
        """End what takes too long: ONNX Runtime looks at the flag after each operator."""
        is_late = threading.Event()

        def end() -> None:
            is_late.set()
            self._how.terminate = True

        timer = threading.Timer(TRIAL_LIMIT_S, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except UserError as reason:
            if not is_late.is_set():
                raise
            raise UserError(
                f"“{self._file_name}” takes more than {TRIAL_LIMIT_S:g} s for one window; choose a smaller model."
            ) from reason
        finally:
            timer.cancel()

    @contextmanager
    def _failures_told(self, what: str) -> Iterator[None]:
        try:
            yield
        except RUNTIME_FAILURES as reason:
            if isinstance(reason, UserError):
                raise
            if isinstance(reason, MemoryError) or OUT_OF_MEMORY in str(reason):
                most = f"{MOST_MEMORY_BYTES / 2**30:.0f} GiB"
                raise UserError(
                    f"“{self._file_name}” {what}: it wants more than {most} of memory; choose a smaller model."
                ) from reason
            first = str(reason).strip().splitlines()[:1] or [type(reason).__name__]
            raise UserError(
                f"“{self._file_name}” {what}: ONNX Runtime says “{first[0][:200]}”; choose another model."
            ) from reason


def softmax(logits: Array, temperature: float) -> Array:
    """Return the exponentials of each row, divided by the temperature, as shares of their sum."""
    shifted: Array = np.exp((logits - logits.max(axis=1, keepdims=True)) / np.float32(temperature))
    shifted /= shifted.sum(axis=1, keepdims=True)
    return shifted


def _wants_features(said: dict[str, str]) -> bool:
    return said.get(onnx_file.INPUT_KEY) == "features"


def _options(card: ModelCard) -> states.SessionOptions:
    options = states.SessionOptions()
    spare = max(1, (os.cpu_count() or 1) - 1)
    options.intra_op_num_threads = spare if card.macs > MANY_MACS else 1
    options.inter_op_num_threads = 1
    options.log_severity_level = FATAL_ONLY
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads must sleep
    options.add_session_config_entry("session.use_env_allocators", "1")  # the limited one
    return options


@cache
def _limit_memory() -> None:
    """Let all models of this process together take `MOST_MEMORY_BYTES` for what they compute; once, and for good."""
    limits = {
        "max_mem": MOST_MEMORY_BYTES,
        "arena_extend_strategy": 1,  # as much as is asked for, not the next power of two
        "initial_chunk_size_bytes": -1,
        "max_dead_bytes_per_chunk": -1,
    }
    place = states.OrtMemoryInfo("Cpu", states.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, states.OrtMemType.DEFAULT)
    states.create_and_register_allocator(place, states.OrtArenaCfg(limits))
