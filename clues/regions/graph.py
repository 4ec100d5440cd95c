"""The region graph: world > continent > country > (group >) subdivision > leaf, and zones."""

from collections.abc import Mapping
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clues.errors import UnknownRegionError
from clues.paths import KB_DIR
from clues.regions import store
from clues.regions.model import Leaves, Level, Region

if TYPE_CHECKING:
    import geopandas
    import networkx

    from clues.regions.names import NameIndex
    from clues.regions.zones import Zone

WORLD = "world"
CONTINENTS = {
    "africa": "Africa",
    "antarctica": "Antarctica",
    "asia": "Asia",
    "europe": "Europe",
    "north-america": "North America",
    "oceania": "Oceania",
    "south-america": "South America",
}


class RegionGraph:
    """The world's regions and leaves.

    Attributes
    ----------
    leaves
        Struct of arrays, each of shape (leaves,).
    subdivision_codes
        ISO 3166-2 codes; ``leaves.subdivision`` indexes them.
    regions
        Every region by its code.
    """

    def __init__(self, folder: Path, zones_folder: Path | None) -> None:
        self._folder = folder
        self._zones_folder = zones_folder
        self.leaves: Leaves = store.read_leaves(folder / store.LEAVES)
        rows = store.read_csv(folder / store.SUBDIVISIONS)
        self.subdivision_codes: tuple[str, ...] = tuple(row["code"] for row in rows)
        regions = _regions(folder, rows, self)
        self._masks: dict[str, npt.NDArray[np.bool_]] = {}
        self._above: dict[str, tuple[str, ...]] = {}
        self._index = {code: i for i, code in enumerate(self.subdivision_codes)}
        self._children: dict[str, list[str]] = {}
        for region in regions.values():
            if region.parent is not None and region.level != "zone":
                self._children.setdefault(region.parent, []).append(region.code)
        self._base = regions

    @cached_property
    def zones(self) -> Mapping[str, "Zone"]:
        """The zones of ``kb/zones`` by code."""
        from clues.regions.zones import load_zones

        found = load_zones(self._zones_folder, self) if self._zones_folder else {}
        return MappingProxyType(found)

    @cached_property
    def regions(self) -> Mapping[str, Region]:
        """Every region by its code, zones last."""
        zones = {code: zone.region for code, zone in self.zones.items()}
        return MappingProxyType({**self._base, **zones})

    def _region(self, code: str) -> Region:
        region = self._base.get(code) or self.regions.get(code)
        if region is None:
            raise UnknownRegionError(self._unknown(code))
        return region

    def _unknown(self, code: str) -> str:
        similar = self._names.similar(code)
        hint = f"; did you mean {similar}?" if similar else "."
        return f"Unknown region '{code[:60]}'{hint}"

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Return the codes above a region, nearest first, ending with ``world``."""
        if code not in self._above:
            above: list[str] = []
            parent = self._region(code).parent
            while parent is not None:
                above.append(parent)
                parent = self._base[parent].parent
            self._above[code] = tuple(above)
        return self._above[code]

    def of_level(self, level: Level) -> list[str]:
        """Return the codes of all regions of a level, in alphabetical order."""
        return sorted(code for code, region in self.regions.items() if region.level == level)

    def lineage(self, code: str) -> tuple[str, ...]:
        """Return a region's code and those above it, from the finest to ``world``."""
        return (code, *self.ancestors(code))

    def children(self, code: str) -> tuple[str, ...]:
        """Return the codes right below a region; zones are nobody's children."""
        self._region(code)
        return tuple(self._children.get(code, ()))

    def leaf_mask(self, code: str) -> npt.NDArray[np.bool_]:
        """Return which leaves lie in a region, shape (leaves,). Do not write to it."""
        if code not in self._masks:
            region = self._region(code)
            if region.level == "zone":
                mask = self.zones[code].leaf_mask
            else:
                inside = np.zeros(len(self.subdivision_codes), dtype=bool)
                inside[[self._index[c] for c in self.subdivisions_of(code)]] = True
                mask = inside[self.leaves.subdivision]
            mask.setflags(write=False)
            self._masks[code] = mask
        return self._masks[code]

    def subdivisions_of(self, code: str) -> tuple[str, ...]:
        """Return the subdivisions of a region that is no zone (itself, if it is one)."""
        if code in self._index:
            return (code,)
        return tuple(c for child in self.children(code) for c in self.subdivisions_of(child))

    def country_of(self, code: str) -> str | None:
        """Return the country of a group, subdivision or country; None for what is larger."""
        for candidate in self.lineage(code):
            if self._region(candidate).level == "country":
                return candidate
        return None

    def find(self, lat: float, lon: float) -> Region | None:
        """Return the subdivision of a point, by geometry.

        Off every coast, the nearest subdivision within 30 km counts; beyond that, None.
        """
        position = self._locator.find(lat, lon)
        return None if position is None else self._base[self.subdivision_codes[position]]

    @cached_property
    def _locator(self) -> Any:
        from clues.regions.geometry import Locator

        return Locator(store.read_borders(self._folder / store.BORDERS))

    def borders(self, level: str) -> "geopandas.GeoDataFrame":
        """Return simplified borders for maps: code, name, geometry (EPSG:4326).

        Parameters
        ----------
        level
            ``country``, ``subdivision``, ``continent``, ``group`` or ``zone``.
        """
        from clues.regions.geometry import borders

        return borders(self, self._folder, level)

    @cached_property
    def adjacency(self) -> "networkx.Graph":
        """Return which subdivisions touch: a connected graph over their codes.

        Edge attributes: ``kind`` is ``border`` (``km``: length of the shared border) or ``strait``
        (``km``: width of the water or gap between them).
        """
        import networkx

        graph = networkx.Graph()
        graph.add_nodes_from(self.subdivision_codes)
        for row in store.read_csv(self._folder / store.ADJACENCY):
            graph.add_edge(row["a"], row["b"], kind=row["kind"], km=float(row["km"]))
        return graph

    @cached_property
    def _names(self) -> "NameIndex":
        from clues.regions.names import NameIndex

        return NameIndex(self, self.names, self.aliases)

    @property
    def names(self) -> list[tuple[str, str]]:
        """(Code, name) of countries and subdivisions in every language; read anew each time."""
        return store.read_names(self._folder / store.NAMES)

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Outdated and finer codes, and the code of today's subdivision that holds them."""
        rows = store.read_csv(self._folder / store.ALIASES)
        return MappingProxyType({row["code"]: row["now"] for row in rows})

    def canonical_subdivision(self, code: str) -> str:
        """Return today's subdivision for a current, outdated or finer code (FR-69: FR-ARA)."""
        if code in self._index:
            return code
        if code in self.aliases:
            return self.aliases[code]
        raise UnknownRegionError(self._unknown(code))

    def resolve(self, text: str) -> Region:
        """Return the region that a code or a name in any of 20 languages means.

        "Córdoba, Argentina" narrows a name to a country. An unknown or ambiguous text raises
        UnknownRegionError with suggestions.
        """
        code = text.strip()
        if code in self.regions:  # without reading all names
            return self.regions[code]
        return self._region(self._names.resolve(text))


