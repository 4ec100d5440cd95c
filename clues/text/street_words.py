"""Words of streets, shops and road signs that are written in some places only.

A word found whole, with its accents, counts fully; without the accents that it should have it
counts less, because engines lose them; one letter wrong in a long word counts a little, unless
what was read is an ordinary word itself ("school" is no "schoul"). What an unrelated word gives
(``elsewhere``) falls with the word's length: short words are met by chance.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from clues.cue import ELSEWHERE, Cue
from clues.knowledge.tables import WordEntry, drawn, word_entries
from clues.text.ordinary import is_ordinary
from clues.text.phrases import find_phrases
from clues.text.word import Line

VARIABLE = "text.street-word"
DETECTOR = "street-words"

_MIN_CONFIDENCE = 0.4
_EDGES = " .,;:!?\"'()"  # of readings and listed words alike: "d.o.o." is "d.o.o"
MAX_PHRASE_WORDS = 6
_MAX_CUES = 16
_LOST_ACCENT = 0.35  # P(an engine drops the accents of a word)
_WRONG_ACCENT = 0.03  # P(it adds some)
_MISREAD = 0.1  # P(one letter wrong in a word)
_FUZZY_LETTERS = 6
_PART_LETTERS = 4  # what must stand before the ending of a compound
# P(a word of no relation reads like one of the table) over P(the word is there), by letters;
# set so that shuffled names and words of other languages are right on average.
_CHANCE = {1: 0.5, 2: 0.5, 3: 0.3, 4: 0.15, 5: 0.08}
_CHANCE_LONG = 0.04
_USELESS = 0.7  # a likelihood elsewhere above this is not worth a cue
_CHANCE_ENDING = 0.15  # names of other countries end like compounds (Yamagata, Neemkathalle)
_NOT_COMPOUNDS = frozenset(
    {"brigade", "renegade", "colgate", "margate", "ramsgate", "norwegen", "mortgage"}
)


@dataclass(frozen=True, slots=True)
class Match:
    """A listed word that a reading may be: how well it agrees, in (0, 1].

    ``ending`` says that it is only the end of what was read, ``inside`` that it stands within it.
    """

    word: str
    entry: str
    agreement: float
    ending: bool = False
    inside: bool = False


def match_words(text: str) -> list[Match]:
    """Return the listed words that a word or phrase may be, best first."""
    return list(_match(_plain(text)))


def is_listed(text: str) -> bool:
    """Tell whether a word or phrase is listed, letter by letter but for accents and case."""
    return fold(_plain(text)) in _index().whole


def stands_in_list(word: str) -> bool:
    """Tell whether a word is listed, alone or in a phrase: "overtaking"."""
    return fold(_plain(word)) in _listed_words()


@cache
def _listed_words() -> frozenset[str]:
    return frozenset(word for key in _index().whole for word in key.split())


def _plain(text: str) -> str:
    """Return a reading as listed words are written, but for its accents."""
    plain = " ".join(unicodedata.normalize("NFC", text[:120]).casefold().split())
    return plain.strip(_EDGES)


def street_word_cue(text: str, confidence: float = 1.0, line: Line | None = None) -> Cue | None:
    """Return the cue in a word or phrase, if it is in the table."""
    matches = match_words(text)
    if not matches:
        return None
    entries = word_entries()
    found: dict[str, dict[str, float]] = {}
    for match in matches:
        likelihood = found.setdefault(match.word if match.inside else "", {})
        for place, weight in entries[match.entry].where.items():
            for code in drawn(place):
                value = weight * match.agreement
                likelihood[code] = max(likelihood.get(code, 0.0), value)
    chance = _chance(matches[0])
    likelihood = _together(list(found.values()), chance)
    best = max(likelihood.values())
    chance = chance / min(best, 1.0) + 0.2 * (1 - min(max(confidence, 0.0), 1.0))
    likelihood = {place: value / best for place, value in likelihood.items()}
    rest = max(chance, likelihood.get(ELSEWHERE, 0.0))
    if rest > _USELESS:
        return None
    likelihood = {
        place: float(f"{max(value, rest):.4g}")
        for place, value in likelihood.items()
        if place != ELSEWHERE
    }
    likelihood[ELSEWHERE] = float(f"{rest:.4g}")
    first = matches[0]
    same = [entries[m.entry].language for m in matches if m.agreement == first.agreement]
    language = ", ".join(list(dict.fromkeys(name for name in same if name))[:3])
    listed = "" if first.word == text.casefold() else f", like '{first.word}'"
    return Cue(
        variable=VARIABLE,
        likelihood=likelihood,
        box=line.box if line is not None else None,
        detector=DETECTOR,
        note=f"reads '{text[:60]}'{listed} ({language})",
    )


def _together(parts: Sequence[dict[str, float]], chance: float) -> dict[str, float]:
    """Return what several words inside one reading say: 'province' and the province's name."""
    if len(parts) == 1:
        return parts[0]
    places = {place for part in parts for place in part}
    return {
        place: math.prod(part.get(place, part.get(place[:2], chance)) for part in parts)
        for place in places
    }


