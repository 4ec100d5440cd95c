"""Shapes as compact SVG path data: whole units, relative moves."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Points = npt.NDArray[np.float64]


def shape_path(shape: Any) -> str:
    """Return the path of a polygon or a collection of polygons; empty for anything else.

    Outer rings turn one way and holes the other, so that the default fill rule leaves holes open
    even where many shapes share one path.
    """
    out = []
    for polygon in shapely.get_parts(shape) if shape is not None else ():
        if polygon.is_empty:
            continue
        if polygon.geom_type != "Polygon":
            out.append(shape_path(polygon) if hasattr(polygon, "geoms") else "")
            continue
        rings = [polygon.exterior, *polygon.interiors]
        out += [
            ring_path(np.asarray(ring.coords)[:, :2], clockwise=index == 0)
            for index, ring in enumerate(rings)
        ]
    return "".join(out)


def ring_path(points: Points, *, clockwise: bool | None = None) -> str:
    """Return the closed path of a ring, shape (points, 2); empty if it collapses when rounded.

    ``clockwise`` turns the ring if need be; None leaves it as it is.
    """
    units = np.rint(points).astype(np.int64)
    steps = np.diff(units, axis=0)
    moved = np.any(steps != 0, axis=1)
    units = units[np.concatenate([[True], moved])]
    if len(units) > 1 and (units[0] == units[-1]).all():
        units = units[:-1]
    if len(units) < 3:
        return ""
    if clockwise is not None and (_twice_area(units) > 0) != clockwise:
        units = units[::-1]
    return f"M{_pair(*units[0])}l" + _joined(np.diff(units, axis=0).tolist()) + "z"


def line_path(points: Points) -> str:
    """Return the open path of a line, shape (points, 2)."""
    units = np.rint(points).astype(np.int64)
    return f"M{_pair(*units[0])}l" + _joined(np.diff(units, axis=0).tolist())


def _twice_area(units: npt.NDArray[np.int64]) -> int:
    x, y = units[:, 0], units[:, 1]
    return int(x @ np.roll(y, -1) - y @ np.roll(x, -1))


def _pair(x: int, y: int) -> str:
    return f"{x}{y}" if y < 0 else f"{x} {y}"


def _joined(steps: list[list[int]]) -> str:
    text = " ".join(_pair(x, y) for x, y in steps)
    return text.replace(" -", "-")
