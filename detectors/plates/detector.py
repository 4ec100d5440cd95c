"""The plate detector: whether there is a plate, what it says about the region, its colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from clues.cue import Box, Cue
from clues.errors import MissingExtraError
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from clues.text.plates import FORMAT_VARIABLE, REGION_VARIABLE, plate_cues
from detectors.likelihood import binary_cue
from detectors.manifest import version_of, weight_file
from detectors.plates.issuer import issuer_cue
from detectors.plates.reading import MIN_HEIGHT_PX, Pixels, PlateReader, PlateText
from detectors.scene.calibration import SceneScales
from detectors.yolo import BACKBONE_FILE, Detection, YoloBackbone, YoloHead, shared

NAME = "plates"
HEAD_FILE = "plates.onnx"
SCALES_FILE = "plates.npz"
FLOOR = 0.02  # plates below this probability are as good as none
# A box surer than this is read. Few false plates hold a text that fits a format, so it is low.
READ_FROM = 0.25
_MOST_READ = 4


class Reader(Protocol):
    """Reads the plate in a box of a photo."""

    def read(self, pixels: Pixels, box: Box) -> PlateText | None:
        """Return what stands on it; None if nothing can be read."""
        ...


class PlateDetector:
    """Reports number plates: presence, region and format.

    Parameters
    ----------
    backbone, head
        The network.
    scales
        Calibration of presence.
    reader
        Reads plates; None leaves them unread.
    version
        Of all weights together.
    everything
        Report also the variables that are off by default.
    """

    name = NAME

    def __init__(
        self,
        backbone: YoloBackbone,
        head: YoloHead,
        scales: SceneScales,
        reader: Reader | None,
        *,
        version: str = "0",
        everything: bool = False,
    ) -> None:
        self.backbone = backbone
        self.head = head
        self.reader = reader
        self.version = version
        self._presence = [s for s in scales.binary if s.enabled or everything]
        read = {REGION_VARIABLE, FORMAT_VARIABLE} if reader else set()
        self.variables = frozenset({s.variable for s in self._presence} | read)

    def find(self, photo: Photo) -> list[Detection]:
        """Return the plates, the surest first."""
        return self.head(self.backbone.tiles(photo), FLOOR)

    def detect(self, photo: Photo) -> list[Cue]:
        """Return the cues in the plates of a photo."""
        found = self.find(photo)
        return [*self._seen(found), *self._read(photo, found)]

    def _seen(self, found: Sequence[Detection]) -> list[Cue]:
        best = found[0] if found else None
        score = min(max(best.score if best else 0.0, FLOOR), 1 - 1e-6)
        logit = math.log(score / (1 - score))
        seen = f"a plate at {best.score:.2f}" if best else "no plate found"
        box = best.box if best else None
        cues = [
            binary_cue(s.variable, s.log_ratio(logit), detector=NAME, seen=seen, box=box)
            for s in self._presence
        ]
        return [cue for cue in cues if cue is not None]

    def _read(self, photo: Photo, found: Sequence[Detection]) -> list[Cue]:
        """Read the largest plates; each gives at most one cue."""
        if self.reader is None:
            return []
        legible = [
            one
            for one in found
            if one.score >= READ_FROM and one.box.y1 - one.box.y0 >= MIN_HEIGHT_PX
        ]
        legible.sort(key=lambda one: one.box.y0 - one.box.y1)
        cues: list[Cue] = []
        for one in legible[:_MOST_READ]:
            text = self.reader.read(np.asarray(photo.pixels), one.box)
            if text is None:
                continue
            named = issuer_cue(text.other, one.box)
            cues += [named] if named else plate_cues(text.text, text.confidence, one.box)
        return [cue.model_copy(update={"detector": NAME}) for cue in cues]


def create(folder: Path = WEIGHTS_DIR, *, everything: bool = False) -> PlateDetector:
    """Make the detector from the weights of a folder; without RapidOCR plates stay unread.

    Raises
    ------
    WeightsError, MissingExtraError
        If the weights or onnxruntime are missing.
    """
    try:
        reader: PlateReader | None = PlateReader()
    except MissingExtraError:
        reader = None
    return PlateDetector(
        shared(folder),
        YoloHead(HEAD_FILE, folder),
        SceneScales.load(weight_file(SCALES_FILE, folder)),
        reader,
        version=version_of((BACKBONE_FILE, HEAD_FILE, SCALES_FILE), folder),
        everything=everything,
    )
