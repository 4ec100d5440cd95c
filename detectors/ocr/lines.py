"""How crops of lines are put to the networks that read: PP-OCR's way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

HEIGHT = 48
_STEP = 32  # widths are padded to it
_NARROWEST, _WIDEST = 16, 640
_BATCH = 8

Crop = npt.NDArray[np.uint8]


def prepare(crop: Crop) -> npt.NDArray[np.float32]:
    """Return a crop as a network's input, shape (3, HEIGHT, a multiple of 32).

    Parameters
    ----------
    crop
        Pixels in the order blue, green, red, shape (height, width, 3).
    """
    height, width = crop.shape[:2]
    columns = min(max(round(width * HEIGHT / max(height, 1)), _NARROWEST), _WIDEST)
    resized = Image.fromarray(crop).resize((columns, HEIGHT), Image.Resampling.BILINEAR)
    values = np.asarray(resized, np.float32).transpose(2, 0, 1) / 127.5 - 1
    result = np.zeros((3, HEIGHT, -(-columns // _STEP) * _STEP), np.float32)
    result[:, :, :columns] = values
    return result


def run_batched(
    run: Callable[[npt.NDArray[np.float32]], npt.NDArray[np.floating]], crops: Sequence[Crop]
) -> list[npt.NDArray[np.floating]]:
    """Return the network's output for each crop; crops of one width go together."""
    inputs = [prepare(crop) for crop in crops]
    by_width: dict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(inputs):
        by_width[one.shape[2]].append(number)
    result: list[npt.NDArray[np.floating]] = [np.zeros(0, np.float32)] * len(crops)
    for same in by_width.values():
        for first in range(0, len(same), _BATCH):
            rows = same[first : first + _BATCH]
            for number, output in zip(rows, run(np.stack([inputs[i] for i in rows])), strict=True):
                result[number] = output
    return result
