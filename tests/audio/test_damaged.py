"""Damaged and hostile input: one sentence or the readable part with a note; no crash, no hang, no endless memory."""

import io
import os
import shutil
import struct
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.audio.metadata import probe
from desktop_app.audio.reader import Reader, open_audio
from desktop_app.errors import UserError
from tests.audio.corpus import CASES, by_soundfile, sound

by_name = {case.name: case for case in CASES}
Write = Callable[[str, bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes bytes under a name and returns the path."""

    def write_bytes(name: str, data: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write_bytes


def read_all(path: Path) -> tuple[np.ndarray, Reader]:
    with open_audio(path) as reader:
        return reader.read(), reader


def wave(data: bytes, claimed: int, *, channels: int = 1, rate: int = 8_000, bits: int = 16) -> bytes:
    """Return a WAV file whose data chunk claims `claimed` bytes."""
    block = channels * bits // 8 % 65_536
    fmt = struct.pack("<HHIIHH", 1, channels, rate, rate * block % 2**32, block, bits)
    body = b"WAVE" + b"fmt " + struct.pack("<I", 16) + fmt + b"data" + struct.pack("<I", claimed) + data
    return b"RIFF" + struct.pack("<I", min(len(body), 2**32 - 1)) + body


class TestNoSound:
    """Files that are no recordings get one sentence."""

    @pytest.mark.parametrize(
        "suffix", ["wav", "flac", "mp3", "ogg", "au", "gsm", "raw", "m4a", "amr", "aiff", "htk", "snd", "sph"]
    )
    @pytest.mark.parametrize(
        "contents",
        [
            b"Dear diary, today I recorded nothing. " * 40,
            b"\0" * 4_000,
            bytes(np.random.default_rng(1).bytes(4_000)),
            b"R",
            b"RIFF",
        ],
        ids=["text", "zeros", "noise", "one byte", "four bytes"],
    )
    def test_text_zeros_or_noise_with_the_name_of_a_recording(self, suffix: str, contents: bytes, write: Write) -> None:
        path = write(f"a.{suffix}", contents)
        with pytest.raises(UserError, match=r"^“a\..*\.$"):
            probe(path)
        with pytest.raises(UserError):
            open_audio(path)

    @pytest.mark.parametrize("name", ["gone.wav", "."])
    def test_a_missing_file_or_a_folder(self, name: str, tmp_path: Path) -> None:
        with pytest.raises(UserError):
            open_audio(tmp_path / name)

    def test_an_empty_file_and_an_empty_object(self, write: Write) -> None:
        for source in (write("a.wav", b""), io.BytesIO()):
            with pytest.raises(UserError, match="is empty"):
                probe(source)

    @pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes in its file system")
    @pytest.mark.timeout(5)
    def test_a_pipe_is_refused_at_once_instead_of_waiting_for_ever(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "a.wav")
        for call in (probe, open_audio):
            with pytest.raises(UserError, match="a pipe or a device"):
                call(tmp_path / "a.wav")

    def test_a_playlist_named_like_a_recording_opens_no_other_file(
        self, write: Write, recordings: dict[str, Path]
    ) -> None:
        other = shutil.copy(recordings["aac.aac"], write("secret.aac", b"").parent / "secret.aac")
        for suffix in ("mp3", "aac", "m4a", "wav"):
            text = f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{other}\n#EXT-X-ENDLIST\n"
            with pytest.raises(UserError):
                open_audio(write(f"list.{suffix}", text.encode()))
            with pytest.raises(UserError):
                open_audio(write(f"concat.{suffix}", f"ffconcat version 1.0\nfile {other}\n".encode()))


class TestLyingHeaders:
    """Headers that claim what cannot be."""

    @pytest.mark.parametrize("claimed", [2**32 - 1, 2**32 - 2, 2**31, 10**9])
    def test_a_wave_that_claims_4_gib_holds_what_the_file_holds(self, claimed: int, write: Write) -> None:
        path = write("a.wav", wave(b"\1\0" * 8_000, claimed))
        tracemalloc.start()
        frames, reader = read_all(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert probe(path).frames == reader.frames == len(frames) == 8_000
        assert peak < 5_000_000

    def test_a_recorder_that_lost_power_left_size_0_and_all_its_sound(self, write: Write) -> None:
        samples = (np.arange(8_000) % 100).astype("<i2")
        frames, reader = read_all(write("a.wav", wave(samples.tobytes(), 0)))
        np.testing.assert_array_equal(frames[:, 0], samples / 32_768)
        assert any("not finished" in note for note in reader.notes)

    def test_a_wave_that_is_really_empty_is_no_unfinished_one(self, write: Write) -> None:
        listing = b"LIST" + struct.pack("<I", 12) + b"INFOICMT" + struct.pack("<I", 0)
        for path in (write("a.wav", wave(b"", 0)), write("b.wav", wave(listing, 0))):
            frames, reader = read_all(path)
            assert (len(frames), reader.notes) == (0, ())

    def test_rf64_that_claims_2_to_the_63_frames(self, write: Write, recordings: dict[str, Path]) -> None:
        raw = bytearray(recordings["pcm_24.rf64"].read_bytes())
        at = raw.find(b"ds64")
        raw[at + 16 : at + 24] = struct.pack("<Q", 2**63 - 1)
        frames, reader = read_all(write("a.rf64", bytes(raw)))
        expected = by_name["pcm_24.rf64"].expected_frames
        assert 0 <= len(frames) - expected < 100
        assert reader.frames == len(frames)

    def test_flac_that_claims_2_to_the_36_samples(self, write: Write, recordings: dict[str, Path]) -> None:
        raw = bytearray(recordings["stereo.flac"].read_bytes())
        raw[21] |= 0x0F
        raw[22:26] = b"\xff" * 4
        path = write("a.flac", bytes(raw))
        assert probe(path).frames is None
        frames, reader = read_all(path)
        np.testing.assert_array_equal(frames, by_name["stereo.flac"].source)
        assert reader.notes

    def test_flac_that_claims_fewer_samples_than_it_has(self, write: Write, recordings: dict[str, Path]) -> None:
        raw = bytearray(recordings["stereo.flac"].read_bytes())
        raw[22:26] = struct.pack(">I", 1_000)
        path = write("a.flac", bytes(raw))
        assert probe(path).frames is None
        assert len(read_all(path)[0]) == by_name["stereo.flac"].expected_frames

    def test_mp3_that_claims_2_to_the_32_frames(self, write: Write, recordings: dict[str, Path]) -> None:
        raw = bytearray(recordings["lame.mp3"].read_bytes())
        at = max(raw.find(b"Xing"), raw.find(b"Info"))
        raw[at + 8 : at + 12] = b"\xff" * 4
        path = write("a.mp3", bytes(raw))
        assert probe(path).frames is None
        frames, _ = read_all(path)
        assert abs(len(frames) - by_name["lame.mp3"].expected_frames) < 3_000

    def test_ogg_that_claims_2_to_the_60_frames(self, write: Write, recordings: dict[str, Path]) -> None:
        raw = bytearray(recordings["vorbis.ogg"].read_bytes())
        last = raw.rfind(b"OggS")
        raw[last + 6 : last + 14] = struct.pack("<q", 2**60)
        path = write("a.ogg", bytes(raw))
        found = probe(path).frames
        tracemalloc.start()
        frames, _ = read_all(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found == len(frames)  # the page that lies has a wrong checksum and is not counted
        assert 100_000 < len(frames) < by_name["vorbis.ogg"].expected_frames
        assert peak < 20_000_000

    @pytest.mark.parametrize(
        "header",
        [{"channels": 0}, {"channels": 65_535}, {"rate": 0}, {"bits": 0}, {"bits": 36}, {"rate": 2**32 - 1}],
        ids=str,
    )
    def test_impossible_numbers_in_a_wave_header(self, header: dict[str, int], write: Write) -> None:
        path = write("a.wav", wave(b"\1\0" * 8_000, 16_000, **header))
        try:
            frames, reader = read_all(path)
        except UserError as error:
            assert str(error).endswith(".")
        else:
            assert reader.frames == len(frames) <= 16_000

    def test_chunks_that_claim_to_be_longer_than_the_file(self, write: Write) -> None:
        for name in (b"LIST", b"bext", b"fact", b"junk"):
            body = b"WAVE" + name + struct.pack("<I", 2**32 - 1) + b"data"
            with pytest.raises(UserError):
                probe(write("a.wav", b"RIFF" + struct.pack("<I", len(body)) + body))


class TestCutOff:
    """Recordings that were copied or written in part."""

    # Nothing in these tells how long they should be: a part of one is a shorter one.
    shapeless = frozenset((".aac", ".ac3", ".mp2", ".avr", ".paf", ".pvf", ".sf", ".voc", ".gsm"))

    @pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
    @pytest.mark.parametrize("part", [0.5, 0.9, "all but 100 bytes"])
    def test_the_readable_part_is_read_or_one_sentence_said(
        self, case, part: float | str, recordings: dict[str, Path], write: Write
    ) -> None:
        raw = recordings[case.name].read_bytes()
        keep = len(raw) - 100 if isinstance(part, str) else int(len(raw) * part)
        path = write(case.name, raw[:keep])
        with open_audio(recordings[case.name]) as whole:
            full = whole.read()
        try:
            found = probe(path)
        except UserError as error:
            assert case.container in ("M4A", "MP4", "HTK", "CAF"), error  # their index stands at the end
            assert str(error).endswith(".")
            return
        frames, reader = read_all(path)
        assert found.frames in (None, len(frames))
        assert len(frames) <= len(full)
        if isinstance(part, float):
            # Ogg pages and TTA packets, of a second or more, are lost whole.
            assert len(frames) > part * len(full) - 1.4 * case.rate
            told = bool(reader.notes)
            assert told or path.suffix in self.shapeless or case.name in ("variable_without_xing.mp3", "mp3.wav")
        if case.lossless:
            np.testing.assert_array_equal(frames, full[: len(frames)])

    def test_slices_of_a_cut_off_flac_agree_with_its_full_decode(
        self, write: Write, recordings: dict[str, Path]
    ) -> None:
        raw = recordings["stereo.flac"].read_bytes()
        path = write("a.flac", raw[: len(raw) // 2])
        full, _ = read_all(path)
        with open_audio(path) as reader:
            for start in (60_000, 100, 40_000, len(full) - 10):
                np.testing.assert_array_equal(reader.read(start, 3_000), full[start : start + 3_000])

    def test_a_film_whose_index_never_came_says_that_it_was_cut_off(
        self, write: Write, recordings: dict[str, Path]
    ) -> None:
        raw = recordings["aac.m4a"].read_bytes()
        with pytest.raises(UserError, match="cut off or damaged: the index"):
            open_audio(write("a.m4a", raw[: len(raw) // 2]))


class TestBrokenInside:
    """Bad sectors and bad transfers."""

    def test_a_flac_that_loses_sync_midway_gives_all_but_the_hole_in_its_place(
        self, write: Write, recordings: dict[str, Path]
    ) -> None:
        raw = bytearray(recordings["stereo.flac"].read_bytes())
        middle = len(raw) // 2
        raw[middle : middle + 3_000] = bytes(3_000)
        frames, reader = read_all(write("a.flac", bytes(raw)))
        source = by_name["stereo.flac"].source
        assert len(frames) == len(source)
        np.testing.assert_array_equal(frames[:50_000], source[:50_000])
        np.testing.assert_array_equal(frames[-50_000:], source[-50_000:])
        assert np.abs(frames).max() <= 1
        assert any("damaged" in note for note in reader.notes)

    def test_peaks_of_a_broken_flac_come_to_the_end_too(self, write: Write, recordings: dict[str, Path]) -> None:
        raw = bytearray(recordings["stereo.flac"].read_bytes())
        middle = len(raw) // 2
        raw[middle : middle + 3_000] = bytes(3_000)
        with open_audio(write("a.flac", bytes(raw))) as reader:
            assert sum(len(block) for block in reader.peak_blocks(5_000)) == reader.frames

    @pytest.mark.parametrize("name", ["lame.mp3", "vorbis.ogg", "aac.m4a", "wavpack.wv", "amr.amr", "tta.tta"])
    def test_other_formats_give_the_rest_too(self, name: str, write: Write, recordings: dict[str, Path]) -> None:
        raw = bytearray(recordings[name].read_bytes())
        middle = len(raw) // 2
        raw[middle : middle + 500] = bytes(500)
        frames, reader = read_all(write(name, bytes(raw)))
        assert len(frames) == reader.frames
        assert len(frames) > 0.7 * by_name[name].expected_frames

    def test_a_webm_with_a_lost_cluster_gives_what_comes_before_and_says_so(
        self, write: Write, recordings: dict[str, Path]
    ) -> None:
        raw = bytearray(recordings["opus.webm"].read_bytes())
        middle = len(raw) // 2
        raw[middle : middle + 500] = bytes(500)
        frames, reader = read_all(write("a.webm", bytes(raw)))
        assert 0.3 * by_name["opus.webm"].expected_frames < len(frames) == reader.frames
        assert any("damaged" in note for note in reader.notes)

    @pytest.mark.parametrize("name", ["lame.mp3", "stereo.flac", "aac.aac"])
    def test_junk_behind_the_sound_does_not_matter(self, name: str, write: Write, recordings: dict[str, Path]) -> None:
        raw = recordings[name].read_bytes()
        with open_audio(recordings[name]) as whole:
            full = whole.read()
        frames, _ = read_all(write(name, raw + b"TAG" + bytes(125)))
        np.testing.assert_array_equal(frames[: len(full)], full)

    def test_an_id3_block_of_a_megabyte_does_not_matter(self, write: Write, recordings: dict[str, Path]) -> None:
        size = 1_000_000
        block = b"ID3\4\0\0" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)
        path = write("a.mp3", block + recordings["lame.mp3"].read_bytes())
        assert probe(path).frames == by_name["lame.mp3"].expected_frames
        assert len(read_all(path)[0]) == by_name["lame.mp3"].expected_frames

    @pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
    def test_any_wrong_bytes_anywhere_neither_crash_nor_hang(
        self, case, recordings: dict[str, Path], tmp_path: Path
    ) -> None:
        raw = recordings[case.name].read_bytes()
        path = tmp_path / case.name
        places = st.integers(0, len(raw) - 1) | st.integers(0, min(200, len(raw) - 1))

        @settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(st.lists(st.tuples(places, st.binary(min_size=1, max_size=8)), min_size=1, max_size=5))
        def law(wounds: list[tuple[int, bytes]]) -> None:
            broken = bytearray(raw)
            for at, wound in wounds:
                broken[at : at + len(wound)] = wound
            path.write_bytes(broken)
            try:
                found = probe(path)
                frames, reader = read_all(path)
            except UserError as error:
                assert str(error).endswith(".")
            else:
                assert frames.shape == (reader.frames, reader.channels)
                assert found.frames in (None, len(frames)) or reader.notes
                assert len(frames) * reader.channels < 3_000 * len(raw)

        law()


def test_a_file_that_shrinks_while_it_is_read_ends_early_with_a_note(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    by_soundfile("WAV", "PCM_16")(path, sound(16_000, 1, 4.0), 16_000)
    with open_audio(path) as reader:
        assert len(reader.read(0, 100)) == 100
        os.truncate(path, 44 + 2 * 20_000)
        assert len(reader.read(0)) == 20_000
        assert reader.frames == 20_000
        assert any("earlier" in note for note in reader.notes)
