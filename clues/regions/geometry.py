"""Which subdivision holds a point, and the borders for maps."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from clues.errors import CluesError
from clues.regions import store
from clues.regions.model import Level

if TYPE_CHECKING:
    import geopandas

    from clues.regions.graph import RegionGraph

OFFSHORE_KM = 30.0
_KM_PER_DEG = 111.2


class Locator:
    """Points in polygons.

    Parameters
    ----------
    shapes : ndarray, shape (subdivisions,)
        Polygons in degrees.
    """

    def __init__(self, shapes: npt.NDArray[Any]) -> None:
        import shapely

        self._parts, self._owner = shapely.get_parts(shapes, return_index=True)
        self._tree = shapely.STRtree(self._parts)

    def find(self, lat: float, lon: float) -> int | None:
        """Return the index of the subdivision, or None far from all land."""
        import shapely

        if not (-90 <= lat <= 90 and np.isfinite(lon)):
            raise CluesError(
                f"No such position: latitude {lat}, longitude {lon}; latitudes are -90 to 90."
            )
        lon = (lon + 180) % 360 - 180
        inside = self._tree.query(shapely.Point(lon, lat), predicate="intersects")
        if len(inside):
            return int(self._owner[inside.min()])
        return self._nearest(lat, lon)

    def _nearest(self, lat: float, lon: float) -> int | None:
        """Search a box, in which degrees of longitude are shrunk by the latitude."""
        import shapely

        stretch = max(np.cos(np.radians(lat)), 0.05)
        reach = OFFSHORE_KM / _KM_PER_DEG
        best: tuple[float, int] | None = None
        for turn in (-360, 0, 360):  # land across the antimeridian is near as well
            x = lon + turn
            near = self._tree.query(
                shapely.box(x - reach / stretch, lat - reach, x + reach / stretch, lat + reach)
            )
            if len(near) == 0:
                continue
            flat = shapely.transform(self._parts[near], lambda xy: xy * [stretch, 1])
            gap = shapely.distance(flat, shapely.Point(x * stretch, lat)) * _KM_PER_DEG
            i = int(np.argmin(gap))
            if gap[i] <= OFFSHORE_KM and (best is None or gap[i] < best[0]):
                best = (float(gap[i]), int(self._owner[near[i]]))
        return best[1] if best else None


def borders(world: "RegionGraph", folder: Path, level: str) -> "geopandas.GeoDataFrame":
    """Return simplified borders of one level: code, name, geometry."""
    import geopandas

    if level == "zone":
        return geopandas.GeoDataFrame(
            {"code": list(world.zones), "name": [z.region.name for z in world.zones.values()]},
            geometry=[z.geometry for z in world.zones.values()],
            crs=4326,
        )
    if level not in ("country", "subdivision", "continent", "group"):
        raise CluesError(
            f"There are no borders of level '{level}'; "
            "choose continent, country, group, subdivision or zone."
        )
    stored: Level = "subdivision" if level in ("subdivision", "group") else "country"
    codes = world.of_level(stored)
    shapes = store.read_borders(folder / store.MAPS[stored])
    table = geopandas.GeoDataFrame({"code": codes}, geometry=shapes, crs=4326)
    if level != stored:
        table["code"] = [world.regions[code].parent for code in codes]
        table = table[[world.regions[code].level == level for code in table["code"]]]
        table = table.dissolve("code", as_index=False)[["code", "geometry"]]
    table["name"] = [world.regions[code].name for code in table["code"]]
    return table[["code", "name", "geometry"]]
