"""The vehicle detector: objects that a COCO-trained YOLO finds, as cues with boxes."""

from __future__ import annotations

import math
from pathlib import Path

from clues.cue import Cue
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors.likelihood import binary_cue
from detectors.manifest import version_of, weight_file
from detectors.scene.calibration import BinaryScale, SceneScales
from detectors.yolo import BACKBONE_FILE, NECK_FILE, Detection, YoloBackbone, YoloHead, shared

NAME = "vehicles"
HEAD_FILE = "vehicles.onnx"
SCALES_FILE = "vehicles.npz"
# Objects below this probability are not looked at: they are as good as none.
FLOOR = 0.02

# The classes of COCO (Lin et al. 2014) that a cue tag stands for.
TAG_OF_CLASS = {
    "bicycle": "bicycle",
    "car": "car",
    "motorcycle": "motorbike",
    "bus": "bus",
    "truck": "truck",
    "traffic light": "trafficlight",
    "fire hydrant": "hydrant",
    "stop sign": "stop-sign",
}
_CLASS_OF_TAG = {tag: kind for kind, tag in TAG_OF_CLASS.items()}


class VehicleDetector:
    """Reports cars, buses, trucks, motorcycles, bicycles, signals and hydrants.

    Parameters
    ----------
    backbone, head
        The network.
    scales
        Calibration per cue variable; ``scales.tags`` are the names in `TAG_OF_CLASS`.
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
        """Return all objects, people among them, the surest first."""
        return self.head(self.backbone.tiles(photo), FLOOR)

    def detect(self, photo: Photo) -> list[Cue]:
        """Return a cue for each variable about which the objects say something."""
        found = self.find(photo)
        cues = [self._cue(scale, found) for scale in self._scales]
        return [cue for cue in cues if cue is not None]

    def _cue(self, scale: BinaryScale, found: list[Detection]) -> Cue | None:
        tag = self._tags[scale.tag]
        own = [one for one in found if TAG_OF_CLASS.get(one.kind) == tag]
        best = max(own, key=lambda one: one.score, default=None)
        score = max(best.score if best else 0.0, FLOOR)
        score = min(score, 1 - 1e-6)
        seen = f"{best.kind} at {best.score:.2f}" if best else f"no {_CLASS_OF_TAG[tag]} found"
        return binary_cue(
            scale.variable,
            scale.log_ratio(math.log(score / (1 - score))),
            detector=NAME,
            seen=seen,
            box=best.box if best else None,
        )


def create(folder: Path = WEIGHTS_DIR, *, everything: bool = False) -> VehicleDetector:
    """Make the detector from the weights of a folder.

    Raises
    ------
    WeightsError, MissingExtraError
        If the weights or onnxruntime are missing.
    """
    return VehicleDetector(
        shared(folder),
        YoloHead(HEAD_FILE, folder),
        SceneScales.load(weight_file(SCALES_FILE, folder)),
        version=version_of((BACKBONE_FILE, NECK_FILE, HEAD_FILE, SCALES_FILE), folder),
        everything=everything,
    )
