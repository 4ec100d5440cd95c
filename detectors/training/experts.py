"""Appearance experts of the literature on the same photos: each gives log-likelihoods of places.

All speak about the same candidate places (towns), so that they are compared by one measure. The
training photos' share is divided out of each, as far as the method has one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from detectors.appearance.cells import Cells
from detectors.appearance.neighbours import Neighbours
from detectors.training import geocells
from detectors.training.descriptor import fit_descriptor, unit
from detectors.training.heads import fit_tags
from detectors.training.hierarchy_queries import fit_queries
from detectors.training.mean_shift import modes_of_neighbours
from detectors.training.partitions import cell_targets, fit_partition, photo_share, quadtree_cells
from detectors.training.prototypes import refine
from detectors.training.scene_data import ScenePhotos, take

Floats = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]
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


@dataclass(frozen=True, eq=False)
class Material:
    """What experts learn from, and what they are asked.

    Attributes
    ----------
    photos
        Training photos.
    deep, hand : ndarray, shape (photos, features)
        Their features: of a network, and hand-made.
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


def alike_by_hand(material: Material) -> Wide:
    """Return the modes of the neighbours in hand-made features (Hays & Efros 2008)."""
    own, asked = (unit(x[:, :_HAND_DIMENSIONS]) for x in (material.hand, material.asked_hand))
    weight = geocells.photo_weights(material.photos)
    return modes_of_neighbours(own, material.photos, weight, asked, material.towns)


def nearest_neighbours(material: Material) -> Wide:
    """Return a kernel density over nearest neighbours (Vo et al. 2017)."""
    own, asked = (unit(x[:, :_DIMENSIONS]) for x in (material.deep, material.asked_deep))
    return _neighbours(material, own, asked)


def classified_neighbours(material: Material) -> Wide:
    """Return a kernel density over neighbours in the features of a classifier.

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
    return _neighbours(material, descriptor(material.deep), descriptor(material.asked_deep))


def _neighbours(material: Material, own: Floats, asked: Floats) -> Wide:
    target = geocells.soft_targets(material.photos, material.cells, tau_km=300, tau_country_km=700)
    weight = geocells.photo_weights(material.photos)
    places, row = np.unique(target.astype(np.float16), axis=0, return_inverse=True)
    prior = geocells.cell_prior(material.cells, material.towns, material.of_town)
    neighbours = Neighbours(
        codes=Neighbours.encode(own),
        weight=weight,
        row=row.astype(np.int32),
        places=places.astype(np.float32),
        prior=photo_share(target, weight, prior),
        bandwidth=_BANDWIDTH,
        strength=1.0,
    )
    return neighbours.log_ratio(asked)[:, material.of_town]


def semantic_cells(material: Material, *, smooth: bool = True) -> Wide:
    """Return a softmax over semantic cells, with haversine-smoothed targets (Haas et al. 2023)."""
    tau = (300.0, 700.0) if smooth else (1.0, 1.0)
    target = geocells.soft_targets(
        material.photos, material.cells, tau_km=tau[0], tau_country_km=tau[1]
    )
    return _softmax(material, target, material.of_town)


def refined_cells(material: Material) -> Wide:
    """Return semantic cells, refined within by prototypes (Haas et al. 2023)."""
    photos, cells = material.photos, material.cells
    own, asked = (unit(x[:, :_DIMENSIONS]) for x in (material.deep, material.asked_deep))
    far = geocells.soft_targets(photos, cells, tau_km=1.0, tau_country_km=1.0)
    of_photo = np.where(photos.located, far.argmax(1), -1)
    log = semantic_cells(material)
    return refine(log, asked, own, photos, material.towns, material.of_town, of_photo)


def scene_branch(material: Material) -> Wide:
    """Return semantic cells by two branches: features, and what is in the scene.

    The idea of Translocator (Pramanick et al. 2022), whose second branch sees a segmentation; here
    it sees the probabilities of the scene's tags.
    """
    tags, asked = _tag_probabilities(material)
    own = np.concatenate([material.deep, tags], 1)
    asked = np.concatenate([material.asked_deep, asked], 1)
    return semantic_cells(replace(material, deep=own, asked_deep=asked))


def hierarchy_queries(material: Material) -> Wide:
    """Return a hierarchy of cells, asked for by queries (the idea of Clark et al. 2023)."""
    photos, towns = material.photos, material.towns
    cells = [cell_targets(photos, towns, _adaptive(material, share)) for share in _LEVELS]
    rows = np.flatnonzero(cells[0][0].sum(1) > 0)
    weight = geocells.photo_weights(photos)[rows]
    levels = []
    for target, of_town in cells:
        prior = np.bincount(of_town, weights=towns.prior, minlength=target.shape[1])
        levels.append((target[rows], photo_share(target[rows], weight, prior)))
    own, asked = (urban.astype(np.int64) for urban in _is_urban(material))
    ask = fit_queries(material.deep[rows], own[rows], levels, weight, epochs=_EPOCHS)
    heard = ask(material.asked_deep, asked)
    parts = [
        logits[:, of_town].astype(np.float64)
        for logits, (_, of_town) in zip(heard, cells, strict=True)
    ]
    return np.asarray(sum(parts) / len(parts))


def adaptive_cells(material: Material) -> Wide:
    """Return a softmax over cells that are split where photos are dense (Weyand et al. 2016)."""
    return _partition(material, _adaptive(material))


def scene_networks(material: Material) -> Wide:
    """Return softmaxes over a hierarchy of cells, one set for each type of scene.

    ISNs (Mueller-Budack et al. 2018): a fine cell counts by the product of its probability and
    those of the coarser cells around it; each photo is judged by the network of its scene.
    """
    own, asked = _is_urban(material)
    log: Wide = np.zeros((len(asked), len(material.towns.lat)))
    for urban in np.unique(asked):
        rows = np.flatnonzero(own == urban)
        if len(rows) < _MIN_OF_SCENE:
            rows = np.arange(len(own))
        part = replace(
            material,
            photos=take(material.photos, rows),
            deep=material.deep[rows],
            hand=material.hand[rows],
            asked_deep=material.asked_deep[asked == urban],
        )
        levels = [_partition(part, _adaptive(part, share)) for share in _LEVELS]
        log[asked == urban] = sum(levels) / len(levels)
    return log


def combined_partitions(material: Material) -> Wide:
    """Return the product of softmaxes over several coarse partitions (Seo et al. 2018)."""
    from sklearn.cluster import KMeans

    towns = material.towns
    total: Wide = np.zeros(1)
    for seed in range(_PARTITIONS):
        flat = np.c_[towns.lat, towns.lon * np.cos(np.radians(towns.lat))]
        fit = KMeans(_COARSE_CELLS, n_init=1, random_state=seed)
        label = fit.fit(flat, sample_weight=towns.prior).labels_
        total = total + _partition(material, label.astype(np.int64))
    return total / _PARTITIONS


EXPERTS: dict[str, Callable[[Material], Wide]] = {
    "im2gps: hand-made features, modes of neighbours (Hays & Efros 2008)": alike_by_hand,
    "deep neighbours with kernel density (Vo et al. 2017)": nearest_neighbours,
    "neighbours in a classifier's features, [L] (Vo et al. 2017)": classified_neighbours,
    "PlaNet: adaptive cells (Weyand et al. 2016)": adaptive_cells,
    "CPlaNet: five coarse partitions (Seo et al. 2018)": combined_partitions,
    "ISNs: hierarchy of cells, scene types (Mueller-Budack et al. 2018)": scene_networks,
    "semantic cells, hard targets": lambda m: semantic_cells(m, smooth=False),
    "PIGEON: semantic cells, smoothed targets (Haas et al. 2023)": semantic_cells,
    "PIGEON, refined by prototypes (Haas et al. 2023)": refined_cells,
    "Translocator's idea: a branch for the scene (Pramanick et al. 2022)": scene_branch,
    "GeoDecoder's idea: queries of a hierarchy (Clark et al. 2023)": hierarchy_queries,
    "semantic cells and deep neighbours": lambda m: semantic_cells(m) + 0.6 * nearest_neighbours(m),
}


def _partition(material: Material, of_town: npt.NDArray[np.int64]) -> Wide:
    """Return a softmax over any cells; photos with a country only spread over its towns."""
    return _softmax(material, *cell_targets(material.photos, material.towns, of_town))


def _softmax(material: Material, target: Floats, of_town: npt.NDArray[np.int64]) -> Wide:
    """Return a softmax over cells per town, with the training photos' share divided out."""
    given = (material.deep, material.photos, material.towns)
    fit = fit_partition(*given, target, of_town, epochs=_EPOCHS)
    logits = material.asked_deep @ fit.weight + fit.bias
    return logits[:, of_town].astype(np.float64)


