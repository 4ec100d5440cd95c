"""A detector of objects: the surest object of some classes, calibrated, is a cue with its box."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from clues.cue import Box, Cue
from clues.paths import WEIGHTS_DIR
from clues.photo import Photo
from detectors.likelihood import binary_cue
from detectors.manifest import version_of, weight_file
from detectors.recent import Recent
from detectors.scene.calibration import BinaryScale, SceneScales
from detectors.yolo import BACKBONE_FILE, NECK_FILE, Detection, YoloHead, shared

# Objects below this probability are not looked at: they are as good as none.
FLOOR = 0.02
# How much what objects say counts beside a look at the whole photo. The two are not independent;
# half is the middle between one that repeats the other and one that knows nothing of it.
SHARE_BESIDE_LOOK = 0.5
_PRIVATE_FROM = 0.2  # what is hidden for nothing costs less than a face that is shown
_CEILING = 1 - 1e-6
_KEPT = 4  # photos whose objects are remembered

Find = Callable[[Photo], Sequence[Detection]]
# The log-likelihood ratio of a variable by the whole photo, and where it is seen.
Look = Callable[[Photo], tuple[float, Box | None]]


@dataclass(frozen=True, slots=True)
class ObjectModel:
    """A head on the shared network, and what its objects tell.

    Attributes
    ----------
    name
        Of the detector and of its files.
    kinds
        Tag of the calibration > the classes any of which shows it.
    private
        Classes that a picture that is passed on should not show > the part of the box to hide, by
        the box and the photo's width.
    """

    name: str
    kinds: Mapping[str, tuple[str, ...]]
    private: Mapping[str, Callable[[Box, int], Box]] = field(default_factory=dict)

    @property
    def head_file(self) -> str:
        """The graph."""
        return f"{self.name}.onnx"

    @property
    def network_files(self) -> tuple[str, ...]:
        """All graphs that a photo passes through."""
        return BACKBONE_FILE, NECK_FILE, self.head_file

    @property
    def scales_file(self) -> str:
        """The calibration."""
        return f"{self.name}.npz"


class Finder:
    """Finds the objects of a head's classes, once a photo however many ask.

    Raises
    ------
    WeightsError, MissingExtraError
        If the weights or onnxruntime are missing.
    """

    def __init__(self, head_file: str, folder: Path = WEIGHTS_DIR) -> None:
        self.backbone = shared(folder)
        self.head = YoloHead(head_file, folder)
        self._recent = Recent(self._find, _KEPT)

    def __call__(self, photo: Photo) -> Sequence[Detection]:
        """Return all objects of at least `FLOOR`, the surest first."""
        return self._recent(photo)

    def _find(self, photo: Photo) -> Sequence[Detection]:
        return tuple(self.head(self.backbone.tiles(photo), FLOOR))


@cache
def finder(head_file: str, folder: Path = WEIGHTS_DIR) -> Finder:
    """Return the process's one finder for a head."""
    return Finder(head_file, folder)


class ObjectDetector:
    """Reports what objects of a photo show.

    Parameters
    ----------
    model
        What they show.
    find
        Finds the objects, the surest first.
    scales
        Calibration per cue variable; ``scales.tags`` are keys of ``model.kinds``.
    looks
        Variables > another model's look at the whole photo, which is added to what objects say.
    version
        Of all weights together.
    everything
        Report also the variables that are off by default.
    """

    def __init__(
        self,
        model: ObjectModel,
        find: Find,
        scales: SceneScales,
        *,
        looks: Mapping[str, Look] | None = None,
        version: str = "0",
        everything: bool = False,
    ) -> None:
        self.name = model.name
        self.find = find
        self.version = version
        self._private = model.private
        self._whole = looks or {}
        self._kinds = [model.kinds[tag] for tag in scales.tags]
        self._scales = [s for s in scales.binary if s.enabled or everything]
        self.variables = frozenset(scale.variable for scale in self._scales)

    def detect(self, photo: Photo) -> list[Cue]:
        """Return a cue for each variable about which the objects say something."""
        found = self.find(photo) if self._scales else ()
        cues = [self._cue(scale, found, photo) for scale in self._scales]
        return [cue for cue in cues if cue is not None]

    def private(self, photo: Photo) -> list[Box]:
        """Return what a picture that is passed on should not show."""
        found = self.find(photo) if self._private else ()
        sure = (o for o in found if o.kind in self._private and o.score >= _PRIVATE_FROM)
        return [self._private[one.kind](one.box, photo.width) for one in sure]

    def _cue(self, scale: BinaryScale, found: Sequence[Detection], photo: Photo) -> Cue | None:
        kinds = self._kinds[scale.tag]
        best = surest(found, kinds)
        ratio, box = scale.log_ratio(log_odds(best.score if best else 0.0)), None
        seen = f"no {kinds[0]} found" if len(kinds) == 1 else "none found"
        if best:
            seen, box = f"{best.kind} at {best.score:.2f}", best.box
        look = self._whole.get(scale.variable)
        if look is not None:
            whole, where = look(photo)
            box = box if ratio > 0 else where  # an unsure object does not show what the look sees
            ratio = beside_look(ratio, whole)
            seen += "; with the look of the photo"
        return binary_cue(scale.variable, ratio, detector=self.name, seen=seen, box=box)


def beside_look(of_objects: float, of_look: float) -> float:
    """Return the log ratio by objects and by the whole photo together."""
    return SHARE_BESIDE_LOOK * of_objects + of_look


def surest(found: Sequence[Detection], kinds: Sequence[str]) -> Detection | None:
    """Return the object of some classes with the highest probability."""
    own = [one for one in found if one.kind in kinds]
    return max(own, key=lambda one: one.score, default=None)


def log_odds(score: float) -> float:
    """Return the log-odds of a probability, at least those of `FLOOR`."""
    score = min(max(score, FLOOR), _CEILING)
    return math.log(score / (1 - score))


def load(
    model: ObjectModel,
    folder: Path = WEIGHTS_DIR,
    *,
    looks: Mapping[str, Look] | None = None,
    looked_by: Sequence[str] = (),
    everything: bool = False,
) -> ObjectDetector:
    """Make the detector of a model from the weights of a folder; ``looked_by`` are files of looks.

    Raises
    ------
    WeightsError, MissingExtraError
        If the weights or onnxruntime are missing.
    """
    files = (*model.network_files, model.scales_file, *looked_by)
    return ObjectDetector(
        model,
        finder(model.head_file, folder),
        SceneScales.load(weight_file(model.scales_file, folder)),
        looks=looks,
        version=version_of(files, folder),
        everything=everything,
    )
