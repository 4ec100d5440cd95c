"""Train the network that tells the script of a word crop, and write its card.

The convolutions of PP-OCRv6's small recogniser see strokes and letters of any script; they stay as
they are. A head of our own learns scripts from drawn words (`text_render`), from pieces of photos
without text, and from the training part of the real words of ``text/words`` (Latin, Devanagari,
Bengali), whose test part measures it.
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
from detectors.training.recogniser_data import load, save
from detectors.training.script_network import (
    Classes,
    Outlet,
    ScriptHead,
    TrainingConfig,
    fit,
    logits_of,
    temperature_of,
)
from detectors.training.text_backbone import LICENCE as BACKBONE_LICENCE
from detectors.training.text_backbone import Halves, export_head, features, make_strokes
from detectors.training.text_card import LICENCE, share
from detectors.training.text_fonts import list_faces
from detectors.training.text_render import Pixels
from detectors.training.text_words import words_by_script

CONFIG_FILE = Path(__file__).with_suffix(".yaml")
MODEL = "script"

Crops = tuple[list[Halves], Classes]


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
        For features of drawn crops, checkpoints, weights and cards.
    """
    settings = read_as(ScriptConfig, config or CONFIG_FILE)
    if not (data / "text" / "words.csv").is_file():
        raise CluesError(f"{data}: no text/words.csv in it; name the folder of all training data.")
    strokes = make_strokes(out)
    kept = [out / f"script-{part}.npz" for part in ("drawn", "held-out")]
    if not all(path.is_file() for path in kept):
        for path, (crops, classes) in zip(kept, _crops(settings, data), strict=True):
            seen = features(strokes, crops, settings.training.threads)
            save(path, seen, [CLASSES[number] for number in classes])
            print(f"{len(crops)} crops seen", flush=True)
    drawn, held_out = map(_kept, kept)
    real, asked = (_real(strokes, data / "text", split, settings) for split in ("train", "test"))
    seen, classes = [*drawn[0], *real[0]], np.concatenate([drawn[1], real[1]])
    head = fit(seen, classes, settings.training, out / "script.pt")
    finish(head, held_out, asked, (len(drawn[0]), len(real[0])), out)


def _real(strokes: Path, folder: Path, split: str, settings: ScriptConfig) -> Crops:
    crops, classes = script_data.real_words(folder, split)
    return features(strokes, crops, settings.training.threads), classes


def _kept(path: Path) -> Crops:
    seen, names = load(path)
    return seen, np.array([CLASSES.index(name) for name in names])


def finish(
    head: ScriptHead, held_out: Crops, real: Crops, learned: tuple[int, int], out: Path
) -> None:
    """Calibrate on one half of the held-out crops, measure on the other and on real ones.

    ``learned`` says from how many drawn and real crops the head has learned.
    """
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
        licence=licence, temperature=temperature, drawn_crops=learned[0], real_crops=learned[1],
        fonts=_percent(hits), real=_percent(real_hits), drawn=len(hits), crops=len(real_hits),
        families=len({face.family for face in list_faces()}),
    )  # fmt: skip
    card += _table(rows) + "\nReal word crops, split `test`:\n\n" + _HEAD + _table(real_rows)
    (out / f"{MODEL}.md").write_text(card, encoding="utf-8")


def _crops(settings: ScriptConfig, data: Path) -> Iterator[tuple[list[Pixels], Classes]]:
    """Yield crops and classes to learn from, and in held-out fonts."""
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
        yield [c for crops, _ in parts for c in crops], np.concatenate([c for _, c in parts])


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


def _percent(hits: npt.NDArray[np.bool_]) -> str:
    middle, low, high = (100 * value for value in share(hits))
    return f"{middle:.1f} % ({low:.1f} to {high:.1f})"


_HEAD = "| class | crops | right | most often mistaken for |\n|---|---|---|---|\n"
_CARD = (
    """\
# Script network

Tells the script of a word crop from the features that `strokes` sees in it: probabilities, under
equal priors, of 25 scripts, numbers, and "no text". Convolutions along the line and means weighed
by attention, were trained here.

- Made by: `clues train script --data DATA --out OUT --install` (`detectors/training/script.yaml`)
- Licence: {licence}
- Learned from {drawn_crops:,} crops: words of GeoNames, CLDR and `kb/tables/street-words.yaml`,
  whole or two or three letters of them, in fonts of Debian that shape the script ({families:,}
  families, a fifth of them held out; training only), degraded like street photos, at least 16
  pixels to the em (capitals 11, small letters 8); pieces of street photos as "no text". Also from
  {real_crops:,} real words of `text/words`, split `train`.
- Words in which every letter has a twin in one other script (TAXI, МОСТ) are of no script and
  neither learned nor measured.
- Calibrated by one temperature, {temperature:.2f}, on half of the crops in held-out fonts.

## Measured
- Drawn words, and no text, that training did not see, in fonts that it did not see, {drawn:,} crops
  (the other half): {fonts} right.
- Real word crops of `text/words`, split `test`, {crops} crops: {real} right. Numbers, which bear
  the label "latin" there, count as numbers, and words that Latin shares with Cyrillic or Greek do
  not count (`detectors/training/labels/real_words.csv`, read by eye). Left out are the Latin words
  with a text, most of which are a blur that people cannot read either (and that the network judges
  to be no text).
- Lines that RapidOCR found in development photos: `python -m benchmarks.scripts`.

## Limits
All scripts are known from drawn words, and real ones measured it for three only. Words of letters
that Latin, Cyrillic and Greek share cannot be told apart. Handwriting and neon were not among the
fonts. Windows and fences that are taken for text may be judged to be a rare script.

Drawn words, held-out fonts:

"""
    + _HEAD
)


def _table(rows: list[tuple[str, int, float, str]]) -> str:
    return "".join(
        f"| {name} | {n} | {100 * right:.1f} % | {most} |\n" for name, n, right, most in rows
    )
