"""What inference asks of a region graph again and again: worked out once for each graph."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from clues.regions import RegionGraph
from clues.sphere import Floats, unit_vectors

_GRAPHS = 4  # kept at a time


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """The regions of one level, and which of them each subdivision lies in.

    Attributes
    ----------
    codes
        In alphabetical order.
    of_subdivision : ndarray, shape (subdivisions,)
        Index into ``codes``; ``len(codes)`` for a subdivision in no region of this level.
    """

    codes: tuple[str, ...]
    of_subdivision: npt.NDArray[np.intp]

    def index(self, code: str) -> int | None:
        """Return the position of a region in ``codes``; None if it is not of this level."""
        place = bisect_left(self.codes, code)
        return place if place < len(self.codes) and self.codes[place] == code else None

    def sums(self, of_subdivision: Floats) -> Floats:
        """Sum values per subdivision over the regions of the level, shape (codes,)."""
        count = len(self.codes)
        sums = np.bincount(self.of_subdivision, weights=of_subdivision, minlength=count)
        return sums[:count].astype(np.float64, copy=False)


@lru_cache(_GRAPHS)
def levels(world: RegionGraph) -> Mapping[str, Level]:
    """Return the levels of a graph that consist of whole subdivisions, by name."""
    above: dict[str, dict[int, str]] = {"group": {}}  # few countries have groups
    for index, code in enumerate(world.subdivision_codes):
        for region in world.lineage(code):
            above.setdefault(world.regions[region].level, {})[index] = region
    return {name: _level(found, len(world.subdivision_codes)) for name, found in above.items()}


def _level(region_of: Mapping[int, str], subdivisions: int) -> Level:
    codes = tuple(sorted(set(region_of.values())))
    position = {code: i for i, code in enumerate(codes)}
    of_subdivision = np.full(subdivisions, len(codes), dtype=np.intp)
    for index, code in region_of.items():
        of_subdivision[index] = position[code]
    return Level(codes, of_subdivision)


def subdivisions_in(world: RegionGraph, code: str) -> npt.NDArray[np.bool_] | None:
    """Return which subdivisions lie in a region; None for zones, which cut them."""
    region = world.regions.get(code)
    level = levels(world).get(region.level) if region is not None else None
    place = level.index(code) if level is not None else None
    return None if level is None or place is None else level.of_subdivision == place


def below(world: RegionGraph, code: str) -> frozenset[str]:
    """Return the codes of all regions inside a region, zones included."""
    return _below(world).get(code, frozenset())


@lru_cache(_GRAPHS)
def _below(world: RegionGraph) -> dict[str, frozenset[str]]:
    inside: dict[str, set[str]] = {}
    for code in world.regions:
        for above in world.ancestors(code):
            inside.setdefault(above, set()).add(code)
    return {code: frozenset(found) for code, found in inside.items()}


@lru_cache(_GRAPHS)
def leaf_vectors(world: RegionGraph) -> Floats:
    """Return unit vectors of the leaves' points, shape (leaves, 3). Do not write to it."""
    vectors = unit_vectors(world.leaves.lat, world.leaves.lon)
    vectors.setflags(write=False)
    return vectors
