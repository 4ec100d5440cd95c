"""Which detector reports a cue variable that several could: the one that was measured better.

Fusion would take two reports of one variable for two sightings, so one detector stays silent.
"""

from __future__ import annotations

from pathlib import Path

from clues.paths import WEIGHTS_DIR
from detectors.manifest import load_manifest

# Detector > its weight file, and the variables that the scene model leaves to it. The AUCs on the
# same held-out photos stand in the table of detectors/README.md.
OWNED = {
    "furniture": (
        "furniture.onnx",
        frozenset(
            {
                "bollards.bollard",
                "bus-stops.busstop",
                "poles.pole-metal",
                "signs.sign",
            }
        ),
    ),
    "plates": ("plates.onnx", frozenset({"plates.plate-yellow"})),
    "vehicles": (
        "vehicles.onnx",
        frozenset(
            {
                "signs.hydrant",
                "signs.stop-sign",
                "signs.trafficlight",
                "traffic.bicycle",
                "traffic.bus",
                "traffic.car",
                "traffic.motorbike",
                "traffic.truck",
            }
        ),
    ),
}


def left_to_others(folder: Path = WEIGHTS_DIR) -> frozenset[str]:
    """Return the variables that the scene model leaves to detectors whose weights are there."""
    entries = load_manifest(folder)
    return frozenset().union(*(owned for file, owned in OWNED.values() if file in entries))
