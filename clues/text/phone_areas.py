"""Telephone area codes to subdivisions, where a number does not name its town well enough."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache, lru_cache
from typing import Any

import pycountry

from clues.knowledge.tables import drawn, phone_tables

_MAX_DIGITS = 15
# Abbreviations of `phonenumbers` that are not the region's own code.
_ABBREVIATIONS = {
    "MX": {
        "fd": "MX-CMX", "mexico city": "MX-CMX", "gto": "MX-GUA", "mich": "MX-MIC",
        "hgo": "MX-HID", "coah": "MX-COA", "nl": "MX-NLE", "tamps": "MX-TAM", "chih": "MX-CHH",
        "tlax": "MX-TLA", "chis": "MX-CHP", "qro": "MX-QUE", "qroo": "MX-ROO", "ags": "MX-AGU",
        "bc": "MX-BCN", "dgo": "MX-DUR", "mor": "MX-MOR", "camp": "MX-CAM",
        "estado de mexico": "MX-MEX", "coahuila": "MX-COA", "michoacan": "MX-MIC",
        "veracruz": "MX-VER",
    },
    "CL": {
        "metropolitan region": "CL-RM", "araucania": "CL-AR", "arica and parinacota": "CL-AP",
        "magallanes and antartica chilena": "CL-MA", "aisen": "CL-AI", "ohiggins": "CL-LI",
    },
    "CN": {
        "inner mongolia": "CN-NM", "tibet": "CN-XZ", "guangxi": "CN-GX", "xinjiang": "CN-XJ",
        "ningxia": "CN-NX",
    },
    "IN": {"new delhi": "IN-DL", "odisha": "IN-OD", "mumbai": "IN-MH"},
    "IT": {
        "genoa": "IT-GE", "turin": "IT-TO", "aosta valley": "IT-23", "milan": "IT-MI",
        "mantua": "IT-MN", "monza": "IT-MB", "venice": "IT-VE", "florence": "IT-FI",
        "rome": "IT-RM", "naples": "IT-NA", "andria barletta trani": "IT-BT",
    },
    "VN": {"hanoi": "VN-HN", "bac can": "VN-53", "ba ria vung tau": "VN-43", "ving long": "VN-49"},
    "JP": {"hokkaido": "JP-01"},
}  # fmt: skip


def area_subdivisions(country: str, national_number: str) -> dict[str, float]:
    """Return the subdivisions that an area code belongs to, with weights that sum to 1.

    Parameters
    ----------
    country
        ISO 3166-1 code.
    national_number
        Digits without the country code and without the trunk prefix (the leading 0, or 8 in
        Russia, but not in Italy); anything else is dropped. An area code alone will do.

    Returns
    -------
    dict
        ISO 3166-2 code > weight; empty where the number tells no subdivision.
    """
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", national_number[:60]))[:_MAX_DIGITS]
    return dict(_lookup(country.upper()[:2], digits))


@lru_cache(maxsize=2_000)
def _lookup(country: str, digits: str) -> tuple[tuple[str, float], ...]:
    found = _from_table(country, digits) or _from_description(country, digits)
    places = Counter(place for code in found for place in drawn(code))
    return tuple((place, count / places.total()) for place, count in places.items())


def _from_table(country: str, digits: str) -> tuple[str, ...]:
    by_prefix = _prefixes(country)
    for length in range(min(7, len(digits)), 0, -1):
        if digits[:length] in by_prefix:
            return by_prefix[digits[:length]]
    longer = [by_prefix[prefix] for prefix in by_prefix if digits and prefix.startswith(digits)]
    return tuple(dict.fromkeys(region for regions in longer for region in regions))


@cache
def _prefixes(country: str) -> dict[str, tuple[str, ...]]:
    table = phone_tables().get(country)
    result: dict[str, tuple[str, ...]] = {}
    for region, codes in (table.areas if table else {}).items():
        for code in codes:
            result[code] = (*result.get(code, ()), region)
    return result


def _from_description(country: str, digits: str) -> tuple[str, ...]:
    """Match the region in the area's name by `phonenumbers`: 'Okazaki, Aichi', 'Recife - PE'."""
    completed = _completed(country, digits)
    return tuple(code for whole in completed for code in _described(country, whole))


def _completed(country: str, digits: str) -> tuple[str, ...]:
    """Return numbers of full length that begin with an area code, evenly spread."""
    import phonenumbers

    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.FIXED_LINE)
    if example is None:
        return (digits,)
    missing = len(phonenumbers.national_significant_number(example)) - len(digits)
    if missing < 3:
        return (digits,)
    starts = [f"{a}{b}" for a in range(10) for b in range(10)]
    return tuple(digits + start + (str(example.national_number) * 2)[2:missing] for start in starts)


def _described(country: str, digits: str) -> tuple[str, ...]:
    import phonenumbers
    from phonenumbers import geocoder

    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return ()
    text = geocoder.description_for_number(number, "en")
    names = _names(country)
    last = re.split(r", | - ", text)[-1]
    found = [names.get(_fold(part)) for part in last.split("/")]
    return tuple(code for code in found if code is not None)


@cache
def _names(country: str) -> dict[str, str]:
    names: dict[str, str] = {}
    subdivisions: Any = pycountry.subdivisions  # untyped
    for subdivision in subdivisions.get(country_code=country) or []:
        names.setdefault(_fold(subdivision.name), subdivision.code)
        names.setdefault(_fold(subdivision.code.split("-")[1]), subdivision.code)
    names.update(_ABBREVIATIONS.get(country, {}))
    return names


def _fold(name: str) -> str:
    plain = "".join(
        c for c in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(c)
    )
    plain = re.sub(r"\(.*?\)|\[.*?\]", "", plain.replace("đ", "d"))
    return re.sub(
        r"\b(province|region|oblast|prefecture|state|city|sheng|shi|zizhiqu)\b|'", "", plain
    ).strip()
