"""Which language words are in: a likelihood over languages, not a label.

A word is explained by the language of the place, by English, or by no language in particular (a
brand, a surname, a misreading); the last two bound what a single word can say::

    P(word | L) = 0.70 P_L(word) + 0.10 P_en(word) + 0.20 mean over languages P(word)
    P_L(word)   = 1/2 share of the word in running text of L + 1/2 product of letter trigrams

The certainty of a word is the probability that it was read rightly. The logarithms of the words are
added and tempered, because words on one sign are no independent draws.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from clues.cue import Cue
from clues.text.script import is_noise, script_of
from clues.text.word import Line

VARIABLE = "text.language"
DATA_FILE = Path(__file__).parent / "data" / "letters.npz"
WORD_FILE = Path(__file__).parent / "data" / "words.npz"
STEPS_PER_BIT = 8

_OWN, _ENGLISH, _ANY = 0.70, 0.10, 0.20
_BACK_OFF_BITS = 4.0  # price of an n-gram that a language's table does not hold
_UNKNOWN_BITS = 18.0  # of a letter that it does not hold at all
# A list ends at one word in a million; what it lacks is rarer, by how much is not known.
_UNLISTED_BITS = 23.0
_TEMPER = 0.7
_MAX_BITS = 10.0  # between the best and the worst language, however much is written
_MIN_SHARE = 0.11  # of all there is to know; with less information the answer is: cannot tell
_LETTER_BITS = 4.7  # of a letter drawn from thirty
_MIN_LETTERS = 3
_MIN_LETTERS_BESIDE = 2  # beside a long word: "la", "do", "zu" say much, stray letters nothing
_LONG_WORD = 4
_MIN_CONFIDENCE = 0.65
_MAX_WORDS = 60

# Languages without a table, and the ones they are most often mistaken for.
_RELATIVES = {
    "br": ("fr",), "ceb": ("fil",), "co": ("it",), "fo": ("is", "da"), "fy": ("nl",),
    "gd": ("ga",), "gl": ("es", "pt"), "ht": ("fr",), "ilo": ("fil",), "jv": ("id",),
    "ku": ("tr",), "ky": ("kk", "ru"), "lb": ("de",), "mt": ("it",), "rm": ("it", "de"),
    "se": ("fi", "no"), "su": ("id",), "tk": ("az", "tr"), "uz": ("az", "tr"),
    "ba": ("kk", "ru"), "tt": ("kk", "ru"), "tg": ("ru",), "sah": ("kk", "ru"),
    "cv": ("ru",), "ce": ("ru",), "os": ("ru",), "ne": ("hi", "mr"), "ps": ("fa",), "ug": ("fa",),
}  # fmt: skip

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """Rows of bits by key (sorted UTF-8); a language that is not in a row costs ``inf``."""

    keys: npt.NDArray[np.bytes_]
    start: npt.NDArray[np.int64]
    language: npt.NDArray[np.uint8]
    bits: Floats
    size: int

    def row(self, key: str) -> int | None:
        """Return the row of a key, or None."""
        wanted = key.encode()
        at = int(np.searchsorted(self.keys, wanted))
        return at if at < len(self.keys) and self.keys[at] == wanted else None

    def of(self, key: str) -> Floats:
        """Return minus log2 P per language, shape (languages,); inf where not held."""
        result = np.full(self.size, np.inf)
        row = self.row(key)
        if row is not None:
            where = slice(self.start[row], self.start[row + 1])
            result[self.language[where]] = self.bits[where]
        return result


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """Letter n-grams and frequent words of some fifty languages."""

    languages: tuple[str, ...]
    letters: tuple[_Table, _Table, _Table]
    words: _Table
    script_rows: dict[str, npt.NDArray[np.bool_]]

    @cached_property
    def has_list(self) -> npt.NDArray[np.bool_]:
        """Which languages have a list of words, shape (languages,)."""
        return np.bincount(self.words.language, minlength=len(self.languages)) > 0

    def word_log2(self, word: str, script: str) -> Floats:
        """Return log2 P_L(word) per language that is written in the script, else -inf.

        Parameters
        ----------
        word
            Lower case, letters alone.
        script
            A value of ``text.script``.
        """
        spelt = -self.letter_bits(word) - 1
        listed = -self.words.of(word) - 1
        if self.words.row(word) is not None:
            listed = np.where(self.has_list, np.maximum(listed, -_UNLISTED_BITS - 1), listed)
        both = np.logaddexp2(spelt, listed)
        return np.where(self.script_rows[script], both, -np.inf)

    def letter_bits(self, word: str) -> Floats:
        """Return minus log2 of the probability of a word's spelling, shape (languages,)."""
        total = np.full(len(self.languages), 2.5)  # about what the word's length costs
        for i in range(len(word)):
            one = np.minimum(self.letters[0].of(word[i]), _UNKNOWN_BITS)
            bits = one
            if i >= 1:
                two = self.letters[1].of(word[i - 1 : i + 1])
                bits = np.minimum(two, one + _BACK_OFF_BITS)
            if i >= 2:
                three = self.letters[2].of(word[i - 2 : i + 1])
                bits = np.minimum(three, bits + _BACK_OFF_BITS)
            total += bits
        return total

    def log2_likelihood(self, words: Sequence[tuple[str, float]], script: str) -> Floats:
        """Return the tempered log2 likelihood per language of words with their certainties."""
        inside = self.script_rows[script]
        english = self.languages.index("en")
        total = np.zeros(len(self.languages))
        for word, certainty in words:
            own = self.word_log2(word, script)
            anyone = np.log2(np.mean(np.exp2(own[inside])) + _noise(word))
            parts = np.log2(_OWN) + own
            if inside[english]:
                parts = np.logaddexp2(parts, np.log2(_ENGLISH) + own[english])
            parts = np.logaddexp2(parts, np.log2(_ANY) + anyone)
            sure = np.log2(certainty) + parts
            total += np.logaddexp2(sure, np.log2(1.0001 - certainty) + anyone) - anyone
        return np.where(inside, _TEMPER * total, -np.inf)


