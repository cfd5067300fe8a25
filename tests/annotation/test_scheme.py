"""Label schemes: every class has its own name, key and colour, and keeps them."""

import pytest

from desktop_app.annotation.scheme import LabelClass, LabelScheme
from desktop_app.colours import NEUTRAL, OKABE_ITO
from desktop_app.errors import UserError


def test_new_names_get_the_next_colour_and_digit() -> None:
    scheme = LabelScheme().adding(["robin", "wren", "robin", " "])
    assert [(each.name, each.colour, each.key) for each in scheme.classes] == [
        ("robin", OKABE_ITO[0], "1"),
        ("wren", OKABE_ITO[1], "2"),
    ]
    assert scheme.adding(["wren"]) == scheme


def test_a_class_that_goes_leaves_its_colour_and_key_to_the_next_and_the_others_keep_theirs() -> None:
    scheme = LabelScheme().adding(["a", "b", "c"])
    changed = scheme.without({"a"}).adding(["d"])
    assert changed.colour("b") == scheme.colour("b")
    assert changed.get("d") == LabelClass("d", OKABE_ITO[0], "1")


def test_many_classes_have_different_colours_and_only_nine_have_digits() -> None:
    scheme = LabelScheme().adding([f"class {number}" for number in range(60)])
    assert len({each.colour for each in scheme.classes}) == 60
    assert [each.key for each in scheme.classes if each.key] == list("123456789")


def test_background_is_grey_and_so_is_what_is_no_class() -> None:
    scheme = LabelScheme().adding(["robin", "Silence"])
    assert scheme.colour("Silence") == scheme.colour("nobody knows") == NEUTRAL
    assert scheme.colour("robin") != NEUTRAL


def test_classes_are_found_by_name_and_key_and_renamed_in_place() -> None:
    scheme = LabelScheme((LabelClass("a", "#111111", "x"), LabelClass("b", "#222222")))
    assert scheme.of_key("x") == scheme.get("a")
    assert scheme.of_key("") is None and scheme.of_key("b") is None
    assert scheme.changing(LabelClass("z", "#111111", "x"), "a").names == ("z", "b")


def test_names_and_keys_belong_to_one_class() -> None:
    with pytest.raises(UserError, match="two classes of the name “a”"):
        LabelScheme((LabelClass("a", "#111111"), LabelClass("a", "#222222")))
    with pytest.raises(UserError, match="have the key “1”"):
        LabelScheme((LabelClass("a", "#111111", "1"), LabelClass("b", "#222222", "1")))


@pytest.mark.parametrize(("name", "key"), [("", ""), ("  ", ""), ("a", "0"), ("a", "ab"), ("a", "A"), ("a", " ")])
def test_a_class_needs_a_name_and_a_possible_key(name: str, key: str) -> None:
    with pytest.raises(UserError):
        LabelClass(name, "#111111", key)


def test_a_class_called_by_a_digit_gets_that_key_whatever_comes_first() -> None:
    scheme = LabelScheme().adding(["0", "3", "1", "robin", "2"])
    assert {each.name: each.key for each in scheme.classes} == {"0": "4", "3": "3", "1": "1", "robin": "5", "2": "2"}
    taken = LabelScheme().adding(["robin"]).adding(["1"])
    assert [each.key for each in taken.classes] == ["1", "2"]
