"""What `probe` tells: never a wrong length, torchaudio's words, the tags; from paths and file objects."""

import io
import shutil
import struct
import subprocess
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile as sf

from desktop_app.audio.metadata import AudioMetadata, probe
from desktop_app.audio.reader import open_audio
from desktop_app.errors import UserError
from tests.audio.corpus import CASES, Case, by_pyav, by_soundfile, sound

by_name = {case.name: case for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_everything_that_a_header_tells_is_right(case: Case, recordings: dict[str, Path]) -> None:
    found = probe(recordings[case.name])
    assert (found.container, found.encoding) == (case.container, case.encoding)
    assert found.bits_per_sample == case.bits
    assert (found.sample_rate_hz, found.channels) == (case.rate, case.channels)
    assert found.frames == (case.expected_frames if case.probed else None)
    assert found.size_bytes == recordings[case.name].stat().st_size
    assert found.notes == ()


def test_duration_follows_from_the_frames() -> None:
    assert AudioMetadata(16_000, 4_000, 1, 16, "PCM_S", "WAV").duration_s == 0.25
    assert AudioMetadata(16_000, None, 1, 0, "MP3", "MP3").duration_s is None


@pytest.mark.parametrize("name", ["pcm_16.wav", "stereo.flac", "lame.mp3", "aac.m4a"])
def test_the_case_of_the_suffix_does_not_matter(name: str, recordings: dict[str, Path], tmp_path: Path) -> None:
    loud = shutil.copy(recordings[name], tmp_path / name.upper())
    assert probe(loud).encoding == probe(recordings[name]).encoding


@pytest.mark.parametrize(
    ("name", "disguise"),
    [
        ("aac.m4a", "a.mp3"),
        ("lame.mp3", "a.m4a"),
        ("stereo.flac", "a.wav"),
        ("pcm_16.wav", "a.flac"),
        ("vorbis.ogg", "a.raw"),
        ("pcm_16.wav", "a.raw"),
        ("opus48.opus", "a.ogg"),
        ("pcm_16.wav", "a.gsm"),
        ("pcm_16.wav", "without_suffix"),
        ("pcm_16.wav", "a.au"),
        ("amr.amr", "a.wav"),
    ],
)
def test_contents_beat_the_suffix(name: str, disguise: str, recordings: dict[str, Path], tmp_path: Path) -> None:
    found = probe(shutil.copy(recordings[name], tmp_path / disguise))
    case = by_name[name]
    assert (found.container, found.encoding) == (case.container, case.encoding)
    assert found.frames == case.expected_frames


def test_an_ambisonic_wave_is_known_by_its_sub_format(tmp_path: Path) -> None:
    path = tmp_path / "sphere.wav"
    by_soundfile("WAVEX", "PCM_16")(path, sound(16_000, 4, 0.5), 16_000)
    raw = bytearray(path.read_bytes())
    guid = raw.find(bytes.fromhex("000000001000800000aa00389b71"))
    raw[guid : guid + 14] = bytes.fromhex("00002107d3118644c8c1ca000000")
    path.write_bytes(raw)
    found = probe(path)
    assert (found.container, found.channels, found.frames) == ("AMB", 4, 8_000)


class TestTags:
    """The recordist's words, wherever a format keeps them."""

    def test_vorbis_comments_of_flac_and_ogg(self, tmp_path: Path) -> None:
        for name, kind in (("a.flac", "PCM_16"), ("a.ogg", "VORBIS"), ("a.opus", "OPUS")):
            with sf.SoundFile(
                tmp_path / name, "w", 16_000, 1, kind, format="OGG" if "ogg" in name or "opus" in name else None
            ) as f:
                f.title, f.artist, f.comment = "Déjà vu", "Anna", "gain 30 dB"
                f.write(sound(16_000, 1, 0.5))
            found = probe(tmp_path / name).tags
            assert found["title"] == "Déjà vu"
            assert found["artist"] == "Anna"
            assert any("gain 30 dB" in text for text in found.values())

    def test_info_list_of_a_wave_before_or_behind_the_sound(self, tmp_path: Path) -> None:
        comment = b"Recorded at 19:17:30 by AudioMoth, battery 4.1V"
        entry = b"ICMT" + struct.pack("<I", len(comment)) + comment + b"\0" * (len(comment) & 1)
        listing = b"LIST" + struct.pack("<I", 4 + len(entry)) + b"INFO" + entry
        fmt = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8_000, 16_000, 2, 16)
        data = b"data" + struct.pack("<I", 4) + b"\1\0\2\0"
        for order in (fmt + listing + data, fmt + data + listing):
            path = tmp_path / "a.wav"
            path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(order)) + b"WAVE" + order)
            found = probe(path)
            assert found.tags == {"comment": comment.decode()}
            assert found.frames == 2

    def test_broadcast_and_guano_chunks(self, tmp_path: Path) -> None:
        bext = struct.pack("<256s32s32s10s8s", b"Robin, dawn", b"Recorder 7", b"", b"2025-05-01", b"04:12:00").ljust(
            602, b"\0"
        )
        guano = b"GUANO|Version: 1.0\nSpecies Manual ID: Eptesicus\nLoc Position: 47.1 8.2\n"
        chunks = b"".join(
            name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)
            for name, body in (
                (b"bext", bext),
                (b"fmt ", struct.pack("<HHIIHH", 1, 1, 8_000, 16_000, 2, 16)),
                (b"data", b"\1\0\2\0"),
                (b"guan", guano),
            )
        )
        path = tmp_path / "bat.wav"
        path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
        found = probe(path).tags
        assert found["description"] == "Robin, dawn"
        assert found["originator"] == "Recorder 7"
        assert found["date"] == "2025-05-01 04:12:00"
        assert found["Species Manual ID"] == "Eptesicus"

    def test_id3_of_mp3(self, tmp_path: Path) -> None:
        for version in ("3", "4"):
            path = tmp_path / f"v{version}.mp3"
            with av.open(str(path), "w", options={"id3v2_version": version}) as target:
                target.metadata.update({"title": "Größe", "artist": "北京", "note": "own field"})
                stream = target.add_stream("libmp3lame", rate=16_000, layout="mono")
                frame = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.float32), "fltp", "mono")
                frame.sample_rate = 16_000
                target.mux(stream.encode(frame))
                target.mux(stream.encode(None))
            found = probe(path)
            assert found.tags["title"] == "Größe"
            assert found.tags["artist"] == "北京"
            assert found.tags["note"] == "own field"
            assert found.container == "MP3"

    def test_mpeg_4(self, tmp_path: Path) -> None:
        path = tmp_path / "a.m4a"
        with av.open(str(path), "w", format="ipod") as target:
            target.metadata["title"] = "Wren"
            stream = target.add_stream("aac", rate=16_000, layout="mono")
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.float32), "fltp", "mono")
            frame.sample_rate = 16_000
            for piece in av.AudioResampler("fltp", "mono", 16_000, frame_size=1024).resample(frame):
                target.mux(stream.encode(piece))
            target.mux(stream.encode(None))
        assert probe(path).tags["title"] == "Wren"


