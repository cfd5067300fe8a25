"""Saving a sound: what is read back is what was given, everything changed on the way is counted and told."""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import av
import numpy as np
import numpy.typing as npt
import pytest
import soundfile as sf
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.audio import encoders
from desktop_app.audio.formats import AudioFormat, Encodable, writable_formats
from desktop_app.audio.reader import open_audio
from desktop_app.audio.resample import resample
from desktop_app.audio.writer import save_audio
from desktop_app.errors import UserError

Frames = npt.NDArray[np.float32]
COMBINATIONS = [
    pytest.param(entry, encodable, id=f"{entry.name}-{encodable.encoding}{encodable.bits_per_sample or ''}")
    for entry in writable_formats()
    for encodable in entry.writes
]
# The largest error of one sample that rounding allows; the laws step in 1/32 near full scale.
LAW_ERROR = 1 / 32
# Signal-to-noise ratio in dB that a lossy codec must keep on a slow sweep; waveform codecs for speech keep less.
LOSSY_DB = {"MP3": 40, "VORBIS": 30, "OPUS": 30, "AAC": 30, "GSM": 20, "AMR_NB": 7}
# Whole codec frames at the end, where the format cannot say how many samples count (FFmpeg 5.1: nor in a short Vorbis).
MAY_PAD = {"AAC": 1024, "GSM": 640, "AMR_NB": 160, "VORBIS": 128}
DELAY = {"AMR_NB": 40}  # the encoder's look-ahead of 5 ms, which no decoder takes away


def sweep(frames: int, rate_hz: int, channels: int) -> Frames:
    """Return a slow sweep from 300 to 900 Hz, another start for each channel, peak 0.5."""
    t = np.arange(frames) / rate_hz
    phase = 2 * np.pi * (300 * t + 300 * t**2 * rate_hz / frames)
    return np.stack([0.5 * np.sin(phase + channel) for channel in range(channels)], axis=1).astype(np.float32)


