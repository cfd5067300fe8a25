"""Recordings -> mono windows of the length and rate that a network wants, read in bounded memory."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.audio.decoding.plain_wav import read_plain_wav
from desktop_app.audio.reader import open_audio
from desktop_app.audio.resample import StreamResampler
from desktop_app.audio.sources import shown_name
from desktop_app.errors import UserError

Waveform = npt.NDArray[np.float32]

BLOCK_FRAMES = 262_144  # 5.9 s of 44.1 kHz stereo are 2 MiB
TAIL_SHARE = 0.05  # a rest shorter than this part of a window says nothing that the window before it did not


@dataclass(frozen=True)
class Windows:
    """Some consecutive windows of one recording."""

    onsets_s: tuple[float, ...]
    """Start of each window in seconds."""
    waveforms: Waveform
    """The windows, shape (windows, frames)."""
    duration_s: float | None
    """Length of the recording where its end has been reached, else None."""


@dataclass(frozen=True)
class Windowing:
    """How a recording is cut."""

    sample_rate_hz: int
    """Rate that the network wants."""
    window_frames: int
    """Length of a window at that rate."""
    hop_frames: int
    """From one window to the next at that rate."""
    most: int = 64
    """Most windows handed over at a time."""


def centred(waveform: Waveform, frames: int) -> Waveform:
    """Return exactly `frames` samples: a shorter sound in the middle of zeros, or the middle of a longer one."""
    missing = frames - len(waveform)
    if missing <= 0:
        start = -missing // 2
        return waveform[start : start + frames]
    padded = np.zeros(frames, np.float32)
    padded[missing // 2 : missing // 2 + len(waveform)] = waveform
    return padded


def mono_blocks(path: Path, sample_rate_hz: int, *, whole_only: bool = False) -> Iterator[Waveform]:
    """Yield a recording as mono blocks at a rate; UserError where it cannot be read or holds no sound.

    Of a damaged one the readable part is yielded; with `whole_only` that is a UserError, too.
    """
    plain = read_plain_wav(path)
    if plain is not None:
        frames, from_hz = plain
        yield StreamResampler(from_hz, sample_rate_hz, 1).push(mixed(frames), last=True)[:, 0]
        return
    with open_audio(path) as reader:
        stream = StreamResampler(reader.sample_rate_hz, sample_rate_hz, 1)
        empty = True
        for block in reader.blocks(BLOCK_FRAMES):
            empty = empty and not len(block)
            yield stream.push(mixed(block))[:, 0]
        if whole_only and reader.notes:
            raise UserError(f"“{shown_name(path)}” is damaged: {reader.notes[0]}")
        if empty:
            raise UserError(f"“{shown_name(path)}” holds no sound; leave it out.")
        yield stream.push(np.zeros((0, 1), np.float32), last=True)[:, 0]


def mixed(frames: Waveform) -> Waveform:
    """Return the mean of the channels, shape (frames, 1)."""
    return frames if frames.shape[1] == 1 else frames.mean(axis=1, keepdims=True)


def read_mono(path: Path, sample_rate_hz: int) -> Waveform:
    """Return a whole recording, mono, at a rate, shape (frames,); UserError where any of it is damaged.

    For training: what a reader patches with silence must not be learnt as what the label says.
    """
    return np.concatenate(list(mono_blocks(path, sample_rate_hz, whole_only=True)))


def windows_of(path: Path, windowing: Windowing) -> Iterator[Windows]:
    """Yield the windows of a recording in order, at most `windowing.most` at a time, in bounded memory.

    A recording up to one window long is one window, centred as in training. In a longer one they start every
    `hop_frames`; a last window ends with the recording where more than a twentieth of a window would be left over.
    """
    return windows_in(mono_blocks(path, windowing.sample_rate_hz), windowing)


def windows_in(blocks: Iterable[Waveform], windowing: Windowing) -> Iterator[Windows]:
    """Yield the windows of mono blocks, which are at the rate of the windows, as `windows_of` does."""
    frames, hop, rate = windowing.window_frames, windowing.hop_frames, windowing.sample_rate_hz
    held = np.zeros(0, np.float32)  # what the windows to come need
    start = 0  # of `held` in the recording
    next_onset = 0
    for block in blocks:
        held = np.concatenate([held, block]) if len(held) else block
        while next_onset - start + frames + (windowing.most - 1) * hop <= len(held):
            onsets = range(next_onset, next_onset + windowing.most * hop, hop)
            yield _cut(held, start, onsets, windowing, None)
            next_onset = onsets[-1] + hop
        keep = max(next_onset - hop, start)  # the last window may start up to a hop before the next one
        held, start = held[keep - start :], keep
    total = start + len(held)
    if total <= frames and not next_onset:
        yield Windows((0.0,), centred(held, frames)[None], total / rate)
        return
    onsets_left = list(range(next_onset, total - frames + 1, hop))
    covered = (onsets_left[-1] if onsets_left else next_onset - hop) + frames
    if total - covered > TAIL_SHARE * frames:
        onsets_left.append(total - frames)
    yield _cut(held, start, onsets_left, windowing, total / rate)


def _cut(
    held: Waveform, start: int, onsets: range | list[int], windowing: Windowing, duration_s: float | None
) -> Windows:
    pieces = [held[onset - start : onset - start + windowing.window_frames] for onset in onsets]
    stacked = np.stack(pieces) if pieces else np.zeros((0, windowing.window_frames), np.float32)
    return Windows(tuple(onset / windowing.sample_rate_hz for onset in onsets), stacked, duration_s)
