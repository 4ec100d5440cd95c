"""RapidOCR: PP-OCR networks on ONNX Runtime, weights inside the wheel, no download."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.photo import Photo
from clues.text.word import Word, split_words
from detectors.ocr.engine import THREADS, require
from detectors.ocr.scale import scaled

# Chosen by `python -m benchmarks.ocr recall`: recall and time at several sizes are in its report.
LONG_SIDE_PX = 1280
_MIN_CONFIDENCE = 0.4  # below it nothing that was read on the dev photos was right


class RapidEngine:
    """PP-OCR detection and recognition for Latin, Greek, Han and kana.

    Parameters
    ----------
    threads
        Threads of ONNX Runtime.
    long_side_px
        Photos are scaled to this longer side before reading.
    """

    name = "rapidocr"

    def __init__(self, threads: int = THREADS, long_side_px: int = LONG_SIDE_PX) -> None:
        require("rapidocr", "RapidOCR", "detect")
        require("onnxruntime", "ONNX Runtime", "detect")
        self._threads = threads
        self._long_side_px = long_side_px

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
        """Return the words of a photo."""
        pixels, scale = scaled(photo.pixels, self._long_side_px)
        bgr: npt.NDArray[np.uint8] = np.ascontiguousarray(pixels[:, :, ::-1])
        output = self._reader(bgr)
        if output.txts is None or output.boxes is None:
            return []
        words = []
        for text, confidence, corners in zip(output.txts, output.scores, output.boxes, strict=True):
            polygon = tuple((float(x) / scale, float(y) / scale) for x, y in corners)
            words += split_words(text, float(confidence), polygon, photo.width, photo.height)
        return words
