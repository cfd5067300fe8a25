"""The table of formats: no name twice, defaults that can be written, sentences that list what is legal."""

import subprocess
import sys
from pathlib import Path

import pytest

from desktop_app.audio.formats import (
    AUDIO_SUFFIXES,
    FORMATS,
    Encodable,
    choose_encodable,
    format_for_path,
    format_named,
    is_audio_name,
    writable_formats,
)
from desktop_app.errors import UserError
from tests.audio.corpus import CASES


def test_every_suffix_and_name_belongs_to_one_format() -> None:
    suffixes = [suffix for entry in FORMATS for suffix in entry.suffixes]
    names = [name for entry in FORMATS for name in (entry.name, *entry.aliases)]
    assert len(suffixes) == len(set(suffixes)) == len(AUDIO_SUFFIXES)
    assert len(names) == len(set(names))


def test_suffixes_are_lower_case_with_a_dot() -> None:
    assert all(s.startswith(".") and s == s.lower() and "." not in s[1:] for s in AUDIO_SUFFIXES)


def test_every_format_has_someone_who_reads_it() -> None:
    assert all(entry.libsndfile or entry.ffmpeg for entry in FORMATS)


def test_the_formats_that_torchaudio_writes_are_written_here_with_its_words() -> None:
    written = {entry.name: {(w.encoding, w.bits_per_sample) for w in entry.writes} for entry in writable_formats()}
    laws = {("ULAW", 8), ("ALAW", 8)}
    pcm = {("PCM_S", 16), ("PCM_S", 24), ("PCM_S", 32)}
    floats = {("PCM_F", 32), ("PCM_F", 64)}
    assert written["WAV"] >= pcm | floats | laws | {("PCM_U", 8)}
    assert written["AMB"] >= pcm | floats | laws | {("PCM_U", 8)}
    assert written["SPH"] >= pcm | laws | {("PCM_S", 8)}
    assert written["FLAC"] == {("FLAC", 8), ("FLAC", 16), ("FLAC", 24)}
    assert ("MP3", 0) in written["MP3"]
    assert ("VORBIS", 0) in written["OGG"]
    assert ("GSM", 0) in written["GSM"]
    assert ("AMR_NB", 0) in written["AMR"]
    assert ("PCM_S", 16) in written["HTK"]


@pytest.mark.parametrize("name", ["a.WAV", "b.Flac", "c.mP3", "d.OPUS", "/x/é.AIFF", Path("y.m4A"), "two.dots.ogg"])
def test_a_recording_is_known_by_its_name_in_any_case(name: str | Path) -> None:
    assert is_audio_name(name)
    assert format_for_path(name) is not None


@pytest.mark.parametrize("name", ["notes.txt", "wav", ".wav", "a.wav.txt", "", "a.", "folder.wav/inside"])
def test_other_names_are_no_recordings(name: str) -> None:
    assert not is_audio_name(name)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("wav", "WAV"),
        ("Flac", "FLAC"),
        (".mp3", "MP3"),
        ("vorbis", "OGG"),
        ("amr-nb", "AMR"),
        ("nist", "SPH"),
        ("aif", "AIFF"),
    ],
)
def test_a_format_is_found_by_name_alias_or_suffix(word: str, name: str) -> None:
    assert format_named(word).name == name


def test_an_unknown_format_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"“docx”.*WAV, FLAC, MP3"):
        format_named("docx")


def test_without_wishes_the_default_is_chosen() -> None:
    assert choose_encodable(format_named("WAV")) == Encodable("PCM_S", 16)
    assert choose_encodable(format_named("FLAC")).bits_per_sample == 16


@pytest.mark.parametrize(
    ("name", "encoding", "bits", "chosen"),
    [
        ("WAV", None, 8, ("PCM_U", 8)),
        ("WAV", "PCM_F", None, ("PCM_F", 32)),
        ("WAV", "pcm_s", 24, ("PCM_S", 24)),
        ("WAV", "ULAW", None, ("ULAW", 8)),
        ("AIFF", None, 8, ("PCM_S", 8)),
        ("FLAC", None, 24, ("FLAC", 24)),
        ("MP3", None, None, ("MP3", 0)),
        ("CAF", "ALAC", None, ("ALAC", 16)),
    ],
)
def test_one_wish_is_completed(name: str, encoding: str | None, bits: int | None, chosen: tuple[str, int]) -> None:
    found = choose_encodable(format_named(name), encoding, bits)
    assert (found.encoding, found.bits_per_sample) == chosen


@pytest.mark.parametrize(("name", "encoding", "bits"), [("WAV", "PCM_S", 8), ("FLAC", None, 32), ("MP3", "MP3", 16)])
def test_an_illegal_wish_is_answered_with_the_legal_ones(name: str, encoding: str | None, bits: int) -> None:
    entry = format_named(name)
    with pytest.raises(UserError) as raised:
        choose_encodable(entry, encoding, bits)
    assert all(w.encoding in str(raised.value) for w in entry.writes)


def test_a_format_that_is_only_read_says_so() -> None:
    with pytest.raises(UserError, match="WMA can be read but not written"):
        choose_encodable(format_named("wma"))


def test_every_format_of_the_table_is_proved_by_a_recording() -> None:
    assert {entry.name for entry in FORMATS} == {case.container for case in CASES}


def test_the_table_and_the_folder_scan_load_no_decoder() -> None:
    program = (
        "import sys, desktop_app.audio.formats, desktop_app.audio.sources, desktop_app.audio.metadata;"
        "print([m for m in ('av', 'numpy', 'soundfile') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
