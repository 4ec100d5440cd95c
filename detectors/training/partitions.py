"""Partitions of the world into cells that a classifier can learn, and the cells of photos."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clues.sphere import distance_km
from detectors.training.geocells import Towns, photo_weights
from detectors.training.heads import CellFit, fit_cells
from detectors.training.scene_data import ScenePhotos

Floats = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]
_MIN_SIDE_DEG = 1.0
_PRIOR_FLOOR = 0.1


def quadtree_cells(photos: ScenePhotos, towns: Towns, most: int) -> npt.NDArray[np.int64]:
    """Return the cell of each town; cells are split where photos are dense (Weyand et al. 2016).

    Parameters
    ----------
    photos, towns
    most
        Photographed places in a cell; more are split, down to a degree.
    """
    _, first = np.unique(photos.place, return_index=True)
    first = first[photos.located[first]]
    world = (-90.0, -180.0, 90.0, 180.0)
    index = np.zeros(len(towns.lat), np.int64)
    for n, box in enumerate(_split(world, photos.lat[first], photos.lon[first], most)):
        index[_inside(box, towns.lat, towns.lon)] = n
    return index


def cell_targets(
    photos: ScenePhotos, towns: Towns, of_town: npt.NDArray[np.int64]
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return each photo's share in the cells, and the cell of each town without empty ones.

    A photo with coordinates lies in the cell of the nearest town; one with a country only spreads
    over its towns, and over nothing if there are none.

    Returns
    -------
    target : ndarray, shape (photos, cells)
    of_town : ndarray, shape (towns,)
    """
    used, of_town = np.unique(of_town, return_inverse=True)
    target = np.zeros((len(photos), len(used)), np.float32)
    located = np.flatnonzero(photos.located)
    nearest = _nearest_town(towns, photos.lat[located], photos.lon[located])
    target[located, of_town[nearest]] = 1
    for code in np.unique(photos.country[~photos.located]):
        own = towns.country == code
        mass = np.bincount(of_town[own], weights=towns.prior[own], minlength=len(used))
        if mass.sum() > 0:
            target[~photos.located & (photos.country == code)] = mass / mass.sum()
    return target, of_town


def photo_share(target: Floats, weight: Floats, prior: Wide, floor: float = _PRIOR_FLOOR) -> Wide:
    """Return the share of photos per cell, ``floor`` of it from ``prior``, so that none is 0."""
    mass = (target * weight[:, None]).sum(0).astype(np.float64)
    return np.asarray((1 - floor) * mass / mass.sum() + floor * prior + 1e-6)


def fit_partition(
    x: Floats,
    photos: ScenePhotos,
    towns: Towns,
    target: Floats,
    of_town: npt.NDArray[np.int64],
    *,
    epochs: int,
) -> CellFit:
    """Fit a softmax over the cells of `cell_targets`, with the photos' share divided out."""
    rows = target.sum(1) > 0
    weight = photo_weights(photos)[rows]
    prior = np.bincount(of_town, weights=towns.prior, minlength=target.shape[1])
    seen = photo_share(target[rows], weight, prior).astype(np.float32)
    return fit_cells(x[rows], target[rows], weight, seen, epochs=epochs)


def _nearest_town(towns: Towns, lat: Wide, lon: Wide) -> npt.NDArray[np.int64]:
    nearest = np.empty(len(lat), np.int64)
    for n, (y, x) in enumerate(zip(lat, lon, strict=True)):
        nearest[n] = int(distance_km(y, x, towns.lat, towns.lon).argmin())
    return nearest


def _split(box: tuple[float, ...], lat: Wide, lon: Wide, most: int) -> list[tuple[float, ...]]:
    """Return south, west, north, east of the cells of a quadtree, with so many places at most."""
    south, west, north, east = box
    if len(lat) <= most or north - south <= _MIN_SIDE_DEG:
        return [box]
    y, x = (south + north) / 2, (west + east) / 2
    cells = []
    for part in (
        (south, west, y, x),
        (south, x, y, east),
        (y, west, north, x),
        (y, x, north, east),
    ):
        own = _inside(part, lat, lon)
        cells += _split(part, lat[own], lon[own], most)
    return cells


def _inside(box: tuple[float, ...], lat: Wide, lon: Wide) -> npt.NDArray[np.bool_]:
    south, west, north, east = box
    return np.asarray((lat >= south) & (lat < north) & (lon >= west) & (lon < east))
