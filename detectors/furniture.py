"""Street furniture: bollards, posts, bus stops, road signs and poles, as calibrated cues."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from clues.cue import Box
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors.backbone import Backbone, graph_files, shared
from detectors.manifest import load_manifest, weight_file
from detectors.objects import Look, ObjectDetector, ObjectModel, load
from detectors.scene.calibration import BinaryScale, SceneScales
from detectors.scene.detector import SCALES_FILE, where

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
    {"signs.stop-sign", "signs.trafficlight", "poles.pole-wood", "poles.pole-concrete"}
)
# Variables that objects and the scene model's look at the whole photo tell better together than
# the look alone (see the card). Fusion wants one report of each: this one.
WITH_SCENE = frozenset({"signs.sign", "poles.pole-metal"})
MODEL = ObjectModel("furniture", VARIABLES)


def create(folder: Path = WEIGHTS_DIR, *, everything: bool = False) -> ObjectDetector:
    """Make the detector from the weights of a folder; see `detectors.objects.load`."""
    looks = scene_looks(folder)
    files = (*graph_files(folder), SCALES_FILE) if looks else ()
    return load(MODEL, folder, looks=looks, looked_by=files, everything=everything)


def scene_looks(folder: Path = WEIGHTS_DIR) -> dict[str, Look]:
    """Return the scene model's look for each of `WITH_SCENE`; none if its weights are missing."""
    if SCALES_FILE not in load_manifest(folder):
        return {}
    scales = SceneScales.load(weight_file(SCALES_FILE, folder)).binary
    return {
        s.variable: partial(_look, shared(folder), s) for s in scales if s.variable in WITH_SCENE
    }


def _look(backbone: Backbone, scale: BinaryScale, photo: Photo) -> tuple[float, Box | None]:
    features = backbone.features(photo)
    return scale.log_ratio(float(features.tags[scale.tag])), where(features, scale.tag)
