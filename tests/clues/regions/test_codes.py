import pycountry
import pytest

from clues.errors import CluesError
from clues.regions import RegionGraph

RU_CITIES_AND_REPUBLICS = {"RU-MOW", "RU-SPE", "RU-TA", "RU-SA", "RU-CE", "RU-YEV", "RU-NEN"}


def test_russia_has_its_83_federal_subjects(world: RegionGraph) -> None:
    subjects = set(world.children("RU"))
    assert len(subjects) == 83
    assert subjects == {s.code for s in pycountry.subdivisions.get(country_code="RU")}
    assert subjects >= RU_CITIES_AND_REPUBLICS


def test_every_code_is_iso_or_marked_synthetic(world: RegionGraph) -> None:
    iso = {s.code for s in pycountry.subdivisions}
    strange = [c for c in world.subdivision_codes if c not in iso and not c.endswith("-00")]
    assert strange == []
    groups = [c for c, r in world.regions.items() if r.level == "group"]
    assert set(groups) <= iso
    countries = {c for c, r in world.regions.items() if r.level == "country"}
    assert countries - {c.alpha_2 for c in pycountry.countries} == {"XK"}
    assert {c.alpha_2 for c in pycountry.countries} - countries == {"SJ"}


def test_the_united_states_are_fifty_and_a_district(world: RegionGraph) -> None:
    assert len(world.children("US")) == 51


def test_disputed_areas_follow_iso(world: RegionGraph) -> None:
    assert world.country_of("UA-43") == "UA"
    assert world.country_of("UA-40") == "UA"
    assert world.country_of("XK-00") == "XK"


@pytest.mark.parametrize(
    ("old", "now"),
    [
        ("FR-69", "FR-ARA"), ("FR-75", "FR-IDF"), ("IT-MI", "IT-25"), ("CZ-PR", "CZ-10"),
        ("NO-01", "NO-30"), ("PL-MZ", "PL-14"), ("GR-A1", "GR-I"), ("ZA-GT", "ZA-GP"),
        ("MX-DIF", "MX-CMX"), ("GB-NDN", "GB-AND"), ("US-PR", "PR-00"), ("HK-X13~", "HK-00"),
        ("LV-025", "LV-111"), ("RU-CHE", "RU-CHE"), ("MK-13", "MK-101"), ("KE-400", "KE-22"),
        ("NO-31", "NO-30"), ("IM-X01~", "IM-00"),
    ],
)  # fmt: skip
def test_outdated_and_finer_codes_lead_to_todays(world: RegionGraph, old: str, now: str) -> None:
    assert world.canonical_subdivision(old) == now


def test_a_code_of_nothing_is_an_error(world: RegionGraph) -> None:
    with pytest.raises(CluesError, match="Unknown region 'QQ-1'"):
        world.canonical_subdivision("QQ-1")