@cache
def load_regions() -> RegionGraph:
    """Return the region graph of ``kb/regions`` with the zones of ``kb/zones``; loaded once."""
    store.finish_build(KB_DIR / "regions")
    return RegionGraph(KB_DIR / "regions", KB_DIR / "zones")


def _regions(folder: Path, rows: list[dict[str, str]], world: RegionGraph) -> dict[str, Region]:
    """Build all regions but the zones; sums and centres come from the leaves."""
    low = [(r["code"], r["name"], "subdivision", r["group"] or r["country"]) for r in rows]
    groups = [
        (r["code"], r["name"], "group", r["country"]) for r in store.read_csv(folder / store.GROUPS)
    ]
    countries = [
        (r["code"], r["name"], "country", r["continent"])
        for r in store.read_csv(folder / store.COUNTRIES)
    ]
    continents = [(code, name, "continent", WORLD) for code, name in CONTINENTS.items()]
    out = {}
    for code, name, level, parent in [(WORLD, "World", "world", None), *continents, *countries]:
        out[code] = (name, level, parent)
    for code, name, level, parent in [*groups, *low]:
        out[code] = (name, level, parent)
    sums = _sums(out, world)
    return {
        code: Region(code, name, level, parent, *sums[code])  # type: ignore[arg-type]
        for code, (name, level, parent) in out.items()
    }


def _sums(
    above: Mapping[str, tuple[str, str, str | None]], world: RegionGraph
) -> dict[str, tuple[float, float, float, int]]:
    """Return (lat, lon, area_km2, population) per region; the point is its fullest leaf's."""
    leaves, count = world.leaves, len(world.subdivision_codes)
    area = np.bincount(leaves.subdivision, weights=leaves.area_km2, minlength=count)
    people = np.bincount(leaves.subdivision, weights=leaves.population, minlength=count)
    # Leaves are sorted by subdivision: the last of each run after sorting by people is the fullest.
    order = np.lexsort((leaves.area_km2, leaves.population, leaves.subdivision))
    last = order[np.append(np.flatnonzero(np.diff(leaves.subdivision[order])), len(order) - 1)]
    total: dict[str, list[float]] = {}
    for i, code in enumerate(world.subdivision_codes):
        leaf = int(last[i])
        rank = (float(leaves.population[leaf]), float(leaves.area_km2[leaf]), leaf)
        at: str | None = code
        while at is not None:
            entry = total.setdefault(at, [0.0, 0.0, -1.0, 0.0, 0])
            entry[0] += area[i]
            entry[1] += people[i]
            if rank[:2] > (entry[2], entry[3]):
                entry[2:] = rank
            at = above[at][2]
    return {
        code: (
            round(float(leaves.lat[int(leaf)]), 4),
            round(float(leaves.lon[int(leaf)]), 4),
            float(km2),
            int(inhabitants),
        )
        for code, (km2, inhabitants, _, _, leaf) in total.items()
    }
