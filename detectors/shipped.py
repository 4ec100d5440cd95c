"""Which cue variables the shipped detectors report, by the calibration that ships with them."""

from __future__ import annotations

from pathlib import Path

from clues.errors import CluesError
from clues.paths import WEIGHTS_DIR
from detectors.manifest import load_manifest, weight_file
from detectors.ownership import left_to_others
from detectors.scene.calibration import SceneScales


def calibrated(folder: Path = WEIGHTS_DIR) -> dict[str, dict[str, bool]]:
    """Return model > variable > whether it is reported by default."""
    found = {}
    for file, entry in load_manifest(folder).items():
        if not file.endswith(".npz"):
            continue
        try:
            scales = SceneScales.load(weight_file(file, folder))
        except CluesError:
            continue  # another kind of arrays
        without = left_to_others(folder) if entry.model == "scene" else frozenset()
        found[entry.model] = {
            scale.variable: scale.enabled
            for scale in (*scales.binary, *scales.choices)
            if scale.variable not in without
        }
    return found


def reported(folder: Path = WEIGHTS_DIR) -> frozenset[str]:
    """Return the variables that some shipped detector reports by default."""
    return frozenset(
        variable
        for own in calibrated(folder).values()
        for variable, enabled in own.items()
        if enabled
    )
