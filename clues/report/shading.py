"""From a posterior to shaded cells: which part of the map holds which share of the probability."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import shapely
from h3.api import basic_int as h3

from clues.inference.posterior import Posterior
from clues.regions import RegionGraph

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

# The darkest cells hold 25 % of the probability, the two darkest classes together 50 %, ...
SHARES = (0.25, 0.5, 0.75, 0.9, 0.99)
LEAF_RESOLUTION = 4
_COARSEST = 2
MAX_CELLS = 3000

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Shading:
    """Cells with the class of their probability density.

    Attributes
    ----------
    shapes : list of polygons
        In degrees (longitude, latitude); a cell over the antimeridian reaches beyond +-180.
    classes : ndarray, shape (cells,)
        Index into `SHARES`; 0 is the densest.
    mass : ndarray, shape (cells,)
        Probability of each cell.
    """

    shapes: "list[BaseGeometry]"
    classes: Ints
    mass: npt.NDArray[np.float64]


def shade(
    posterior: Posterior, leaves: npt.NDArray[np.bool_] | None = None, *, resolution: int
) -> Shading:
    """Shade the cells that hold 99 % of the probability, densest first.

    Parameters
    ----------
    leaves : ndarray, shape (leaves,), bool
        Leaves to draw; all by default. Classes are those of the whole posterior either way.
    resolution
        H3 resolution of the cells; coarser ones are taken if there were too many. At the finest,
        cells cut by a border are drawn cut where their parts differ.
    """
    for level in range(resolution, _COARSEST - 1, -1):
        shading = _shade(posterior, leaves, level)
        if len(shading.classes) <= MAX_CELLS:
            break
    return shading


def parents(cells: npt.NDArray[np.uint64], resolution: int) -> npt.NDArray[np.uint64]:
    """Return the H3 cells of a resolution that contain cells, shape (cells,).

    Cells that are as coarse already, such as Antarctica's, stay as they are.
    """
    unused = np.uint64((1 << 3 * (15 - resolution)) - 1)  # the digits of all finer resolutions
    no_level = np.uint64(~(0xF << 52) & 0xFFFFFFFFFFFFFFFF)
    above = (cells & no_level) | np.uint64(resolution << 52) | unused
    finer = (cells >> np.uint64(52)) & np.uint64(0xF) > resolution
    return np.where(finer, above, cells)


def density_classes(mass: npt.NDArray[np.float64], area: npt.NDArray[np.float64]) -> Ints:
    """Return the class of each cell, `len(SHARES)` for those outside all, shape (cells,).

    Cells are taken by density until each share is reached, as for a credible area.
    """
    order = np.argsort(-mass / np.maximum(area, 1e-3), kind="stable")
    before = np.concatenate([[0.0], np.cumsum(mass[order])[:-1]])
    classes = np.empty(len(mass), np.int64)
    classes[order] = np.searchsorted(np.array(SHARES), before + 1e-12, side="right")
    classes[mass <= 0] = len(SHARES)
    return classes


def _shade(posterior: Posterior, leaves: npt.NDArray[np.bool_] | None, resolution: int) -> Shading:
    exact = resolution == LEAF_RESOLUTION
    owners, parts, group, area = _groups(posterior.world, resolution)
    mass = np.bincount(group, weights=posterior.probability).astype(float)
    classes = density_classes(mass, area)
    drawn = classes < len(SHARES)
    if leaves is not None:
        drawn &= np.bincount(group, weights=leaves) > 0
    chosen = np.flatnonzero(drawn)
    if len(chosen) > MAX_CELLS:
        return Shading([], classes[chosen], mass[chosen])
    shapes: list[BaseGeometry] = [_polygon(cell) for cell in owners[chosen].tolist()]
    if exact:
        _cut(shapes, chosen, owners, parts, classes, posterior)
    return Shading(shapes, classes[chosen], mass[chosen])


@lru_cache(maxsize=6)
def _groups(
    world: RegionGraph, resolution: int
) -> tuple[npt.NDArray[np.uint64], Ints, Ints, npt.NDArray[np.float64]]:
    """Return cells, their subdivisions' indices, each leaf's cell, and the cells' areas in km².

    At the finest resolution a cell counts once for each subdivision that it lies in. Kept, because
    an app shades many posteriors of one world.
    """
    leaves = world.leaves
    cells = parents(leaves.h3, resolution)
    exact = resolution == LEAF_RESOLUTION
    parts = leaves.subdivision.astype(np.int64) if exact else np.zeros(len(cells), np.int64)
    distinct, cell_of = np.unique(cells, return_inverse=True)
    count = len(world.subdivision_codes)
    keys, group = np.unique(cell_of.reshape(-1) * count + parts, return_inverse=True)
    group = group.reshape(-1)
    area = np.bincount(group, weights=leaves.area_km2).astype(float)
    return distinct[keys // count], keys % count, group, area


@lru_cache(maxsize=4 * MAX_CELLS)
def _polygon(cell: int) -> "BaseGeometry":
    lat, lon = np.array(h3.cell_to_boundary(cell)).T
    # unwrapped about the cell's own centre, so that it does not span the whole map
    centre = h3.cell_to_latlng(cell)[1]
    return shapely.Polygon(np.column_stack([(lon - centre + 180) % 360 - 180 + centre, lat]))


def _cut(
    shapes: "list[BaseGeometry]",
    chosen: Ints,
    owners: npt.NDArray[np.uint64],
    parts: Ints,
    classes: Ints,
    posterior: Posterior,
) -> None:
    """Cut the cells that a border divides into parts of different classes."""
    lowest: dict[int, int] = {}
    highest: dict[int, int] = {}
    for cell, level in zip(owners.tolist(), classes.tolist(), strict=True):
        lowest[cell] = min(level, lowest.get(cell, level))
        highest[cell] = max(level, highest.get(cell, level))
    mixed = [
        i for i, one in enumerate(chosen) if lowest[int(owners[one])] < highest[int(owners[one])]
    ]
    if not mixed:
        return
    borders = posterior.world.borders("subdivision")
    area_of = dict(zip(borders["code"], borders.geometry, strict=True))
    for i in mixed:
        code = posterior.world.subdivision_codes[int(parts[chosen[i]])]
        if code in area_of:
            shapes[i] = shapely.intersection(shapes[i], area_of[code])
