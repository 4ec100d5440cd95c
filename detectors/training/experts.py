"""Appearance experts of the literature on the same photos: each gives log-likelihoods of places.

All speak about the same candidate places (towns), so that they are compared by one measure. The
training photos' share is divided out of each, as far as the method has one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clues.inference.sphere import distance_km
from detectors.appearance.cells import Cells
from detectors.appearance.neighbours import Neighbours
from detectors.training import geocells
from detectors.training.heads import fit_cells
from detectors.training.scene_data import ScenePhotos

Floats = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]
_PRIOR_FLOOR = 0.1
_EPOCHS = 8
_PARTITIONS = 5
_COARSE_CELLS = 60
_MAX_IN_CELL = 100  # photographed places in an adaptive cell; more are split
_MIN_SIDE_DEG = 1.0
_BANDWIDTH = 0.1


@dataclass(frozen=True, eq=False)
class Material:
    """What experts learn from, and what they are asked.

    Attributes
    ----------
    photos
        Training photos.
    deep, hand : ndarray, shape (photos, features)
        Their features: of a network, and hand-made (colours, gradients).
    asked_deep, asked_hand
        Those of the photos asked for.
    towns
        The candidate places.
    cells, of_town
        Semantic cells, and the one of each town.
    """

    photos: ScenePhotos
    deep: Floats
    hand: Floats
    asked_deep: Floats
    asked_hand: Floats
    towns: geocells.Towns
    cells: Cells
    of_town: npt.NDArray[np.int64]


def nearest_neighbours(material: Material, *, hand_made: bool = False) -> Wide:
    """Return a kernel density over nearest neighbours (Hays & Efros 2008; Vo et al. 2017)."""
    own = material.hand if hand_made else material.deep
    asked = material.asked_hand if hand_made else material.asked_deep
    target = geocells.soft_targets(material.photos, material.cells, tau_km=300, tau_country_km=700)
    weight = geocells.photo_weights(material.photos)
    places, row = np.unique(target.astype(np.float16), axis=0, return_inverse=True)
    prior = geocells.cell_prior(material.cells, material.towns, material.of_town)
    neighbours = Neighbours(
        codes=Neighbours.encode(_unit(own)),
        weight=weight,
        row=row.astype(np.int32),
        places=places.astype(np.float32),
        prior=_share(target, weight, prior),
        bandwidth=_BANDWIDTH,
        strength=1.0,
    )
    return neighbours.log_ratio(_unit(asked))[:, material.of_town]


def semantic_cells(material: Material, *, smooth: bool = True) -> Wide:
    """Return a softmax over semantic cells, with haversine-smoothed targets (Haas et al. 2023)."""
    tau = (300.0, 700.0) if smooth else (1.0, 1.0)
    target = geocells.soft_targets(
        material.photos, material.cells, tau_km=tau[0], tau_country_km=tau[1]
    )
    return _softmax(material, target, material.of_town)


def adaptive_cells(material: Material) -> Wide:
    """Return a softmax over cells that are split where photos are dense (Weyand et al. 2016)."""
    photos, towns = material.photos, material.towns
    _, first = np.unique(photos.place, return_index=True)
    first = first[photos.located[first]]
    boxes = _split((-90.0, -180.0, 90.0, 180.0), photos.lat[first], photos.lon[first])
    return _partition(material, _inside(boxes, towns.lat, towns.lon), boxes)


def combined_partitions(material: Material) -> Wide:
    """Return the product of softmaxes over several coarse partitions (Seo et al. 2018)."""
    from sklearn.cluster import KMeans

    towns = material.towns
    total: Wide = np.zeros(1)
    for seed in range(_PARTITIONS):
        flat = np.c_[towns.lat, towns.lon * np.cos(np.radians(towns.lat))]
        fit = KMeans(_COARSE_CELLS, n_init=1, random_state=seed)
        label = fit.fit(flat, sample_weight=towns.prior).labels_
        total = total + _partition(material, label.astype(np.int64), None)
    return total / _PARTITIONS


EXPERTS: dict[str, Callable[[Material], Wide]] = {
    "im2gps-like: colours and gradients, neighbours (Hays & Efros 2008)": lambda m: (
        nearest_neighbours(m, hand_made=True)
    ),
    "deep neighbours with kernel density (Vo et al. 2017)": nearest_neighbours,
    "PlaNet: adaptive cells (Weyand et al. 2016)": adaptive_cells,
    "CPlaNet: five coarse partitions (Seo et al. 2018)": combined_partitions,
    "semantic cells, hard targets": lambda m: semantic_cells(m, smooth=False),
    "PIGEON: semantic cells, smoothed targets (Haas et al. 2023)": semantic_cells,
    "semantic cells and deep neighbours": lambda m: semantic_cells(m) + 0.6 * nearest_neighbours(m),
}


def _partition(
    material: Material, of_town: npt.NDArray[np.int64], boxes: list[tuple[float, ...]] | None
) -> Wide:
    """Return a softmax over any cells; photos with a country only spread over its towns."""
    photos, towns = material.photos, material.towns
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
    return _softmax(material, target, of_town)


def _softmax(material: Material, target: Floats, of_town: npt.NDArray[np.int64]) -> Wide:
    rows = target.sum(1) > 0
    weight = geocells.photo_weights(material.photos)
    prior = np.bincount(of_town, weights=material.towns.prior, minlength=target.shape[1])
    seen = _share(target[rows], weight[rows], prior)
    fit = fit_cells(
        material.deep[rows],
        target[rows],
        weight[rows],
        seen.astype(np.float32),
        epochs=_EPOCHS,
    )
    logits = material.asked_deep @ fit.weight + fit.bias
    return logits[:, of_town].astype(np.float64)


def _share(target: Floats, weight: Floats, prior: Wide) -> Wide:
    mass = (target * weight[:, None]).sum(0).astype(np.float64)
    return np.asarray((1 - _PRIOR_FLOOR) * mass / mass.sum() + _PRIOR_FLOOR * prior + 1e-6)


def _unit(x: Floats) -> Floats:
    first = x[:, :64]
    return np.asarray(first / np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-12))


def _nearest_town(towns: geocells.Towns, lat: Wide, lon: Wide) -> npt.NDArray[np.int64]:
    nearest = np.empty(len(lat), np.int64)
    for n, (y, x) in enumerate(zip(lat, lon, strict=True)):
        nearest[n] = int(distance_km(y, x, towns.lat, towns.lon).argmin())
    return nearest


def _split(box: tuple[float, ...], lat: Wide, lon: Wide) -> list[tuple[float, ...]]:
    """Return south, west, north, east of the cells of a quadtree."""
    south, west, north, east = box
    if len(lat) <= _MAX_IN_CELL or north - south <= _MIN_SIDE_DEG:
        return [box]
    y, x = (south + north) / 2, (west + east) / 2
    cells = []
    for part in (
        (south, west, y, x),
        (south, x, y, east),
        (y, west, north, x),
        (y, x, north, east),
    ):
        own = (lat >= part[0]) & (lat < part[2]) & (lon >= part[1]) & (lon < part[3])
        cells += _split(part, lat[own], lon[own])
    return cells


def _inside(boxes: list[tuple[float, ...]], lat: Wide, lon: Wide) -> npt.NDArray[np.int64]:
    index = np.zeros(len(lat), np.int64)
    for n, (south, west, north, east) in enumerate(boxes):
        index[(lat >= south) & (lat < north) & (lon >= west) & (lon < east)] = n
    return index
