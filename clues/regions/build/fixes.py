"""Bring Natural Earth's codes up to date: kb/regions/overrides.yaml, and the splits it asks for."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pycountry
import shapely
import yaml

from clues.errors import CluesError
from clues.regions.build.source import GRID_DEG, polygons_of

Overrides = dict[str, dict[str, Any]]


def read_overrides(path: Path) -> Overrides:
    """Return the hand-kept fixes by country.

    Raises
    ------
    CluesError
        If the file is missing.
    """
    if not path.is_file():
        raise CluesError(f"{path}: no such file; copy kb/regions/overrides.yaml there.")
    with path.open(encoding="utf-8") as file:
        return dict(yaml.safe_load(file)["countries"])


def iso_parents() -> dict[str, str | None]:
    """Return every current ISO 3166-2 code with its parent code."""
    return {s.code: s.parent_code for s in pycountry.subdivisions}


def apply_fixes(areas: pd.DataFrame, places: pd.DataFrame, overrides: Overrides) -> pd.DataFrame:
    """Return the areas with column ``new``, today's code; split areas become several rows."""
    iso = iso_parents()
    areas = areas.copy()
    areas["new"] = [
        _code(code, feature, country, overrides, iso)
        for code, feature, country in zip(areas.code, areas.adm1_code, areas.country, strict=True)
    ]
    rows = []
    records: list[Any] = areas.to_dict("records")
    for row in records:
        split = overrides.get(row["country"], {}).get("split", {})
        targets = split.get(row["adm1_code"]) or split.get(row["code"])
        if not targets or row["new"] not in (row["code"], ""):
            rows.append(row)
            continue
        for code, shape in _split(row, targets, places).items():
            rows.append({**row, "new": code, "geometry": shape, "split": True})
    table = pd.DataFrame(rows)
    table["split"] = table.get("split", False) == True  # noqa: E712 - missing values are false
    _check(table, iso)
    return table


def _code(
    code: str, feature: str, country: str, overrides: Overrides, iso: dict[str, str | None]
) -> str:
    own = overrides.get(country, {})
    if own.get("whole") or not any(c.startswith(f"{country}-") for c in iso):
        return f"{country}-00"
    new = str(own.get("features", {}).get(feature) or own.get("codes", {}).get(code) or code)
    return (iso.get(new) or new) if own.get("roll_up") else new


def _check(table: pd.DataFrame, iso: dict[str, str | None]) -> None:
    bad = sorted(set(table.loc[~table.new.isin(list(iso)) & ~table.new.str.endswith("-00"), "new"]))
    if bad:
        raise CluesError(
            f"kb/regions/overrides.yaml: {len(bad)} codes are not in ISO 3166-2: {', '.join(bad)}."
        )


def _split(
    row: dict[str, Any], targets: dict[str, list[str]], places: pd.DataFrame
) -> dict[str, Any]:
    """Divide one area among codes by nearest place (a Voronoi diagram of the seeds)."""
    if len(targets) == 1:
        return {next(iter(targets)): row["geometry"]}
    seeds = _seeds(row, targets, places)
    geometry = row["geometry"]
    stretch = max(np.cos(np.radians(shapely.centroid(geometry).y)), 0.1)
    points = np.array([(lon * stretch, lat) for _, lon, lat in seeds])
    flat = shapely.transform(geometry, lambda xy: xy * [stretch, 1])
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=flat, ordered=True)
    )
    codes = np.array([code for code, _, _ in seeds])
    shapes = {}
    for code in dict.fromkeys(codes):
        piece = shapely.intersection(shapely.union_all(cells[codes == code]), flat)
        piece = shapely.transform(
            piece, lambda xy: np.round(xy / [stretch, 1] / GRID_DEG) * GRID_DEG
        )
        shapes[code] = polygons_of(shapely.make_valid(piece))
    return shapes


def _seeds(
    row: dict[str, Any], targets: dict[str, list[str]], places: pd.DataFrame
) -> list[tuple[str, float, float]]:
    """Return (code, lon, lat) of the seed places inside, each position once."""
    country = places[places.countrycode == next(iter(targets))[:2]]
    near = shapely.buffer(row["geometry"], 0.1)
    inside = country[shapely.contains_xy(near, country.lon, country.lat)]
    seeds: dict[tuple[float, float], str] = {}
    admin: dict[str, set[str]] = {}
    for code, towns in targets.items():
        given = [town.split("@")[1].split(",") for town in towns if "@" in town]
        found = inside[inside.name.isin(towns)]
        found = found if len(found) else country[country.name.isin(towns)]
        if found.empty and not given:
            raise CluesError(
                f"kb/regions/overrides.yaml, split of {row['code']}: GeoNames has none of "
                f"{', '.join(towns)} ({code}); name other towns, or write Name@lat,lon."
            )
        admin[code] = set(found.admin1code)
        seeds |= {(float(lon), float(lat)): code for lat, lon in given}
        seeds |= dict.fromkeys(_positions(found[found.index.isin(inside.index)]), code)
    for code, codes in admin.items():
        own = codes - set().union(*(a for c, a in admin.items() if c != code))
        for position in _positions(inside[inside.admin1code.isin(own)]):
            seeds.setdefault(position, code)
    return [(code, lon, lat) for (lon, lat), code in seeds.items()]


def _positions(places: pd.DataFrame) -> list[tuple[float, float]]:
    return [
        (round(float(lon), 4), round(float(lat), 4))
        for lon, lat in zip(places.lon, places.lat, strict=True)
    ]
