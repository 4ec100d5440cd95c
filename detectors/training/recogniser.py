"""Train the Cyrillic recogniser on drawn words, and write its card.

The convolutions of PP-OCRv6 (small; Apache-2.0), which the package ``rapidocr`` ships, see strokes
and letters of any script; they stay as they are. A head of our own learns Cyrillic from words drawn
with Cyrillic fonts.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from clues.errors import CluesError
from detectors.ocr.cyrillic import FILE, LETTERS, decode
from detectors.training.card import record_weights
from detectors.training.config import read_as
from detectors.training.recogniser_data import CyrillicWords, drawn
from detectors.training.recogniser_network import (
    Head,
    Outlet,
    RecogniserConfig,
    fit,
    probabilities,
)
from detectors.training.script_data import Renderer, load_textures
from detectors.training.text_backbone import LICENCE as BACKBONE_LICENCE
from detectors.training.text_backbone import cut_backbone, export_joined, features
from detectors.training.text_card import LICENCE, share
from detectors.training.text_words import words_by_script

CONFIG_FILE = Path(__file__).with_suffix(".yaml")
MODEL = "cyrillic"
_TEMPERATURES = tuple(float(t) for t in np.geomspace(0.5, 4.0, 16))


def train(config: Path | None, data: Path, out: Path) -> None:
    """Draw words, train the head, export and measure; ``clues train recogniser``.

    Parameters
    ----------
    config
        A file like ``recogniser.yaml``; the shipped one by default.
    data
        The folder that holds ``streetview``, whose photos are backgrounds.
    out
        For checkpoint, weights and card.
    """
    settings = read_as(RecogniserConfig, config or CONFIG_FILE)
    if not (data / "streetview" / "train").is_dir():
        raise CluesError(
            f"{data}: no streetview/train in it; name the folder of all training data."
        )
    backbone = out / "backbone.onnx"
    cut_backbone(backbone)
    names = words_by_script(settings.words, settings.seed)
    apart = len(names["cyrillic"]) // 10
    pieces = load_textures(data / "streetview", settings.textures, random.Random(settings.seed))
    sets = []
    for chosen, held, count in (
        (names["cyrillic"][apart:], False, settings.drawn),
        (names["cyrillic"][:apart], True, settings.held_out),
    ):
        renderer = Renderer(names, pieces, held_out=held)
        crops, texts = drawn(CyrillicWords(chosen), renderer, count, settings.seed + held)
        sets.append((features(backbone, crops, settings.threads), texts))
    head = fit(*sets[0], settings, out / "cyrillic.pt")
    finish(head, backbone, *sets[1], out)


def finish(head: Head, backbone: Path, seen: list[np.ndarray], texts: list[str], out: Path) -> None:
    """Calibrate on one half of the held-out crops, measure on the other, export and describe."""
    half = len(seen) // 2
    temperature = min(_TEMPERATURES, key=lambda t: _surprise(head, seen[:half], texts[:half], t))
    read = [decode(p) for p in probabilities(head, seen[half:], temperature)]
    wanted = texts[half:]
    errors = [Levenshtein.distance(a[0], b) for a, b in zip(read, wanted, strict=True)]
    letters = sum(len(text) for text in wanted)
    cer = sum(errors) / letters
    exact = np.array([e == 0 for e in errors])
    export_joined(backbone, Outlet(head, temperature), "probability", out / FILE, None)
    metrics = {
        "character error rate, held-out fonts": (cer,),
        "words read rightly, held-out fonts": share(exact),
    }
    licence = f"{BACKBONE_LICENCE}; head {LICENCE}"
    record_weights(out / FILE, MODEL, licence, classes=LETTERS, metrics=metrics)
    card = _CARD.format(
        licence=licence, crops=len(wanted), cer=100 * cer, exact=100 * exact.mean(),
        temperature=temperature, letters=LETTERS.strip(),
    )  # fmt: skip
    (out / f"{MODEL}.md").write_text(card, encoding="utf-8")


def _surprise(head: Head, seen: list[np.ndarray], texts: list[str], temperature: float) -> float:
    """Return how badly confidences tell right readings from wrong ones (mean log loss)."""
    losses = []
    for probability, text in zip(probabilities(head, seen, temperature), texts, strict=True):
        read, confidence = decode(probability)
        sure = min(max(confidence**6.0, 1e-4), 1 - 1e-4)  # `Word.certainty`
        losses.append(-np.log(sure if read == text else 1 - sure))
    return float(np.mean(losses))


_CARD = """\
# Cyrillic recogniser

Reads a crop of a Cyrillic word or line: 48 pixels high, any width, blue-green-red; out come
probabilities of letters by step, decoded greedily (connectionist temporal classification). The
convolutions are those of PP-OCRv6's small recogniser (PaddlePaddle, Apache-2.0, in the package
`rapidocr`), unchanged but stored in 16 bits; the head was trained here.

- Made by: `clues train recogniser --data DATA --out OUT --install`
  (`detectors/training/recogniser.yaml`)
- Licence: {licence}
- Letters: Russian, Ukrainian, Belarusian, Bulgarian, Serbian, Macedonian, Kazakh, Kyrgyz,
  Mongolian; digits and signs: `{letters}`
- Learned from names of GeoNames and CLDR, shop words and random letters, drawn with fonts of Debian
  and degraded like street photos; no real photo of Cyrillic was used.
- Calibrated by one temperature, {temperature:.2f}, on half of the crops held out.

## Measured
On the other half, {crops} drawn crops of names and in fonts that training did not see: character
error rate {cer:.1f} %, {exact:.1f} % of the words without an error. Many of the crops are 8 to 12
pixels high and hard for people, too.

## Limits
Handwriting and old orthography were not among the words. Latin letters in Cyrillic words are read
as their Cyrillic look-alikes.
"""
