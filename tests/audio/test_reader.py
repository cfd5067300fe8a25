"""Reading: every slice equals the same slice of the full decode, for every format, from paths and objects."""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.audio.decoding import routes
from desktop_app.audio.formats import format_for_path
from desktop_app.audio.metadata import probe
from desktop_app.audio.reader import open_audio
from tests.audio.corpus import CASES, Case, by_pyav, by_soundfile, sound

every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
by_name = {case.name: case for case in CASES}
# Quantised formats and libsndfile's MP3 differ in the last bit of float32 arithmetic at most.
SLICE_TOLERANCE = 1e-6


def read_all(source: Path | BinaryIO) -> npt.NDArray[np.float32]:
    with open_audio(source) as reader:
        return reader.read()


def likeness(decoded: npt.NDArray[np.float32], case: Case) -> float:
    """Return the correlation of the decode with the source, shifted by the format's delay."""
    late, early = max(case.delay, 0), max(-case.delay, 0)
    count = min(len(decoded) - late, len(case.source) - early)
    a, b = decoded[late : late + count].ravel(), case.source[early : early + count].ravel()
    return float(np.corrcoef(a, b)[0, 1])


@every_case
def test_the_full_decode_is_the_sound_that_was_written(case: Case, recordings: dict[str, Path]) -> None:
    with open_audio(recordings[case.name]) as reader:
        assert reader.frames == case.expected_frames
        frames = reader.read()
        assert reader.notes == ()
    assert frames.shape == (case.expected_frames, case.channels)
    assert frames.dtype == np.float32
    assert frames.flags.c_contiguous
    assert np.abs(frames).max() <= 1.1
    if case.lossless:
        np.testing.assert_array_equal(frames, case.source)
    else:
        assert likeness(frames, case) >= case.likeness


# FFmpeg 5's decoders of these differ from the reference decoders used here, or keep an encoder's padding.
FFMPEG_DIFFERS = frozenset(("ms_adpcm.wav", "gsm.wav", "gsm16.wav", "layer2.mp2", "aac.mkv"))
# sox 14.4.2 reads floating-point Wave64 and CAF wrongly and does not trim what an MP3 encoder adds.
SOX_DIFFERS = frozenset(("float.w64", "double.w64", "float.caf", "double.caf", "layer2.mp2"))


