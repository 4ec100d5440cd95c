"""Street views with boxes drawn by eye (``streetview/boxes``), and YOLO label files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.errors import CluesError
from clues.tabular import read_rows

Boxes = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class StreetPhoto:
    """A street view with boxes drawn by eye.

    Attributes
    ----------
    path
        The image.
    source
        The same photo's file in ``streetview``; folds depend on nothing else.
    set
        ``first`` or another: in the first, only some classes were boxed.
    boxes : ndarray, shape (boxes, 5)
        Class, centre x and y, width and height, as shares of the photo.
    """

    path: Path
    source: str
    set: str
    boxes: Boxes


def fold_of(source: str, folds: int = 10) -> int:
    """Return a photo's number in 0..folds - 1, which depends on nothing but its name."""
    return int(hashlib.sha256(source.encode()).hexdigest()[:8], 16) % folds


def read_street(folder: Path, *, include_dev: bool = False) -> tuple[list[StreetPhoto], list[str]]:
    """Return the street views with boxes, and the names of the classes.

    Photos of the development set are left out unless asked for.

    Raises
    ------
    CluesError
        If the folder is not there.
    """
    manifest = folder / "photos.csv"
    if not manifest.is_file():
        raise CluesError(f"{manifest}: not found; name the folder with streetview/.")
    classes = (folder / "classes.txt").read_text("utf-8").split()
    photos = []
    for row in read_rows(manifest, ("file", "streetview_file"))[0]:
        if row["streetview_file"].startswith("dev/") and not include_dev:
            continue
        path = folder / row["file"]
        boxes = read_boxes(folder / "labels" / f"{path.stem}.txt")
        photos.append(StreetPhoto(path, row["streetview_file"], row.get("set", ""), boxes))
    return photos, classes


def read_boxes(path: Path) -> Boxes:
    """Return the boxes of a YOLO label file, shape (boxes, 5); none if it does not exist."""
    if not path.is_file():
        return np.zeros((0, 5))
    rows = [list(map(float, line.split()[:5])) for line in path.read_text().splitlines() if line]
    return np.array(rows).reshape(-1, 5)


def corners(boxes: Boxes) -> Boxes:
    """Return rows of a YOLO label file as left, top, right, bottom, shape (boxes, 4)."""
    centre, half = boxes[:, 1:3], boxes[:, 3:5] / 2
    return np.concatenate([centre - half, centre + half], 1)


def read_by_hash(path: Path) -> dict[str, Boxes]:
    """Return boxes of a table: a photo's hash to left, top, right, bottom, as shares of it."""
    sides = ("x0", "y0", "x1", "y1")
    found: dict[str, list[list[float]]] = {}
    for row in read_rows(path, ("sha256", *sides))[0]:
        found.setdefault(row["sha256"], []).append([float(row[side]) for side in sides])
    return {name: np.array(boxes) for name, boxes in found.items()}
