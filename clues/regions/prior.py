"""The prior over leaves: where street-level photos are taken before anything is seen.

Weights live in ``kb/priors`` (see its README for how they were chosen). A prior is made of mixtures
of shares, so that every choice is one number with a meaning.
"""

import csv
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.errors import CluesError, UnknownRegionError
from clues.paths import KB_DIR
from clues.regions.graph import RegionGraph

Floats = npt.NDArray[np.float64]

# Calibrated on the training photos, see kb/priors/README.md.
COUNTRY_POWERS = (0.75, 0.4)  # of a country's shares of the coverage and of the people
SUBDIVISION_POWERS = (0.5, 0.5)  # of a subdivision's shares within its country: the geometric mean
LEAF_POWER = 0.75  # of a leaf's people within its subdivision
EMPTY_SHARE = 0.12  # of a subdivision's photos that are spread by area
UNKNOWN_SHARE = 0.03  # of a country's coverage, spread by people over parts without a weight
ANYWHERE_SHARE = 0.05  # of all photos, from anywhere: by people, and a part by area
FLOOR_SHARE = 0.005  # of any prior, spread by area, so that no land is impossible
MAX_FILE_BYTES = 20_000_000
MAX_ROWS = 100_000


def prior(
    world: RegionGraph, name: str = "street-view", within: str | Iterable[str] | None = None
) -> Floats:
    """Return the log-probability of every leaf before any cue, shape (leaves,).

    Parameters
    ----------
    world
        The region graph.
    name
        ``street-view`` (where street-level photos are taken), ``population`` (where people live),
        ``uniform-land`` (by area), or a file: CSV with the columns code,weight or
        lat,lon,weight, or GeoJSON, whose polygons count by area (property ``weight`` optional).
    within
        Codes or names of regions known to hold the photo; all else becomes impossible.

    Raises
    ------
    CluesError
        Unknown name, region or file; the message says what is known.
    """
    weights = _BUILT_IN[name](world) if name in _BUILT_IN else _from_file(world, name)
    weights = weights / weights.sum()
    area = world.leaves.area_km2.astype(np.float64)
    weights = (1 - FLOOR_SHARE) * weights + FLOOR_SHARE * area / area.sum()
    if within is not None:
        codes = [within] if isinstance(within, str) else list(within)
        if not codes:
            raise CluesError("No region to stay within; name one, for example RU or Europe.")
        inside = np.any([world.leaf_mask(world.resolve(code).code) for code in codes], axis=0)
        weights = weights * inside
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(weights / weights.sum()))


def _street_view(world: RegionGraph) -> Floats:
    """Mix photos from where coverage is with some from anywhere."""
    countries, subdivisions = _coverage(world)
    people = _sum(world, world.leaves.population.astype(np.float64)) + 1.0
    country = _country_index(world)
    country_people = np.bincount(country, weights=people).astype(np.float64)
    by_country = _tempered(countries, country_people, COUNTRY_POWERS)
    share = np.zeros(len(people))
    for index in range(len(countries)):
        members = np.flatnonzero(country == index)
        own = _shares(people[members])
        covered = subdivisions[members]
        if covered.sum() > 0:
            covered = (1 - UNKNOWN_SHARE) * _shares(covered) + UNKNOWN_SHARE * own
        else:
            covered = own
        share[members] = by_country[index] * _tempered(covered, own, SUBDIVISION_POWERS)
    spread = _spread(world)
    return (1 - ANYWHERE_SHARE) * share[world.leaves.subdivision] * spread + (
        ANYWHERE_SHARE * _anywhere(world)
    )


def _anywhere(world: RegionGraph) -> Floats:
    """Photos from any country, covered or not, by the square root of its people."""
    people = _sum(world, world.leaves.population.astype(np.float64)) + 1.0
    country = _country_index(world)
    total = np.bincount(country, weights=people)
    share = _shares(np.sqrt(total))[country] * people / total[country]
    return share[world.leaves.subdivision] * _spread(world)


def _population(world: RegionGraph) -> Floats:
    return world.leaves.population.astype(np.float64)


def _uniform_land(world: RegionGraph) -> Floats:
    return world.leaves.area_km2.astype(np.float64)


_BUILT_IN: dict[str, Callable[[RegionGraph], Floats]] = {
    "street-view": _street_view,
    "population": _population,
    "uniform-land": _uniform_land,
}


def _spread(world: RegionGraph) -> Floats:
    """Return P(leaf | subdivision): mostly by tempered population, a little by area."""
    leaves = world.leaves
    area = leaves.area_km2.astype(np.float64)
    by_area = area / _sum(world, area)[leaves.subdivision]
    people = leaves.population.astype(np.float64) ** LEAF_POWER
    total = _sum(world, people)[leaves.subdivision]
    by_people = np.divide(people, total, out=by_area.copy(), where=total > 0)
    return (1 - EMPTY_SHARE) * by_people + EMPTY_SHARE * by_area


