"""The networks that look at the whole photo; all heads share their single run.

Two graphs (ONNX) hold EfficientNet-Lites (after Tan & Le 2019; weights by
`detectors.training.scene`) and their heads: a frozen network, and fine-tuned ones whose outputs
add to the first one's. Scene tags and appearance experts read from the same `Features`, so that a
photo passes through each network once, however many of them ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from clues.cue import Box
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors.manifest import load_manifest, weight_file
from detectors.recent import Recent
from detectors.session import open_session

GRAPH_FILE = "scene.onnx"
TUNED_FILE = "scene_tuned.onnx"
WIDTH, HEIGHT = 304, 288
# A view is at most this much wider or higher than the shape that the network was trained on.
_MAX_STRETCH = 1.35
_MAX_VIEWS = 3
# The share of a photo's sides that is looked at once more, closer and mirrored, for the place.
_MIDDLE = 0.7
# Changes with how views make features; part of the version of what reads `Features.cells`.
LOOK = 3
_KEPT = 64

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A part of a photo that went through the network.

    Attributes
    ----------
    box
        Where it lies, in pixels of the photo.
    activation : ndarray, shape (tags, rows, columns)
        How much each cell of the view adds to each tag's logit (class activation map after
        Zhou et al. 2016).
    """

    box: Box
    activation: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What the networks say about one photo.

    Attributes
    ----------
    tags : ndarray, shape (tags,)
        Uncalibrated logit per scene tag.
    cells : ndarray, shape (cells,)
        Uncalibrated log-likelihood per geocell, up to a constant.
    embedding : ndarray, shape (dimensions,)
        Unit vector; close vectors look alike.
    views
        The parts of the photo that were looked at.
    """

    tags: Floats
    cells: Floats
    embedding: Floats
    views: tuple[View, ...]


def view_boxes(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Return the parts of a photo to look at, as left, top, right, bottom pixels.

    A photo of about the trained shape is one view. A panorama or a tall photo is covered by two
    or three overlapping ones, so that nothing is squeezed out of recognition.
    """
    shape = WIDTH / HEIGHT
    stretch = max(width / height / shape, shape * height / width)
    if stretch <= _MAX_STRETCH:
        return [(0, 0, width, height)]
    count = min(_MAX_VIEWS, int(np.ceil(stretch - 0.1)))
    if width / height > shape:
        side = min(width, round(height * shape * _MAX_STRETCH))
        return [(x, 0, x + side, height) for x in _starts(width, side, count)]
    side = min(height, round(width / shape * _MAX_STRETCH))
    return [(0, y, width, y + side) for y in _starts(height, side, count)]


def _starts(length: int, side: int, count: int) -> list[int]:
    return [round(start) for start in np.linspace(0, length - side, count)]


def middle_box(width: int, height: int) -> tuple[int, int, int, int]:
    """Return the middle of a photo as left, top, right, bottom pixels."""
    x, y = round((1 - _MIDDLE) / 2 * width), round((1 - _MIDDLE) / 2 * height)
    return x, y, max(x + 1, width - x), max(y + 1, height - y)


def network_input(image: Image.Image) -> Floats:
    """Return an image as the network's input, shape (3, HEIGHT, WIDTH), about -1 to 1."""
    small = np.asarray(image.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC))
    pixels = np.ascontiguousarray(small.transpose(2, 0, 1), dtype=np.float32)
    pixels -= 127
    pixels /= 128
    return pixels


class Backbone:
    """Runs the shared networks, once per photo.

    Parameters
    ----------
    folder
        Where the weights and their manifest lie.

    Raises
    ------
    MissingExtraError
        If onnxruntime is not installed.
    WeightsError
        If the graph is missing or altered.
    """

    def __init__(self, folder: Path = WEIGHTS_DIR) -> None:
        self.folder = folder
        frozen, *tuned = (open_session(weight_file(name, folder)) for name in graph_files(folder))
        self._frozen = frozen
        self._tuned = tuned[0] if tuned else None
        self._recent = Recent(self._run, _KEPT)

    def features(self, photo: Photo) -> Features:
        """Return the features of a photo, from memory if it was among the last ones."""
        return self._recent(photo)

    def _run(self, photo: Photo) -> Features:
        image = Image.fromarray(photo.pixels)
        boxes = view_boxes(photo.width, photo.height)
        views = {"image": np.stack([network_input(image.crop(box)) for box in boxes])}
        names = ["tags", "cells", "activation"]
        tags, cells, activation, embedding = self._frozen.run([*names, "embedding"], views)
        place = cells.mean(0)
        if len(boxes) == 1:
            # A second look, closer and mirrored, steadies the frozen network's judgement of the
            # place; the fine-tuned ones learned from random crops and mirror images.
            middle = image.crop(middle_box(photo.width, photo.height))
            closer = network_input(ImageOps.mirror(middle))[None]
            again = self._frozen.run(["cells", "embedding"], {"image": closer})
            place = (place + again[0][0]) / 2
            embedding = np.concatenate([embedding, again[1]])
        if self._tuned:
            more = self._tuned.run(names, views)
            tags, place = tags + more[0], place + more[1].mean(0)
            activation = _add_maps(activation, more[2])
        mean = embedding.mean(0)
        return Features(
            # Anything seen in one view is in the photo; the place is judged by all views.
            tags=tags.max(0),
            cells=place,
            embedding=mean / max(float(np.linalg.norm(mean)), 1e-6),
            views=tuple(
                View(Box(*map(float, box)), act) for box, act in zip(boxes, activation, strict=True)
            ),
        )


def _add_maps(maps: Floats, others: Floats) -> Floats:
    """Return the sum of two stacks of maps, the second scaled to the size of the first."""
    (rows, columns), (high, wide) = others.shape[2:], maps.shape[2:]
    return maps + _stretch(rows, high) @ others @ _stretch(columns, wide).T


@cache
def _stretch(length: int, target: int) -> Floats:
    """Return the matrix, shape (target, length), that scales a row of pixels bilinearly."""
    unit = Image.fromarray(np.eye(length, dtype=np.float32))
    return np.asarray(unit.resize((length, target), Image.Resampling.BILINEAR))


def graph_files(folder: Path = WEIGHTS_DIR) -> tuple[str, ...]:
    """Return the names of the graphs in a folder of weights; fine-tuned networks may be absent."""
    return (GRAPH_FILE, TUNED_FILE) if TUNED_FILE in load_manifest(folder) else (GRAPH_FILE,)


@cache
def shared(folder: Path = WEIGHTS_DIR) -> Backbone:
    """Return the process's one backbone for a folder of weights."""
    return Backbone(folder)
