"""Times and frequencies in words: enough digits for infrasound and for the calls of bats."""

import pytest

from desktop_app.services.session import Selection
from desktop_app.ui.read_out import selection_words
from desktop_app.ui.ticks import hertz_number, seconds_words, steady_hertz_words


@pytest.mark.parametrize(("hz", "words"), [(14.23, "14.2"), (99.97, "100"), (610.4, "610"), (45_000.0, "45,000")])
def test_infrasound_has_a_decimal(hz: float, words: str) -> None:
    assert hertz_number(hz) == words


def test_a_read_out_of_infrasound_is_not_rounded_to_whole_hertz() -> None:
    assert steady_hertz_words(14.23) == "14.2 Hz"
    assert steady_hertz_words(610.4) == "610 Hz"
    assert steady_hertz_words(45_000) == "45.000 kHz"


@pytest.mark.parametrize(("seconds", "words"), [(0.00591, "0.0059 s"), (0.09999, "0.100 s"), (1.23456, "1.235 s")])
def test_a_call_of_some_milliseconds_is_told_to_a_tenth_of_one(seconds: float, words: str) -> None:
    assert seconds_words(seconds) == words


def test_the_length_of_a_selected_call_of_a_bat_is_told() -> None:
    assert selection_words(Selection(1.5, 1.5059)) == "1.500 s – 1.506 s  (0.0059 s)"
