"""RapidOCR: PP-OCR networks on ONNX Runtime, weights inside the wheel, no download."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.photo import Photo
from clues.text.word import Word
from detectors.objects import Find
from detectors.ocr import close_up
from detectors.ocr.engine import THREADS, require
from detectors.ocr.routing import WEIGHTS, Router
from detectors.ocr.scale import Reading, join, long_sides_px, parts, scaled
from detectors.ocr.sessions import open_rapidocr

# A street has lines of a few hundred line heights in all; a page of text has tens of thousands.
_WORK = 500.0
_MIN_CONFIDENCE = 0.4  # below it, what was read on the dev photos was noise


def most_legible(crops: Sequence[npt.NDArray[np.uint8]], budget: float = _WORK) -> list[int]:
    """Return which lines to read, in their order: the tallest, up to a total length.

    Parameters
    ----------
    crops
        Pictures of lines, shape (height, width, 3).
    budget
        Sum of their widths in heights, to which the time of reading is proportional.
    """
    lengths = [max(1.0, crop.shape[1] / max(crop.shape[0], 1)) for crop in crops]
    tallest = sorted(range(len(crops)), key=lambda i: -crops[i].shape[0])
    total = np.cumsum([lengths[i] for i in tallest])
    return sorted(tallest[: max(1, int(np.searchsorted(total, budget, side="right")))])


def _with_bounded_work(reader: Any) -> Any:
    """Let a reader read only the most legible lines: a photo of a newspaper has thousands."""
    plain = getattr(reader, "detect_and_crop", None)
    if plain is None:  # another version of RapidOCR
        return reader

    def detect_and_crop(*arguments: Any) -> Any:
        crops, found = plain(*arguments)
        kept = most_legible(crops)
        if len(kept) < len(crops):
            crops = [crops[i] for i in kept]
            found.boxes = found.boxes[kept]
            found.scores = [found.scores[i] for i in kept]
        return crops, found

    reader.detect_and_crop = detect_and_crop
    return reader


def _in_single_precision(reader: Any) -> None:
    """Normalise pixels by one single-precision number: by three doubles it is ten times slower.

    The difference is of the order of 1e-7.
    """
    make = getattr(reader, "_load_det_model", None)  # since 3.10 it is made when first needed
    detector = make() if make else getattr(reader, "text_det", None)
    for name in ("mean", "std"):
        channels = set(getattr(detector, name, None) or [0.5])  # RapidOCR's default
        if hasattr(detector, name) and len(channels) == 1:
            setattr(detector, name, np.float32(channels.pop()))


class RapidEngine:
    """PP-OCR detection and recognition for Latin, Han and kana; the rest is routed.

    Parameters
    ----------
    threads
        Threads of ONNX Runtime.
    find_signs
        Finds the road signs that get a close look; None for no close look.
    """

    name = "rapidocr"
    weights = (*WEIGHTS, *close_up.WEIGHTS)  # our own, beside RapidOCR's

    def __init__(self, threads: int = THREADS, find_signs: Find | None = None) -> None:
        self._find_signs = find_signs
        self._router = Router()
        require("rapidocr", "RapidOCR", "detect")
        require("onnxruntime", "ONNX Runtime", "detect")
        self._threads = threads

    @cached_property
    def _reader(self) -> Any:
        reader = open_rapidocr(
            self._threads,
            {
                "Global.text_score": _MIN_CONFIDENCE,
                "Global.max_side_len": 4000,  # scaling is ours
            },
        )
        _in_single_precision(reader)
        return self._router.into(_with_bounded_work(reader))

    def read(self, photo: Photo) -> list[Word]:
        """Return the words of a photo, read at two sizes, and once more on its road signs."""
        # the largest first: what smaller ones leave behind in memory does not fit it
        sides = sorted(long_sides_px(photo.width, photo.height), reverse=True)
        passes = [part for side in sides for part in self._read_at(photo.pixels, side)]
        signs = close_up.sign_boxes(self._find_signs(photo)) if self._find_signs else []
        if signs:
            sheet = close_up.make_sheet(photo.pixels, signs)
            passes.append(sheet.words(self._read(sheet.pixels)))
        return join(passes, photo.width, photo.height)

    def _read_at(self, pixels: npt.NDArray[np.uint8], long_side_px: int) -> Iterator[list[Reading]]:
        """Yield the readings of each part of a photo at one size."""
        resized, *scale = scaled(pixels, long_side_px)
        for left, top, right, bottom in parts(resized.shape[1], resized.shape[0]):
            yield self._read(resized[top:bottom, left:right], (left, top), scale)

    def _read(
        self,
        pixels: npt.NDArray[np.uint8],
        origin: Sequence[int] = (0, 0),
        scale: Sequence[float] = (1.0, 1.0),
    ) -> list[Reading]:
        output = self._reader(np.ascontiguousarray(pixels[:, :, ::-1]))
        if output.txts is None or output.boxes is None:
            return []
        readings = []
        for told, score, corners in zip(output.txts, output.scores, output.boxes, strict=True):
            text, script = self._router.resolve(told)
            polygon = tuple(
                ((float(x) + origin[0]) / scale[0], (float(y) + origin[1]) / scale[1])
                for x, y in corners
            )
            readings.append(Reading(text, float(score), polygon, script))
        return readings
