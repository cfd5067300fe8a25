"""The chips of the classes: each has a place of its own from the moment its class is there."""

from itertools import combinations

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.annotation.scheme import LabelClass, LabelScheme
from desktop_app.ui.labels.class_palette import ClassPalette


@pytest.mark.parametrize("width", [150, 300, 900])
def test_chips_that_come_one_by_one_never_lie_over_each_other(qtbot: QtBot, width: int) -> None:
    palette = ClassPalette()
    qtbot.addWidget(palette)
    palette.setFixedSize(width, 200)  # as a panel does whose height a new chip does not change
    palette.show()
    classes: list[LabelClass] = []
    for name in ("warbler", "yes", "cuckoo", "no"):
        classes.append(LabelClass(name, "#0072b2"))
        palette.show_scheme(LabelScheme(tuple(classes)))
        qtbot.waitUntil(lambda: not overlapping(palette) and len(palette.chips()) == len(classes), timeout=2_000)


def test_a_very_long_name_is_shortened_and_the_chips_keep_to_the_width_they_have(qtbot: QtBot) -> None:
    palette = ClassPalette()
    qtbot.addWidget(palette)
    palette.show_scheme(LabelScheme((LabelClass("x" * 150, "#0072b2"), LabelClass("yes", "#009e73", "2"))))
    assert palette.minimumSizeHint().width() <= 200
    assert "x" * 150 in palette.chips()[0].toolTip()


def overlapping(palette: ClassPalette) -> list[tuple[str, str]]:
    """Return the pairs of chips that share a place."""
    pairs = combinations(palette.chips(), 2)
    return [(a.it.name, b.it.name) for a, b in pairs if a.geometry().intersects(b.geometry())]
