"""Words that an engine ran together: it read the letters and missed the space between them.

A reading that is no known word is split where its parts are words of one language, and much
likelier than a word that nobody knows::

    -log2 P(parts | L) = sum of -log2 share of each part in running text of L + a price a space
    -log2 P(unknown word) = a price a letter

The best split is found by dynamic programming (Viterbi 1967).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from clues.text.brands import find_brand
from clues.text.gazetteer import load_gazetteer
from clues.text.language import fold, load_language_model
from clues.text.script import script_of
from clues.text.street_words import stands_in_list
from clues.text.word import Word, sliced

_SCRIPTS = frozenset({"latin", "cyrillic", "greek"})  # those with spaces, whose words are known
_LETTERS = (8, 30)  # least and most, of what may be split
_PART_LETTERS = 4  # of the last part: endings look like short words
_SHORT_LETTERS = 2  # of the others: "la", "en"
_NAME_LETTERS = 5  # of a place that ends what was read
_SPACE_BITS = 6.0
_NAME_BITS = 20.0
_LETTER_BITS = 4.0
_MARGIN_BITS = 6.0


def unglue(words: Iterable[Word]) -> list[Word]:
    """Return the words; those that were run together as their parts, each with its share."""
    return [part for word in words for part in _split(word)]


def _split(word: Word) -> Sequence[Word]:
    parts = parts_of(word.text)
    if len(parts) < 2:
        return (word,)
    ends = np.cumsum([0, *map(len, parts)]) / len(word.text)
    return [
        replace(sliced(word, start, end), text=part, alternatives=())
        for part, start, end in zip(parts, ends[:-1].tolist(), ends[1:].tolist(), strict=True)
    ]


@lru_cache(maxsize=4096)
def parts_of(text: str) -> tuple[str, ...]:
    """Return the words that a reading is made of; itself alone if it is one, or unclear."""
    least, most = _LETTERS
    can = least <= len(text) <= most and text.isalpha() and script_of(text) in _SCRIPTS
    if not can or len(text.lower()) != len(text) or _is_known(text):
        return (text,)
    cuts, bits = _best_cuts(text.lower())
    if bits > _LETTER_BITS * len(text) - _MARGIN_BITS:
        return (text,)
    return tuple(text[start:end] for start, end in zip((0, *cuts), (*cuts, len(text)), strict=True))


def _is_known(text: str) -> bool:
    words, brand = load_language_model().words, find_brand(text)
    return (
        any(words.row(key) is not None for key in {text.lower(), fold(text)})
        or stands_in_list(text)
        or (brand is not None and brand[2])
        or fold(text) in load_gazetteer()
    )


def _best_cuts(token: str) -> tuple[tuple[int, ...], float]:
    """Return where to cut, and the bits of the parts in the language that likes them best."""
    model, length = load_language_model(), len(token)
    bits = np.full((length + 1, len(model.languages)), np.inf)
    bits[0] = -_SPACE_BITS
    came_from = np.zeros(bits.shape, np.int64)
    reached = [True] + length * [False]
    for end in range(_SHORT_LETTERS, length + 1):
        for start in range(end - _SHORT_LETTERS + 1):
            if not reached[start] or (end == length and end - start < _PART_LETTERS):
                continue
            own = bits[start] + _bits_of(token[start:end], ends=start > 0 and end == length)
            own += _SPACE_BITS
            better = own < bits[end]
            bits[end, better], came_from[end, better] = own[better], start
            reached[end] |= bool(better.any())
    language = int(np.argmin(bits[length]))
    cuts: list[int] = []
    at = length
    while at > 0 and np.isfinite(bits[length, language]):
        at = int(came_from[at, language])
        cuts.append(at)
    return tuple(sorted(cuts))[1:], float(bits[length, language])


def _bits_of(part: str, *, ends: bool) -> npt.NDArray[np.float64]:
    """Return the bits of a part in each language; what ``ends`` the reading may be a place."""
    bits = load_language_model().words.of(part)
    if ends and len(part) >= _NAME_LETTERS and fold(part) in load_gazetteer():
        bits = np.minimum(bits, _NAME_BITS)
    return bits
