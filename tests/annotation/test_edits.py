"""Edits: the usual gestures, and that each can be taken back."""

from dataclasses import replace
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.annotation.annotations import MANUAL, Annotation, Status
from desktop_app.annotation.edits import Edit
from desktop_app.annotation.hand import Hand, change_class, merge_classes, remove_class
from desktop_app.annotation.scheme import LabelScheme
from desktop_app.errors import UserError

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)  # noqa: UP017
HAND = Hand("Ada", lambda: NOW)
ROBIN = Annotation("robin", "r", 1.0, 3.0, 500.0, 900.0, id="robin")
FOUND = Annotation("wren", "r", 4.0, 6.0, status=Status.DRAFT, source="model", score=0.8, id="found")
CLIP = Annotation("robin", "r", id="clip")


def only(edit: Edit) -> Annotation:
    (added,) = edit.added
    return added


def test_what_comes_out_of_an_edit_tells_who_and_when() -> None:
    edit = HAND.draw(ROBIN)
    assert edit.text == "Draw “robin”"
    assert only(edit) == replace(ROBIN, reviewer="Ada", time=NOW)
    assert HAND.draw(CLIP).text == "Label the clip “robin”"


def test_the_inverse_of_the_inverse_is_the_edit() -> None:
    scheme = LabelScheme().adding(["robin"])
    klass = scheme.classes[0]
    for edit in (HAND.split(ROBIN, 2.0), change_class(scheme, "robin", replace(klass, name="Robin"))):
        assert edit.inverse() != edit
        assert edit.inverse().inverse() == edit


def test_a_label_of_a_person_is_exchanged_in_place() -> None:
    edit = HAND.relabel([ROBIN], "wren")
    assert edit.removed == (ROBIN,)
    assert (only(edit).id, only(edit).label) == ("robin", "wren")


def test_what_a_model_said_wrongly_stays_as_a_reject_beside_the_right_label() -> None:
    wrong, right = HAND.relabel([FOUND], "robin").added
    assert (wrong.id, wrong.label, wrong.status, wrong.score) == ("found", "wren", Status.REJECTED, 0.8)
    assert (right.label, right.status, right.source, right.score) == ("robin", Status.ACCEPTED, MANUAL, None)
    assert (right.onset_s, right.offset_s) == (4.0, 6.0) and right.id != "found"


def test_the_label_that_a_model_gave_is_accepted_by_giving_it_again() -> None:
    accepted = only(HAND.relabel([FOUND], "wren"))
    assert (accepted.status, accepted.source, accepted.score) == (Status.ACCEPTED, "model", 0.8)


def test_a_status_is_set_only_where_it_changes() -> None:
    edit = HAND.set_status([ROBIN, FOUND], Status.ACCEPTED)
    assert edit.text == "Accept “wren”"
    assert edit.removed == (FOUND,)
    assert HAND.set_status([ROBIN], Status.ACCEPTED).is_empty
    assert HAND.set_status([ROBIN, FOUND], Status.UNCERTAIN).text == "Mark as uncertain: 2 annotations"


def test_edges_move_and_a_move_to_the_same_place_is_nothing() -> None:
    assert only(HAND.resize(ROBIN, replace(ROBIN, onset_s=0.5))).onset_s == 0.5
    assert HAND.resize(ROBIN, replace(ROBIN)).is_empty


def test_nudging_keeps_lengths_and_distances_and_stops_at_the_start() -> None:
    moved = HAND.nudge([ROBIN, FOUND, CLIP], -2.5).added
    assert [(it.onset_s, it.offset_s) for it in moved] == [(0.0, 2.0), (3.0, 5.0)]
    assert HAND.nudge([CLIP], 1.0).is_empty
    assert HAND.nudge([replace(ROBIN, onset_s=0.0)], -1.0).is_empty


def test_a_split_leaves_two_parts_that_touch() -> None:
    first, second = HAND.split(ROBIN, 1.5).added
    assert (first.onset_s, first.offset_s, first.id) == (1.0, 1.5, "robin")
    assert (second.onset_s, second.offset_s, second.low_hz) == (1.5, 3.0, 500.0) and second.id != "robin"


@pytest.mark.parametrize(("annotation", "at_s"), [(ROBIN, 1.0), (ROBIN, 3.0), (ROBIN, 9.0), (CLIP, 1.0)])
def test_only_the_inside_of_a_stretch_can_be_split(annotation: Annotation, at_s: float) -> None:
    with pytest.raises(UserError):
        HAND.split(annotation, at_s)


