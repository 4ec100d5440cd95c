import pytest

from clues.knowledge import load_kb
from clues.text.domain import VARIABLE, endings, find_ending, read_domain
from tests.clues.text.samples import line


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("www.fanthorpes.co.uk", "uk"),
        ("wwwfanthorpescouk", "uk"),
        ("www.maxking.pl", "pl"),
        ("info@firma.cz", "cz"),
        ("salao.com.br", "br"),
        ("www. hotel .es", "es"),
        ("moebel.de", "de"),
    ],
)
def test_the_country_ending_is_found(text, ending):
    assert find_ending(text)[0] == ending


@pytest.mark.parametrize(
    "text", ["www.google.com", "St.Marie", "No.12", "12.50", "Dr.Li", "S.A.", "", "shop.info"]
)
def test_abbreviations_and_generic_endings_are_none(text):
    assert find_ending(text) is None


def test_an_ending_keeps_its_neighbours_possible():
    (cue,) = read_domain([line("www.bodega.es")])
    assert cue.value == "es"
    assert cue.likelihood["ee"] > cue.likelihood["br"] > 0


def test_endings_sold_to_everybody_are_weak():
    (sold,) = read_domain([line("www.startup.io")])
    (own,) = read_domain([line("www.startup.pl")])
    assert max(sold.likelihood.values()) / sorted(sold.likelihood.values())[-2] < 20
    assert own.likelihood["pl"] > 20 * sorted(own.likelihood.values())[-2]


def test_every_ending_that_is_read_is_a_value_of_the_cue():
    assert endings() <= set(load_kb().variable(VARIABLE).value_ids)
