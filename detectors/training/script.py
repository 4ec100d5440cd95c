"""Train the network that tells the script of a word crop, and write its card.

The convolutions of PP-OCRv6's small recogniser see strokes and letters of any script; they stay as
they are. A head of our own learns scripts, mostly from drawn words (`text_render`); real are the
word crops of ``text/words`` (Latin, Devanagari, Bengali) and pieces of photos without text.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from clues.errors import CluesError
from detectors.ocr.script_net import CLASSES, FILE
from detectors.training import script_data
from detectors.training.card import record_weights
from detectors.training.config import read_as
from detectors.training.script_network import (
    Classes,
    Floats,
    Outlet,
    ScriptHead,
    TrainingConfig,
    fit,
    logits_of,
    pool,
    temperature_of,
)
from detectors.training.text_backbone import LICENCE as BACKBONE_LICENCE
from detectors.training.text_backbone import export_head, features, make_strokes
from detectors.training.text_card import LICENCE, share
from detectors.training.text_render import Pixels
from detectors.training.text_words import words_by_script

CONFIG_FILE = Path(__file__).with_suffix(".yaml")
MODEL = "script"


class ScriptConfig(BaseModel):
    """Everything that decides how the network comes out; see ``script.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: int = Field(gt=0)
    per_class: int = Field(gt=0)
    held_out: int = Field(gt=0)
    textures: int = Field(gt=0)
    seed: int
    training: TrainingConfig


def train(config: Path | None, data: Path, out: Path) -> None:
    """Train, calibrate, export and measure; ``clues train script``.

    Parameters
    ----------
    config
        A file like ``script.yaml``; the shipped one by default.
    data
        The folder that holds ``text/words`` and ``streetview``.
    out
        For checkpoint, weights and cards.
    """
    settings = read_as(ScriptConfig, config or CONFIG_FILE)
    if not (data / "text" / "words.csv").is_file():
        raise CluesError(f"{data}: no text/words.csv in it; name the folder of all training data.")
    strokes = make_strokes(out)
    sets = []
    for crops, classes in _crops(settings, data):
        seen = features(strokes, crops, settings.training.threads)
        sets.append((pool(seen), classes))
    head = fit(*sets[0], settings.training, out / "script.pt")
    finish(head, sets[1], sets[2], out)


def finish(
    head: ScriptHead,
    held_out: tuple[Floats, Classes],
    real: tuple[Floats, Classes],
    out: Path,
) -> None:
    """Calibrate on one half of the held-out crops, measure on the other and on real ones."""
    logits = logits_of(head, held_out[0])
    half = np.arange(len(logits)) % 2 == 0
    temperature = temperature_of(logits[half], held_out[1][half])
    export_head(Outlet(head, temperature), "probability", out / FILE)
    rows, hits = _measure(logits[~half], held_out[1][~half])
    real_rows, real_hits = _measure(logits_of(head, real[0]), real[1])
    metrics = {
        "held-out fonts": share(hits),
        "real words (Latin, Devanagari, Bengali)": share(real_hits),
    }
    licence = f"{LICENCE}; stands on strokes.onnx, {BACKBONE_LICENCE}"
    record_weights(out / FILE, MODEL, licence, classes=CLASSES, metrics=metrics)
    card = _CARD.format(
        licence=licence, temperature=temperature, fonts=f"{100 * hits.mean():.1f}",
        real=f"{100 * real_hits.mean():.1f}", drawn=len(hits), crops=len(real_hits),
    )  # fmt: skip
    card += _table(rows) + "\nReal word crops, split `test`:\n\n" + _HEAD + _table(real_rows)
    (out / f"{MODEL}.md").write_text(card, encoding="utf-8")


def _crops(settings: ScriptConfig, data: Path) -> Iterator[tuple[list[Pixels], Classes]]:
    """Yield crops and classes to learn from, in held-out fonts, and of real words for testing."""
    rng = random.Random(settings.seed)
    words = words_by_script(settings.words, settings.seed)
    few = settings.held_out
    pieces = script_data.load_textures(data / "streetview", settings.textures, rng)
    part = len(pieces) // 5
    for held in (False, True):
        textures = pieces[:part] if held else pieces[part:]
        chosen = {s: w[:few] if held else w[few:] for s, w in words.items()}
        renderer = script_data.Renderer(words, textures, held_out=held, draw_from=chosen)
        count = few if held else settings.per_class
        parts = [
            script_data.rendered(renderer, count, settings.seed + held),
            script_data.no_text(textures, settings.seed + held),
        ]
        if not held:
            parts.append(script_data.real_words(data / "text", "train"))
        yield [c for crops, _ in parts for c in crops], np.concatenate([c for _, c in parts])
    yield script_data.real_words(data / "text", "test")


def _measure(
    logits: npt.NDArray[np.float64], classes: Classes
) -> tuple[list[tuple[str, int, float, str]], npt.NDArray[np.bool_]]:
    """Return by class name, crops, share of hits, commonest mistake; and each hit."""
    judged = logits.argmax(1)
    rows = []
    for number in sorted(set(classes.tolist())):
        mine = judged[classes == number]
        wrong = np.bincount(mine[mine != number], minlength=len(CLASSES))
        most = CLASSES[int(wrong.argmax())] if wrong.any() else ""
        rows.append((CLASSES[number], len(mine), float((mine == number).mean()), most))
    return rows, judged == classes


_HEAD = "| class | crops | right | most often mistaken for |\n|---|---|---|---|\n"
_CARD = (
    """\
# Script network

Tells the script of a word crop from the features that `strokes` sees in it: probabilities, under
equal priors, of 25 scripts, numbers, and "no text". Mean and maximum over the line go to a head
that was trained here.

- Made by: `clues train script --data DATA --out OUT --install` (`detectors/training/script.yaml`)
- Licence: {licence}
- Learned from words of GeoNames, CLDR and `kb/tables/street-words.yaml`, drawn with fonts of Debian
  (Noto and others, training only) and degraded like street photos; real word crops of `text/words`
  (split `train`); pieces of street photos as "no text".
- Calibrated by one temperature, {temperature:.2f}, on half of the crops in held-out fonts.

## Measured
- Drawn words in fonts that training did not see, {drawn} crops (the other half): {fonts} % right.
- Real word crops of `text/words`, split `test`, {crops} crops: {real} % right. Left out are the
  Latin words with a text, most of which are a blur that people cannot read either (and that the
  network judges to be no text).
- Lines that RapidOCR found in development photos: `python -m benchmarks.scripts`.

## Limits
Real crops were there for three scripts only; the others are known from drawn words. Words of
letters that Latin, Cyrillic and Greek share cannot be told apart. Handwriting and neon were not
among the fonts.

Drawn words, held-out fonts:

"""
    + _HEAD
)


def _table(rows: list[tuple[str, int, float, str]]) -> str:
    return "".join(
        f"| {name} | {n} | {100 * right:.1f} % | {most} |\n" for name, n, right, most in rows
    )
