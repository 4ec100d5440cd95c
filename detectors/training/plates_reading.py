"""Measure how plates are read: characters, whole plates, states, and from which height on."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.cue import Box
from clues.photo import Photo, open_photo
from clues.text.plates import plate_cues
from detectors.plates.issuer import issuer_of
from detectors.plates.reading import PlateReader, PlateText, cut
from detectors.training.boxes import Measured
from detectors.training.plates_data import read_boxes
from detectors.yolo import Detection

HEIGHTS_PX = (30, 24, 20, 16, 14, 12, 10, 8)
_TWINS = str.maketrans("OI", "01")  # many plates draw these pairs alike

Finder = Callable[[Photo], Sequence[Detection]]
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ReadingMeasured:
    """What was measured.

    Attributes
    ----------
    figures
        Name to value with 95 % interval.
    by_height
        Height of the plate in pixels to character accuracy, plates made smaller.
    """

    figures: dict[str, Measured]
    by_height: dict[int, float]


def measure_reading(find: Finder, folder: Path, *, rounds: int) -> ReadingMeasured:
    """Read the plates of the test split, and crops of US plates.

    Parameters
    ----------
    find
        Returns the plates of a photo, the surest first.
    folder
        With ``test_plate_text.csv`` and ``us_crops.csv``.
    rounds
        Of the bootstrap.
    """
    from rich.progress import track

    reader = PlateReader(threads=1)
    given, found = [], []
    small: dict[int, list[float]] = {height: [] for height in HEIGHTS_PX}
    rows = _rows(folder / "test_plate_text.csv")
    for row in track(rows, description="reading plates"):
        photo = open_photo(folder / row["file"])
        truth = _largest(folder, row["file"], photo)
        given.append(compare(reader.read(photo.pixels, truth), row["text"]))
        seen = find(photo)
        box = seen[0].box if seen else None
        read = reader.read(photo.pixels, box) if box else None
        found.append(compare(read, row["text"]))
        for height in HEIGHTS_PX:
            text = _read_small(reader, photo.pixels, truth, height)
            small[height].append(compare(text, row["text"])[0])
    figures = _figures("box given", given, rounds) | _figures("end to end", found, rounds)
    figures |= _states(reader, folder, rounds)
    by_height = {height: float(np.mean(values)) for height, values in small.items() if values}
    return ReadingMeasured(figures, by_height)


def compare(read: PlateText | None, text: str) -> tuple[float, float, float]:
    """Return the share of characters right, whether all are, and whether all but twins are.

    The share is 1 minus the edit distance per character of the true text (Levenshtein 1966).
    """
    from rapidfuzz.distance import Levenshtein

    got, true = plain(read.text if read else ""), plain(text)
    characters = 1 - min(Levenshtein.distance(got, true) / max(len(true), 1), 1)
    return characters, float(got == true), float(got.translate(_TWINS) == true.translate(_TWINS))


def plain(text: str) -> str:
    """Return letters and digits in capitals."""
    return "".join(char for char in text.upper() if char.isalnum())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _largest(folder: Path, file: str, photo: Photo) -> Box:
    boxes = read_boxes(folder / "labels/test" / f"{Path(file).stem}.txt")
    x, y, w, h = max(boxes[:, 1:].tolist(), key=lambda box: box[2] * box[3])
    wide, high = photo.width, photo.height
    return Box((x - w / 2) * wide, (y - h / 2) * high, (x + w / 2) * wide, (y + h / 2) * high)


def _read_small(
    reader: PlateReader, pixels: npt.NDArray[np.uint8], box: Box, height: int
) -> PlateText | None:
    """Read a plate after making it ``height`` pixels high, as from farther away."""
    crop = cut(pixels, box)
    scale = min(height / crop.height, 1.0)
    size = (max(round(crop.width * scale), 1), max(round(crop.height * scale), 1))
    small = np.asarray(crop.resize(size, Image.Resampling.BOX))
    return reader.read(small, Box(0, 0, size[0], size[1]), min_height_px=0)


def _states(reader: PlateReader, folder: Path, rounds: int) -> dict[str, Measured]:
    """Read every second US crop: the others served to choose how names are looked for."""
    right, named, format_right = [], [], []
    for row in _rows(folder / "us_crops.csv")[1::2]:
        photo = open_photo(folder / row["file"])
        text = reader.read(photo.pixels, Box(0, 0, photo.width, photo.height))
        issuer = issuer_of(text.other) if text else None
        by_format = _by_format(text)
        right.append(float((issuer or by_format) == row["state"]))
        format_right.append(float(by_format == row["state"]))
        if issuer:
            named.append(float(issuer == row["state"]))
    return {
        "US state top-1": interval(right, rounds),
        "US state top-1, number only": interval(format_right, rounds),
        "US state named, of those right": interval(named, rounds),
    }


def _by_format(text: PlateText | None) -> str | None:
    cues = plate_cues(text.text, text.confidence) if text else []
    states = {
        place: value
        for cue in cues
        for place, value in cue.likelihood.items()
        if place.startswith("US-")
    }
    return max(states, key=lambda place: states[place], default=None)


def _figures(
    name: str, results: list[tuple[float, float, float]], rounds: int
) -> dict[str, Measured]:
    columns = list(zip(*results, strict=True))
    return {
        f"characters, {name}": interval(columns[0], rounds),
        f"whole plates, {name}": interval(columns[1], rounds),
        f"whole plates but for O/0 and I/1, {name}": interval(columns[2], rounds),
    }


def interval(values: Sequence[float], rounds: int) -> Measured:
    """Return the mean and its 95 % bootstrap interval."""
    sample: Scores = np.asarray(values, dtype=float)
    if not len(sample):
        return (float("nan"),) * 3
    rng = np.random.default_rng(0)
    means = sample[rng.integers(0, len(sample), (rounds, len(sample)))].mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(sample.mean()), float(low), float(high)
