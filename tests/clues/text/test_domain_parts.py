import pytest

from clues.knowledge import load_kb
from clues.knowledge.tables import drawn
from clues.regions import load_regions
from clues.text.domain_parts import VARIABLE, find_part, labels, read_domain_parts
from tests.clues.text.samples import line


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("www.rada.te.ua", "UA-61"),
        ("www.council.nsw.gov.au", "AU-NSW"),
        ("www.hydro.qc.ca", "CA-QC"),
        ("saude.sp.gov.br", "BR-SP"),
        ("www.jalisco.gob.mx", "MX-JAL"),
        ("www.city.naha.okinawa.jp", "JP-47"),
        ("info@school.k12.tx.us", "US-TX"),
        ("news.spb.ru", "RU-SPE"),
    ],
)
def test_an_address_names_a_part(text, part):
    assert find_part(text)[0] == part


@pytest.mark.parametrize(
    "text", ["www.mail.ru", "shop.com.ua", "http://x.co.uk", "www.com.br", "St.Marie", ""]
)
def test_other_addresses_name_none(text):
    assert find_part(text) is None


def test_all_parts_are_known_regions():
    world = load_regions()
    codes = {
        code for ending in ("ua", "ru", "au", "br", "ca", "us") for code in labels(ending).values()
    }
    assert {place for code in codes for place in drawn(code)} <= world.regions.keys()


def test_an_unsure_reading_says_less():
    (sure,) = read_domain_parts([line("www.rada.te.ua", 1.0)])
    (unsure,) = read_domain_parts([line("www.rada.te.ua", 0.7)])
    assert load_kb().variable(VARIABLE)
    assert sure.likelihood["UA-61"] == 1.0
    assert sure.likelihood["elsewhere"] < unsure.likelihood["elsewhere"]
