"""Recognisers of our own: PP-OCR's features, and for each script a head that knows its letters."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from detectors.manifest import load_manifest, weight_file
from detectors.ocr.alphabets import ALPHABETS, Alphabet
from detectors.ocr.strokes import OUTPUT, Seen
from detectors.session import open_session


def file_of(script: str) -> str:
    """Return the name of a head's file of weights."""
    return f"reader_{script}.onnx"


@cache
def scripts() -> tuple[str, ...]:
    """Return the scripts for which there is a head."""
    shipped = load_manifest()
    return tuple(script for script in ALPHABETS if file_of(script) in shipped)


def decode(probability: npt.NDArray[np.floating], alphabet: Alphabet) -> tuple[str, float]:
    """Return the text in the likeliest outputs, and the mean probability of its letters.

    Parameters
    ----------
    probability
        Shape (steps, 1 + letters); the first is "no letter" (connectionist temporal
        classification).
    alphabet
        Its letters.
    """
    best = probability.argmax(1)
    starts = (best != 0) & (best != np.concatenate([[0], best[:-1]]))
    if not starts.any():
        return "", 0.0
    text = alphabet.word_of(alphabet.letters[i - 1] for i in best[starts])
    return text, float(probability.max(1)[starts].mean())


class Readers:
    """Reads words or lines in the scripts that have a head; each loads when first needed."""

    def __init__(self) -> None:
        self._sessions: dict[str, Any] = {}

    def read(self, script: str, seen: Sequence[Seen]) -> list[tuple[str, float]]:
        """Return text and confidence of each crop, from its features (see `Strokes`)."""
        if script not in self._sessions:
            self._sessions[script] = open_session(weight_file(file_of(script)))
        session, alphabet = self._sessions[script], ALPHABETS[script]
        return [decode(session.run(None, {OUTPUT: one[None]})[0][0], alphabet) for one in seen]