def _coverage(world: RegionGraph) -> tuple[Floats, Floats]:
    """Return the coverage weights (countries,) and (subdivisions,) of kb/priors/street-view.csv.

    A group's weight is divided among its subdivisions by the square root of their people.
    """
    country_codes = _country_codes(world)
    countries = np.zeros(len(country_codes))
    subdivisions = np.zeros(len(world.subdivision_codes))
    people = _sum(world, world.leaves.population.astype(np.float64)) + 1.0
    position = {code: i for i, code in enumerate(world.subdivision_codes)}
    for code, weight in _weights_of(KB_DIR / "priors" / "street-view.csv"):
        region = world.regions.get(code)
        if region is not None and region.level == "country":
            countries[country_codes.index(code)] += weight
            continue
        if region is not None and region.level == "group":
            members = [position[c] for c in world.subdivisions_of(code)]
        else:
            members = [position[world.canonical_subdivision(code)]]
        subdivisions[members] += weight * _shares(np.sqrt(people[members]))
    return countries, subdivisions


def _weights_of(path: Path) -> list[tuple[str, float]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["code"], float(row["weight"])) for row in csv.DictReader(file)]


def _tempered(coverage: Floats, people: Floats, powers: tuple[float, float]) -> Floats:
    """Return shares proportional to a product of powers of the coverage and the people."""
    return _shares(_shares(coverage) ** powers[0] * _shares(people) ** powers[1])


def _shares(values: Floats) -> Floats:
    return np.asarray(values / values.sum())


def _sum(world: RegionGraph, values: Floats) -> Floats:
    """Sum values over the leaves of each subdivision."""
    count = len(world.subdivision_codes)
    sums = np.bincount(world.leaves.subdivision, weights=values, minlength=count)
    return sums.astype(np.float64)


def _country_codes(world: RegionGraph) -> list[str]:
    return sorted({str(world.country_of(code)) for code in world.subdivision_codes})


def _country_index(world: RegionGraph) -> npt.NDArray[np.int64]:
    """Return each subdivision's country as an index into `_country_codes`."""
    codes = {code: i for i, code in enumerate(_country_codes(world))}
    return np.array([codes[str(world.country_of(code))] for code in world.subdivision_codes])


def _from_file(world: RegionGraph, name: str) -> Floats:
    """Read the user's own weights."""
    path = Path(name)
    if path.suffix.lower() not in (".csv", ".json", ".geojson"):
        raise CluesError(
            f"Unknown prior '{name}'; choose {', '.join(_BUILT_IN)}, "
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
            f"{path}: cannot be read ({error}); give a CSV or GeoJSON file."
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
    reader = csv.DictReader(text.splitlines())
    columns = set(reader.fieldnames or ())
    by_code = {"code", "weight"} <= columns
    if not by_code and not {"lat", "lon"} <= columns:
        raise CluesError(f"{path}: the first line must be code,weight or lat,lon,weight.")
    out = np.zeros(len(world.leaves))
    inner = _spread(world)
    for number, row in enumerate(reader, start=2):
        if number > MAX_ROWS:
            raise CluesError(f"{path}: more than {MAX_ROWS:,} lines; give fewer.")
        try:
            weight = _number(row.get("weight") or "1")
            if weight < 0:
                raise CluesError(f"the weight {weight} is negative; give 0 or more.")
            out += _spread_over(world, inner, row["code"], weight) if by_code else 0.0
            if not by_code:
                _add_point(world, out, _number(row["lat"]), _number(row["lon"]), weight)
        except (CluesError, UnknownRegionError) as error:
            raise CluesError(f"{path}, line {number}: {error}") from error
    return out


def _number(text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError:
        raise CluesError(
            f"'{text}' is not a number; write one, with a point for decimals."
        ) from None
    if not np.isfinite(value):
        raise CluesError(f"'{text}' is not finite; write an ordinary number.")
    return value


def _spread_over(world: RegionGraph, inner: Floats, code: str, weight: float) -> Floats:
    """Spread a region's weight over its leaves as people live in it."""
    mask = world.leaf_mask(world.resolve(code).code)
    people = _sum(world, world.leaves.population.astype(np.float64)) + 1.0
    leaves = inner * people[world.leaves.subdivision] * mask
    return weight * _shares(leaves)


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
        shapely.GEOSException,
    ) as error:
        raise CluesError(f"{path}: not readable as GeoJSON ({error}); give polygons.") from error
    leaves = world.leaves
    out = np.zeros(len(leaves))
    for shape, weight in pairs:
        if shape.geom_type not in ("Polygon", "MultiPolygon") or not shape.is_valid:
            raise CluesError(
                f"{path}: holds a {shape.geom_type} that is no valid polygon; draw polygons."
            )
        inside = shapely.contains_xy(shape, leaves.lon, leaves.lat)
        if not inside.any():
            point = shapely.point_on_surface(shape)
            _add_point(world, out, point.y, point.x, weight)
        out[inside] += weight * leaves.area_km2[inside]
    return out