def a_sound_for(encodable: Encodable) -> tuple[Frames, int]:
    """Return 0.6 s of an odd number of frames, stereo where it can be, at a rate that is legal."""
    legal = encodable.sample_rates_hz
    rate_hz = 16_000 if not legal or 16_000 in legal else legal[0]
    return sweep(int(rate_hz * 0.6) // 2 * 2 + 1, rate_hz, min(encodable.max_channels or 2, 2)), rate_hz


def decoded_by_ours(path: Path, audio_format: AudioFormat) -> tuple[Frames, int]:
    """Decode with soundfile, or with PyAV where libsndfile does not know the format."""
    if audio_format.name in ("M4A", "AMR"):
        with av.open(path) as container:
            rate_hz = container.streams.audio[0].rate
            planes = [frame.to_ndarray() for frame in container.decode(audio=0)]
        joined = np.concatenate(planes, axis=1).T
        full_scale = -float(np.iinfo(joined.dtype).min) if joined.dtype.kind == "i" else 1.0
        return (joined / full_scale).astype(np.float32), rate_hz
    raw: dict[str, Any] = {"format": "RAW", "subtype": "GSM610", "samplerate": 8_000, "channels": 1}
    return sf.read(path, dtype="float32", always_2d=True, **(raw if audio_format.name == "GSM" else {}))


def signal_to_noise_db(sound: Frames, decoded: Frames, delay_frames: int) -> float:
    """Compare inside the sound, past the edges, where no codec is at its best."""
    inside = sound[1_500:-1_500]
    noise = decoded[1_500 + delay_frames :][: len(inside)] - inside
    return float(10 * np.log10(np.mean(inside**2) / max(np.mean(noise**2), 1e-20)))


def assert_same_sound(sound: Frames, decoded: Frames, encodable: Encodable) -> None:
    spare = len(decoded) - len(sound)
    assert 0 <= spare <= MAY_PAD.get(encodable.encoding, 0)
    assert decoded.shape[1] == sound.shape[1]
    if encodable.encoding in LOSSY_DB:
        ratio_db = signal_to_noise_db(sound, decoded, DELAY.get(encodable.encoding, 0))
        assert ratio_db > LOSSY_DB[encodable.encoding]
        return
    rounding = LAW_ERROR if encodable.encoding in ("ULAW", "ALAW") else 0.5 / 2 ** (encodable.bits_per_sample - 1)
    np.testing.assert_allclose(decoded, sound, rtol=0, atol=max(rounding, 1e-7))


@pytest.mark.parametrize(("audio_format", "encodable"), COMBINATIONS)
def test_every_legal_combination_reads_back(tmp_path: Path, audio_format: AudioFormat, encodable: Encodable) -> None:
    sound, rate_hz = a_sound_for(encodable)
    path = tmp_path / f"a{audio_format.suffixes[0]}"
    report = save_audio(
        path, sound, rate_hz, encoding=encodable.encoding, bits_per_sample=encodable.bits_per_sample or None
    )
    decoded, decoded_rate_hz = decoded_by_ours(path, audio_format)
    assert (report.frames, report.clipped, report.path, report.notes) == (len(sound), 0, path, ())
    assert decoded_rate_hz == rate_hz
    assert_same_sound(sound, decoded, encodable)


def decoded_by(command: list[str | Path], channels: int) -> Frames:
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed")
    output = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(output, np.float32).reshape(-1, channels)


@pytest.mark.parametrize(("audio_format", "encodable"), [c for c in COMBINATIONS if c.values[0].name != "HTK"])
def test_ffmpeg_hears_the_same(tmp_path: Path, audio_format: AudioFormat, encodable: Encodable) -> None:
    sound, rate_hz = a_sound_for(encodable)
    path = tmp_path / f"a{audio_format.suffixes[0]}"
    save_audio(path, sound, rate_hz, encoding=encodable.encoding, bits_per_sample=encodable.bits_per_sample or None)
    wanted = ["-f", "f32le", "-ar", str(rate_hz), "-"]
    assert_same_sound(sound, decoded_by(["ffmpeg", "-v", "error", "-i", path, *wanted], sound.shape[1]), encodable)


# What sox 14.4.2 reads rightly: its float W64 and CAF, MP3 start and ALAW in some containers are wrong or missing.
SOX_READS = [
    *(("WAV", encoding, bits) for encoding, bits in [("PCM_S", 24), ("PCM_U", 8), ("PCM_F", 64), ("ULAW", 8)]),
    *((name, "PCM_S", 16) for name in ("AIFF", "AU", "CAF", "W64", "RF64", "SPH", "AMB", "HTK")),
    *(("FLAC", "FLAC", 24), ("OGG", "VORBIS", 0), ("WAV", "GSM", 0), ("GSM", "GSM", 0), ("AMR", "AMR_NB", 0)),
]


@pytest.mark.parametrize(("name", "encoding", "bits"), SOX_READS)
def test_sox_hears_the_same(tmp_path: Path, name: str, encoding: str, bits: int) -> None:
    audio_format = next(entry for entry in writable_formats() if entry.name == name)
    encodable = next(w for w in audio_format.writes if (w.encoding, w.bits_per_sample) == (encoding, bits))
    sound, rate_hz = a_sound_for(encodable)
    path = tmp_path / f"a{audio_format.suffixes[0]}"
    save_audio(path, sound, rate_hz, encoding=encoding, bits_per_sample=bits or None)
    assert_same_sound(sound, decoded_by(["sox", path, "-t", "f32", "-"], sound.shape[1]), encodable)


@pytest.mark.parametrize("name", ["WAV", "AIFF", "FLAC", "SPH"])
def test_sixteen_bits_round_to_the_nearest_step(name: str) -> None:
    steps = np.array([0.4, 0.6, 1.4, -0.4, -0.6, -1.4], np.float32)
    target = io.BytesIO()
    save_audio(target, steps / 32_768, 16_000, format=name, bits_per_sample=16)
    assert list(sf.read(io.BytesIO(target.getvalue()), dtype="int16")[0]) == [0, 1, 1, 0, -1, -1]


@pytest.mark.parametrize(
    ("audio_format", "encodable"), [c for c in COMBINATIONS if cast("Encodable", c.values[1]).encoding != "PCM_F"]
)
def test_what_lies_beyond_full_scale_is_clipped_and_counted(audio_format: AudioFormat, encodable: Encodable) -> None:
    sound, rate_hz = a_sound_for(encodable)
    sound[100:103] = [1.5], [-7.0], [1.0]
    report = save_audio(
        io.BytesIO(), sound, rate_hz, format=audio_format.name, encoding=encodable.encoding,
        bits_per_sample=encodable.bits_per_sample or None,
    )  # fmt: skip
    assert report.clipped == 2 * sound.shape[1]
    assert any("Clipped" in note for note in report.notes)


def test_clipping_stops_at_full_scale_and_never_wraps() -> None:
    target = io.BytesIO()
    save_audio(target, np.array([2.0, -2.0, 1.0, -1.0]), 8_000, format="WAV", bits_per_sample=16)
    assert list(sf.read(io.BytesIO(target.getvalue()), dtype="int16")[0]) == [32_767, -32_768, 32_767, -32_768]


def test_floats_keep_what_lies_beyond_full_scale() -> None:
    target = io.BytesIO()
    report = save_audio(target, np.array([1.5, -7.0]), 8_000, format="WAV", encoding="PCM_F")
    assert report.clipped == 0
    assert list(sf.read(io.BytesIO(target.getvalue()))[0]) == [1.5, -7.0]


def test_samples_that_are_no_numbers_become_silence_and_are_counted() -> None:
    target = io.BytesIO()
    sound = np.array([0.5, np.nan, np.inf, -np.inf, 0.25])
    report = save_audio(target, sound, 8_000, format="WAV", encoding="PCM_F")
    assert (report.replaced, report.clipped) == (3, 0)
    assert list(sf.read(io.BytesIO(target.getvalue()))[0]) == [0.5, 0, 0, 0, 0.25]


@pytest.mark.parametrize("dtype", ["int16", "int32"])
def test_integers_are_taken_at_full_scale(dtype: str) -> None:
    target = io.BytesIO()
    sound = (np.array([0, 0.5, -1.0]) * 2.0 ** (np.iinfo(dtype).bits - 1)).astype(dtype)
    save_audio(target, sound, 8_000, format="WAV", bits_per_sample=16)
    assert list(sf.read(io.BytesIO(target.getvalue()))[0]) == [0, 0.5, -1.0]


def blocks_of(sound: Frames, sizes: list[int]) -> Iterator[Frames]:
    position = 0
    for size in [*sizes, len(sound)]:
        yield sound[position : position + size]
        position += size


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3_000), max_size=8), st.sampled_from([16_000, 44_100]))
def test_blocks_of_any_size_write_what_the_whole_array_writes(sizes: list[int], rate_hz: int) -> None:
    sound = sweep(5_001, 16_000, 2)
    whole, in_blocks = io.BytesIO(), io.BytesIO()
    for target, frames in ((whole, sound), (in_blocks, blocks_of(sound, sizes))):
        save_audio(target, frames, 16_000, format="FLAC", bits_per_sample=24, output_rate_hz=rate_hz)
    assert whole.getvalue() == in_blocks.getvalue()


