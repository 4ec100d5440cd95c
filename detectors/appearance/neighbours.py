"""Nearest neighbours among the training photos' embeddings, as a likelihood over geocells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.arrays import open_arrays

_BACKGROUND = 0.05
_LEVELS = 127


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """A kernel density over training photos (after Vo, Jacobs & Hays 2017).

    Only embeddings are kept, no photos: 8 bits a dimension.

    Attributes
    ----------
    codes : ndarray, shape (photos, dimensions), int8
        Unit vectors times 127.
    weight : ndarray, shape (photos,)
        How much each photo counts.
    row : ndarray, shape (photos,), int
        Which of ``places`` says where the photo is.
    places : ndarray, shape (rows, cells)
        Distributions over cells; rows sum to 1.
    prior : ndarray, shape (cells,)
        Share of the training photos per cell; divided out.
    bandwidth
        Of the kernel ``exp(cosine / bandwidth)``.
    strength
        Power of the likelihood, since it is not independent of the network's own.
    """

    codes: npt.NDArray[np.int8]
    weight: npt.NDArray[np.float32]
    row: npt.NDArray[np.int32]
    places: npt.NDArray[np.float32]
    prior: npt.NDArray[np.float64]
    bandwidth: float
    strength: float

    @staticmethod
    def encode(embedding: npt.NDArray[np.floating]) -> npt.NDArray[np.int8]:
        """Return unit vectors in 8 bits."""
        return np.rint(np.clip(embedding, -1, 1) * _LEVELS).astype(np.int8)

    def log_ratio(self, embedding: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
        """Return the log-likelihood per cell, shape (..., cells), of unit vectors."""
        vectors = self.codes.astype(np.float32)
        cosine = _times(embedding.astype(np.float32), vectors.T) / _LEVELS
        kernel = np.exp((cosine - cosine.max(-1, keepdims=True)) / self.bandwidth) * self.weight
        # in the precision of the places, which are many: converting them would take longest
        by_row = np.zeros((*kernel.shape[:-1], len(self.places)), self.places.dtype)
        flat = kernel.reshape(-1, kernel.shape[-1])
        for out, values in zip(by_row.reshape(-1, len(self.places)), flat, strict=True):
            out += np.bincount(self.row, weights=values, minlength=len(self.places))
        density = _times(by_row, self.places)
        density /= density.sum(-1, keepdims=True)
        ratio = (1 - _BACKGROUND) * density / self.prior + _BACKGROUND
        return np.asarray(self.strength * np.log(ratio))

    def save(self, path: Path) -> None:
        """Write to an ``.npz`` without pickles."""
        np.savez_compressed(
            path,
            codes=self.codes,
            weight=self.weight.astype(np.float16),
            row=self.row,
            places=self.places.astype(np.float16),
            prior=self.prior.astype(np.float32),
            settings=np.array([self.bandwidth, self.strength]),
        )

    @classmethod
    def load(cls, path: Path) -> Neighbours:
        """Read what `save` wrote."""
        with open_arrays(path) as data:
            bandwidth, strength = map(float, data["settings"])
            return cls(
                data["codes"],
                data["weight"].astype(np.float32),
                data["row"],
                data["places"].astype(np.float32),
                data["prior"].astype(np.float64),
                bandwidth,
                strength,
            )


def _times(
    vectors: npt.NDArray[np.float32], matrix: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Return the product; that of one vector is left to one thread.

    BLAS would wake its threads for it, which then spin for longer than the product takes, while
    the next network needs the processor.
    """
    if vectors.ndim == 1:
        return np.asarray(np.einsum("n,nm->m", vectors, matrix))
    return np.asarray(vectors @ matrix)
