"""Modes of where look-alikes were taken (Hays & Efros 2008): mean shift on the sphere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from clues.sphere import EARTH_RADIUS_KM, distance_km, to_lat_lon, unit_vectors
from detectors.training.geocells import Towns
from detectors.training.scene_data import ScenePhotos

Floats = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]
_NEIGHBOURS = 120
_BANDWIDTH_KM = 200.0
_MIN_IN_MODE = 4  # neighbours; smaller modes are left out, if there are larger ones
_BACKGROUND = 0.05


def modes(lat: Wide, lon: Wide) -> list[tuple[float, float, float]]:
    """Return latitude, longitude and share of the modes of some places, the largest first."""
    from sklearn.cluster import MeanShift

    width = _BANDWIDTH_KM / EARTH_RADIUS_KM
    fit = MeanShift(bandwidth=width, bin_seeding=True).fit(unit_vectors(lat, lon))
    counts = np.bincount(fit.labels_, minlength=len(fit.cluster_centers_))
    kept = np.flatnonzero(counts >= min(_MIN_IN_MODE, counts.max()))
    kept = kept[np.argsort(-counts[kept], kind="stable")]
    total = counts[kept].sum()
    return [(*to_lat_lon(fit.cluster_centers_[n]), float(counts[n] / total)) for n in kept]


def modes_of_neighbours(
    own: Floats, photos: ScenePhotos, weight: Floats, asked: Floats, towns: Towns
) -> Wide:
    """Return log-likelihoods of towns by the modes of the nearest photos with coordinates.

    Each town's share of photographed places, by the same kernel, is divided out.

    Parameters
    ----------
    own, asked : ndarray, shape (photos, dimensions)
        Unit vectors of the training photos and of the photos asked.
    photos, weight
        The training photos and how much each counts.
    towns
    """
    located = np.flatnonzero(photos.located)
    lat, lon = photos.lat[located], photos.lon[located]
    share = weight[located].astype(np.float64) / weight[located].sum()
    places = list(zip(lat.tolist(), lon.tolist(), share.tolist(), strict=True))
    usual = _density(places, towns) + 1e-6
    own = own[located]
    log = np.empty((len(asked), len(towns.lat)), np.float32)
    for n, one in enumerate(asked):
        near = np.argpartition(-(own @ one), min(_NEIGHBOURS, len(own)) - 1)[:_NEIGHBOURS]
        density = _density(modes(lat[near], lon[near]), towns)
        log[n] = np.log((1 - _BACKGROUND) * density / usual + _BACKGROUND)
    return log.astype(np.float64)


def _density(places: Sequence[tuple[float, float, float]], towns: Towns) -> Wide:
    """Return the sum of kernels around places, with their shares, at each town."""
    total = np.zeros(len(towns.lat))
    for lat, lon, share in places:
        away = distance_km(lat, lon, towns.lat, towns.lon)
        total += share * np.exp(-0.5 * (away / _BANDWIDTH_KM) ** 2)
    return total
