"""A YOLOv8 in parts, on ONNX Runtime: one run of the backbone, and a small head per task.

`YoloBackbone` turns a photo into feature maps once, however many heads (vehicles, plates ...)
read them. A head that learned on COCO's frozen neck starts from the neck's maps, which are
computed when the first such head asks; one whose neck was fine-tuned holds its own. A head's graph
gives raw scores and box distributions; decoding and non-maximum suppression are done here, on the
few cells that score.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.cue import Box
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors.manifest import WeightsError, load_manifest, weight_file
from detectors.recent import Recent
from detectors.session import open_session

BACKBONE_FILE = "yolo.onnx"
NECK_FILE = "yolo_neck.onnx"
STRIDES = (8, 16, 32)
LEVELS = ("p3", "p4", "p5")  # the backbone's maps
NECK = ("n3", "n4", "n5", "b3", "b4", "b5")  # the neck's, and the last hidden ones of box towers
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
Maps = tuple[Floats, ...]


@dataclass(frozen=True, eq=False)
class Tile:
    """The feature maps of a part of a photo.

    Attributes
    ----------
    left, top
        Where the part begins, in pixels of the photo.
    scale
        Network pixels per pixel of the photo.
    levels
        Maps of the backbone, `LEVELS`; shape (1, channels, rows, columns), strides 8, 16 and 32.
    run_neck
        Computes `neck` from them.
    """

    left: float
    top: float
    scale: float
    levels: Maps
    run_neck: Callable[[Maps], Maps]

    @cached_property
    def neck(self) -> Maps:
        """Maps of the neck, `NECK`; computed on first use."""
        return self.run_neck(self.levels)


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


def network_input(image: Image.Image, long_side_px: int = LONG_SIDE_PX) -> tuple[Floats, float]:
    """Return an image as input, shape (1, 3, rows, columns), 0 to 1, and the scale used.

    The long side becomes ``long_side_px`` (small photos are enlarged to about twice their size at
    most); grey fills the right and lower margin up to a multiple of the largest stride.
    """
    scale = min(long_side_px / max(image.size), _MAX_ENLARGED)
    wide, high = (max(round(side * scale), 1) for side in image.size)
    step = STRIDES[-1]
    rows, columns = math.ceil(high / step) * step, math.ceil(wide / step) * step
    canvas = np.full((rows, columns, 3), _GREY, np.uint8)
    canvas[:high, :wide] = np.asarray(image.resize((wide, high), Image.Resampling.BILINEAR))
    pixels = np.ascontiguousarray(canvas.transpose(2, 0, 1)[None], dtype=np.float32)
    pixels /= 255
    return pixels, scale


class YoloBackbone:
    """Runs the layers that heads share, once per photo.

    Raises
    ------
    MissingExtraError
        If onnxruntime is not installed.
    WeightsError
        If the weights are missing or altered.
    """

    def __init__(self, folder: Path = WEIGHTS_DIR) -> None:
        self._folder = folder
        self._session = open_session(weight_file(BACKBONE_FILE, folder))
        self._recent = Recent(lambda photo: tuple(self._run(photo)), _KEPT)

    def tiles(self, photo: Photo) -> tuple[Tile, ...]:
        """Return the features of a photo, from memory if it was among the last few."""
        return self._recent(photo)

    @cached_property
    def _neck(self) -> Any:
        return open_session(weight_file(NECK_FILE, self._folder))

    def _run(self, photo: Photo) -> Iterator[Tile]:
        image = Image.fromarray(photo.pixels)
        for part in parts(photo.width, photo.height):
            yield self.run(*network_input(image.crop(part)), part[:2])

    def run(self, pixels: Floats, scale: float = 1.0, origin: tuple[float, float] = (0, 0)) -> Tile:
        """Run the network alone; ``origin`` is the part's left and top in the photo."""
        levels = self._session.run(list(LEVELS), {"image": pixels})
        return Tile(*origin, scale, tuple(levels), self._run_neck)

    def _run_neck(self, levels: Maps) -> Maps:
        return tuple(self._neck.run(list(NECK), dict(zip(LEVELS, levels, strict=True))))


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
        self._inputs = tuple(given.name for given in self._session.get_inputs())
        if self._inputs not in (LEVELS, NECK):
            raise WeightsError(f"{file}: not a head for this version of Clues; train it again.")

    def __call__(self, tiles: tuple[Tile, ...], threshold: float) -> list[Detection]:
        """Return the objects that score at least ``threshold``, the surest first."""
        boxes, scores, kinds = [], [], []
        for tile in tiles:
            logits, sides = self.run(tile)
            shapes = [level.shape[2:] for level in tile.levels]
            found, score, kind = decode(logits[0], sides[0], shapes, threshold)
            boxes.append(found / tile.scale + (tile.left, tile.top, tile.left, tile.top))
            scores.append(score)
            kinds.append(kind)
        box, score, kind = map(np.concatenate, (boxes, scores, kinds))
        kept = suppress(box, score, kind)
        return [
            Detection(self.classes[kind], score, Box(*sides))
            for kind, score, sides in zip(
                kind[kept].tolist(), score[kept].tolist(), box[kept].tolist(), strict=True
            )
        ]

    def run(self, tile: Tile) -> tuple[Floats, Floats]:
        """Run the network alone: logits of classes and of box distances; see `decode`."""
        maps = tile.levels if self._inputs == LEVELS else tile.neck
        feed = dict(zip(self._inputs, maps, strict=True))
        return tuple(self._session.run(["classes", "boxes"], feed))


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
    (left, top, right, bottom), (lefts, tops, rights, bottoms) = one, many.T
    wide = np.minimum(right, rights) - np.maximum(left, lefts)
    high = np.minimum(bottom, bottoms) - np.maximum(top, tops)
    inside = np.maximum(wide, 0) * np.maximum(high, 0)
    area = (rights - lefts) * (bottoms - tops) + (right - left) * (bottom - top)
    return np.asarray(inside / np.maximum(area - inside, 1e-9))


@cache
def shared(folder: Path = WEIGHTS_DIR) -> YoloBackbone:
    """Return the process's one backbone for a folder of weights."""
    return YoloBackbone(folder)
