"""Annotations on the screen: where they lie, which one a point means, how thousands become one picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSizeF

from desktop_app.annotation.annotations import Annotation
from desktop_app.audio.frequency_axis import FrequencyAxis
from desktop_app.ui.labels.crowd import Crowd, picture_of, premultiplied
from desktop_app.ui.labels.marks import Marks, Places
from desktop_app.ui.labels.tags import Wanted, placed_tags
from desktop_app.ui.view_state import ViewState

SIZE = QSizeF(1000, 400)


@pytest.fixture
def view(qapp: object) -> ViewState:
    """Return ten seconds at 16 kHz, all of it visible, up to 8 kHz."""
    view = ViewState()
    view.reset(160_000, 16_000)
    view.show_axis(FrequencyAxis("linear", 0.0, 8000.0))
    return view


def region(onset_s: float, offset_s: float, **more: object) -> Annotation:
    return Annotation("robin", onset_s=onset_s, offset_s=offset_s, **more)  # type: ignore[arg-type]


def test_only_what_reaches_into_the_view_is_placed(view: ViewState) -> None:
    long, early, later = region(0, 9), region(0.5, 1), region(6, 7)
    marks = Marks([later, long, early])
    view.show(5, 8)
    assert [marks.annotations[each] for each in marks.visible(view, 0)] == [long, later]


def test_an_annotation_of_another_channel_is_not_on_this_one(view: ViewState) -> None:
    marks = Marks([region(1, 2, channel=1), region(3, 4)])
    assert len(marks.visible(view, 0)) == 1
    assert len(marks.visible(view, 1)) == 2


def test_a_box_lies_between_its_frequencies_and_an_open_edge_at_the_lanes_own(view: ViewState) -> None:
    marks = Marks([region(1, 2, low_hz=2000, high_hz=4000), region(3, 4, low_hz=6000)])
    places = marks.places(view, SIZE, 0, has_frequency=True)
    assert places.rect(0).getCoords() == pytest.approx((100, 200, 200, 300))
    assert places.rect(1).getCoords() == pytest.approx((300, 0, 400, 100))


def test_a_point_means_the_smallest_annotation_under_it(view: ViewState) -> None:
    whole, inner = region(0, 10), region(4, 5)
    marks = Marks([whole, inner])
    places = marks.places(view, SIZE, 0, has_frequency=False)
    assert marks.at(places, 450, 10) == inner
    assert marks.at(places, 700, 10) == whole


def test_a_point_annotation_is_found_beside_its_line(view: ViewState) -> None:
    marks = Marks([region(5, 5)])
    places = marks.places(view, SIZE, 0, has_frequency=False)
    assert marks.at(places, 503, 10) is not None
    assert marks.at(places, 510, 10) is None


@given(
    edges=st.lists(st.tuples(st.floats(-50, 250), st.floats(0, 90), st.floats(0, 50), st.booleans()), max_size=30),
    tinted=st.booleans(),
)
def test_a_crowd_is_painted_inside_its_picture_with_each_visible_end_on_its_column(
    edges: list[tuple[float, float, float, bool]], tinted: bool
) -> None:
    left = np.array([edge[0] for edge in edges])
    right = left + np.array([edge[1] for edge in edges])
    top = np.array([edge[2] for edge in edges])
    boxed = np.array([edge[3] for edge in edges], dtype=np.bool_)
    places = Places(np.arange(len(edges)), left, right, top, top + 10)
    picture = picture_of(Crowd(places, np.full(len(edges), 0xFF0072B2, np.uint32), boxed, tinted), 200, 60)
    assert picture.shape == (60, 200)
    for x, is_box in zip(left, boxed, strict=True):
        if 0 <= x < 200 and not is_box:
            assert (picture[:, int(x)] == 0xFF0072B2).all()


def test_premultiplied_colours_are_no_brighter_than_their_alpha() -> None:
    assert premultiplied(0xFFFF8000, 51) == 0x33331900


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(1, 120), st.booleans()), max_size=40), st.integers(1, 4))
def test_no_text_stands_over_another_and_a_selected_one_always_stands(
    texts: list[tuple[float, float, bool]], rows: int
) -> None:
    texts = sorted(texts)
    urgent = np.array([text[2] for text in texts], dtype=np.bool_)
    wanted = Wanted(np.array([text[0] for text in texts]), np.array([text[1] for text in texts]), urgent)
    tags = placed_tags(wanted, rows)
    for number, tag in enumerate(tags):
        for other in tags[number + 1 :]:
            apart = tag.left + tag.width <= other.left or other.left + other.width <= tag.left
            assert tag.row != other.row or apart
    if urgent.sum() == 1:
        assert int(np.flatnonzero(urgent)[0]) in {tag.place for tag in tags}
