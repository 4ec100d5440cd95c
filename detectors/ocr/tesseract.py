"""Tesseract, where the system has its program: run as a subprocess, one photo at a time."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess

from PIL import Image

from clues.errors import CluesError, MissingExtraError
from clues.photo import Photo
from clues.text.word import Polygon, Word
from detectors.ocr.engine import THREADS
from detectors.ocr.scale import Reading, join, long_sides_px, scaled

LANGUAGES_VARIABLE = "CLUES_TESSERACT_LANGUAGES"
_SPARSE_TEXT = "11"  # page segmentation mode: find as much text as possible in no order
_TIMEOUT_S = 120
_MIN_CONFIDENCE = 0.5
_WORD_LEVEL = "5"


class TesseractEngine:
    """Tesseract's own program, with the languages that the system has.

    Parameters
    ----------
    languages
        Tesseract's codes; by default the environment variable ``CLUES_TESSERACT_LANGUAGES``
        (``eng+rus``), else English.
    threads
        Threads of OpenMP.
    """

    name = "tesseract"

    def __init__(self, languages: str | None = None, threads: int = THREADS) -> None:
        program = shutil.which("tesseract")
        if program is None:
            raise MissingExtraError(
                "Tesseract is not installed; type: apt install tesseract-ocr, "
                "or choose the engine rapidocr."
            )
        self._program = program
        self.languages = languages or os.environ.get(LANGUAGES_VARIABLE) or "eng"
        self._threads = threads

    def read(self, photo: Photo) -> list[Word]:
        """Return the words of a photo.

        Raises
        ------
        CluesError
            If the program fails, as it does when a language is missing.
        """
        side = long_sides_px(photo.width, photo.height)[-1]
        resized, scale_x, scale_y = scaled(photo.pixels, side)
        png = io.BytesIO()
        Image.fromarray(resized).save(png, "PNG", compress_level=1)
        table = self._run(png.getvalue())
        return join([parse_table(table, scale_x, scale_y)], photo.width, photo.height)

    def _run(self, png: bytes) -> str:
        command = [
            self._program, "stdin", "stdout", "-l", self.languages, "--psm", _SPARSE_TEXT, "tsv",
        ]  # fmt: skip
        environment = os.environ | {"OMP_THREAD_LIMIT": str(self._threads)}
        try:
            done = subprocess.run(
                command,
                input=png,
                capture_output=True,
                check=False,
                timeout=_TIMEOUT_S,
                env=environment,
            )
        except subprocess.TimeoutExpired:
            raise CluesError(f"Tesseract gave no answer within {_TIMEOUT_S} s.") from None
        if done.returncode:
            reason = " ".join(done.stderr.decode(errors="replace").split())[-160:]
            raise CluesError(f"Tesseract failed with languages {self.languages}: {reason}")
        return done.stdout.decode("utf-8", errors="replace")


def parse_table(table: str, scale_x: float = 1.0, scale_y: float = 1.0) -> list[Reading]:
    """Return the sure words of Tesseract's TSV output, in pixels of the photo."""
    readings = []
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text, confidence = (row.get("text") or "").strip(), float(row["conf"]) / 100
        if row["level"] != _WORD_LEVEL or not text or confidence < _MIN_CONFIDENCE:
            continue
        x0, y0 = int(row["left"]) / scale_x, int(row["top"]) / scale_y
        x1, y1 = x0 + int(row["width"]) / scale_x, y0 + int(row["height"]) / scale_y
        polygon: Polygon = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
        readings.append(Reading(text, confidence, polygon))
    return readings
