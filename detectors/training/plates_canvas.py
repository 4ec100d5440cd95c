"""Training canvases: parts of photos with plates, and of streets, side by side at many sizes.

A canvas is a street without plates on which parts of four photos lie (mosaic, after Bochkovskiy et
al. 2020). Each is scaled so that its plate gets a height drawn evenly on a logarithmic scale; some
plates are blurred, as Street View blurs them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

CANVAS_PX = 256
_PLATE_PX = (7.0, 56.0)  # drawn heights of plates
_ENLARGE = 1.5  # photos are enlarged by so much at most
_EMPTY_SCALE = (0.6, 2.1)  # of photos without a plate; the detector enlarges small ones likewise
_STRETCH = (1.0, 1.9)  # of photos that were squeezed into squares; most were 4:3, some 16:9
_SPLIT = (0.35, 0.65)  # where the four photos meet, as a share of the canvas
_BLURRED = 0.3  # share of photos whose plates are blurred
_BLUR = (0.12, 0.35)  # radius, as a share of the plate's height
_VISIBLE = 0.6  # share of a plate that must lie in its part of the canvas
_SMALLEST_PX = 4.0  # lower plates are not taught
_FILLED = 0.25  # a plate that fills so much of its photo is never blurred: nothing would be left
_LIGHT = (0.6, 1.4)  # factors of brightness, contrast, colour
_CENTRED = 0.8  # share of photos cut so that a plate is inside

Boxes = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """A photo and its plates.

    Attributes
    ----------
    path
        The image.
    boxes : ndarray, shape (plates, 4)
        Centre x and y, width and height, as shares of the photo.
    squeezed
        Whether the photo was squeezed into a square before it came here.
    """

    path: Path
    boxes: Boxes
    squeezed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """A picture to learn from.

    Attributes
    ----------
    pixels : ndarray, shape (CANVAS_PX, CANVAS_PX, 3)
        RGB.
    boxes : ndarray, shape (plates, 4)
        Left, top, right, bottom in pixels.
    """

    pixels: npt.NDArray[np.uint8]
    boxes: Boxes


def canvases(
    photos: Sequence[Labelled], streets: Sequence[Path], rng: np.random.Generator
) -> Iterator[Canvas]:
    """Yield canvases without end; each photo is seen once before any is seen again.

    Parameters
    ----------
    photos
        The four parts come from.
    streets
        Photos without plates, to lie below.
    rng
        What decides everything.
    """
    order: list[int] = []
    while True:
        while len(order) < 4:
            order += rng.permutation(len(photos)).tolist()
        street = streets[rng.integers(len(streets))]
        yield _mosaic([photos[order.pop(0)] for _ in range(4)], street, rng)


def _mosaic(photos: Sequence[Labelled], street: Path, rng: np.random.Generator) -> Canvas:
    with Image.open(street) as opened:
        canvas = ImageOps.fit(opened.convert("RGB"), (CANVAS_PX, CANVAS_PX))
    x, y = (round(CANVAS_PX * share) for share in rng.uniform(*_SPLIT, 2))
    parts = [(0, 0, x, y), (x, 0, CANVAS_PX, y), (0, y, x, CANVAS_PX), (x, y, CANVAS_PX, CANVAS_PX)]
    boxes = []
    for photo, (left, top, right, bottom) in zip(photos, parts, strict=True):
        image, inside = _part(photo, (right - left, bottom - top), rng)
        canvas.paste(image, (left, top))
        boxes.append(inside + np.array([left, top, left, top]))
    return Canvas(np.asarray(canvas), np.concatenate(boxes))


def _part(
    photo: Labelled, size: tuple[int, int], rng: np.random.Generator
) -> tuple[Image.Image, Boxes]:
    """Return a scaled piece of a photo, at most so large, and the plates in it."""
    with Image.open(photo.path) as opened:
        image = opened.convert("RGB")
    scale, stretch = _scale(photo, image, rng)
    wide = max(round(image.width * scale * stretch), 8)
    high = max(round(image.height * scale), 8)
    image = image.resize((wide, high), Image.Resampling.BILINEAR)
    centre, half = photo.boxes[:, :2] * (wide, high), photo.boxes[:, 2:] * (wide, high) / 2
    boxes = np.concatenate([centre - half, centre + half], 1)
    if rng.random() < _BLURRED and photo.boxes[:, 2:].prod(1).max(initial=0) < _FILLED:
        _blur(image, boxes, rng)
    corner = _corner((wide, high), size, boxes, rng)
    image = image.crop((*corner, min(corner[0] + size[0], wide), min(corner[1] + size[1], high)))
    boxes = _clip(boxes - np.tile(corner, 2), image.size)
    if rng.random() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        boxes = np.stack(
            [image.width - boxes[:, 2], boxes[:, 1], image.width - boxes[:, 0], boxes[:, 3]], 1
        )
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhance(image).enhance(rng.uniform(*_LIGHT))
    return image, boxes


def _scale(photo: Labelled, image: Image.Image, rng: np.random.Generator) -> tuple[float, float]:
    """Return by how much to scale a photo, and its width once more."""
    stretch = rng.uniform(*_STRETCH) if photo.squeezed else 1.0
    if not len(photo.boxes):
        most = _EMPTY_SCALE[1] * 304 / image.width  # a photo of 640 px is not enlarged
        return float(np.exp(rng.uniform(np.log(_EMPTY_SCALE[0]), np.log(most)))), stretch
    height = photo.boxes[rng.integers(len(photo.boxes)), 3] * image.height
    wanted = float(np.exp(rng.uniform(*np.log(_PLATE_PX))))
    return float(np.clip(wanted / height, 0.15, _ENLARGE)), stretch


def _blur(image: Image.Image, boxes: Boxes, rng: np.random.Generator) -> None:
    for box in boxes:
        grown = box + np.array([-0.1, -0.1, 0.1, 0.1]) * (box[3] - box[1])
        x0, y0, x1, y1 = np.clip(grown, 0, (*image.size, *image.size)).astype(int).tolist()
        if x1 - x0 < 2 or y1 - y0 < 2:
            continue
        radius = rng.uniform(*_BLUR) * (y1 - y0)
        piece = image.crop((x0, y0, x1, y1)).filter(ImageFilter.GaussianBlur(radius))
        image.paste(piece, (x0, y0))


def _corner(
    size: tuple[int, int], part: tuple[int, int], boxes: Boxes, rng: np.random.Generator
) -> tuple[int, int]:
    """Return where the piece begins, mostly so that one of the plates is in it."""
    low, high = np.zeros(2), np.maximum(np.subtract(size, part), 0).astype(float)
    if len(boxes) and rng.random() < _CENTRED:
        box = boxes[rng.integers(len(boxes))]
        low = np.clip(box[2:] - part, 0, high)
        high = np.clip(box[:2], low, high)
    x, y = np.rint(rng.uniform(low, high)).astype(int).tolist()
    return x, y


def _clip(boxes: Boxes, size: tuple[int, int]) -> Boxes:
    """Return the plates that are mostly inside, cut at the border."""
    inside = np.clip(boxes, 0, (*size, *size))
    area = (inside[:, 2:] - inside[:, :2]).prod(1)
    share = area / np.maximum((boxes[:, 2:] - boxes[:, :2]).prod(1), 1e-9)
    high_enough = inside[:, 3] - inside[:, 1] >= _SMALLEST_PX
    return inside[(share >= _VISIBLE) & high_enough]
