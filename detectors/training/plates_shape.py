"""Fit and measure what a plate's box tells about its shape.

    python -m detectors.training.plates_shape --data ../shared/data --out /tmp/runs/plates

Fitted on crops of US plates and on the size of European plates, 520 by 110 mm, with the same
spread; measured on the boxes found in the test photos, which come from the US and from Europe.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.cue import Box
from clues.photo import open_photo
from clues.tabular import read_rows
from detectors.objects import Find, finder
from detectors.plates.detector import MODEL, SHAPE_FILE
from detectors.plates.shape import SHAPE_VARIABLE, ShapeModel
from detectors.training.boxes import Measured
from detectors.training.card import number, record_weights
from detectors.training.metrics import auc, with_interval
from detectors.training.plates_data import LICENCE
from detectors.training.plates_reading import interval
from detectors.training.street_boxes import Boxes, read_boxes
from detectors.yolo import overlap

_LEAST_PX = 6.0  # height
_SAME = 0.4  # intersection over union of a box found and a true one
_FLOOR = 0.15
_EUROPEAN = 520 / 110
# No European plate was fitted, so that a ratio is held to ten to one, by hand.
_BOUND = 2.3

Floats = npt.NDArray[np.float64]


def fit_shape(
    plates_dir: Path, find: Find, *, rounds: int
) -> tuple[ShapeModel, dict[str, Measured]]:
    """Fit on every second US crop, measure on the test photos.

    Parameters
    ----------
    plates_dir
        With ``us_crops.csv``, ``images`` and ``labels``.
    find
        Finds plates.
    rounds
        Of the bootstrap.
    """
    crops = _crop_forms(plates_dir)
    # a plate seen from aside is narrower by up to a third, a European one as an American one
    spread = max(float(crops.std()), np.log(1.5) / 2)
    mean = np.array([crops.mean(), np.log(_EUROPEAN)])
    model = ShapeModel(mean, np.array([spread, spread]), _BOUND)
    form, short = _test_forms(plates_dir, find)
    told = np.array([model.log_ratio(Box(0, 0, np.exp(f), 1)) for f in form])
    right = ((told > 0) == short).astype(float).tolist()
    return model, {
        f"{SHAPE_VARIABLE} AUC": with_interval(auc, told, short, rounds=rounds),
        f"{SHAPE_VARIABLE} right": interval(right, rounds),
    }


def _test_forms(plates_dir: Path, find: Find) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Return the forms of plates found in the test photos, and whether they are American."""
    form, short = [], []
    for path in sorted((plates_dir / "images/test").iterdir()):
        boxes = read_boxes(plates_dir / "labels/test" / f"{path.stem}.txt")
        own = list(_forms(path, boxes, find))
        form += own
        short += [path.stem.split("_")[1] == "us"] * len(own)
    return np.array(form), np.array(short)


def _crop_forms(plates_dir: Path) -> Floats:
    """Return the forms of every second US crop: the others measure."""
    rows, _ = read_rows(plates_dir / "us_crops.csv", ["file"])
    files = [row["file"] for row in rows][0::2]
    sizes = []
    for file in files:
        with Image.open(plates_dir / file) as opened:
            sizes.append(opened.size)
    wide, high = np.array(sizes, float).T
    return np.asarray(np.log(wide / high))


def _forms(path: Path, boxes: Boxes, find: Find) -> Iterator[float]:
    """Yield the log of width by height of the boxes found on true ones."""
    if not len(boxes):
        return
    photo = open_photo(path)
    found = np.array([one.box.xyxy_px for one in find(photo) if one.score >= _FLOOR])
    size = np.array([photo.width, photo.height] * 2)
    for centre, half in zip(boxes[:, 1:3], boxes[:, 3:5] / 2, strict=True):
        if not len(found):
            return
        shared = overlap(np.concatenate([centre - half, centre + half]) * size, found)
        left, top, right, bottom = found[int(shared.argmax())]
        if shared.max() >= _SAME and bottom - top >= _LEAST_PX:
            yield float(np.log((right - left) / (bottom - top)))


def main() -> None:
    """Fit, write the weights into a folder, and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    find = finder(MODEL.head_file)
    model, figures = fit_shape(options.data / "plates", find, rounds=1000)
    model.save(options.out / SHAPE_FILE)
    record_weights(options.out / SHAPE_FILE, MODEL.name, LICENCE, metrics=figures)
    for name, value in figures.items():
        print(f"{name:30} {number(value)}")


if __name__ == "__main__":
    main()
