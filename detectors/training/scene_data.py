"""The photos that the scene model learns from: tags, countries, coordinates, folds."""

from __future__ import annotations

import csv
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.errors import CluesError

FOLDS = 5
# Photos within the same half degree share a fold, so that validation is on unseen places.
_BLOCK_DEG = 0.5


class TrainingDataError(CluesError):
    """Training data that is missing or malformed."""


@dataclass(frozen=True, eq=False)
class ScenePhotos:
    """Photos with what is known of each.

    Attributes
    ----------
    paths : list of Path
    country : ndarray of str
        ISO 3166-1 alpha-2 code.
    lat, lon : ndarray, degrees
        NaN where only the country is known.
    place : ndarray of str
        Photos of one place share it; unique where unknown.
    tags : tuple of str
        The tags that are learned.
    labels : ndarray, shape (photos, tags), bool
    labelled : ndarray, bool
        Whether somebody tagged the photo at all.
    fold : ndarray, int
        For cross-validation; photos of one neighbourhood share it.
    """

    paths: list[Path]
    country: npt.NDArray[np.str_]
    lat: npt.NDArray[np.float64]
    lon: npt.NDArray[np.float64]
    place: npt.NDArray[np.str_]
    tags: tuple[str, ...]
    labels: npt.NDArray[np.bool_]
    labelled: npt.NDArray[np.bool_]
    fold: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def located(self) -> npt.NDArray[np.bool_]:
        """Whether the coordinates are known."""
        return np.isfinite(self.lat)


def take(photos: ScenePhotos, rows: npt.NDArray[np.integer]) -> ScenePhotos:
    """Return some of the photos."""
    arrays = ("country", "lat", "lon", "place", "labels", "labelled", "fold")
    changes = {name: getattr(photos, name)[rows] for name in arrays}
    return replace(photos, paths=[photos.paths[n] for n in rows], **changes)


def read_photos(
    data: Path,
    manifests: list[str],
    tag_file: str,
    *,
    tags: tuple[str, ...] | None = None,
    min_positives: int = 15,
    excluded_tags: tuple[str, ...] = (),
    limit: int | None = None,
) -> ScenePhotos:
    """Read manifests (CSV: file, country, and lat, lon, place where known) and the tags by eye.

    Parameters
    ----------
    data
        Folder that the manifests and their files are relative to.
    manifests
        CSV files.
    tag_file
        CSV of file and tags, tags separated by blanks; a missing tag is a weak negative.
    tags
        The tags to use; by default all with ``min_positives`` among these photos.
    min_positives, excluded_tags
        Which tags to learn if ``tags`` is not given.
    limit
        Keep about this many photos, evenly spaced.

    Raises
    ------
    TrainingDataError
        If a manifest or photo is missing or lacks a column.
    """
    rows = [row for name in manifests for row in _rows(data / name, {"file", "country"})]
    if limit and len(rows) > limit:
        rows = rows[:: -(-len(rows) // limit)]
    missing = [row["file"] for row in rows if not (data / row["file"]).is_file()]
    if missing:
        raise TrainingDataError(f"{data}: {len(missing)} photos are missing, such as {missing[0]}.")
    known = {row["file"]: row["tags"].split() for row in _rows(data / tag_file, {"file", "tags"})}
    if tags is None:
        counts = Counter(tag for row in rows for tag in known.get(row["file"], ()))
        tags = tuple(
            sorted(t for t, n in counts.items() if n >= min_positives and t not in excluded_tags)
        )
    labels = [[tag in known.get(row["file"], ()) for tag in tags] for row in rows]
    return ScenePhotos(
        paths=[data / row["file"] for row in rows],
        country=np.array([row["country"] for row in rows]),
        lat=np.array([float(row.get("lat") or "nan") for row in rows]),
        lon=np.array([float(row.get("lon") or "nan") for row in rows]),
        place=np.array([row.get("place") or row["file"] for row in rows]),
        tags=tags,
        labels=np.array(labels, dtype=bool).reshape(len(rows), len(tags)),
        labelled=np.array([row["file"] in known for row in rows]),
        fold=np.array([_fold(row) for row in rows]),
    )


def _rows(path: Path, columns: set[str]) -> Iterator[dict[str, str]]:
    if not path.is_file():
        raise TrainingDataError(f"{path}: no such file; name the folder of the training data.")
    with path.open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        lacking = columns - set(reader.fieldnames or ())
        if lacking:
            raise TrainingDataError(f"{path}: the column {sorted(lacking)[0]} is missing.")
        yield from reader


def _fold(row: dict[str, str]) -> int:
    key = row["file"]
    if row.get("lat"):
        block = (round(float(row["lat"]) / _BLOCK_DEG), round(float(row["lon"]) / _BLOCK_DEG))
        key = f"{block[0]}_{block[1]}"
    return zlib.crc32(key.encode()) % FOLDS