def _noise(word: str) -> float:
    """Return the probability of a word as a string of random letters, as misreadings are."""
    return float(2.0 ** -(_LETTER_BITS * len(word) + 4))


def _load_table(arrays: dict[str, np.ndarray], suffix: str, size: int) -> _Table:
    keys = np.array(arrays[f"keys{suffix}"].tobytes().split(b"\n"))
    start = np.concatenate([[0], np.cumsum(arrays[f"counts{suffix}"], dtype=np.int64)])
    bits = arrays[f"bits{suffix}"].astype(np.float64) / STEPS_PER_BIT
    return _Table(keys, start, arrays[f"language{suffix}"], bits, size)


@cache
def load_language_model() -> LanguageModel:
    """Load the shipped tables, about a tenth of a second; cached."""
    with np.load(DATA_FILE, allow_pickle=False) as file:
        arrays = dict(file)
    with np.load(WORD_FILE, allow_pickle=False) as file:
        word_arrays = dict(file)
    languages = tuple(str(code) for code in arrays["languages"])
    size = len(languages)
    tables = tuple(_load_table(arrays, str(n), size) for n in (1, 2, 3))
    words = _load_table(word_arrays, "", size)
    one = tables[0]
    mass: dict[str, Floats] = {}
    for row, letter in enumerate(one.keys):
        script = script_of(letter.decode())
        if script is not None:
            where = slice(one.start[row], one.start[row + 1])
            into = mass.setdefault(script, np.zeros(size))
            into[one.language[where]] += np.exp2(-one.bits[where])
    rows = {script: share > 0.5 for script, share in mass.items()}
    rows = {script: held for script, held in rows.items() if held.sum() >= 2}
    return LanguageModel(languages, (one, tables[1], tables[2]), words, rows)


def fold(text: str) -> str:
    """Lower-case, and take the accents off Latin letters."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize(
        "NFC", "".join(c for c in decomposed if not unicodedata.combining(c))
    )


def tokens(text: str) -> list[str]:
    """Split a text at everything that is no letter; lower case, digits and signs gone."""
    composed = unicodedata.normalize("NFC", text).lower()
    spaced = "".join(
        c if c.isalpha() or unicodedata.category(c).startswith("M") else " " for c in composed
    )
    return spaced.split()


def read_language(lines: Sequence[Line]) -> list[Cue]:
    """Return one cue on the language of the writing for each script, or none: cannot tell."""
    model = load_language_model()
    by_script: dict[str, dict[str, tuple[float, Line]]] = {}
    for line in lines:
        if is_noise(line.text, line.confidence):
            continue
        least = _MIN_LETTERS_BESIDE if _has_long_word(line) else _MIN_LETTERS
        for word in line.words:
            if word.confidence < _MIN_CONFIDENCE or any(c in word.text for c in ".@/"):
                continue
            for token in tokens(word.text):
                script = script_of(token)
                if script in model.script_rows and least <= len(token) <= 24:
                    seen = by_script.setdefault(script, {})
                    if token not in seen or seen[token][0] < word.certainty:
                        seen[token] = (word.certainty, line)
    cues = (_cue(model, script, found) for script, found in sorted(by_script.items()))
    return [cue for cue in cues if cue is not None]


def _has_long_word(line: Line) -> bool:
    return any(
        len(word.text) >= _LONG_WORD and word.confidence >= _MIN_CONFIDENCE for word in line.words
    )


def _cue(model: LanguageModel, script: str, found: dict[str, tuple[float, Line]]) -> Cue | None:
    chosen = sorted(found, key=lambda w: (-found[w][0] * len(w), w))[:_MAX_WORDS]
    score = model.log2_likelihood([(w, found[w][0]) for w in chosen], script)
    inside = model.script_rows[script]
    relative = score[inside] - score[inside].max()
    relative = np.maximum(relative, -_MAX_BITS)
    probability = np.exp2(relative) / np.exp2(relative).sum()
    most = np.log2(inside.sum())
    information = most + float(probability @ np.log2(probability))
    if information < _MIN_SHARE * most:
        return None
    codes = [code for code, held in zip(model.languages, inside, strict=True) if held]
    best = int(np.argmax(relative))
    telling = sorted(chosen, key=lambda w: -_lead(model, w, script, codes[best]))[:4]
    shown = [w for w in chosen if w in telling]
    likelihood = {c: float(p) for c, p in zip(codes, np.exp2(relative), strict=True)}
    return Cue(
        variable=VARIABLE,
        likelihood=likelihood | _relatives(likelihood),
        box=found[telling[0]][1].box,
        note=f'reads "{", ".join(shown)}"',
    )


def _relatives(likelihood: dict[str, float]) -> dict[str, float]:
    """Return likelihoods for languages without a table: their relatives' mean, weakened."""
    typical = sum(likelihood.values()) / len(likelihood)
    result = {}
    for code, near in _RELATIVES.items():
        known = [likelihood[c] for c in near if c in likelihood]
        if known:
            result[code] = 0.5 * sum(known) / len(known) + 0.5 * typical
    return result


def _lead(model: LanguageModel, word: str, script: str, code: str) -> float:
    """Return by how many bits a word speaks for a language, against the mean language."""
    own = model.word_log2(word, script)
    inside = model.script_rows[script]
    mean = np.log2(np.mean(np.exp2(own[inside])))
    return float(own[model.languages.index(code)] - mean)
