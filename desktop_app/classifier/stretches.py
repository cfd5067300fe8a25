"""Stretches of recordings as networks hear them: with what is really around them where they are short."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from desktop_app.audio.reader import Reader, open_audio
from desktop_app.audio.resample import StreamResampler
from desktop_app.audio.sources import shown_name
from desktop_app.classifier.data.clips import Stretch
from desktop_app.classifier.waveforms import BLOCK_FRAMES, Waveform, Windowing, Windows, mixed, windows_in
from desktop_app.errors import UserError

MARGIN_S = 0.02
"""Read on both sides of what is cut out, so that the ends of the resampler fall outside."""


def read_stretch(path: Path, stretch: Stretch, sample_rate_hz: int, least_frames: int) -> Waveform:
    """Return a stretch, mono, at a rate, shape (frames,), at least `least_frames` long where the recording is.

    UserError where it lies outside the recording, or where what was read is damaged.
    """
    with open_audio(path) as reader:
        wide = _widened(path, reader, stretch, least_frames / sample_rate_hz)
        waveform = np.concatenate(list(_blocks(reader, wide, sample_rate_hz)))
        if reader.notes:
            raise UserError(f"“{shown_name(path)}” is damaged: {reader.notes[0]}")
    return waveform


def windows_of_stretch(path: Path, stretch: Stretch, windowing: Windowing) -> Iterator[Windows]:
    """Yield the windows of a stretch as `windows_of` does those of a recording; one where it is short.

    Onsets, and the `duration_s` at the end, count from the start of the recording.
    """
    with open_audio(path) as reader:
        wide = _widened(path, reader, stretch, windowing.window_frames / windowing.sample_rate_hz)
        for windows in windows_in(_blocks(reader, wide, windowing.sample_rate_hz), windowing):
            onsets_s = tuple(wide.onset_s + onset_s for onset_s in windows.onsets_s)
            end_s = None if windows.duration_s is None else wide.onset_s + windows.duration_s
            yield replace(windows, onsets_s=onsets_s, duration_s=end_s)


def widened(stretch: Stretch, least_s: float, duration_s: float) -> Stretch:
    """Return at least so much of a recording around the middle of a stretch, inside of the recording."""
    length_s = max(stretch.offset_s - stretch.onset_s, least_s)
    onset_s = (stretch.onset_s + stretch.offset_s - length_s) / 2
    onset_s = max(0.0, min(onset_s, duration_s - length_s))
    return Stretch(onset_s, min(onset_s + length_s, duration_s))


def _widened(path: Path, reader: Reader, stretch: Stretch, least_s: float) -> Stretch:
    duration_s = reader.frames / reader.sample_rate_hz
    if stretch.onset_s >= duration_s:
        raise UserError(
            f"“{shown_name(path)}” ends at {duration_s:g} s, before its label at {stretch.onset_s:g} s; move the label."
        )
    return widened(stretch, least_s, duration_s)


def _blocks(reader: Reader, wide: Stretch, sample_rate_hz: int) -> Iterator[Waveform]:
    """Yield exactly the stretch as mono blocks at a rate, in bounded memory."""
    from_hz = reader.sample_rate_hz
    start, stop = round(wide.onset_s * from_hz), round(wide.offset_s * from_hz)
    margin = round(MARGIN_S * from_hz)
    first, last = max(0, start - margin), min(reader.frames, stop + margin)
    skip = round((start - first) * sample_rate_hz / from_hz)
    left = max(1, round((stop - start) * sample_rate_hz / from_hz))
    stream = StreamResampler(from_hz, sample_rate_hz, 1)
    for at in range(first, last, BLOCK_FRAMES):
        block = stream.push(mixed(reader.read(at, min(BLOCK_FRAMES, last - at))), last=at + BLOCK_FRAMES >= last)[:, 0]
        piece = block[skip : skip + left]
        skip, left = max(0, skip - len(block)), left - len(piece)
        yield piece
