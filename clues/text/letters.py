"""Letters that few languages have, as cues of their own, even from half-read words."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

from clues.cue import Cue
from clues.text.script import is_noise, script_of
from clues.text.word import Line

VARIABLE = "text.letter"

# The letters whose presence is worth a cue; the knowledge base says where each is used.
LATIN = "áäåâãàāăąæćčçďđðéèêëēěęėəğģħíîïīįıķłľļĺñňńņŋóöôõøőœơřŕśšşșßťțţþúüūůűųưŵýŷźžżġċ"
CYRILLIC = "іїєґўјљњћђџѓќѕәғқңөұүһыэё"
LETTERS = frozenset(LATIN + CYRILLIC)

_MIN_CONFIDENCE = 0.85
_MIN_LETTERS = 3  # of the word: a lone accented letter is as a rule a misread sign
_ACCENT_MISREAD = 0.12  # P(this accent read | another accent on the same letter)
_ACCENT_INVENTED = 0.04  # P(this accent read | any other letter): rivets, dirt, dots

# Signs that engines take for one another beyond accents on one base letter.
_ALIKE = [set("ıíìiî"), set("łl"), set("øöőoõ"), set("æœ"), set("ßb"), set("đď"), set("șşš"),
          set("țţť"), set("ðó"), set("åäâàáãă"), set("їі"), set("ўу"), set("өә")]  # fmt: skip


@cache
def confusions(letter: str) -> dict[str, float]:
    """Return P(read as ``letter`` | truly the key), up to a factor."""
    base = _base(letter)
    result = {other: _ACCENT_INVENTED for other in LETTERS if script_of(other) == script_of(letter)}
    for other in result:
        if _base(other) == base or any(letter in s and other in s for s in _ALIKE):
            result[other] = _ACCENT_MISREAD
    result["none"] = _ACCENT_INVENTED
    result[letter] = 1.0
    return result


def read_letters(lines: Sequence[Line]) -> list[Cue]:
    """Return one cue for each peculiar letter that was read with confidence."""
    best: dict[str, tuple[float, str, Line]] = {}
    for line in lines:
        if is_noise(line.text, line.confidence):
            continue
        for word in line.words:
            letters = [c for c in unicodedata.normalize("NFC", word.text).lower() if c.isalpha()]
            if word.confidence < _MIN_CONFIDENCE or len(letters) < _MIN_LETTERS:
                continue
            for letter in LETTERS.intersection(letters):
                if letter not in best or word.confidence > best[letter][0]:
                    best[letter] = (word.confidence, word.text, line)
    return [_cue(letter, *best[letter]) for letter in sorted(best)]


def _cue(letter: str, confidence: float, text: str, line: Line) -> Cue:
    doubt = 1 - confidence
    likelihood = {other: (1 - doubt) * p + doubt * 0.3 for other, p in confusions(letter).items()}
    box = next((w.box for w in line.words if w.text == text), line.box)
    return Cue(
        variable=VARIABLE, likelihood=likelihood, box=box, note=f'reads "{letter}" in "{text}"'
    )


def _base(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]
