import pytest

from clues.errors import UnknownRegionError
from clues.regions import RegionGraph
from clues.regions.names import fold


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("RU", "RU"), ("ru-che", "RU-CHE"), ("Europe", "europe"),
        ("North America", "north-america"), ("Germany", "DE"), ("Германия", "DE"),
        ("日本", "JP"), ("Bavaria", "DE-BY"), ("Bayern", "DE-BY"),
        ("東京都", "JP-13"), ("Scotland", "GB-SCT"), ("Catalonia", "ES-CT"),
        ("Lombardy", "IT-25"), ("Челябинская область", "RU-CHE"), ("Georgia", "GE"),
        ("Georgia, United States", "US-GA"), ("Córdoba, Argentina", "AR-X"),
        ("rheinland pfalz", "DE-RP"),
        ("zone.nowhere, RU", ""), ("FR-69", "FR-ARA"), ("Moscow", "RU-MOW"),
        ("Crimea", "UA-43"), ("Kosovo", "XK"), ("DEU", "DE"),
    ],
)  # fmt: skip
def test_codes_and_names_in_many_languages_resolve(
    world: RegionGraph, text: str, code: str
) -> None:
    if not code:
        with pytest.raises(UnknownRegionError):
            world.resolve(text)
    else:
        assert world.resolve(text).code == code


@pytest.mark.parametrize(
    ("text", "hint"),
    [("Jermany", "DE"), ("Chelabinsk", "RU-CHE"), ("RU-CHX", "RU-CHE"), ("Catalunia", "ES-CT")],
)
def test_misspelt_names_get_suggestions(world: RegionGraph, text: str, hint: str) -> None:
    with pytest.raises(UnknownRegionError, match=f"did you mean.*{hint} "):
        world.resolve(text)


def test_an_ambiguous_name_lists_what_it_may_mean(world: RegionGraph) -> None:
    with pytest.raises(UnknownRegionError, match=r"AR-X.*CO-COR.*give the code"):
        world.resolve("Cordoba")


def test_folding_ignores_case_accents_and_brackets() -> None:
    assert fold("Île-de-France [IDF]") == "ile de france"
    assert fold("Nová  Ves") == fold("nova ves")
    assert fold("Łódź") == fold("łódź")
