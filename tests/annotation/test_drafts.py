"""A model's verdicts become drafts; what people said stands."""

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from desktop_app.annotation.annotations import Annotation, Status
from desktop_app.annotation.drafts import drafts_of, take_predictions
from desktop_app.annotation.recordings import Recording
from desktop_app.annotation.records import FileVerdict, Prediction

PATH = Path("/project/a.wav")
RECORDING = Recording("a.wav", 1, id="a")
NOW = datetime(2026, 11, 21, tzinfo=timezone.utc)  # noqa: UP017


def verdict(*windows: tuple[float, str, float], source: str = "model") -> FileVerdict:
    """Return a verdict of one-second windows: onset, label, score."""
    return FileVerdict(
        PATH, tuple(Prediction(PATH, at, at + 1, label, score, source) for at, label, score in windows), None
    )


def test_what_was_heard_in_one_piece_is_a_draft_on_the_whole_recording() -> None:
    (draft,) = drafts_of(verdict((0.0, "yes", 0.3)), "a", NOW)
    assert (draft.onset_s, draft.label, draft.score, draft.source) == (None, "yes", 0.3, "model")
    assert (draft.status, draft.recording_id, draft.time) == (Status.DRAFT, "a", NOW)


def test_finds_in_a_long_recording_are_drafts_where_they_are() -> None:
    drafts = drafts_of(
        verdict((0.0, "silence", 0.9), (1.0, "owl", 0.8), (2.0, "owl", 0.9), (5.0, "wren", 0.7)), "a", NOW
    )
    assert [(it.label, it.onset_s, it.offset_s, it.score) for it in drafts] == [
        ("owl", 1.0, 3.0, 0.9),
        ("wren", 5.0, 6.0, 0.7),
    ]


def test_a_long_recording_without_a_find_has_one_draft_and_an_unreadable_one_none() -> None:
    (draft,) = drafts_of(verdict((0.0, "silence", 0.9), (1.0, "owl", 0.2)), "a", NOW)
    assert (draft.label, draft.onset_s) == ("silence", None)
    assert drafts_of(FileVerdict(PATH, (), "It is damaged."), "a", NOW) == []


def test_taking_verdicts_is_one_edit_that_makes_the_recordings_known() -> None:
    edit = take_predictions([verdict((0.0, "yes", 0.9))], {PATH: RECORDING}, [], NOW)
    assert edit.text == "Take predictions on 1 file"
    assert edit.recordings == (RECORDING,) and not edit.removed
    assert [it.label for it in edit.added] == ["yes"]
    assert take_predictions([verdict((0.0, "yes", 0.9))], {}, [], NOW).is_empty


def test_a_second_run_replaces_its_own_drafts_and_nobody_elses() -> None:
    first = take_predictions([verdict((0.0, "yes", 0.9))], {PATH: RECORDING}, [], NOW).added
    other = Annotation("no", "a", status=Status.DRAFT, source="other model", score=0.5)
    again = take_predictions([verdict((0.0, "yes", 0.9))], {PATH: RECORDING}, [*first, other], NOW)
    assert again.is_empty
    better = take_predictions([verdict((0.0, "no", 0.8))], {PATH: RECORDING}, [*first, other], NOW)
    assert better.removed == first and [it.label for it in better.added] == ["no"]


def test_what_people_judged_stays_and_no_draft_comes_over_it() -> None:
    wrong = verdict((0.0, "yes", 0.9))
    (draft,) = take_predictions([wrong], {PATH: RECORDING}, [], NOW).added
    for status in (Status.ACCEPTED, Status.REJECTED, Status.UNCERTAIN):
        assert take_predictions([wrong], {PATH: RECORDING}, [replace(draft, status=status)], NOW).is_empty
    by_hand = Annotation("no", "a")
    assert take_predictions([wrong], {PATH: RECORDING}, [by_hand], NOW).is_empty
    rejected = replace(draft, status=Status.REJECTED)
    another_label = take_predictions([verdict((0.0, "no", 0.9))], {PATH: RECORDING}, [rejected], NOW)
    assert [it.label for it in another_label.added] == ["no"] and not another_label.removed
