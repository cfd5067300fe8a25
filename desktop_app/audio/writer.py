"""Save a sound: any writable format of the table, whole or not at all, with a report of what had to be changed."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
import numpy.typing as npt

from desktop_app.audio.atomic import explain_write_error, replacing
from desktop_app.audio.encoders import HIGHEST_RATE_HZ, CheckedFile, EncodePlan, Encoder, open_encoder
from desktop_app.audio.formats import (
    AudioFormat,
    Encodable,
    choose_encodable,
    format_for_path,
    format_named,
    writable_formats,
)
from desktop_app.audio.resample import StreamResampler
from desktop_app.errors import UserError
from desktop_app.words import counted

Target = str | os.PathLike[str] | BinaryIO
Samples = npt.NDArray[Any] | Iterable[npt.NDArray[Any]]
Frames = npt.NDArray[np.float32]

BLOCK_FRAMES = 65_536
_HOLD_NOTHING = frozenset({"PCM_S", "PCM_U", "PCM_F", "ULAW", "ALAW"})


@dataclass(frozen=True)
class SaveReport:
    """What was written."""

    path: Path | None
    """The file, None where the target was a file object."""
    frames: int
    """Frames in it, at its own sample rate."""
    clipped: int
    """Samples beyond full scale that had to be cut to it (0 for PCM_F, which holds them)."""
    sample_rate_hz: int = 0
    """Sample rate of the file, which the format may have forced."""
    replaced: int = 0
    """Samples that were no numbers (NaN, infinite) and became silence."""
    notes: tuple[str, ...] = ()
    """One sentence for everything that a person should know about the file."""


def save_audio(
    target: Target,
    frames: Samples,
    sample_rate_hz: int,
    *,
    format: str | None = None,
    encoding: str | None = None,
    bits_per_sample: int | None = None,
    output_rate_hz: int | None = None,
) -> SaveReport:
    """Write a sound to a path or a binary file object and return what was written.

    `frames` is an array (frames, channels) or (frames,), floats in [-1, 1] or signed integers of full scale, or an
    iterable of such blocks, which are written in bounded memory. `format` is a name of the table (else the path's
    suffix decides), `encoding` and `bits_per_sample` one of its combinations (else its default). The sound is
    resampled to `output_rate_hz`, or to the nearest rate that the encoding knows where it does not know this one.

    A path gets the whole file or stays as it was, and so does a file object where the encoding fails; a file object
    needs only `write`. UserError says why a sound cannot be saved. Integer and lossy encodings clip at full scale.
    Any thread.
    """
    audio_format = _format_of(target, format)
    encodable = choose_encodable(audio_format, encoding, bits_per_sample)
    rate_hz, notes = _rate_of(audio_format, encodable, sample_rate_hz, output_rate_hz)
    channels, blocks = _blocks_of(frames)
    _require_channels(audio_format, encodable, channels)
    plan = EncodePlan(audio_format, encodable, rate_hz, channels)
    sound = _Pass(blocks, sample_rate_hz, plan)
    if isinstance(target, (str, os.PathLike)):
        with replacing(target) as file:
            sound.write_to(file)
        return sound.report(Path(target), notes)
    _write_to_object(target, sound)
    return sound.report(None, notes)


def _format_of(target: Target, name: str | None) -> AudioFormat:
    if name is not None:
        return format_named(name)
    path = target if isinstance(target, (str, os.PathLike)) else getattr(target, "name", "")
    found = format_for_path(path) if isinstance(path, (str, os.PathLike)) else None
    if found is None:
        endings = ", ".join(known.suffixes[0] for known in writable_formats())
        raise UserError(f"The name does not say which audio format to write: end it in one of {endings}.")
    return found


def _rate_of(
    audio_format: AudioFormat, encodable: Encodable, from_hz: int, wanted_hz: int | None
) -> tuple[int, tuple[str, ...]]:
    """Return the rate to write and what to tell about it: a rate that was asked for is never silently another."""
    rate_hz = from_hz if wanted_hz is None else wanted_hz
    if rate_hz <= 0 or from_hz <= 0:
        raise UserError(f"{rate_hz} Hz is no sample rate: choose a number above 0.")
    legal = encodable.sample_rates_hz
    highest_hz = HIGHEST_RATE_HZ.get(encodable.encoding, rate_hz)
    if rate_hz <= highest_hz and (not legal or rate_hz in legal):
        return rate_hz, ()
    if wanted_hz is not None:
        choices = "one of " + ", ".join(map(str, sorted(legal))) if legal else f"at most {highest_hz}"
        raise UserError(f"{audio_format.name} cannot hold {wanted_hz} Hz: choose {choices} Hz.")
    forced_hz = min((rate for rate in legal if rate >= from_hz), default=max(legal, default=highest_hz))
    return forced_hz, (f"Resampled from {from_hz} to {forced_hz} Hz, as {audio_format.name} cannot hold {from_hz} Hz.",)


def _require_channels(audio_format: AudioFormat, encodable: Encodable, channels: int) -> None:
    if encodable.max_channels and channels > encodable.max_channels:
        most = "one channel" if encodable.max_channels == 1 else f"{encodable.max_channels} channels"
        raise UserError(
            f"{audio_format.name} with {encodable.encoding} holds at most {most}, and this sound has {channels}: "
            "mix it to mono or choose another format."
        )


def _blocks_of(frames: Samples) -> tuple[int, Iterator[Frames]]:
    """Return the number of channels and the sound as blocks (frames, channels); no blocks at all count as mono."""
    if isinstance(frames, np.ndarray):
        whole = _as_floats(frames)
        cuts = range(0, len(whole), BLOCK_FRAMES)
        return whole.shape[1], (whole[start : start + BLOCK_FRAMES] for start in cuts)
    blocks = map(_as_floats, frames)
    first = next(blocks, None)
    return (1, iter(())) if first is None else (first.shape[1], chain((first,), blocks))


def _as_floats(block: npt.NDArray[Any]) -> Frames:
    """Return (frames, channels) float32; signed integers are taken as full scale of their width."""
    if np.issubdtype(block.dtype, np.signedinteger):
        block = block / np.float64(-float(np.iinfo(block.dtype).min))
    if not np.issubdtype(block.dtype, np.floating) or block.ndim not in (1, 2) or 0 in block.shape[1:]:
        raise ValueError(f"not a sound: {block.dtype} of shape {block.shape}")
    return (block if block.ndim == 2 else block[:, None]).astype(np.float32, copy=False)


@dataclass
class _Pass:
    """One sound on its way into one file, and the counts of what happened to it."""

    blocks: Iterator[Frames]
    from_hz: int
    plan: EncodePlan
    frames: int = field(default=0, init=False)
    clipped: int = field(default=0, init=False)
    replaced: int = field(default=0, init=False)

    def write_to(self, file: IO[bytes]) -> None:
        """Encode every block into the file."""
        checked = CheckedFile(file, self.plan)
        encoder = open_encoder(checked, self.plan)
        try:
            for block in self._resampled():
                self._encode(block, encoder)
            self._require_content()
        except BaseException:
            with suppress(OSError, UserError):
                encoder.close()
            raise
        encoder.close()

    def _resampled(self) -> Iterator[Frames]:
        resampler = StreamResampler(self.from_hz, self.plan.sample_rate_hz, self.plan.channels)
        for block in self.blocks:
            yield resampler.push(self._finite(block))
        yield resampler.push(np.empty((0, self.plan.channels), np.float32), last=True)

    def _finite(self, block: Frames) -> Frames:
        """Turn what is no number into silence, before a resampler can spread it."""
        strange = block.size - int(np.count_nonzero(np.isfinite(block)))
        self.replaced += strange
        return np.nan_to_num(block, nan=0.0, posinf=0.0, neginf=0.0) if strange else block

    def _encode(self, block: Frames, encoder: Encoder) -> None:
        if not len(block):
            return
        if self.plan.encodable.encoding != "PCM_F":
            beyond = int(np.count_nonzero(np.abs(block) > 1))
            self.clipped += beyond
            block = np.clip(block, -1, 1) if beyond else block
        encoder.write(block)
        self.frames += len(block)

    def _require_content(self) -> None:
        if not self.frames and self.plan.encodable.encoding not in _HOLD_NOTHING:
            raise UserError(
                f"There is nothing to save: the sound has no frames, and {self.plan.audio_format.name} cannot be empty."
            )

    def report(self, path: Path | None, notes: tuple[str, ...]) -> SaveReport:
        """Return what was written."""
        if self.clipped:
            notes += (f"Clipped to full scale: {counted(self.clipped, 'sample')}.",)
        if self.replaced:
            notes += (f"Made silent, being no numbers: {counted(self.replaced, 'sample')}.",)
        return SaveReport(path, self.frames, self.clipped, self.plan.sample_rate_hz, self.replaced, notes)


def _write_to_object(target: BinaryIO, sound: _Pass) -> None:
    """Encode into a temporary file and hand its bytes over: headers are rewritten at the end, and not all can seek."""
    try:
        with tempfile.TemporaryFile() as file:
            sound.write_to(file)
            file.seek(0)
            shutil.copyfileobj(file, target)
    except OSError as error:
        raise explain_write_error(error, str(getattr(target, "name", "the file"))) from error