def _adaptive(material: Material, share: float = 1.0) -> npt.NDArray[np.int64]:
    """Return the cell of each town; a cell holds at most ``share`` of the usual places."""
    most = max(1, round(share * _MAX_IN_CELL))
    return quadtree_cells(material.photos, material.towns, most)


def _tag_probabilities(material: Material) -> tuple[Floats, Floats]:
    """Return the tags of training photos, judged without their fold, and of the photos asked."""
    photos = material.photos
    rows = np.flatnonzero(photos.labelled)
    if not len(rows):
        return np.zeros((len(photos), 0), np.float32), np.zeros((len(material.asked_deep), 0), "f4")
    fit = fit_tags(material.deep[rows], photos.labels[rows], photos.fold[rows], _TAG_PENALTY)
    own = material.deep @ fit.weight + fit.bias
    own[rows] = fit.held_out  # else a photo's own label would tell where it is
    centre, spread = own.mean(0), own.std(0) + 1e-6

    def squashed(scores: Floats) -> Floats:
        return np.tanh((scores - centre) / spread)

    return squashed(own), squashed(material.asked_deep @ fit.weight + fit.bias)


def _is_urban(material: Material) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return whether the training photos and those asked for show a town, by a probe on tags."""
    from sklearn.linear_model import LogisticRegression

    photos = material.photos
    columns = [n for n, tag in enumerate(photos.tags) if tag in _URBAN]
    rows = np.flatnonzero(photos.labelled)
    urban = photos.labels[rows][:, columns].any(1)
    if len(np.unique(urban)) < 2:
        return np.zeros(len(photos), bool), np.zeros(len(material.asked_deep), bool)
    probe = LogisticRegression(C=0.01, class_weight="balanced", max_iter=200)
    probe.fit(material.deep[rows], urban)
    return probe.predict(material.deep), probe.predict(material.asked_deep)
