"""Dissolve areas into subdivisions, simplify their borders together, measure areas."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from clues.regions.build.source import GRID_DEG, polygons_of

FINE_DEG = 0.008  # tolerance of the borders that decide where a point lies
MAP_DEG = 0.05  # tolerance of the borders drawn on maps


def dissolve(areas: pd.DataFrame) -> pd.Series:
    """Return one (multi)polygon per subdivision code, sorted by code."""
    groups = areas.groupby("new", sort=True)["geometry"]
    return groups.apply(lambda shapes: polygons_of(shapely.union_all(list(shapes))))


def simplify(shapes: npt.NDArray[Any], tolerance_deg: float) -> npt.NDArray[Any]:
    """Simplify polygons that share borders, so that they still share them."""
    simple = shapely.make_valid(shapely.coverage_simplify(shapes, tolerance_deg))
    # On the grid they are stored on, so that reading them back changes nothing.
    valid = [polygons_of(s) for s in shapely.set_precision(simple, GRID_DEG)]
    # A speck that vanished keeps its full shape.
    return np.array(
        [a if not a.is_empty else b for a, b in zip(valid, shapes, strict=True)], dtype=object
    )


def equal_area(shapes: Any) -> Any:
    """Project degrees to Lambert's cylindrical equal-area plane (EPSG:6933), kilometres."""
    from pyproj import Transformer

    to_plane = Transformer.from_crs(4326, 6933, always_xy=True)
    return shapely.transform(
        shapes, lambda xy: np.column_stack(to_plane.transform(xy[:, 0], xy[:, 1])) / 1000
    )


def area_km2(shapes: Any) -> npt.NDArray[np.float64]:
    """Return land areas in km2."""
    return np.asarray(shapely.area(equal_area(shapes)))