def test_the_rate_asked_for_is_what_soxr_makes_of_it(tmp_path: Path) -> None:
    sound = sweep(48_000, 48_000, 2)
    report = save_audio(tmp_path / "a.wav", sound, 48_000, encoding="PCM_F", output_rate_hz=22_050)
    decoded, rate_hz = sf.read(tmp_path / "a.wav", dtype="float32")
    assert (rate_hz, report.sample_rate_hz, report.frames) == (22_050, 22_050, 22_050)
    np.testing.assert_array_equal(decoded, resample(sound, 48_000, 22_050))


@pytest.mark.parametrize(
    ("name", "from_hz", "to_hz"),
    [
        ("AMR", 44_100, 8_000),
        ("GSM", 16_000, 8_000),
        ("OPUS", 44_100, 48_000),
        ("OPUS", 11_025, 12_000),
        ("MP3", 192_000, 48_000),
        ("M4A", 15_000, 16_000),
        ("OGG", 384_000, 200_000),  # a bat detector's rate, on which libvorbis ends and libsndfile crashes
        ("FLAC", 1_000_000, 655_350),
        ("OPUS", 16_000, 16_000),
    ],
)
def test_a_rate_that_the_format_lacks_becomes_the_next_legal_one_and_is_told(
    name: str, from_hz: int, to_hz: int
) -> None:
    report = save_audio(io.BytesIO(), sweep(from_hz, from_hz, 1), from_hz, format=name)
    assert report.sample_rate_hz == report.frames == to_hz
    assert report.notes == (
        () if from_hz == to_hz else (f"Resampled from {from_hz} to {to_hz} Hz, as {name} cannot hold {from_hz} Hz.",)
    )


