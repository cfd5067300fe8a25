"""Label colours: distinct, in order, and of one lightness where they are generated."""

import itertools
import math

import pytest

from desktop_app.colours import (
    DARK,
    GENERATED_CHROMA,
    GENERATED_LIGHTNESS,
    LIGHT,
    NEUTRAL,
    OKABE_ITO,
    Tones,
    contrast,
    from_oklch,
    label_colour,
    label_colours,
    linear_rgb,
)


def oklab(colour: str) -> tuple[float, float, float]:
    """Return a colour in OKLab by Ottosson's forward matrices; the module under test has the inverse ones."""
    red, green, blue = linear_rgb(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def test_the_first_labels_get_the_colours_of_okabe_and_ito() -> None:
    assert tuple(label_colours([f"label {n}" for n in range(7)]).values()) == OKABE_ITO


def test_generated_colours_have_one_lightness_and_one_chroma() -> None:
    for place in range(7, 200):
        lightness, a, b = oklab(label_colour(place))
        assert lightness == pytest.approx(GENERATED_LIGHTNESS, abs=0.004)
        assert math.hypot(a, b) == pytest.approx(GENERATED_CHROMA, abs=0.004)


def test_sixty_labels_have_sixty_colours() -> None:
    colours = [label_colour(place) for place in range(60)]
    assert len(set(colours)) == 60
    nearest = min(math.dist(oklab(one), oklab(other)) for one, other in itertools.combinations(colours[7:20], 2))
    assert nearest > 0.02  # a just noticeable difference in OKLab


def test_labels_of_no_interest_are_grey_and_take_no_colour_from_the_others() -> None:
    found = label_colours(["_Silence_", "go", "stop"], neutral={"_silence_"})
    assert found == {"_Silence_": NEUTRAL, "go": OKABE_ITO[0], "stop": OKABE_ITO[1]}


def test_white_black_and_red_are_where_oklch_says() -> None:
    assert from_oklch(1, 0, 0) == "#ffffff"
    assert from_oklch(0, 0, 0) == "#000000"
    assert from_oklch(0.627955, 0.257683, 29.2339) == "#ff0000"
    assert contrast("#ffffff", "#000000") == pytest.approx(21)


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
def test_reports_can_be_read_in_both_schemes(tones: Tones) -> None:
    for ground in (tones.window, tones.base):
        assert contrast(tones.text, ground) >= 7
        assert contrast(tones.secondary, ground) >= 4.5
        assert contrast(tones.accent, ground) >= 4.5
        assert contrast(tones.wrong, ground) >= 4.5
        assert contrast(NEUTRAL, ground) >= 2.8
    assert contrast(tones.on_accent, tones.accent) >= 4.5
    assert contrast(tones.on_accent, tones.wrong) >= 4.5
