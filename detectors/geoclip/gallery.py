"""The places that GeoCLIP is asked about: cells of its own gallery, their vectors kept on disk."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import h3
import numpy as np
import numpy.typing as npt

from clues.arrays import open_arrays
from clues.errors import CluesError
from clues.files import replacing
from clues.paths import cache_dir
from clues.regions import load_regions
from detectors.appearance.cells import Cells
from detectors.clip.network import Floats, unit

_RESOLUTION = 3  # H3: about 12,000 km2
_PER_CELL = 4
_SPREAD_M = 60_000.0
_BATCH = 2048
_MAX_BYTES = 64 * 2**20


def read_gallery(model: Any, sharpness: float) -> tuple[Cells, Floats]:
    """Return the cells and a unit vector for each, shape (cells, dimensions).

    The mean over a few of the gallery's points stands for each cell, so that a place with many
    photos weighs no more than one with few. Made once for the same weights, in about a minute.
    """
    kept = cache_dir() / f"geoclip-{_digest(model)}.npz"
    if kept.is_file():
        try:
            return _read(kept, sharpness)
        except (CluesError, KeyError, ValueError):
            pass  # damaged: made again below
    places = model.gps_gallery.numpy().astype(np.float64)
    points, index = _thinned(places)
    vectors = _encode(model, places[points])
    centre, mean = _means(places[points], index), unit(_means(vectors, index))
    world = load_regions()
    found = [world.find(float(lat), float(lon)) for lat, lon in centre]
    country = [world.country_of(region.code) if region else None for region in found]
    on_land = np.array([code is not None for code in country])
    arrays = {
        "place": centre[on_land],
        "country": np.array([code for code in country if code], np.str_),
        "vectors": mean[on_land].astype(np.float16),
    }
    with replacing(kept) as temporary, temporary.open("wb") as stream:
        np.savez_compressed(stream, **arrays)
    return _read(kept, sharpness)


def _read(path: Path, sharpness: float) -> tuple[Cells, Floats]:
    with open_arrays(path, most=_MAX_BYTES) as data:
        lat, lon = data["place"].T
        country, vectors = data["country"], data["vectors"].astype(np.float32)
    _, index, count = np.unique(country, return_inverse=True, return_counts=True)
    spread, share = np.full(len(lat), _SPREAD_M), 1.0 / count[index]
    return Cells(lat, lon, spread, country, share, sharpness), vectors


def _thinned(
    places: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the points kept, and the cell of each."""
    seen: dict[str, int] = {}
    taken: dict[str, int] = {}
    points, index = [], []
    for n, (lat, lon) in enumerate(places.tolist()):
        cell = h3.latlng_to_cell(lat, lon, _RESOLUTION)
        if taken.get(cell, 0) < _PER_CELL:
            taken[cell] = taken.get(cell, 0) + 1
            points.append(n)
            index.append(seen.setdefault(cell, len(seen)))
    return np.array(points, np.intp), np.array(index, np.intp)


def _encode(model: Any, places: npt.NDArray[np.float64]) -> Floats:
    import torch

    parts = []
    with torch.inference_mode():
        for start in range(0, len(places), _BATCH):
            batch = torch.from_numpy(places[start : start + _BATCH].astype(np.float32))
            parts.append(unit(model.location_encoder(batch).numpy()))
    return np.concatenate(parts)


def _means(
    values: npt.NDArray[np.floating], index: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    total = np.zeros((int(index.max()) + 1, values.shape[1]))
    np.add.at(total, index, values)
    return total / np.bincount(index)[:, None]


def _digest(model: Any) -> str:
    digest = hashlib.sha256(model.gps_gallery.numpy().tobytes())
    for name, value in sorted(model.location_encoder.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.numpy().tobytes())
    return digest.hexdigest()[:16]
