"""Scaling a photo for reading."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

_LARGEST = 3.0  # blowing up further adds time and no letters
_MULTIPLE_PX = 32  # text detectors round to it


def scaled(pixels: npt.NDArray[np.uint8], long_side_px: int) -> tuple[npt.NDArray[np.uint8], float]:
    """Scale RGB pixels so that the longer side is about ``long_side_px``.

    Returns
    -------
    (pixels, scale)
        Scaled pixels, and the factor that coordinates were multiplied by.
    """
    height, width = pixels.shape[:2]
    scale = min(long_side_px / max(height, width), _LARGEST)
    if abs(scale - 1) < 0.05:
        return pixels, 1.0
    size = (max(_MULTIPLE_PX, round(width * scale)), max(_MULTIPLE_PX, round(height * scale)))
    method = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.LANCZOS
    return np.asarray(Image.fromarray(pixels).resize(size, method)), size[0] / width
