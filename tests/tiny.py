"""A tiny world and knowledge base, for tests that need neither the real ones nor their size.

Six countries of boxes, about thirty leaves. `TinyWorld` offers what `clues.regions.RegionGraph`
offers; `tiny_location` fuses cues under it as `Locator.locate` does.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

import geopandas as gpd
import h3
import networkx as nx
import numpy as np
from shapely.geometry import Point as Dot
from shapely.geometry import box
from shapely.ops import unary_union

from clues.cue import Cue
from clues.errors import UnknownRegionError
from clues.inference import Engine, Tables
from clues.knowledge.base import KnowledgeBase
from clues.knowledge.model import Clue, Variable
from clues.photo import Photo
from clues.pipeline import Extraction, Failure, Location

DAY = date(2026, 11, 24)

NAMES = {
    "world": "World", "europe": "Europe", "asia": "Asia", "south-america": "South America",
    "ES": "Spain", "PT": "Portugal", "FR": "France", "JP": "Japan", "RU": "Russia",
    "BR": "Brazil",
}  # fmt: skip
CONTINENT = {
    "ES": "europe", "PT": "europe", "FR": "europe", "JP": "asia", "RU": "europe",
    "BR": "south-america",
}  # fmt: skip
# code: (name, population, west, south, east, north)
SUBDIVISIONS = {
    "ES-AN": ("Andalusia", 8_500_000, -7.4, 36.6, -1.8, 38.6),
    "ES-CL": ("Castile and León", 2_400_000, -6.9, 41.2, -2.0, 43.0),
    "ES-MD": ("Madrid", 6_700_000, -4.5, 39.9, -3.1, 41.2),
    "PT-08": ("Faro", 470_000, -8.9, 37.0, -7.4, 37.5),
    "PT-11": ("Lisbon", 2_300_000, -9.5, 38.5, -8.7, 39.4),
    "FR-IDF": ("Île-de-France", 12_300_000, 1.5, 48.2, 3.4, 49.2),
    "FR-NAQ": ("Nouvelle-Aquitaine", 6_000_000, -1.6, 43.2, 2.0, 46.5),
    "JP-13": ("Tokyo", 14_000_000, 139.0, 35.5, 139.9, 35.9),
    "JP-23": ("Aichi", 7_500_000, 136.7, 34.6, 137.8, 35.4),
    "RU-CHU": ("Chukotka", 50_000, 170.0, 64.0, 180.0, 68.0),
    "RU-MOW": ("Moscow", 13_000_000, 36.8, 55.1, 38.0, 56.0),
    "RU-NVS": ("Novosibirsk", 2_800_000, 75.5, 53.5, 85.0, 57.0),
    "BR-AM": ("Amazonas", 4_000_000, -70.0, -8.0, -58.0, 1.0),
    "BR-SP": ("São Paulo", 46_000_000, -52.0, -24.5, -45.0, -20.0),
}
_WORLD_KM2 = 510_000_000.0


@dataclass(frozen=True)
class TinyRegion:
    code: str
    name: str
    level: str
    parent: str | None
    lat: float
    lon: float
    area_km2: float
    population: int


@dataclass(frozen=True)
class TinyLeaves:
    lat: np.ndarray
    lon: np.ndarray
    area_km2: np.ndarray
    population: np.ndarray
    subdivision: np.ndarray
    h3: np.ndarray

    def __len__(self) -> int:
        return len(self.lat)


class TinyWorld:
    """Six countries of boxes."""

    def __init__(self) -> None:
        self.subdivision_codes = tuple(sorted(SUBDIVISIONS))
        self._boxes = {code: box(*SUBDIVISIONS[code][2:]) for code in self.subdivision_codes}
        self.leaves = self._make_leaves()
        self.regions = {region.code: region for region in self._make_regions()}
        self.adjacency = nx.Graph([("ES-CL", "ES-MD"), ("ES-AN", "PT-08")])

    def _make_leaves(self) -> TinyLeaves:
        rows = []
        for index, code in enumerate(self.subdivision_codes):
            _, population, west, south, east, north = SUBDIVISIONS[code]
            lats = np.arange(south + 0.2, north, max(0.4, (north - south) / 3))
            lons = np.arange(west + 0.2, east, max(0.4, (east - west) / 3))
            cells = sorted({h3.latlng_to_cell(lat, lon, 4) for lat in lats for lon in lons})
            for cell in cells:
                lat, lon = h3.cell_to_latlng(cell)
                area = h3.cell_area(cell, unit="km^2")
                rows.append((lat, lon, area, population / len(cells), index, h3.str_to_int(cell)))
        types = (np.float32, np.float32, np.float32, np.float32, np.int32, np.uint64)
        columns = [np.array(c, t) for c, t in zip(zip(*rows, strict=True), types, strict=True)]
        return TinyLeaves(*columns)

    def _make_regions(self) -> Iterable[TinyRegion]:
        yield TinyRegion("world", "World", "world", None, 0, 0, _WORLD_KM2, 8_000_000_000)
        for code in dict.fromkeys(CONTINENT.values()):
            yield TinyRegion(code, NAMES[code], "continent", "world", 50, 10, 1e7, 500_000_000)
        for code, parent in CONTINENT.items():
            place = unary_union([b for c, b in self._boxes.items() if c.startswith(code)]).centroid
            yield TinyRegion(
                code, NAMES[code], "country", parent, place.y, place.x, 5e5, 50_000_000
            )
        for code, (name, population, west, south, east, north) in SUBDIVISIONS.items():
            lat, lon = (south + north) / 2, (west + east) / 2
            parent = code[:2]
            yield TinyRegion(code, name, "subdivision", parent, lat, lon, 1e4, population)

    def ancestors(self, code: str) -> tuple[str, ...]:
        out = []
        while (parent := self.regions[code].parent) is not None:
            out.append(parent)
            code = parent
        return tuple(out)

    def of_level(self, level: str) -> list[str]:
        return sorted(r.code for r in self.regions.values() if r.level == level)

    def lineage(self, code: str) -> tuple[str, ...]:
        return (code, *self.ancestors(code))

    def country_of(self, code: str) -> str | None:
        return next((c for c in self.lineage(code) if self.regions[c].level == "country"), None)

    def children(self, code: str) -> tuple[str, ...]:
        return tuple(r.code for r in self.regions.values() if r.parent == code)

    def leaf_mask(self, code: str) -> np.ndarray:
        inside = [code in self.lineage(s) for s in self.subdivision_codes]
        return np.array(inside)[self.leaves.subdivision]

    def find(self, lat: float, lon: float) -> TinyRegion | None:
        for code, area in self._boxes.items():
            if area.contains(Dot(lon, lat)):
                return self.regions[code]
        return None

    def borders(self, level: str) -> gpd.GeoDataFrame:
        regions = [r for r in self.regions.values() if r.level == level]
        shapes = [
            unary_union([b for c, b in self._boxes.items() if r.code in self.lineage(c)])
            for r in regions
        ]
        data = {"code": [r.code for r in regions], "name": [r.name for r in regions]}
        return gpd.GeoDataFrame(data, geometry=shapes, crs="EPSG:4326")

    def resolve(self, text: str) -> TinyRegion:
        for region in self.regions.values():
            if text in (region.code, region.name):
                return region
        raise UnknownRegionError(f"unknown region '{text}'.")


@cache
def tiny_world() -> TinyWorld:
    """Return the shared tiny world."""
    return TinyWorld()


def _clue(slug: str, cue: str, value: str, says: str, line: int, **where: str) -> Clue:
    return Clue(
        id=f"{cue}.{slug}",
        cue=cue,
        value=value,
        says=says,
        where={code.replace("_", "-"): share for code, share in where.items()},
        sources=[{"url": f"https://example.org/{slug}", "title": "Guide", "checked": DAY}],
        since=DAY,
        file=f"kb/clues/{cue.split('.')[0]}/tiny.yaml",
        line=line,
    )


@cache
def tiny_kb() -> KnowledgeBase:
    """Return the shared tiny knowledge base."""
    variables = [
        Variable(
            id="traffic.driving-side", says="Driving side", kind="categorical",
            values={"left": "Traffic keeps left", "right": "Traffic keeps right"},
            question="On which side of the road does traffic drive?",
        ),
        Variable(
            id="text.language", says="Language of the writing", kind="categorical",
            values={"es": "Spanish", "pt": "Portuguese", "fr": "French", "ja": "Japanese",
                    "ru": "Russian"},
            question="In which language is the writing?",
        ),
        Variable(id="text.place-name", says="A place name", kind="region"),
        Variable(id="vegetation.palm", says="Palm trees", question="Do you see palm trees?"),
        Variable(id="vegetation.birch", says="Birches", question="Do you see birches?"),
        Variable(
            id="plates.blue-strip", says="Number plate with a blue strip",
            question="Is there a blue strip at the edge of the number plate?",
        ),
    ]  # fmt: skip
    clues = (
        _clue("right", "traffic.driving-side", "right", "Most of the world keeps right.", 3,
              europe="always", BR="always", JP="never"),
        _clue("left", "traffic.driving-side", "left", "Japan keeps left.", 12, JP="always"),
        _clue("spanish", "text.language", "es", "Spanish is written in Spain.", 4, ES="usual",
              PT="rare", FR="rare"),
        _clue("portuguese", "text.language", "pt", "Portuguese in Portugal and Brazil.", 14,
              PT="usual", BR="usual"),
        _clue("french", "text.language", "fr", "French in France.", 24, FR="usual"),
        _clue("japanese", "text.language", "ja", "Japanese in Japan.", 34, JP="usual"),
        _clue("russian", "text.language", "ru", "Russian in Russia.", 44, RU="usual"),
        _clue("palms", "vegetation.palm", "present", "Palms line the southern coasts.", 7,
              ES_AN="common", PT_08="common", BR="occasional"),
        _clue("birches", "vegetation.birch", "present", "Birches fill the taiga.", 17, RU="common"),
        _clue("eu", "plates.blue-strip", "present", "Plates in the EU have a blue strip.", 5,
              ES="usual", PT="usual", FR="usual"),
    )  # fmt: skip
    return KnowledgeBase({v.id: v for v in variables}, clues, version="tiny")


def tiny_location(
    cues: Iterable[Cue],
    photo: Photo | None = None,
    *,
    within: str | None = None,
    failures: tuple[Failure, ...] = (),
) -> Location:
    """Fuse cues under the tiny world and knowledge base, with a prior by population."""
    world = tiny_world()
    engine = Engine(Tables(tiny_kb(), world))
    population = world.leaves.population.astype(float)
    with np.errstate(divide="ignore"):
        log_prior = np.log(np.where(world.leaf_mask(within or "world"), population, 0.0))
    extraction = Extraction(tuple(cues), failures, {"ocr": 0.42})
    fusion = engine.fuse(extraction.cues, log_prior)
    point = fusion.posterior.point("score")
    return Location(photo, extraction, fusion, point, engine, "population")
