"""Cut the world's H3 cells at subdivision borders: the leaves."""

from typing import Any

import h3
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from clues.regions.build.shapes import area_km2

RESOLUTION = 4
ANTARCTIC_RESOLUTION = 2
SLIVER_KM2 = 0.3  # smaller pieces are dropped, unless the subdivision is small itself
SLIVER_SHARE = 0.0005
COAST_DEG = 0.3  # a place off the simplified coast belongs to a leaf of its country this near


def cells(resolution: int, south: float, north: float) -> tuple[npt.NDArray[np.uint64], Any]:
    """Return all H3 cells touching a band of latitudes as (ids, polygons in degrees).

    A cell across the antimeridian is returned twice, once for each side; one around a pole is
    a band up to the pole.
    """
    ids: list[int] = []
    shapes: list[Any] = []
    for root in h3.get_res0_cells():
        for cell in h3.cell_to_children(root, resolution):
            ring = np.array(h3.cell_to_boundary(cell))[:, ::-1]
            if ring[:, 1].max() < south or ring[:, 1].min() > north:
                continue
            for polygon in _unwrap(ring):
                ids.append(h3.str_to_int(cell))
                shapes.append(polygon)
    return np.array(ids, dtype=np.uint64), np.array(shapes, dtype=object)


def _unwrap(ring: npt.NDArray[np.float64]) -> list[Any]:
    if np.ptp(ring[:, 0]) < 180:
        return [shapely.Polygon(ring)]
    turned = np.unwrap(ring[:, 0], period=360)
    turned_back = turned[-1] + (ring[0, 0] - turned[-1] + 180) % 360 - 180
    if abs(turned_back - turned[0]) > 180:  # the ring runs round a pole
        pole = np.copysign(90.0, ring[:, 1].mean())
        order = np.argsort(ring[:, 0])
        lon, lat = ring[order, 0], ring[order, 1]
        edge = (lat[0] + lat[-1]) / 2
        corners = [
            (-180, edge),
            *zip(lon, lat, strict=True),
            (180, edge),
            (180, pole),
            (-180, pole),
        ]
        return [shapely.Polygon(corners)]
    polygon = shapely.Polygon(np.column_stack([turned, ring[:, 1]]))
    box = shapely.box(-180, -90, 180, 90)
    halves = [
        shapely.intersection(shapely.transform(polygon, lambda xy, d=d: xy + np.array([d, 0])), box)
        for d in (-360, 0, 360)
    ]
    return [half for half in halves if shapely.area(half) > 0]


