"""Which script a crop of a word is in, by a small network; also: numbers, and no text at all."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.text.script import SCRIPTS
from detectors.manifest import weight_file
from detectors.ocr.strokes import OUTPUT, Seen
from detectors.session import open_session

FILE = "script.onnx"
DIGITS, NOT_TEXT = "digits", "not-text"
CLASSES = (*SCRIPTS, DIGITS, NOT_TEXT)


class ScriptNet:
    """Judges crops; the network loads with the first one."""

    @cached_property
    def _session(self) -> Any:
        return open_session(weight_file(FILE))

    def judge(self, seen: Sequence[Seen]) -> npt.NDArray[np.float64]:
        """Return P(class | crop) under equal priors, shape (crops, classes), calibrated.

        Parameters
        ----------
        seen
            Features of pictures of words or lines (see `detectors.ocr.strokes`).
        """
        rows = [self._session.run(None, {OUTPUT: one[None]})[0][0] for one in seen]
        return np.array(rows, np.float64).reshape(len(rows), len(CLASSES))
