"""The bundled samples: small, readable, as loud as recordings are, and what they are said to be."""

import csv
from pathlib import Path

import numpy as np
import pytest

from desktop_app.assets import samples_dir
from desktop_app.audio.formats import format_for_path
from desktop_app.audio.metadata import probe
from desktop_app.audio.reader import open_audio
from desktop_app.audio.sources import find_audio
from tools.make_samples import GARDEN_NAME, GARDEN_S, SAMPLES, Sample

NAMES = [found.path.name for found in find_audio(samples_dir(), problems=print)]


def test_all_samples_of_the_tool_are_bundled_and_no_others() -> None:
    assert sorted(NAMES) == sorted([*(sample.name for sample in SAMPLES), GARDEN_NAME])
    assert len(NAMES) == 30  # as many as the tutorial labels


def test_they_are_no_burden_to_download() -> None:
    assert sum(path.stat().st_size for path in samples_dir().iterdir()) < 6_000_000


def test_they_show_many_formats() -> None:
    formats = {found.name for name in NAMES if (found := format_for_path(name)) is not None}
    assert formats >= {"WAV", "FLAC", "MP3", "OGG", "OPUS", "M4A", "AIFF", "AU", "AMR", "GSM", "CAF", "W64"}


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_opens_and_is_neither_faint_nor_clipped(name: str) -> None:
    with open_audio(samples_dir() / name) as reader:
        frames = reader.read()
        assert reader.notes == ()
    assert 0.15 < np.abs(frames).max() < 0.95
    assert np.abs(frames[:4]).max() < 0.05  # no click at the start


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_is_at_the_rate_it_was_made_at(sample: Sample) -> None:
    assert probe(samples_dir() / sample.name).sample_rate_hz == sample.rate_hz


def test_everything_in_the_list_of_the_garden_is_heard_there() -> None:
    with (samples_dir() / Path(GARDEN_NAME).with_suffix(".csv")).open(encoding="utf-8", newline="") as file:
        events = list(csv.DictReader(file))
    with open_audio(samples_dir() / GARDEN_NAME) as reader:
        garden, rate_hz = reader.read()[:, 0], reader.sample_rate_hz
    assert len(garden) == GARDEN_S * rate_hz
    assert len(events) > 30
    for event in events:
        start, stop = (round(float(event[name]) * rate_hz) for name in ("onset_s", "offset_s"))
        before, during = garden[start - rate_hz // 2 : start], garden[start:stop]
        assert np.sqrt(np.mean(during**2)) > 5 * np.sqrt(np.mean(before**2)), event
