"""Read a number plate: cut it out, enlarge it, recognise its rows; the known formats decide."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.cue import ELSEWHERE, Box
from clues.text.confusion import canonical
from clues.text.plates import plate_cues
from detectors.ocr.engine import THREADS, require
from detectors.ocr.sessions import open_rapidocr

# Below it, letters cannot be told apart (measured: see detectors/weights/plates.md).
MIN_HEIGHT_PX = 12
_MIN_CONFIDENCE = 0.5
_ROW_PX = 48  # the recogniser's height
_ROWS_PX = 128  # height at which rows are looked for
_MAX_LONG_PX = 640
# A plate squatter than this may have two rows, or the state's name above the number.
_SQUAT = 3.2
_BAND = (0.2, 0.85)  # of its height, where a single number stands
_END = 0.04  # of its width, where frames and bolts are
_SAME_SIZE = 0.75  # a second row is at least so high, as a share of the first
_MARGIN = 0.25
_GREY = (114, 114, 114)

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of text on a plate; heights as a share of the plate's."""

    text: str
    confidence: float
    height: float


@dataclass(frozen=True, slots=True)
class PlateText:
    """What stands on a plate.

    Attributes
    ----------
    text
        The number, as read.
    confidence
        The recogniser's, in [0, 1].
    other
        The other rows: the state's name, slogans, dealers.
    two_rows
        Whether the number stands in two rows.
    """

    text: str
    confidence: float
    other: tuple[str, ...] = ()
    two_rows: bool = False


class PlateReader:
    """Reads plates with RapidOCR's networks (PP-OCR), which lie in its package.

    Raises
    ------
    MissingExtraError
        If RapidOCR is not installed.
    """

    def __init__(self, threads: int = THREADS) -> None:
        require("rapidocr", "RapidOCR", "detect")
        self._threads = threads

    @cached_property
    def _engine(self) -> Any:
        return open_rapidocr(self._threads, {"Global.text_score": 0.0})

    def read(
        self, pixels: Pixels, box: Box, *, min_height_px: int = MIN_HEIGHT_PX
    ) -> PlateText | None:
        """Return what stands on the plate in a box of a photo; None if nothing can be read.

        Parameters
        ----------
        pixels : ndarray, shape (rows, columns, 3)
            The photo, RGB.
        box
            The plate's, in pixels.
        min_height_px
            Lower plates are left unread.
        """
        crop = cut(pixels, box)
        if crop.height < min_height_px:
            return None
        rows = self._rows(crop) if _is_squat(crop) else []
        texts = tuple(row.text for row in rows)
        read = [self._recognise(part) for part in _parts(crop)]
        candidates = [PlateText(row.text, row.confidence, texts) for row in read]
        return agreed([*candidates, *_arrangements(rows)])

    def _recognise(self, crop: Image.Image) -> Row:
        """Read the crop as one row."""
        scale = min(_ROW_PX / crop.height, _MAX_LONG_PX / crop.width)
        image = crop.resize(
            (max(round(crop.width * scale), 8), max(round(crop.height * scale), 8)),
            Image.Resampling.BICUBIC,
        )
        output = self._engine(_bgr(image), use_det=False, use_cls=False, use_rec=True)
        if not output.txts:
            return Row("", 0.0, 1.0)
        return Row(output.txts[0], float(output.scores[0]), 1.0)

    def _rows(self, crop: Image.Image) -> list[Row]:
        """Find rows and read each, top row first."""
        scale = min(_ROWS_PX / crop.height, _MAX_LONG_PX / crop.width)
        wide, high = max(round(crop.width * scale), 8), max(round(crop.height * scale), 8)
        margin = round(_MARGIN * high)
        # The text detector misses letters that touch the edge.
        canvas = Image.new("RGB", (wide + 2 * margin, high + 2 * margin), _GREY)
        canvas.paste(crop.resize((wide, high), Image.Resampling.BICUBIC), (margin, margin))
        output = self._engine(_bgr(canvas), use_det=True, use_cls=False, use_rec=True)
        if output.txts is None or output.boxes is None:
            return []
        found = []
        for text, score, corners in zip(output.txts, output.scores, output.boxes, strict=True):
            tops = sorted(float(y) for _, y in corners)
            low, up = (tops[0] + tops[1]) / 2, (tops[2] + tops[3]) / 2
            found.append((low, Row(text, float(score), (up - low) / high)))
        return [row for _, row in sorted(found, key=lambda item: item[0])]


def _is_squat(crop: Image.Image) -> bool:
    return crop.width < _SQUAT * crop.height


def _parts(crop: Image.Image) -> Iterator[Image.Image]:
    """Yield the plate, and of a squat one also the band in which a single number stands.

    Around it are the state's name, mottoes and the frame, which are taken for characters.
    """
    yield crop
    if _is_squat(crop):
        wide, high = crop.size
        top, bottom = round(_BAND[0] * high), round(_BAND[1] * high)
        yield crop.crop((0, top, wide, bottom))
        end = round(_END * wide)
        yield crop.crop((end, top, wide - end, bottom))


def cut(pixels: Pixels, box: Box) -> Image.Image:
    """Return the part of a photo in a box."""
    high, wide = pixels.shape[:2]
    x0, y0 = max(int(box.x0), 0), max(int(box.y0), 0)
    x1, y1 = min(int(np.ceil(box.x1)), wide), min(int(np.ceil(box.y1)), high)
    return Image.fromarray(pixels[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)])


def _bgr(image: Image.Image) -> Pixels:
    return np.ascontiguousarray(np.asarray(image)[:, :, ::-1])


def _arrangements(rows: list[Row]) -> Iterator[PlateText]:
    """Yield the ways to take rows as the number: the highest one, or two of about one height."""
    if not rows:
        return
    highest = max(rows, key=lambda row: row.height)
    rest = [row for row in rows if row is not highest]
    yield PlateText(highest.text, highest.confidence, tuple(row.text for row in rest))
    alike = [row for row in rows if row.height >= _SAME_SIZE * highest.height]
    if len(alike) == 2:
        other = tuple(row.text for row in rows if row not in alike)
        confidence = min(row.confidence for row in alike)
        yield PlateText(" ".join(row.text for row in alike), confidence, other, two_rows=True)


def agreed(candidates: Iterable[PlateText]) -> PlateText | None:
    """Return what most readings of a plate agree on, those that fit a format counting more.

    None if no reading is sure enough. Half the power of the fit: formats differ much in how
    exactly they are known.
    """
    same: dict[str, list[PlateText]] = {}
    for one in candidates:
        if one.confidence >= _MIN_CONFIDENCE and one.text.strip():
            same.setdefault(canonical(one.text), []).append(one)

    def weight(own: list[PlateText]) -> float:
        fit = max(map(_fit, own))
        return math.sqrt(1 + fit) * sum(one.confidence for one in own)

    best = max(same.values(), key=weight, default=[])
    return max(best, key=lambda one: one.confidence, default=None)


def _fit(candidate: PlateText) -> float:
    """Return how well the text fits the known formats."""
    cues = plate_cues(candidate.text, candidate.confidence)
    if not cues:
        return 0.0
    likelihood = cues[0].likelihood
    ratio = max(likelihood.values()) / max(likelihood.get(ELSEWHERE, 0.0), 1e-12)
    return candidate.confidence * min(ratio, 1e3)