@pytest.mark.parametrize(
    ("settings", "channels", "sentence"),
    [
        ({"format": "AMR"}, 2, "at most one channel, and this sound has 2: mix it to mono"),
        ({"format": "HTK"}, 2, "at most one channel"),
        ({"format": "MP3"}, 3, "at most 2 channels"),
        ({"format": "FLAC"}, 9, "at most 8 channels"),
        ({"format": "WAV"}, 2_000, "WAV cannot hold 2000 channel"),
        ({"format": "OPUS", "output_rate_hz": 44_100}, 1, "OPUS cannot hold 44100 Hz: choose one of 8000, 12000"),
        ({"format": "WAV", "output_rate_hz": 0}, 1, "0 Hz is no sample rate"),
        ({"format": "OGG", "output_rate_hz": 1_000_000}, 1, "OGG cannot hold 1000000 Hz: choose at most 200000 Hz"),
        ({"format": "FLAC", "bits_per_sample": 12}, 1, "FLAC cannot hold 12 bits: choose FLAC 16"),
        ({"format": "MKV"}, 1, "MKV can be read but not written"),
        ({"format": "XYZ"}, 1, "no audio format called"),
        ({}, 1, r"does not say which audio format to write: end it in one of \.wav, \.flac"),
    ],
)
def test_what_cannot_be_saved_is_told_in_a_sentence(settings: dict[str, Any], channels: int, sentence: str) -> None:
    target = io.BytesIO()
    with pytest.raises(UserError, match=sentence):
        save_audio(target, sweep(2_000, 16_000, channels), 16_000, **settings)
    assert not target.getvalue()


@pytest.mark.parametrize(("audio_format", "encodable"), COMBINATIONS)
def test_no_frames_at_all_make_a_legal_file_or_none(audio_format: AudioFormat, encodable: Encodable) -> None:
    target = io.BytesIO()
    rate_hz = a_sound_for(encodable)[1]
    try:
        report = save_audio(
            target, np.empty((0, 1)), rate_hz, format=audio_format.name, encoding=encodable.encoding,
            bits_per_sample=encodable.bits_per_sample or None,
        )  # fmt: skip
    except UserError as error:
        assert "There is nothing to save" in str(error)
        assert not target.getvalue()
    else:
        assert report.frames == len(sf.read(io.BytesIO(target.getvalue()))[0]) == 0


def test_no_blocks_at_all_are_silence_in_mono() -> None:
    assert save_audio(io.BytesIO(), iter(()), 8_000, format="WAV").frames == 0


@pytest.mark.parametrize(("frames", "channels"), [(7, 1), (7, 3), (8, 1)])
def test_an_odd_aiff_of_eight_bits_does_not_count_its_padding(tmp_path: Path, frames: int, channels: int) -> None:
    save_audio(tmp_path / "a.aiff", sweep(frames, 8_000, channels), 8_000, encoding="PCM_S", bits_per_sample=8)
    assert sf.info(tmp_path / "a.aiff").frames == frames


def test_an_amb_file_says_that_it_is_ambisonic(tmp_path: Path) -> None:
    sound = sweep(100, 8_000, 4)
    save_audio(tmp_path / "a.amb", sound, 8_000, encoding="PCM_F")
    header = (tmp_path / "a.amb").read_bytes()
    assert header[40:60] == bytes(4) + bytes.fromhex("03000000 2107d3118644c8c1ca000000")
    np.testing.assert_array_equal(sf.read(tmp_path / "a.amb", dtype="float32")[0], sound)


class WriteOnly(io.RawIOBase):
    """What a network upload offers: no way back."""

    def __init__(self) -> None:
        self.received = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.received += bytes(data)
        return len(data)


@pytest.mark.parametrize("name", ["WAV", "FLAC", "MP3", "M4A", "AMR"])
def test_an_object_that_cannot_seek_gets_the_same_bytes_as_a_file(tmp_path: Path, name: str) -> None:
    sound, target = sweep(4_000, 8_000, 1), WriteOnly()
    report = save_audio(cast("BinaryIO", target), sound, 8_000, format=name, bits_per_sample=None)
    save_audio(tmp_path / "a", sound, 8_000, format=name)
    assert report.path is None
    assert target.received == (tmp_path / "a").read_bytes()


def test_an_object_that_breaks_is_told_in_a_sentence() -> None:
    class Broken(WriteOnly):
        def write(self, data: Any) -> int:
            raise ConnectionResetError(104, "Connection reset by peer")

    with pytest.raises(UserError, match=r"could not be written \(Connection reset by peer"):
        save_audio(cast("BinaryIO", Broken()), sweep(4_000, 8_000, 1), 8_000, format="WAV")


