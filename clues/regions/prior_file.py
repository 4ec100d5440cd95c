"""A prior from a user's own file: a game map, or what is known beforehand."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from clues.errors import CluesError, reason
from clues.regions.graph import RegionGraph
from clues.regions.shares import Floats, people, shares, spread

BUILT_IN = ("street-view", "population", "uniform-land")
MAX_FILE_BYTES = 20_000_000
MAX_ROWS = 100_000
_MAX_DEG = 1_000.0  # coordinates beyond are no degrees, and overflow in geometry

Place = str | tuple[float, float]  # a region's code, or latitude and longitude in degrees


def from_file(world: RegionGraph, name: str) -> Floats:
    """Return the weights of leaves that a user's own file gives, shape (leaves,).

    Raises
    ------
    CluesError
        With file and line, for whatever is no CSV or GeoJSON of places and weights.
    """
    path = Path(name)
    if path.suffix.lower() not in (".csv", ".json", ".geojson"):
        raise CluesError(
            f"Unknown prior '{name}'; choose {', '.join(BUILT_IN)}, "
            "or the path of a CSV or GeoJSON file."
        )
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise CluesError(
                f"{path}: larger than {MAX_FILE_BYTES // 10**6} MB; give a smaller file."
            )
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CluesError(
            f"{path}: cannot be read ({reason(error)}); give a CSV or GeoJSON file."
        ) from error
    weights = (
        _from_csv(world, path, text)
        if path.suffix.lower() == ".csv"
        else _from_geojson(world, path, text)
    )
    if not weights.sum() > 0:
        raise CluesError(
            f"{path}: no weight above 0 falls on land; check its regions and positions."
        )
    return weights


def _from_csv(world: RegionGraph, path: Path, text: str) -> Floats:
    lines = text.splitlines()
    if len(lines) > MAX_ROWS:
        raise CluesError(f"{path}: more than {MAX_ROWS:,} lines; give fewer.")
    try:
        reader = csv.DictReader(lines)
        columns = set(reader.fieldnames or ())
        by_code = {"code", "weight"} <= columns
        if not by_code and not {"lat", "lon"} <= columns:
            raise CluesError(f"{path}: the first line must be code,weight or lat,lon,weight.")
        read = _code_of if by_code else _position_of
        places = _weighed_places(reader, path, read)
    except csv.Error as error:
        raise CluesError(f"{path}: cannot be read as CSV ({error}).") from None
    out = np.zeros(len(world.leaves))
    inner = spread(world)
    for place, (weight, number) in places.items():
        try:
            if isinstance(place, str):
                out += _spread_over(world, inner, place, weight)
            else:
                _add_point(world, out, *place, weight)
        except CluesError as error:
            raise CluesError(f"{path}, line {number}: {error}") from error
    return out


def _weighed_places(
    rows: Iterable[Mapping[str, str | None]],
    path: Path,
    read: Callable[[Mapping[str, str | None]], Place],
) -> dict[Place, tuple[float, int]]:
    """Return each place's weight and its first line; files of thousands of lines repeat places."""
    places: dict[Place, tuple[float, int]] = {}
    for number, row in enumerate(rows, start=2):
        try:
            weight = _number(row.get("weight") or "1")
            if weight < 0:
                raise CluesError(f"the weight {weight} is negative; give 0 or more.")
            place = read(row)
        except CluesError as error:
            raise CluesError(f"{path}, line {number}: {error}") from error
        total, first = places.get(place, (0.0, number))
        places[place] = (total + weight, first)
    return places


def _code_of(row: Mapping[str, str | None]) -> Place:
    return row["code"] or ""


def _position_of(row: Mapping[str, str | None]) -> Place:
    """Return latitude and longitude, to about a kilometre: far finer than a leaf."""
    return round(_number(row["lat"]), 2), round(_number(row["lon"]), 2)


def _number(cell: str | None) -> float:
    text = " ".join((cell or "").split())  # a cell may hold lines
    try:
        value = float(text)
    except ValueError:
        raise CluesError(
            f"'{text:.40}' is not a number; write one, with a point for decimals."
        ) from None
    if not np.isfinite(value):
        raise CluesError(f"'{text:.40}' is not finite; write an ordinary number.")
    return value


def _spread_over(world: RegionGraph, inner: Floats, code: str, weight: float) -> Floats:
    """Spread a region's weight over its leaves as people live in it."""
    mask = world.leaf_mask(world.resolve(code).code)
    leaves = inner * people(world)[world.leaves.subdivision] * mask
    return weight * shares(leaves)


def _add_point(world: RegionGraph, out: Floats, lat: float, lon: float, weight: float) -> None:
    """Give a position's weight to the nearest leaf of its subdivision; the sea gets none."""
    found = world.find(lat, lon)
    if found is None:
        return
    leaves = world.leaves
    position = world.subdivision_codes.index(found.code)
    own = slice(*np.searchsorted(leaves.subdivision, [position, position + 1]))
    east = ((leaves.lon[own] - lon + 180) % 360 - 180) * np.cos(np.radians(lat))
    out[own.start + np.argmin(east**2 + (leaves.lat[own] - lat) ** 2)] += weight


def _is_sound(shape: Any) -> bool:
    bounds = shape.bounds  # NaN where it is empty
    return all(abs(value) <= _MAX_DEG for value in bounds) and bool(shape.is_valid)


def _from_geojson(world: RegionGraph, path: Path, text: str) -> Floats:
    import shapely

    try:
        data = json.loads(text)
        features = data["features"] if data.get("type") == "FeatureCollection" else [data]
        pairs = [
            (
                shapely.geometry.shape(f.get("geometry", f)),
                _number(str((f.get("properties") or {}).get("weight", 1))),
            )
            for f in features
        ]
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        shapely.errors.ShapelyError,
    ) as error:
        raise CluesError(f"{path}: not readable as GeoJSON ({error}); give polygons.") from error
    leaves = world.leaves
    out = np.zeros(len(leaves))
    for shape, weight in pairs:
        if shape.geom_type not in ("Polygon", "MultiPolygon") or not _is_sound(shape):
            raise CluesError(
                f"{path}: holds a {shape.geom_type} that is no valid polygon; draw polygons."
            )
        inside = shapely.contains_xy(shape, leaves.lon, leaves.lat)
        if not inside.any():
            point = shapely.point_on_surface(shape)
            _add_point(world, out, point.y, point.x, weight)
        out[inside] += weight * leaves.area_km2[inside]
    return out
