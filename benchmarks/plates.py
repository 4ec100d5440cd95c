"""Measure how number plates are read; nothing is fitted to what is read here.

python -m benchmarks.plates /work/shared/data/plates    # characters, plates, states, Russian codes
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from detectors.training.plates_reading import measure_reading
from detectors.training.vehicles import number

ROUNDS = 1000


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="with test_plate_text.csv and us_crops.csv")
    parser.add_argument("--kept", type=Path, help="remembers what was read, to go on later")
    given = parser.parse_args()
    measured = measure_reading(given.folder, rounds=ROUNDS, kept=given.kept)
    console = Console(width=120)
    for name, figure in measured.figures.items():
        console.print(f"{name:45} {number(figure)}", highlight=False)
    for height, share in measured.by_height.items():
        console.print(f"{f'characters, plates made {height} px high':45} {share:.3f}")


if __name__ == "__main__":
    main()