def old_recording(path: Path) -> bytes:
    path.write_bytes(b"the old recording")
    return path.read_bytes()


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if entry.name != ".user")


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".ogg", ".m4a", ".amr"])
def test_a_sound_that_breaks_off_leaves_the_old_file_whole(tmp_path: Path, suffix: str) -> None:
    def blocks() -> Iterator[Frames]:
        yield sweep(70_000, 16_000, 1)
        raise UserError("The recording is gone.")

    old = old_recording(tmp_path / f"a{suffix}")
    with pytest.raises(UserError, match="is gone"):
        save_audio(tmp_path / f"a{suffix}", blocks(), 16_000)
    assert (tmp_path / f"a{suffix}").read_bytes() == old
    assert names_in(tmp_path) == [f"a{suffix}"]


@pytest.mark.skipif(os.name == "nt", reason="limits on file sizes as POSIX has them")
@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".amr", ".caf", ".amb"])
def test_a_disk_that_fills_up_leaves_the_old_file_whole(tmp_path: Path, suffix: str) -> None:
    import resource

    old = old_recording(tmp_path / f"a{suffix}")
    noise = np.random.default_rng(1).normal(0, 0.1, (48_000 * 4, 1)).astype(np.float32)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000, limits[1]))  # Python ignores SIGXFSZ: write() fails with EFBIG
    try:
        with pytest.raises(UserError, match="larger than this disk or account allows"):
            save_audio(tmp_path / f"a{suffix}", noise, 48_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert (tmp_path / f"a{suffix}").read_bytes() == old
    assert names_in(tmp_path) == [f"a{suffix}"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 200 kB, or skip where that takes rights we lack."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", folder], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("mounting a small disk takes root")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".m4a"])
def test_a_really_full_disk_asks_for_room(small_disk: Path, suffix: str) -> None:
    old = old_recording(small_disk / f"a{suffix}")
    noise = np.random.default_rng(1).normal(0, 0.1, (48_000 * 30, 1)).astype(np.float32)
    with pytest.raises(UserError, match=r"no room left on the disk for “a.*free some space"):
        save_audio(small_disk / f"a{suffix}", noise, 48_000)
    assert (small_disk / f"a{suffix}").read_bytes() == old
    assert names_in(small_disk) == [f"a{suffix}"]


SLOW_WRITER = """
import sys, numpy as np
from desktop_app.audio.writer import save_audio
def blocks():
    while True:
        yield np.full((65_536, 1), 0.25, np.float32)
        print("written", flush=True)
save_audio(sys.argv[1], blocks(), 16_000)
"""


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_a_kill_in_the_middle_leaves_the_old_file_whole(tmp_path: Path, suffix: str) -> None:
    old = old_recording(tmp_path / f"a{suffix}")
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_WRITER, tmp_path / f"a{suffix}"], stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert [child.stdout.readline() for _ in range(3)] == [b"written\n"] * 3
        child.kill()
    assert (tmp_path / f"a{suffix}").read_bytes() == old
    assert all(name.startswith(".earmark-") for name in names_in(tmp_path) if name != f"a{suffix}")


def test_a_wav_beyond_its_limit_is_refused_with_what_to_choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(encoders.LARGEST_FILE_BYTES, "WAV", 100_000)
    sound = sweep(100_000, 16_000, 1)
    with pytest.raises(UserError, match="WAV holds at most 4 GB: choose RF64"):
        save_audio(tmp_path / "a.wav", sound, 16_000)
    assert save_audio(tmp_path / "a.rf64", sound, 16_000).frames == 100_000
    assert names_in(tmp_path) == ["a.rf64"]


@pytest.mark.parametrize(("audio_format", "encodable"), COMBINATIONS)
def test_what_is_written_is_known_and_read_by_the_reader(
    tmp_path: Path, audio_format: AudioFormat, encodable: Encodable
) -> None:
    sound, rate_hz = a_sound_for(encodable)
    path = tmp_path / f"a{audio_format.suffixes[0]}"
    save_audio(path, sound, rate_hz, encoding=encodable.encoding, bits_per_sample=encodable.bits_per_sample or None)
    with open_audio(path) as reader:
        known, decoded, notes = reader.metadata, reader.read(), reader.notes
    assert (known.container, known.encoding, known.bits_per_sample) == (
        audio_format.name, encodable.encoding, encodable.bits_per_sample,
    )  # fmt: skip
    assert (known.sample_rate_hz, known.channels, notes) == (rate_hz, sound.shape[1], ())
    assert_same_sound(sound, decoded, encodable)
