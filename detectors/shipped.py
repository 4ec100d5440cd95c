"""Which cue variables the shipped detectors report, by the calibration that ships with them."""

from __future__ import annotations

from pathlib import Path

from clues.paths import WEIGHTS_DIR
from detectors.manifest import load_manifest, weight_file
from detectors.ownership import left_to_others
from detectors.scene.calibration import SceneScales

# Detector > the file with the calibration of its variables.
SCALES = {name: f"{name}.npz" for name in ("scene", "vehicles", "plates", "furniture")}


def calibrated(folder: Path = WEIGHTS_DIR) -> dict[str, dict[str, bool]]:
    """Return detector > variable > whether it is reported by default."""
    known = load_manifest(folder)
    found = {}
    for name, file in SCALES.items():
        if file in known:
            scales = SceneScales.load(weight_file(file, folder))
            without = left_to_others(folder) if name == "scene" else frozenset()
            found[name] = {
                s.variable: s.enabled
                for s in (*scales.binary, *scales.choices)
                if s.variable not in without
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
