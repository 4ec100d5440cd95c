"""Vehicles, signals and hydrants: objects that a COCO-trained YOLO finds, as calibrated cues."""

from __future__ import annotations

from pathlib import Path

from clues.paths import WEIGHTS_DIR
from detectors.objects import ObjectDetector, ObjectModel, load

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
MODEL = ObjectModel("vehicles", {tag: (kind,) for kind, tag in TAG_OF_CLASS.items()})


def create(folder: Path = WEIGHTS_DIR, *, everything: bool = False) -> ObjectDetector:
    """Make the detector from the weights of a folder; see `detectors.objects.load`."""
    return load(MODEL, folder, everything=everything)
