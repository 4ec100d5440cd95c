"""The OCR detector: reads words and hands them to `clues.text` for interpretation."""

from __future__ import annotations

from clues.cue import Cue
from clues.photo import Photo
from clues.text import VARIABLES, interpret
from detectors.ocr.engine import OcrEngine
from detectors.ocr.version import version_of

NAME = "ocr"


class OcrDetector:
    """Reports what legible words say about the place.

    Parameters
    ----------
    engine
        The engine that reads.

    Attributes
    ----------
    version
        Changes with the engine, its package and how words are understood.
    """

    name = NAME
    variables = VARIABLES

    def __init__(self, engine: OcrEngine) -> None:
        self.engine = engine
        self.version = version_of(engine)

    def detect(self, photo: Photo) -> list[Cue]:
        """Read the photo and return the cues in its words."""
        cues = interpret(self.engine.read(photo))
        return [cue.model_copy(update={"detector": NAME}) for cue in cues]
