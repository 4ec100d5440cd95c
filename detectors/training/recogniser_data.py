"""Cyrillic words to learn reading from."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from detectors.ocr.cyrillic import LETTERS
from detectors.training.script_data import Renderer
from detectors.training.text_render import Pixels
from detectors.training.text_words import number, shop_words, vary

_RUSSIAN = frozenset("абвгдежзийклмнопрстуфхцчшщьюя -.'")
_RARE, _SHOP, _RANDOM, _NUMBER = 0.3, 0.12, 0.1, 0.06  # shares of the words drawn


class CyrillicWords:
    """Draws words as signs show them, such with letters of few languages more often."""

    def __init__(self, names: Sequence[str]) -> None:
        known = [name for name in names if set(name.lower()) <= set(LETTERS)]
        self._names = known
        self._rare = [name for name in known if not set(name.lower()) <= _RUSSIAN]
        self._shop = [word for word in shop_words() if set(word.lower()) <= set(LETTERS)]
        self._shop = [word for word in self._shop if any("а" <= c <= "ӿ" for c in word.lower())]
        self._letters = [c for c in LETTERS if c.isalpha() and c.islower()]

    def one(self, rng: random.Random) -> str:
        """Return a word."""
        way = rng.random()
        if way < _NUMBER:
            return number(rng)
        if way < _NUMBER + _RANDOM:
            word = "".join(rng.choices(self._letters, k=rng.randint(2, 8)))
        elif way < _NUMBER + _RANDOM + _SHOP and self._shop:
            word = rng.choice(self._shop)
        elif way < _NUMBER + _RANDOM + _SHOP + _RARE:
            word = rng.choice(self._rare)
        else:
            word = rng.choice(self._names)
        return vary(word, "cyrillic", rng)


def drawn(
    words: CyrillicWords, renderer: Renderer, count: int, seed: int
) -> tuple[list[Pixels], list[str]]:
    """Return crops of words (blue, green, red), and the words."""
    rng = random.Random(seed)
    crops, texts = [], []
    while len(crops) < count:
        text = words.one(rng)
        crop = renderer.draw("cyrillic", text, rng)
        if crop is not None and set(text) <= set(LETTERS):
            crops.append(np.ascontiguousarray(crop[:, :, ::-1]))
            texts.append(text)
    return crops, texts
