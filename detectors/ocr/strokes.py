"""PP-OCR's convolutions, which see the strokes of any script: run once a crop, for all heads."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from detectors.manifest import weight_file
from detectors.ocr.lines import Crop, run_batched
from detectors.session import open_session

FILE = "strokes.onnx"
INPUT, OUTPUT = "crops", "seen"

Seen = npt.NDArray[np.floating]  # shape (channels, 1, steps)


class Strokes:
    """Sees crops; the network loads with the first one."""

    @cached_property
    def _session(self) -> Any:
        return open_session(weight_file(FILE))

    def see(self, crops: Sequence[Crop]) -> list[Seen]:
        """Return the features of each crop (blue, green, red), shape (channels, 1, steps)."""
        return run_batched(lambda batch: self._session.run(None, {INPUT: batch})[0], crops)
