import pytest

from clues.cue import Cue
from clues.report import words
from tests.tiny import tiny_kb, tiny_world


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0, "0 %"), (1e-9, "< 0.1 %"), (0.034, "3.4 %"), (0.0996, "10 %"), (0.5, "50 %"),
     (0.9871, "98.7 %"), (0.9999, "> 99.9 %"), (1, "100 %")],
)  # fmt: skip
def test_percentages_are_never_rounded_to_certainty(probability, text):
    assert words.percent(probability) == text


def test_bits_and_odds():
    assert words.bits(2.04) == "+2.0"
    assert words.bits(-0.5) == "\N{MINUS SIGN}0.5"
    assert words.bits(-0.01) == "0.0"
    assert words.bits(None) == "excluded"
    assert words.odds(3) == "8 : 1"
    assert words.odds(-1) == "1 : 2"
    assert words.odds(40) == "10^12 : 1"
    assert words.odds(None) == ""


def test_areas_have_three_digits():
    assert words.km2(0) == "0 km²"
    assert words.km2(12.345) == "12 km²"
    assert words.km2(1_234_567) == "1,230,000 km²"


def test_coordinates_name_their_hemispheres():
    assert words.coordinates(-33.456, 151.2) == "33.46° S, 151.20° E"


@pytest.mark.parametrize(
    ("present", "absent", "says"),
    [(1, 0, "yes"), (1, 0.2, "likely"), (1, 0.5, "perhaps"), (0.5, 1, "perhaps not"),
     (0.2, 1, "unlikely"), (0, 1, "not seen")],
)  # fmt: skip
def test_yes_and_no_are_said_as_surely_as_the_cue_speaks(present, absent, says):
    cue = Cue(variable="vegetation.palm", likelihood={"present": present, "absent": absent})
    variable = tiny_kb().variable("vegetation.palm")
    assert words.value_label(cue, variable, tiny_world()) == says


def test_places_are_named():
    variable = next(v for v in tiny_kb().variables.values() if v.kind == "region")
    likelihood = {"geo:40.4,-3.7;u=20000": 0.9, "PT": 0.3, "elsewhere": 0.1}
    cue = Cue(variable=variable.id, likelihood=likelihood)
    assert words.value_label(cue, variable, tiny_world()) == "Madrid, Portugal"
    assert words.places(cue, tiny_world()) == "Madrid 100 %, Portugal 33 %, anywhere else 11 %"
