"""Other people's files in many encodings, some broken on purpose: nothing crashes, everything is told."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from desktop_app.audio.metadata import probe
from desktop_app.audio.reader import open_audio
from desktop_app.errors import UserError
from tests.conftest import SHARED_DATA

pytestmark = pytest.mark.realdata
FOLDER = SHARED_DATA / "codec_files"
FILES = sorted(path for path in FOLDER.rglob("*") if path.is_file())
# Without a stream header, a recorder's odd word lengths, cut off in the header, headerless.
REFUSED = {
    "06 - missing streaminfo metadata block.flac",
    "07 - other metadata blocks preceding streaminfo metadata block.flac",
    "08 - blocksize 65536.flac",
    "11 - incorrect metadata block length.flac",
    "test-44100Hz-le-1ch-4bytes-early-eof-no-data.wav",
    "test-44100Hz-le-1ch-4bytes-incomplete-chunk.wav",
    "test-8000Hz-le-3ch-5S-36bit.wav",
    "test-8000Hz-le-3ch-5S-45bit.wav",
    "test-8000Hz-le-3ch-5S-53bit.wav",
    "mono.raw",
}
# Read in part or as a whole, with a note about what is wrong.
TOLD = {
    "01 - wrong max blocksize.flac",
    "02 - increasing number of channels.flac",
    "04 - changing bitdepth.flac",
    "04 - wrong number of channels.flac",
    "05 - wrong total number of samples.flac",
    "test-44100Hz-le-1ch-4bytes-early-eof.wav",
}
# Plain PCM is compared in test_reader. FFmpeg 5 takes big-endian 24-bit RIFX for little-endian, and its own Opus
# decoder is a little different.
NOT_COMPARED = REFUSED | TOLD | {"03 - wrong bit depth.flac", "ogg_opus.ogg", "test-8000Hz-be-3ch-5S-24bit.wav"}


@pytest.fixture(autouse=True)
def _need_the_files(shared_data: Path) -> None:
    """Skip with a reason where the files are absent."""


def test_all_files_are_there(shared_data: Path) -> None:
    assert len(FILES) >= 139


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_read_whole_or_in_part_with_a_note_or_refused_with_a_sentence(path: Path) -> None:
    try:
        found = probe(path)
        with open_audio(path) as reader:
            frames = reader.read()
            assert reader.frames == len(frames)
            notes = reader.notes
    except UserError as error:
        assert path.name in REFUSED, error
        assert str(error).startswith("“") and str(error).endswith(".")
        return
    assert path.name not in REFUSED
    assert bool(notes) == (path.name in TOLD), notes
    assert found.encoding != "UNKNOWN"
    if not notes:
        assert found.frames in (None, len(frames))
    with open_audio(path) as reader:
        for start in (len(frames) // 3, max(0, len(frames) - 700), 0, len(frames) // 2):
            got, expected = reader.read(start, 2_000), frames[start : start + 2_000]
            assert got.shape == expected.shape
            assert not got.size or np.abs(got - expected).max() <= 2e-5


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
@pytest.mark.parametrize(
    "path", [p for p in FILES if p.name not in NOT_COMPARED and "pcm" not in p.name], ids=lambda path: path.name
)
def test_ffmpeg_decodes_a_healthy_file_to_the_same_samples(path: Path) -> None:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a:0", "-f", "f32le", "-"]
    run = subprocess.run(command, capture_output=True, check=False)
    if run.returncode:
        pytest.skip("this ffmpeg does not read the file")
    with open_audio(path) as reader:
        frames = reader.read()
        lossy_blocks = reader.metadata.encoding == "ADPCM"
    reference = np.frombuffer(run.stdout, np.float32).reshape(-1, frames.shape[1])
    assert 0 <= len(reference) - len(frames) < (400 if lossy_blocks else 1), "ffmpeg plays whole blocks"
    if frames.size:
        tolerance = 0.02 if lossy_blocks else 6e-5
        assert np.abs(frames - reference[: len(frames)]).max() <= tolerance


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("soundevent/caf_alac_32.caf", "soundevent/caf_pcm_32.caf"),
        ("soundevent/caf_alac_24.caf", "soundevent/caf_pcm_24.caf"),
        ("scipy_wav/test-8000Hz-be-3ch-5S-24bit.wav", "scipy_wav/test-8000Hz-le-3ch-5S-24bit.wav"),
        ("scipy_wav/test-44100Hz-be-1ch-4bytes.wav", "scipy_wav/test-44100Hz-le-1ch-4bytes.wav"),
        ("pydub/wrong_extension.aac", "pydub/format_test.m4a"),
    ],
)
def test_the_same_sound_in_two_encodings_is_the_same(name: str, plain: str) -> None:
    """libsndfile decodes 32-bit ALAC to something else where the sound is noise, so FFmpeg has to."""
    with open_audio(FOLDER / name) as one, open_audio(FOLDER / plain) as other:
        np.testing.assert_array_equal(one.read(), other.read())