def _chance(match: Match) -> float:
    letters = len(match.word.replace(" ", ""))
    if fold(match.word)[:1] > "\u0590":  # scripts that stand for a few countries anyway
        return 0.3 if letters == 1 else _CHANCE_LONG
    if match.ending:
        return _CHANCE_ENDING
    if match.agreement == 1.0 and match.word != fold(match.word):
        letters += 1  # accents as they should be are as good as a letter
    return _CHANCE.get(letters, _CHANCE_LONG)


def read_street_words(lines: Sequence[Line]) -> list[Cue]:
    """Return cues of street, shop and road-sign words in any line, longest phrases first."""
    return find_phrases(
        lines,
        lambda run: street_word_cue(run.text, run.confidence, run),
        most_words=MAX_PHRASE_WORDS,
        min_confidence=_MIN_CONFIDENCE,
        most_cues=_MAX_CUES,
    )


@lru_cache(maxsize=4_000)
def _match(plain: str) -> tuple[Match, ...]:
    if not plain or len(plain) > 80:
        return ()
    best: dict[str, Match] = {}
    for match in _all(plain):
        old = best.get(match.entry)
        if old is None or match.agreement > old.agreement:
            best[match.entry] = match
    return tuple(sorted(best.values(), key=lambda m: (-m.agreement, m.word, m.entry)))


def _all(plain: str) -> Iterator[Match]:
    index = _index()
    key = fold(plain)
    exact = index.whole.get(key, ())
    for word, entry in exact:
        yield Match(word, entry, _accents(plain, word))
    if not key.isascii():
        for found in index.inside.finditer(plain) if index.inside else ():
            for entry in index.inside_entries[found[0]]:
                yield Match(found[0], entry, 1.0, inside=True)
    if exact:
        return
    if " " not in key and key not in _NOT_COMPOUNDS:
        for ending, word, entry in index.endings:
            if key.endswith(ending) and len(key) - len(ending) >= _PART_LETTERS:
                agreement = _accents(plain[-len(word) :], word)
                yield Match(word, entry, 0.6 * agreement, ending=True)
    if len(key.replace(" ", "")) < _FUZZY_LETTERS or any(c.isdigit() for c in key):
        return
    if not is_ordinary(plain):
        near = process.extract(
            key, index.long_words, scorer=Levenshtein.distance, score_cutoff=1, limit=5
        )
        for other, distance, _ in near:
            if distance == 1:
                for word, entry in index.whole[other]:
                    yield Match(word, entry, _MISREAD * _accents(plain, word))


def _accents(seen: str, listed: str) -> float:
    """Return how well the accents agree."""
    if seen == listed:
        return 1.0
    wanted, given = listed != fold(listed), seen != fold(seen)
    if wanted and not given:
        return _LOST_ACCENT
    if given and not wanted:
        return _WRONG_ACCENT
    return _LOST_ACCENT if wanted else 1.0


def fold(text: str) -> str:
    """Fold to lower case without the accents of Latin and Greek letters."""
    folded = []
    for char in unicodedata.normalize("NFC", text.casefold()):
        if "a" <= char <= "ɏ" or "Ͱ" <= char <= "Ͽ" or "Ḁ" <= char <= "ỿ":
            char = _LETTERS.get(char, unicodedata.normalize("NFD", char)[0])
        folded.append(char)
    return "".join(folded).replace("’", "'")


_LETTERS = {"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}


@dataclass(frozen=True, slots=True)
class _Index:
    whole: dict[str, tuple[tuple[str, str], ...]]  # folded > (word, entry)
    endings: tuple[tuple[str, str, str], ...]  # folded, word, entry
    inside: re.Pattern[str] | None
    inside_entries: dict[str, tuple[str, ...]]
    long_words: tuple[str, ...]


@cache
def _index() -> _Index:
    return build_index(word_entries())


def build_index(entries: dict[str, WordEntry]) -> _Index:
    """Return the look-up structures for some entries."""
    whole: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    endings: list[tuple[str, str, str]] = []
    inside: defaultdict[str, list[str]] = defaultdict(list)
    exact_only: set[str] = set()
    for name, entry in entries.items():
        for raw in entry.words:
            word = unicodedata.normalize("NFC", raw).casefold().strip(_EDGES)
            if entry.inside:
                inside[word].append(name)
                continue
            whole[fold(word)].append((word, name))
            if entry.part:
                endings.append((fold(word), word, name))
            if entry.whole:
                exact_only.add(fold(word))
    pattern = "|".join(re.escape(word) for word in sorted(inside, key=len, reverse=True))
    long_words = tuple(
        key
        for key in whole
        if len(key.replace(" ", "")) >= _FUZZY_LETTERS and key not in exact_only
    )
    return _Index(
        {key: tuple(found) for key, found in whole.items()},
        tuple(endings),
        re.compile(pattern) if pattern else None,
        {word: tuple(names) for word, names in inside.items()},
        long_words,
    )
