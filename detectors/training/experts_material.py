"""What the experts of the literature learn from: features of training photos, towns and cells.

It is kept in one file, so that an expert can be learned again wherever it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from clues.arrays import open_arrays
from detectors.appearance.cells import Cells
from detectors.training import geocells
from detectors.training.scene_data import ScenePhotos

Floats = npt.NDArray[np.float32]
_MOST_BYTES = 2**28


class Asked(NamedTuple):
    """Features of photos asked about, shape (photos, features): of a network, and hand-made."""

    deep: Floats
    hand: Floats


@dataclass(frozen=True, eq=False)
class Material:
    """What experts learn from.

    Attributes
    ----------
    photos
        Training photos.
    deep, hand : ndarray, shape (photos, features)
        Their features: of a network, and hand-made.
    towns
        The candidate places.
    cells, of_town
        Semantic cells, and the one of each town.
    """

    photos: ScenePhotos
    deep: Floats
    hand: Floats
    towns: geocells.Towns
    cells: Cells
    of_town: npt.NDArray[np.int64]

    def save(self, path: Path) -> None:
        """Write to an ``.npz`` without pickles; the photos' files are not named in it."""
        photos, towns, cells = self.photos, self.towns, self.cells
        np.savez_compressed(
            path,
            deep=self.deep.astype(np.float16),
            hand=self.hand.astype(np.float16),
            country=photos.country.astype("U2"),
            position=np.stack([photos.lat, photos.lon]),
            place=np.unique(photos.place, return_inverse=True)[1].astype(np.int32),
            tags=np.array(photos.tags, dtype=np.str_),
            labels=photos.labels,
            labelled=photos.labelled,
            fold=photos.fold,
            town_country=towns.country.astype("U2"),
            town=np.stack([towns.lat, towns.lon, towns.prior]),
            of_town=self.of_town,
            cell_country=cells.country.astype("U2"),
            cell=np.stack([cells.lat, cells.lon, cells.spread_m, cells.share]),
        )

    @classmethod
    def load(cls, path: Path) -> Material:
        """Read what `save` wrote.

        Raises
        ------
        CluesError
            If the file is missing or damaged.
        """
        with open_arrays(path, "train the experts again", _MOST_BYTES) as data:
            return cls._of(data)

    @classmethod
    def _of(cls, data: dict[str, npt.NDArray[Any]]) -> Material:
        lat, lon = data["position"]
        photos = ScenePhotos(
            paths=[Path()] * len(lat),
            country=data["country"],
            lat=lat,
            lon=lon,
            place=data["place"].astype(np.str_),
            tags=tuple(data["tags"].tolist()),
            labels=data["labels"],
            labelled=data["labelled"],
            fold=data["fold"],
        )
        town_lat, town_lon, prior = data["town"]
        cell_lat, cell_lon, spread, share = data["cell"]
        return cls(
            photos,
            data["deep"].astype(np.float32),
            data["hand"].astype(np.float32),
            geocells.Towns(town_lat, town_lon, data["town_country"], prior),
            Cells(cell_lat, cell_lon, spread, data["cell_country"], share),
            data["of_town"],
        )
