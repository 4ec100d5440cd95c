"""Measure how many heads and plates the picture of a shared report hides.

    python -m detectors.training.hidden DATA

DATA holds ``streetview`` and ``plates``. Heads are those in ``labels/heads.csv``, boxed by eye in
street views of the training split that were chosen for the people in them. Measured is what the two
detectors ask to hide; `clues locate` also hides what reading finds to be a plate.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clues.cue import Box
from clues.detector import Discreet
from clues.photo import Photo, open_photo
from clues.report.private import hidden_area
from detectors.manifest import sha256_of
from detectors.plates import create as create_plates
from detectors.training.boxes import Floats
from detectors.training.street_boxes import (
    corners,
    fold_of,
    read_boxes,
    read_by_hash,
    read_street,
)
from detectors.vehicles import create as create_vehicles

LABELS = Path(__file__).with_name("labels") / "heads.csv"
HELD_OUT = range(3)  # folds of street views that plates are not trained on
# Shares of a box that must be hidden for it to count: boxes of a few pixels are rough.
MOSTLY, WHOLLY = 0.5, 0.9
HEAD_PX = (6.0, 10.0)
PLATE_PX = (8.0, 16.0)


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A photo and what should be hidden in it.

    Attributes
    ----------
    path
    boxes : ndarray, shape (boxes, 4)
        Left, top, right, bottom, as shares of the photo.
    """

    path: Path
    boxes: Floats


def heads(folder: Path) -> list[Labelled]:
    """Return the street views with boxed heads, found by the hash of their file."""
    boxes = read_by_hash(LABELS)
    files = sorted([*folder.glob("train/*"), *folder.glob("boxes/images/*")])
    named = ((path, sha256_of(path)[:16]) for path in files)
    return [Labelled(path, boxes[name]) for path, name in named if name in boxes]


def plates_of_streets(folder: Path) -> list[Labelled]:
    """Return the street views with boxed plates that the plate detector was not trained on."""
    photos, classes = read_street(folder)
    plate = classes.index("plate")
    held_out = [one for one in photos if fold_of(one.source) in HELD_OUT]
    return [Labelled(one.path, corners(one.boxes[one.boxes[:, 0] == plate])) for one in held_out]


def plates_of_test(folder: Path) -> list[Labelled]:
    """Return the photos of the test split."""
    paths = sorted((folder / "images" / "test").iterdir())
    labels = folder / "labels" / "test"
    return [Labelled(path, corners(read_boxes(labels / f"{path.stem}.txt"))) for path in paths]


def covered(photo: Photo, hidden: Iterable[Box], boxes: Floats) -> Floats:
    """Return the share of each box, in pixels, that is hidden; shape (boxes,)."""
    mask = np.zeros((photo.height, photo.width))
    for box in hidden:
        area = hidden_area(box.xyxy_px, (photo.width, photo.height))
        if area is not None:
            mask[area[1] : area[3], area[0] : area[2]] = 1
    low, high = np.floor(boxes[:, :2]).astype(int), np.ceil(boxes[:, 2:]).astype(int)
    parts = [mask[y0:y1, x0:x1] for (x0, y0), (x1, y1) in zip(low, high, strict=True)]
    return np.array([part.mean() if part.size else 0.0 for part in parts])


def measure(
    name: str,
    labelled: Sequence[Labelled],
    detector: Discreet,
    steps: tuple[float, float],
) -> None:
    """Print the shares that are hidden, by height."""
    heights, shares = [], []
    for one in (one for one in labelled if len(one.boxes)):
        photo = open_photo(one.path)
        boxes = one.boxes * np.array([photo.width, photo.height] * 2)
        heights += list(boxes[:, 3] - boxes[:, 1])
        shares += list(covered(photo, detector.private(photo), boxes))
    height, share = np.array(heights), np.array(shares)
    print(f"{name}: mostly hidden, and nine tenths of it")
    for low, high in ((0.0, np.inf), *zip((0.0, *steps), (*steps, np.inf), strict=True)):
        own = share[(height >= low) & (height < high)]
        mostly, wholly = (own >= MOSTLY).sum(), (own >= WHOLLY).sum()
        print(f"  {low:.0f} to {high:.0f} px high: {mostly} and {wholly} of {len(own)}", flush=True)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    data = parser.parse_args().data
    people, plates = create_vehicles(), create_plates()
    streets = data / "streetview"
    measure("heads, street views", heads(streets), people, HEAD_PX)
    held_out = plates_of_streets(streets / "boxes")
    measure("plates, street views held out", held_out, plates, PLATE_PX)
    measure("plates, test photos", plates_of_test(data / "plates"), plates, PLATE_PX)


if __name__ == "__main__":
    main()
