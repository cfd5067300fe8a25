"""Measurements of annotations, read from the sound of their recordings."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from desktop_app.annotation.annotations import Annotation
from desktop_app.audio.measurements import Measurements
from desktop_app.audio.reader import open_audio
from desktop_app.errors import UserError
from desktop_app.services.label_measuring import LONGEST_S, measure_annotation

RATE = 8_000


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Return 4 s: faint noise; from 1 to 2 s a tone of 1 kHz on the left and of 3 kHz on the right."""
    time_s = np.arange(4 * RATE) / RATE
    noise = np.random.default_rng(5).normal(0, 0.001, (len(time_s), 2))
    tones = 0.5 * np.sin(2 * np.pi * np.outer(time_s, (1_000, 3_000)))
    tones[(time_s < 1) | (time_s >= 2)] = 0
    soundfile.write(tmp_path / "two.wav", noise + tones, RATE, subtype="FLOAT")
    return tmp_path / "two.wav"


def measured(path: Path, annotation: Annotation) -> Measurements:
    with open_audio(path) as reader:
        return measure_annotation(reader, annotation)


def test_a_region_measures_its_own_sound_against_the_second_on_either_side(recording: Path) -> None:
    found = measured(recording, Annotation("tone", "r", 1.0, 2.0, channel=0))
    assert found.duration_s == 1.0
    assert found.peak_hz == pytest.approx(1_000, abs=RATE / 512)
    assert found.rms_db == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.05)
    assert found.snr_db == pytest.approx(20 * np.log10(0.5 / np.sqrt(2) / 0.001), abs=2)


def test_a_box_measures_its_band_and_a_channel_its_own(recording: Path) -> None:
    box = measured(recording, Annotation("tone", "r", 1.0, 2.0, 2_000.0, 3_500.0))
    assert box.peak_hz == pytest.approx(3_000, abs=RATE / 512)
    right = measured(recording, Annotation("tone", "r", 1.0, 2.0, channel=1))
    assert right.peak_hz == pytest.approx(3_000, abs=RATE / 512)


def test_a_whole_recording_is_measured_to_its_end(recording: Path) -> None:
    assert measured(recording, Annotation("tone", "r")).duration_s == 4.0


def test_an_end_beyond_the_recording_is_cut_and_a_channel_beyond_it_is_the_last(recording: Path) -> None:
    found = measured(recording, Annotation("tone", "r", 1.0, 9.0, channel=7))
    assert found.duration_s == 3.0
    assert found.peak_hz == pytest.approx(3_000, abs=RATE / 512)


def test_what_cannot_be_measured_says_why(recording: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="without length"):
        measured(recording, Annotation("point", "r", 1.0, 1.0))
    soundfile.write(tmp_path / "long.wav", np.zeros(round((LONGEST_S + 1) * 1_000), np.float32), 1_000)
    with pytest.raises(UserError, match="is not measured"):
        measured(tmp_path / "long.wav", Annotation("silence", "r"))
