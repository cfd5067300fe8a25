"""Label files name recordings as they were elsewhere; the finder says which one of these here is meant."""

from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest

from desktop_app.interchange.labels import FileLabels, stem_of
from desktop_app.interchange.recordings import RecordingFinder, beside, finder_below, finder_in, located

HERE = ("site1/2026/night.wav", "site2/2026/night.wav", "dawn.WAV", "x/owl.flac", "copy/a.b.wav")


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("dawn.WAV", "dawn.WAV"),
        ("dawn.wav", "dawn.WAV"),
        ("/media/card/dawn.Wav", "dawn.WAV"),
        ("D:\\Recordings\\DAWN.WAV", "dawn.WAV"),
        ("dawn.mp3", "dawn.WAV"),
        ("dawn", "dawn.WAV"),
        ("C:\\old\\site2\\2026\\night.wav", "site2/2026/night.wav"),
        ("moved/SITE1/2026/night.wav", "site1/2026/night.wav"),
        ("3f2a1b4c-owl.wav", "x/owl.flac"),
        ("https://host/data/owl.flac", "x/owl.flac"),
        ("a.b", "copy/a.b.wav"),
        ("./x/./owl.flac", "x/owl.flac"),
    ],
)
def test_a_recording_is_found_wherever_the_label_file_says_it_was(written: str, path: str) -> None:
    assert RecordingFinder(HERE).find(FileLabels(written)).path == path


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("dusk.wav", "There is no recording called “dusk.wav” here"),
        ("", "There is no recording called “”"),
        ("night.wav", "Several recordings are called “night.wav” (“site1/2026/night.wav”, “site2/2026/night.wav”)"),
    ],
)
def test_what_is_not_here_or_not_unique_is_told(written: str, sentence: str) -> None:
    found = RecordingFinder(HERE).find(FileLabels(written))
    assert found.path is None
    assert found.problem.startswith(sentence)


@pytest.mark.parametrize(("written", "here"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_accents_that_macos_writes_as_signs_of_their_own_are_the_same_letters(
    written: Literal["NFC", "NFD"], here: Literal["NFC", "NFD"]
) -> None:
    path = normalize(here, "forêt/Mésange.wav")
    assert RecordingFinder([path]).find(FileLabels(normalize(written, "forêt/Mésange.wav"))).path == path


def test_a_label_file_without_names_belongs_to_the_recording_beside_it(tmp_path: Path) -> None:
    labels = FileLabels("night", named=False)
    finder = RecordingFinder(HERE)
    assert finder.find(labels, tmp_path / "site2" / "2026" / "night.txt").path == "site2/2026/night.wav"
    assert finder.find(labels, tmp_path / "night.txt").path is None


def test_of_several_recordings_of_a_name_the_one_beside_the_label_file_is_meant(tmp_path: Path) -> None:
    finder, labels = RecordingFinder(HERE), FileLabels("night.wav")
    assert finder.find(labels, tmp_path / "site1" / "2026" / "night.Table.1.selections.txt").path == HERE[0]
    assert finder.find(labels, tmp_path / "site2" / "2026" / "night.Table.1.selections.txt").path == HERE[1]
    assert finder.find(FileLabels("site1/2026/night.wav"), tmp_path / "site2" / "2026" / "x.txt").path == HERE[0]
    found = finder.find(labels, tmp_path / "night.Table.1.selections.txt")
    assert found.path is None and "put the label file beside the one meant" in found.problem


@pytest.mark.parametrize(
    ("file", "stem"),
    [
        ("night.Table.1.selections.txt", "night"),
        ("night.selections.txt", "night"),
        ("night.BirdNET.selection.table.txt", "night"),
        ("night.BirdNET.results.csv", "night"),
        ("100_marron1.audacity.txt", "100_marron1"),
        ("cold_forest_label.txt", "cold_forest"),
        ("a.b.TextGrid", "a.b"),
        ("a.Table.x.txt", "a.Table.x"),
    ],
)
def test_the_name_of_a_label_file_tells_the_recording(file: str, stem: str) -> None:
    assert stem_of(Path(file)) == stem


def test_labels_are_located_measured_and_told_if_missing(sounds: Path) -> None:
    (dusk,), problems = located(
        [FileLabels("d:\\dusk.wav"), FileLabels("gone.wav")], sounds, finder_below(sounds, print)
    )
    assert (dusk.path, dusk.duration_s, dusk.sample_rate_hz) == (str(sounds / "Dusk.WAV"), 2.0, 8_000)
    assert len(problems) == 1


def test_what_lies_beside_a_label_file_tells_name_length_and_rate(sounds: Path) -> None:
    (dawn, gone) = beside(
        [FileLabels("dawn", named=False), FileLabels("gone", named=False)], sounds / "dawn.txt", finder_in(sounds)
    )
    assert (dawn.path, dawn.named, dawn.duration_s) == ("dawn.flac", True, 2.0)
    assert (gone.path, gone.named, gone.duration_s) == ("gone", False, None)
