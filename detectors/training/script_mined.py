"""Lines that RapidOCR finds where all signs bear Latin letters: words, and false alarms.

In streets it takes windows, fences and branches for text, which a network that has seen but drawn
words takes for the script that looks most like them. In countries that write in Latin letters alone
every such line is Latin, a number or no text, and the engine's own reading tells which: what it
reads surely is there, and what it cannot read is none. Where neither is plain, the line is labelled
`UNSURE`, from which a network learns that it is of no other script.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from clues.paths import KB_DIR
from clues.tabular import read_rows
from clues.text.script import script_of_letter
from detectors.ocr.lines import Crop
from detectors.ocr.scale import scaled
from detectors.ocr.script_net import DIGITS, NOT_TEXT
from detectors.ocr.sessions import open_rapidocr
from detectors.training.script_data import LABELS, UNSURE, Classes

_FACTS = KB_DIR / "clues" / "text" / "facts-scripts.yaml"
_TOWN = frozenset({"apartment-block", "latin", "shopfront", "sidewalk", "sign"})
_TIMES = 2.0  # at which photos are read, as those of the product are
_SURE, _UNREADABLE = 0.8, 0.6  # mean probabilities of the letters
_LETTERS = 3  # windows and branches are read as one or two, now and then surely


def mined(street: Path, photos: int, seed: int) -> tuple[list[Crop], Classes]:
    """Return lines of photos (blue, green, red), and their numbers among `LABELS`.

    Parameters
    ----------
    street
        The folder ``streetview``.
    photos
        Most photos to read.
    seed
        Of the order in which photos of a country are taken.
    """
    from rapidocr.main import RapidOCRError

    reader = open_rapidocr(1, {"Global.text_score": 0.0})
    crops, labels = [], []
    for path in _in_turn(street, seed)[:photos]:
        try:
            lines = list(_lines(reader, path))
        except RapidOCRError:  # no line was found
            continue
        for crop, text, score in lines:
            label = label_of(text, score)
            if label is not None:
                crops.append(crop)
                labels.append(LABELS.index(label))
    return crops, np.array(labels, np.int64)


def label_of(text: str, score: float) -> str | None:
    """Return what a line is by the engine's reading; None for a sure one in another script."""
    signs = [c for c in text if c.isalnum()]
    scripts = {script_of_letter(c) for c in signs} - {None}
    if score < _UNREADABLE or not signs:
        return NOT_TEXT
    if score < _SURE or len(signs) < _LETTERS:
        return UNSURE
    if not scripts:
        return DIGITS
    return "latin" if scripts == {"latin"} else None


def latin_countries() -> frozenset[str]:
    """Return the countries in which, by the knowledge base, signs bear Latin letters alone."""
    entries = yaml.safe_load(_FACTS.read_text("utf-8"))
    where = next(entry["where"] for entry in entries if entry.get("value") == "latin")
    return frozenset(code for code, share in where.items() if share == "always")


def _in_turn(street: Path, seed: int) -> list[Path]:
    """Return the photos of towns to learn from, countries taking turns."""
    labels, _ = read_rows(street / "cue_labels.csv", ("file", "tags"))
    towns = {row["file"] for row in labels if not _TOWN.isdisjoint(row["tags"].split())}
    photos, _ = read_rows(street / "train.csv", ("file", "country"))
    latin, files = latin_countries(), defaultdict(list)
    for row in photos:
        if row["file"] in towns and row["country"] in latin:
            files[row["country"]].append(row["file"])
    rng = random.Random(seed)
    ranked = []
    for country in sorted(files):
        order = rng.sample(files[country], len(files[country]))
        ranked += [(turn, country, file) for turn, file in enumerate(order)]
    return [street / file for _, _, file in sorted(ranked)]


def _lines(reader: Any, path: Path) -> Iterator[tuple[Crop, str, float]]:
    """Yield the lines that an engine finds in a photo, with its readings and how sure they are."""
    with Image.open(path) as opened:
        pixels = np.asarray(opened.convert("RGB"))
    larger, _, _ = scaled(pixels, round(_TIMES * max(pixels.shape[:2])))
    crops, _ = reader.detect_and_crop(np.ascontiguousarray(larger[:, :, ::-1]), {})
    output = reader.recognize_txt(crops)
    yield from zip(crops, output.txts, map(float, output.scores), strict=True)
