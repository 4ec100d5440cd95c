"""The plate detector: whether there is a plate, what it says about the region, its colours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from clues.cue import Box, Cue
from clues.errors import MissingExtraError
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from clues.text.plates import FORMAT_VARIABLE, REGION_VARIABLE, plate_cues
from detectors.likelihood import binary_cue
from detectors.manifest import version_of, weight_file
from detectors.objects import FLOOR, Find, ObjectDetector, ObjectModel, log_odds
from detectors.plates.finder import plate_finder
from detectors.plates.issuer import issuer_cue
from detectors.plates.look import LookModel
from detectors.plates.look_cues import LOOK_VARIABLES, ROWS_VARIABLE, look_cues, rows_cue
from detectors.plates.reading import MIN_HEIGHT_PX, Pixels, PlateReader, PlateText, cut
from detectors.plates.shape import SHAPE_VARIABLE, ShapeModel, shape_cue
from detectors.scene.calibration import SceneScales
from detectors.yolo import BACKBONE_FILE, Detection

TAGS = ("plate", "plate-yellow")  # what the two scores of presence stand for
MODEL = ObjectModel(
    "plates", dict.fromkeys(TAGS, ("plate",)), private={"plate": lambda box, _width: box}
)
LOOK_FILE = "plates_look.npz"
SHAPE_FILE = "plates_shape.npz"
_KINDS = ("plate", "yellow plate")
# A box surer than this is read. Few false plates hold a text that fits a format, so it is low.
READ_FROM = 0.25
_MOST_READ = 4
_RULES = 4  # raise it when what is made of the networks' outputs changes: caches go by it
_MOST_JUDGED = 8  # plates whose colour is looked at
# A plate lower than this, or less sure than `READ_FROM`, says nothing about the colour of plates.
_COLOUR_FROM_PX = 6.0
_EDGE_PX = 2.0  # a box so near the photo's edge is that of a part of a plate


class Reader(Protocol):
    """Reads the plate in a box of a photo."""

    def read(self, pixels: Pixels, box: Box) -> PlateText | None:
        """Return what stands on it; None if nothing can be read."""
        ...


class PlateDetector(ObjectDetector):
    """Reports number plates: presence, region, format, colour, blue strip, shape.

    Parameters
    ----------
    find
        Finds the plates, the surest first.
    scales
        Calibration of presence, of yellow plates too; the tags are `TAGS`.
    look
        Judges colour and strip.
    shape
        Judges whether a plate is long or short.
    reader
        Reads plates; None leaves them unread.
    version
        Of all weights together.
    everything
        Report also the variables that are off by default.
    """

    def __init__(
        self,
        find: Find,
        scales: SceneScales,
        look: LookModel,
        shape: ShapeModel,
        reader: Reader | None,
        *,
        version: str = "0",
        everything: bool = False,
    ) -> None:
        super().__init__(MODEL, find, scales, version=version, everything=everything)
        self.look = look
        self.shape = shape
        self.reader = reader
        self.variables |= {*LOOK_VARIABLES, SHAPE_VARIABLE}
        if reader:
            self.variables |= {REGION_VARIABLE, FORMAT_VARIABLE, ROWS_VARIABLE}

    def detect(self, photo: Photo) -> list[Cue]:
        """Return the cues in the plates of a photo."""
        found = self.find(photo)
        pixels = np.asarray(photo.pixels)
        texts = self._read(pixels, found)
        cues = [*self._seen(pixels, found), *self._looks(pixels, found, texts)]
        for one, text in texts:
            named = issuer_cue(text.other, one.box)
            cues += [named] if named else plate_cues(text.text, text.confidence, one.box)
        double = next((o for o, text in texts if text.two_rows and _fits(o, text)), None)
        rows = rows_cue(double.box, self.name) if double else None
        cues += [rows] if rows else []
        return [cue.model_copy(update={"detector": self.name}) for cue in cues]

    def _seen(self, pixels: Pixels, found: Sequence[Detection]) -> list[Cue]:
        """Return the cues of presence: a plate, a yellow plate."""
        scores = presence_scores(pixels, found, self.look)
        best = found[0] if found else None
        cues = []
        for scale in self._scales:
            score = scores[scale.tag]
            kind = _KINDS[scale.tag]
            seen = f"a {kind} at {score:.2f}" if score > FLOOR else f"no {kind} found"
            ratio, box = scale.log_ratio(log_odds(score)), best.box if best else None
            cues.append(binary_cue(scale.variable, ratio, detector=self.name, seen=seen, box=box))
        return [cue for cue in cues if cue is not None]

    def _looks(
        self,
        pixels: Pixels,
        found: Sequence[Detection],
        texts: Sequence[tuple[Detection, PlateText]],
    ) -> list[Cue]:
        """Return what the surest plate looks like, of those that were read if any was."""
        # A box with words that fit no plate is likely a sign: its colour says nothing of plates.
        sharp = {id(one) for one, text in texts if _fits(one, text)}
        sure = [o for o in found if o.score >= READ_FROM and _height_px(o) >= _COLOUR_FROM_PX]
        sure.sort(key=lambda one: (id(one) not in sharp, -one.score))
        if not sure:
            return []
        box, readable = sure[0].box, id(sure[0]) in sharp
        cues = look_cues(self.look(cut(pixels, box)), box, sharp=readable, detector=self.name)
        if readable and not _at_edge(box, pixels):
            form = shape_cue(self.shape.log_ratio(box), box, self.name)
            cues += [form] if form else []
        return cues

    def _read(
        self, pixels: Pixels, found: Sequence[Detection]
    ) -> list[tuple[Detection, PlateText]]:
        """Read the largest plates."""
        if self.reader is None:
            return []
        legible = [o for o in found if o.score >= READ_FROM and _height_px(o) >= MIN_HEIGHT_PX]
        legible.sort(key=_height_px, reverse=True)
        read = ((one, self.reader.read(pixels, one.box)) for one in legible[:_MOST_READ])
        return [(one, text) for one, text in read if text is not None]


def presence_scores(
    pixels: Pixels, found: Sequence[Detection], look: LookModel
) -> tuple[float, float]:
    """Return how sure it is that a photo shows a plate, and a yellow plate; at least `FLOOR`.

    Parameters
    ----------
    pixels : ndarray, shape (rows, columns, 3)
        The photo, RGB.
    found
        The plates, the surest first.
    look
        Judges colours.
    """
    plate = max((one.score for one in found), default=0.0)
    yellow = 0.0
    for one in found[:_MOST_JUDGED]:
        if one.score <= yellow:
            break  # neither this nor a less sure one is a surer yellow plate
        colour = look.colour(cut(pixels, one.box))
        yellow = max(yellow, one.score * colour["yellow"] / sum(colour.values()))
    most = 1 - 1e-6
    return min(max(plate, FLOOR), most), min(max(yellow, FLOOR), most)


def _fits(one: Detection, text: PlateText) -> bool:
    """Return whether a text fits a known format."""
    return bool(plate_cues(text.text, text.confidence, one.box))


def _at_edge(box: Box, pixels: Pixels) -> bool:
    high, wide = pixels.shape[:2]
    inside = min(box.x0, box.y0, wide - box.x1, high - box.y1)
    return inside < _EDGE_PX


def _height_px(one: Detection) -> float:
    return one.box.height_px


def create(folder: Path = WEIGHTS_DIR, *, everything: bool = False) -> PlateDetector:
    """Make the detector from the weights of a folder; without RapidOCR plates stay unread.

    Raises
    ------
    WeightsError, MissingExtraError
        If the weights or onnxruntime are missing.
    """
    try:
        reader: PlateReader | None = PlateReader()
    except MissingExtraError:
        reader = None
    files = (BACKBONE_FILE, MODEL.head_file, MODEL.scales_file, LOOK_FILE, SHAPE_FILE)
    return PlateDetector(
        plate_finder(MODEL.head_file, folder),
        SceneScales.load(weight_file(MODEL.scales_file, folder)),
        LookModel.load(weight_file(LOOK_FILE, folder)),
        ShapeModel.load(weight_file(SHAPE_FILE, folder)),
        reader,
        version=f"{_RULES}-{version_of(files, folder)}",
        everything=everything,
    )
