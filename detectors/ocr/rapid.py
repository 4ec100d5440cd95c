"""RapidOCR: PP-OCR networks on ONNX Runtime, weights inside the wheel, no download."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.photo import Photo
from clues.text.word import Word
from detectors.ocr.engine import THREADS, require
from detectors.ocr.scale import Reading, join, long_sides_px, scaled

_MIN_CONFIDENCE = 0.4  # below it, what was read on the dev photos was noise


class RapidEngine:
    """PP-OCR detection and recognition for Latin, Greek, Han and kana.

    Parameters
    ----------
    threads
        Threads of ONNX Runtime.
    """

    name = "rapidocr"

    def __init__(self, threads: int = THREADS) -> None:
        require("rapidocr", "RapidOCR", "detect")
        require("onnxruntime", "ONNX Runtime", "detect")
        self._threads = threads

    @cached_property
    def _reader(self) -> Any:
        from rapidocr import RapidOCR

        return RapidOCR(
            params={
                "Global.log_level": "error",
                "Global.text_score": _MIN_CONFIDENCE,
                "Global.max_side_len": 4000,  # scaling is ours
                "Global.use_cls": False,  # signs stand upright; turning crops only adds errors
                "Det.limit_side_len": 32,
                "EngineConfig.onnxruntime.intra_op_num_threads": self._threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, photo: Photo) -> list[Word]:
        """Return the words of a photo, read at two sizes."""
        sides = long_sides_px(photo.width, photo.height)
        passes = [self._read_at(photo.pixels, side) for side in sides]
        return join(passes, photo.width, photo.height)

    def _read_at(self, pixels: npt.NDArray[np.uint8], long_side_px: int) -> list[Reading]:
        resized, scale_x, scale_y = scaled(pixels, long_side_px)
        output = self._reader(np.ascontiguousarray(resized[:, :, ::-1]))
        if output.txts is None or output.boxes is None:
            return []
        return [
            Reading(
                text,
                float(score),
                tuple((float(x) / scale_x, float(y) / scale_y) for x, y in corners),
            )
            for text, score, corners in zip(output.txts, output.scores, output.boxes, strict=True)
        ]