def cut(shapes: npt.NDArray[Any], coarse: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """Return one row per leaf: subdivision (index), h3, geometry, area_km2.

    Parameters
    ----------
    shapes
        Polygons of the subdivisions, degrees.
    coarse
        Which subdivisions take the coarse cells of Antarctica.
    """
    tables = []
    for members, resolution, south in (
        (np.flatnonzero(~coarse), RESOLUTION, -61.0),
        (np.flatnonzero(coarse), ANTARCTIC_RESOLUTION, -90.0),
    ):
        if len(members) == 0:
            continue
        north = float(shapely.bounds(shapes[members])[:, 3].max())
        ids, hexagons = cells(resolution, south, north)
        tables.append(_cut(shapes, members, ids, hexagons))
    table = pd.concat(tables)
    total = pd.Series(area_km2(shapes))
    share = table.area_km2 / total[table.subdivision].to_numpy()
    table = table[(table.area_km2 >= SLIVER_KM2) | (share >= SLIVER_SHARE)].copy()
    # Neighbouring cells overlap by some metres where H3's icosahedron has an edge.
    pieces = table.groupby("subdivision").area_km2.sum().reindex(total.index)
    table["area_km2"] *= (total / pieces).clip(upper=1.0)[table.subdivision].to_numpy()
    return table.sort_values(["subdivision", "h3"]).reset_index(drop=True)


def _cut(
    shapes: npt.NDArray[Any],
    members: npt.NDArray[np.int64],
    ids: npt.NDArray[np.uint64],
    hexagons: npt.NDArray[Any],
) -> pd.DataFrame:
    tree = shapely.STRtree(hexagons)
    rows = []
    for member in members:
        shape = shapes[member]
        # Polygon by polygon: an archipelago's box would meet many empty cells.
        for polygon in shapely.get_parts(shape):
            shapely.prepare(polygon)
            near = tree.query(polygon, predicate="intersects")
            whole = shapely.contains_properly(polygon, hexagons[near])
            rows += [(member, ids[i], hexagons[i]) for i in near[whole]]
            if (~whole).any():
                rest = near[~whole]
                pieces = shapely.intersection(polygon, hexagons[rest])
                rows += [(member, ids[i], p) for i, p in zip(rest, pieces, strict=True)]
    table = pd.DataFrame(rows, columns=["subdivision", "h3", "geometry"])
    table["area_km2"] = area_km2(table.geometry.to_numpy())
    table = table[table.area_km2 > 1e-6]
    return _merge(table)


def _merge(table: pd.DataFrame) -> pd.DataFrame:
    """Pool the pieces of one subdivision in one cell."""
    keys = ["subdivision", "h3"]
    single = ~table.duplicated(keys, keep=False)
    groups = table[~single].groupby(keys)
    merged = groups.agg(
        geometry=("geometry", lambda g: shapely.multipolygons(list(_parts(g)))),
        area_km2=("area_km2", "sum"),
    ).reset_index()
    return pd.concat([table[single], merged], ignore_index=True)


def _parts(shapes: pd.Series) -> Any:
    parts = shapely.get_parts(shapely.get_parts(shapes.to_numpy()))
    return parts[shapely.get_dimensions(parts) == 2]


def populate(
    table: pd.DataFrame, places: pd.DataFrame, country_of: npt.NDArray[Any]
) -> pd.DataFrame:
    """Add population, lat and lon to the leaves.

    A place counts where its point falls; off the simplified coast or across a border, in the
    nearest leaf of its own country. The point of a leaf is its people's mean position, or the
    largest place if the mean lies outside; without people, a point in its middle.
    """
    shapes = table.geometry.to_numpy()
    leaf = _leaf_of(places, shapes, country_of[table.subdivision.to_numpy()])
    known = leaf >= 0
    people = places[known].assign(leaf=leaf[known], weight=places.population[known].clip(lower=1))
    table = table.copy()
    population = people.groupby("leaf").population.sum()
    table["population"] = population.reindex(table.index, fill_value=0).astype(np.int64)
    middle = shapely.centroid(shapes)
    outside = ~shapely.covers(shapes, middle)
    middle[outside] = shapely.point_on_surface(shapes[outside])
    table["lon"], table["lat"] = shapely.get_x(middle), shapely.get_y(middle)
    mean = people.assign(x=people.lon * people.weight, y=people.lat * people.weight).groupby("leaf")
    total = mean.weight.sum()
    centre = shapely.points(mean.x.sum() / total, mean.y.sum() / total)
    largest = people.sort_values("weight").groupby("leaf").tail(1).set_index("leaf")
    largest = largest.loc[total.index]
    inside = shapely.covers(shapes[total.index], centre)
    table.loc[total.index, "lon"] = np.where(inside, shapely.get_x(centre), largest.lon)
    table.loc[total.index, "lat"] = np.where(inside, shapely.get_y(centre), largest.lat)
    return _keep_inside(table, shapes)


def _keep_inside(table: pd.DataFrame, shapes: npt.NDArray[Any]) -> pd.DataFrame:
    """Move points that lie off their piece (a harbour off the coast) to the nearest place on it."""
    points = shapely.points(table.lon, table.lat)
    off = np.flatnonzero(~shapely.covers(shapes, points))
    surface = shapely.point_on_surface(shapes[off])
    edge = shapely.get_point(shapely.shortest_line(shapes[off], points[off]), 0)
    x = shapely.get_x(edge) * 0.95 + shapely.get_x(surface) * 0.05
    y = shapely.get_y(edge) * 0.95 + shapely.get_y(surface) * 0.05
    good = shapely.covers(shapes[off], shapely.points(x, y))
    table.loc[off, "lon"] = np.where(good, x, shapely.get_x(surface))
    table.loc[off, "lat"] = np.where(good, y, shapely.get_y(surface))
    return table


def _leaf_of(
    places: pd.DataFrame, shapes: npt.NDArray[Any], country: npt.NDArray[Any]
) -> npt.NDArray[np.int64]:
    """Return the leaf of each place, -1 where none is near."""
    points = shapely.points(places.lon, places.lat)
    leaf = np.full(len(points), -1, dtype=np.int64)
    inside, hit = shapely.STRtree(shapes).query(points, predicate="intersects")
    leaf[inside] = hit
    wrong = (leaf < 0) | (country[leaf] != places.countrycode.to_numpy())
    for code in np.unique(places.countrycode[wrong]):
        own = np.flatnonzero(country == code)
        stray = np.flatnonzero(wrong & (places.countrycode == code).to_numpy())
        if len(own) == 0:
            continue
        index, near = shapely.STRtree(shapes[own]).query_nearest(
            points[stray], max_distance=COAST_DEG, all_matches=False
        )
        leaf[stray[index]] = own[near]
    return leaf
