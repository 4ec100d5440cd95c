"""The scene detector: tags of the whole photo as cues, with a box for what was found."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from clues.cue import Box, Cue, Heat
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors.backbone import Backbone, Features, View, graph_files, shared
from detectors.likelihood import MIN_LOG_RATIO, odds, presence
from detectors.manifest import version_of, weight_file
from detectors.ownership import left_to_others
from detectors.scene.calibration import BinaryScale, ChoiceScale, SceneScales

NAME = "scene"
SCALES_FILE = "scene.npz"
# A tag counts as found, and gets a box, from a ratio of 3 to 1.
_FOUND_LOG_RATIO = 1.1
_MIN_JUDGED = 0.5
_BOX_LEVEL = 0.5


class SceneDetector:
    """Reports scene tags (vegetation, architecture, road, poles ...) as cues.

    Parameters
    ----------
    backbone
        The network.
    scales
        Its calibration.
    everything
        Report also the tags that are off by default.
    without
        Variables that another detector reports.
    version
        Of all weights together.
    """

    name = NAME

    def __init__(
        self,
        backbone: Backbone,
        scales: SceneScales,
        *,
        everything: bool = False,
        without: frozenset[str] = frozenset(),
        version: str = "0",
    ) -> None:
        self.backbone = backbone
        self.version = version
        self.tags = scales.tags
        self.binary = [
            s for s in scales.binary if (s.enabled or everything) and s.variable not in without
        ]
        self.choices = [s for s in scales.choices if s.enabled or everything]
        self.variables = frozenset(s.variable for s in (*self.binary, *self.choices))

    def detect(self, photo: Photo) -> list[Cue]:
        """Return a cue for each tag about which the network has something to say."""
        features = self.backbone.features(photo)
        cues = [self._binary(scale, features) for scale in self.binary]
        cues += [self._choice(scale, features) for scale in self.choices]
        return [cue for cue in cues if cue is not None]

    def _binary(self, scale: BinaryScale, features: Features) -> Cue | None:
        log_ratio = scale.log_ratio(float(features.tags[scale.tag]))
        if abs(log_ratio) < MIN_LOG_RATIO:
            return None
        found = log_ratio >= _FOUND_LOG_RATIO
        return Cue(
            variable=scale.variable,
            likelihood=presence(log_ratio),
            box=where(features, scale.tag) if found else None,
            heat=heat(features, scale.tag) if found else None,
            detector=NAME,
            note=f"{odds(log_ratio)}, by the look of the photo",
        )

    def _choice(self, scale: ChoiceScale, features: Features) -> Cue | None:
        likelihood, judged = scale.judge(features.tags)
        if judged < _MIN_JUDGED or min(likelihood.values()) > np.exp(-MIN_LOG_RATIO):
            return None
        return Cue(
            variable=scale.variable,
            likelihood=likelihood,
            detector=NAME,
            note="by the look of the photo",
        )


def where(features: Features, tag: int) -> Box | None:
    """Return the box around the strongest activation of a tag, in pixels of the photo.

    The peak of the class activation map, with the connected cells above half of it (after Zhou et
    al. 2016). None if nothing stands out.
    """
    view = _clearest(features, tag)
    activation = view.activation[tag]
    peak = float(activation.max())
    if peak <= 0:
        return None
    rows, columns = _connected(activation >= _BOX_LEVEL * peak, int(activation.argmax()))
    high, wide = activation.shape
    width, height = view.box.width_px, view.box.height_px
    return Box(
        view.box.x0 + int(columns.min()) / wide * width,
        view.box.y0 + int(rows.min()) / high * height,
        view.box.x0 + (int(columns.max()) + 1) / wide * width,
        view.box.y0 + (int(rows.max()) + 1) / high * height,
    )


def heat(features: Features, tag: int) -> Heat | None:
    """Return the class activation map of a tag in the view that shows it best; None if empty."""
    view = _clearest(features, tag)
    activation = view.activation[tag]
    peak = float(activation.max())
    if peak <= 0:
        return None
    share = np.clip(activation / peak, 0, 1).round(2)
    return Heat(view.box, tuple(tuple(row) for row in share.astype(float).tolist()))


def _clearest(features: Features, tag: int) -> View:
    """Return the view of the photo that shows a tag best."""
    return max(features.views, key=lambda v: float(v.activation[tag].max()))


def _connected(mask: np.ndarray, start: int) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns of the cells of ``mask`` that are connected with cell ``start``."""
    region = np.zeros_like(mask)
    region.flat[start] = True
    while True:
        grown = region.copy()
        grown[1:] |= region[:-1]
        grown[:-1] |= region[1:]
        grown[:, 1:] |= region[:, :-1]
        grown[:, :-1] |= region[:, 1:]
        grown &= mask
        if (grown == region).all():
            return np.nonzero(region)
        region = grown


def create(folder: Path = WEIGHTS_DIR, *, everything: bool = False) -> SceneDetector:
    """Make the scene detector from the weights of a folder.

    Raises
    ------
    WeightsError, MissingExtraError
        If the weights or onnxruntime are missing.
    """
    scales = SceneScales.load(weight_file(SCALES_FILE, folder))
    without = left_to_others(folder)
    return SceneDetector(
        shared(folder),
        scales,
        everything=everything,
        without=without,
        version=f"{version_of((*graph_files(folder), SCALES_FILE), folder)}-{len(without)}",
    )
