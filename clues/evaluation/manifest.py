"""Photos with known places."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clues.errors import CluesError
from clues.regions import RegionGraph
from clues.tabular import read_rows


@dataclass(frozen=True, slots=True)
class Truth:
    """Where a photo was taken; coordinates may be unknown, the country is not.

    Attributes
    ----------
    country, subdivision
        ISO codes; ``subdivision`` is None where only the country is known.
    """

    file: str
    path: Path
    lat: float | None
    lon: float | None
    country: str
    subdivision: str | None


def read_manifest(
    path: Path, world: RegionGraph, where: Mapping[str, str] | None = None
) -> list[Truth]:
    """Read a CSV with the columns ``file`` and ``lat, lon`` or ``country``.

    Paths are relative to the manifest. Coordinates decide; the country column serves where they
    are missing, or where no land is near them.

    Parameters
    ----------
    where
        Columns and the value each must have, such as ``{"split": "val"}``.

    Raises
    ------
    CluesError
        With file and line, for a missing column, a bad number or an unknown country.
    """
    rows, columns = read_rows(path, ["file", *(where or {})])
    if not ({"lat", "lon"} <= columns or "country" in columns):
        raise CluesError(f"{path}: needs the columns lat and lon, or country.")
    return [
        _truth(row, path, line, world)
        for line, row in enumerate(rows, 2)
        if all(row[k] == v for k, v in (where or {}).items())
    ]


def _truth(row: dict[str, str], path: Path, line: int, world: RegionGraph) -> Truth:
    lat, lon = _number(row, "lat", 90, path, line), _number(row, "lon", 180, path, line)
    country, subdivision = (row.get("country") or "").strip(), None
    if lat is not None and lon is not None:
        region = world.find(lat, lon)
        if region is not None:
            subdivision, country = region.code, world.country_of(region.code) or ""
    if country not in world.regions:
        raise CluesError(f"{path}:{line}: no land near the place, and no known country code.")
    return Truth(row["file"], path.parent / row["file"], lat, lon, country, subdivision)


def _number(row: dict[str, str], column: str, limit: float, path: Path, line: int) -> float | None:
    text = (row.get(column) or "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -limit <= value <= limit:
        shown = " ".join(text.split())[:20]  # a cell may hold lines
        raise CluesError(f"{path}:{line}: {column} '{shown}' is not between ±{limit:g}.")
    return value
