"""At which sizes a photo is read, and how readings at several sizes are joined."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from PIL import Image

from clues.text.word import Polygon, Word, box_of, clean, split_words

# Small signs need blowing up, large lettering is read better at the photo's own size. Recall of
# legible words at each size and at both: `python -m benchmarks.ocr recall`.
_SMALL = (1.25, 800, 1280)  # times the longer side, but no less and no more than these pixels
_LARGE = (2.0, 1280, 1920)
_HUGE_PX = 2560  # photos this large are also read at this size
_LARGEST_FACTOR = 3.0
_MULTIPLE_PX = 32  # text detectors round to it
# What is larger is read in parts: the text detector's memory grows with the area that it sees.
_PART_PX = 1280
_SHARED_PX = 160  # of two neighbouring parts, so that the words at their border are whole in one
_SAME = 0.5  # overlap, as a share of the smaller polygon, above which two readings are of one line
_LETTERS_COUNT = 0.5  # power of the length by which a longer reading wins over a surer one


@dataclass(frozen=True, slots=True)
class Reading:
    """A line as an engine read it, in pixels of the photo.

    ``script`` and ``on_sign`` are those of `Word`.
    """

    text: str
    confidence: float
    polygon: Polygon
    script: tuple[tuple[str, float], ...] = ()
    on_sign: bool = False


def long_sides_px(width: int, height: int) -> tuple[int, ...]:
    """Return the longer sides, in pixels, at which a photo is to be read."""
    longer = max(width, height)
    if longer >= _HUGE_PX:
        return (_SMALL[2], _HUGE_PX)
    return tuple(
        round(min(max(factor * longer, low), high)) for factor, low, high in (_SMALL, _LARGE)
    )


def scaled(
    pixels: npt.NDArray[np.uint8], long_side_px: int
) -> tuple[npt.NDArray[np.uint8], float, float]:
    """Scale RGB pixels so that the longer side is about ``long_side_px``, 3-fold at most.

    Returns
    -------
    (pixels, scale_x, scale_y)
        Scaled pixels, and the factors that coordinates were multiplied by.
    """
    height, width = pixels.shape[:2]
    scale = min(long_side_px / max(height, width), _LARGEST_FACTOR)
    size = (max(_MULTIPLE_PX, round(width * scale)), max(_MULTIPLE_PX, round(height * scale)))
    if size == (width, height):
        return pixels, 1.0, 1.0
    method = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.LANCZOS
    resized = np.asarray(Image.fromarray(pixels).resize(size, method))
    return resized, size[0] / width, size[1] / height


def parts(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Return the parts in which a scaled photo is read, as left, top, right, bottom pixels."""
    return [
        (left, top, right, bottom)
        for top, bottom in _spans(height)
        for left, right in _spans(width)
    ]


def _spans(length: int) -> list[tuple[int, int]]:
    count = max(1, math.ceil((length - _SHARED_PX) / (_PART_PX - _SHARED_PX)))
    size = math.ceil((length + (count - 1) * _SHARED_PX) / count)
    starts = [round(n * (length - size) / max(count - 1, 1)) for n in range(count)]
    return [(start, start + size) for start in starts]


def join(passes: Sequence[Sequence[Reading]], width: int, height: int) -> list[Word]:
    """Join the readings of one photo at several sizes to words.

    Where lines of different passes overlap, the best stays and the words of the others become its
    alternatives, if they are as many.

    Parameters
    ----------
    passes
        Readings by pass.
    width, height
        Size of the photo in pixels.
    """
    ranked = sorted(
        ((reading, number) for number, readings in enumerate(passes) for reading in readings),
        key=lambda item: (-_quality(item[0]), item[0].text),
    )
    kept: list[tuple[Reading, int, shapely.Geometry, list[Reading]]] = []
    for reading, number in ranked:
        shape = shapely.convex_hull(shapely.MultiPoint(reading.polygon))
        if shape.area <= 0:
            continue
        same = [k for k in kept if k[1] != number and _overlap(k[2], shape) > _SAME]
        if same:
            same[0][3].append(reading)
        else:
            kept.append((reading, number, shape, []))
    return [
        word for reading, _, _, others in kept for word in _words(reading, others, width, height)
    ]


def _quality(reading: Reading) -> float:
    return reading.confidence**2 * max(len(reading.text), 1) ** _LETTERS_COUNT


def _overlap(a: shapely.Geometry, b: shapely.Geometry) -> float:
    return float(a.intersection(b).area / min(a.area, b.area))


def _words(reading: Reading, others: Sequence[Reading], width: int, height: int) -> list[Word]:
    words = split_words(reading.text, reading.confidence, reading.polygon, width, height)
    if not reading.text and reading.script:
        box = box_of(reading.polygon, width, height)
        words = [Word("", reading.confidence, box, reading.polygon)] if box else []
    on_sign = reading.on_sign or any(other.on_sign for other in others)
    options: list[list[tuple[str, float]]] = [[] for _ in words]
    for other in others:
        parts = clean(other.text).split()
        if len(parts) == len(words):
            for option, part, word in zip(options, parts, words, strict=True):
                if part != word.text:
                    option.append((part, other.confidence))
    return [
        replace(word, alternatives=tuple(option), script=reading.script, on_sign=on_sign)
        for word, option in zip(words, options, strict=True)
    ]
