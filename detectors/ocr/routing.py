"""Give each line to the recogniser that knows its script; keep what none of them knows.

RapidOCR finds lines in any script, but its recogniser knows three. Between the two a small network
judges each crop: scripts with a head of our own go to `detectors.ocr.readers`, others stay unread
but keep their box and their script, and what looks like no text counts only if it is read with
certainty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.text.script import SCRIPTS
from detectors.ocr import script_net, strokes
from detectors.ocr.alphabets import ALPHABETS
from detectors.ocr.lines import Crop
from detectors.ocr.readers import Readers, file_of, scripts
from detectors.ocr.script_net import CLASSES, DIGITS, NOT_TEXT, ScriptNet
from detectors.ocr.strokes import Seen, Strokes

WEIGHTS = (strokes.FILE, script_net.FILE, *map(file_of, ALPHABETS))
_ENGINE, _UNREAD, _NO_TEXT = "engine", "unread", "no text"  # or a script with a head of our own
_READ_BY_ENGINE = frozenset({"latin", "han", "kana", DIGITS, NOT_TEXT})
_NO_TEXT_FROM = 0.9  # P(no text) above which only a sure reading counts
_SURE = 0.9
_OWN_FROM = 0.2  # P(script) from which its head reads, too, and the likelier reading counts
# P(script) from which a crop that nobody can read is kept. High, since most of what detectors take
# for text in vain (windows, fences) looks to the network like one rare script or another.
_UNREAD_FROM = 0.97
_SEPARATOR = ":"
# Letters with a Latin twin: a word of nothing else, such as TAXI, may be either and stays Latin.
_TWINS = frozenset("АВЕЅІЈКМНОРСТУХасеѕіјорух" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο")

_NO_TEXT_ROW = CLASSES.index(NOT_TEXT)
_SCRIPT_ROWS = np.array([CLASSES.index(script) for script in SCRIPTS])

Floats = npt.NDArray[np.float64]
Script = tuple[tuple[str, float], ...]


def routes(judged: Floats) -> list[str]:
    """Return where each crop goes, from P(class | crop), shape (crops, classes)."""
    result = []
    rows = np.array([CLASSES.index(script) for script in scripts()])
    for probability in judged:
        top = int(probability.argmax())
        own = rows[probability[rows].argmax()]
        if probability[_NO_TEXT_ROW] >= _NO_TEXT_FROM:
            result.append(_NO_TEXT)
        elif probability[own] >= _OWN_FROM:
            result.append(CLASSES[own])
        elif CLASSES[top] not in _READ_BY_ENGINE and probability[top] >= _UNREAD_FROM:
            result.append(_UNREAD)
        else:
            result.append(_ENGINE)
    return result


def script_of_crop(probability: Floats) -> Script:
    """Return P(crop | script) up to a factor, 1 for the likeliest; see `Word.script`.

    As far as the crop is no text it says nothing about scripts, and as far as it is a number.
    """
    scripts = probability[_SCRIPT_ROWS]
    none = max(1.0 - float(scripts.sum()), 0.0) / len(SCRIPTS)
    mixed = scripts + none
    return tuple(zip(SCRIPTS, (mixed / mixed.max()).tolist(), strict=True))


class Router:
    """Stands between RapidOCR's detector and its recogniser."""

    def __init__(self) -> None:
        self._strokes = Strokes()
        self._net = ScriptNet()
        self._readers = Readers()
        self._scripts: list[Script] = []

    def into(self, reader: Any) -> Any:
        """Put the router into a reader; another version of RapidOCR stays as it is."""
        plain = getattr(reader, "recognize_txt", None)
        if plain is None:
            return reader

        def recognise(crops: Sequence[Crop]) -> Any:
            seen = self._strokes.see(crops)
            judged = self._net.judge(seen)
            self._scripts = [script_of_crop(row) for row in judged]
            where = routes(judged)
            wanted = [crop for crop, to in zip(crops, where, strict=True) if to != _UNREAD]
            # RapidOCR wants at least one crop; what it reads in a spare one is not asked for
            output = plain(wanted or crops[:1])
            engine = iter(zip(output.txts, output.scores, strict=True))
            own = self._read_own(seen, where)
            texts, scores = [], []
            for number, (to, probability) in enumerate(zip(where, judged, strict=True)):
                text, score = ("", float(probability.max())) if to == _UNREAD else next(engine)
                if to in ALPHABETS:
                    share = float(probability[CLASSES.index(to)])
                    text, score = _likelier(own[number], share, (text, score))
                unsure = to == _NO_TEXT and score < _SURE
                if unsure or (to != _UNREAD and not text.strip()):
                    score = 0.0
                texts.append(f"{number}{_SEPARATOR}{text}")
                scores.append(score)
            output.imgs, output.txts, output.scores = list(crops), tuple(texts), scores
            output.word_results = tuple(() for _ in crops)
            return output

        reader.recognize_txt = recognise
        return reader

    def _read_own(self, seen: Sequence[Seen], where: Sequence[str]) -> dict[int, tuple[str, float]]:
        """Return what our heads read in the crops that go to them, by number."""
        found: dict[int, tuple[str, float]] = {}
        for script in set(where) & set(ALPHABETS):
            rows = [row for row, to in enumerate(where) if to == script]
            found |= zip(rows, self._readers.read(script, [seen[row] for row in rows]), strict=True)
        return found

    def resolve(self, text: str) -> tuple[str, Script]:
        """Return what was read and the script's likelihood, of a text that the reader gave."""
        number, separator, rest = text.partition(_SEPARATOR)
        if not separator or not self._scripts:
            return text, ()
        return rest, self._scripts[int(number)]


def _likelier(own: tuple[str, float], share: float, other: tuple[str, float]) -> tuple[str, float]:
    """Return the reading that is likelier: of our head, given P(its script | crop), or the other.

    A reading that Latin letters spell as well stays Latin: only a letter of its own is Cyrillic.
    """
    if _TWINS.issuperset(filter(str.isalpha, own[0])):
        return other
    return own if share * own[1] >= (1 - share) * other[1] else other
