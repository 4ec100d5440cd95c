"""Measure the script network and the recognisers of our own on crops of street photos.

Labels by eye (``benchmarks/data/ocr_scripts.json``, by photo): lines that RapidOCR found in photos
of countries with other scripts, among them what is no text. The development photos hold next to no
Thai, Hangul, Greek, Arabic or Hebrew, so words of photos with 304 pixels to train appearance on are
labelled, too; no network that reads has learned from their words. Nothing is fitted to the labels.
Then the real word crops of ``text/words``, split ``test``: numbers among them count as numbers, and
words that Latin shares with Cyrillic or Greek do not count.

python -m benchmarks.scripts
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from benchmarks.ocr_cache import DATA, rows
from clues.photo import open_photo
from clues.tabular import read_rows
from detectors.ocr.readers import Readers, scripts
from detectors.ocr.script_net import CLASSES, ScriptNet
from detectors.ocr.strokes import Seen, Strokes
from detectors.training.script_data import real_words
from detectors.training.text_card import share

OUT = Console(width=120)
LABELS = Path(__file__).parent / "data" / "ocr_scripts.json"
LABELLED = frozenset({"AE", "GR", "IL", "KR", "TH"})  # countries, beside the development photos
HEIGHT = 48


def main() -> None:
    """Run from the command line."""
    crops, classes, texts = labelled()
    turned = [np.ascontiguousarray(crop[:, :, ::-1]) for crop in crops]
    strokes, net = Strokes(), ScriptNet()
    seen = strokes.see(turned)
    judge(net, seen, classes)
    words, of_words = real_words(DATA.parent / "text", "test")
    judge(net, strokes.see(words), [CLASSES[i] for i in of_words])
    readers = Readers()
    for script in scripts():
        rows = [i for i, one in enumerate(classes) if one == script and texts[i]]
        read = readers.read(script, [seen[i] for i in rows])
        report(script, [texts[i] for i in rows], read)


def judge(net: ScriptNet, seen: Sequence[Seen], classes: Sequence[str]) -> None:
    """Print what the script network says of crops of known classes, and the share of hits."""
    judged = [CLASSES[i] for i in net.judge(seen).argmax(1)]
    mistakes: dict[str, Counter[str]] = defaultdict(Counter)
    for truth, got in zip(classes, judged, strict=True):
        mistakes[truth][got] += 1
    table = Table("class", "crops", "judged rightly", "judged as")
    for truth, told in sorted(mistakes.items()):
        names = ", ".join(f"{name} {n}" for name, n in told.most_common())
        table.add_row(truth, str(told.total()), str(told[truth]), names)
    OUT.print(table)
    right, low, high = share(np.array([a == b for a, b in zip(classes, judged, strict=True)]))
    OUT.print(f"all: {100 * right:.1f} % ({100 * low:.1f} to {100 * high:.1f}) of {len(classes)}")


def report(script: str, truth: Sequence[str], read: Sequence[tuple[str, float]]) -> None:
    """Print what was read, and the character error rate."""
    errors, letters = 0, 0
    for text, (got, confidence) in zip(truth, read, strict=True):
        errors += Levenshtein.distance(text, got)
        letters += len(text)
        OUT.print(f"{text} read as {got} ({confidence:.2f})", highlight=False)
    if letters:
        OUT.print(
            f"{script}, {len(truth)} words: character error rate {100 * errors / letters:.1f} % "
            f"of {letters} letters"
        )


def labelled() -> tuple[list[npt.NDArray[np.uint8]], list[str], list[str]]:
    """Return crops (RGB), their classes, and what is written where it was labelled."""
    truth = json.loads(LABELS.read_text(encoding="utf-8"))
    crops, classes, texts = [], [], []
    for file in files():
        photo = open_photo(DATA / file)
        for entry in truth.get(photo.sha256, []):
            crops.append(cut(photo.pixels, np.array(entry["corners"], np.float32)))
            classes.append(entry["class"])
            texts.append(entry.get("text", ""))
    return crops, classes, texts


def files() -> Iterator[str]:
    """Yield the photos that may bear labels."""
    yield from (row["file"] for row in rows())
    for table in ("geo.csv", "train.csv"):
        found, _ = read_rows(DATA / table, ("file", "country"))
        yield from (row["file"] for row in found if row["country"] in LABELLED)


def cut(pixels: npt.NDArray[np.uint8], corners: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Return the quadrilateral between four corners, upright, `HEIGHT` pixels high."""
    across = max(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[3] - corners[2]))
    down = max(np.linalg.norm(corners[0] - corners[3]), np.linalg.norm(corners[1] - corners[2]))
    width = max(8, round(float(across / down) * HEIGHT))
    target = np.array([[0, 0], [width, 0], [width, HEIGHT], [0, HEIGHT]], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, target)
    return np.asarray(
        cv2.warpPerspective(pixels, matrix, (width, HEIGHT), flags=cv2.INTER_CUBIC), np.uint8
    )


if __name__ == "__main__":
    main()
