"""Street furniture: bollards, posts, bus stops, road signs and poles, as calibrated cues."""

from __future__ import annotations

from pathlib import Path

from clues.paths import WEIGHTS_DIR
from detectors.objects import ObjectDetector, ObjectModel, load

POSTS = ("bollard", "urban-post")
WARNINGS = ("warn-yellow", "warn-triangle")
SIGNS = (
    "chevron",
    *WARNINGS,
    "stop-sign",
    "yield",
    "prohibition",
    "mandatory",
    "crossing",
    "direction",
    "street-name",
    "other-sign",
)
POLES = ("pole-wood", "pole-concrete", "pole-metal")
CLASSES = (*POSTS, "busstop", *SIGNS, "trafficlight", *POLES)

# Cue variable > the classes any of which shows it.
VARIABLES: dict[str, tuple[str, ...]] = {
    "bollards.bollard": ("bollard",),
    "bollards.urban-post": ("urban-post",),
    "bus-stops.busstop": ("busstop",),
    "signs.sign": SIGNS,
    "signs.chevron": ("chevron",),
    "signs.stop-sign": ("stop-sign",),
    "signs.trafficlight": ("trafficlight",),
    "poles.pole-wood": ("pole-wood",),
    "poles.pole-concrete": ("pole-concrete",),
    "poles.pole-metal": ("pole-metal",),
}

# Variables that another detector tells better, by the held-out AUCs of their cards: these stay off.
LEFT_TO_OTHERS = frozenset(
    {
        "signs.sign",
        "signs.stop-sign",
        "signs.trafficlight",
        "poles.pole-wood",
        "poles.pole-concrete",
        "poles.pole-metal",
    }
)
MODEL = ObjectModel("furniture", VARIABLES)


def create(folder: Path = WEIGHTS_DIR, *, everything: bool = False) -> ObjectDetector:
    """Make the detector from the weights of a folder; see `detectors.objects.load`."""
    return load(MODEL, folder, everything=everything)
