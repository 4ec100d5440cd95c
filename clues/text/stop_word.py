"""The word on a stop sign: STOP, PARE, ALTO ... as read on the face of a road sign."""

from __future__ import annotations

import math
from collections.abc import Sequence

from clues.cue import Cue
from clues.text.confusion import canonical, probability
from clues.text.word import Line

VARIABLE = "signs.stop-word"
DETECTOR = "stop-word"

# What is read, and the values of the cue that it may be: some signs add a second word, which may
# have been overlooked.
_WORDS: dict[str, dict[str, float]] = {
    "STOP": {"stop": 1.0, "stop-local": 0.6, "arret-stop": 0.3},
    "PARE": {"pare": 1.0},
    "ALTO": {"alto": 1.0},
    "ARRET": {"arret": 1.0, "arret-stop": 0.3},
    "ARRET STOP": {"arret-stop": 1.0},
    "DUR": {"dur": 1.0},
    "止まれ": {"tomare": 1.0},
    "BERHENTI": {"berhenti": 1.0},
    "DUNG LAI": {"dung-lai": 1.0},
}
# P(an unrelated word on a sign reads so) over P(it is the word).
_CHANCE = 0.02
_USELESS = 0.7  # a chance above this is not worth a cue


def read_stop_word(lines: Sequence[Line]) -> list[Cue]:
    """Return the cue in the surest line that is the word of a stop sign, if there is one."""
    found = [(_agreement(line), line) for line in lines if all(w.on_sign for w in line.words)]
    found = [one for one in found if one[0][0] > 0]
    if not found:
        return []
    (agreement, word), line = max(found, key=lambda one: one[0][0] * one[1].certainty)
    chance = _CHANCE / agreement + 0.2 * (1 - line.certainty)
    if chance > _USELESS:
        return []
    values = _WORDS[word]
    others = {value: chance for told in _WORDS.values() for value in told}
    return [
        Cue(
            variable=VARIABLE,
            likelihood={**others, **{v: max(p, others[v]) for v, p in values.items()}},
            box=line.box,
            detector=DETECTOR,
            note=f"a road sign reads '{line.text[:40]}'",
        )
    ]


def _agreement(line: Line) -> tuple[float, str]:
    """Return how probably a line is a word misread like this, and which word."""
    seen = canonical(line.text)
    options = [(_likelihood(seen, canonical(word)), word) for word in _WORDS]
    return max(options)


def _likelihood(seen: str, true: str) -> float:
    if len(seen) != len(true):
        return 0.0
    return math.prod(map(probability, seen, true))
