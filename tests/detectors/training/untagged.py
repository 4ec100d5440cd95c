"""Made-up training photos with places and no tags."""

from pathlib import Path

import numpy as np

from detectors.training.scene_data import ScenePhotos


def untagged(country: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> ScenePhotos:
    """Return a photo for each country, latitude and longitude, each of a place of its own."""
    count = len(country)
    return ScenePhotos(
        paths=[Path(f"{n}.jpg") for n in range(count)],
        country=country,
        lat=lat,
        lon=lon,
        place=np.array([str(n) for n in range(count)]),
        tags=(),
        labels=np.zeros((count, 0), bool),
        labelled=np.zeros(count, bool),
        fold=np.zeros(count, int),
    )
