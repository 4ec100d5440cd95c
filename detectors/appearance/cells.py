"""Geocells: the places that the appearance expert tells apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.arrays import open_arrays

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Semantic geocells: parts of countries (after Haas et al. 2023, PIGEON).

    Attributes
    ----------
    lat, lon : ndarray, shape (cells,), degrees
        Centre of the cell's photos and towns.
    spread_m : ndarray, shape (cells,), metres
        Their standard deviation around it.
    country : ndarray, shape (cells,)
        ISO 3166-1 alpha-2 code.
    share : ndarray, shape (cells,)
        Share of the cell in its country, by population; sums to 1 per country.
    sharpness
        Factor on the network's log-likelihoods, fitted on photos not trained on.
    """

    lat: Floats
    lon: Floats
    spread_m: Floats
    country: npt.NDArray[np.str_]
    share: Floats
    sharpness: float = 1.0

    def __len__(self) -> int:
        return len(self.lat)

    def likelihood(
        self, raw: npt.NDArray[np.floating], more: npt.NDArray[np.floating] | float = 0.0
    ) -> Floats:
        """Return the likelihood per cell (highest 1).

        Parameters
        ----------
        raw : ndarray, shape (cells,)
            The network's log-likelihoods, not yet sharpened.
        more
            Further log-likelihoods, taken as they are.
        """
        log = self.sharpness * raw.astype(np.float64) + more
        return np.asarray(np.exp(log - log.max()))

    def by_country(self, likelihood: Floats) -> dict[str, float]:
        """Return the likelihood per country: the mean over its cells, weighted by share."""
        codes, index = np.unique(self.country, return_inverse=True)
        total = np.bincount(index, weights=likelihood * self.share)
        return {str(code): float(value) for code, value in zip(codes, total, strict=True)}

    def save(self, path: Path) -> None:
        """Write the cells to an ``.npz`` without pickles."""
        np.savez_compressed(
            path,
            place=np.stack([self.lat, self.lon, self.spread_m, self.share]).astype(np.float32),
            country=self.country.astype(np.str_),
            sharpness=np.array(self.sharpness),
        )

    @classmethod
    def load(cls, path: Path) -> Cells:
        """Read what `save` wrote."""
        with open_arrays(path, most=2**20) as data:
            lat, lon, spread, share = data["place"].astype(np.float64)
            return cls(lat, lon, spread, data["country"], share, float(data["sharpness"]))
