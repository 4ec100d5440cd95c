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
