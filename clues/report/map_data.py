"""Shapes for maps that a browser draws: borders and shaded cells, coded as few bytes.

A shape's points are differences to the point before, in whole units, as zigzag varints (as in
Protocol Buffers) in base64: about two bytes a point. `ui/web/borders.js` decodes them.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from clues.inference.posterior import Posterior
from clues.regions import RegionGraph
from clues.report import words
from clues.report.shading import LEAF_RESOLUTION, SHARES, shade

BORDER_UNIT_DEG = 0.01
CELL_UNIT_DEG = 0.002


@dataclass(frozen=True, slots=True)
class CodedShapes:
    """Polygons in few bytes.

    Attributes
    ----------
    unit
        Degrees that a step of one stands for.
    rings
        Number of rings of each shape.
    points
        Number of points of each ring; the closing point is left out.
    xy
        Base64 of zigzag varints: longitude and latitude by turns; each ring starts from 0, 0.
    """

    unit: float
    rings: list[int]
    points: list[int]
    xy: str


@dataclass(frozen=True, slots=True)
class CodedBorders:
    """The regions of one level, for a map.

    Attributes
    ----------
    labels
        Longitude and latitude of a place well inside each region, for its name.
    """

    codes: list[str]
    names: list[str]
    labels: list[tuple[float, float]]
    shapes: CodedShapes


@dataclass(frozen=True, slots=True)
class CodedCells:
    """The cells that hold 99 % of a posterior.

    Attributes
    ----------
    classes
        Index into `clues.report.shading.SHARES` of each cell; 0 is the densest.
    texts
        What each cell holds, in words.
    """

    shapes: CodedShapes
    classes: list[int]
    texts: list[str]


def coded_borders(world: RegionGraph, level: str) -> CodedBorders:
    """Return the borders of ``country`` or ``subdivision`` level."""
    frame = world.borders(level)
    shapes = np.asarray(frame.geometry, object)
    inside = [_widest(shape).representative_point() for shape in shapes]
    return CodedBorders(
        codes=frame["code"].tolist(),
        names=frame["name"].tolist(),
        labels=[(round(point.x, 2), round(point.y, 2)) for point in inside],
        shapes=code_shapes(shapes, BORDER_UNIT_DEG),
    )


def coded_cells(posterior: Posterior) -> CodedCells:
    """Return the cells that hold 99 % of the probability, each with its class and share."""
    shading = shade(posterior, resolution=LEAF_RESOLUTION)
    texts = [
        f"{words.percent(mass)} in this cell, inside the {100 * SHARES[level]:.0f} % area"
        for mass, level in zip(shading.mass.tolist(), shading.classes.tolist(), strict=True)
    ]
    shapes = code_shapes(np.asarray(shading.shapes, object), CELL_UNIT_DEG)
    return CodedCells(shapes, shading.classes.tolist(), texts)


def code_shapes(shapes: npt.NDArray[np.object_], unit_deg: float) -> CodedShapes:
    """Return polygons and multipolygons in few bytes."""
    if not len(shapes):
        return CodedShapes(unit_deg, [], [], "")
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areal = shapely.get_dimensions(parts) == 2  # a cut may leave a stray line or point behind
    parts, owner = parts[areal], owner[areal]
    rings, part_of = shapely.get_rings(parts, return_index=True)
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    last = np.append(ring_of[1:] != ring_of[:-1], True)
    whole = np.round(xy[~last] / unit_deg).astype(np.int64)
    ring_of = ring_of[~last]
    step = np.diff(whole, axis=0, prepend=np.zeros((1, 2), np.int64))
    first = np.append(True, ring_of[1:] != ring_of[:-1])
    step[first] = whole[first]
    return CodedShapes(
        unit=unit_deg,
        rings=np.bincount(owner[part_of], minlength=len(shapes)).tolist(),
        points=np.bincount(ring_of, minlength=len(rings)).tolist(),
        xy=base64.b64encode(_varints(step.reshape(-1))).decode(),
    )


def _varints(values: npt.NDArray[np.int64]) -> bytes:
    """Return signed numbers as zigzag varints."""
    zigzag = ((values << 1) ^ (values >> 63)).astype(np.uint64)
    lengths = np.ones(len(values), np.int64)
    for n in range(1, 5):
        lengths += zigzag >= np.uint64(1 << 7 * n)
    start = np.cumsum(lengths) - lengths
    out = np.zeros(int(lengths.sum()), np.uint8)
    for n in range(int(lengths.max(initial=0))):
        has = lengths > n
        more = (lengths[has] > n + 1).astype(np.uint64) << np.uint64(7)
        part = (zigzag[has] >> np.uint64(7 * n)) & np.uint64(127)
        out[start[has] + n] = (part | more).astype(np.uint8)
    return out.tobytes()


def _widest(shape: shapely.Geometry) -> shapely.Geometry:
    parts: Sequence[shapely.Geometry] = list(shapely.get_parts(shape))
    return max(parts, key=shapely.area)
