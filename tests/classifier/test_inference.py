"""Judging files: in order, past damaged ones, across batches, inside long ones, and stopping when asked."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.classifier import inference
from desktop_app.classifier.inference import Classifier, classify_files
from desktop_app.errors import UserError
from tests.classifier.conftest import FRAMES, RATE_HZ, tone

WriteTone = Callable[..., Path]


def test_scores_add_up_to_one_and_do_not_depend_on_the_batch(tone_classifier: Classifier) -> None:
    waveforms = np.stack([tone(label, FRAMES, seed) for seed in range(9) for label in ("high", "low", "_silence_")])
    together = tone_classifier.scores(waveforms)
    alone = np.concatenate([tone_classifier.scores(one[None]) for one in waveforms])
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert tone_classifier.scores(waveforms[:0]).shape == (0, 3)


def test_every_path_gets_a_verdict_in_order_and_damaged_ones_say_why(
    tmp_path: Path, tone_classifier: Classifier, write_tone: WriteTone
) -> None:
    paths = [write_tone(f"{n}.wav", (("high", "low")[n % 2], 0.5)) for n in range(20)]
    (tmp_path / "text.wav").write_text("no sound at all")
    paths[3:3] = [tmp_path / "text.wav", tmp_path / "gone.wav", tmp_path]
    verdicts = list(classify_files(tone_classifier, paths))
    assert [verdict.path for verdict in verdicts] == paths
    assert [bool(verdict.error) for verdict in verdicts] == [path in paths[3:6] for path in paths]
    assert all(not verdict.predictions for verdict in verdicts if verdict.error)
    labels = [verdict.best.label for verdict in verdicts if verdict.best]
    assert labels == ["high", "low"] * 10


def test_a_short_clip_is_one_prediction_that_ends_with_it(tone_classifier: Classifier, write_tone: WriteTone) -> None:
    (verdict,) = classify_files(tone_classifier, [write_tone("short.wav", ("high", 0.3))])
    (prediction,) = verdict.predictions
    assert (prediction.onset_s, prediction.offset_s, prediction.source) == (0.0, 0.3, "tones")
    assert prediction.label == "high"


def test_windows_find_an_event_in_a_long_recording(tone_classifier: Classifier, write_tone: WriteTone) -> None:
    path = write_tone("long.wav", ("_silence_", 21.0), ("low", 0.8), ("_silence_", 40.0), rate_hz=RATE_HZ)
    (verdict,) = classify_files(tone_classifier, [path])
    assert verdict.best is not None
    assert verdict.best.label == "low"
    assert verdict.best.onset_s == pytest.approx(21.2, abs=0.25)
    found = [prediction for prediction in verdict.predictions if prediction.label == "low"]
    assert all(20.5 <= prediction.onset_s <= 21.8 for prediction in found)
    onsets_s = [prediction.onset_s for prediction in verdict.predictions]
    assert onsets_s[:3] == [0.0, 0.25, 0.5]
    assert verdict.predictions[-1].offset_s == pytest.approx(61.8)


def test_the_hop_is_the_callers(tone_classifier: Classifier, write_tone: WriteTone) -> None:
    (verdict,) = classify_files(tone_classifier, [write_tone("two.wav", ("low", 2.0))], hop_s=0.1)
    assert np.diff([p.onset_s for p in verdict.predictions]) == pytest.approx(0.1)
    for hop_s in (0.0, -1.0, 0.6):
        with pytest.raises(UserError, match="hop"):
            list(classify_files(tone_classifier, [], hop_s=hop_s))


def test_verdicts_do_not_depend_on_batches_and_read_ahead(
    monkeypatch: pytest.MonkeyPatch, tone_classifier: Classifier, write_tone: WriteTone
) -> None:
    paths = [write_tone(f"{n}.wav", ("low", 0.2 + 0.37 * n), ("high", 0.3)) for n in range(8)]
    usual = list(classify_files(tone_classifier, paths))
    for name, value in (("BATCH_WINDOWS", 3), ("GROUPS_AHEAD", 2), ("GROUP_FILES", 3), ("WINDOWS_AHEAD", 2)):
        monkeypatch.setattr(inference, name, value)
    for expected, found in zip(usual, classify_files(tone_classifier, paths), strict=True):
        assert [p.label for p in found.predictions] == [p.label for p in expected.predictions]
        assert [p.score for p in found.predictions] == pytest.approx([p.score for p in expected.predictions], abs=1e-5)


def test_closing_early_ends_the_decoders_and_reads_no_further(
    tone_classifier: Classifier, write_tone: WriteTone
) -> None:
    path = write_tone("one.wav", ("high", 0.5))
    handed_out: list[int] = []

    def endless() -> Iterator[Path]:
        while True:
            handed_out.append(1)
            yield path

    verdicts = classify_files(tone_classifier, endless())
    assert next(verdicts).error is None
    verdicts.close()  # type: ignore[attr-defined]
    assert len(handed_out) <= 2 * inference.GROUPS_AHEAD * inference.GROUP_FILES
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("decode")]


def test_a_checkpoint_can_stop_inside_a_long_recording(tone_classifier: Classifier, write_tone: WriteTone) -> None:
    path = write_tone("long.wav", ("low", 60.0))
    calls: list[int] = []

    def stop_at_the_third() -> None:
        calls.append(1)
        if len(calls) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        list(classify_files(tone_classifier, [path], checkpoint=stop_at_the_third))
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("decode")]


def test_it_works_from_another_thread(tone_classifier: Classifier, write_tone: WriteTone) -> None:
    path = write_tone("one.wav", ("high", 0.5))
    found: list[str] = []

    def judge() -> None:
        found.extend(verdict.best.label for verdict in classify_files(tone_classifier, [path]) if verdict.best)

    thread = threading.Thread(target=judge)
    thread.start()
    thread.join()
    assert found == ["high"]


def test_short_files_are_handed_over_together_and_long_ones_alone(tmp_path: Path, write_tone: WriteTone) -> None:
    short = [write_tone(f"{n}.wav", ("high", 0.5)) for n in range(2 * inference.GROUP_FILES)]
    long = tmp_path / "long.wav"
    with long.open("wb") as file:
        file.truncate(inference.GROUP_BYTES + 1)
    paths = [*short[:3], long, long, tmp_path / "gone.wav", *short[3:]]
    groups = list(inference._together(paths))
    assert [path for group in groups for path in group] == paths
    assert groups[:3] == [short[:3], [long], [long]]
    assert all(len(group) <= inference.GROUP_FILES for group in groups)
    assert len(groups) == 5


def test_short_plain_files_and_all_others_are_judged_alike(
    tmp_path: Path, tone_classifier: Classifier, write_tone: WriteTone
) -> None:
    plain = write_tone("plain.wav", ("low", 0.4), channels=2)
    samples, rate_hz = soundfile.read(plain)
    for name in ("a.flac", "a.aiff", "a.w64"):
        soundfile.write(tmp_path / name, samples, rate_hz, subtype="PCM_16")
    verdicts = list(classify_files(tone_classifier, [plain, *sorted(tmp_path.glob("a.*"))]))
    assert len({(v.predictions[0].label, v.predictions[0].score, v.predictions[0].offset_s) for v in verdicts}) == 1
