"""The script of a word, from Unicode, and the cue that it makes.

The engines differ in the scripts they know. An engine without Cyrillic reads Cyrillic as Latin
look-alikes, and noise (branches, bricks) as single Chinese characters; the likelihoods say so.
Where a network has judged the crop itself, of the two the one that tells more counts.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from clues.cue import Cue
from clues.text.word import Line

VARIABLE = "text.script"

# First word of a character's Unicode name -> value of the variable.
_BY_NAME = {
    "LATIN": "latin",
    "CYRILLIC": "cyrillic",
    "GREEK": "greek",
    "ARABIC": "arabic",
    "HEBREW": "hebrew",
    "GEORGIAN": "georgian",
    "ARMENIAN": "armenian",
    "DEVANAGARI": "devanagari",
    "BENGALI": "bengali",
    "GURMUKHI": "gurmukhi",
    "GUJARATI": "gujarati",
    "TAMIL": "tamil",
    "TELUGU": "telugu",
    "KANNADA": "kannada",
    "MALAYALAM": "malayalam",
    "SINHALA": "sinhala",
    "THAI": "thai",
    "LAO": "lao",
    "KHMER": "khmer",
    "MYANMAR": "burmese",
    "HANGUL": "hangul",
    "CJK": "han",
    "HIRAGANA": "kana",
    "KATAKANA": "kana",
    "KATAKANA-HIRAGANA": "kana",
    "ETHIOPIC": "ethiopic",
    "MONGOLIAN": "mongolian",
}
SCRIPTS = tuple(dict.fromkeys(_BY_NAME.values()))  # which a network tells apart
_UNLEARNED = {"ORIYA": "odia", "CANADIAN": "syllabics", "THAANA": "thaana"}
_ALL = (*SCRIPTS, *_UNLEARNED.values())

# P(read as the row | truly the column), beside the right reading. A recogniser without a script
# reads its letters as look-alikes of another; magnitudes are judgements, not measurements.
_LOOK_ALIKES: dict[str, dict[str, float]] = {
    "latin": {"cyrillic": 0.25, "greek": 0.2, "armenian": 0.05, "georgian": 0.05},
    "greek": {"latin": 0.1, "cyrillic": 0.3},
    "cyrillic": {"latin": 0.05, "greek": 0.05},
    "han": {"kana": 0.3, "hangul": 0.15, "latin": 0.02},
    "kana": {"han": 0.05, "hangul": 0.05, "latin": 0.02},
}
_ANY = 0.03  # any other script misread
_TYPED = 0.001  # any other script, where a person typed letters that no keyboard offers by chance
# Bounds of what a network's judgement can say. It learned most scripts from drawn words, and a crop
# that nobody can read is often no text.
_LEAST_READ, _LEAST_UNREAD = 0.02, 0.2
_OF_ENGINES = frozenset({"latin", "han", "kana"})  # the others are read by heads of our own
_LEAD = 3.0  # of the likeliest script of an unread word over the next
_EAST_ASIAN = frozenset({"han", "kana"})
_NOISY_CONFIDENCE = 0.8  # below it, Chinese characters and kana are mostly branches and bricks
_CONFIDENCE = 0.75  # readings below it are hardly ever right (see `clues.text.word`)
_LETTERS = 3  # in one script, over all lines, before anything is said
_EAST_ASIAN_LETTERS = 2


@lru_cache(maxsize=4096)
def script_of_letter(letter: str) -> str | None:
    """Return the script of one letter, or None for digits, signs and unknown scripts."""
    if not letter.isalpha():
        return None
    name = unicodedata.name(letter, "").split(" ", 1)[0]
    return _BY_NAME.get(name, _UNLEARNED.get(name))


def script_of(text: str) -> str | None:
    """Return the script that most letters of a text belong to, or None."""
    counts = Counter(s for c in text if (s := script_of_letter(c)) is not None)
    if not counts:
        return None
    return min(counts, key=lambda s: (-counts[s], s))


def is_noise(text: str, confidence: float) -> bool:
    """Tell whether a reading is one that engines hallucinate on texture.

    A lone Chinese character or kana, or any at low confidence, is as a rule a window or a branch.
    """
    letters = [s for c in text if (s := script_of_letter(c)) is not None]
    if not any(s in _EAST_ASIAN for s in letters):
        return False
    east_asian = sum(s in _EAST_ASIAN for s in letters)
    return confidence < _NOISY_CONFIDENCE or east_asian < _EAST_ASIAN_LETTERS


def read_script(lines: Sequence[Line]) -> list[Cue]:
    """Return one cue for each script that enough sure letters are in."""
    found: dict[str, list[Line]] = {}
    letters: Counter[str] = Counter()
    for line in lines:
        script = script_of(line.text)
        if not line.text:
            script = _judged_script(line)
            if script:
                found.setdefault(script, []).append(line)
                letters[script] += _LETTERS
            continue
        noise = not line.typed and is_noise(line.text, line.confidence)
        if script and _is_sure(script, line) and not noise:
            found.setdefault(script, []).append(line)
            letters[script] += sum(script_of_letter(c) == script for c in line.text)
    cues = []
    for script, where in sorted(found.items()):
        enough = _EAST_ASIAN_LETTERS if script in _EAST_ASIAN else _LETTERS
        if script != "latin" and all(line.typed for line in where):
            enough = 1
        if letters[script] >= enough:
            cues.append(_cue(script, where))
    return cues


def _is_sure(script: str, line: Line) -> bool:
    """Tell whether a line is in the script that it was read in, even if not all letters are right.

    Latin is what engines read into anything.
    """
    judged = script != "latin" and _judged_script(line) == script
    return judged or line.confidence >= _CONFIDENCE


def _cue(script: str, lines: Sequence[Line]) -> Cue:
    best = max(lines, key=lambda line: (line.confidence * len(line.text), line.text))
    return Cue(
        variable=VARIABLE,
        likelihood=_likelihood(script, best),
        box=best.box,
        note=f'reads "{best.text[:80]}"' if best.text else "letters that cannot be read here",
    )


def _likelihood(script: str, line: Line) -> dict[str, float]:
    """Return P(read or judged like this | script), 1 for the one that it was taken for."""
    if line.typed and script not in _OF_ENGINES:
        return {s: 1.0 if s == script else _TYPED for s in _ALL}
    judged = dict(line.words[0].script)
    if not line.text:
        return {s: max(judged.get(s, 0.0), _LEAST_UNREAD) for s in _ALL}
    sure = 1 - (1 - line.confidence) / 2
    others = _LOOK_ALIKES.get(script, {})
    likelihood = {s: sure * others.get(s, _ANY) + (1 - sure) * 0.3 for s in _ALL}
    if judged:
        top = max(judged.get(script, 0.0), _LEAST_READ)
        # a window or a fence may be taken for a rare script, and is then read without conviction
        least = max(_LEAST_READ, 0.0 if script in _OF_ENGINES else 1 - line.confidence)
        for s in _ALL:
            likelihood[s] = max(min(likelihood[s], judged.get(s, 0.0) / top), least)
    likelihood[script] = 1.0
    return likelihood


def _judged_script(line: Line) -> str | None:
    """Return the script that a network sees in a line, or None if it cannot tell."""
    judged = sorted(line.words[0].script, key=lambda item: -item[1])
    if len(judged) < 2 or judged[0][1] < _LEAD * judged[1][1]:
        return None
    return judged[0][0]
