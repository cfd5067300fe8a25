"""Drawings are sound SVG, follow the scheme of their page, and become PNG."""

import struct
from xml.etree import ElementTree

import pytest

from desktop_app.classifier.reports.svg import Drawing, Ink, Lettering, clean, png_of, resolved, shortened
from desktop_app.colours import DARK, LIGHT


def drawing() -> Drawing:
    made = Drawing(40, 20, "A <title> & more")
    made.rect((0, 0), (20, 20), Ink(fill="accent"), "a tip")
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
