"""Photos with number plates, and streets without any, by what they serve for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from clues.tabular import read_rows
from detectors.training.plates_canvas import Labelled
from detectors.training.street_boxes import (
    Boxes,
    fold_of,
    read_boxes,
    read_by_hash,
    read_street,
)
from detectors.yolo import Detection, overlap

PLATE = "plate"
LICENCE = (
    "AGPL-3.0 (YOLOv8n of ultralytics, COCO 2017); fine-tuned on photos with number plates that "
    "are research material and not part of the project"
)
# Plates in test photos that the set's labels lack, found by eye among the surest false boxes.
_UNBOXED = Path(__file__).with_name("labels") / "plate_unboxed.csv"
# A photo with one of these tags may show a plate although nobody tagged it.
_MAY_HAVE_PLATES = frozenset({"bus", "car", "cameracar", "motorbike", "plate", "truck", "tuktuk"})
_STREETS_FROM_FOLD = 7  # photos without plates of folds 7 to 9 train, the others calibrate
_SAME = 0.5  # intersection over union of two boxes of one plate
_STREET_REPEATS = 3  # there are few street views with boxes


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What to learn from: photos with plates, photos of streets without."""

    photos: Sequence[Labelled]
    streets: Sequence[Path]


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
    rows, _ = read_rows(street_dir / "cue_labels.csv", ("file", "tags"))
    return [
        row["file"]
        for row in rows
        if row["file"].startswith("train/")
        and fold_of(row["file"]) >= _STREETS_FROM_FOLD
        and _MAY_HAVE_PLATES.isdisjoint(row["tags"].split())
    ]


def unboxed() -> dict[str, Boxes]:
    """Return plates that the labels lack: a photo's hash to left, top, right, bottom, as shares."""
    return read_by_hash(_UNBOXED)


def without(found: Sequence[Detection], path: Path, known: Mapping[str, Boxes]) -> list[Detection]:
    """Return what was found in a photo but for boxes on plates that its labels lack."""
    boxes = known.get(hashlib.sha256(path.read_bytes()).hexdigest()[:16])
    if boxes is None:
        return list(found)
    with Image.open(path) as opened:
        boxes = boxes * np.array(opened.size * 2)
    return [one for one in found if overlap(np.array(one.box.xyxy_px), boxes).max() < _SAME]
