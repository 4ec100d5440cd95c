"""Which script a crop of a word is in, by a small network; also: numbers, and no text at all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.text.script import SCRIPTS
from detectors.manifest import weight_file
from detectors.session import open_session

FILE = "script.onnx"
DIGITS, NOT_TEXT = "digits", "not-text"
CLASSES = (*SCRIPTS, DIGITS, NOT_TEXT)

HEIGHT, WIDTH = 32, 128
_MOST_WINDOWS = 3  # of a long line
_BATCH = 64
_LEAST_SPREAD = 4.0  # of grey values, below which a crop is flat

Floats = npt.NDArray[np.float64]


def prepare(crop: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the grey windows of a crop, shape (windows, HEIGHT, WIDTH).

    The crop is scaled to the height; a short one is continued by its last columns' mean, a long
    one is cut into windows spread evenly.

    Parameters
    ----------
    crop
        Pixels, shape (height, width, 3), either order of colours.
    """
    height, width = crop.shape[:2]
    columns = max(4, round(width * HEIGHT / max(height, 1)))
    columns = min(columns, WIDTH * 12)
    grey = Image.fromarray(crop).convert("L").resize((columns, HEIGHT), Image.Resampling.BILINEAR)
    pixels = np.asarray(grey, np.uint8)
    if columns <= WIDTH:
        edge = int(np.median(pixels[:, [0, -1]]))
        padded = np.full((HEIGHT, WIDTH), edge, np.uint8)
        left = (WIDTH - columns) // 2
        padded[:, left : left + columns] = pixels
        return padded[None]
    count = min(_MOST_WINDOWS, -(-columns // WIDTH))
    starts = np.linspace(0, columns - WIDTH, count).round().astype(int)
    return np.stack([pixels[:, start : start + WIDTH] for start in starts])


def normalised(windows: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return windows with zero mean and unit spread, shape (windows, 1, HEIGHT, WIDTH)."""
    values = windows.astype(np.float32)
    mean = values.mean((1, 2), keepdims=True)
    spread = np.maximum(values.std((1, 2), keepdims=True), _LEAST_SPREAD)
    return ((values - mean) / spread)[:, None]


class ScriptNet:
    """Judges crops; the network loads with the first one."""

    @cached_property
    def _session(self) -> Any:
        return open_session(weight_file(FILE))

    def judge(self, crops: Sequence[npt.NDArray[np.uint8]]) -> Floats:
        """Return P(class | crop) under equal priors, shape (crops, classes), calibrated.

        Parameters
        ----------
        crops
            Pictures of words or lines, shape (height, width, 3).
        """
        if not crops:
            return np.zeros((0, len(CLASSES)))
        parts = [prepare(crop) for crop in crops]
        owner = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        windows = normalised(np.concatenate(parts))
        logs = np.concatenate(
            [
                self._session.run(None, {"windows": windows[i : i + _BATCH]})[0]
                for i in range(0, len(windows), _BATCH)
            ]
        ).astype(np.float64)
        total = np.zeros((len(parts), len(CLASSES)))
        np.add.at(total, owner, logs)
        mean = total / np.bincount(owner)[:, None]
        odds = np.exp(mean - mean.max(1, keepdims=True))
        return np.asarray(odds / odds.sum(1, keepdims=True))
