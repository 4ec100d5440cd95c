"""What an OCR engine is, and which there are."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Protocol

from clues.errors import CluesError, MissingExtraError
from clues.photo import Photo
from clues.text.word import Word

DEFAULT = "rapidocr"
THREADS = 2


class OcrEngine(Protocol):
    """Reads the words in a photo."""

    name: str

    def read(self, photo: Photo) -> list[Word]:
        """Return the words, boxes in pixels of the photo; an empty list if there are none."""
        ...


def _rapidocr(threads: int) -> OcrEngine:
    from detectors.ocr.close_up import SignFinder
    from detectors.ocr.rapid import RapidEngine

    return RapidEngine(threads=threads, find_signs=SignFinder())


def _easyocr(threads: int) -> OcrEngine:
    from detectors.ocr.easy import EasyEngine

    return EasyEngine(threads=threads)


def _tesseract(threads: int) -> OcrEngine:
    from detectors.ocr.tesseract import TesseractEngine

    return TesseractEngine(threads=threads)


ENGINES: dict[str, Callable[[int], OcrEngine]] = {
    "rapidocr": _rapidocr,
    "easyocr": _easyocr,
    "tesseract": _tesseract,
}


def create_engine(name: str = DEFAULT, threads: int = THREADS) -> OcrEngine:
    """Make an engine; its weights load with the first photo.

    Raises
    ------
    CluesError
        If there is no engine of that name.
    MissingExtraError
        If its package or program is not installed.
    """
    if name not in ENGINES:
        raise CluesError(
            f"'{name:.40}' is no OCR engine; choose one of {', '.join(sorted(ENGINES))}."
        )
    return ENGINES[name](threads)


def require(module: str, what: str, extra: str) -> None:
    """Raise a `MissingExtraError` that names the line to type, unless a module is installed."""
    if importlib.util.find_spec(module) is None:
        raise MissingExtraError(f'{what} is not installed; type: pip install "clues[{extra}]"')
