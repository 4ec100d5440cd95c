"""Give each line to the recogniser that knows its script; keep what none of them knows.

RapidOCR finds lines in any script, but its recogniser knows four. Between the two a small network
judges each crop: Cyrillic goes to `detectors.ocr.cyrillic`, other scripts stay unread but keep
their box and their script, and what looks like no text counts only if it is read with certainty.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.text.script import SCRIPTS
from detectors.ocr import cyrillic as cyrillic_net
from detectors.ocr import script_net
from detectors.ocr.cyrillic import CyrillicReader
from detectors.ocr.lines import Crop
from detectors.ocr.script_net import CLASSES, DIGITS, NOT_TEXT, ScriptNet

WEIGHTS = (script_net.FILE, cyrillic_net.FILE)
_ENGINE, _CYRILLIC, _UNREAD, _NO_TEXT = range(4)
_READ_BY_ENGINE = frozenset({"latin", "greek", "han", "kana", DIGITS, NOT_TEXT})
_NO_TEXT_FROM = 0.9  # P(no text) above which only a sure reading counts
_SURE = 0.9
_CYRILLIC_FROM = 0.2  # P(Cyrillic) from which both recognisers read, and the likelier one counts
# P(script) from which a crop that nobody can read is kept. High, since most of what detectors take
# for text in vain (windows, fences) looks to the network like one rare script or another.
_UNREAD_FROM = 0.97
_SEPARATOR = ":"
# Letters with a Latin twin: a word of nothing else, such as TAXI, may be either and stays Latin.
_TWINS = frozenset("АВЕЅІЈКМНОРСТУХасеѕіјорух")

_NO_TEXT_ROW, _CYRILLIC_ROW = CLASSES.index(NOT_TEXT), CLASSES.index("cyrillic")
_SCRIPT_ROWS = np.array([CLASSES.index(script) for script in SCRIPTS])

Floats = npt.NDArray[np.float64]
Script = tuple[tuple[str, float], ...]


def routes(judged: Floats) -> npt.NDArray[np.int64]:
    """Return where each crop goes, from P(class | crop), shape (crops, classes)."""
    result = np.full(len(judged), _ENGINE)
    for row, probability in enumerate(judged):
        top = int(probability.argmax())
        if probability[_NO_TEXT_ROW] >= _NO_TEXT_FROM:
            result[row] = _NO_TEXT
        elif probability[_CYRILLIC_ROW] >= _CYRILLIC_FROM:
            result[row] = _CYRILLIC
        elif CLASSES[top] not in _READ_BY_ENGINE and probability[top] >= _UNREAD_FROM:
            result[row] = _UNREAD
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
        self._net = ScriptNet()
        self._cyrillic = CyrillicReader()
        self._scripts: list[Script] = []

    def into(self, reader: Any) -> Any:
        """Put the router into a reader; another version of RapidOCR stays as it is."""
        plain = getattr(reader, "recognize_txt", None)
        if plain is None:
            return reader

        def recognise(crops: Sequence[Crop]) -> Any:
            judged = self._net.judge(crops)
            self._scripts = [script_of_crop(row) for row in judged]
            where = routes(judged)
            wanted = [crop for crop, to in zip(crops, where, strict=True) if to != _UNREAD]
            # RapidOCR wants at least one crop; what it reads in a spare one is not asked for
            output = plain(wanted or crops[:1])
            engine = iter(zip(output.txts, output.scores, strict=True))
            cyrillic = iter(
                self._cyrillic.read(
                    [crop for crop, to in zip(crops, where, strict=True) if to == _CYRILLIC]
                )
            )
            texts, scores = [], []
            for number, (to, probability) in enumerate(zip(where, judged, strict=True)):
                text, score = ("", float(probability.max())) if to == _UNREAD else next(engine)
                if to == _CYRILLIC:
                    share = float(probability[_CYRILLIC_ROW])
                    text, score = _likelier(next(cyrillic), share, (text, score))
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

    def resolve(self, text: str) -> tuple[str, Script]:
        """Return what was read and the script's likelihood, of a text that the reader gave."""
        number, separator, rest = text.partition(_SEPARATOR)
        if not separator or not self._scripts:
            return text, ()
        return rest, self._scripts[int(number)]


def _likelier(
    cyrillic: tuple[str, float], share: float, other: tuple[str, float]
) -> tuple[str, float]:
    """Return the reading that is likelier, given P(Cyrillic | crop).

    A reading that Latin letters spell as well stays Latin: only a letter of its own is Cyrillic.
    """
    if _TWINS.issuperset(filter(str.isalpha, cyrillic[0])):
        return other
    return cyrillic if share * cyrillic[1] >= (1 - share) * other[1] else other
