"""The short way to whole plain WAV files: exactly what the reader gives, or not taken at all."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.audio.decoding import plain_wav
from desktop_app.audio.decoding.plain_wav import read_plain_wav
from desktop_app.audio.reader import open_audio
from desktop_app.errors import UserError

NOISE = np.random.default_rng(5).uniform(-0.9, 0.9, (700, 2))


def write(path: Path, subtype: str = "PCM_16", form: str = "WAV", channels: int = 2) -> Path:
    sf.write(path, NOISE[:, :channels], 16_000, subtype=subtype, format=form)
    return path


def agrees_with_the_reader(path: Path) -> bool:
    """Return whether the short way is not taken or gives what the reader gives without a remark."""
    taken = read_plain_wav(path)
    if taken is None:
        return True
    with open_audio(path) as reader:
        return np.array_equal(reader.read(), taken[0]) and (reader.sample_rate_hz, reader.notes) == (taken[1], ())


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_32"])
@pytest.mark.parametrize("form", ["WAV", "WAVEX"])
@pytest.mark.parametrize("channels", [1, 2])
def test_it_gives_what_the_reader_gives(tmp_path: Path, subtype: str, form: str, channels: int) -> None:
    path = write(tmp_path / "a.wav", subtype, form, channels)
    taken = read_plain_wav(path)
    assert taken is not None
    assert (taken[0].shape, taken[0].dtype, taken[1]) == ((700, channels), np.float32, 16_000)
    assert agrees_with_the_reader(path)


def test_tags_before_the_samples_and_after_them_do_not_matter(tmp_path: Path) -> None:
    content = write(tmp_path / "a.wav").read_bytes()
    tags = b"LIST" + struct.pack("<I", 26) + b"INFOISFT" + struct.pack("<I", 14) + b"Lavf59.27.100\0"
    for name, tagged in (("before.wav", content[:36] + tags + content[36:]), ("after.wav", content + tags)):
        path = tmp_path / name
        path.write_bytes(tagged)
        assert read_plain_wav(path) is not None
        assert agrees_with_the_reader(path)


def test_floats_are_taken_where_nothing_but_their_format_is_said(tmp_path: Path) -> None:
    samples = NOISE.astype("<f4").tobytes()
    fmt = struct.pack("<HHIIHH", 3, 2, 16_000, 128_000, 8, 32)
    for number, wanted in ((0.25, True), (np.nan, False), (np.inf, False)):
        body = samples + np.array([number, 0], "<f4").tobytes()
        chunks = b"WAVEfmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", len(body)) + body
        path = tmp_path / "a.wav"
        path.write_bytes(b"RIFF" + struct.pack("<I", len(chunks)) + chunks)
        assert (read_plain_wav(path) is not None) == wanted
        assert agrees_with_the_reader(path)


@pytest.mark.parametrize("form", ["FLAC", "AIFF", "W64", "RF64", "AU"])
def test_other_containers_are_left_to_the_reader(tmp_path: Path, form: str) -> None:
    assert read_plain_wav(write(tmp_path / "a.wav", form=form)) is None


@pytest.mark.parametrize("subtype", ["PCM_U8", "ULAW", "MS_ADPCM", "DOUBLE"])
def test_other_encodings_are_left_to_the_reader(tmp_path: Path, subtype: str) -> None:
    assert read_plain_wav(write(tmp_path / "a.wav", subtype)) is None


def test_what_is_no_file_is_left_to_the_reader_and_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty.wav").touch()
    for name in ("pipe", "empty.wav", "gone.wav", "a\0b", "."):
        assert read_plain_wav(tmp_path / name) is None


def test_a_long_file_is_left_to_the_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.wav")
    monkeypatch.setattr(plain_wav, "MOST_BYTES", path.stat().st_size)
    assert read_plain_wav(path) is not None
    monkeypatch.setattr(plain_wav, "MOST_BYTES", path.stat().st_size - 1)
    assert read_plain_wav(path) is None


@pytest.mark.parametrize(
    ("offset", "value"),
    [(40, 0), (40, 2796), (40, 2804), (40, 0xFFFF_FFFF), (16, 4), (24, 0), (24, 0xFFFF_FFFF), (22, 0), (36, 0)],
    ids=["unfinished", "odd", "cut off", "unknown", "short fmt", "no rate", "vast rate", "no channels", "no data"],
)
def test_a_header_that_is_not_simply_true_is_left_to_the_reader(tmp_path: Path, offset: int, value: int) -> None:
    path = write(tmp_path / "a.wav")
    content = bytearray(path.read_bytes())
    struct.pack_into("<H" if offset == 22 else "<I", content, offset, value)
    path.write_bytes(content + b"\0" * (offset == 40 and value == 2796))
    assert agrees_with_the_reader(path) if value == 2796 else read_plain_wav(path) is None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 79), st.integers(0, 255)), max_size=3),
    length=st.integers(0, 2_900),
    form=st.sampled_from(["WAV", "WAVEX"]),
)
def test_whatever_the_header_says_the_reader_says_the_same(
    tmp_path: Path, changes: list[tuple[int, int]], length: int, form: str
) -> None:
    path = write(tmp_path / "a.wav", form=form)
    content = bytearray(path.read_bytes())
    for offset, value in changes:
        content[offset] = value
    path.write_bytes(content[:length] if length < 2_800 else content)
    try:
        assert agrees_with_the_reader(path)
    except UserError as reason:
        pytest.fail(f"only the short way read it: {reason}")


@pytest.mark.realdata
def test_real_files_are_read_alike(shared_data: Path) -> None:
    files = [path for path in (shared_data / "codec_files").rglob("*") if path.is_file()]
    assert sum(read_plain_wav(path) is not None for path in files) > 5
    assert all(agrees_with_the_reader(path) for path in files)
