"""A close look at road signs: their faces, enlarged side by side on one sheet, are read once more.

The word on a stop sign is a dozen pixels high in a street photo, and the text detector, which
sees the photo at twice its size at most, takes such a sign for a picture. A detector of signs
finds it; six times as large, it is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.cue import Box
from clues.photo import Photo
from detectors.furniture import MODEL, SIGNS
from detectors.manifest import WeightsError
from detectors.objects import Find, finder
from detectors.ocr.scale import Reading
from detectors.yolo import Detection

WEIGHTS = MODEL.network_files
_WORDLESS = {"chevron", "crossing", "yield"}
KINDS = frozenset({*SIGNS, "busstop"} - _WORDLESS)
MAX_FACES = 6
_FLOOR = 0.25  # probability of a sign; one look at a thing that is none costs little
_MIN_SIDE_PX = 12  # smaller faces hold no legible word
_SAME = 0.4  # intersection over union from which two boxes are one sign
_COLUMNS = 3
_FACE_PX = 160
_MARGIN_PX = 4
_AROUND = 0.08  # of a face's longer side is shown around it, for boxes that cut off letters
_LARGEST_FACTOR = 6.0
_GREY = 114
# Pictograms are read as single letters, sometimes surely; words are not.
_MIN_LETTERS = 3
_MIN_CONFIDENCE = 0.8

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Face:
    """Where a face lies on the sheet: ``photo = origin + (sheet - corner) / scale``."""

    corner: tuple[int, int]
    origin: tuple[int, int]
    scale: tuple[float, float]

    def to_photo(self, x: float, y: float) -> tuple[float, float]:
        return (
            self.origin[0] + (x - self.corner[0]) / self.scale[0],
            self.origin[1] + (y - self.corner[1]) / self.scale[1],
        )


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Enlarged faces of signs in a grid.

    Attributes
    ----------
    pixels : ndarray, shape (height, width, 3)
        RGB.
    faces
        Row by row.
    """

    pixels: Pixels
    faces: tuple[_Face, ...]

    def words(self, readings: Sequence[Reading]) -> list[Reading]:
        """Return the readings that are words, in pixels of the photo."""
        return [
            self._in_photo(one)
            for one in readings
            if one.confidence >= _MIN_CONFIDENCE
            and sum(char.isalnum() for char in one.text) >= _MIN_LETTERS
        ]

    def _in_photo(self, reading: Reading) -> Reading:
        x, y = np.mean(reading.polygon, axis=0)
        number = int(y // _FACE_PX) * _COLUMNS + int(x // _FACE_PX)
        face = self.faces[min(max(number, 0), len(self.faces) - 1)]
        polygon = tuple(face.to_photo(*corner) for corner in reading.polygon)
        return replace(reading, polygon=polygon, on_sign=True)


def make_sheet(pixels: Pixels, boxes: Sequence[Box]) -> Sheet:
    """Enlarge parts of a photo, shape (height, width, 3), onto one sheet."""
    rows = -(-len(boxes) // _COLUMNS)
    canvas = Image.new("RGB", (_COLUMNS * _FACE_PX, rows * _FACE_PX), (_GREY,) * 3)
    photo = Image.fromarray(pixels)
    faces = []
    for number, box in enumerate(boxes):
        around = _AROUND * max(box.width_px, box.height_px)
        left, top = max(0, int(box.x0 - around)), max(0, int(box.y0 - around))
        right = min(photo.width, int(box.x1 + around) + 1)
        bottom = min(photo.height, int(box.y1 + around) + 1)
        wide, high = right - left, bottom - top
        scale = min((_FACE_PX - 2 * _MARGIN_PX) / max(wide, high), _LARGEST_FACTOR)
        size = (max(1, round(wide * scale)), max(1, round(high * scale)))
        y, x = divmod(number, _COLUMNS)
        corner = (x * _FACE_PX + _MARGIN_PX, y * _FACE_PX + _MARGIN_PX)
        part = photo.crop((left, top, right, bottom)).resize(size, Image.Resampling.BICUBIC)
        canvas.paste(part, corner)
        faces.append(_Face(corner, (left, top), (size[0] / wide, size[1] / high)))
    return Sheet(np.asarray(canvas), tuple(faces))


def sign_boxes(found: Sequence[Detection]) -> list[Box]:
    """Return the boxes of the surest signs, each sign once."""
    boxes: list[Box] = []
    for one in sorted(found, key=lambda one: -one.score):
        box = one.box
        small = min(box.width_px, box.height_px) < _MIN_SIDE_PX
        known = any(box.overlap(other) > _SAME for other in boxes)
        if one.kind in KINDS and not small and not known:
            boxes.append(box)
    return boxes[:MAX_FACES]


class SignFinder:
    """Finds road signs with the network that finds street furniture; none without its weights."""

    @cached_property
    def _find(self) -> Find | None:
        try:
            return finder(MODEL.head_file)
        except WeightsError:
            return None  # the furniture detector says so; reading goes on without a close look

    def __call__(self, photo: Photo) -> Sequence[Detection]:
        """Return all objects that may be signs."""
        found = self._find(photo) if self._find else ()
        return [one for one in found if one.score >= _FLOOR]
