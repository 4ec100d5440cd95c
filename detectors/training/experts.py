"""Appearance experts of the literature, learned from the same photos, judging the same places.

Each learns from a `Material` and returns a function from features of photos to log-likelihoods of
candidate places (towns), so that all are compared by one measure. The training photos' share is
divided out of each, as far as the method has one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from detectors.appearance.neighbours import Neighbours
from detectors.training import geocells
from detectors.training.descriptor import fit_descriptor, unit
from detectors.training.experts_material import Asked, Material
from detectors.training.heads import fit_tags
from detectors.training.hierarchy_queries import fit_queries
from detectors.training.mean_shift import modes_of_neighbours
from detectors.training.partitions import cell_targets, fit_partition, photo_share, quadtree_cells
from detectors.training.prototypes import refine
from detectors.training.scene_data import take

Floats = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Judge = Callable[[Asked], Wide]  # to shape (photos, towns)

_EPOCHS = 8
_PARTITIONS = 5
_COARSE_CELLS = 60
_MAX_IN_CELL = 100  # photographed places in an adaptive cell; more are split
_BANDWIDTH = 0.1
_DIMENSIONS = 64  # of whitened features, that neighbours are looked for with
_HAND_DIMENSIONS = 200
_FINE_DIMENSIONS = 128
_LEVELS = (4.0, 1.0, 0.25)  # of a hierarchy of cells, as shares of _MAX_IN_CELL
_MAX_IN_FINE_CELL = 25
# What a street in a town shows; the other scene type is nature. There is no street view indoors.
_URBAN = ("apartment-block", "cobbles", "kerb-painted", "shopfront", "sidewalk")
_TAG_PENALTY = 1e4  # of the ridge regression of tags
_MIN_OF_SCENE = 200  # photos from which a network of their own is fitted


def alike_by_hand(material: Material) -> Judge:
    """Go by the modes of the neighbours in hand-made features (Hays & Efros 2008)."""
    own = unit(material.hand[:, :_HAND_DIMENSIONS])
    weight = geocells.photo_weights(material.photos)

    def judge(asked: Asked) -> Wide:
        look = unit(asked.hand[:, :_HAND_DIMENSIONS])
        return modes_of_neighbours(own, material.photos, weight, look, material.towns)

    return judge


def nearest_neighbours(material: Material) -> Judge:
    """Go by a kernel density over nearest neighbours (Vo et al. 2017)."""
    neighbours = _neighbours(material, unit(material.deep[:, :_DIMENSIONS]))
    return lambda asked: _by_cell(material, neighbours.log_ratio(_short(asked)))


def classified_neighbours(material: Material) -> Judge:
    """Go by a kernel density over neighbours in the features of a classifier.

    The variant [L] of Vo et al. (2017): the network learns to tell fine cells apart, and what it
    makes of a photo is the descriptor that neighbours are looked for with.
    """
    descriptor = fit_descriptor(
        material.deep,
        material.photos,
        material.towns,
        places=_MAX_IN_FINE_CELL,
        dims=_FINE_DIMENSIONS,
        epochs=_EPOCHS,
    )
    neighbours = _neighbours(material, descriptor(material.deep))
    return lambda asked: _by_cell(material, neighbours.log_ratio(descriptor(asked.deep)))


def semantic_cells(material: Material, *, smooth: bool = True) -> Judge:
    """Go by a softmax over semantic cells, with haversine-smoothed targets (Haas et al. 2023)."""
    tau = (300.0, 700.0) if smooth else (1.0, 1.0)
    target = geocells.soft_targets(
        material.photos, material.cells, tau_km=tau[0], tau_country_km=tau[1]
    )
    return _softmax(material, target, material.of_town)


def refined_cells(material: Material) -> Judge:
    """Refine semantic cells by prototypes within them (Haas et al. 2023)."""
    photos, cells = material.photos, material.cells
    own = unit(material.deep[:, :_DIMENSIONS])
    nearest = geocells.soft_targets(photos, cells, tau_km=1.0, tau_country_km=1.0).argmax(1)
    of_photo = np.where(photos.located, nearest, -1)
    coarse = semantic_cells(material)
    places = (photos, material.towns, material.of_town, of_photo)
    return lambda asked: refine(coarse(asked), _short(asked), own, *places)


def both(material: Material) -> Judge:
    """Add semantic cells and deep neighbours, which see different things."""
    cells, neighbours = semantic_cells(material), nearest_neighbours(material)
    return lambda asked: cells(asked) + 0.6 * neighbours(asked)


def scene_branch(material: Material) -> Judge:
    """Go by semantic cells from two branches: features, and what is in the scene.

    The idea of Translocator (Pramanick et al. 2022), whose second branch sees a segmentation; here
    it sees the probabilities of the scene's tags.
    """
    own, tags = _tag_branch(material)
    cells = semantic_cells(replace(material, deep=np.concatenate([material.deep, own], 1)))
    return lambda asked: cells(
        asked._replace(deep=np.concatenate([asked.deep, tags(asked.deep)], 1))
    )


def hierarchy_queries(material: Material) -> Judge:
    """Ask for the cells of a hierarchy by queries (the idea of Clark et al. 2023)."""
    photos, towns = material.photos, material.towns
    cells = [cell_targets(photos, towns, _adaptive(material, share)) for share in _LEVELS]
    rows = np.flatnonzero(cells[0][0].sum(1) > 0)
    weight = geocells.photo_weights(photos)[rows]
    levels = []
    for target, of_town in cells:
        prior = np.bincount(of_town, weights=towns.prior, minlength=target.shape[1])
        levels.append((target[rows], photo_share(target[rows], weight, prior)))
    urban = _urban_probe(material)
    scene = urban(material.deep[rows]).astype(np.int64)
    ask = fit_queries(material.deep[rows], scene, levels, weight, epochs=_EPOCHS)

    def judge(asked: Asked) -> Wide:
        heard = ask(asked.deep, urban(asked.deep).astype(np.int64))
        return _mean([one[:, of_town] for one, (_, of_town) in zip(heard, cells, strict=True)])

    return judge


def adaptive_cells(material: Material) -> Judge:
    """Go by a softmax over cells that are split where photos are dense (Weyand et al. 2016)."""
    return _partition(material, _adaptive(material))


def scene_networks(material: Material) -> Judge:
    """Go by softmaxes over a hierarchy of cells, one set for each type of scene.

    ISNs (Mueller-Budack et al. 2018): a fine cell counts by the product of its probability and
    those of the coarser cells around it; each photo is judged by the network of its scene.
    """
    urban = _urban_probe(material)
    own = urban(material.deep)
    of_scene: dict[bool, list[Judge]] = {}
    for scene in (False, True):
        rows = np.flatnonzero(own == scene)
        if len(rows) < _MIN_OF_SCENE:
            rows = np.arange(len(own))
        part = replace(
            material,
            photos=take(material.photos, rows),
            deep=material.deep[rows],
            hand=material.hand[rows],
        )
        of_scene[scene] = [_partition(part, _adaptive(part, share)) for share in _LEVELS]

    def judge(asked: Asked) -> Wide:
        log: Wide = np.zeros((len(asked.deep), len(material.towns.lat)))
        scene = urban(asked.deep)
        for one, levels in of_scene.items():
            if (rows := np.flatnonzero(scene == one)).size:
                part = Asked(asked.deep[rows], asked.hand[rows])
                log[rows] = _mean([level(part) for level in levels])
        return log

    return judge


def combined_partitions(material: Material) -> Judge:
    """Multiply softmaxes over several coarse partitions (Seo et al. 2018)."""
    from sklearn.cluster import KMeans

    towns = material.towns
    parts = []
    for seed in range(_PARTITIONS):
        flat = np.c_[towns.lat, towns.lon * np.cos(np.radians(towns.lat))]
        fit = KMeans(_COARSE_CELLS, n_init=1, random_state=seed)
        label = fit.fit(flat, sample_weight=towns.prior).labels_
        parts.append(_partition(material, label.astype(np.int64)))
    return lambda asked: _mean([part(asked) for part in parts])


class Expert(NamedTuple):
    """A method, as the literature calls it, and how it is learned."""

    title: str
    fit: Callable[[Material], Judge]


EXPERTS = {
    "im2gps": Expert(
        "im2gps: hand-made features, modes of neighbours (Hays & Efros 2008)", alike_by_hand
    ),
    "neighbours": Expert(
        "deep neighbours with kernel density (Vo et al. 2017)", nearest_neighbours
    ),
    "classified_neighbours": Expert(
        "neighbours in a classifier's features, [L] (Vo et al. 2017)", classified_neighbours
    ),
    "planet": Expert("PlaNet: adaptive cells (Weyand et al. 2016)", adaptive_cells),
    "cplanet": Expert("CPlaNet: five coarse partitions (Seo et al. 2018)", combined_partitions),
    "isns": Expert(
        "ISNs: hierarchy of cells, scene types (Mueller-Budack et al. 2018)", scene_networks
    ),
    "hard_cells": Expert(
        "semantic cells, hard targets", lambda material: semantic_cells(material, smooth=False)
    ),
    "pigeon": Expert("PIGEON: semantic cells, smoothed targets (Haas et al. 2023)", semantic_cells),
    "pigeon_refined": Expert("PIGEON, refined by prototypes (Haas et al. 2023)", refined_cells),
    "translocator": Expert(
        "Translocator's idea: a branch for the scene (Pramanick et al. 2022)", scene_branch
    ),
    "geodecoder": Expert(
        "GeoDecoder's idea: queries of a hierarchy (Clark et al. 2023)", hierarchy_queries
    ),
    "cells_and_neighbours": Expert("semantic cells and deep neighbours", both),
}


def _short(asked: Asked) -> Floats:
    return unit(asked.deep[:, :_DIMENSIONS])


def _mean(parts: Sequence[npt.NDArray[np.floating]]) -> Wide:
    return np.asarray(sum(part.astype(np.float64) for part in parts) / len(parts))


def _by_cell(material: Material, log: Wide) -> Wide:
    return np.asarray(log[:, material.of_town])


def _neighbours(material: Material, own: Floats) -> Neighbours:
    target = geocells.soft_targets(material.photos, material.cells, tau_km=300, tau_country_km=700)
    weight = geocells.photo_weights(material.photos)
    places, row = np.unique(target.astype(np.float16), axis=0, return_inverse=True)
    prior = geocells.cell_prior(material.cells, material.towns, material.of_town)
    return Neighbours(
        codes=Neighbours.encode(own),
        weight=weight,
        row=row.reshape(-1).astype(np.int32),
        places=places.astype(np.float32),
        prior=photo_share(target, weight, prior),
        bandwidth=_BANDWIDTH,
        strength=1.0,
    )


def _partition(material: Material, of_town: Indices) -> Judge:
    """Return a softmax over any cells; photos with a country only spread over its towns."""
    return _softmax(material, *cell_targets(material.photos, material.towns, of_town))


def _softmax(material: Material, target: Floats, of_town: Indices) -> Judge:
    """Return a softmax over cells per town, with the training photos' share divided out."""
    given = (material.deep, material.photos, material.towns)
    fit = fit_partition(*given, target, of_town, epochs=_EPOCHS)

    def judge(asked: Asked) -> Wide:
        logits = asked.deep @ fit.weight + fit.bias
        return np.asarray(logits[:, of_town].astype(np.float64))

    return judge


