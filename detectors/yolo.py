"""A YOLOv8 in parts, on ONNX Runtime: one run of the backbone, and a small head per task.

`YoloBackbone` turns a photo into feature maps once, however many heads (vehicles, plates ...)
read them. A head's graph gives raw scores and box distributions; decoding and non-maximum
suppression are done here, on the few cells that score.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.cue import Box
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors.manifest import WeightsError, load_manifest, weight_file
from detectors.session import open_session

BACKBONE_FILE = "yolo.onnx"
STRIDES = (8, 16, 32)
LEVELS = ("p3", "p4", "p5")
LONG_SIDE_PX = 640
_BINS = 16  # of the distribution over the distance from a cell to each side of its box
_MAX_ENLARGED = 2.2
# A photo longer than this is looked at as a whole and in four overlapping parts.
_TILED_FROM_PX = 1280
_TILE_SHARE = 0.55
_GREY = 114  # what fills the margin, as in training
_MAX_OVERLAP = 0.6  # intersection over union of two boxes of one class
_MAX_BOXES = 100
_KEPT = 4

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """The feature maps of a part of a photo.

    Attributes
    ----------
    left, top
        Where the part begins, in pixels of the photo.
    scale
        Network pixels per pixel of the photo.
    levels
        Three maps, shape (1, channels, rows, columns), strides 8, 16 and 32.
    """

    left: float
    top: float
    scale: float
    levels: tuple[Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class Detection:
    """An object: its class, probability and box in pixels of the photo."""

    kind: str
    score: float
    box: Box


def parts(width: int, height: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield the parts of a photo to look at, as left, top, right, bottom pixels."""
    yield 0, 0, width, height
    if max(width, height) > _TILED_FROM_PX:
        wide, high = math.ceil(width * _TILE_SHARE), math.ceil(height * _TILE_SHARE)
        for top in (0, height - high):
            for left in (0, width - wide):
                yield left, top, left + wide, top + high


def network_input(image: Image.Image) -> tuple[Floats, float]:
    """Return an image as input, shape (1, 3, rows, columns), 0 to 1, and the scale used.

    The long side becomes `LONG_SIDE_PX` (small photos are enlarged to about twice their size at
    most); grey fills the right and lower margin up to a multiple of the largest stride.
    """
    scale = min(LONG_SIDE_PX / max(image.size), _MAX_ENLARGED)
    wide, high = (max(round(side * scale), 1) for side in image.size)
    step = STRIDES[-1]
    rows, columns = math.ceil(high / step) * step, math.ceil(wide / step) * step
    canvas = np.full((rows, columns, 3), _GREY, np.uint8)
    canvas[:high, :wide] = np.asarray(image.resize((wide, high), Image.Resampling.BILINEAR))
    pixels = np.ascontiguousarray(canvas.transpose(2, 0, 1)[None], dtype=np.float32)
    pixels /= 255
    return pixels, scale


