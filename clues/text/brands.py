"""Brands that have branches in some countries only.

How much a name says depends on how ordinary it is: the same letters may be a common word
(`clues.text.ordinary`) or a chance reading, and a brand's sign must outweigh both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from rapidfuzz.distance import Levenshtein

from clues.cue import ELSEWHERE, Cue
from clues.knowledge.distil_brands import normalise
from clues.knowledge.tables import brand_rows, brand_stop_words, drawn
from clues.text.ordinary import ordinary_share
from clues.text.word import Line

VARIABLE = "text.brand"
DETECTOR = "brands"

_MIN_CONFIDENCE = 0.5
_MAX_WORDS = 4  # of one name
_MAX_CUES = 10
_MIN_LETTERS = 4
_FUZZY_LETTERS = 8
# Shares among all words read: of a brand's sign in its country; of a name that no list holds
# (surnames, places, misreadings) hitting just this brand, exactly or one letter away. The last two
# were set with words of other countries' photos and shuffled names.
_SIGN = 2e-4
_STRAY = 8e-6
_STRAY_FUZZY = 1e-4
_CAPITALS_ONLY = 5  # names this short count only in capitals or with a capital first
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
    if len(name) <= _CAPITALS_ONLY and text[:1].islower():
        return None
    words = text.split()
    ordinary = min((ordinary_share(word, 0.0) for word in words), default=0.0)
    if len(words) > 1:
        ordinary *= 0.05  # an ordinary word beside just these others
    stray = ordinary + (_STRAY if exact else _STRAY_FUZZY)
    rest = stray / (stray + _SIGN) + _ABROAD + 0.2 * (1 - min(max(confidence, 0.0), 1.0))
    if rest > 0.7:
        return None
    likelihood = {code: 1.0 for place in places for code in drawn(place)}
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
    cues: dict[str, Cue] = {}
    for line in lines:
        at = 0
        while at < len(line.words):
            step = 1
            for size in range(min(_MAX_WORDS, len(line.words) - at), 0, -1):
                run = Line(line.words[at : at + size])
                if run.confidence < _MIN_CONFIDENCE:
                    continue
                cue = brand_cue(run.text, run.confidence, run)
                if cue is not None:
                    cues.setdefault(cue.note, cue)
                    step = size
                    break
            at += step
            if len(cues) >= _MAX_CUES:
                return list(cues.values())
    return list(cues.values())


@lru_cache(maxsize=4_000)
def _find(key: str) -> tuple[str, tuple[str, ...], bool] | None:
    ideographs = any(char > "⺀" for char in key)
    if not (2 if ideographs else _MIN_LETTERS) <= len(key) <= 40 or key.isdigit():
        return None
    brands = _brands()
    if key in brands:
        return key, brands[key], True
    if len(key) < _FUZZY_LETTERS or ideographs or key in brand_stop_words():
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
