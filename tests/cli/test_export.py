"""`earmark export` does what the export dialog does."""

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from tests.cli.conftest import Earmark


def test_whole_recordings_keep_their_names(earmark: Earmark, folder: Path, tmp_path: Path) -> None:
    answer = earmark("export", folder, "--to", tmp_path / "out")
    assert answer.status == 1  # broken.wav
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["[mono].flac", "stereo.flac"]
    assert "[mono].flac" in answer.out
    assert "broken.wav" in answer.err


def test_a_part_is_cut_mixed_resampled_and_named_by_its_times(earmark: Earmark, folder: Path, tmp_path: Path) -> None:
    what = ["--onset", "0.5", "--offset", "0:01.25", "--format", "wav", "--bits", "24", "--rate", "8000", "--mono"]
    answer = earmark("export", folder / "stereo.wav", "--to", tmp_path / "out", *what)
    assert answer.status == 0
    info = sf.info(tmp_path / "out" / "stereo_0.50-1.25.wav")
    assert (info.frames, info.samplerate, info.channels, info.subtype) == (6_000, 8_000, 1, "PCM_24")


def test_what_was_changed_on_the_way_is_told(earmark: Earmark, tmp_path: Path) -> None:
    sf.write(tmp_path / "loud.wav", np.full(16_000, 1.5), 16_000, subtype="FLOAT")
    answer = earmark("export", tmp_path / "loud.wav", "--to", tmp_path / "out", "--format", "AMR")
    assert answer.status == 0
    assert "Resampled from 16000 to 8000 Hz" in answer.out
    assert "Clipped to full scale" in answer.out


def test_nothing_is_overwritten(earmark: Earmark, folder: Path, tmp_path: Path) -> None:
    for _ in range(2):
        earmark("export", folder / "stereo.wav", "--to", tmp_path / "out", "--pattern", "{folder}/{index:02d}")
    assert sorted(path.name for path in (tmp_path / "out" / "recordings").iterdir()) == ["01 (2).flac", "01.flac"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--format", "ZIP"], "There is no audio format called “ZIP”"),
        (["--format", "MKV"], "can be read but not written"),
        (["--bits", "12"], "FLAC cannot hold 12 bits: choose FLAC 16"),
        (["--format", "MP3", "--bits", "24"], "MP3 has no bits per sample to choose: leave them away."),
        (["--onset", "1", "--offset", "1"], "The clip would have no length: --offset must be more than --onset (1 s)."),
        (["--rate", "-5"], "--rate -5 makes no sense: give a number above 0."),
        (["--to", __file__], f"“{__file__}” is a file: name a folder to write to."),
        (["--onset", "2", "--offset", "1"], "The end (1 s) lies before the start (2 s)"),
        (["--pattern", "{name}"], "use the fields {stem}"),
    ],
)
def test_what_is_wrong_for_all_is_told_once_before_any_work(
    earmark: Earmark, folder: Path, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    answer = earmark("export", folder, "--to", tmp_path / "out", *arguments)
    assert answer.status == 2
    assert answer.err.startswith("earmark: ")
    assert sentence in answer.err
    assert answer.err.count("\n") == 1
    assert not (tmp_path / "out").exists()