class TestFileObjects:
    """Objects instead of paths."""

    @pytest.mark.parametrize("name", ["pcm_16.wav", "stereo.flac", "lame.mp3", "vorbis.ogg", "aac.m4a", "pcm_16.caf"])
    def test_an_object_tells_the_same_as_its_file(self, name: str, recordings: dict[str, Path]) -> None:
        held = io.BytesIO(recordings[name].read_bytes())
        from_path = probe(recordings[name])
        found = probe(held)
        assert (found.encoding, found.frames, found.tags) == (from_path.encoding, from_path.frames, from_path.tags)

    def test_the_object_comes_back_open_and_where_it_was(self, recordings: dict[str, Path]) -> None:
        with recordings["pcm_16.wav"].open("rb") as held:
            held.seek(11)
            assert probe(held).frames == by_name["pcm_16.wav"].expected_frames
            assert held.tell() == 11

    def test_nameless_gsm_needs_no_hint_when_long_and_is_taken_with_one_when_short(
        self, recordings: dict[str, Path]
    ) -> None:
        raw = recordings["bare.gsm"].read_bytes()
        assert probe(io.BytesIO(raw)).container == "GSM"
        short = raw[: 33 * 5]
        assert probe(io.BytesIO(short), format="gsm").frames == 800
        with pytest.raises(UserError):
            probe(io.BytesIO(short))

    def test_a_wrong_hint_loses_against_the_contents(self, recordings: dict[str, Path]) -> None:
        held = io.BytesIO(recordings["stereo.flac"].read_bytes())
        assert probe(held, format="gsm").container == "FLAC"

    def test_an_unknown_hint_is_answered_with_the_known_ones(self, recordings: dict[str, Path]) -> None:
        with pytest.raises(UserError, match="choose one of WAV"):
            probe(io.BytesIO(b"RIFF"), format="sound")

    def test_a_file_opened_as_text_says_so(self, recordings: dict[str, Path]) -> None:
        with recordings["pcm_16.wav"].open(encoding="latin-1") as text, pytest.raises(UserError, match="binary mode"):
            probe(text)  # type: ignore[arg-type]

    def test_something_else_is_a_mistake_of_the_caller(self) -> None:
        with pytest.raises(TypeError, match="binary file object"):
            probe(42)  # type: ignore[arg-type]


