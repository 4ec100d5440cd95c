"""Reads Cyrillic words: PP-OCR's features, and a head of our own that knows the letters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from detectors.manifest import weight_file
from detectors.ocr.lines import Crop, run_batched
from detectors.session import open_session

FILE = "cyrillic.onnx"
_SMALL = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя" + "ґєіїў" + "ђјљњћџѓѕќ" + "әғқңөұүһ"
LETTERS = "0123456789" + _SMALL + _SMALL.upper() + " -.,'\"«»№/():&+!"  # output 0: no letter


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

    def read(self, crops: Sequence[Crop]) -> list[tuple[str, float]]:
        """Return text and confidence of each crop (blue, green, red)."""
        output = run_batched(lambda batch: self._session.run(None, {"crops": batch})[0], crops)
        return [decode(probability) for probability in output]
