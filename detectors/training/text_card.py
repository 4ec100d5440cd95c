"""What the cards and manifest entries of the reading networks share."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

LICENCE = "AGPL-3.0-or-later; drawn with fonts under free licences"


def share(hits: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return a share with its 95 % interval (Wilson)."""
    n, p, z = len(hits), float(hits.mean()), 1.96
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return p, middle - half, middle + half
