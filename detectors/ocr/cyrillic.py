"""Reads Cyrillic words: PP-OCR's features, and a head of our own that knows the letters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from detectors.manifest import weight_file
from detectors.session import open_session

FILE = "cyrillic.onnx"
_SMALL = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя" + "ґєіїў" + "ђјљњћџѓѕќ" + "әғқңөұүһ"
LETTERS = "0123456789" + _SMALL + _SMALL.upper() + " -.,'\"«»№/():&+!"  # output 0: no letter

HEIGHT = 48
_STEP = 32  # widths are padded to it
_WIDEST = 640


def prepare(crop: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Return a crop as the network's input, shape (3, HEIGHT, a multiple of 32).

    Parameters
    ----------
    crop
        Pixels in the order blue, green, red, shape (height, width, 3).
    """
    height, width = crop.shape[:2]
    columns = min(max(round(width * HEIGHT / max(height, 1)), 16), _WIDEST)
    resized = Image.fromarray(crop).resize((columns, HEIGHT), Image.Resampling.BILINEAR)
    values = np.asarray(resized, np.float32).transpose(2, 0, 1) / 127.5 - 1
    result = np.zeros((3, HEIGHT, -(-columns // _STEP) * _STEP), np.float32)
    result[:, :, :columns] = values
    return result


def decode(probability: npt.NDArray[np.floating]) -> tuple[str, float]:
    """Return the text in the likeliest outputs, and the mean probability of its letters.

    Parameters
    ----------
    probability
        Shape (steps, 1 + letters); the first is "no letter" (connectionist temporal
        classification).
    """
    best = probability.argmax(1)
    starts = (best != 0) & (best != np.concatenate([[0], best[:-1]]))
    if not starts.any():
        return "", 0.0
    text = "".join(LETTERS[i - 1] for i in best[starts])
    return text.strip(), float(probability.max(1)[starts].mean())


class CyrillicReader:
    """Reads crops of Cyrillic words or lines; the network loads with the first one."""

    @cached_property
    def _session(self) -> Any:
        return open_session(weight_file(FILE))

    def read(self, crops: Sequence[npt.NDArray[np.uint8]]) -> list[tuple[str, float]]:
        """Return text and confidence of each crop (blue, green, red)."""
        return [
            decode(self._session.run(None, {"crops": prepare(crop)[None]})[0][0]) for crop in crops
        ]
