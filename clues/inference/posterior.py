"""The posterior: a probability for every leaf, and what follows from it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from clues.inference.places import leaf_vectors, levels, subdivisions_in
from clues.regions import Region, RegionGraph
from clues.sphere import Floats, arc_km, score, to_lat_lon

PointKind = Literal["score", "mode", "median"]
LEVELS = ("continent", "country", "subdivision")
_LEAST_KM2 = 1e-3  # smaller leaves are slivers of rounding
_HEAVY_LEAVES = 1500
_CANDIDATES = 200
_WORTH_A_STEP = 0.01  # of 5,000 points, or km
_ENOUGH = 0.5  # a region is an answer if it is more probable than all others together


@dataclass(frozen=True, slots=True)
class RegionProbability:
    """A region and its probability."""

    region: Region
    probability: float


@dataclass(frozen=True, slots=True, eq=False)
class CredibleArea:
    """The smallest set of leaves that holds a share of the probability."""

    share: float
    area_km2: float
    leaves: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Point:
    """A place with the mean GeoGuessr points it is expected to score."""

    lat: float
    lon: float
    expected_score: float


class Posterior:
    """Probabilities over the leaves of a region graph.

    Attributes
    ----------
    world
        The region graph.
    probability : ndarray, shape (leaves,)
        Sums to 1.
    """

    def __init__(self, world: RegionGraph, probability: Floats) -> None:
        self.world = world
        self.probability = probability
        self._levels: dict[str, Floats] = {}

    @cached_property
    def of_subdivision(self) -> Floats:
        """Probability of each subdivision, shape (subdivisions,)."""
        sums = np.bincount(
            self.world.leaves.subdivision,
            weights=self.probability,
            minlength=len(self.world.subdivision_codes),
        )
        return sums.astype(np.float64, copy=False)

    def _of_level(self, level: str) -> Floats:
        """Return the probability of each region of a level, in the order of their codes."""
        if level not in self._levels:
            self._levels[level] = levels(self.world)[level].sums(self.of_subdivision)
        return self._levels[level]

    def regions(self, level: str, top: int | None = None) -> list[RegionProbability]:
        """Return the regions of a level, likeliest first; `LEVELS` are those all countries have."""
        codes, mass = levels(self.world)[level].codes, self._of_level(level)
        ranked = np.argsort(-mass, kind="stable")[: top or None]
        return [RegionProbability(self.world.regions[codes[i]], float(mass[i])) for i in ranked]

    def likeliest_within(self, country: str) -> Region:
        """Return the most probable subdivision of a country."""
        known = levels(self.world)["country"]
        inside = known.of_subdivision == known.codes.index(country)
        best = int(np.argmax(np.where(inside, self.of_subdivision, -1.0)))
        return self.world.regions[self.world.subdivision_codes[best]]

    def probability_of(self, code: str) -> float:
        """Return the probability of any region, zones included."""
        inside = subdivisions_in(self.world, code)
        if inside is None:
            return float(self.probability[self.world.leaf_mask(code)].sum())
        return float(self.of_subdivision[inside].sum())

    @cached_property
    def entropy_bits(self) -> float:
        """Entropy over the leaves, in bits."""
        p = self.probability[self.probability > 0]
        return float(-(p * np.log2(p)).sum())

    def credible_area(self, share: float) -> CredibleArea:
        """Return the smallest set of leaves with at least ``share`` of the probability.

        Leaves are taken by density (probability per km2), which makes the area smallest.
        """
        order, held = self._densest
        leaves = order[: np.searchsorted(held, share - 1e-12) + 1]
        area = self.world.leaves.area_km2[leaves].astype(float)
        return CredibleArea(share, float(np.maximum(area, _LEAST_KM2).sum()), leaves)

    @cached_property
    def _densest(self) -> tuple[npt.NDArray[np.int64], Floats]:
        """Leaves by density, the densest first, and the probability held up to each."""
        area = np.maximum(self.world.leaves.area_km2.astype(float), _LEAST_KM2)
        order = np.argsort(-self.probability / area, kind="stable")
        return order, np.cumsum(self.probability[order])

    def answer(self) -> Region | None:
        """Return the finest region that is likelier than not, or None: not enough evidence.

        When unsure, answer with a coarser region (as SpeciesNet does for species).
        """
        for level in reversed(LEVELS):
            best = self.regions(level, 1)[0]
            if best.probability > _ENOUGH:
                return best.region
        return None

    def point(self, kind: PointKind = "score") -> Point:
        """Return a point estimate.

        ``mode``: the most probable leaf's place; ``score``: the place with the best expected
        GeoGuessr score; ``median``: the geodesic median, the least expected distance. The last
        two climb from the best of some hundred candidates by Weiszfeld's iteration (1937), whose
        weights are the slope of the gain over the distance.
        """
        points, mass = self._pooled
        if kind == "mode":
            best = leaf_vectors(self.world)[int(np.argmax(self.probability))]
        else:
            candidates = points[np.argsort(-mass, kind="stable")[:_CANDIDATES]]
            gain = mass @ _gain(kind, arc_km(points, candidates.T))
            best = _climb(points, mass, candidates[int(np.argmax(gain))], kind)
        lat, lon = to_lat_lon(best)
        return Point(lat, lon, float(mass @ score(arc_km(points, best))))

    @cached_property
    def _pooled(self) -> tuple[Floats, Floats]:
        """The heaviest leaves, and the rest pooled by subdivision: unit vectors and masses."""
        vectors = leaf_vectors(self.world)
        count = min(_HEAVY_LEAVES, len(self.probability))
        heavy = np.argpartition(-self.probability, count - 1)[:count]
        heavy = heavy[np.lexsort((heavy, -self.probability[heavy]))]
        rest = self.probability.copy()
        rest[heavy] = 0
        count = len(self.world.subdivision_codes)
        sub = self.world.leaves.subdivision
        mass = np.bincount(sub, weights=rest, minlength=count)
        pooled = np.stack(
            [np.bincount(sub, weights=rest * vectors[:, i], minlength=count) for i in range(3)],
            axis=1,
        )
        length = np.linalg.norm(pooled, axis=1)
        keep = (mass > 1e-7) & (length > 1e-12)
        points = np.vstack([vectors[heavy], pooled[keep] / length[keep, None]])
        return points, np.concatenate([self.probability[heavy], mass[keep]])


def _climb(points: Floats, mass: Floats, start: Floats, kind: PointKind) -> Floats:
    """Climb by Weiszfeld's iteration: each place pulls with the slope of its gain."""
    best, km = start, arc_km(points, start)
    best_gain = float(mass @ _gain(kind, km))
    for _ in range(15):
        near = np.maximum(km, 5.0)  # inside a leaf all is alike
        slope = score(near) if kind == "score" else 1.0
        target = (mass * slope / near) @ points
        length = float(np.linalg.norm(target))
        if length < 1e-15:
            break
        point = target / length
        km = arc_km(points, point)
        gain = float(mass @ _gain(kind, km))
        if gain <= best_gain + _WORTH_A_STEP:
            break
        best, best_gain = point, gain
    return best


def _gain(kind: PointKind, km: Floats) -> Floats:
    return score(km) if kind == "score" else -km
