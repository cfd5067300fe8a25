"""An annotation is found again after another program rounded or dropped some of it, and nothing else is."""

from dataclasses import replace

import pytest

from desktop_app.annotation.annotations import Annotation
from desktop_app.interchange.standing import Standing

OWL = Annotation("owl", onset_s=1.23456789, offset_s=2.5, low_hz=100.0, high_hz=900.0, channel=0, score=0.8125)
BARE = {"low_hz": None, "high_hz": None, "channel": None, "score": None}


@pytest.mark.parametrize(
    "changes",
    [
        {"onset_s": 1.234568},
        {"low_hz": 100.4, "high_hz": 899.6},
        {"score": 0.812},
        {"source": "import: audacity"},
        BARE,
    ],
    ids=["six digits", "whole hertz", "three digits of a score", "by people in another program", "what it cannot hold"],
)
def test_what_programs_round_and_drop_is_the_same(changes: dict[str, object]) -> None:
    assert Standing([OWL]).twin(replace(OWL, id="x", **changes)) is OWL  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"label": "fox"},
        {"onset_s": 1.2355},
        {"offset_s": 2.501},
        {"onset_s": None, "offset_s": None},
        {"low_hz": 102.0},
        {"channel": 1},
        {"score": 0.81},
        {"source": "BirdNET"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_says_something_else_is_another_one(changes: dict[str, object]) -> None:
    assert Standing([OWL]).twin(replace(OWL, id="x", **changes)) is None  # type: ignore[arg-type]


def test_more_than_stands_there_is_news() -> None:
    bare = replace(OWL, **BARE)  # type: ignore[arg-type]
    assert Standing([bare]).twin(OWL) is None
    assert Standing([bare, OWL]).twin(OWL) is OWL


def test_a_whole_recording_is_no_stretch_of_it() -> None:
    whole, start = Annotation("owl"), Annotation("owl", onset_s=0.0, offset_s=0.0)
    assert (Standing([start, whole]).twin(replace(whole, id="x")), Standing([start]).twin(whole)) == (whole, None)


def test_a_train_of_clicks_a_millisecond_apart_is_kept_apart() -> None:
    clicks = [Annotation("click", onset_s=t / 1000, offset_s=t / 1000) for t in range(100)]
    standing = Standing(clicks[::2])
    assert [it for it in clicks if standing.twin(it) is None] == clicks[1::2]
