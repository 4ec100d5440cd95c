"""Zones: named areas that no border follows, one GeoJSON file per country in ``kb/zones``."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clues.errors import CluesError
from clues.regions.model import Region

if TYPE_CHECKING:
    from clues.regions.graph import RegionGraph

MAX_FILE_BYTES = 2_000_000
MAX_POINTS = 20_000
_ID = re.compile(r"zone\.[a-z0-9]+(-[a-z0-9]+)*")
_KEYS = {"id", "name", "says", "sources", "note"}


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """A zone: what it says of itself, its polygon (degrees) and its leaves."""

    region: Region
    says: str
    geometry: Any
    leaf_mask: npt.NDArray[np.bool_]


def load_zones(folder: Path, world: "RegionGraph") -> dict[str, Zone]:
    """Return the zones of all GeoJSON files in a folder, by id.

    A leaf belongs to a zone if its point does. A zone so small that no leaf's point is inside
    takes the leaves nearest to it, so no zone is empty. Raises CluesError with all problems.
    """
    zones: dict[str, Zone] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.geojson")):
        for index, feature in enumerate(_features(path, problems)):
            where = f"{path.name}, feature {index + 1}"
            try:
                zone = _zone(feature, world)
            except CluesError as error:
                problems.append(f"{where}: {error}")
                continue
            if zone.region.code in zones:
                problems.append(f"{where}: the id {zone.region.code} is used twice; rename one.")
            zones[zone.region.code] = zone
    if problems:
        raise CluesError("\n".join(f"kb/zones/{problem}" for problem in problems))
    return zones


def _features(path: Path, problems: list[str]) -> list[Any]:
    if path.stat().st_size > MAX_FILE_BYTES:
        problems.append(
            f"{path.name}: larger than {MAX_FILE_BYTES:,} bytes; simplify the polygons."
        )
        return []
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        problems.append(f"{path.name}: not JSON ({error}); mend the file.")
        return []
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        problems.append(f"{path.name}: not a GeoJSON FeatureCollection; wrap the features in one.")
        return []
    return features


def _zone(feature: Any, world: "RegionGraph") -> Zone:
    code, name, says = _properties(feature)
    geometry = _geometry(feature)
    mask = _leaves_in(geometry, world)
    leaves = world.leaves
    inside = np.flatnonzero(mask)
    centre = inside[np.argmax(leaves.population[inside])]
    region = Region(
        code,
        name,
        "zone",
        "world",
        round(float(leaves.lat[centre]), 4),
        round(float(leaves.lon[centre]), 4),
        _area_km2(geometry),
        int(leaves.population[inside].sum()),
    )
    return Zone(region, says, geometry, mask)


def _properties(feature: Any) -> tuple[str, str, str]:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(properties, dict):
        raise CluesError("no properties; give id, name and says.")
    unknown = sorted(set(properties) - _KEYS)
    if unknown:
        raise CluesError(
            f"unknown property '{unknown[0]}'; allowed are {', '.join(sorted(_KEYS))}."
        )
    texts = []
    for key in ("id", "name", "says"):
        value = properties.get(key)
        if not isinstance(value, str) or not value.strip() or len(value) > 500:
            raise CluesError(f"property '{key}' is missing or no short text; write one.")
        texts.append(value.strip())
    if not _ID.fullmatch(texts[0]):
        raise CluesError(f"id '{texts[0]}' is not of the form zone.lower-case-slug; rename it.")
    return texts[0], texts[1], texts[2]


def _geometry(feature: Any) -> Any:
    import shapely

    try:
        shape = shapely.geometry.shape(feature.get("geometry") or {})
    except Exception as error:  # shapely and numpy raise many kinds on malformed coordinates
        raise CluesError(f"the geometry cannot be read ({error}); draw a Polygon.") from error
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        raise CluesError(f"the geometry is a {shape.geom_type}; draw a Polygon or MultiPolygon.")
    if shapely.get_num_coordinates(shape) > MAX_POINTS:
        raise CluesError(f"more than {MAX_POINTS:,} points; simplify the polygon.")
    if not shape.is_valid:
        raise CluesError(
            f"the polygon is invalid: {shapely.is_valid_reason(shape)}; redraw it there."
        )
    west, south, east, north = shape.bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise CluesError("coordinates must be longitude, latitude within -180..180 and -90..90.")
    return shape


def _leaves_in(geometry: Any, world: "RegionGraph") -> npt.NDArray[np.bool_]:
    import shapely

    leaves = world.leaves
    west, south, east, north = geometry.bounds
    near = np.flatnonzero(
        (leaves.lon >= west) & (leaves.lon <= east) & (leaves.lat >= south) & (leaves.lat <= north)
    )
    mask = np.zeros(len(leaves), dtype=bool)
    shapely.prepare(geometry)
    mask[near] = shapely.contains_xy(geometry, leaves.lon[near], leaves.lat[near])
    if not mask.any():
        mask[_cells_of(geometry, world)] = True
    return mask


def _cells_of(geometry: Any, world: "RegionGraph") -> npt.NDArray[np.int64]:
    """Return the leaves whose cell holds a part of a small zone; failing that, the nearest leaf."""
    import h3
    import shapely

    leaves = world.leaves
    points = shapely.get_coordinates(shapely.segmentize(geometry, 0.1))
    points = np.vstack([points, shapely.get_coordinates(shapely.point_on_surface(geometry))])
    cells = {h3.str_to_int(h3.latlng_to_cell(lat, lon, 4)) for lon, lat in points}
    found = np.flatnonzero(np.isin(leaves.h3, np.array(list(cells), dtype=np.uint64)))
    inside = {region.code for lon, lat in points if (region := world.find(lat, lon))}
    found = np.array(
        [i for i in found if world.subdivision_codes[leaves.subdivision[i]] in inside], dtype=int
    )
    if len(found) == 0:
        lon, lat = points[-1]
        east = (leaves.lon - lon) * np.cos(np.radians(lat))
        found = np.array([np.argmin(east**2 + (leaves.lat - lat) ** 2)])
    return found


def _area_km2(geometry: Any) -> float:
    """Return the area in Lambert's cylindrical equal-area projection of the sphere, in km2."""
    import shapely

    radius_km = 6371.0072
    flat = shapely.transform(
        shapely.segmentize(geometry, 0.5),
        lambda xy: np.column_stack([np.radians(xy[:, 0]), np.sin(np.radians(xy[:, 1]))]),
    )
    return float(shapely.area(flat)) * radius_km**2
