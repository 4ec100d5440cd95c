"""What the OCR detector's answers depend on, as a version for caches."""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path

import clues.text
from clues.paths import KB_DIR
from detectors import manifest
from detectors.ocr.engine import OcrEngine


def version_of(engine: OcrEngine) -> str:
    """Return 12 hexadecimal digits that change with the engine and with how words are understood.

    The engine counts by its name, the version of its package (which holds the weights) and its
    languages, and our own weights beside it; the understanding by the files of `clues.text` and by
    the tables of the shipped knowledge base.
    """
    try:
        package = importlib.metadata.version(engine.name)
    except importlib.metadata.PackageNotFoundError:
        package = ""  # a program of the system, such as Tesseract
    languages = getattr(engine, "languages", "")
    weights = manifest.version_of(getattr(engine, "weights", ()))
    told = f"{engine.name} {package} {languages} {weights} {_understanding()}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]


@cache
def _understanding() -> str:
    digest = hashlib.sha256()
    text, tables = Path(clues.text.__file__).parent, KB_DIR / "tables"
    for folder in (text, tables, Path(__file__).parent):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.read_bytes())
    return digest.hexdigest()
