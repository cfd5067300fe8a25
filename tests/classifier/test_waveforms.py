"""Cutting recordings into windows: whatever the sizes, the windows are the recording."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.classifier import waveforms
from desktop_app.classifier.waveforms import Windowing, centred, read_mono, windows_of
from desktop_app.errors import UserError


def test_a_short_sound_lies_in_the_middle_and_of_a_long_one_the_middle_is_kept() -> None:
    assert centred(np.ones(2, np.float32), 5).tolist() == [0, 1, 1, 0, 0]
    assert centred(np.arange(7, dtype=np.float32), 3).tolist() == [2, 3, 4]


@given(
    total=st.integers(1, 900),
    window=st.integers(1, 120),
    hop_share=st.floats(0.05, 1.0),
    most=st.integers(1, 7),
    block=st.integers(1, 300),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_windows_are_slices_of_the_recording_and_leave_no_more_than_a_twentieth_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: int, window: int, hop_share: float, most: int, block: int
) -> None:
    monkeypatch.setattr(waveforms, "BLOCK_FRAMES", block)
    path = tmp_path / "ramp.wav"
    soundfile.write(path, np.linspace(-0.9, 0.9, total), 1_000, subtype="FLOAT")
    whole = read_mono(path, 1_000)
    hop = max(1, int(window * hop_share))
    parts = list(windows_of(path, Windowing(1_000, window, hop, most)))
    onsets = [round(onset_s * 1_000) for part in parts for onset_s in part.onsets_s]
    assert all(len(part.onsets_s) <= most + 1 for part in parts)
    assert [part.duration_s for part in parts] == [None] * (len(parts) - 1) + [total / 1_000]
    if total <= window:
        assert onsets == [0]
        np.testing.assert_array_equal(parts[0].waveforms[0], centred(whole, window))
        return
    cut = np.concatenate([part.waveforms for part in parts])
    np.testing.assert_array_equal(cut, np.stack([whole[onset : onset + window] for onset in onsets]))
    assert onsets[0] == 0
    assert set(np.diff(onsets)) <= {hop} or set(np.diff(onsets)[:-1]) <= {hop}
    assert total - (onsets[-1] + window) <= 0.05 * window


def test_samples_that_are_no_numbers_are_judged_as_silence_but_never_learnt_from(tmp_path: Path) -> None:
    path = tmp_path / "nan.wav"
    soundfile.write(path, np.array([0.0, np.nan, 0.1]), 8_000, subtype="FLOAT")
    with pytest.raises(UserError, match=r"“nan\.wav” is damaged: .*[.]$"):
        read_mono(path, 8_000)
    (part,) = windows_of(path, Windowing(8_000, 3, 2))
    np.testing.assert_allclose(part.waveforms, [[0.0, 0.0, 0.1]])


def test_a_file_without_frames_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.wav"
    soundfile.write(path, np.zeros(0), 8_000)
    with pytest.raises(UserError, match=r"none\.wav"):
        list(windows_of(path, Windowing(8_000, 4_000, 2_000)))


def test_channels_are_mixed_and_the_rate_changed(write_tone: Callable[..., Path]) -> None:
    path = write_tone("stereo.wav", ("high", 1.0), rate_hz=16_000, channels=3)
    assert read_mono(path, 8_000).shape == (4_000,)
