import pytest

from clues.text.road_numbers import match_road, read_road_numbers, road_number_cue
from tests.clues.text.samples import line


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("BR-101", "BR"),
        ("SP-330", "BR-SP"),
        ("E39", "NO"),
        ("E 75", "FI"),
        ("NH 44", "IN"),
        ("QL1A", "VN"),
        ("DN1", "RO-CJ"),
        ("B4109", "GB-WAR"),
        ("FM 1960", "US-TX"),
        ("N-340", "ES-MA"),
        ("AH26", "PH"),
        ("Т-23-02", "UA-68"),
        ("ს 1", "GE"),
        ("Ma-13", "ES-PM"),
    ],
)
def test_a_number_points_to_those_who_number_so(text, place):
    cue = road_number_cue(text)
    assert cue.likelihood[place] == 1.0
    assert cue.likelihood["elsewhere"] < 0.5


def test_a_number_of_few_countries_says_more():
    wide, narrow = road_number_cue("A1"), road_number_cue("GC-1")
    assert narrow.likelihood["elsewhere"] < wide.likelihood["elsewhere"]


@pytest.mark.parametrize("text", ["", "STOP", "100", "A", "hello", "A1" * 4000, "(((((", "E-E-E"])
def test_other_text_is_no_road(text):
    assert match_road(text) == {}


def test_roads_are_found_beside_place_names_but_not_in_small_letters():
    cues = read_road_numbers([line("BR 101 Linhares"), line("flat b2 upstairs")])
    assert [cue.value for cue in cues] == ["BR"]


def test_georgian_and_balearic_numbers_keep_their_small_letters():
    cues = read_road_numbers([line("ს1"), line("Ma-13")])
    assert [cue.value for cue in cues] == ["GE", "ES-PM"]


def test_numbers_by_region_share_out_what_the_country_got():
    country, part = match_road("A1234"), match_road("A939")
    assert country["FR"] == part["FR"]
    assert part["GB-HLD"] > 5 * part["GB"] > 0


def test_the_small_letter_of_a_bavarian_road_makes_it_surer():
    small, capital = road_number_cue("St 2091"), road_number_cue("ST-2091")
    assert small.value == "DE-BY"
    assert small.likelihood["elsewhere"] < 0.05
    assert capital is None or capital.likelihood["elsewhere"] > small.likelihood["elsewhere"]
