"""Photos of number plates for training: stretched to natural shapes, and tiles of street views."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.errors import CluesError

TILE_PX = 416
PLATE = "plate"
_VISIBLE = 0.6  # share of a box that must lie in a tile
_EMPTY_SHARE = 3  # of the photos without a plate, one tile in so many is kept
# The training photos were squeezed into squares; most were 4:3, some 16:9.
_STRETCHES = (1.0, 1.33, 1.78)

Boxes = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class StreetPhoto:
    """A street view with boxes drawn by eye.

    Attributes
    ----------
    path
        The image.
    source
        The same photo's file in ``streetview``.
    boxes : ndarray, shape (boxes, 5)
        Class, centre x and y, width and height, as shares of the photo.
    """

    path: Path
    source: str
    boxes: Boxes

    @property
    def fold(self) -> int:
        """A number in 0..9 that depends on nothing but the photo's name."""
        return int(hashlib.sha256(self.source.encode()).hexdigest()[:8], 16) % 10


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
        raise CluesError(f"{manifest}: not found; name the folder with plates/ and streetview/.")
    classes = (folder / "classes.txt").read_text("utf-8").split()
    photos = []
    with manifest.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["streetview_file"].startswith("dev/") and not include_dev:
                continue
            path = folder / row["file"]
            boxes = read_boxes(folder / "labels" / f"{path.stem}.txt")
            photos.append(StreetPhoto(path, row["streetview_file"], boxes))
    return photos, classes


def read_boxes(path: Path) -> Boxes:
    """Return the boxes of a YOLO label file, shape (boxes, 5); none if it does not exist."""
    if not path.is_file():
        return np.zeros((0, 5))
    rows = [list(map(float, line.split()[:5])) for line in path.read_text().splitlines() if line]
    return np.array(rows).reshape(-1, 5)


def prepare(data_dir: Path, out_dir: Path) -> dict[str, list[Path]]:
    """Write the photos to train on and to validate with, and return them by split.

    Street views are split by photo: folds 4 to 9 train, 3 validates, 0 to 2 measure.
    """
    street, classes = read_street(data_dir / "streetview/boxes")
    plate = classes.index(PLATE)
    written: dict[str, list[Path]] = {"train": [], "val": []}
    for split, paths in written.items():
        images = data_dir / "plates/images" / split
        labels = data_dir / "plates/labels" / split
        target = _folders(out_dir / "photos" / split)
        for file in sorted(images.iterdir()):
            paths.append(_stretch(file, read_boxes(labels / f"{file.stem}.txt"), target))
        for photo in street:
            if (split == "train" and photo.fold >= 4) or (split == "val" and photo.fold == 3):
                boxes = photo.boxes[photo.boxes[:, 0] == plate]
                paths += _tiles(photo, boxes, target)
    return written


def _folders(folder: Path) -> Path:
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "labels").mkdir(parents=True, exist_ok=True)
    return folder


def _stretch(file: Path, boxes: Boxes, target: Path) -> Path:
    factor = _STRETCHES[int(hashlib.sha256(file.stem.encode()).hexdigest()[:8], 16) % 3]
    with Image.open(file) as opened:
        image = opened.convert("RGB")
    image = image.resize((round(image.width * factor), image.height), Image.Resampling.BICUBIC)
    return _write(image, boxes, target, file.stem)


def _tiles(photo: StreetPhoto, boxes: Boxes, target: Path) -> list[Path]:
    with Image.open(photo.path) as opened:
        image = opened.convert("RGB")
    if not len(boxes) and int(hashlib.sha256(photo.source.encode()).hexdigest()[8:12], 16) % (
        _EMPTY_SHARE
    ):
        return []
    paths = []
    for n, (left, top) in enumerate(_corners(image.width, image.height)):
        inside = _crop_boxes(boxes, image.size, left, top)
        if len(boxes) and not len(inside):
            continue
        tile = image.crop((left, top, left + TILE_PX, top + TILE_PX))
        paths.append(_write(tile, inside, target, f"{photo.path.stem}_{n}"))
    return paths if len(boxes) else paths[:1]


def _corners(width: int, height: int) -> Iterator[tuple[int, int]]:
    # The lower half first: cars stand there, and of an empty photo one tile is kept.
    for top in (max(height - TILE_PX, 0), 0):
        for left in (0, max(width - TILE_PX, 0)):
            yield left, top


def _crop_boxes(boxes: Boxes, size: tuple[int, int], left: int, top: int) -> Boxes:
    kept = []
    for kind, x, y, w, h in boxes * (1, *size, *size):
        x0, x1 = np.clip([x - w / 2 - left, x + w / 2 - left], 0, TILE_PX)
        y0, y1 = np.clip([y - h / 2 - top, y + h / 2 - top], 0, TILE_PX)
        if (x1 - x0) * (y1 - y0) >= _VISIBLE * w * h:
            kept.append((kind, (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0))
    return np.array(kept).reshape(-1, 5) / (1, TILE_PX, TILE_PX, TILE_PX, TILE_PX)


def _write(image: Image.Image, boxes: Boxes, target: Path, name: str) -> Path:
    path = target / "images" / f"{name}.jpg"
    image.save(path, quality=92)
    rows = [f"0 {x:.6f} {y:.6f} {w:.6f} {h:.6f}" for _, x, y, w, h in boxes]
    (target / "labels" / f"{name}.txt").write_text("\n".join(rows), encoding="utf-8")
    return path
