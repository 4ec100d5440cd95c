"""How often an OCR engine takes one character for another.

The pairs and their order are those that plate-reading studies report (0/O, 1/I, 8/B, 5/S, 2/Z,
6/G); the numbers are set by hand and deliberately soft. Cyrillic and Greek letters that look like
Latin ones are folded to Latin first, so that a plate read in either script is the same string.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_PAIRS = {
    "0O": 0.15, "0D": 0.03, "0Q": 0.03, "OD": 0.03, "OQ": 0.03, "1I": 0.12, "1L": 0.03,
    "IL": 0.03, "1T": 0.01, "17": 0.02, "8B": 0.04, "5S": 0.05, "2Z": 0.04, "6G": 0.03,
    "CG": 0.02, "4A": 0.01, "9G": 0.005, "38": 0.01, "89": 0.005, "68": 0.005, "UV": 0.02,
    "VY": 0.02, "MN": 0.01, "HN": 0.01, "HM": 0.01, "EF": 0.02, "PR": 0.01, "KX": 0.01,
    "3B": 0.01, "7T": 0.02, "7Z": 0.01, "OC": 0.01, "0C": 0.01, "BR": 0.01, "BE": 0.005,
    "WV": 0.005, "WM": 0.005, "JI": 0.01, "J1": 0.005, "56": 0.005, "3S": 0.002, "UO": 0.005,
}  # fmt: skip
_ANY = 0.0005  # any other character
_OTHER_SCRIPT = 2e-6  # a character of another script, without a Latin twin

_TWINS = str.maketrans(
    "АВЕКМНОРСТУХІЈЅԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧавекмнорстухі",
    "ABEKMHOPCTYXIJSQWABEZHIKMNOPTYXABEKMHOPCTYXI",
)

CONFUSED: dict[str, dict[str, float]] = {}
for _pair, _p in _PAIRS.items():
    for _a, _b in ((_pair[0], _pair[1]), (_pair[1], _pair[0])):
        CONFUSED.setdefault(_a, {})[_b] = _p


def canonical(text: str) -> str:
    """Fold to upper case without accents, separators and look-alikes of other scripts.

    Letters of other scripts without a Latin twin stay as they are.
    """
    kept: list[str] = []
    for char in unicodedata.normalize("NFKC", text):
        base = char if _keeps_marks(char) else unicodedata.normalize("NFD", char)[0]
        base = base.upper()
        kept.extend(c for c in base if c.isalnum())
    return "".join(kept).translate(_TWINS)


def _keeps_marks(char: str) -> bool:
    # Kana and Hangul decompose into parts that are no accents; й is its own letter
    return not ("A" <= char <= "ɏ" or "Ͱ" <= char <= "Ͽ")


@lru_cache(maxsize=20_000)
def probability(seen: str, true: str) -> float:
    """Return P(the engine reads ``seen`` | the character is ``true``)."""
    if seen == true:
        return 1.0 - sum(CONFUSED.get(true, {}).values()) - 0.01
    if seen.isascii() != true.isascii():
        return _OTHER_SCRIPT
    return CONFUSED.get(true, {}).get(seen, _ANY)


@lru_cache(maxsize=50_000)
def class_probability(seen: str, characters: frozenset[str]) -> float:
    """Return P(the engine reads ``seen`` | a character drawn evenly from ``characters``)."""
    return sum(probability(seen, true) for true in characters) / len(characters)


@lru_cache(maxsize=4_000)
def could_be(seen: str) -> tuple[tuple[str, float], ...]:
    """Return the characters that may have been read as ``seen``, with P(seen | character)."""
    others = [(true, p) for true, p in CONFUSED.get(seen, {}).items() if p >= 0.005]
    return ((seen, probability(seen, seen)), *others)
