import re

import pytest

from clues.text.phone import CALLING_CODE, VARIABLE, national_likelihood, read_phone
from tests.clues.text.samples import line


def nearest(likelihood, lat, lon):
    """Return the height of the kernel closest to a point, if within half a degree."""
    best = 0.0
    for key, value in likelihood.items():
        match = re.match(r"geo:([-\d.]+),([-\d.]+);", key)
        if match and abs(float(match[1]) - lat) + abs(float(match[2]) - lon) < 0.5:
            best = max(best, value)
    return best


def test_an_international_number_names_code_and_area():
    cues = {cue.variable: cue for cue in read_phone([line("+34 91 123 45 67")])}
    assert cues[CALLING_CODE].value == "34"
    assert nearest(cues[VARIABLE].likelihood, 40.4, -3.7) > cues[VARIABLE].likelihood["ES"]


@pytest.mark.parametrize(
    ("number", "place", "host"),
    [("+1 671 477 1234", "GU", "US"), ("+44 1534 617000", "JE", "GB")],
)
def test_a_territory_is_told_from_the_country_whose_calling_code_it_shares(number, place, host):
    likelihood = next(c.likelihood for c in read_phone([line(number)]) if c.variable == VARIABLE)
    assert likelihood[place] > 20 * likelihood.get(host, likelihood["elsewhere"])


@pytest.mark.parametrize(
    ("number", "lat", "lon"),
    [("0564-64-2033", 34.95, 137.17), ("0121 232 4900", 52.48, -1.90)],
)
def test_a_national_number_leads_to_its_area(number, lat, lon):
    likelihood = national_likelihood(number, 0.97)
    assert nearest(likelihood, lat, lon) > 100 * likelihood["elsewhere"]


def test_a_number_is_weighed_over_all_countries_whose_format_fits():
    likelihood = national_likelihood("0121 232 4900", 0.97)
    countries = {key for key in likelihood if re.fullmatch(r"[A-Z]{2}", key)}
    assert len(countries) >= 5


def test_letters_read_for_digits_are_put_back():
    (cue,) = read_phone([line("O564-64-2O33")])
    assert nearest(cue.likelihood, 34.95, 137.17) > 0


@pytest.mark.parametrize(
    "text", ["2019 - 2021", "12.345.678", "8:00-18:00", "123 456", "1234567890123456789", ""]
)
def test_years_prices_and_hours_are_no_numbers(text):
    assert read_phone([line(text)] if text else []) == []


def test_the_same_number_counts_once():
    assert len(read_phone([line("0121 232 4900"), line("0121-232-4900")])) == 1
