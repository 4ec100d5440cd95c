"""Prototypes: within a cell, the place of the training photos that look most like a photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clues.sphere import distance_km
from detectors.training.descriptor import unit
from detectors.training.geocells import Towns
from detectors.training.scene_data import ScenePhotos, take

Floats = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]
_PLACES = 6  # photographed places a prototype
_TEMPERATURE = 0.1  # of cosines
_REACH_KM = 100.0
_BACKGROUND = 0.3


@dataclass(frozen=True, eq=False)
class Prototypes:
    """Groups of training photos of one cell.

    Attributes
    ----------
    lat, lon, share : ndarray, shape (prototypes,)
        Where each is, and its share of the cell's photographed places.
    look : ndarray, shape (prototypes, dimensions)
        Mean features, of unit length.
    """

    lat: Wide
    lon: Wide
    share: Wide
    look: Floats


def fit_prototypes(features: Floats, photos: ScenePhotos) -> Prototypes | None:
    """Group the photos of one cell by place; None if there is no more than one group."""
    from sklearn.cluster import KMeans

    _, first = np.unique(photos.place, return_index=True)
    count = len(first) // _PLACES
    if count < 2:
        return None
    flat = np.c_[photos.lat, photos.lon * np.cos(np.radians(photos.lat.mean()))]
    label = KMeans(count, n_init=1, random_state=0).fit(flat[first]).predict(flat)
    groups = [np.flatnonzero(label == n) for n in np.unique(label)]
    return Prototypes(
        np.array([photos.lat[rows].mean() for rows in groups]),
        np.array([photos.lon[rows].mean() for rows in groups]),
        np.array([len(np.unique(photos.place[rows])) for rows in groups]) / len(first),
        unit(np.stack([features[rows].mean(0) for rows in groups])),
    )


def refine(
    log: Wide,
    asked: Floats,
    own: Floats,
    photos: ScenePhotos,
    towns: Towns,
    of_town: npt.NDArray[np.int64],
    of_photo: npt.NDArray[np.int64],
) -> Wide:
    """Move probability within cells towards prototypes that look alike (Haas et al. 2023).

    What a cell has in all stays as it is.

    Parameters
    ----------
    log : ndarray, shape (photos asked, towns)
        Log-likelihoods by cells.
    asked, own
        Features of unit length, of photos asked and of the training photos.
    photos, towns
    of_town, of_photo
        The cell of each; -1 for photos without a place.
    """
    out = log.copy()
    for cell in np.unique(of_photo[of_photo >= 0]):
        rows, inside = np.flatnonzero(of_photo == cell), np.flatnonzero(of_town == cell)
        found = fit_prototypes(own[rows], take(photos, rows)) if len(inside) else None
        if found is not None:
            prior = towns.prior[inside] / towns.prior[inside].sum()
            ratio = _within(found, asked, towns.lat[inside], towns.lon[inside])
            out[:, inside] += np.log(ratio / (ratio @ prior)[:, None])
    return out


def _within(found: Prototypes, asked: Floats, lat: Wide, lon: Wide) -> Wide:
    """Return how much likelier each town is than by where photos were taken alone."""
    likeness = (asked @ found.look.T).astype(np.float64) / _TEMPERATURE
    says = np.exp(likeness - likeness.max(1, keepdims=True)) * found.share
    says /= says.sum(1, keepdims=True)
    away = distance_km(found.lat[:, None], found.lon[:, None], lat[None], lon[None])
    kernel = np.exp(-away / _REACH_KM)
    usual = np.maximum(found.share @ kernel, 1e-12)
    return np.asarray((1 - _BACKGROUND) * (says @ kernel) / usual + _BACKGROUND)
