"""Drawings are sound SVG, follow the scheme of their page, and become PNG."""

import struct
from xml.etree import ElementTree

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from desktop_app.classifier.reports.svg import (
    LEAST_REACH,
    Drawing,
    Ink,
    Lettering,
    Tip,
    clean,
    png_of,
    resolved,
    shortened,
)
from desktop_app.colours import DARK, LIGHT


def drawing() -> Drawing:
    made = Drawing(40, 20, "A <title> & more")
    made.rect((0, 0), (20, 20), Ink(fill="accent"), Tip("a tip"))
    made.line((0, 0), (40, 20), Ink(stroke="line", dash="2 2"))
    made.text((30, 10), "<b>\x00", Lettering(anchor="end", turn_deg=-45))
    return made


def test_any_text_makes_a_sound_document() -> None:
    root = ElementTree.fromstring(drawing().to_svg())
    texts = ["".join(element.itertext()) for element in root]
    assert texts == ["A <title> & more", "a tip", "", "<b>\N{REPLACEMENT CHARACTER}"]
    assert root.attrib["viewBox"] == "0 0 40 20"


def test_what_xml_forbids_is_replaced() -> None:
    assert clean("a\x07\ud800'\"&") == "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}&#x27;&quot;&amp;"


def test_colours_are_variables_until_a_scheme_is_chosen() -> None:
    svg = drawing().to_svg()
    assert "var(--accent)" in svg
    assert LIGHT.accent in resolved(svg, LIGHT)
    assert DARK.accent in resolved(svg, DARK)
    assert "var(" not in resolved(svg, DARK)


def test_a_png_has_the_size_and_the_colours_asked_for() -> None:
    png = png_of(drawing().to_svg(), LIGHT, zoom=3)
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (120, 60)
    assert png_of(drawing().to_svg(), DARK, zoom=3) != png


def test_text_in_a_png_is_set_in_the_shipped_type() -> None:
    plain, written = Drawing(60, 20, ""), Drawing(60, 20, "")
    written.text((2, 15), "Word")
    assert png_of(plain.to_svg()) != png_of(written.to_svg())


@pytest.mark.parametrize(("text", "short"), [("abc", "abc"), ("abcdef", "abc…")])
def test_long_labels_are_shortened(text: str, short: str) -> None:
    assert shortened(text, 4) == short


def test_the_topmost_shape_under_a_point_is_found() -> None:
    made = Drawing(100, 100, "")
    made.rect((0, 0), (60, 60), Ink(), Tip("below", (1,)))
    made.rect((40, 40), (60, 60), Ink(), Tip("above", (2,)))
    made.rect((0, 0), (100, 100), Ink())  # says nothing, so it is not in the way
    found = {at: made.spot_at(at) for at in ((10, 10), (50, 50), (90, 90), (90, 10))}
    assert {at: spot.tip.text if spot else None for at, spot in found.items()} == {
        (10, 10): "below",
        (50, 50): "above",
        (90, 90): "above",
        (90, 10): None,
    }


@given(
    ends=st.tuples(st.floats(0, 300), st.floats(0, 300)),
    thickness=st.floats(LEAST_REACH, 80),
    t=st.floats(0.02, 0.98),
    across=st.floats(-1, 2),
)
def test_a_ribbon_is_met_where_it_is_drawn_and_nowhere_else(
    ends: tuple[float, float], thickness: float, t: float, across: float
) -> None:
    """The curve as SVG defines it: a cubic Bézier curve with both control points half-way."""
    made = Drawing(400, 400, "")
    made.ribbon((0, ends[0]), (400, ends[1]), thickness, Ink(), Tip("flow"))
    u = 1 - t
    x = 3 * u * u * t * 200 + 3 * u * t * t * 200 + t**3 * 400
    y = (u**3 + 3 * u * u * t) * ends[0] + (3 * u * t * t + t**3) * ends[1]
    assume(min(abs(across), abs(across - 1)) * thickness > 2)  # between corners the outline is straight
    assert (made.spot_at((x, y + across * thickness)) is not None) == (0 < across < 1)


def test_a_ribbon_as_thin_as_a_hair_can_be_met() -> None:
    made = Drawing(400, 40, "")
    made.ribbon((0, 20), (400, 20), 0.3, Ink(), Tip("one clip"))
    assert made.spot_at((200, 18)) is not None
    assert made.spot_at((200, 14)) is None
