"""Street views and German road scenes with boxes, as the views that the furniture head learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance

from detectors.furniture import CLASSES
from detectors.training import street_boxes

FOLDS = 3
# Boxes of these classes of `streetview/boxes` are not learned here: the plate detector has the
# first, and of the second there is one.
_LEFT_OUT = frozenset({"plate", "kmstone"})
# What was boxed in the set `first`; all its other signs are "other-sign", poles have no box.
_KNOWN_IN_FIRST = frozenset(
    {"bollard", "urban-post", "busstop", "chevron", "warn-yellow", "warn-triangle", "stop-sign"}
)
_KNOWN_IN_GERMANY = frozenset(
    {"warn-triangle", "stop-sign", "yield", "prohibition", "mandatory", "crossing"}
)
# German class number > class; numbers that are missing here (parking, end of limits, priority
# road) are "other-sign".
_GERMAN = {
    **dict.fromkeys((0, 2, 3, 5, 7, 8, 29), "warn-triangle"),
    **dict.fromkeys((4, 11, 12, *range(13, 20), 24), "prohibition"),
    **dict.fromkeys((9, 10, 20, 21, 22, 23, 27), "mandatory"),
    1: "yield",
    26: "stop-sign",
    30: "crossing",
}
_VISIBLE = 0.6  # share of a box that must lie in a cropped view
_ZOOM = (0.45, 0.8)  # side of a cropped view, as a share of the photo's
_JITTER = 0.3

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A photo with boxes.

    Attributes
    ----------
    path
        The image.
    source
        A stable name; the fold depends on nothing else.
    kinds : ndarray of int, shape (boxes,)
        Indices into `CLASSES`.
    boxes : ndarray, shape (boxes, 4)
        Left, top, right, bottom, as shares of the photo.
    known : ndarray of bool, shape (classes,)
        The classes of which every object was boxed.
    """

    path: Path
    source: str
    kinds: npt.NDArray[np.int64]
    boxes: Floats
    known: npt.NDArray[np.bool_]

    @property
    def fold(self) -> int:
        """Of the cross-validation by photo."""
        return street_boxes.fold_of(self.source, FOLDS)


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A training image made of a sample: a part of it, perhaps mirrored and recoloured.

    ``part`` is left, top, right, bottom as shares of the photo; ``colour`` the factors on
    brightness, contrast and saturation.
    """

    sample: Sample
    part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    mirrored: bool = False
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)

    @property
    def whole(self) -> bool:
        """Whether it is the photo as it is."""
        return self.part == (0.0, 0.0, 1.0, 1.0) and not self.mirrored

    def image(self) -> Image.Image:
        """Return the view's pixels."""
        with Image.open(self.sample.path) as opened:
            image = opened.convert("RGB")
        image = image.crop(
            tuple(
                round(share * side) for share, side in zip(self.part, image.size * 2, strict=True)
            )
        )
        if self.mirrored:
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        tools = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color)
        for tool, factor in zip(tools, self.colour, strict=True):
            image = image if factor == 1 else tool(image).enhance(factor)
        return image

    def labels(self) -> tuple[npt.NDArray[np.int64], Floats]:
        """Return classes and boxes of the objects that lie mostly inside, as shares of the view."""
        left, top, right, bottom = self.part
        origin = np.array([left, top, left, top])
        side = np.array([right - left, bottom - top] * 2)
        moved = (self.sample.boxes - origin) / side
        inside = np.clip(moved, 0, 1)
        area = (moved[:, 2:] - moved[:, :2]).prod(1)
        kept = (inside[:, 2:] - inside[:, :2]).prod(1) >= _VISIBLE * np.maximum(area, 1e-12)
        if self.mirrored:
            inside[:, [0, 2]] = 1 - inside[:, [2, 0]]
        return self.sample.kinds[kept], inside[kept]


def read_street(folder: Path) -> list[Sample]:
    """Return the boxed street views, without those of the development set.

    Raises
    ------
    CluesError
        If the folder is not there.
    """
    photos, names = street_boxes.read_street(folder)
    samples = []
    for photo in photos:
        kinds = [names[int(row[0])] for row in photo.boxes]
        known = _KNOWN_IN_FIRST if photo.set == "first" else frozenset(CLASSES)
        samples.append(_sample(photo.path, photo.source, kinds, photo.boxes, known))
    return samples


def read_german(folder: Path, splits: Sequence[str]) -> list[Sample]:
    """Return German road scenes with their signs, by superclass; none if the folder is missing."""
    samples = []
    for split in splits:
        images = folder / "images" / split
        for path in sorted(images.iterdir()) if images.is_dir() else ():
            rows = street_boxes.read_boxes(folder / "labels" / split / f"{path.stem}.txt")
            kinds = [_GERMAN.get(int(row[0]), "other-sign") for row in rows]
            samples.append(_sample(path, path.name, kinds, rows, _KNOWN_IN_GERMANY))
    return samples


def _sample(
    path: Path, source: str, kinds: Sequence[str], rows: Floats, known: frozenset[str]
) -> Sample:
    used = [n for n, kind in enumerate(kinds) if kind in known - _LEFT_OUT]
    return Sample(
        path=path,
        source=source,
        kinds=np.array([CLASSES.index(kinds[n]) for n in used], np.int64),
        boxes=np.clip(street_boxes.corners(rows[used]), 0, 1),
        known=np.array([name in known for name in CLASSES]),
    )


def views(samples: Sequence[Sample], count: int, seed: int) -> list[View]:
    """Return views of each sample: itself first, then mirrored and enlarged parts, at random."""
    rng = np.random.default_rng(seed)
    made = []
    for sample in samples:
        made.append(View(sample))
        for n in range(1, count):
            colour = tuple(np.exp(rng.uniform(-_JITTER, _JITTER, 3)))
            part = (0.0, 0.0, 1.0, 1.0) if n == 1 else _part(sample, rng)
            made.append(View(sample, part, bool(n % 2), colour))
    return made


def _part(sample: Sample, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Return a random part around one of the objects."""
    side = rng.uniform(*_ZOOM)
    x, y = rng.uniform(0, 1, 2)
    if len(sample.boxes):
        box = sample.boxes[rng.integers(len(sample.boxes))]
        x, y = (box[:2] + box[2:]) / 2 + rng.uniform(-side / 4, side / 4, 2)
    left, top = (float(np.clip(c - side / 2, 0, 1 - side)) for c in (x, y))
    return left, top, left + side, top + side
