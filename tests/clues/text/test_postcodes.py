import pytest

from clues.text.postcodes import parse_postcode, read_postcodes
from tests.clues.text.samples import line


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Toronto M5V 2T6", "CA-ON"),
        ("Dallas TX 75201", "US-TX"),
        ("1234 AB", "NL-NH"),
        ("01310-100", "BR-SP"),
        ("00-950 Warszawa", "PL-14"),
        ("628400", "RU-KHM"),
        ("LV-1010", "LV-RIX"),
        ("FIQQ 1ZZ", "FK"),
        ("B1636FDA", "AR-B"),
    ],
)
def test_a_postcode_supports_its_region_most(text, place):
    (cue,) = read_postcodes([line(text)])
    best = max(cue.likelihood.values())
    assert cue.likelihood[place] == best > 2 * cue.likelihood["elsewhere"]


def test_a_british_postcode_points_at_its_area():
    (cue,) = read_postcodes([line("Coventry CV1 2WT")])
    assert cue.value.startswith("geo:52.35,-1.55")
    assert cue.likelihood["GB"] >= cue.likelihood["elsewhere"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("PIN CODE: 695 001", "IN-KL"),
        ("Pune - 411 001.", "IN-MH"),
        ("Bangalore-560001", "IN-KA"),
        ("Sylhet-3100", "BD-G"),
        ("P.O. BOX 234 - 20100 NAKURU", "KE-31"),
    ],
)
def test_some_countries_are_known_by_how_they_write_them(text, place):
    (cue,) = read_postcodes([line(text)])
    assert cue.value == place
    assert set(cue.likelihood) <= {place, place[:2], "elsewhere"}


def test_digits_beside_a_name_say_little():
    (cue,) = read_postcodes([line("8010 Graz")])
    assert cue.likelihood["AT-6"] > cue.likelihood["elsewhere"]
    assert max(cue.likelihood.values()) < 20 * cue.likelihood["elsewhere"]


@pytest.mark.parametrize(
    "text", ["", "90210", "2024 Sale", "5.99", "12:30", "A123BC", "555 1234 5678", "1" * 5000]
)
def test_other_numbers_are_no_postcodes(text):
    assert read_postcodes([line(text)]) == []


def test_formats_are_told_apart():
    assert {r.country for r in parse_postcode("K1A 0B1")} == {"CA"}
    assert "PT" in {r.country for r in parse_postcode("4000-123")}
    assert parse_postcode("hello") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("L-4170 Esch-sur-Alzette", "LU"),
        ("SK-821 05 Bratislava", "SK-BL"),
        ("D-80331 München", "DE-BY"),
        ("Chennai-600017", "IN-TN"),
    ],
)
def test_letters_of_a_country_and_names_may_stand_before_the_digits(text, place):
    (cue,) = read_postcodes([line(text)])
    assert cue.likelihood[place] == max(cue.likelihood.values())


def test_a_road_number_is_no_postcode_with_a_country():
    assert read_postcodes([line("N-3401"), line("B-5000")]) == []


def test_a_routing_key_tells_the_county():
    (cue,) = read_postcodes([line("H91 E2KP")])
    assert cue.value == "IE-G"


def test_letters_before_an_american_postcode_are_a_state():
    assert {r.country for r in parse_postcode("MI 48213")} == {"US"}
    assert "US" not in {r.country for r in parse_postcode("DN 48213")}
