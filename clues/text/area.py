"""The area that a telephone number's prefix belongs to, as a place of the gazetteer."""

from __future__ import annotations

import re
from functools import cache

import phonenumbers
import pycountry
from phonenumbers import PhoneNumber, PhoneNumberType

from clues.regions import load_regions
from clues.text.build_gazetteer import key_of
from clues.text.gazetteer import load_gazetteer
from clues.text.phone_areas import area_subdivisions

_TOWN_KM = 15.0  # an exchange area around a small town
_CITY_KM = 15.0  # more for a city of a million
_LARGEST_RATIO = 200.0
_WITH_AREA = (PhoneNumberType.FIXED_LINE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
_SURROUNDINGS = 30_000  # people around a town who share its prefix
_SUBDIVISION_RATIO = 10.0  # of a province's numbers, where its people are not known
_LARGE_TOWN = 300_000


def areas_of(number: PhoneNumber, country: str) -> dict[str, float]:
    """Return where a number's area is, as places with the number's relative frequency there.

    Returns
    -------
    dict
        Geo URI or ISO 3166-2 code -> how much more frequent such numbers are there than in the
        country at large, which is the country's people per person of the area. Empty for mobile
        and unknown prefixes.
    """
    if phonenumbers.number_type(number) not in _WITH_AREA:
        return {}
    from phonenumbers import geocoder  # the names of all areas fill 90 MB: few photos need them

    text = geocoder.description_for_valid_number(number, "en")
    if not text:
        return {}
    national = phonenumbers.national_significant_number(number)
    return _areas(text, country) or _subdivision_areas(country, national)


@cache
def _areas(text: str, country: str) -> dict[str, float]:
    names = [part.strip() for part in re.split(r",| - |/|\(|\)", text) if part.strip()]
    towns = [town for name in names if (town := _town(name, country)) is not None]
    if not towns:
        return {}
    people, place = max(towns)
    province = len(names) == 1 and key_of(names[0]) in _subdivision_names(country)
    if province and people < _LARGE_TOWN:
        return {}  # rather the province than the town of that name
    nation = load_gazetteer().country_population.get(country, 0)
    ratio = nation / (people + _SURROUNDINGS)
    return {place: max(1.0, min(_LARGEST_RATIO, ratio))}


def _subdivision_areas(country: str, national: str) -> dict[str, float]:
    found = area_subdivisions(country, national)
    regions = load_regions().regions
    nation = regions[country].population if country in regions else 0
    places = {}
    for code, weight in found.items():
        if code not in regions and not code.startswith("geo:"):
            continue
        people = regions[code].population if code in regions else 0
        ratio = nation / people if people else _SUBDIVISION_RATIO
        places[code] = weight * max(1.0, min(_LARGEST_RATIO, ratio))
    return places


def _town(name: str, country: str) -> tuple[int, str] | None:
    """Return (inhabitants, geo URI) of the largest place of that name in a country."""
    match = load_gazetteer().find(name)
    bearers = [b for b in match.bearers if b.country == country] if match else []
    if not bearers:
        return None
    town = max(bearers, key=lambda b: (b.weight > 0.9, b.population))
    radius_km = _TOWN_KM + _CITY_KM * min(3.0, (town.population / 1e6) ** 0.5)
    return town.population, f"geo:{town.lat},{town.lon};u={radius_km * 1000:.0f}"


@cache
def _subdivision_names(country: str) -> frozenset[str]:
    found = pycountry.subdivisions.get(country_code=country) or []  # type: ignore[no-untyped-call]
    return frozenset(key_of(subdivision.name) for subdivision in found)
