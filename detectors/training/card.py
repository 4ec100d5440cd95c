"""What model cards and manifest entries of all trainings share."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path

from detectors.manifest import WeightFile, record, sha256_of

Measured = tuple[float, ...]


def number(measured: Measured) -> str:
    """Return a figure with its interval, as text; empty where there is none."""
    if len(measured) < 3:
        return f"{measured[0]:.3f}" if measured else ""
    return f"{measured[0]:.3f} ({measured[1]:.3f} to {measured[2]:.3f})"


def record_weights(
    path: Path,
    model: str,
    licence: str,
    *,
    classes: Sequence[str] = (),
    metrics: Mapping[str, Measured] | None = None,
) -> None:
    """Add a weight file that was just written to the manifest beside it, or replace its entry."""
    entry = WeightFile(
        file=path.name,
        model=model,
        sha256=sha256_of(path),
        size_bytes=path.stat().st_size,
        classes=tuple(classes),
        licence=licence,
        date=datetime.date.today().isoformat(),
        metrics=dict(metrics or {}),
    )
    record(entry, path.parent)
