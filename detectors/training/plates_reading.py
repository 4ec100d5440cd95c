"""Measure how plates are read: characters, whole plates, states, Russian codes, by height."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.cue import Box
from clues.knowledge.tables import plate_tables
from clues.photo import Photo, open_photo
from clues.tabular import read_rows
from clues.text.plates import parse_plate, plate_cues, plate_regions
from detectors.plates.issuer import issuer_of
from detectors.plates.reading import PlateReader, PlateText, cut
from detectors.training.boxes import Measured
from detectors.training.plates_russian import Plate, draw, photograph, random_plates
from detectors.training.street_boxes import read_boxes

HEIGHTS_PX = (24, 16, 12, 10)
RUSSIAN_HEIGHTS_PX = (40, 24, 16, 12)
_RUSSIAN_PLATES = 60  # at each height
# By eye: whether a plate's number stands in one row or two.
_LABELS = Path(__file__).with_name("labels") / "plate_rows.csv"
_TWINS = str.maketrans("OI", "01")  # many plates draw these pairs alike

Finder = Callable[[Path], Box | None]
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


class KeptReader:
    """A plate reader that remembers in a file what it has read, so that a stopped run goes on."""

    def __init__(self, file: Path | None = None) -> None:
        self._reader = PlateReader()
        self._file = file
        lines = file.read_text("utf-8").splitlines() if file and file.is_file() else []
        self._known: dict[str, Any] = dict(json.loads(line) for line in lines)

    def read(
        self, key: str, pixels: npt.NDArray[np.uint8], box: Box | None, *, any_height: bool = False
    ) -> PlateText | None:
        """Return what stands on the plate in a box; None without a box."""
        if box is None:
            return None
        key += "/" + ",".join(f"{side:.0f}" for side in box.xyxy_px)
        if key not in self._known:
            limit = {"min_height_px": 0} if any_height else {}
            text = self._reader.read(pixels, box, **limit)
            self._known[key] = astuple(text) if text else None
            if self._file:
                with self._file.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps([key, self._known[key]]) + "\n")
        known = self._known[key]
        return PlateText(known[0], known[1], tuple(known[2]), *known[3:]) if known else None


def measure_reading(
    folder: Path, *, rounds: int, find: Finder | None = None, kept: Path | None = None
) -> ReadingMeasured:
    """Read the plates of the test split, crops of US plates, and drawn Russian ones.

    Parameters
    ----------
    folder
        With ``test_plate_text.csv`` and ``us_crops.csv``.
    rounds
        Of the bootstrap.
    find
        Returns the surest plate of a photo, for figures end to end; None leaves them out.
    kept
        Remembers what was read.
    """
    from rich.progress import track

    reader = KeptReader(kept)
    given, found = [], []
    small: dict[int, list[float]] = {height: [] for height in HEIGHTS_PX}
    rows, _ = read_rows(folder / "test_plate_text.csv", ("file", "text"))
    for row in track(rows, description="reading plates"):
        path = folder / row["file"]
        photo = open_photo(path)
        truth = _largest(folder, row["file"], photo)
        given.append(compare(reader.read(row["file"], photo.pixels, truth), row["text"]))
        for height, shares in small.items():
            crop = _made_smaller(photo.pixels, truth, height)
            box = Box(0, 0, crop.shape[1], crop.shape[0])
            text = reader.read(f"{row['file']}@{height}", crop, box, any_height=True)
            shares.append(compare(text, row["text"])[0])
        if find:
            text = reader.read(row["file"], photo.pixels, find(path))
            found.append(compare(text, row["text"]))
    figures = _figures("box given", given, rounds)
    if find:
        figures |= _figures("end to end", found, rounds)
    figures |= _states(reader, folder, rounds) | _russian(reader, rounds)
    figures |= _two_rows(reader, folder, rounds)
    by_height = {height: float(np.mean(values)) for height, values in small.items()}
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


def _largest(folder: Path, file: str, photo: Photo) -> Box:
    split = Path(file).parent.name
    boxes = read_boxes(folder / "labels" / split / f"{Path(file).stem}.txt")
    x, y, w, h = max(boxes[:, 1:].tolist(), key=lambda box: box[2] * box[3])
    wide, high = photo.width, photo.height
    return Box((x - w / 2) * wide, (y - h / 2) * high, (x + w / 2) * wide, (y + h / 2) * high)


def _made_smaller(pixels: npt.NDArray[np.uint8], box: Box, height: int) -> npt.NDArray[np.uint8]:
    """Return a plate made ``height`` pixels high, as from farther away."""
    crop = cut(pixels, box)
    scale = min(height / crop.height, 1.0)
    size = (max(round(crop.width * scale), 1), max(round(crop.height * scale), 1))
    return np.asarray(crop.resize(size, Image.Resampling.BOX))


def _states(reader: KeptReader, folder: Path, rounds: int) -> dict[str, Measured]:
    """Read every second US crop: the others served to choose how names are looked for."""
    right, named, format_right, results = [], [], [], []
    for row in read_rows(folder / "us_crops.csv", ["file"])[0][1::2]:
        photo = open_photo(folder / row["file"])
        text = reader.read(row["file"], photo.pixels, Box(0, 0, photo.width, photo.height))
        issuer = issuer_of(text.other) if text else None
        by_format = _by_format(text)
        results.append(compare(text, row["text"]))
        right.append(float((issuer or by_format) == row["state"]))
        format_right.append(float(by_format == row["state"]))
        if issuer:
            named.append(float(issuer == row["state"]))
    return _figures("US crops", results, rounds) | {
        "US state top-1": interval(right, rounds),
        "US state top-1, number only": interval(format_right, rounds),
        "US state named, of those right": interval(named, rounds),
    }


def _two_rows(reader: KeptReader, folder: Path, rounds: int) -> dict[str, Measured]:
    """Read plates of the training photos, from which reading learned nothing: one row or two?"""
    known = {row["sha256"]: row["rows"] for row in read_rows(_LABELS)[0]}
    told: dict[str, list[float]] = {"1": [], "2": []}
    for path in sorted((folder / "images/train").iterdir()):
        label = known.get(hashlib.sha256(path.read_bytes()).hexdigest()[:16])
        if label:
            photo, name = open_photo(path), f"images/train/{path.name}"
            text = reader.read(name, photo.pixels, _largest(folder, name, photo))
            told[label].append(float(text is not None and text.two_rows))
    return {
        "two rows told, plates with two": interval(told["2"], rounds),
        "two rows told, plates with one": interval(told["1"], rounds),
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


def _russian(reader: KeptReader, rounds: int) -> dict[str, Measured]:
    """Read drawn Russian plates: characters, code as read, region after `parse_plate`."""
    regions = plate_tables()["RU"].codes["code"].values()
    codes = sorted(code for region in regions for code in region.codes)
    rng = np.random.default_rng(0)
    figures: dict[str, Measured] = {}
    for height in RUSSIAN_HEIGHTS_PX:
        characters, code_right, region_right = [], [], []
        for n, plate in enumerate(random_plates(codes, _RUSSIAN_PLATES, rng)):
            pixels = photograph(draw(plate), height, rng)
            box = Box(0, 0, pixels.shape[1], pixels.shape[0])
            text = reader.read(f"RU{height}/{n}/{plate.text}", pixels, box, any_height=True)
            characters.append(_compare_russian(text, plate))
            code_right.append(float(plain(text.text if text else "").endswith(plate.code)))
            readings = parse_plate(text.text) if text else []
            true = plate_regions("RU", plate.code)
            region_right.append(float(bool(readings) and readings[0].region in true))
        figures |= {
            f"Russian characters, {height} px": interval(characters, rounds),
            f"Russian code as read, {height} px": interval(code_right, rounds),
            f"Russian region top-1, {height} px": interval(region_right, rounds),
        }
    return figures


def _compare_russian(read: PlateText | None, plate: Plate) -> float:
    """Return the share of characters right; O and 0 are told apart by position only."""
    if read is None:
        return 0.0
    alike = PlateText(read.text.upper().replace("O", "0"), read.confidence)
    return compare(alike, plate.text.replace("O", "0"))[0]


def _figures(
    name: str, results: Sequence[tuple[float, float, float]], rounds: int
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
