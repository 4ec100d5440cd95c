"""Measure the script network and the Cyrillic recogniser on crops of the development photos.

Labels by eye (``benchmarks/data/ocr_scripts.json``): lines that RapidOCR found in photos of
countries with other scripts, among them what is no text. Nothing is fitted to them.

python -m benchmarks.scripts
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from benchmarks.ocr_cache import DATA, rows
from clues.photo import open_photo
from detectors.ocr.cyrillic import CyrillicReader
from detectors.ocr.script_net import CLASSES, ScriptNet

OUT = Console(width=120)
LABELS = Path(__file__).parent / "data" / "ocr_scripts.json"
HEIGHT = 48


def main() -> None:
    """Run from the command line."""
    crops, classes, texts = labelled()
    turned = [np.ascontiguousarray(crop[:, :, ::-1]) for crop in crops]
    judged = [CLASSES[i] for i in ScriptNet().judge(turned).argmax(1)]
    mistakes: dict[str, Counter[str]] = defaultdict(Counter)
    for truth, got in zip(classes, judged, strict=True):
        mistakes[truth][got] += 1
    table = Table("class", "crops", "judged rightly", "judged as")
    for truth, got in sorted(mistakes.items()):
        told = ", ".join(f"{name} {n}" for name, n in got.most_common())
        table.add_row(truth, str(got.total()), str(got[truth]), told)
    OUT.print(table)
    right = np.mean([a == b for a, b in zip(classes, judged, strict=True)])
    OUT.print(f"all: {100 * right:.1f} % of {len(crops)}")
    written = [(crop, text) for crop, text in zip(turned, texts, strict=True) if text]
    read = CyrillicReader().read([crop for crop, _ in written])
    errors, letters = 0, 0
    for (_, text), (got, confidence) in zip(written, read, strict=True):
        errors += Levenshtein.distance(text, got)
        letters += len(text)
        OUT.print(f"{text} read as {got} ({confidence:.2f})", highlight=False)
    OUT.print(f"Cyrillic, character error rate: {100 * errors / letters:.1f} % of {letters}")


def labelled() -> tuple[list[npt.NDArray[np.uint8]], list[str], list[str]]:
    """Return crops (RGB), their classes, and what is written where it was labelled."""
    truth = json.loads(LABELS.read_text(encoding="utf-8"))
    crops, classes, texts = [], [], []
    for row in rows():
        photo = open_photo(DATA / row["file"])
        for entry in truth.get(photo.sha256, []):
            crops.append(cut(photo.pixels, np.array(entry["corners"], np.float32)))
            classes.append(entry["class"])
            texts.append(entry.get("text", ""))
    return crops, classes, texts


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
