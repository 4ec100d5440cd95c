"""Give each line to the recogniser that knows its script; keep what none of them knows.

RapidOCR finds lines in any script, but its recogniser knows four. Between the two a small network
judges each crop: Cyrillic goes to `detectors.ocr.cyrillic`, other scripts stay unread but keep
their box and their script, and what is no text goes nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from clues.text.script import SCRIPTS
from detectors.ocr.cyrillic import CyrillicReader
from detectors.ocr.lines import Crop
from detectors.ocr.script_net import CLASSES, DIGITS, NOT_TEXT, ScriptNet

_ENGINE, _CYRILLIC, _UNREAD, _DROPPED = range(4)
_READ_BY_ENGINE = frozenset({"latin", "greek", "han", "kana", DIGITS})
_NO_TEXT = 0.9  # P(no text) above which a crop is not read
_UNREAD_FROM = 0.7  # P(script) from which a crop that nobody can read is kept
_SEPARATOR = ":"

_NOT_TEXT_ROW = CLASSES.index(NOT_TEXT)
_SCRIPT_ROWS = np.array([CLASSES.index(script) for script in SCRIPTS])

Floats = npt.NDArray[np.float64]
Script = tuple[tuple[str, float], ...]


def routes(judged: Floats) -> npt.NDArray[np.int64]:
    """Return where each crop goes, from P(class | crop), shape (crops, classes)."""
    result = np.full(len(judged), _ENGINE)
    best = judged.argmax(1)
    for row, (probability, top) in enumerate(zip(judged, best, strict=True)):
        if probability[_NOT_TEXT_ROW] >= _NO_TEXT:
            result[row] = _DROPPED
        elif CLASSES[top] == "cyrillic":
            result[row] = _CYRILLIC
        elif CLASSES[top] not in _READ_BY_ENGINE and probability[top] >= _UNREAD_FROM:
            result[row] = _DROPPED if CLASSES[top] == NOT_TEXT else _UNREAD
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
            # RapidOCR wants at least one crop; what it reads in a spare one is not asked for
            output = plain(_chosen(crops, where, _ENGINE) or crops[:1])
            read = {
                _ENGINE: iter(zip(output.txts, output.scores, strict=True)),
                _CYRILLIC: iter(self._cyrillic.read(_chosen(crops, where, _CYRILLIC))),
            }
            texts, scores = [], []
            for number, to in enumerate(where):
                text, score = next(read[to]) if to in read else ("", 0.0)
                if to == _UNREAD or (to == _CYRILLIC and not text):
                    text, score = "", float(judged[number].max())
                elif not text.strip():
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


def _chosen(crops: Sequence[Crop], where: npt.NDArray[np.int64], to: int) -> list[Crop]:
    return [crop for crop, route in zip(crops, where, strict=True) if route == to]
