"""The prior over leaves: where street-level photos are taken before anything is seen.

Weights live in ``kb/priors`` (see its README for how they were chosen). A prior is made of mixtures
of shares, so that every choice is one number with a meaning.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.errors import CluesError
from clues.paths import KB_DIR
from clues.regions.graph import RegionGraph
from clues.regions.prior_file import from_file
from clues.regions.shares import Floats, people, shares, spread
from clues.tabular import read_rows

# Calibrated on the training photos, see kb/priors/README.md.
COUNTRY_POWERS = (0.75, 0.4)  # of a country's shares of the coverage and of the people
SUBDIVISION_POWERS = (0.5, 0.5)  # of a subdivision's shares within its country: the geometric mean
UNKNOWN_SHARE = 0.03  # of a country's coverage, spread by people over parts without a weight
ANYWHERE_SHARE = 0.05  # of all photos, from anywhere: by people, and a part by area
FLOOR_SHARE = 0.005  # of any prior, spread by area, so that no land is impossible


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
    weights = _built_in(world, name) if name in _BUILT_IN else from_file(world, name)
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


def covered_countries(world: RegionGraph) -> list[str]:
    """Return the countries that have street-level coverage, in alphabetical order."""
    weights = _weights_of(KB_DIR / "priors" / "street-view.csv")
    codes = {code for code, weight in weights if weight > 0 and code in world.regions}
    return sorted(code for code in codes if world.regions[code].level == "country")


@lru_cache(maxsize=8)
def _built_in(world: RegionGraph, name: str) -> Floats:
    """Return the weights of a built-in prior: the same for every photo. Do not write to them."""
    weights = _BUILT_IN[name](world)
    weights.setflags(write=False)
    return weights


def _street_view(world: RegionGraph) -> Floats:
    """Mix photos from where coverage is with some from anywhere."""
    countries, subdivisions = _coverage(world)
    inhabitants = people(world)
    country = _country_index(world)
    country_people = np.bincount(country, weights=inhabitants).astype(np.float64)
    by_country = _tempered(countries, country_people, COUNTRY_POWERS)
    share = np.zeros(len(inhabitants))
    for index in range(len(countries)):
        members = np.flatnonzero(country == index)
        own = shares(inhabitants[members])
        covered = subdivisions[members]
        if covered.sum() > 0:
            covered = (1 - UNKNOWN_SHARE) * shares(covered) + UNKNOWN_SHARE * own
        else:
            covered = own
        share[members] = by_country[index] * _tempered(covered, own, SUBDIVISION_POWERS)
    within = spread(world)
    return (1 - ANYWHERE_SHARE) * share[world.leaves.subdivision] * within + (
        ANYWHERE_SHARE * _anywhere(world)
    )


def _anywhere(world: RegionGraph) -> Floats:
    """Photos from any country, covered or not, by the square root of its people."""
    inhabitants = people(world)
    country = _country_index(world)
    total = np.bincount(country, weights=inhabitants)
    share = shares(np.sqrt(total))[country] * inhabitants / total[country]
    return share[world.leaves.subdivision] * spread(world)


def _population(world: RegionGraph) -> Floats:
    return world.leaves.population.astype(np.float64)


def _uniform_land(world: RegionGraph) -> Floats:
    return world.leaves.area_km2.astype(np.float64)


_BUILT_IN: dict[str, Callable[[RegionGraph], Floats]] = {
    "street-view": _street_view,
    "population": _population,
    "uniform-land": _uniform_land,
}


def _coverage(world: RegionGraph) -> tuple[Floats, Floats]:
    """Return the coverage weights (countries,) and (subdivisions,) of kb/priors/street-view.csv.

    A group's weight is divided among its subdivisions by the square root of their people.
    """
    country_codes = _country_codes(world)
    countries = np.zeros(len(country_codes))
    subdivisions = np.zeros(len(world.subdivision_codes))
    inhabitants = people(world)
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
        subdivisions[members] += weight * shares(np.sqrt(inhabitants[members]))
    return countries, subdivisions


def _weights_of(path: Path) -> list[tuple[str, float]]:
    rows, _ = read_rows(path, ("code", "weight"))
    return [(row["code"], float(row["weight"])) for row in rows]


def _tempered(coverage: Floats, inhabitants: Floats, powers: tuple[float, float]) -> Floats:
    """Return shares proportional to a product of powers of the coverage and the people."""
    return shares(shares(coverage) ** powers[0] * shares(inhabitants) ** powers[1])


def _country_codes(world: RegionGraph) -> list[str]:
    return sorted({str(world.country_of(code)) for code in world.subdivision_codes})


def _country_index(world: RegionGraph) -> npt.NDArray[np.int64]:
    """Return each subdivision's country as an index into `_country_codes`."""
    codes = {code: i for i, code in enumerate(_country_codes(world))}
    return np.array([codes[str(world.country_of(code))] for code in world.subdivision_codes])