def ogg_page(raw: bytes, shift: int) -> bytes:
    """Return an Ogg page moved by `shift` frames, with a checksum calculated bit by bit as RFC 3533 says."""
    granule = struct.unpack("<q", raw[6:14])[0] + shift
    page = raw[:6] + struct.pack("<q", granule) + raw[14:22] + bytes(4) + raw[26:]
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ 0x04C1_1DB7 if crc & 0x8000_0000 else crc << 1) & 0xFFFF_FFFF
    return page[:22] + struct.pack("<I", crc) + page[26:]


def test_ogg_that_was_cut_from_a_broadcast_has_no_known_length(tmp_path: Path) -> None:
    path = tmp_path / "whole.ogg"
    by_soundfile("OGG", "VORBIS")(path, sound(8_000, 1, 3.0), 8_000)
    pages = [b"OggS" + rest for rest in path.read_bytes().split(b"OggS")[1:]]
    sound_pages = [i for i, page in enumerate(pages) if struct.unpack("<q", page[6:14])[0] > 0]
    for shift, expected in ((0, 24_000), (10**9, None)):
        moved = [ogg_page(page, shift if i in sound_pages else 0) for i, page in enumerate(pages)]
        path = tmp_path / f"{shift}.ogg"
        path.write_bytes(b"".join(moved))
        assert probe(path).frames == expected
        with open_audio(path) as reader:
            assert abs(reader.frames - 24_000) < 1_100


def test_chained_ogg_has_no_known_length(recordings: dict[str, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.ogg"
    by_soundfile("OGG", "VORBIS")(other, sound(44_100, 2, 1.0), 44_100)
    path = tmp_path / "chain.ogg"
    path.write_bytes(recordings["vorbis.ogg"].read_bytes() + other.read_bytes())
    assert probe(path).frames is None


def test_streamed_flac_without_a_length_is_measured_at_its_last_frame(
    recordings: dict[str, Path], tmp_path: Path
) -> None:
    raw = bytearray(recordings["stereo.flac"].read_bytes())
    raw[21] &= 0xF0
    raw[22:26] = bytes(4)
    path = tmp_path / "streamed.flac"
    path.write_bytes(raw)
    assert probe(path).frames == by_name["stereo.flac"].expected_frames


@pytest.mark.skipif(shutil.which("soxi") is None, reason="sox is not installed")
@pytest.mark.parametrize("name", ["pcm_16.wav", "ulaw.wav", "pcm_24.aiff", "stereo.flac", "pcm_16.sph", "pcm_32.au"])
def test_soxi_agrees(name: str, recordings: dict[str, Path]) -> None:
    def soxi(flag: str) -> int:
        return int(subprocess.run(["soxi", flag, recordings[name]], capture_output=True, text=True, check=True).stdout)

    found = probe(recordings[name])
    assert (found.frames, found.sample_rate_hz, found.channels) == (soxi("-s"), soxi("-r"), soxi("-c"))


def test_a_film_tells_about_its_sound(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as target:
        picture = target.add_stream("mpeg4", rate=10)
        picture.width = picture.height = 64
        picture.pix_fmt = "yuv420p"
        track = target.add_stream("aac", rate=16_000, layout="mono")
        for i in range(5):
            image = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 40 * i, np.uint8))
            target.mux(picture.encode(image))
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound(16_000, 1, 0.5).T), "fltp", "mono")
        frame.sample_rate = 16_000
        for piece in av.AudioResampler("fltp", "mono", 16_000, frame_size=1024).resample(frame):
            target.mux(track.encode(piece))
        target.mux(picture.encode(None))
        target.mux(track.encode(None))
    found = probe(path)
    assert (found.container, found.encoding, found.sample_rate_hz) == ("MP4", "AAC", 16_000)


def test_a_film_without_sound_says_so(tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    with av.open(str(path), "w") as target:
        picture = target.add_stream("mpeg4", rate=10)
        picture.width = picture.height = 64
        picture.pix_fmt = "yuv420p"
        target.mux(picture.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
        target.mux(picture.encode(None))
    with pytest.raises(UserError, match="holds no sound track"):
        probe(path)


def test_mp3_without_xing_has_no_known_length_even_at_a_constant_rate(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    by_pyav("mp3", "libmp3lame", bit_rate=64_000, container_options={"write_xing": "0"})(
        path, sound(44_100, 1, 1.0), 44_100
    )
    assert probe(path).frames is None
