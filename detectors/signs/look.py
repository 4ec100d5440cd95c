"""Look at parts of a photo that may be signs, and judge their kind."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.cue import Box
from clues.paths import WEIGHTS_DIR
from detectors.manifest import WeightsError, load_manifest, weight_file
from detectors.session import open_session
from detectors.signs.kinds import KINDS
from detectors.yolo import Detection

SIDE_PX = 32  # of the network's input
_AROUND = 1.25  # side of the square that is looked at, by the longer side of the box
_SAME = 0.5  # intersection over union from which two boxes are one thing
MIN_SIDE_PX = 6.0  # shorter things show neither shape nor ground
MOST = 12  # things of a photo that are looked at

Floats = npt.NDArray[np.float64]


class SignLook:
    """The network that judges what is in a box.

    Raises
    ------
    WeightsError, MissingExtraError
        If the weights or onnxruntime are missing.
    """

    def __init__(self, file: str, folder: Path = WEIGHTS_DIR) -> None:
        self._file = weight_file(file, folder)
        if load_manifest(folder)[file].classes != KINDS:
            raise WeightsError(f"{file}: not for this version of Clues; train it again.")

    @cached_property
    def _session(self) -> Any:
        """Opened with the first sign: where all cues are off, none is ever looked at."""
        return open_session(self._file)

    def __call__(self, image: Image.Image, boxes: Sequence[Box]) -> Floats:
        """Return the log-probability of each of `KINDS`, shape (boxes, kinds)."""
        if not boxes:
            return np.zeros((0, len(KINDS)))
        crops = np.stack([cut(image, box) for box in boxes])
        return self.run(as_input(crops))

    def run(self, crops: npt.NDArray[np.float32]) -> Floats:
        """Run the network alone; see `as_input`."""
        (logits,) = self._session.run(["kinds"], {"crops": crops})
        return log_softmax(np.asarray(logits, np.float64))


def cut(image: Image.Image, box: Box) -> npt.NDArray[np.uint8]:
    """Return the square around a box, shape (32, 32, 3); what lies outside the photo is black."""
    side = _AROUND * max(box.width_px, box.height_px)
    left, top = (box.x0 + box.x1 - side) / 2, (box.y0 + box.y1 - side) / 2
    corners = tuple(map(round, (left, top, left + side, top + side)))
    crop = image.crop(corners)
    return np.asarray(crop.resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR))


def as_input(crops: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return crops, shape (crops, 32, 32, 3), as the network takes them: -1 to 1, colours first."""
    return np.ascontiguousarray(crops.transpose(0, 3, 1, 2), dtype=np.float32) / 127.5 - 1


def log_softmax(logits: Floats) -> Floats:
    """Return the log-probabilities of logits along the last axis."""
    shifted = logits - logits.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)))


def candidates(found: Sequence[Detection], kinds: Sequence[str]) -> list[Detection]:
    """Return the surest things of some kinds that are large enough, each once."""
    kept: list[Detection] = []
    for one in sorted(found, key=lambda one: -one.score):
        small = max(one.box.width_px, one.box.height_px) < MIN_SIDE_PX
        if one.kind not in kinds or small or len(kept) == MOST:
            continue
        if all(one.box.overlap(other.box) <= _SAME for other in kept):
            kept.append(one)
    return kept
