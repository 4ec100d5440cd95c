"""Train the network that tells the script of a word crop, and write its card.

Half of what it learns from is drawn (`detectors.training.text_render`); real are the word crops of
``text/words`` (Latin, Devanagari, Bengali; split ``train``) and pieces of street photos without
text. The temperature is fitted on drawn words in fonts held out; ``text/words``, split ``test``, is
only measured on.
"""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from pydantic import BaseModel, ConfigDict, Field

from clues.errors import CluesError
from detectors.ocr.script_net import CLASSES, FILE, HEIGHT, NOT_TEXT, WIDTH
from detectors.training import script_data
from detectors.training.config import read_as
from detectors.training.script_network import (
    TrainingConfig,
    export,
    fit,
    logits_of,
    temperature_of,
)
from detectors.training.text_card import LICENCE, record_weights, share
from detectors.training.text_words import words_by_script

CONFIG_FILE = Path(__file__).with_suffix(".yaml")
MODEL = "script"
_REAL_WEIGHT = 2  # times that a real crop is shown for one showing of a drawn one

Windows = npt.NDArray[np.uint8]
Classes = npt.NDArray[np.int64]


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
        For crops, checkpoint, weights and card.
    """
    settings = read_as(ScriptConfig, config or CONFIG_FILE)
    if not (data / "text" / "words.csv").is_file():
        raise CluesError(f"{data}: no text/words.csv in it; name the folder of all training data.")
    training, held_out = _drawn(settings, data, out)
    real = script_data.real_words(data / "text", "train")
    windows = np.concatenate([training[0], *[real[0]] * _REAL_WEIGHT])
    classes = np.concatenate([training[1], *[real[1]] * _REAL_WEIGHT])
    network = fit(windows, classes, settings.training, out / "script.pt")
    finish(network, held_out, script_data.real_words(data / "text", "test"), out)


def finish(
    network: torch.nn.Module,
    held_out: tuple[Windows, Classes],
    real: tuple[Windows, Classes],
    out: Path,
) -> None:
    """Calibrate, export, measure and describe."""
    logits = logits_of(network, held_out[0])
    temperature = temperature_of(logits, held_out[1])
    export(network, temperature, out / FILE)
    rows, sure = _measure(logits / temperature, held_out[1])
    real_logits = logits_of(network, real[0]) / temperature
    real_rows, real_sure = _measure(real_logits, real[1])
    metrics = {
        "held-out fonts": share(sure),
        "real words (Latin, Devanagari, Bengali)": share(real_sure),
    }
    record_weights(out, FILE, MODEL, CLASSES, metrics)
    card = _CARD.format(
        licence=LICENCE, temperature=temperature, height=HEIGHT, width=WIDTH,
        fonts=f"{100 * sure.mean():.1f}", real=f"{100 * real_sure.mean():.1f}",
        drawn=len(sure), crops=len(real_sure),
    )  # fmt: skip
    card += _table(rows) + "\nReal word crops, split `test`:\n\n" + _HEAD + _table(real_rows)
    (out / f"{MODEL}.md").write_text(card, encoding="utf-8")


def _drawn(
    settings: ScriptConfig, data: Path, out: Path
) -> tuple[tuple[Windows, Classes], tuple[Windows, Classes]]:
    """Draw words for training and testing, or take those that an earlier run left in ``out``."""
    kept = out / "script_crops.npz"
    if not kept.is_file():
        rng = random.Random(settings.seed)
        words = words_by_script(settings.words, settings.seed)
        few = settings.held_out
        training = {s: w[few:] or w for s, w in words.items()}
        testing = {s: w[:few] for s, w in words.items()}
        pieces = script_data.load_textures(data / "streetview", settings.textures, rng)
        half = len(pieces) // 2
        parts = []
        for chosen, textures, held, count in (
            (training, pieces[:half], False, settings.per_class),
            (testing, pieces[half:], True, few),
        ):
            renderer = script_data.Renderer(chosen, textures, held_out=held)
            windows, classes = script_data.rendered(renderer, count, settings.seed)
            none = script_data.no_text(textures, settings.seed)[: 4 * count]
            label = np.full(len(none), CLASSES.index(NOT_TEXT))
            parts += [np.concatenate([windows, none]), np.concatenate([classes, label])]
        np.savez(kept, a=parts[0], b=parts[1], c=parts[2], d=parts[3])
    with np.load(kept, allow_pickle=False) as file:
        return (file["a"], file["b"]), (file["c"], file["d"])


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

Tells the script of a word crop: {width} x {height} grey pixels in, log-probabilities over 25
scripts, numbers and "no text" out, by separable convolutions pooled over the window. A long line is
judged in up to three windows.

- Made by: `clues train script --data DATA --out OUT --install` (`detectors/training/script.yaml`)
- Licence: {licence}
- Learned from words of GeoNames, CLDR and `kb/tables/street-words.yaml`, drawn with fonts of Debian
  (Noto and others, training only) and degraded like street photos; real word crops of `text/words`
  (split `train`); pieces of street photos as "no text".
- Calibrated by one temperature, {temperature:.2f}, on the held-out fonts.

## Measured
- Drawn words in fonts that training did not see, {drawn} crops: {fonts} % right.
- Real word crops of `text/words`, split `test`, {crops} crops: {real} % right.

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
