"""Records of the region graph: a region, and the leaves as a struct of arrays."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

# A leaf is about 1,770 km2: the radius of gyration of such a disc.
LEAF_SPREAD_KM = 17.0

Level = Literal["world", "continent", "country", "group", "subdivision", "zone"]


@dataclass(frozen=True, slots=True)
class Region:
    """A named part of the world.

    Attributes
    ----------
    code
        ``world``, a continent in lower case (``south-america``), an ISO 3166-1 alpha-2 code,
        an ISO 3166-2 code, or ``zone.<slug>``. Codes ending in ``-00`` of countries without
        ISO 3166-2 codes are synthetic.
    level
        From coarse to fine. A ``group`` is an ISO 3166-2 code above the tier chosen as
        subdivisions (GB-SCT, ES-CT); few countries have groups. A ``zone`` is an area that no
        border follows.
    parent
        The next coarser region; None for the world. A zone's parent is the world.
    lat, lon
        Degrees. A point inside the region, where most people live.
    area_km2
        Land area, from an equal-area projection.
    population
        Sum over the GeoNames places of 500 and more inhabitants.
    """

    code: str
    name: str
    level: Level
    parent: str | None
    lat: float
    lon: float
    area_km2: float
    population: int


@dataclass(frozen=True, slots=True, eq=False)
class Leaves:
    """The finest places: H3 cells of resolution 4 cut at subdivision borders.

    All arrays have shape (leaves,). Leaves are sorted by subdivision, then by cell.

    Attributes
    ----------
    lat, lon
        Degrees, float32. A point inside the piece; near its people where it has any.
    area_km2
        Land area, float32.
    population
        Inhabitants of the GeoNames places inside, int32.
    subdivision
        Index into ``RegionGraph.subdivision_codes``, int32.
    h3
        H3 cell that the piece belongs to, uint64. Antarctica's cells are of resolution 2.
    """

    lat: npt.NDArray[np.float32]
    lon: npt.NDArray[np.float32]
    area_km2: npt.NDArray[np.float32]
    population: npt.NDArray[np.int32]
    subdivision: npt.NDArray[np.int32]
    h3: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.lat)
