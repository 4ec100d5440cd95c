import pytest

from clues.report import words


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
