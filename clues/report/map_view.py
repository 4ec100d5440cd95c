"""Windows onto projected maps: the whole world, and the area where a photo must be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from clues.inference.posterior import Point, Posterior
from clues.report.projection import AzimuthalEqualArea, EqualEarth, Projection
from clues.sphere import arc_km, unit_vectors

WIDTH = 9600  # units of the viewBox: tenths of a pixel at full size, so that paths need no points
_ASPECT = 0.62
_SMALLEST_KM, _LARGEST_KM = 150.0, 2500.0  # half the width of a close-up
_SHOWN = 0.95  # of the probability around the point


@dataclass(frozen=True, slots=True)
class View:
    """A window of a projected map.

    Attributes
    ----------
    projection
        Degrees to kilometres.
    x0, y1 : float
        West and north edge in km.
    km : float
        Kilometres per unit of the viewBox.
    height : float
        In units; the width is `WIDTH`.
    """

    projection: Projection
    x0: float
    y1: float
    km: float
    height: float

    def units(self, lat: npt.ArrayLike, lon: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return positions in units of the viewBox, shape (..., 2)."""
        x, y = self.projection(lat, lon)
        return np.stack([(x - self.x0) / self.km, (self.y1 - y) / self.km], axis=-1)

    def project(self, shapes: Sequence[object]) -> npt.NDArray[np.object_]:
        """Return shapes in degrees as shapes in units."""
        return np.asarray(
            shapely.transform(np.asarray(shapes, object), lambda xy: self.units(xy[:, 1], xy[:, 0]))
        )


def near(view: View, lat: npt.ArrayLike, lon: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Return which places lie within the circle around the window."""
    centre = view.projection
    assert isinstance(centre, AzimuthalEqualArea)
    radius = math.hypot(WIDTH, view.height) / 2 * view.km
    distance = arc_km(unit_vectors(lat, lon), unit_vectors(centre.lat, centre.lon))
    return np.asarray(distance < 1.3 * radius)


def world_view() -> View:
    """Return the whole world but for the inner Antarctic."""
    projection = EqualEarth()
    half = float(projection(0.0, 180.0)[0])
    top = float(projection(84.0, 0.0)[1])
    bottom = float(projection(-60.0, 0.0)[1])  # Antarctica has no street-level photos to speak of
    km = 2 * half / WIDTH
    return View(projection, -half, top, km, (top - bottom) / km)


def area_view(posterior: Posterior, point: Point) -> View:
    """Return a window onto the leaves of the 90 % area that lie around the point."""
    leaves = posterior.credible_area(0.9).leaves
    lat, lon = posterior.world.leaves.lat[leaves], posterior.world.leaves.lon[leaves]
    mass = posterior.probability[leaves]
    distance = arc_km(unit_vectors(lat, lon), unit_vectors(point.lat, point.lon))
    close = distance <= _LARGEST_KM
    if close.any():
        close &= distance <= _quantile(distance[close], mass[close], _SHOWN)
    centre = AzimuthalEqualArea(point.lat, point.lon)
    if close.any():
        x, y = centre(lat[close], lon[close])
        middle = centre.inverse((x.min() + x.max()) / 2, (y.min() + y.max()) / 2)
        centre = AzimuthalEqualArea(float(middle[0]), float(middle[1]))
        x, y = centre(lat[close], lon[close])
        here = centre(point.lat, point.lon)
        half = max(np.abs([*x, here[0]]).max(), np.abs([*y, here[1]]).max() / _ASPECT)
    else:
        half = 0.0
    half = min(max(1.25 * float(half), _SMALLEST_KM), _LARGEST_KM)
    return View(centre, -half, half * _ASPECT, 2 * half / WIDTH, WIDTH * _ASPECT)


def _quantile(
    values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], share: float
) -> float:
    """Return the weighted quantile."""
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    position = int(np.searchsorted(total, share * total[-1]))
    return float(values[order[min(position, len(order) - 1)]])
