"""What the network of signs learns from: drawn signs, real ones, and what is taken for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance

from clues.cue import Box
from clues.errors import CluesError
from detectors.signs.kinds import KINDS, NONE
from detectors.signs.look import SIDE_PX
from detectors.training import signs_draw, street_boxes
from detectors.yolo import Detection, overlap

FOLDS = 3  # of the cross-validation by photo, as of the furniture detector
ALWAYS = -1  # fold of what every network may learn
_PATCH = 96  # the middle half of a patch is the thing
_WHOLE = 1.25 / 2  # share of a patch that the network looks at
_MIRRORED, _DEGRADED = 0.5, 0.4
_ON_SIGN = 0.3  # intersection over union from which a thing is the sign, below `_OFF_SIGN` it isn't
_OFF_SIGN = 0.1

_PROHIBITIONS = ("prohibition-white", "prohibition-yellow")
_BOARDS = ("other", "direction", "street-name", "crossing", "priority")
# GTSRB and German scenes, class number > kind; the numbers that are missing are other signs.
_GTSRB: dict[int, tuple[str, ...]] = {
    **dict.fromkeys((*range(6), *range(7, 11), 15, 16, 17), ("prohibition-white",)),
    **dict.fromkeys((11, *range(18, 32)), ("triangle-white",)),
    **dict.fromkeys(range(33, 41), ("mandatory",)),
    12: ("priority",),
    13: ("yield",),
    14: ("stop",),
}
_GERMAN: dict[int, tuple[str, ...]] = {
    **dict.fromkeys((0, 2, 3, 5, 7, 8, 29), ("triangle-white",)),
    **dict.fromkeys((4, 11, 12, *range(13, 20), 24), ("prohibition-white",)),
    **dict.fromkeys((9, 10, 20, 21, 22, 23, 27), ("mandatory",)),
    1: ("yield",),
    6: ("priority",),
    26: ("stop",),
    30: ("crossing",),
}
# Class of `streetview/boxes` > the kinds that it may be.
_STREET: dict[str, tuple[str, ...]] = {
    "chevron": ("chevron",),
    "warn-yellow": ("diamond-yellow",),
    "warn-triangle": ("triangle-white", "triangle-yellow"),
    "stop-sign": ("stop",),
    "yield": ("yield",),
    "prohibition": _PROHIBITIONS,
    "mandatory": ("mandatory",),
    "crossing": ("crossing",),
    "direction": ("direction",),
    "street-name": ("street-name",),
    "other-sign": (*_BOARDS, "diamond-orange"),
    "busstop": (NONE, "other"),
    "kmstone": (NONE, "other"),
}
# In the set `first` these, too, are called "other-sign".
_ALSO_IN_FIRST = (*_PROHIBITIONS, "mandatory", "yield")

Rng = np.random.Generator
Pixels = npt.NDArray[np.uint8]
Allowed = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Thing:
    """A sign, or what might be taken for one, in a photo.

    Attributes
    ----------
    path
        The photo.
    box
        Pixels of the photo.
    kinds
        What it may be; several where the label does not tell.
    fold
        Of the photo, or `ALWAYS`.
    """

    path: Path
    box: Box
    kinds: tuple[str, ...]
    fold: int = ALWAYS


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """Things with what is around them.

    Attributes
    ----------
    pixels : ndarray, shape (things, 96, 96, 3)
        The thing's longer side is half of the patch.
    allowed : ndarray, shape (things, kinds)
    fold : ndarray, shape (things,)
    """

    pixels: Pixels
    allowed: Allowed
    fold: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.pixels)

    def take(self, rows: npt.NDArray[np.bool_]) -> Patches:
        """Return some of the patches."""
        return Patches(self.pixels[rows], self.allowed[rows], self.fold[rows])

    @property
    def group(self) -> npt.NDArray[np.int64]:
        """Return the first kind that each may be."""
        return np.asarray(self.allowed.argmax(1))


def may_be(kinds: Iterable[str]) -> Allowed:
    """Return which of `KINDS` are named, shape (kinds,)."""
    named = set(kinds)
    return np.array([kind in named for kind in KINDS])


def gtsrb(folder: Path, split: str) -> list[Thing]:
    """Return the German crops of a split; the margin around the sign is a tenth on each side.

    Raises
    ------
    CluesError
        If the folder is not there.
    """
    if not (folder / split).is_dir():
        raise CluesError(f"{folder / split}: not found; name the folder with signs/.")
    things = []
    for path in sorted((folder / split).glob("*/*")):
        with Image.open(path) as opened:
            wide, high = opened.size
        box = Box(wide * 0.1, high * 0.1, wide * 0.9, high * 0.9)
        things.append(Thing(path, box, _GTSRB.get(int(path.parent.name), ("other",))))
    return things


def german(folder: Path, splits: Sequence[str]) -> list[Thing]:
    """Return the boxed signs of German scenes."""
    things = []
    for split in splits:
        for path in sorted((folder / "images" / split).glob("*")):
            rows = street_boxes.read_boxes(folder / "labels" / split / f"{path.stem}.txt")
            for row, box in zip(rows, _in_pixels(path, rows), strict=True):
                things.append(Thing(path, box, _GERMAN.get(int(row[0]), ("other",))))
    return things


def street(photos: Sequence[street_boxes.StreetPhoto], names: Sequence[str]) -> list[list[Thing]]:
    """Return what was boxed in each street photo; things that are no signs may be `NONE` only."""
    return [
        [
            Thing(photo.path, box, _street_kinds(names[int(row[0])], photo.set), _fold(photo))
            for row, box in zip(photo.boxes, _in_pixels(photo.path, photo.boxes), strict=True)
        ]
        for photo in photos
    ]


def _fold(photo: street_boxes.StreetPhoto) -> int:
    return street_boxes.fold_of(photo.source, FOLDS)


def _street_kinds(name: str, part: str) -> tuple[str, ...]:
    kinds = _STREET.get(name, (NONE,))
    return (*kinds, *_ALSO_IN_FIRST) if name == "other-sign" and part == "first" else kinds


def _in_pixels(path: Path, rows: npt.NDArray[np.float64]) -> list[Box]:
    if not len(rows):
        return []
    with Image.open(path) as opened:
        size = np.array(opened.size * 2)
    return [Box(*row) for row in (street_boxes.corners(rows) * size).tolist()]


def mistakes(
    path: Path, found: Sequence[Detection], signs: Sequence[Thing], fold: int
) -> list[Thing]:
    """Return what a detector took for signs, as what it really is; unclear ones are left out.

    Parameters
    ----------
    path
        The photo.
    found
        The detector's findings.
    signs
        What was boxed by eye in it.
    fold
        Of the photo.
    """
    truth = np.array([thing.box.xyxy_px for thing in signs]).reshape(-1, 4)
    things = []
    for one in found:
        shared = overlap(np.array(one.box.xyxy_px), truth)
        best = int(shared.argmax()) if len(shared) else -1
        if best >= 0 and shared[best] >= _ON_SIGN:
            things.append(Thing(path, one.box, signs[best].kinds, fold))
        elif best < 0 or shared[best] < _OFF_SIGN:
            things.append(Thing(path, one.box, (NONE,), fold))
    return things


def unboxed(path: Path, found: Sequence[Detection], fold: int) -> list[Thing]:
    """Return what a detector took for signs in a photo without any sign's tag.

    A missing tag is a weak negative: boards that nobody cared to tag may be among them, but hardly
    a warning, stop or speed-limit sign.
    """
    return [Thing(path, one.box, (NONE, *_BOARDS), fold) for one in found]


def elsewhere(paths: Sequence[Path], each: int, rng: Rng) -> list[Thing]:
    """Return pieces of photos drawn at random: most of them no signs, none of them labelled."""
    things = []
    for path in paths:
        with Image.open(path) as opened:
            wide, high = opened.size
        for _ in range(each):
            side = float(np.exp(rng.uniform(np.log(6), np.log(wide / 4))))
            x, y = rng.uniform(0, wide - side), rng.uniform(0, 0.8 * high)
            box = Box(x, y, x + side, y + side * rng.uniform(0.6, 1.6))
            things.append(Thing(path, box, (NONE, *_BOARDS)))
    return things


def patches(things: Sequence[Thing]) -> Patches:
    """Cut the things out of their photos; what lies outside is reflected."""
    pixels = np.zeros((len(things), _PATCH, _PATCH, 3), np.uint8)
    opened: tuple[Path, Image.Image] | None = None
    for row, thing in enumerate(things):
        if opened is None or opened[0] != thing.path:
            with Image.open(thing.path) as file:
                opened = (thing.path, file.convert("RGB"))
        pixels[row] = _patch(opened[1], thing.box)
    allowed = np.array([may_be(thing.kinds) for thing in things]).reshape(-1, len(KINDS))
    return Patches(pixels, allowed, np.array([thing.fold for thing in things], np.int64))


def _patch(image: Image.Image, box: Box) -> Pixels:
    half = max(box.width_px, box.height_px)
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    left, top, right, bottom = (round(v) for v in (x - half, y - half, x + half, y + half))
    inside = (
        max(left, 0), max(top, 0),
        max(min(right, image.width), max(left, 0) + 1),
        max(min(bottom, image.height), max(top, 0) + 1),
    )  # fmt: skip
    part = np.asarray(image.crop(inside))
    around = (
        (inside[1] - top, max(bottom - inside[3], 0)),
        (inside[0] - left, max(right - inside[2], 0)),
        (0, 0),
    )
    whole = Image.fromarray(np.pad(part, around, "symmetric"))
    return np.asarray(whole.resize((_PATCH, _PATCH), Image.Resampling.BILINEAR))


def view(patch: Pixels, rng: Rng, *, always_degraded: bool = False) -> Pixels:
    """Return a patch as the network may see it, shape (32, 32, 3): moved, mirrored, recoloured."""
    image = Image.fromarray(patch)
    side = image.width * _WHOLE * float(np.exp(rng.normal(0, 0.1)))
    x, y = image.width / 2 + rng.normal(0, 0.05 * side, 2)
    corners = (x - side / 2, y - side / 2, x + side / 2, y + side / 2)
    crop = image.crop(tuple(round(v) for v in corners))
    if rng.random() < _MIRRORED:
        crop = crop.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if always_degraded or rng.random() < _DEGRADED:
        crop = signs_draw.degrade(crop, SIDE_PX, rng)
    tools = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color)
    for tool in tools:
        crop = tool(crop).enhance(float(np.exp(rng.normal(0, 0.15))))
    return np.asarray(crop.resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR))


def middle(patch: Pixels) -> Pixels:
    """Return a patch as the network sees it, unchanged, shape (32, 32, 3)."""
    edge = round(_PATCH * (1 - _WHOLE) / 2)
    image = Image.fromarray(patch[edge : _PATCH - edge, edge : _PATCH - edge])
    return np.asarray(image.resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR))


def drawn(kind: str, grounds: Patches, rng: Rng) -> Pixels:
    """Return a view of a sign that was drawn before a piece of a photo."""
    ground = Image.fromarray(grounds.pixels[rng.integers(len(grounds))])
    patch = signs_draw.seen(signs_draw.draw(kind, rng), ground, rng)
    return view(patch, rng, always_degraded=True)
