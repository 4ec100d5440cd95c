"""Would fusing many photos at once be faster than one after the other?

    OMP_NUM_THREADS=1 python -m benchmarks.stacked [--photos 32]

Times the two steps of fusion that a stack of photos could share, on random numbers of the true
shapes: the terms' sum per atom, a product of matrices, and the posterior over the leaves. Both in
processor time.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from clues.inference import Tables
from clues.inference.fusion import softmax
from clues.knowledge import load_kb
from clues.regions import load_regions

TERMS = 50
ROUNDS = 5


def processor_ms(work: Callable[[], object], photos: int) -> float:
    """Return the least processor time of some rounds, in milliseconds a photo."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        seconds.append(time.process_time() - start)
    return 1000 * min(seconds) / photos


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, default=32, help="in a stack")
    count = parser.parse_args().photos
    atoms = Tables(load_kb(), load_regions()).atoms
    rng = np.random.default_rng(8)
    terms = rng.normal(size=(TERMS, atoms.count))
    weights = rng.normal(size=(count, TERMS))
    prior = rng.normal(size=len(atoms.of_leaf))
    on_leaves = (weights @ terms)[:, atoms.of_leaf]

    def stacked_softmax() -> None:
        joint = prior + on_leaves
        held = np.exp(joint - joint.max(axis=1, keepdims=True))
        held /= held.sum(axis=1, keepdims=True)

    print(f"{count} photos, {TERMS} terms, {atoms.count:,} atoms, {len(prior):,} leaves")
    for name, single, stacked in (
        ("sum of terms", lambda: [(own @ terms)[atoms.of_leaf] for own in weights],
         lambda: (weights @ terms)[:, atoms.of_leaf]),
        ("posterior", lambda: [softmax(prior + own) for own in on_leaves], stacked_softmax),
    ):  # fmt: skip
        print(f"{name:14}{processor_ms(single, count):6.2f} ms a photo one by one, "
              f"{processor_ms(stacked, count):6.2f} ms in a stack")  # fmt: skip


if __name__ == "__main__":
    main()
