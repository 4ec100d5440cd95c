"""YOLO-World (Cheng et al. 2024): finds whatever prompts name, in any photo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.cue import Box
from clues.paths import cache_dir
from clues.photo import Photo
from detectors.checkpoint import open_checkpoint
from detectors.manifest import WeightsError
from detectors.yolo import Detection, network_input, suppress


class World:
    """A network and the things that it looks for.

    Parameters
    ----------
    weights
        A checkpoint of ultralytics' YOLO-World.
    prompts
        Names of the things.
    vectors : ndarray, shape (prompts, dimensions)
        Of the prompts, from CLIP's text encoder.

    Raises
    ------
    MissingExtraError
        If ultralytics is not installed.
    WeightsError
        If the file is no such checkpoint, or holds anything but plain weights.
    """

    def __init__(
        self, weights: Path, prompts: Sequence[str], vectors: npt.NDArray[np.float32]
    ) -> None:
        import torch

        self.prompts = tuple(prompts)
        self._model = _load(weights)
        self._model.txt_feats = torch.from_numpy(vectors)[None]
        self._model.model[-1].nc = len(prompts)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model.to(self._device)

    def find(self, photo: Photo, threshold: float) -> list[Detection]:
        """Return the things whose score is at least ``threshold``, the surest first."""
        import torch

        pixels, scale = network_input(Image.fromarray(photo.pixels))
        with torch.inference_mode():
            found = self._model(torch.from_numpy(pixels).to(self._device))[0][0]
        rows = found.float().cpu().numpy()
        centre, half, score = rows[:2].T, rows[2:4].T / 2, rows[4:]
        kind, cell = np.nonzero(score >= threshold)
        size = np.array([photo.width, photo.height] * 2, np.float64)
        box = np.concatenate([centre - half, centre + half], 1)[cell].astype(np.float64) / scale
        box = np.clip(box, 0, size)
        value = score[kind, cell].astype(np.float64)
        return [
            Detection(self.prompts[int(kind[n])], float(value[n]), Box(*map(float, box[n])))
            for n in suppress(box, value, kind)
        ]


def _load(weights: Path) -> Any:
    """Read a checkpoint in weights-only mode: a pickle could run any code."""
    model = open_checkpoint(weights, cache_dir() / "ultralytics")
    from ultralytics.nn.tasks import WorldModel

    if not isinstance(model, WorldModel):
        raise WeightsError(f"{weights}: a {type(model).__name__}, not a YOLO-World.")
    return model
