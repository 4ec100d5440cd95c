"""How often a word stands in running text, in whichever language has it most."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from clues.text.build_gazetteer import key_of
from clues.text.language import STEPS_PER_BIT

ORDINARY_FILE = Path(__file__).parent / "data" / "ordinary.npz"
_FUZZY_LETTERS = 5


@cache
def _shares() -> dict[str, float]:
    with np.load(ORDINARY_FILE, allow_pickle=False) as file:
        keys = file["keys"].tobytes().decode().split("\n")
        shares = np.exp2(-file["bits"].astype(np.float64) / STEPS_PER_BIT)
    return dict(zip(keys, shares.tolist(), strict=True))


@lru_cache(maxsize=4096)
def ordinary_share(word: str, error: float) -> float:
    """Return P(a word of running text reads like this).

    Parameters
    ----------
    word
        As read; case and accents do not matter.
    error
        P(a certain letter misread into another): words one letter away count that much.
    """
    key = key_of(word)
    shares = _shares()
    total = shares.get(key, 0.0)
    if error > 0 and len(key) >= _FUZZY_LETTERS:
        near = process.extract(
            key, shares.keys(), scorer=Levenshtein.distance, score_cutoff=1, limit=20
        )
        total += error * sum(shares[name] for name, distance, _ in near if distance == 1)
    return total


def is_ordinary(text: str) -> bool:
    """Tell whether every word of a text is one of running text, letter by letter.

    Such a reading needs no misread letter to be explained.
    """
    words = text.split()
    return bool(words) and all(ordinary_share(word, 0.0) > 0 for word in words)
