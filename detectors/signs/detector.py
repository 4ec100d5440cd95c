"""The sign detector: shape and ground of warning signs, curve markers, as calibrated cues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from clues.cue import Box, Cue
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors import furniture
from detectors.likelihood import MIN_LOG_RATIO, binary_cue
from detectors.manifest import version_of, weight_file
from detectors.objects import Find, finder
from detectors.scene.calibration import SceneScales
from detectors.signs.look import Floats, SignLook, candidates
from detectors.signs.scores import (
    GROUND_VARIABLE,
    SHAPE_VARIABLE,
    TAGS,
    ground_likelihood,
    ground_ratio,
    score_photo,
    score_things,
    shape_likelihood,
)
from detectors.yolo import Detection

NAME = "signs"
NETWORK_FILE = f"{NAME}.onnx"
SCALES_FILE = f"{NAME}.npz"
_RULES = 1  # raise it when what is made of the network's output changes: caches go by it

Look = Callable[[Image.Image, Sequence[Box]], Floats]


class SignDetector:
    """Looks closely at what may be signs, and reports what warning signs look like.

    Parameters
    ----------
    find
        Finds street furniture, signs among it.
    look
        Gives the log-probability of each kind of sign, per box.
    scales
        Calibration; the tags are `TAGS`.
    version
        Of all weights together.
    everything
        Report also the variables that are off by default.
    """

    name = NAME

    def __init__(
        self,
        find: Find,
        look: Look,
        scales: SceneScales,
        *,
        version: str = "0",
        everything: bool = False,
    ) -> None:
        self.find = find
        self.look = look
        self.version = version
        self._binary = [s for s in scales.binary if s.enabled or everything]
        self._choices = {s.variable: s for s in scales.choices if s.enabled or everything}
        self.variables = frozenset([*(s.variable for s in self._binary), *self._choices])

    def detect(self, photo: Photo) -> list[Cue]:
        """Return the cues in the signs of a photo."""
        if not self.variables:
            return []
        things = candidates(self.find(photo), furniture.SIGNS)
        log_p = self.look(Image.fromarray(photo.pixels), [one.box for one in things])
        cues = [*self._warnings(things, log_p), *self._presence(things, log_p)]
        return [cue for cue in cues if cue is not None]

    def _warnings(self, things: Sequence[Detection], log_p: Floats) -> list[Cue | None]:
        """Return the cues of the surest warning sign; none where nothing is like one."""
        if not things:
            return []
        scores, each = score_photo(log_p), score_things(log_p)
        triangle = int(each[:, TAGS.index("triangle")].argmax())
        diamond = int(each[:, TAGS.index("diamond")].argmax())
        ratio = ground_ratio(log_p[triangle])
        sure = scores[TAGS.index("diamond")] > scores[TAGS.index("triangle")]
        box = things[diamond if sure else triangle].box
        cues = []
        if SHAPE_VARIABLE in self._choices:
            likelihood = shape_likelihood(self._choices[SHAPE_VARIABLE], scores)
            cues.append(_choice_cue(SHAPE_VARIABLE, likelihood, box))
        if GROUND_VARIABLE in self._choices:
            scale = self._choices[GROUND_VARIABLE]
            likelihood = ground_likelihood(scale, scores, ratio)
            cues.append(_choice_cue(GROUND_VARIABLE, likelihood, box))
        return cues

    def _presence(self, things: Sequence[Detection], log_p: Floats) -> list[Cue | None]:
        """Return the cues of kinds of signs that are there, or not."""
        scores, each = score_photo(log_p), score_things(log_p)
        cues = []
        for scale in self._binary:
            score = float(scores[scale.tag])
            ratio, box, seen = scale.log_ratio(score), None, "none found"
            if things:
                box = things[int(each[:, scale.tag].argmax())].box
                seen = f"like a {TAGS[scale.tag]} at {scale.probability(score):.2f}"
            cues.append(binary_cue(scale.variable, ratio, detector=NAME, seen=seen, box=box))
        return cues


def _choice_cue(variable: str, likelihood: dict[str, float], box: Box) -> Cue | None:
    best = max(likelihood, key=lambda value: likelihood[value])
    top, least = likelihood[best], min(likelihood.values())
    if np.log(top / least) < MIN_LOG_RATIO:
        return None
    return Cue(
        variable=variable,
        likelihood={value: p / top for value, p in likelihood.items()},
        box=box,
        detector=NAME,
        note=f"a warning sign that looks {best}: {top / least:.0f} to 1",
    )


def create(folder: Path = WEIGHTS_DIR, *, everything: bool = False) -> SignDetector:
    """Make the detector from the weights of a folder.

    Raises
    ------
    WeightsError, MissingExtraError
        If the weights or onnxruntime are missing.
    """
    files = (*furniture.MODEL.network_files, NETWORK_FILE, SCALES_FILE)
    return SignDetector(
        finder(furniture.MODEL.head_file, folder),
        SignLook(NETWORK_FILE, folder),
        SceneScales.load(weight_file(SCALES_FILE, folder)),
        version=f"{_RULES}-{version_of(files, folder)}",
        everything=everything,
    )
