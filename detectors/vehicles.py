"""Vehicles, signals and hydrants: objects that a COCO-trained YOLO finds, as calibrated cues."""

from __future__ import annotations

from pathlib import Path

from clues.cue import Box
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
_STANDING = 2.0  # times as high as wide
_HEAD_SHARE = 0.2  # of the height of somebody who stands
_BESIDE_HEAD = 0.2  # of the width of somebody who stands, on either side: elbows, bags, a stride
_HEAD_PER_WIDTH = 0.9  # of the width of others: they sit, ride, or are seen to the waist
_EDGE_PX = 3  # a box that comes so near to the photo's edge may be cut there


def head(person: Box, width: int) -> Box:
    """Return the part of a person's box that holds the head, in a photo of a width.

    Somebody cut by the photo's edge may have the head anywhere along the box.
    """
    wide, high = person.width_px, person.height_px
    if high <= _STANDING * wide:
        part, beside = min(high, _HEAD_PER_WIDTH * wide), 0.0
    else:
        whole = person.x0 > _EDGE_PX and person.x1 < width - _EDGE_PX
        part, beside = _HEAD_SHARE * high, _BESIDE_HEAD * wide if whole else 0.0
    return Box(person.x0 + beside, person.y0, person.x1 - beside, person.y0 + part)


# People are found to hide their heads in pictures that are passed on, and for nothing else.
MODEL = ObjectModel(
    "vehicles", {tag: (kind,) for kind, tag in TAG_OF_CLASS.items()}, private={"person": head}
)


def create(folder: Path = WEIGHTS_DIR, *, everything: bool = False) -> ObjectDetector:
    """Make the detector from the weights of a folder; see `detectors.objects.load`."""
    return load(MODEL, folder, everything=everything)
