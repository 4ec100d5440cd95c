"""Photos with number plates, and streets without any, by what they serve for."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.errors import CluesError
from detectors.training.plates_canvas import Labelled
from detectors.yolo import Detection, overlap

PLATE = "plate"
# Plates in test photos that the set's labels lack, found by eye among the surest false boxes.
_UNBOXED = Path(__file__).with_name("labels") / "plate_unboxed.csv"
# A photo with one of these tags may show a plate although nobody tagged it.
_MAY_HAVE_PLATES = frozenset({"bus", "car", "cameracar", "motorbike", "plate", "truck", "tuktuk"})
_STREETS_FROM_FOLD = 7  # photos without plates of folds 7 to 9 train, the others calibrate
_SAME = 0.5  # intersection over union of two boxes of one plate
_STREET_REPEATS = 3  # there are few street views with boxes

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
        return fold_of(self.source)


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What to learn from: photos with plates, photos of streets without."""

    photos: Sequence[Labelled]
    streets: Sequence[Path]


def fold_of(source: str) -> int:
    """Return a number in 0..9 for a photo's file in ``streetview``."""
    return int(hashlib.sha256(source.encode()).hexdigest()[:8], 16) % 10


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


def material(data_dir: Path, street_dir: Path) -> dict[str, Material]:
    """Return what to train on and to validate with.

    Street views are split by photo: folds 4 to 9 train, 3 validates, 0 to 2 measure.
    """
    boxed, classes = read_street(street_dir / "boxes")
    plate = classes.index(PLATE)
    views = {p.source: Labelled(p.path, p.boxes[p.boxes[:, 0] == plate][:, 1:]) for p in boxed}
    # A street view in the boxed set belongs to one use only, whatever its tags say.
    empty = [source for source in empty_streets(street_dir) if source not in views]
    result = {}
    for split, folds, repeats in (("train", range(4, 10), _STREET_REPEATS), ("val", [3], 1)):
        labels = data_dir / "plates/labels" / split
        files = sorted((data_dir / "plates/images" / split).iterdir())
        cars = [Labelled(f, read_boxes(labels / f"{f.stem}.txt")[:, 1:], True) for f in files]
        own = [view for source, view in views.items() if fold_of(source) in folds]
        with_plates = [view for view in own if len(view.boxes)]
        streets = [view.path for view in own if not len(view.boxes)]
        if split == "train":
            streets += [street_dir / source for source in empty]
        result[split] = Material([*cars, *with_plates * repeats], streets)
    return result


def empty_streets(street_dir: Path) -> list[str]:
    """Return tagged street views without plates or vehicles that train as background."""
    with (street_dir / "cue_labels.csv").open(encoding="utf-8", newline="") as stream:
        return [
            row["file"]
            for row in csv.DictReader(stream)
            if row["file"].startswith("train/")
            and fold_of(row["file"]) >= _STREETS_FROM_FOLD
            and _MAY_HAVE_PLATES.isdisjoint(row["tags"].split())
        ]


def unboxed() -> dict[str, Boxes]:
    """Return plates that the labels lack: a photo's hash to left, top, right, bottom, as shares."""
    found: dict[str, list[list[float]]] = {}
    with _UNBOXED.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            box = [float(row[side]) for side in ("x0", "y0", "x1", "y1")]
            found.setdefault(row["sha256"], []).append(box)
    return {name: np.array(boxes) for name, boxes in found.items()}


def without(found: Sequence[Detection], path: Path, known: Mapping[str, Boxes]) -> list[Detection]:
    """Return what was found in a photo but for boxes on plates that its labels lack."""
    boxes = known.get(hashlib.sha256(path.read_bytes()).hexdigest()[:16])
    if boxes is None:
        return list(found)
    with Image.open(path) as opened:
        boxes = boxes * np.array(opened.size * 2)
    return [one for one in found if overlap(np.array(one.box.xyxy_px), boxes).max() < _SAME]
