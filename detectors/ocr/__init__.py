"""Reading: OCR engines behind one interface, and the detector built on them."""

from __future__ import annotations

import os

from detectors.ocr.detector import OcrDetector
from detectors.ocr.engine import DEFAULT, create_engine

ENGINE_VARIABLE = "CLUES_OCR"


def create(engine: str | None = None) -> OcrDetector:
    """Make the OCR detector.

    Parameters
    ----------
    engine
        ``rapidocr``, ``easyocr`` or ``tesseract``; by default the environment variable
        ``CLUES_OCR``, else RapidOCR.

    Raises
    ------
    MissingExtraError
        If the engine's package is not installed; the message names the line to type.
    """
    return OcrDetector(create_engine(engine or os.environ.get(ENGINE_VARIABLE) or DEFAULT))
