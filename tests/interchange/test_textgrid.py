"""TextGrids: every spelling of the file, every encoding, and tiers without overlap on the way back."""

import struct
from pathlib import Path

import pytest

from desktop_app.annotation.annotations import Annotation
from desktop_app.interchange import textgrid
from desktop_app.interchange.labels import FileLabels, Options
from desktop_app.interchange.reading import MOST_TOLD, Notes
from desktop_app.interchange.registry import write_labels
from desktop_app.interchange.textgrid import grid_of
from tests.interchange.conftest import Read, found, only, text_of

LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.5
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "words"
        xmin = 0
        xmax = 2.5
        intervals: size = 2
        intervals [1]:
            xmin = 0
            xmax = 1
            text = ""
        intervals [2]:
            xmin = 1
            xmax = 2.5
            text = "say ""ahoj"" ə"
    item [2]:
        class = "TextTier"
        name = "tones"
        xmin = 0
        xmax = 2.5
        points: size = 1
        points [1]:
            number = 0.75
            mark = "H*"
""".replace("\n", " \n")  # as Praat ends its lines
SHORT = """"ooTextFile"
"TextGrid"
0
2.5
<exists>
2
"IntervalTier"
"words"
0
2.5
2
0
1
""
1
2.5
"say ""ahoj"" ə"
"TextTier"
"tones"
0
2.5
1
0.75
"H*"
"""
MIXED = """File type = "ooTextFile"
"TextGrid"
from 0 to 2.5 seconds ! 99 is comment, and "this" too
<exists> 2 tiers
"IntervalTier" "words" 0 2.5 2 intervals: 0 1 "" then 1 2.5 "say ""ahoj"" ə"
"TextTier" "tones" 0 2.5 has 1 point[s] at 0.75 "H*"
"""
BY_TIME = """"Praat chronological TextGrid text file"
0 2.5   ! Time domain.
2   ! Number of tiers.
"IntervalTier" "words" 0 2.5
"TextTier" "tones" 0 2.5
1 0 1
""
2 0.75
"H*"
1 1 2.5
"say ""ahoj"" ə"
"""
WORDS = [('say "ahoj" ə', 1.0, 2.5), ("H*", 0.75, 0.75)]


@pytest.mark.parametrize("text", [LONG, SHORT, MIXED], ids=["long", "short", "mixed"])
def test_every_spelling_says_the_same(read: Read, text: str) -> None:
    result = read("a.TextGrid", text)
    assert result.format is textgrid.FORMAT
    assert found(result) == WORDS
    assert [dict(it.extra) for it in only(result)] == [{"tier": "words"}, {"tier": "tones"}]
    assert result.labels[0].duration_s == 2.5
    assert result.skipped == {"gaps without text": 1}
    assert result.problems == ()


def test_chronological_files_are_read(read: Read) -> None:
    assert found(read("a.TextGrid", BY_TIME)) == WORDS


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-be", "utf-16-le"])
def test_every_encoding_and_line_end_is_read(read: Read, encoding: str, end: str) -> None:
    mark = "\ufeff" if encoding.startswith("utf-16") else ""
    assert found(read("a.TextGrid", (mark + LONG.replace("\n", end)).encode(encoding))) == WORDS


def test_old_files_in_latin_1_are_read_and_that_is_told(read: Read) -> None:
    result = read("a.TextGrid", LONG.replace("ə", "é").encode("latin-1"))
    assert found(result)[0][0] == 'say "ahoj" é'
    assert result.problems == ("“a.TextGrid” is not proper Unicode: its letters were read as Latin-1.",)


def test_the_backslash_letters_of_praat_stay_as_they_are_written(read: Read, tmp_path: Path) -> None:
    (it, _) = only(read("a.TextGrid", LONG.replace("ə", "\\ef\\sw")))
    assert it.label == 'say "ahoj" \\ef\\sw'
    assert found(read("again.TextGrid", text_of(textgrid.FORMAT, tmp_path, it)))[0][0] == it.label


def test_files_are_written_in_utf_8_without_a_mark(tmp_path: Path) -> None:
    labels = FileLabels("a.wav", (region("Käuzchen ə", 0, 1),), 2.0)
    (file,) = write_labels([labels], tmp_path / "a.TextGrid", textgrid.FORMAT).files
    assert file.read_bytes().startswith(b'File type = "ooTextFile"\n')
    assert "Käuzchen ə".encode() in file.read_bytes()


def test_binary_files_are_read(read: Read) -> None:
    def text(it: str) -> bytes:
        return struct.pack(">H", len(it)) + it.encode("latin-1")

    wide = struct.pack(">HH", 0xFFFF, 2) + "ə!".encode("utf-16-be")
    tier = b"\x0cIntervalTier" + text("words") + struct.pack(">ddi", 0, 2, 2)
    tier += struct.pack(">dd", 0, 1) + text("one") + struct.pack(">dd", 1, 2) + wide
    points = b"\x08TextTier" + text("tones") + struct.pack(">ddi", 0, 2, 1) + struct.pack(">d", 0.5) + text("H")
    data = b"ooBinaryFile\x08TextGrid" + struct.pack(">ddbi", 0, 2, 1, 2) + tier + points
    assert found(read("a.TextGrid", data)) == [("one", 0, 1), ("ə!", 1, 2), ("H", 0.5, 0.5)]
    cut = read("b.TextGrid", data[:-20])
    assert found(cut) == [("one", 0, 1), ("ə!", 1, 2)]
    assert cut.problems == ("“b.TextGrid” ends before all that it announces: what was there is kept.",)


def test_a_time_domain_that_does_not_begin_at_zero_is_told_and_taken_as_it_stands(read: Read) -> None:
    result = read("a.TextGrid", MIXED.replace("from 0 to", "from 0.5 to"))
    assert found(result) == WORDS
    assert result.problems == ("“a.TextGrid” begins at 0.5 s and not at 0: its times are taken as they stand.",)


def test_tiers_of_one_name_stay_apart(read: Read, tmp_path: Path) -> None:
    labels = [Annotation(text, onset_s=0.0, offset_s=1.0, extra={"tier": "Mary"}) for text in "abc"]
    written = text_of(textgrid.FORMAT, tmp_path, *labels)
    assert written.count('name = "Mary"') == 3
    assert found(read("a.TextGrid", written)) == [("a", 0, 1), ("b", 0, 1), ("c", 0, 1)]


def test_a_wrong_count_and_words_in_the_wrong_place_are_passed_over_with_their_lines(read: Read) -> None:
    result = read("a.TextGrid", LONG.replace("intervals: size = 2", "intervals: size = 7"))
    assert found(result) == WORDS
    assert result.problems == ("Line 24 of “a.TextGrid”: the tier “words” has 2 entries, not 7.",)
    result = read("b.TextGrid", LONG.replace("xmax = 1 ", 'xmax = "early" 1 '))
    assert found(result) == WORDS
    assert result.problems == ("Line 17 of “b.TextGrid”: “early” stands where a number belongs, and was passed over.",)


@pytest.mark.parametrize("place", range(1, len(LONG), 23))
def test_a_file_that_was_cut_off_gives_what_it_has(read: Read, place: int) -> None:
    result = read("a.TextGrid", LONG[:place])
    for (label, *ends), (whole, *its_ends) in zip(found(result), WORDS, strict=False):
        assert whole.startswith(label)
        assert ends == its_ends


def grid(*annotations: Annotation, duration_s: float | None = 10.0) -> list[tuple[str, str, list[str]]]:
    tiers = grid_of(FileLabels("a.wav", annotations, duration_s)).tiers
    return [(tier.kind, tier.name, [entry.text for entry in tier.entries]) for tier in tiers]


def region(label: str, onset_s: float, offset_s: float) -> Annotation:
    return Annotation(label, onset_s=onset_s, offset_s=offset_s)


def test_labels_without_overlap_share_a_tier() -> None:
    assert grid(region("b", 1, 2), region("a", 0, 1)) == [("IntervalTier", "labels", ["a", "b"])]


def test_labels_that_overlap_get_a_tier_for_each_class_and_layers_within_one() -> None:
    tiers = grid(region("owl", 0, 3), region("fox", 1, 2), region("owl", 2, 4), region("owl", 5, 6))
    assert tiers == [
        ("IntervalTier", "owl", ["owl", "owl"]), ("IntervalTier", "owl", ["owl"]), ("IntervalTier", "fox", ["fox"]),
    ]  # fmt: skip


def test_points_at_one_time_get_tiers_of_their_own() -> None:
    assert grid(region("a", 1, 1), region("b", 1, 1)) == [("TextTier", "a", ["a"]), ("TextTier", "b", ["b"])]


def test_intervals_tile_the_recording_to_its_end(tmp_path: Path) -> None:
    text = text_of(textgrid.FORMAT, tmp_path, region("owl", 1.5, 2.5), duration_s=4.0)
    times = [float(line.split("=")[1]) for line in text.splitlines() if line.startswith("            xm")]
    assert times == [0, 1.5, 1.5, 2.5, 2.5, 4]
    assert text.startswith(
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0 \nxmax = 4 \ntiers? <exists> \n'
    )


def test_a_label_after_the_end_of_the_recording_extends_the_tiers() -> None:
    assert grid_of(FileLabels("a.wav", (region("owl", 9, 12),), 10.0)).offset_s == 12


def test_a_file_of_nothing_but_strays_is_told_in_a_few_sentences_and_can_be_given_up(
    read: Read, tmp_path: Path
) -> None:
    head = 'File type = "ooTextFile"\nObject class = "TextGrid"\n0\n1\n<exists>\n1\n'
    result = read("x.TextGrid", head + "7\n" * 200_000)
    assert len(result.problems) == MOST_TOLD + 2
    assert result.problems[1] == "Line 8 of “x.TextGrid”: “7” stands where a tier begins, and was passed over."
    assert result.problems[-1] == "199,980 more places of “x.TextGrid” are damaged, too."

    def give_up() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        textgrid.read(tmp_path / "x.TextGrid", Notes("x", checkpoint=give_up), Options())


@pytest.mark.parametrize("end", ["1e20", "1e400", "-1e999"])
def test_numbers_beyond_all_bounds_are_damage_and_no_fault(read: Read, end: str) -> None:
    assert found(read("a.TextGrid", LONG.replace("xmax = 2.5", f"xmax = {end}")))[-1] == ("H*", 0.75, 0.75)
    for place in ("size = 2", "xmin = 0", "size = 1"):
        read("b.TextGrid", LONG.replace(place, f"{place[:7]}{end}"))
    result = read("c.TextGrid", LONG.replace("xmax = 2.5", f"xmax = {end}", 1))
    assert result.labels[0].duration_s is None and result.count == 2
