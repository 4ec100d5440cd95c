"""Which subdivisions touch, and which are linked across water."""

from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

EARTH_KM = 6371.0
TOUCH_DEG = 0.003  # gaps left by simplification are no water
STRAIT_KM = 35.0  # every pair this near is linked, not only the nearest


def adjacency(codes: npt.NDArray[Any], shapes: npt.NDArray[Any]) -> nx.Graph:
    """Return the graph of shared borders (km: length) and straits (km: width), connected."""
    graph = nx.Graph()
    graph.add_nodes_from(codes)
    for a, b, km in _borders(shapes):
        graph.add_edge(codes[a], codes[b], kind="border", km=round(km, 1))
    _link(graph, codes, shapes)
    return graph


def _borders(shapes: npt.NDArray[Any]) -> list[tuple[int, int, float]]:
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCH_DEG)
    pairs = np.unique(np.sort(np.column_stack([first, second])[first != second], axis=1), axis=0)
    near = shapely.buffer(shapes, TOUCH_DEG, quad_segs=1)
    km = _length_km(shapely.intersection(shapely.boundary(shapes[pairs[:, 1]]), near[pairs[:, 0]]))
    return [(int(a), int(b), float(d)) for (a, b), d in zip(pairs, km, strict=True)]


def _length_km(lines: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return lengths on the sphere."""
    parts, owner = shapely.get_parts(lines, return_index=True)
    points, part = shapely.get_coordinates(shapely.segmentize(parts, 1.0), return_index=True)
    lon, lat = np.radians(points[:, 0]), np.radians(points[:, 1])
    step = np.hypot(np.diff(lon) * np.cos((lat[1:] + lat[:-1]) / 2), np.diff(lat)) * EARTH_KM
    inside = np.diff(part) == 0
    km = np.bincount(owner[part[1:][inside]], weights=step[inside], minlength=len(lines))
    return km.astype(np.float64)


def _link(graph: nx.Graph, codes: npt.NDArray[Any], shapes: npt.NDArray[Any]) -> None:
    """Add straits: all narrow ones, then the shortest that join what is still apart (Boruvka)."""
    points, owner = _vertices(shapes)
    tree = cKDTree(points)
    component = _components(graph, codes)
    for pair, km in _narrow(tree, points, owner, component).items():
        graph.add_edge(codes[pair[0]], codes[pair[1]], kind="strait", km=round(km, 1))
    while True:
        component = _components(graph, codes)
        labels, sizes = np.unique(component, return_counts=True)
        if len(labels) == 1:
            return
        for label in labels[np.argsort(sizes)][:-1]:
            inside = component[owner] == label
            others = np.flatnonzero(~inside)
            away, index = cKDTree(points[others]).query(points[inside])
            best = int(np.argmin(away))
            a, b = owner[np.flatnonzero(inside)[best]], owner[others[index[best]]]
            km = 2 * np.arcsin(min(away[best] / 2, 1.0)) * EARTH_KM
            graph.add_edge(codes[a], codes[b], kind="strait", km=round(float(km), 1))


def _narrow(
    tree: cKDTree,
    points: npt.NDArray[np.float64],
    owner: npt.NDArray[np.int64],
    component: npt.NDArray[np.int64],
) -> dict[tuple[int, int], float]:
    """Return the gaps of at most STRAIT_KM between subdivisions of different land masses."""
    gaps: dict[tuple[int, int], float] = {}
    largest = np.bincount(component).argmax()
    start = np.flatnonzero(component[owner] != largest)
    for i, near in zip(
        start, tree.query_ball_point(points[start], STRAIT_KM / EARTH_KM), strict=True
    ):
        others = np.array(near)
        others = others[component[owner[others]] != component[owner[i]]]
        if len(others) == 0:
            continue
        away = np.linalg.norm(points[others] - points[i], axis=1) * EARTH_KM
        for other, km in zip(owner[others], away, strict=True):
            pair = (min(int(owner[i]), int(other)), max(int(owner[i]), int(other)))
            gaps[pair] = min(float(km), gaps.get(pair, np.inf))
    return gaps


def _vertices(shapes: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return unit vectors of the outlines' vertices, and whose they are."""
    outline = shapely.segmentize(shapely.simplify(shapes, 0.03), 0.2)
    xy, owner = shapely.get_coordinates(outline, return_index=True)
    lon, lat = np.radians(xy[:, 0]), np.radians(xy[:, 1])
    vectors = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return vectors, owner


def _components(graph: nx.Graph, codes: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    label = {code: i for i, part in enumerate(nx.connected_components(graph)) for code in part}
    return np.array([label[code] for code in codes])
