"""Measure how number plates are read, and what finding them costs; nothing is fitted here.

python -m benchmarks.plates reading ../shared/data/plates   # characters, plates, states, Russian
python -m benchmarks.plates speed      # processor time of backbone and heads, one thread, by size
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from rich.console import Console

from clues.cue import Box
from clues.photo import open_photo
from detectors.manifest import weight_file
from detectors.plates.detector import MODEL as PLATES
from detectors.plates.finder import FAR_PX, plate_finder
from detectors.training.card import number
from detectors.training.plates_reading import measure_reading
from detectors.vehicles import MODEL as VEHICLES
from detectors.yolo import BACKBONE_FILE, LONG_SIDE_PX, NECK_FILE

OUT = Console(width=120)

ROUNDS = 1000
RUNS = 8


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    read = commands.add_parser("reading")
    read.add_argument("folder", type=Path, help="with test_plate_text.csv and us_crops.csv")
    read.add_argument("--kept", type=Path, help="remembers what was read, to go on later")
    commands.add_parser("speed")
    given = parser.parse_args()
    if given.command == "speed":
        speed()
    else:
        reading(given.folder, given.kept)


def reading(folder: Path, kept: Path | None) -> None:
    """Print figures with 95 % intervals."""
    measured = measure_reading(folder, rounds=ROUNDS, find=_surest, kept=kept)
    for name, figure in measured.figures.items():
        OUT.print(f"{name:45} {number(figure)}", highlight=False)
    for height, share in measured.by_height.items():
        OUT.print(f"{f'characters, plates made {height} px high':45} {share:.3f}")


def _surest(path: Path) -> Box | None:
    found = plate_finder(PLATES.head_file)(open_photo(path))
    return found[0].box if found else None


def speed() -> None:
    """Print the least processor time of several runs; it hardly depends on who else computes."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    files = {LONG_SIDE_PX: (BACKBONE_FILE, NECK_FILE, VEHICLES.head_file, PLATES.head_file)}
    files[FAR_PX] = (BACKBONE_FILE, PLATES.head_file)
    for side, own in files.items():
        image = np.random.default_rng(0).random((1, 3, side, side), dtype=np.float32)
        known = {"image": image}
        for file in own:
            session = ort.InferenceSession(str(weight_file(file)), options)
            names = [given.name for given in session.get_outputs()]
            feed = {given.name: known[given.name] for given in session.get_inputs()}
            spent = []
            for _ in range(RUNS):
                start = time.process_time()
                maps = session.run(names, feed)
                spent.append(time.process_time() - start)
            OUT.print(f"{side} px: {file:20} {min(spent) * 1000:.0f} ms", highlight=False)
            known |= dict(zip(names, maps, strict=True))


if __name__ == "__main__":
    main()