class TestSlices:
    """The law: `read(start, n)` is `full[start:start + n]`."""

    @every_case
    def test_any_slices_in_any_order_equal_the_full_decode(self, case: Case, recordings: dict[str, Path]) -> None:
        full = read_all(recordings[case.name])
        starts = st.integers(0, len(full) + 100) | st.integers(len(full) - 5_000, len(full)).filter(lambda i: i >= 0)
        wanted = st.tuples(starts, st.integers(0, 6_000))
        with open_audio(recordings[case.name]) as reader:

            @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
            @given(st.lists(wanted, min_size=1, max_size=4))
            def law(slices: list[tuple[int, int]]) -> None:
                for start, count in slices:
                    got, expected = reader.read(start, count), full[start : start + count]
                    assert got.shape == expected.shape
                    assert not got.size or np.abs(got - expected).max() <= SLICE_TOLERANCE

            law()
            assert reader.notes == ()

    @every_case
    def test_a_slice_from_a_fresh_reader_does_not_depend_on_what_was_read_before(
        self, case: Case, recordings: dict[str, Path]
    ) -> None:
        full = read_all(recordings[case.name])
        for start in (len(full) - 100, len(full) // 2):
            with open_audio(recordings[case.name]) as reader:
                got = reader.read(start, 3_000)
            assert got.shape == full[start : start + 3_000].shape
            assert np.abs(got - full[start : start + 3_000]).max() <= SLICE_TOLERANCE

    @pytest.mark.parametrize(
        "name", ["opus16.opus", "opus.webm", "aac.m4a", "aac.aac", "aac.mkv", "amr.amr", "bare.gsm"]
    )
    def test_slices_are_exact_across_the_grid(
        self, name: str, recordings: dict[str, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(routes, "_GRID", 8_192)
        for encoding, route in list(routes._FFMPEG_ROUTES.items()):
            if route.grid_frames:
                smaller = routes.replace(route, grid_frames=8_192, preroll_frames=4_096)
                monkeypatch.setitem(routes._FFMPEG_ROUTES, encoding, smaller)
        full = read_all(recordings[name])
        with open_audio(recordings[name]) as reader:
            for start in (20_000, 8_191, 8_192, 3, 16_000, len(full) - 50, 12_345, 12_000):
                np.testing.assert_array_equal(reader.read(start, 9_000), full[start : start + 9_000])

    def test_the_last_ogg_page_is_not_shifted(self, tmp_path: Path) -> None:
        """libsndfile shifts it by up to 88 frames (its issue 885), FFmpeg too where a seek lands on it."""
        path = tmp_path / "long.ogg"
        by_soundfile("OGG", "VORBIS")(path, sound(44_100, 1, 12.3), 44_100)
        full = read_all(path)
        with open_audio(path) as reader:
            for start in range(len(full) - 60_000, len(full), 1_999):
                got = reader.read(start, 2_500)
                assert np.abs(got - full[start : start + 2_500]).max() <= SLICE_TOLERANCE

    def test_reads_that_share_the_last_opus_packet_agree(self, recordings: dict[str, Path]) -> None:
        """libsndfile loses its place when one read ends inside the last packet and the next goes on from there."""
        full = read_all(recordings["opus16.opus"])
        with open_audio(recordings["opus16.opus"]) as reader:
            first = reader.read(0, len(full) - 100)
            rest = reader.read(len(full) - 100)
        np.testing.assert_array_equal(np.concatenate((first, rest)), full)


class TestAgainstOtherPrograms:
    """The same samples as independent decoders."""

    @pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
    @pytest.mark.parametrize(
        "case", [c for c in CASES if c.shared and c.name not in FFMPEG_DIFFERS], ids=lambda case: case.name
    )
    def test_ffmpeg_decodes_the_same(self, case: Case, recordings: dict[str, Path]) -> None:
        command = ["ffmpeg", "-v", "error", "-i", str(recordings[case.name]), "-map", "0:a:0", "-f", "f32le", "-"]
        reference = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.float32)
        frames = read_all(recordings[case.name])
        assert frames.size == reference.size
        assert np.abs(frames - reference.reshape(frames.shape)).max() <= (0 if case.lossless else 6e-5)

    @pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not installed")
    @pytest.mark.parametrize(
        "case",
        [c for c in CASES if c.name not in SOX_DIFFERS and c.encoding not in ("MP3", "OPUS")],
        ids=lambda case: case.name,
    )
    def test_sox_decodes_the_same(self, case: Case, recordings: dict[str, Path]) -> None:
        run = subprocess.run(["sox", str(recordings[case.name]), "-t", "f32", "-"], capture_output=True, check=False)
        if run.returncode:
            pytest.skip("this sox does not read the format")
        frames = read_all(recordings[case.name])
        reference = np.frombuffer(run.stdout, np.float32).reshape(-1, case.channels)
        assert 0 <= len(reference) - len(frames) < 400, "sox plays whole blocks"
        assert np.abs(frames - reference[: len(frames)]).max() <= (2e-5 if case.encoding == "VORBIS" else 0)


class TestBlocks:
    """Reading from one end to the other."""

    @pytest.mark.parametrize("name", ["pcm_16.wav", "stereo.flac", "lame.mp3", "vorbis.ogg", "opus16.opus", "wma.wma"])
    @pytest.mark.parametrize("block_frames", [1_000, 65_536])
    def test_blocks_make_up_the_full_decode(self, name: str, block_frames: int, recordings: dict[str, Path]) -> None:
        full = read_all(recordings[name])
        with open_audio(recordings[name]) as reader:
            blocks = list(reader.blocks(block_frames))
        assert all(len(block) == block_frames for block in blocks[:-1])
        assert np.abs(np.concatenate(blocks) - full).max() <= SLICE_TOLERANCE

    def test_blocks_can_start_anywhere(self, recordings: dict[str, Path]) -> None:
        full = read_all(recordings["stereo.flac"])
        with open_audio(recordings["stereo.flac"]) as reader:
            np.testing.assert_array_equal(np.concatenate(list(reader.blocks(4_096, 77_777))), full[77_777:])

    @pytest.mark.parametrize("name", ["pcm_16.wav", "stereo.flac", "ulaw.au", "pcm_u8.wav", "pcm_s8.caf"])
    def test_narrow_formats_give_their_own_integers_for_peaks(self, name: str, recordings: dict[str, Path]) -> None:
        full = read_all(recordings[name])
        with open_audio(recordings[name]) as reader:
            blocks = list(reader.peak_blocks(10_000))
        assert all(block.dtype == np.int16 for block in blocks)
        np.testing.assert_array_equal(np.concatenate(blocks).astype(np.float32) / 32_768, full)

    @pytest.mark.parametrize("name", ["pcm_24.wav", "float.wav", "vorbis.ogg", "bare.gsm"])
    def test_other_formats_give_floats_for_peaks(self, name: str, recordings: dict[str, Path]) -> None:
        with open_audio(recordings[name]) as reader:
            blocks = list(reader.peak_blocks())
        np.testing.assert_array_equal(np.concatenate(blocks), read_all(recordings[name]))

    def test_samples_that_are_no_numbers_become_silence_with_a_note(self, tmp_path: Path) -> None:
        frames = np.full((100, 1), 0.25, np.float32)
        frames[40:43, 0] = np.nan, np.inf, -np.inf
        path = tmp_path / "holes.wav"
        by_soundfile("WAV", "FLOAT")(path, frames, 8_000)
        with open_audio(path) as reader:
            got = reader.read()
            assert any("no numbers" in note for note in reader.notes)
        np.testing.assert_array_equal(got, np.where(np.isfinite(frames), frames, 0))


class TestSources:
    """Paths of any name, objects of any kind."""

    @every_case
    def test_an_object_without_seek_reads_like_the_file(self, case: Case, recordings: dict[str, Path]) -> None:
        pipe = Pipe(recordings[case.name].read_bytes())
        entry = format_for_path(case.name)
        assert entry is not None
        with open_audio(pipe, format=entry.name) as reader:
            np.testing.assert_array_equal(reader.read(1_000, 5_000), read_all(recordings[case.name])[1_000:6_000])

    @every_case
    def test_an_object_with_seek_reads_like_the_file(self, case: Case, recordings: dict[str, Path]) -> None:
        entry = format_for_path(case.name)
        assert entry is not None
        held = io.BytesIO(recordings[case.name].read_bytes())
        with open_audio(held, format=entry.name) as reader:
            np.testing.assert_array_equal(reader.read(20_000, 3_000), read_all(recordings[case.name])[20_000:23_000])
        assert not held.closed

    def test_an_object_that_returns_less_than_asked_is_read_to_its_end(self, recordings: dict[str, Path]) -> None:
        for name in ("stereo.flac", "vorbis.ogg"):
            trickle = Trickle(recordings[name].read_bytes())
            np.testing.assert_array_equal(read_all(trickle), read_all(recordings[name]))

    @pytest.mark.parametrize("name", ["pcm_16.wav", "stereo.flac", "lame.mp3", "vorbis.ogg", "alac.m4a"])
    def test_what_an_object_raises_in_the_middle_comes_through(self, name: str, recordings: dict[str, Path]) -> None:
        held = Failing(recordings[name].read_bytes())
        with open_audio(held) as reader:
            assert len(reader.read(0, 1_000)) == 1_000
            held.failing = True
            with pytest.raises(ConnectionError, match="the network is gone"):
                reader.read()
            held.failing = False
            np.testing.assert_array_equal(reader.read(5_000, 100), read_all(recordings[name])[5_000:5_100])

    def test_what_a_pipe_raises_comes_through(self) -> None:
        def broken() -> bytes:
            raise ConnectionError("the network is gone")

        with pytest.raises(ConnectionError):
            open_audio(Pipe(b"", broken))

    def test_two_readers_do_not_disturb_each_other(self, recordings: dict[str, Path]) -> None:
        full = read_all(recordings["vorbis.ogg"])
        with open_audio(recordings["vorbis.ogg"]) as one, open_audio(recordings["vorbis.ogg"]) as other:
            for start in (0, 50_000, 3_000, 120_000):
                np.testing.assert_array_equal(one.read(start, 500), full[start : start + 500])
                np.testing.assert_array_equal(other.read(start + 9_000, 500), full[start + 9_000 : start + 9_500])

    @pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text there")
    @pytest.mark.parametrize("name", ["pcm_16.wav", "stereo.flac", "vorbis.ogg", "aac.m4a", "gsm.wav"])
    def test_a_name_that_is_no_utf8_opens(self, name: str, recordings: dict[str, Path], tmp_path: Path) -> None:
        raw = os.fsencode(tmp_path) + b"/caf\xe9 " + name.encode()
        try:
            shutil.copy(recordings[name], raw)
        except OSError:
            pytest.skip("this disk takes UTF-8 names only")
        np.testing.assert_array_equal(read_all(Path(os.fsdecode(raw))), read_all(recordings[name]))

    @pytest.mark.parametrize("name", ["http:a.m4a", "concat:a|b.m4a", "-i.m4a", "a%03d.m4a", "日本.m4a"])
    def test_a_name_that_looks_like_an_address_stays_a_file(
        self, name: str, recordings: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        try:
            shutil.copy(recordings["aac.m4a"], tmp_path / name)
        except OSError:
            pytest.skip("this disk does not take the name")
        monkeypatch.chdir(tmp_path)
        assert len(read_all(Path(name))) == by_name["aac.m4a"].expected_frames


class TestArguments:
    """Edges of `read`."""

    @pytest.mark.parametrize("name", ["pcm_16.wav", "stereo.flac", "vorbis.ogg", "aac.aac", "wma.wma"])
    def test_reading_past_the_end_is_short_and_no_damage(self, name: str, recordings: dict[str, Path]) -> None:
        with open_audio(recordings[name]) as reader:
            end = reader.frames
            assert reader.read(end - 10, 100).shape == (10, reader.channels)
            assert reader.read(end, 100).shape == (0, reader.channels)
            assert reader.read(end + 10**9, 100).shape == (0, reader.channels)
            assert reader.read(0, 0).shape == (0, reader.channels)
            assert reader.notes == ()

    def test_negative_numbers_are_a_mistake_of_the_caller(self, recordings: dict[str, Path]) -> None:
        with open_audio(recordings["pcm_16.wav"]) as reader:
            with pytest.raises(ValueError, match="negative"):
                reader.read(-1)
            with pytest.raises(ValueError, match="negative"):
                reader.read(0, -1)

    def test_metadata_is_what_probe_says_and_learns_the_length(self, recordings: dict[str, Path]) -> None:
        with open_audio(recordings["aac.aac"]) as reader:
            assert reader.metadata == probe(recordings["aac.aac"])
            assert reader.metadata.frames is None
            assert reader.frames == by_name["aac.aac"].expected_frames
            assert reader.metadata.frames == reader.frames

    def test_closing_twice_is_fine(self, recordings: dict[str, Path]) -> None:
        for name in ("pcm_16.wav", "vorbis.ogg", "wma.wma"):
            reader = open_audio(recordings[name])
            reader.read(0, 10)
            reader.close()
            reader.close()

    @pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
    def test_no_descriptor_stays_open(self, recordings: dict[str, Path]) -> None:
        before = len(list(Path("/proc/self/fd").iterdir()))
        for path in recordings.values():
            with open_audio(path) as reader:
                reader.read(1_000, 10)
        assert len(list(Path("/proc/self/fd").iterdir())) == before

    def test_long_decodes_go_to_a_file_and_come_back(
        self, monkeypatch: pytest.MonkeyPatch, recordings: dict[str, Path]
    ) -> None:
        full = read_all(recordings["wma.wma"])
        monkeypatch.setattr("desktop_app.audio.decoding.decode_cache._MEMORY_BYTES", 10_000)
        with open_audio(recordings["wma.wma"]) as reader:
            np.testing.assert_array_equal(reader.read(100_000, 2_000), full[100_000:102_000])
            np.testing.assert_array_equal(reader.read(10, 2_000), full[10:2_010])


def test_without_xing_a_variable_mp3_is_read_whole(tmp_path: Path) -> None:
    """libsndfile alone reads 45 % of such a file and says nothing (its issue 1001)."""
    path = tmp_path / "a.mp3"
    make = by_pyav("mp3", "libmp3lame", container_options={"write_xing": "0"}, options={"q": "0"})
    quiet = sound(44_100, 2, 6.0) * np.linspace(0, 1, 6 * 44_100, dtype=np.float32)[:, None] ** 3
    make(path, quiet, 44_100)
    with open_audio(path) as reader:
        assert abs(reader.frames - 6 * 44_100) < 3 * 1152


class Pipe(io.RawIOBase):
    """An object that can only be read forwards."""

    def __init__(self, data: bytes, at_end: Callable[[], bytes] = bytes) -> None:
        self._held = io.BytesIO(data)
        self._at_end = at_end

    def read(self, size: int = -1, /) -> bytes:
        return self._held.read(size) or self._at_end()

    def seekable(self) -> bool:
        return False


class Trickle(io.BytesIO):
    """An object that returns at most 1,000 bytes at once, as sockets do."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(1_000 if size is None or size < 0 else min(size, 1_000))


class Failing(io.BytesIO):
    """An object on a network that breaks."""

    failing = False

    def read(self, size: int | None = -1, /) -> bytes:
        if self.failing:
            raise ConnectionError("the network is gone")
        return super().read(size)
