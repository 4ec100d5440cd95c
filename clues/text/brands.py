"""Brands that have branches in some countries only.

How much a name says depends on how ordinary it is: the same letters may be a common word
(`clues.text.ordinary`) or a chance reading, and a brand's sign must outweigh both.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from rapidfuzz.distance import Levenshtein

from clues.cue import ELSEWHERE, Cue
from clues.knowledge.distil.brands import normalise
from clues.knowledge.tables import brand_rows, brand_stop_words, drawn
from clues.text.ordinary import is_ordinary, ordinary_share
from clues.text.phrases import find_phrases
from clues.text.word import Line

VARIABLE = "text.brand"
DETECTOR = "brands"

_MIN_CONFIDENCE = 0.5
_MAX_WORDS = 4  # of one name
_MAX_CUES = 10
_MIN_LETTERS = 4
_MIN_LETTERS_OF_A_CHAIN = 3  # PTT, OMV: large chains only, for any three letters may be misread
_FUZZY_LETTERS = 8
# Shares among all words read: of all brands' signs in a country, spread over the brands that the
# index lists there (so one of 2,900 American names says less than one of 40 Latvian ones); and of
# a name that no list holds (surnames, places, misreadings) hitting just this brand. 54 of 3,000
# place names and 1 of 3,000 shuffled ones hit one of 15,600 brands: about 1e-6 for each.
_SIGNS = 0.04
_UNLISTED = 100  # brands of a country that the index lacks
_RUNNING_TEXT = 0.3  # how much signs are like running text, against lists of names
_ASSOCIATION = 100.0  # how much oftener two ordinary words meet than by chance
_STRAY = 1.5e-6
_STRAY_PHRASE = 5e-7
_STRAY_FUZZY = 1.5e-5
_STRAY_SHORT = 5e-5
_CAPITALS_ONLY = 5  # names this short count only with a capital (bKash)
_USELESS = 0.7  # a likelihood elsewhere above this is not worth a cue
_ABROAD = 0.01  # branches that the index does not list, and brands on goods and lorries


def find_brand(text: str) -> tuple[str, tuple[str, ...], bool] | None:
    """Return the brand that a text names: its key, its places and whether it agrees exactly."""
    return _find(normalise(text[:80]))


def brand_cue(text: str, confidence: float = 1.0, line: Line | None = None) -> Cue | None:
    """Return the cue in a name, if it is a brand of few countries."""
    found = find_brand(text)
    if found is None:
        return None
    name, places, exact = found
    if len(name) <= _CAPITALS_ONLY and text.islower():
        return None
    words = text.split()
    shares = [ordinary_share(word, 0.0) for word in words]
    ordinary = _RUNNING_TEXT * min(shares, default=0.0)
    if len(words) > 1:
        ordinary = min(ordinary, _ASSOCIATION * math.prod(shares))
    if not exact:
        ordinary += _STRAY_FUZZY
    if len(name) < _MIN_LETTERS:
        ordinary += _STRAY_SHORT
    stray = ordinary + (_STRAY if len(words) == 1 else _STRAY_PHRASE)
    weights = _weights().get(name, {})
    signs = {code: _SIGNS * weights.get(place, 1.0) / (_listed()[place[:2]] + _UNLISTED)
             for place in places for code in drawn(place)}  # fmt: skip
    best = max(signs.values()) + stray
    rest = stray / best + _ABROAD + 0.2 * (1 - min(max(confidence, 0.0), 1.0))
    if rest > _USELESS:
        return None
    likelihood = {code: (sign + stray) / best for code, sign in signs.items()}
    likelihood = {code: float(f"{max(v, rest):.4g}") for code, v in likelihood.items()}
    likelihood[ELSEWHERE] = float(f"{rest:.4g}")
    listed = "" if exact else f", like '{name}'"
    return Cue(
        variable=VARIABLE,
        likelihood=likelihood,
        box=line.box if line is not None else None,
        detector=DETECTOR,
        note=f"reads '{text[:60]}'{listed}, a brand of {', '.join(places[:6])}",
    )


def read_brands(lines: Sequence[Line]) -> list[Cue]:
    """Return cues of brands in any line, longest names first, each brand once."""
    return find_phrases(
        lines,
        lambda run: brand_cue(run.text, run.confidence, run),
        most_words=_MAX_WORDS,
        min_confidence=_MIN_CONFIDENCE,
        most_cues=_MAX_CUES,
    )


@lru_cache(maxsize=4_000)
def _find(key: str) -> tuple[str, tuple[str, ...], bool] | None:
    ideographs = any(char > "⺀" for char in key)
    least = _MIN_LETTERS_OF_A_CHAIN if key in _weights() else _MIN_LETTERS
    if not (2 if ideographs else least) <= len(key) <= 40 or key.isdigit():
        return None
    brands = _brands()
    if key in brands:
        return key, brands[key], True
    if len(key) < _FUZZY_LETTERS or ideographs or key in brand_stop_words() or is_ordinary(key):
        return None
    near = [other for other in _candidates(key) if Levenshtein.distance(key, other) == 1]
    return (near[0], brands[near[0]], False) if len(near) == 1 else None


def _candidates(key: str) -> Iterator[str]:
    """Yield the names that share the first or the last three letters; one error spoils one."""
    starts, ends = _ends()
    for other in {*starts.get(key[:3], ()), *ends.get(key[-3:], ())}:
        if abs(len(other) - len(key)) <= 1 and len(other) >= _FUZZY_LETTERS - 1:
            yield other


@cache
def _brands() -> dict[str, tuple[str, ...]]:
    stop = brand_stop_words()
    return {row.name: row.places for row in brand_rows() if row.name not in stop}


@cache
def _weights() -> dict[str, Mapping[str, float]]:
    """Return where large chains have how many times the branches of an average brand."""
    return {row.name: row.weights for row in brand_rows() if row.weights}


@cache
def _listed() -> Counter[str]:
    """Return how many brands the table lists in each country ("ge" for points)."""
    return Counter(
        code for places in _brands().values() for code in {place[:2] for place in places}
    )


@cache
def _ends() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    starts: defaultdict[str, list[str]] = defaultdict(list)
    ends: defaultdict[str, list[str]] = defaultdict(list)
    for name in _brands():
        starts[name[:3]].append(name)
        ends[name[-3:]].append(name)
    return (
        {key: tuple(names) for key, names in starts.items()},
        {key: tuple(names) for key, names in ends.items()},
    )
