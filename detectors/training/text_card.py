"""What the cards and manifest entries of the reading networks share."""

from __future__ import annotations

import datetime
import math
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detectors.manifest import WeightFile, record, sha256_of

LICENCE = "AGPL-3.0-or-later; drawn with fonts under free licences"


def share(hits: npt.NDArray[np.bool_]) -> tuple[float, float, float]:
    """Return a share with its 95 % interval (Wilson)."""
    n, p, z = len(hits), float(hits.mean()), 1.96
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return p, middle - half, middle + half


def record_weights(
    out: Path,
    file: str,
    model: str,
    classes: tuple[str, ...],
    metrics: dict[str, tuple[float, ...]],
    licence: str = LICENCE,
) -> None:
    """Add a weight file that lies in ``out`` to the manifest there."""
    path = out / file
    record(
        WeightFile(
            file=file,
            model=model,
            sha256=sha256_of(path),
            size_bytes=path.stat().st_size,
            classes=classes,
            licence=licence,
            date=datetime.date.today().isoformat(),
            metrics=metrics,
        ),
        out,
    )
