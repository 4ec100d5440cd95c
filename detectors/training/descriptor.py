"""What neighbours are looked for with: the features of a classifier of fine cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detectors.training.geocells import Towns
from detectors.training.partitions import cell_targets, fit_partition, quadtree_cells
from detectors.training.scene_data import ScenePhotos

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Descriptor:
    """A projection of whitened features whose directions tell where a photo is.

    Attributes
    ----------
    weight, bias : ndarray, shape (components, dimensions), (dimensions,)
    """

    weight: Floats
    bias: Floats

    def __call__(self, x: Floats) -> Floats:
        """Return unit vectors, shape (photos, dimensions)."""
        return unit(x @ self.weight + self.bias)


def fit_descriptor(
    x: Floats,
    photos: ScenePhotos,
    towns: Towns,
    *,
    places: int,
    dims: int,
    epochs: int,
) -> Descriptor:
    """Learn the descriptor of the variant [L] of Vo et al. (2017).

    A softmax regression learns to tell fine cells apart; what it makes of a photo, centred on the
    average photo, is compared instead of what the network sees in it. Of its logits the principal
    axes are kept.

    Parameters
    ----------
    x : ndarray, shape (photos, components)
        Whitened features.
    photos, towns
    places
        Photographed places in a cell at most.
    dims
        Axes that are kept.
    epochs
        Of the regression.
    """
    cells = cell_targets(photos, towns, quadtree_cells(photos, towns, places))
    fit = fit_partition(x, photos, towns, *cells, epochs=epochs)
    logits = x @ fit.weight
    centre = logits.mean(0)
    spread = np.atleast_2d(np.cov(logits.T.astype(np.float64)))
    axes = np.linalg.eigh(spread)[1][:, ::-1][:, :dims].astype(np.float32)
    return Descriptor(fit.weight @ axes, -centre @ axes)


def unit(x: Floats) -> Floats:
    """Return rows of unit length."""
    return np.asarray(x / np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-12))
