"""Words of one script to learn reading from."""

from __future__ import annotations

import random
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from detectors.ocr.alphabets import Alphabet
from detectors.training.script_data import Renderer
from detectors.training.text_backbone import Halves
from detectors.training.text_render import Pixels
from detectors.training.text_words import ZEROS, clusters, number, own_digits, shop_words, vary

_NUMBER, _RANDOM, _SHOP, _RARE, _LISTED = 0.06, 0.10, 0.12, 0.15, 0.3  # shares of the words drawn
_PAIR = 0.15  # of them, two words
_NO_SPACES = frozenset({"thai"})
_LONGEST = 20


class ScriptWords:
    """Draws words as signs show them, such with rare letters more often.

    Parameters
    ----------
    alphabet
        Words with other letters are left out.
    names
        Of places, days and the like.
    listed
        Other words of the languages.
    """

    def __init__(
        self, alphabet: Alphabet, names: Iterable[str], listed: Iterable[str] = ()
    ) -> None:
        self.alphabet = alphabet
        self._zeros = "".join(filter(alphabet.spells, ZEROS.get(alphabet.script, "")))
        self.names = self._known(names)
        self._listed = self._known(listed)
        shop = (part for word in shop_words() for part in {word, *word.split()})
        self._shop = [word for word in self._known(shop) if not word.isascii()]
        self._bearing: dict[str, list[str]] = defaultdict(list)
        seen = set()
        for word in (*self.names, *self._listed, *self._shop):
            for letter in set(alphabet.row_of(word)):
                self._bearing[letter].append(word)
            seen.update(clusters(word))
        self._clusters = sorted(seen)
        self._letters = sorted(letter for letter in self._bearing if letter.isalpha())

    def shuffled(self, seed: int) -> ScriptWords:
        """Return the same words in an order of chance."""
        rng = random.Random(seed)
        names, listed = (rng.sample(words, len(words)) for words in (self.names, self._listed))
        return ScriptWords(self.alphabet, names, listed)

    def part(self, *, held_out: bool) -> ScriptWords:
        """Return the tenth of the names and lists that is held out, or the rest."""
        parts = []
        for words in (self.names, self._listed):
            tenth = len(words) // 10
            parts.append(words[:tenth] if held_out else words[tenth:])
        return ScriptWords(self.alphabet, *parts)

    def _known(self, words: Iterable[str]) -> list[str]:
        plain = (_without_marks(word) if self.alphabet.leftwards else word for word in words)
        short = (word for word in plain if 0 < len(word) <= _LONGEST)
        return [word for word in dict.fromkeys(short) if self.alphabet.spells(word)]

    def one(self, rng: random.Random) -> str:
        """Return a word, a number, or two words."""
        script = self.alphabet.script
        if rng.random() < _NUMBER:
            return own_digits(number(rng), self._zeros, rng)
        word = self._word(rng)
        if rng.random() < _PAIR:
            word += ("" if script in _NO_SPACES else " ") + self._word(rng)
        return vary(word, script, rng, self._zeros)

    def _word(self, rng: random.Random) -> str:
        way = rng.random()
        if way < _RANDOM:
            return "".join(rng.choices(self._clusters, k=rng.randint(2, 7)))
        if way < _RANDOM + _SHOP and self._shop:
            return rng.choice(self._shop)
        if way < _RANDOM + _SHOP + _RARE:
            return rng.choice(self._bearing[rng.choice(self._letters)])
        if way < _RANDOM + _SHOP + _RARE + _LISTED and self._listed:
            return rng.choice(self._listed)
        return rng.choice(self.names)


def _without_marks(word: str) -> str:
    """Take vowel points off, which signs in Hebrew and Arabic letters lack."""
    return "".join(c for c in word if unicodedata.category(c) != "Mn")


def drawn(
    words: ScriptWords, renderer: Renderer, count: int, seed: int
) -> tuple[list[Pixels], list[str]]:
    """Return crops of words (blue, green, red), and the words."""
    rng = random.Random(seed)
    script = words.alphabet.script
    crops, texts = [], []
    while len(crops) < count:
        text = words.one(rng)
        crop = renderer.draw(script, text, rng) if words.alphabet.spells(text) else None
        if crop is not None:
            crops.append(np.ascontiguousarray(crop[:, :, ::-1]))
            texts.append(text)
    return crops, texts


def save(path: Path, seen: Sequence[Halves], texts: Sequence[str]) -> None:
    """Keep features and texts, so that a head can be trained again in minutes."""
    steps = np.array([one.shape[1] for one in seen])
    np.savez(path, seen=np.concatenate(seen, 1), steps=steps, texts=np.array(texts))


def load(path: Path) -> tuple[list[Halves], list[str]]:
    """Return what `save` kept."""
    with np.load(path, allow_pickle=False) as file:
        parts = np.split(file["seen"], np.cumsum(file["steps"])[:-1], 1)
        return parts, file["texts"].tolist()
