"""Train the network that tells the script of a word crop, and write its card.

The convolutions of PP-OCRv6's small recogniser see strokes and letters of any script; they stay as
they are. A head of our own learns scripts from drawn words (`text_render`), from pieces of photos
without text, from what RapidOCR takes for text in photos (`script_mined`), and from the training
part of the real words of ``text/words`` (Latin, Devanagari, Bengali), whose test part measures it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import cached_property, partial
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
from detectors.training.script_data import LABELS
from detectors.training.script_mined import mined
from detectors.training.script_network import (
    Classes,
    Committee,
    Outlet,
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
_REAL, _FOUND = "real", "found"

Crops = tuple[list[Halves], Classes]
Labelled = tuple[list[Pixels], Classes]
Made = Callable[[], Labelled]


class ScriptConfig(BaseModel):
    """Everything that decides how the network comes out; see ``script.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: int = Field(gt=0)
    rounds: int = Field(gt=0)
    per_round: int = Field(gt=0)
    held_out: int = Field(gt=0)
    textures: int = Field(gt=0)
    photos: int = Field(ge=0)
    variants: int = Field(ge=0)
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

    def seen(part: str, make: Made) -> Crops:
        return _seen(out / f"script-{part}.npz", make, strokes, settings.training.threads)

    material = _Material(settings, data)
    held_out, asked = seen("held-out", material.held_out), seen("asked", material.asked)
    learned = {part: seen(part, make) for part, make in material.to_learn().items()}
    crops = [one for part in learned.values() for one in part[0]]
    classes = np.concatenate([part[1] for part in learned.values()])
    head = fit(crops, classes, settings.training, out)
    finish(
        head, held_out, asked, {part: len(own[0]) for part, own in learned.items()}, settings, out
    )


def _seen(path: Path, make: Made, strokes: Path, threads: int) -> Crops:
    """Return features and classes of crops; they are made and seen once, then kept in a file."""
    if not path.is_file():
        crops, classes = make()
        save(path, features(strokes, crops, threads), [LABELS[number] for number in classes])
        print(f"{path.stem}: {len(crops)} crops seen", flush=True)
    seen, names = load(path)
    return seen, np.array([LABELS.index(name) for name in names])


class _Material:
    """Makes the crops: words to learn from are drawn in rounds, others in fonts held out."""

    def __init__(self, settings: ScriptConfig, data: Path) -> None:
        self._settings = settings
        self._words_folder, self._street = data / "text", data / "streetview"

    def to_learn(self) -> dict[str, Made]:
        """Return what makes each part of the crops to learn from, by the name of the part."""
        rounds = range(self._settings.rounds)
        drawn: dict[str, Made] = {f"drawn-{n}": partial(self._drawn, n) for n in rounds}
        return drawn | {"no-text": self._no_text, _REAL: self._real, _FOUND: self._found}

    @cached_property
    def _words(self) -> dict[str, list[str]]:
        return words_by_script(self._settings.words, self._settings.seed)

    @cached_property
    def _pieces(self) -> tuple[list[Pixels], list[Pixels]]:
        """Pieces of photos to learn with, and a fifth that is held out."""
        rng = random.Random(self._settings.seed)
        pieces = script_data.load_textures(self._street, self._settings.textures, rng)
        part = len(pieces) // 5
        return pieces[part:], pieces[:part]

    def _renderer(self, *, held_out: bool) -> script_data.Renderer:
        few = self._settings.held_out
        chosen = {s: w[:few] if held_out else w[few:] for s, w in self._words.items()}
        return script_data.Renderer(
            self._words, self._pieces[held_out], held_out=held_out, draw_from=chosen
        )

    @cached_property
    def _for_learning(self) -> script_data.Renderer:
        return self._renderer(held_out=False)

    def _drawn(self, number: int) -> Labelled:
        settings = self._settings
        seed = settings.seed + 100 * (1 + number)
        return script_data.rendered(self._for_learning, settings.per_round, seed)

    def _no_text(self) -> Labelled:
        return script_data.no_text(self._pieces[0], self._settings.seed)

    def _real(self) -> Labelled:
        words = script_data.real_words(self._words_folder, "train")
        return script_data.with_variants(*words, self._settings.variants, self._settings.seed)

    def _found(self) -> Labelled:
        lines = mined(self._street, self._settings.photos, self._settings.seed)
        return script_data.with_variants(*lines, self._settings.variants, self._settings.seed)

    def asked(self) -> Labelled:
        """Return the real words to measure with."""
        return script_data.real_words(self._words_folder, "test")

    def held_out(self) -> Labelled:
        """Return words and fonts, and pieces without text, to calibrate and measure with."""
        settings, pieces = self._settings, self._pieces[1]
        words = script_data.rendered(
            self._renderer(held_out=True), settings.held_out, settings.seed
        )
        none = script_data.no_text(pieces, settings.seed)
        return [*words[0], *none[0]], np.concatenate([words[1], none[1]])


def finish(
    head: Committee,
    held_out: Crops,
    real: Crops,
    learned: Mapping[str, int],
    settings: ScriptConfig,
    out: Path,
) -> None:
    """Calibrate on one half of the held-out crops, measure on the other and on real ones.

    ``learned`` says from how many crops of each part the head has learned.
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
    drawn = sum(learned.values()) - learned[_REAL] - learned[_FOUND]
    card = _CARD.format(
        licence=licence, temperature=temperature,
        heads=len(head.heads), variants=settings.variants, drawn=drawn,
        real=learned[_REAL] // (1 + settings.variants),
        found=learned[_FOUND] // (1 + settings.variants),
        fonts=_percent(hits), words=_percent(real_hits), held_out=len(hits), crops=len(real_hits),
        families=len({face.family for face in list_faces()}),
    )  # fmt: skip
    card += _table(rows) + "\nReal word crops, split `test`:\n\n" + _HEAD + _table(real_rows)
    (out / f"{MODEL}.md").write_text(card, encoding="utf-8")


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
- Learned from {drawn:,} crops: words of GeoNames, CLDR and `kb/tables/street-words.yaml`,
  whole or two or three letters of them, in fonts of Debian that shape the script ({families:,}
  families, a fifth of them held out; training only), degraded like street photos, at least 16
  pixels to the em (capitals 11, small letters 8); pieces of street photos as "no text".
- Also from {real:,} real words of `text/words`, split `train`, and {found:,} lines that RapidOCR
  took for text in training photos of towns where signs bear Latin letters alone; each as it is, and
  {variants} times more cut, in another light and with fewer pixels. Of the lines, what the engine
  read surely is Latin or a number, and what it could not read is no text; between the two was
  learned only that it is one of these, never which (`detectors/training/script_mined.py`).
  Which of the real words are numbers, or of letters that scripts share, was read by eye.
- {heads} heads were trained from different beginnings; what they say is averaged.
- Words in which every letter has a twin in one other script (TAXI, МОСТ) are of no script and
  neither learned nor measured.
- Calibrated by one temperature, {temperature:.2f}, on half of the crops in held-out fonts.

## Measured
- Drawn words, and no text, that training did not see, in fonts that it did not see, {held_out:,}
  crops (the other half): {fonts} right.
- Real word crops of `text/words`, split `test`, {crops} crops: {words} right. Numbers, which bear
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
