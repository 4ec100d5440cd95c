"""The letters that our recognisers know, by script, and how a word becomes a row of them.

A recogniser reads a line from left to right. Where words run the other way, its row of letters is
the word turned round, except for the numbers in it. A Hangul syllable is two or three letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from string import digits


@dataclass(frozen=True, slots=True)
class Alphabet:
    """What a recogniser tells apart.

    Attributes
    ----------
    script
        A value of ``text.script``.
    letters
        In the order of the recogniser's outputs; its output 0 is "no letter".
    leftwards
        Whether words run from right to left.
    syllables
        Whether letters compose to syllables, as in Hangul.
    """

    script: str
    letters: str
    leftwards: bool = False
    syllables: bool = False

    def row_of(self, word: str) -> str:
        """Return a word's letters as they stand from left to right."""
        row = unicodedata.normalize("NFD", word) if self.syllables else word
        return _turned(row) if self.leftwards else row

    def word_of(self, row: Iterable[str]) -> str:
        """Return the word that letters from left to right make, without parts of no syllable."""
        word = "".join(row)
        word = unicodedata.normalize("NFC", _turned(word) if self.leftwards else word)
        return (_STRAY.sub("", word) if self.syllables else word).strip()

    def spells(self, word: str) -> bool:
        """Tell whether all letters of a word are known."""
        return set(self.row_of(word)) <= set(self.letters)


_NUMBER = re.compile(r"\d(?:[\d.,:/-]*\d)?")
_STRAY = re.compile("[\u1100-\u11ff]")
_MIRRORED = str.maketrans("()«»", ")(»«")
_LEFTWARDS = frozenset({"R", "AL"})


def _turned(text: str) -> str:
    """Turn a text round but for the numbers in it; twice gives it back."""
    if not any(unicodedata.bidirectional(c) in _LEFTWARDS for c in text):
        return text
    return _NUMBER.sub(lambda number: number[0][::-1], text[::-1].translate(_MIRRORED))


def _span(first: int, last: int) -> str:
    return "".join(c for c in map(chr, range(first, last + 1)) if unicodedata.category(c) != "Cn")


_SIGNS = " -.,'\"«»№/():&+!"
_CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя" + "ґєіїў" + "ђјљњћџѓѕќ" + "әғқңөұүһ"
_GREEK = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ" + "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏΪΫ"
_ARMENIAN = _span(0x561, 0x586)
_ARABIC = (
    "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي" + "پچژکگی" + _span(0x660, 0x669) + _span(0x6F0, 0x6F9)
)
_JAMO = _span(0x1100, 0x1112) + _span(0x1161, 0x1175) + _span(0x11A8, 0x11C2)

ALPHABETS = {
    one.script: one
    for one in (
        Alphabet("cyrillic", digits + _CYRILLIC + _CYRILLIC.upper() + _SIGNS),
        Alphabet("greek", digits + _GREEK + _SIGNS),
        Alphabet("thai", digits + _span(0xE01, 0xE3A) + _span(0xE40, 0xE4E) + _SIGNS),
        Alphabet("hangul", digits + _JAMO + _SIGNS, syllables=True),
        Alphabet("arabic", digits + _ARABIC + _SIGNS + "،", leftwards=True),
        Alphabet("hebrew", digits + _span(0x5D0, 0x5EA) + _SIGNS + "״׳־", leftwards=True),
        Alphabet("georgian", digits + _span(0x10D0, 0x10F0) + _SIGNS),
        Alphabet("armenian", digits + _ARMENIAN + "և" + _span(0x531, 0x556) + _SIGNS + "՛՞։"),
    )
}