def _adaptive(material: Material, share: float = 1.0) -> Indices:
    """Return the cell of each town; a cell holds at most ``share`` of the usual places."""
    most = max(1, round(share * _MAX_IN_CELL))
    return quadtree_cells(material.photos, material.towns, most)


def _tag_branch(material: Material) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Return the tags of training photos, judged without their fold, and how others' are found."""
    photos = material.photos
    rows = np.flatnonzero(photos.labelled)
    if not len(rows):
        return np.zeros((len(photos), 0), np.float32), lambda x: np.zeros((len(x), 0), np.float32)
    fit = fit_tags(material.deep[rows], photos.labels[rows], photos.fold[rows], _TAG_PENALTY)
    own = material.deep @ fit.weight + fit.bias
    own[rows] = fit.held_out  # else a photo's own label would tell where it is
    centre, spread = own.mean(0), own.std(0) + 1e-6
    return np.tanh((own - centre) / spread), lambda x: np.tanh(
        (x @ fit.weight + fit.bias - centre) / spread
    )


def _urban_probe(material: Material) -> Callable[[Floats], npt.NDArray[np.bool_]]:
    """Return a function that says whether photos show a town, a probe on tags."""
    from sklearn.linear_model import LogisticRegression

    photos = material.photos
    columns = [n for n, tag in enumerate(photos.tags) if tag in _URBAN]
    rows = np.flatnonzero(photos.labelled)
    urban = photos.labels[rows][:, columns].any(1)
    if len(np.unique(urban)) < 2:
        return lambda x: np.zeros(len(x), bool)
    probe = LogisticRegression(C=0.01, class_weight="balanced", max_iter=200)
    probe.fit(material.deep[rows], urban)
    return lambda x: np.asarray(probe.predict(x), bool)
