"""Laws of the store: it equals a dictionary, and whatever was done can be taken back to nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.annotation.annotations import Status
from desktop_app.annotation.edits import Edit
from desktop_app.annotation.hand import Hand, change_class, merge_classes
from desktop_app.annotation.store import AnnotationStore, open_store
from tests.annotation.model import RECORDINGS, Model, annotations

FEWER = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
HAND = Hand("Ada")


@contextmanager
def fresh_store() -> Iterator[AnnotationStore]:
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        try:
            yield store
        finally:
            store.close()


def next_edit(data: st.DataObject, model: Model) -> Edit:
    """Return some edit that is possible now."""
    known = list(model.annotations.values())
    some = data.draw(st.lists(st.sampled_from(known), unique=True, max_size=4)) if known else []
    timed = [it for it in some if (it.duration_s or 0) > 1e-3 and (it.onset_s or 0) < 1e5]
    named = [it for it in model.scheme.classes if it.name != "new"]
    match data.draw(st.sampled_from(["draw", "status", "relabel", "nudge", "split", "delete", "rename", "merge"])):
        case "status":
            return HAND.set_status(some, data.draw(st.sampled_from(list(Status))))
        case "relabel":
            return HAND.relabel(some, data.draw(st.sampled_from(["robin", "blackbird"]))).naming(model.scheme)
        case "nudge":
            return HAND.nudge(some, data.draw(st.floats(-5, 5)))
        case "split" if timed:
            return HAND.split(timed[0], (timed[0].onset_s or 0.0) + (timed[0].duration_s or 0.0) / 2)
        case "delete":
            return HAND.delete(some)
        case "rename" if named and not any(it.label == "new" for it in known) and model.scheme.get("new") is None:
            return change_class(model.scheme, named[0].name, replace(named[0], name="new"))
        case "merge" if len(named) > 1:
            return merge_classes(model.scheme, named[0].name, [it.name for it in named[1:]], known)
    drawn = data.draw(st.lists(annotations(), min_size=1, max_size=3))
    return Edit("Draw", added=tuple(drawn), recordings=RECORDINGS).naming(model.scheme)


def assert_same(store: AnnotationStore, model: Model) -> None:
    for recording in RECORDINGS:
        held = store.annotations_of(recording.id)
        assert set(held) == model.of(recording.id) and len(held) == len(set(held))
        offsets = {it.id: it.time.utcoffset() for it in held if it.time is not None}
        assert all(model.annotations[key].time.utcoffset() == offset for key, offset in offsets.items())  # type: ignore[union-attr]
    assert store.scheme() == model.scheme


@FEWER
@given(data=st.data())
def test_any_edits_leave_the_store_like_a_dictionary_and_undoing_all_leaves_nothing(data: st.DataObject) -> None:
    with fresh_store() as store:
        model, done = Model(), []
        for _ in range(data.draw(st.integers(1, 12))):
            edit = next_edit(data, model)
            store.apply(edit)
            model.apply(edit)
            done.append(edit)
            assert_same(store, model)
        before = Model(dict(model.annotations), model.scheme)
        for edit in reversed(done):
            store.apply(edit.inverse())
            model.apply(edit.inverse())
        assert_same(store, Model())
        assert store.tallies() == {}
        for edit in done:
            store.apply(edit)
        assert_same(store, before)


@FEWER
@given(made=st.lists(annotations(), max_size=8))
def test_what_is_stored_comes_back_equal_after_closing(made: list) -> None:  # type: ignore[type-arg]
    with TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        store.apply(Edit("Draw", added=tuple(made), recordings=RECORDINGS))
        store.close()
        again = open_store(Path(folder))
        assert again.annotations([it.id for it in made]) == made
        again.close()
