"""Measure the scene model on photos that nothing was fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clues.sphere import distance_km, score
from detectors.appearance.cells import Cells
from detectors.training.geocells import Towns
from detectors.training.metrics import auc, average_precision, bootstrap_interval
from detectors.training.scene_data import ScenePhotos

Floats = npt.NDArray[np.float64]
Measured = tuple[float, ...]
_TOWNS_PER_CELL = 12


@dataclass(frozen=True, slots=True)
class TagResult:
    """One tag on the development photos: AUC and average precision, each with its interval."""

    tag: str
    positives: int
    auc: Measured
    precision: Measured


@dataclass(frozen=True, eq=False)
class DevReport:
    """What was measured.

    Attributes
    ----------
    photos
        How many.
    tags
        Tags with at least one positive photo.
    places
        Name to ``(value, low, high)``: GeoGuessr points, country top-1 and top-5 of appearance
        alone under the Street View prior, and the points of that prior alone.
    """

    photos: int
    tags: tuple[TagResult, ...]
    places: dict[str, Measured]

    @property
    def headline(self) -> dict[str, Measured]:
        """The figures for the manifest."""
        values = [r.auc[0] for r in self.tags if r.positives >= 5]
        mean = (float(np.mean(values)),) if values else ()
        return {**self.places, **({"mean tag AUC, 5 or more positives": mean} if mean else {})}


def evaluate(
    dev: ScenePhotos,
    tag_scores: npt.NDArray[np.floating],
    log_cells: npt.NDArray[np.floating],
    cells: Cells,
    towns: Towns,
    *,
    rounds: int,
) -> DevReport:
    """Measure tags and places, with 95 % bootstrap intervals over photos.

    ``tag_scores`` are per tag, ``log_cells`` the final log-likelihoods per cell.
    """
    told = dev.labelled
    results = []
    for column, tag in enumerate(dev.tags):
        label, value = dev.labels[told, column], tag_scores[told, column].astype(float)
        if 0 < label.sum() < len(label):
            results.append(_tag(tag, value, label, rounds))
    return DevReport(len(dev), tuple(results), _places(dev, log_cells, cells, towns, rounds))


def _tag(tag: str, value: Floats, label: npt.NDArray[np.bool_], rounds: int) -> TagResult:
    measured = [
        (metric(value, label), *bootstrap_interval(metric, value, label, rounds=rounds))
        for metric in (auc, average_precision)
    ]
    return TagResult(tag, int(label.sum()), measured[0], measured[1])


@dataclass(frozen=True, eq=False)
class Candidates:
    """The towns that are guessed from: the largest of each cell, with the prior of all of it.

    Attributes
    ----------
    kept : ndarray of int
        Index among all towns.
    cell : ndarray of int
        The cell of each.
    lat, lon, country, prior
        Of each.
    """

    kept: npt.NDArray[np.int64]
    cell: npt.NDArray[np.int64]
    lat: Floats
    lon: Floats
    country: npt.NDArray[np.str_]
    prior: Floats


def find_candidates(cells: Cells, towns: Towns) -> Candidates:
    """Return the candidate towns of some cells."""
    near = distance_km(
        towns.lat[:, None], towns.lon[:, None], cells.lat[None], cells.lon[None]
    ) + 1e5 * (towns.country[:, None] != cells.country[None])
    of_town = near.argmin(1)
    ranked = np.lexsort((-towns.prior, of_town))
    first = np.searchsorted(of_town[ranked], np.arange(len(cells)))
    position = np.arange(len(ranked)) - first[of_town[ranked]]
    kept = ranked[position < _TOWNS_PER_CELL]
    cell_mass = np.bincount(of_town, weights=towns.prior, minlength=len(cells))
    kept_mass = np.bincount(of_town[kept], weights=towns.prior[kept], minlength=len(cells))
    prior = towns.prior[kept] * (cell_mass / np.maximum(kept_mass, 1e-300))[of_town[kept]]
    return Candidates(
        kept, of_town[kept], towns.lat[kept], towns.lon[kept], towns.country[kept], prior
    )


def _places(
    dev: ScenePhotos,
    log_cells: npt.NDArray[np.floating],
    cells: Cells,
    towns: Towns,
    rounds: int,
) -> dict[str, Measured]:
    candidates = find_candidates(cells, towns)
    measured = measure_places(dev, log_cells[:, candidates.cell], candidates, rounds=rounds)
    nothing = np.zeros((len(dev), len(candidates.kept)))
    alone = measure_places(dev, nothing, candidates, rounds=rounds)
    return {
        "points, prior alone": alone["points"],
        "points, appearance": measured["points"],
        "country top-1": measured["country top-1"],
        "country top-5": measured["country top-5"],
    }


def measure_places(
    photos: ScenePhotos,
    log: npt.NDArray[np.floating],
    candidates: Candidates,
    *,
    rounds: int,
) -> dict[str, Measured]:
    """Measure log-likelihoods of candidate towns under their prior, with 95 % intervals.

    Returns
    -------
    dict
        Mean GeoGuessr points of the guess that expects most of them, and the share of photos
        whose country ranks first and among the first five.
    """
    likelihood = np.exp(log - log.max(1, keepdims=True)).astype(float)
    posterior = likelihood * candidates.prior
    posterior /= posterior.sum(1, keepdims=True)
    lat, lon = candidates.lat, candidates.lon
    gain = score(distance_km(lat[:, None], lon[:, None], lat[None], lon[None]))
    guess = (posterior @ gain).argmax(1)
    points = score(distance_km(lat[guess], lon[guess], photos.lat, photos.lon))
    codes, index = np.unique(candidates.country, return_inverse=True)
    by_country = posterior @ np.eye(len(codes))[index]
    own = by_country[codes[None].repeat(len(photos), 0) == photos.country[:, None]]
    truth = np.zeros(len(photos))
    truth[np.isin(photos.country, codes)] = own
    rank = (by_country > truth[:, None]).sum(1) + 1000 * (truth == 0)
    return {
        "points": _interval(points, rounds),
        "country top-1": _interval((rank < 1).astype(float), rounds),
        "country top-5": _interval((rank < 5).astype(float), rounds),
    }


def _interval(values: Floats, rounds: int) -> Measured:
    rng = np.random.default_rng(0)
    means = values[rng.integers(0, len(values), (rounds, len(values)))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(values.mean()), float(low), float(high)
