import pytest

from clues.text.phone_areas import area_subdivisions


@pytest.mark.parametrize(
    ("country", "number", "region"),
    [
        ("RU", "3462 123456", "RU-KHM"),
        ("RU", "812", "RU-SPE"),
        ("RU", "8182 12-34-56", "RU-ARK"),
        ("RU", "818 53 12345", "RU-NEN"),
        ("RU", "8652123456", "RU-STA"),
        ("RU", "4212123456", "RU-KHA"),
        ("RU", "301", "RU-BU"),
        ("UA", "322123456", "UA-46"),
        ("BR", "85 3212 3456", "BR-CE"),
        ("TR", "2422345678", "TR-07"),
        ("JP", "564642033", "JP-23"),
        ("US", "3035551234", "US-CO"),
        ("MX", "9981234567", "MX-ROO"),
        ("RO", "264123456", "RO-CJ"),
        ("ES", "958123456", "ES-GR"),
    ],
)
def test_an_area_code_leads_to_its_subdivision(country, number, region):
    assert area_subdivisions(country, number) == {region: 1.0}


def test_a_code_of_two_regions_is_shared():
    assert area_subdivisions("RU", "4951234567") == {"RU-MOW": 0.5, "RU-MOS": 0.5}


@pytest.mark.parametrize(("country", "number"), [("RU", ""), ("ZZ", "123"), ("RU", "9" * 9_000)])
def test_unknown_numbers_say_nothing(country, number):
    assert area_subdivisions(country, number) == {}


@pytest.mark.parametrize(
    ("country", "code", "region"),
    [("JP", "564", "JP-23"), ("JP", "98", "JP-47"), ("US", "406", "US-MT"), ("CL", "61", "CL-MA")],
)
def test_an_area_code_alone_will_do(country, code, region):
    found = area_subdivisions(country, code)
    assert max(found, key=lambda place: found[place]) == region


def test_the_beginning_of_several_codes_means_all_their_regions():
    assert set(area_subdivisions("AU", "8")) == {"AU-NT", "AU-SA", "AU-WA", "AU-NSW"}
    assert set(area_subdivisions("AU", "3")) == {"AU-VIC", "AU-TAS"}
