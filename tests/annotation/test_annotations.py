"""Annotations: what they say of a recording, what they refuse, and that nobody can change one."""

import dataclasses
import math
from datetime import datetime

import pytest

from desktop_app.annotation.annotations import Annotation, Extent, Status, by_onset, new_id
from desktop_app.errors import UserError


@pytest.mark.parametrize(
    ("fields", "extent", "duration_s"),
    [
        ({}, Extent.CLIP, None),
        ({"onset_s": 1.0, "offset_s": 3.5}, Extent.REGION, 2.5),
        ({"onset_s": 1.0, "offset_s": 1.0}, Extent.POINT, 0.0),
        ({"onset_s": 1.0, "offset_s": 2.0, "low_hz": 500.0, "high_hz": 900.0}, Extent.BOX, 1.0),
        ({"onset_s": 1.0, "offset_s": 2.0, "high_hz": 900.0}, Extent.BOX, 1.0),
    ],
)
def test_an_annotation_tells_what_it_is_about(
    fields: dict[str, float], extent: Extent, duration_s: float | None
) -> None:
    made = Annotation("robin", "r", **fields)  # type: ignore[arg-type]
    assert (made.extent, made.duration_s) == (extent, duration_s)


@pytest.mark.parametrize(
    ("fields", "part_of_sentence"),
    [
        ({"onset_s": 1.0}, "give both"),
        ({"offset_s": 1.0}, "give both"),
        ({"onset_s": 2.0, "offset_s": 1.0}, "from 2 s to 1 s runs backwards"),
        ({"onset_s": -0.5, "offset_s": 1.0}, "at -0.5 s, before its recording"),
        ({"onset_s": 0.0, "offset_s": math.inf}, "no number"),
        ({"onset_s": math.nan, "offset_s": 1.0}, "no number"),
        ({"low_hz": 900.0, "high_hz": 500.0}, "from 900 Hz to 500 Hz is upside down"),
        ({"low_hz": -1.0}, "-1 Hz, below zero"),
        ({"high_hz": math.nan}, "no number"),
        ({"channel": -1}, "channels count from 0"),
        ({"score": math.nan}, "score that is no number"),
        ({"time": datetime(2026, 1, 1)}, "lacks its offset from UTC"),
        ({"note": "half a \ud83d"}, "characters that are no text"),
        ({"id": ""}, "needs an id"),
    ],
)
def test_an_impossible_annotation_is_refused_with_a_sentence(fields: dict[str, object], part_of_sentence: str) -> None:
    with pytest.raises(UserError, match=part_of_sentence) as told:
        Annotation("robin", **fields)  # type: ignore[arg-type]
    assert str(told.value).endswith(".") and "\n" not in str(told.value)


def test_nobody_can_change_an_annotation_or_its_columns() -> None:
    columns = {"Species": "Erithacus rubecula"}
    made = Annotation("robin", extra=columns)
    columns["Species"] = "other"
    assert made.extra == {"Species": "Erithacus rubecula"}
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.label = "wren"  # type: ignore[misc]
    with pytest.raises(TypeError):
        made.extra["Species"] = "wren"  # type: ignore[index]


def test_annotations_are_equal_by_value_and_can_be_put_into_sets() -> None:
    one = Annotation("robin", "r", 1.0, 2.0, extra={"View": "1"}, id="a")
    assert one == Annotation("robin", "r", 1.0, 2.0, extra={"View": "1"}, id="a")
    assert one != dataclasses.replace(one, extra={"View": "2"})
    assert len({one, dataclasses.replace(one), dataclasses.replace(one, status=Status.REJECTED)}) == 2


def test_new_ids_differ() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


def test_whole_recordings_come_before_what_begins_in_them() -> None:
    late, early, clip = Annotation("a", "", 2.0, 3.0), Annotation("a", "", 0.0, 9.0), Annotation("a")
    assert by_onset([late, early, clip]) == [clip, early, late]
