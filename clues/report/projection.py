"""Equal-area map projections, in numpy. Equal area, because maps of probability are read by area.

Both return kilometres east and north of the map's centre.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from clues.sphere import EARTH_RADIUS_KM

Floats = npt.NDArray[np.float64]

# Coefficients of Equal Earth (Šavrič, Patterson and Jenny 2018).
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = np.sqrt(3) / 2


class Projection(Protocol):
    """Maps degrees to kilometres on a plane."""

    def __call__(self, lat: npt.ArrayLike, lon: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return x, y in km; shapes follow the input."""
        ...


@dataclass(frozen=True, slots=True)
class EqualEarth:
    """Equal Earth (Šavrič, Patterson and Jenny 2018), for the whole world."""

    def __call__(self, lat: npt.ArrayLike, lon: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return x, y in km."""
        theta = np.arcsin(_M * np.sin(np.radians(np.asarray(lat, float))))
        lam = np.radians(np.asarray(lon, float))
        t2 = theta * theta
        t6 = t2 * t2 * t2
        slope = _A1 + 3 * _A2 * t2 + t6 * (7 * _A3 + 9 * _A4 * t2)
        x = lam * np.cos(theta) / (_M * slope)
        y = theta * (_A1 + _A2 * t2 + t6 * (_A3 + _A4 * t2))
        return np.asarray(EARTH_RADIUS_KM * x), np.asarray(EARTH_RADIUS_KM * y)


@dataclass(frozen=True, slots=True)
class AzimuthalEqualArea:
    """Lambert's azimuthal equal-area projection about a point (Snyder 1987, chapter 24)."""

    lat: float
    lon: float

    def __call__(self, lat: npt.ArrayLike, lon: npt.ArrayLike) -> tuple[Floats, Floats]:
        """Return x, y in km; the antipode of the centre is sent to the rim."""
        phi, lam = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lon, float))
        phi0, delta = np.radians(self.lat), lam - np.radians(self.lon)
        cosine = np.sin(phi0) * np.sin(phi) + np.cos(phi0) * np.cos(phi) * np.cos(delta)
        k = EARTH_RADIUS_KM * np.sqrt(2 / np.maximum(1 + cosine, 1e-9))
        x = k * np.cos(phi) * np.sin(delta)
        y = k * (np.cos(phi0) * np.sin(phi) - np.sin(phi0) * np.cos(phi) * np.cos(delta))
        return np.asarray(x), np.asarray(y)

    def inverse(self, x: Any, y: Any) -> tuple[Floats, Floats]:
        """Return latitude and longitude in degrees."""
        rho = np.hypot(x, y)
        c = 2 * np.arcsin(np.clip(rho / (2 * EARTH_RADIUS_KM), -1, 1))
        phi0 = np.radians(self.lat)
        safe = np.where(rho == 0, 1.0, rho)
        sine = np.cos(c) * np.sin(phi0) + y * np.sin(c) * np.cos(phi0) / safe
        lam = np.arctan2(
            x * np.sin(c), safe * np.cos(phi0) * np.cos(c) - y * np.sin(phi0) * np.sin(c)
        )
        lon = (self.lon + np.degrees(lam) + 180) % 360 - 180
        return np.degrees(np.arcsin(np.clip(sine, -1, 1))), np.asarray(lon)
