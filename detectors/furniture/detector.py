"""The furniture detector: what stands along a street, found with boxes, as calibrated cues."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from clues.cue import Cue
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors.furniture.classes import VARIABLES
from detectors.likelihood import binary_cue
from detectors.manifest import version_of, weight_file
from detectors.scene.calibration import BinaryScale, SceneScales
from detectors.yolo import BACKBONE_FILE, NECK_FILE, Detection, YoloBackbone, YoloHead, shared

NAME = "furniture"
HEAD_FILE = "furniture.onnx"
SCALES_FILE = "furniture.npz"
# Objects below this probability are not looked at: they are as good as none.
FLOOR = 0.02


class FurnitureDetector:
    """Reports bollards, posts, bus stops, road signs and poles.

    Parameters
    ----------
    backbone, head
        The network.
    scales
        Calibration per cue variable; ``scales.tags`` are keys of `VARIABLES`.
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
        *,
        version: str = "0",
        everything: bool = False,
    ) -> None:
        self.backbone = backbone
        self.head = head
        self.version = version
        self._tags = scales.tags
        self._scales = [s for s in scales.binary if s.enabled or everything]
        self.variables = frozenset(scale.variable for scale in self._scales)

    def find(self, photo: Photo) -> list[Detection]:
        """Return all objects, the surest first."""
        return self.head(self.backbone.tiles(photo), FLOOR)

    def detect(self, photo: Photo) -> list[Cue]:
        """Return a cue for each variable about which the objects say something."""
        found = self.find(photo) if self._scales else []
        cues = [self._cue(scale, found) for scale in self._scales]
        return [cue for cue in cues if cue is not None]

    def _cue(self, scale: BinaryScale, found: Sequence[Detection]) -> Cue | None:
        best = surest(found, VARIABLES[self._tags[scale.tag]])
        return binary_cue(
            scale.variable,
            scale.log_ratio(log_odds(best)),
            detector=NAME,
            seen=f"{best.kind} at {best.score:.2f}" if best else "none found",
            box=best.box if best else None,
        )


def surest(found: Sequence[Detection], kinds: Sequence[str]) -> Detection | None:
    """Return the object of some classes with the highest probability."""
    own = [one for one in found if one.kind in kinds]
    return max(own, key=lambda one: one.score, default=None)


def log_odds(best: Detection | None) -> float:
    """Return the log-odds of the surest object; those of `FLOOR` where nothing was found."""
    score = min(max(best.score if best else 0.0, FLOOR), 1 - 1e-6)
    return math.log(score / (1 - score))


def create(folder: Path = WEIGHTS_DIR, *, everything: bool = False) -> FurnitureDetector:
    """Make the detector from the weights of a folder.

    Raises
    ------
    WeightsError, MissingExtraError
        If the weights or onnxruntime are missing.
    """
    return FurnitureDetector(
        shared(folder),
        YoloHead(HEAD_FILE, folder),
        SceneScales.load(weight_file(SCALES_FILE, folder)),
        version=version_of((BACKBONE_FILE, NECK_FILE, HEAD_FILE, SCALES_FILE), folder),
        everything=everything,
    )
