"""A stream is judged as a sliding window over the whole recording would be, however its blocks are cut."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.assets import DEFAULT_MODEL, models_dir, samples_dir
from desktop_app.audio.reader import open_audio
from desktop_app.audio.resample import resample
from desktop_app.classifier.checkpoint import LoadedModel
from desktop_app.classifier.engines.engine import Engine, open_engine
from desktop_app.classifier.engines.torch_engine import TorchEngine
from desktop_app.classifier.event_rule import EventRule, detect
from desktop_app.classifier.inference import Classifier
from desktop_app.classifier.streaming import StreamingClassifier, StreamResult
from desktop_app.classifier.waveforms import Windowing, windows_of
from tests.classifier.conftest import FRAMES, RATE_HZ, tone
from tests.classifier.test_engine import compiled

__all__ = ["compiled"]  # a fixture

HOP_S = 0.05
Frames = npt.NDArray[np.float32]


@pytest.fixture(scope="module")
def engines(compiled: Path, tone_model: LoadedModel) -> dict[str, Engine]:
    """Return an engine that takes features, and one that takes waveforms."""
    return {"onnx": open_engine(compiled), "torch": TorchEngine(tone_model)}


def song(seconds: float = 4.0, rate_hz: int = RATE_HZ) -> Frames:
    """Return high and low tones with silence between them."""
    parts = [tone(label, round(RATE_HZ * 0.6), seed) for seed, label in enumerate(("high", "_silence_", "low") * 4)]
    return resample(np.concatenate(parts), RATE_HZ, rate_hz)[: round(seconds * rate_hz)]


SONGS = {rate_hz: np.stack([song(2.5, rate_hz), song(2.5, rate_hz) / 2], axis=1) for rate_hz in (RATE_HZ, 44_100)}


def streamed(stream: StreamingClassifier, sound: Frames, cuts: Iterable[int]) -> list[StreamResult]:
    results: list[StreamResult] = []
    for block in np.split(sound, sorted(cuts)):
        results += stream.push(block)
    return results + stream.finish()


def offline(engine: Engine, mono: Frames) -> tuple[list[float], Frames]:
    """Return the ends of the windows of a whole recording at the model's rate, and their scores, judged together."""
    hop = round(HOP_S * RATE_HZ)
    starts = range(0, len(mono) - FRAMES + 1, hop)
    scores = Classifier(engine).scores(np.stack([mono[start : start + FRAMES] for start in starts]))
    return [(start + FRAMES) / RATE_HZ for start in starts], scores


@pytest.mark.parametrize("kind", ["onnx", "torch"])
@pytest.mark.parametrize("rate_hz", [RATE_HZ, 44_100])
@settings(deadline=None, max_examples=8)
@given(cuts=st.lists(st.floats(0, 1), max_size=20), start=st.floats(0, 1))
def test_results_do_not_depend_on_the_blocks_and_equal_the_offline_sliding_window(
    engines: dict[str, Engine], kind: str, rate_hz: int, cuts: list[float], start: float
) -> None:
    engine = engines[kind]
    sound = SONGS[rate_hz][round(start * rate_hz) :]
    ends_s, scores = offline(engine, resample(sound.mean(axis=1, dtype=np.float32), rate_hz, RATE_HZ))
    blocks = (round(cut * len(sound)) for cut in cuts)
    results = streamed(StreamingClassifier(engine, rate_hz, hop_s=HOP_S), sound, blocks)
    whole = streamed(StreamingClassifier(engine, rate_hz, hop_s=HOP_S), sound, [])
    assert [result.at_s for result in results] == pytest.approx(ends_s)
    assert all(np.array_equal(a.scores, b.scores) for a, b in zip(results, whole, strict=True))
    np.testing.assert_allclose([result.scores for result in results], scores, atol=2e-4)
    own = np.stack([result.scores for result in results])
    found = detect(engine.card.classes, EventRule(), [result.at_s for result in results], own)
    heard = [result.event for result in results if result.event]
    assert [(event.label, event.at_s) for event in heard] == [(event.label, event.at_s) for event in found]


def test_a_file_that_is_classified_has_the_same_scores(engines: dict[str, Engine], tmp_path: Path) -> None:
    sound = SONGS[44_100]
    soundfile.write(tmp_path / "song.wav", sound, 44_100, subtype="FLOAT")
    parts = list(windows_of(tmp_path / "song.wav", Windowing(RATE_HZ, FRAMES, round(HOP_S * RATE_HZ), 7)))
    scores = Classifier(engines["onnx"]).scores(np.concatenate([part.waveforms for part in parts]))
    results = streamed(StreamingClassifier(engines["onnx"], 44_100, hop_s=HOP_S), sound, [])
    np.testing.assert_allclose([result.scores for result in results], scores[: len(results)], atol=2e-4)
    assert len(scores) - len(results) <= 1, "a last window that ends with the recording"


def test_every_tone_is_an_event_with_the_place_where_it_was_heard(engines: dict[str, Engine]) -> None:
    stream = StreamingClassifier(engines["onnx"], RATE_HZ, hop_s=HOP_S, start_s=100.0)
    events = [result.event for result in streamed(stream, song(), range(0, 32_000, 777)) if result.event]
    assert [event.label for event in events] == ["high", "low", "high", "low"]
    middles_s = [(event.onset_s + event.offset_s) / 2 - 100 for event in events]
    assert middles_s == pytest.approx([0.3, 1.5, 2.1, 3.3], abs=0.25)
    assert all(event.source == "tones" and event.offset_s - event.onset_s == pytest.approx(0.5) for event in events)


def test_a_reset_forgets_the_sound_before_it(engines: dict[str, Engine]) -> None:
    stream = StreamingClassifier(engines["onnx"], RATE_HZ)
    stream.push(tone("high", 2 * FRAMES))
    stream.reset(50.0)
    results = stream.push(tone("low", 2 * FRAMES))
    assert results[0].at_s == pytest.approx(50.0 + FRAMES / RATE_HZ)
    alone = StreamingClassifier(engines["onnx"], RATE_HZ).push(tone("low", 2 * FRAMES))
    assert all(np.array_equal(a.scores, b.scores) for a, b in zip(results, alone, strict=True))


def test_the_hop_may_change_while_it_runs(engines: dict[str, Engine]) -> None:
    """Also to one that is no multiple of a column's distance, where the features are made anew each time."""
    stream = StreamingClassifier(engines["onnx"], RATE_HZ)
    sound = song()
    results = stream.push(sound[:8_000])
    stream.hop_s = 0.2011
    results += stream.push(sound[8_000:16_000])
    stream.hop_s = 0.05
    results += stream.push(sound[16_000:])
    starts = [round(result.at_s * RATE_HZ) - FRAMES for result in results]
    assert {800, 1_609, 400} == set(np.diff(starts).tolist())
    alone = Classifier(engines["onnx"]).scores(np.stack([sound[start : start + FRAMES] for start in starts]))
    np.testing.assert_allclose([result.scores for result in results], alone, atol=2e-4)


def test_the_shipped_model_hears_six_words_in_a_row() -> None:
    weights = models_dir() / f"{DEFAULT_MODEL}.safetensors"
    if not weights.is_file():
        pytest.skip("the bundled model is not here")
    with open_audio(samples_dir() / "six-words-in-a-row.mp3") as reader:
        stream = StreamingClassifier(open_engine(weights), reader.sample_rate_hz)
        results = [result for block in reader.blocks(2_400) for result in stream.push(block)]
    heard = [result.event.label for result in results if result.event]
    assert heard == ["yes", "no", "left", "right", "stop", "go"]
