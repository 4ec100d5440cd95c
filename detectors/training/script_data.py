"""Crops to learn scripts from: rendered words, real words, and what is no text."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.errors import CluesError
from clues.text.script import script_of
from detectors.ocr.script_net import CLASSES, DIGITS, NOT_TEXT
from detectors.training.text_fonts import Face, list_faces, split_by_family
from detectors.training.text_render import Pixels, degrade, draw
from detectors.training.text_words import ZEROS, is_shared, number, piece, vary

_READ_BY_EYE = Path(__file__).parent / "labels" / "real_words.csv"

# What a crop is labelled: a class, or that it is Latin, a number or no text, and not which.
UNSURE = "latin-digits-or-not-text"
LABELS = (*CLASSES, UNSURE)

Classes = npt.NDArray[np.int64]

_HEIGHT_PX = 48
_EAST_ASIAN = frozenset({"han", "kana", "hangul"})
_VERTICAL = 0.12  # share of East Asian words set as columns
_PIECE = 0.12  # share of crops with two or three letters
_MOST_CUT = 0.15  # of the height, from each side of a crop
_FEWEST = 0.5  # of its pixels, in each direction
_FONT_SAMPLE = 150  # words by which faces are chosen


class Renderer:
    """Draws words of each script in the fonts of the training, or in those held out.

    Parameters
    ----------
    words
        By script, such as from `words_by_script`; by their letters fonts are chosen.
    textures
        Pieces of photos for backgrounds; see `load_textures`.
    held_out
        Use the held-out fonts.
    draw_from
        The words to draw; by default all.
    columns
        Set some East Asian words from top to bottom.

    Raises
    ------
    CluesError
        If the system has too few fonts for a script.
    """

    def __init__(
        self,
        words: dict[str, list[str]],
        textures: Sequence[Pixels],
        *,
        held_out: bool,
        draw_from: dict[str, list[str]] | None = None,
        columns: bool = True,
    ) -> None:
        self._words = draw_from or words
        self._columns = columns
        self._textures = textures
        self._families: dict[str, list[list[Face]]] = {}
        faces = list_faces()
        for script, own in words.items():
            chosen = split_by_family(faces, own[:_FONT_SAMPLE], script)[held_out]
            by_family: dict[str, list[Face]] = {}
            for face in chosen:
                by_family.setdefault(face.family, []).append(face)
            self._families[script] = list(by_family.values())
        without = [script for script, own in self._families.items() if not own]
        if without:
            raise CluesError(
                f"Two families of fonts are needed for each of {', '.join(without)}, one to learn "
                "from and one to measure with; type: apt install fonts-noto-core "
                "fonts-noto-extra fonts-noto-cjk"
            )

    def crop(self, script: str, rng: random.Random) -> tuple[Pixels, str]:
        """Return a crop of a word, RGB, and the word; ``digits`` is a script here.

        Words of nothing but letters that another script has, too, are of no script, and left out.
        """
        while True:
            if script == DIGITS:
                word = number(rng)
            else:
                word = rng.choice(self._words[script])
                word = piece(word, rng) if rng.random() < _PIECE else word
                word = vary(word, script, rng, ZEROS.get(script, ""))
                if is_shared(word, script):
                    continue
            crop = self.draw(script, word, rng)
            if crop is not None:
                return crop, word

    def draw(self, script: str, word: str, rng: random.Random) -> Pixels | None:
        """Return a crop of one word, or None if the face that was drawn lacks its letters."""
        face = rng.choice(rng.choice(self._families["latin" if script == DIGITS else script]))
        if not face.has(word):
            return None
        vertical = self._columns and script in _EAST_ASIAN and rng.random() < _VERTICAL
        ink = draw(word, face, rng.choice((0, 0, 0, 1)), vertical=vertical)
        return None if ink is None else degrade(ink, self._textures, rng, _HEIGHT_PX)


def load_textures(folder: Path, count: int, rng: random.Random) -> list[Pixels]:
    """Return pieces of street photos of the shape of words, RGB."""
    paths = sorted((folder / "train").glob("*.webp"))
    pieces = []
    for path in rng.sample(paths, min(count, len(paths))):
        with Image.open(path) as opened:
            pixels = np.asarray(opened.convert("RGB"))
        height = rng.randint(16, 60)
        width = min(round(height * rng.uniform(1, 5)), pixels.shape[1] - 1)
        y = rng.randint(0, pixels.shape[0] - height)
        x = rng.randint(0, pixels.shape[1] - width)
        pieces.append(pixels[y : y + height, x : x + width])
    return pieces


def rendered(renderer: Renderer, per_class: int, seed: int) -> tuple[list[Pixels], Classes]:
    """Return crops (blue, green, red) and classes of words, ``per_class`` of each script."""
    rng = random.Random(seed)
    crops, classes = [], []
    for row, name in enumerate(CLASSES):
        if name == NOT_TEXT:
            continue
        for _ in range(per_class):
            crops.append(_turned(renderer.crop(name, rng)[0]))
            classes.append(row)
    return crops, np.array(classes)


def real_words(folder: Path, split: str) -> tuple[list[Pixels], Classes]:
    """Return crops and classes of the real words of a split.

    Where it was read by eye that a word is a number, of another script, or shared by several, the
    label that came with it gives way: see `class_of`.
    """
    with _READ_BY_EYE.open(newline="", encoding="utf-8") as stream:
        read = {row["file"]: row["text"] for row in csv.DictReader(stream)}
    crops, classes = [], []
    with (folder / "words.csv").open(newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if row["split"] != split or row["text"]:
                continue  # those with a text come from another set, most of them a mere blur
            name = class_of(read.get(row["file"]), row["script"])
            if name is None:
                continue
            classes.append(CLASSES.index(name))
            with Image.open(folder / row["file"]) as opened:
                crops.append(_turned(np.asarray(opened.convert("RGB"))))
    return crops, np.array(classes)


def with_variants(
    crops: Sequence[Pixels], classes: Classes, count: int, seed: int
) -> tuple[list[Pixels], Classes]:
    """Return the crops, and each ``count`` times more, cut, in another light, with fewer pixels."""
    rng = random.Random(seed)
    variants = [_variant(crop, rng) for _ in range(count) for crop in crops]
    return [*crops, *variants], np.tile(classes, 1 + count)


def _variant(crop: Pixels, rng: random.Random) -> Pixels:
    rows, columns = crop.shape[:2]
    cut = [int(_MOST_CUT * rows * rng.random()) for _ in range(4)]
    part = crop[cut[0] : max(rows - cut[1], 1), cut[2] : max(columns - cut[3], cut[2] + 1)]
    fewer = rng.uniform(_FEWEST, 1)
    size = (max(8, round(fewer * part.shape[1])), max(8, round(fewer * part.shape[0])))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    middle = small.mean()
    lit = middle + (small - middle) * rng.uniform(0.5, 1.2) + rng.uniform(-30, 30)
    return np.clip(lit, 0, 255).astype(np.uint8)


def class_of(text: str | None, script: str) -> str | None:
    """Return the class of a word labelled ``script`` that was read by eye, or None if it has none.

    Words whose letters several scripts share, and lone signs, are of no class.
    """
    if text is None:
        return script
    if any(map(str.isdigit, text)) and not any(map(str.isalpha, text)):
        return DIGITS
    own = script_of(text)
    return None if own is None or is_shared(text, own) else own


def no_text(textures: Sequence[Pixels], seed: int) -> tuple[list[Pixels], Classes]:
    """Return pieces of photos that hold no text, blown up as detectors find them."""
    rng = random.Random(seed)
    crops = []
    for texture in textures:
        blown = rng.uniform(1, 3)
        size = tuple(max(8, round(side * blown)) for side in texture.shape[1::-1])
        larger = cv2.resize(texture, size, interpolation=cv2.INTER_CUBIC)
        crops.append(_turned(np.asarray(larger, np.uint8)))
    return crops, np.full(len(crops), CLASSES.index(NOT_TEXT))


def _turned(crop: Pixels) -> Pixels:
    """Return a crop with its colours in the other order."""
    return np.ascontiguousarray(crop[:, :, ::-1])