def test_a_merge_covers_everything_it_is_made_of() -> None:
    other = Annotation("robin", "r", 0.5, 1.5, 700.0, 1200.0, note="loud", id="other")
    edit = HAND.merge([ROBIN, other])
    assert set(edit.removed) == {ROBIN, other}
    merged = only(edit)
    assert (merged.onset_s, merged.offset_s, merged.low_hz, merged.high_hz) == (0.5, 3.0, 500.0, 1200.0)
    assert merged.note == "loud"
    assert only(HAND.merge([ROBIN, replace(other, low_hz=None)])).low_hz is None


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ([], "several"),
        ([CLIP], "whole recordings"),
        ([replace(ROBIN, recording_id="other", id="x")], "of one recording"),
        ([replace(FOUND, label="wren")], "one label first"),
    ],
)
def test_what_cannot_be_merged_is_refused_with_a_sentence(others: list[Annotation], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        HAND.merge([ROBIN, *others])


def test_a_duplicate_is_a_new_annotation_made_by_hand() -> None:
    copy = only(HAND.duplicate([FOUND], 1.0))
    assert (copy.onset_s, copy.source, copy.score, copy.status) == (5.0, MANUAL, None, Status.ACCEPTED)
    assert copy.id != "found"


@given(
    st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=1, max_size=4),
    st.floats(-30, 30),
)
def test_nothing_is_moved_out_of_its_recording(edges: list[tuple[float, float]], by_s: float) -> None:
    inside = [Annotation("robin", "r", min(pair), max(pair)) for pair in edges]
    moved = {each.id: each for each in HAND.nudge(inside, by_s, 10.0).added}
    try:
        copies = HAND.duplicate(inside, by_s, 10.0).added
    except UserError:
        copies = ()
    for each in (*moved.values(), *copies):
        assert each.onset_s is not None and each.offset_s is not None
        assert -1e-9 <= each.onset_s <= each.offset_s <= 10 + 1e-9
    lengths = [each.duration_s for each in inside]
    assert [moved.get(each.id, each).duration_s for each in inside] == pytest.approx(lengths)
    assert not copies or [each.duration_s for each in copies] == pytest.approx(lengths)


def test_what_lies_beyond_the_end_already_is_not_carried_further_or_back() -> None:
    assert HAND.nudge([ROBIN], 1.0, duration_s=2.0).is_empty
    assert only(HAND.nudge([ROBIN], -0.5, duration_s=2.0)).offset_s == 2.5


def test_a_copy_goes_as_far_as_there_is_room_and_without_any_none_is_made() -> None:
    assert only(HAND.duplicate([ROBIN], 2.0, duration_s=4.0)).offset_s == 4.0
    with pytest.raises(UserError, match="no room"):
        HAND.duplicate([ROBIN], 2.0, duration_s=3.0)


def test_deleting_takes_away() -> None:
    edit = HAND.delete([ROBIN, CLIP])
    assert (edit.text, edit.removed, edit.added) == ("Delete 2 annotations", (ROBIN, CLIP), ())


def test_new_labels_become_classes_in_the_same_edit() -> None:
    scheme = LabelScheme().adding(["wren"])
    edit = HAND.draw(ROBIN).naming(scheme)
    assert edit.scheme is not None and edit.scheme[1].names == ("wren", "robin")
    assert HAND.draw(ROBIN).naming(edit.scheme[1]).scheme is None


def test_classes_are_renamed_merged_and_removed() -> None:
    scheme = LabelScheme().adding(["robin", "wren"])
    renaming = change_class(scheme, "robin", replace(scheme.classes[0], name="Robin"))
    assert renaming.renamed == ("robin", "Robin") and renaming.scheme is not None
    assert change_class(scheme, "robin", replace(scheme.classes[0], colour="#123456")).renamed is None
    assert change_class(scheme, "robin", scheme.classes[0]).is_empty
    merging = merge_classes(scheme, "robin", ["robin", "wren"], [FOUND, ROBIN])
    assert merging.removed == (FOUND,) and only(merging) == replace(FOUND, label="robin")
    assert merging.scheme is not None and merging.scheme[1].names == ("robin",)
    removing = remove_class(scheme, "wren")
    assert removing.scheme is not None and removing.scheme[1].names == ("robin",)


def test_a_class_cannot_take_the_name_of_another_one() -> None:
    scheme = LabelScheme().adding(["robin", "wren"])
    with pytest.raises(UserError, match="merge them"):
        change_class(scheme, "robin", replace(scheme.classes[0], name="wren"))
