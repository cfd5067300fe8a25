"""The filter box: every term keeps what it says, and one that is not understood says why."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.annotation.records import FileVerdict, Prediction
from desktop_app.audio.metadata import AudioMetadata
from desktop_app.audio.sources import FoundFile, natural_key
from desktop_app.ui.folder_filter import HELP, parse_filter
from desktop_app.ui.folder_row import FolderRow


def row(name: str, **known: object) -> FolderRow:
    """Return a row: rate, channels, bits, encoding, container, duration; label and score; size, day; error."""
    day = datetime.fromisoformat(str(known.get("day", "2026-01-15T12:00"))).timestamp()
    made = FolderRow(FoundFile(Path("/x") / name, int(str(known.get("size", 1000))), day), name, 0)
    if "error" in known:
        made.describe(str(known["error"]))
    elif "rate" in known:
        rate = int(str(known["rate"]))
        frames = round(float(str(known.get("duration", 1))) * rate)
        made.describe(
            AudioMetadata(
                rate,
                frames,
                int(str(known.get("channels", 1))),
                int(str(known.get("bits", 16))),
                str(known.get("encoding", "PCM_S")),
                str(known.get("container", "WAV")),
            )
        )
    if "label" in known:
        best = Prediction(made.path, 0, 1, str(known["label"]), float(str(known.get("score", 0.9))), "model")
        made.judge(FileVerdict(made.path, (best,), None))
    return made


ROWS = [
    row("yes/Clip 1.wav", rate=16_000, label="yes", score=0.95, duration=1),
    row("yes/clip 2.wav", rate=16_000, label="no", score=0.55, duration=0.5),
    row("dawn chorus.flac", rate=48_000, channels=2, bits=24, encoding="FLAC", container="FLAC", duration=3600),
    row("bat.WAV", rate=192_000, duration=12.5, size=20_000_000, day="2026-03-01T08:00"),
    row("broken.mp3", error="It holds no sound.", size=0),
    row(
        "song.mp3", rate=44_100, channels=2, bits=0, encoding="MP3", container="MP3", duration=180, label="No", score=1
    ),
    row("waiting.ogg"),
]


def kept(text: str) -> list[str]:
    found = parse_filter(text)
    assert found.problem == ""
    return [row.name.rsplit("/")[-1].split(".")[0].lower() for row in found.apply(ROWS)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["clip 1", "clip 2", "dawn chorus", "bat", "broken", "song", "waiting"]),
        ("CLIP", ["clip 1", "clip 2"]),
        ("yes/ 2", ["clip 2"]),
        ("chorus dawn", ["dawn chorus"]),
        ('"dawn chorus"', ["dawn chorus"]),
        ('"chorus dawn"', []),
        ("class:yes", ["clip 1"]),
        ("Label:NO", ["clip 2", "song"]),
        ("class:yes,no", ["clip 1", "clip 2", "song"]),
        ("class!=no judged:yes", ["clip 1"]),
        ("duration>=3:00", ["dawn chorus", "song"]),
        ("duration:1:00:00", ["dawn chorus"]),
        ("duration<0:12.6 duration>0:12", ["bat"]),
        ("score<0.6", ["clip 2"]),
        ("score>=95%", ["clip 1", "song"]),
        ("score:0.95", ["clip 1"]),
        ("score!=0.95", ["clip 2", "song"]),
        ("duration:12.5", ["bat"]),
        ("rate:44k", ["song"]),
        ("class:no score<0.6", ["clip 2"]),
        ("duration>2", ["dawn chorus", "bat", "song"]),
        ("duration<=500ms", ["clip 2"]),
        ("duration>=3min", ["dawn chorus", "song"]),
        ("duration=1h", ["dawn chorus"]),
        ("length>1h", []),
        ("rate:16000", ["clip 1", "clip 2"]),
        ("rate:44.1k", ["song"]),
        ("rate>=48kHz", ["dawn chorus", "bat"]),
        ("channels:2", ["dawn chorus", "song"]),
        ("bits:24", ["dawn chorus"]),
        ("bits:0", ["song"]),
        ("encoding:pcm", ["clip 1", "clip 2", "bat"]),
        ("format:mp3", ["song"]),
        ("size>10MB", ["bat"]),
        ("size:0", ["broken"]),
        ("error:yes", ["broken"]),
        ("error:no mp3", ["song"]),
        ("judged:no error:no", ["dawn chorus", "bat", "waiting"]),
        ("modified>2026-02-01", ["bat"]),
        ("modified:2026-03-01", ["bat"]),
        ("modified!=2026-01-15", ["bat"]),
        ("-clip -class:no", ["dawn chorus", "bat", "broken", "waiting"]),
        ('name:"clip 1"', ["clip 1"]),
        ("-", []),
    ],
)
def test_terms_keep_what_they_say(text: str, names: list[str]) -> None:
    assert kept(text) == names


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("score<high", "“score<high” needs a number, as in score<0.6."),
        ("duration>3parsec", "needs a number"),
        ("class<yes", "“class<yes” cannot be compared by size: write class:yes."),
        ("colour:red", "There is no “colour”: try class, status, name,"),
        ("error:maybe", "answered by yes or no"),
        ("modified>spring", "needs a day"),
        ("modified>0001-01-01", "needs a day"),
        ("class:", "waits for a value"),
        ("rate:", "waits for a value"),
    ],
)
def test_a_term_that_is_not_understood_is_explained_and_asks_for_nothing(text: str, says: str) -> None:
    found = parse_filter(text + " clip")
    assert says in found.problem
    assert len(found.apply(ROWS)) == 2


def test_every_example_of_the_help_is_understood() -> None:
    for text, _ in HELP:
        assert parse_filter(text).problem == "", text


def test_only_what_never_changes_needs_no_second_look() -> None:
    assert not parse_filter("clip size>3kB modified>2026-01-01 -bat").waits
    assert all(parse_filter(text).waits for text in ("class:yes", "duration>2", "clip error:no", "-judged:yes"))


@given(st.text(max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    found = parse_filter(text)
    assert set(found.apply(ROWS)) <= set(ROWS)


@given(st.lists(st.sampled_from(["clip", "class:no", "score<0.6", "duration>2", "error:no", "rate:16000"]), max_size=4))
def test_more_terms_keep_fewer_rows_and_their_order_does_not_matter(terms: list[str]) -> None:
    together = set(kept(" ".join(terms)))
    assert together == set(kept(" ".join(reversed(terms))))
    for term in terms:
        assert together <= set(kept(term))


def test_names_sort_as_people_count() -> None:
    names = ["clip 10", "Clip 2", "clip 1", "a/clip 3"]
    assert sorted(names, key=lambda name: natural_key(name.casefold())) == ["a/clip 3", "clip 1", "Clip 2", "clip 10"]


@pytest.mark.parametrize("typed", ["café", "cafe\u0301", "CAFÉ", "name:café"])
def test_accents_are_found_however_they_are_encoded(typed: str) -> None:
    rows = [row("café.wav"), row("cafe\u0301.wav"), row("cafe.wav")]
    assert parse_filter(typed).apply(rows) == rows[:2]