class YoloBackbone:
    """Runs the shared layers, once per photo.

    Raises
    ------
    MissingExtraError
        If onnxruntime is not installed.
    WeightsError
        If the weights are missing or altered.
    """

    def __init__(self, folder: Path = WEIGHTS_DIR) -> None:
        self._session = open_session(weight_file(BACKBONE_FILE, folder))
        self._tiles: OrderedDict[str, tuple[Tile, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def tiles(self, photo: Photo) -> tuple[Tile, ...]:
        """Return the features of a photo, from memory if it was among the last few."""
        with self._lock:
            known = self._tiles.get(photo.sha256)
            if known is None:
                known = tuple(self._run(photo))
                self._tiles[photo.sha256] = known
                while len(self._tiles) > _KEPT:
                    self._tiles.popitem(last=False)
            return known

    def _run(self, photo: Photo) -> Iterator[Tile]:
        image = Image.fromarray(photo.pixels)
        for part in parts(photo.width, photo.height):
            pixels, scale = network_input(image.crop(part))
            levels = self._session.run(list(LEVELS), {"image": pixels})
            yield Tile(part[0], part[1], scale, tuple(levels))


class YoloHead:
    """Finds objects of some classes in a backbone's features.

    Parameters
    ----------
    file
        The head's graph in the folder of weights; its classes are in the manifest.
    """

    def __init__(self, file: str, folder: Path = WEIGHTS_DIR) -> None:
        self._session = open_session(weight_file(file, folder))
        entry = load_manifest(folder)[file]
        self.classes = entry.classes
        self.version = entry.sha256[:12]
        if not self.classes:
            raise WeightsError(f"{file}: the manifest names no classes; reinstall Clues.")

    def __call__(self, tiles: tuple[Tile, ...], threshold: float) -> list[Detection]:
        """Return the objects that score at least ``threshold``, the surest first."""
        boxes, scores, kinds = [], [], []
        for tile in tiles:
            feed = dict(zip(LEVELS, tile.levels, strict=True))
            logits, sides = self._session.run(["classes", "boxes"], feed)
            shapes = [level.shape[2:] for level in tile.levels]
            found, score, kind = decode(logits[0], sides[0], shapes, threshold)
            boxes.append(found / tile.scale + (tile.left, tile.top, tile.left, tile.top))
            scores.append(score)
            kinds.append(kind)
        box, score, kind = map(np.concatenate, (boxes, scores, kinds))
        return [
            Detection(self.classes[int(kind[n])], float(score[n]), Box(*map(float, box[n])))
            for n in suppress(box, score, kind)
        ]


def decode(
    logits: Floats, sides: Floats, shapes: list[tuple[int, ...]], threshold: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return boxes, scores and classes of the cells that score.

    Parameters
    ----------
    logits : ndarray, shape (classes, cells)
        Cells of all levels, row by row, finest level first.
    sides : ndarray, shape (4 * bins, cells)
        Logits of the distance from the cell's centre to left, top, right and bottom, in strides
        (distribution focal loss, Li et al. 2020).
    shapes
        Rows and columns of each level.
    threshold
        Lowest probability.

    Returns
    -------
    boxes : ndarray, shape (found, 4)
        Left, top, right, bottom in network pixels.
    scores, classes : ndarray, shape (found,)
    """
    floor = math.log(threshold / (1 - threshold))
    kind, cell = np.nonzero(logits >= floor)
    score = 1 / (1 + np.exp(-logits[kind, cell].astype(np.float64)))
    centre, stride = _cells(tuple(shape[:2] for shape in shapes))
    spread = sides[:, cell].astype(np.float64).reshape(4, _BINS, -1)
    spread = np.exp(spread - spread.max(1, keepdims=True))
    spread /= spread.sum(1, keepdims=True)
    distance = np.einsum("sbn,b->ns", spread, np.arange(_BINS, dtype=np.float64))
    x, y = centre[cell].T
    box = np.stack(
        [x - distance[:, 0], y - distance[:, 1], x + distance[:, 2], y + distance[:, 3]], 1
    )
    return box * stride[cell, None], score, kind


@cache
def _cells(
    shapes: tuple[tuple[int, ...], ...],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return each cell's centre, in strides, and its stride."""
    centres, strides = [], []
    for (rows, columns), stride in zip(shapes, STRIDES, strict=True):
        y, x = np.mgrid[:rows, :columns] + 0.5
        centres.append(np.stack([x.ravel(), y.ravel()], 1))
        strides.append(np.full(rows * columns, float(stride)))
    return np.concatenate(centres), np.concatenate(strides)


def suppress(
    box: npt.NDArray[np.float64], score: npt.NDArray[np.float64], kind: npt.NDArray[np.int64]
) -> list[int]:
    """Return the rows to keep, best first: of boxes that overlap within a class, the surest."""
    sound = (box[:, 2] > box[:, 0]) & (box[:, 3] > box[:, 1]) & np.isfinite(box).all(1)
    order = np.nonzero(sound)[0]
    order = order[np.argsort(-score[order], kind="stable")][: 10 * _MAX_BOXES]
    kept: list[int] = []
    while len(order) and len(kept) < _MAX_BOXES:
        best, rest = order[0], order[1:]
        kept.append(int(best))
        same = (kind[rest] == kind[best]) & (overlap(box[best], box[rest]) > _MAX_OVERLAP)
        order = rest[~same]
    return kept


def overlap(one: npt.NDArray[np.float64], many: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the intersection over union of a box with each of many, shape (many,)."""
    low, high = np.maximum(one[:2], many[:, :2]), np.minimum(one[2:], many[:, 2:])
    inside = np.clip(high - low, 0, None).prod(1)
    area = (many[:, 2:] - many[:, :2]).prod(1) + (one[2:] - one[:2]).prod()
    return np.asarray(inside / np.maximum(area - inside, 1e-9))


@cache
def shared(folder: Path = WEIGHTS_DIR) -> YoloBackbone:
    """Return the process's one backbone for a folder of weights."""
    return YoloBackbone(folder)
