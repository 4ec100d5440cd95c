"""Distances on the sphere, and the GeoGuessr score."""

from typing import Any

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_KM = 6371.0088
MAX_SCORE = 5000.0
SCORE_SCALE_KM = 1492.7  # of the world map: 5000 * exp(-d / 1492.7 km)

Floats = npt.NDArray[np.float64]


def unit_vectors(lat: npt.ArrayLike, lon: npt.ArrayLike) -> Floats:
    """Return unit vectors for degrees: shape (..., 3)."""
    phi, lam = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lon, float))
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)


def to_lat_lon(vector: Floats) -> tuple[float, float]:
    """Return latitude and longitude in degrees of one vector, of any length but 0."""
    x, y, z = vector / np.linalg.norm(vector)
    return float(np.degrees(np.arcsin(np.clip(z, -1, 1)))), float(np.degrees(np.arctan2(y, x)))


def arc_km(vectors: Floats, point: Floats) -> Floats:
    """Return great-circle distances from unit vectors (n, 3) to one (3,) or many (3, m)."""
    return np.asarray(EARTH_RADIUS_KM * np.arccos(np.clip(vectors @ point, -1.0, 1.0)))


def distance_km(lat0: Any, lon0: Any, lat1: Any, lon1: Any) -> Floats:
    """Return great-circle distances between points in degrees (haversine; broadcasts)."""
    phi0, phi1 = np.radians(lat0), np.radians(lat1)
    half = np.sin((phi1 - phi0) / 2) ** 2
    half = half + np.cos(phi0) * np.cos(phi1) * np.sin(np.radians(np.subtract(lon1, lon0)) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def score(km: npt.ArrayLike) -> Floats:
    """Return GeoGuessr points for distances in km: 5000 * exp(-d / 1492.7)."""
    return np.asarray(MAX_SCORE * np.exp(-np.asarray(km, float) / SCORE_SCALE_KM))
