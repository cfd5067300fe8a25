"""Labelled stretches of recordings: heard exactly where they are, with what is around them where they are short."""

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.classifier.data.clips import Clip, Stretch
from desktop_app.classifier.data.dataset import load_clips
from desktop_app.classifier.stretches import read_stretch, widened, windows_of_stretch
from desktop_app.classifier.waveforms import Windowing, read_mono
from desktop_app.errors import UserError

RATE_HZ = 8_000


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Return three seconds of stereo, of which every sample can be told from the others."""
    path = tmp_path / "long.wav"
    ramp = np.linspace(-0.9, 0.9, 3 * RATE_HZ, dtype=np.float32)
    sf.write(path, np.stack([ramp, ramp / 2], axis=1), RATE_HZ, subtype="FLOAT")
    return path


@given(
    onset_s=st.floats(0, 9.99), length_s=st.floats(0, 20), least_s=st.floats(0.001, 20), duration_s=st.floats(10, 100)
)
def test_a_widened_stretch_lies_in_its_recording_and_holds_what_it_was(
    onset_s: float, length_s: float, least_s: float, duration_s: float
) -> None:
    offset_s = min(onset_s + length_s, duration_s)
    wide = widened(Stretch(onset_s, offset_s), least_s, duration_s)
    assert 0 <= wide.onset_s <= onset_s + 1e-9 and offset_s - 1e-9 <= wide.offset_s <= duration_s
    assert wide.offset_s - wide.onset_s == pytest.approx(min(max(offset_s - onset_s, least_s), duration_s))


def test_a_stretch_is_exactly_that_part_of_the_recording(recording: Path) -> None:
    whole = read_mono(recording, RATE_HZ)
    found = read_stretch(recording, Stretch(1.0, 1.5), RATE_HZ, 100)
    np.testing.assert_array_equal(found, whole[RATE_HZ : RATE_HZ + RATE_HZ // 2])


def test_a_short_stretch_is_heard_with_what_is_around_it(recording: Path) -> None:
    whole = read_mono(recording, RATE_HZ)
    found = read_stretch(recording, Stretch(1.0, 1.1), RATE_HZ, RATE_HZ // 2)
    np.testing.assert_array_equal(found, whole[round(0.8 * RATE_HZ) : round(1.3 * RATE_HZ)])
    at_the_end = read_stretch(recording, Stretch(2.99, 3.0), RATE_HZ, RATE_HZ // 2)
    np.testing.assert_array_equal(at_the_end, whole[-RATE_HZ // 2 :])


def test_a_resampled_stretch_is_that_part_of_the_resampled_recording(recording: Path) -> None:
    whole = read_mono(recording, 5_000)
    found = read_stretch(recording, Stretch(1.0, 2.0), 5_000, 100)
    assert len(found) == 5_000
    np.testing.assert_allclose(found, whole[5_000:10_000], atol=1e-3)


def test_a_stretch_after_the_end_is_one_sentence_and_is_left_out(recording: Path) -> None:
    with pytest.raises(UserError, match="ends at 3 s, before its label at 4 s"):
        read_stretch(recording, Stretch(4.0, 5.0), RATE_HZ, 100)
    clips = [Clip(recording, "a", "g", "a", stretch=Stretch(at, at + 0.1)) for at in (0.5, 4.0)]
    loaded = load_clips(clips, ("a",), RATE_HZ, 100)
    assert len(loaded) == 8 and len(loaded.skipped) == 1  # a tenth of a second holds eight windows


def test_two_stretches_of_one_recording_are_kept_apart_in_the_cache(recording: Path) -> None:
    clips = [Clip(recording, "a", "g", "a", stretch=Stretch(at, at)) for at in (0.5, 2.0)]
    for _ in range(2):  # the second time from the cache
        first, second = load_clips(clips, ("a",), RATE_HZ, 400).waveforms
        assert not np.array_equal(first, second)


def test_windows_of_a_stretch_count_from_the_start_of_the_recording(recording: Path) -> None:
    windowing = Windowing(RATE_HZ, RATE_HZ // 2, RATE_HZ // 4)
    (long,) = windows_of_stretch(recording, Stretch(1.0, 2.0), windowing)
    assert long.onsets_s == (1.0, 1.25, 1.5) and long.duration_s == pytest.approx(2.0)
    (short,) = windows_of_stretch(recording, Stretch(1.0, 1.1), windowing)
    assert short.onsets_s == pytest.approx((0.8,)) and short.duration_s == pytest.approx(1.3)
