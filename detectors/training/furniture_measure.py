"""Measure and calibrate the furniture detector on photos that its networks did not learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.cue import Box
from clues.photo import open_photo
from detectors.furniture import (
    CLASSES,
    LEFT_TO_OTHERS,
    POLES,
    POSTS,
    SIGNS,
    VARIABLES,
    WARNINGS,
)
from detectors.objects import FLOOR, Look, beside_look, log_odds, surest
from detectors.scene.calibration import SceneScales
from detectors.training import metrics
from detectors.training.boxes import (
    Matched,
    Measured,
    figures_of,
    match,
)
from detectors.training.calibrate import bounded, platt, variables_of_tags
from detectors.training.furniture_data import Sample, read_german
from detectors.training.scene_data import ScenePhotos, read_photos, take
from detectors.training.sightings import find_all
from detectors.yolo import Detection, YoloBackbone, YoloHead, suppress

SEARCH = 0.005  # lowest score for the precision-recall curve
MIN_BOXES = 10  # of a class, for a figure
# Groups of classes that are measured as one as well.
GROUPS = {
    "any post": POSTS,
    "any warning": WARNINGS,
    "any sign": SIGNS,
    "any pole": POLES,
    **{name: (name,) for name in CLASSES},
}
# Tags given by eye that show some of the variables.
_TAGS = (
    "bollard",
    "busstop",
    "sign",
    "chevron",
    "stop-sign",
    "trafficlight",
    "pole-wood",
    "pole-concrete",
    "pole-metal",
)
_SIDE = 640.0  # boxes are shares of the photo; heights are given at this size

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Together:
    """A variable by objects and the scene model's look together, on the dev photos.

    Attributes
    ----------
    auc
        Of both together.
    scene
        AUC of the scene model alone.
    gain
        The first less the second, paired by photo.
    bits
        By how much the log-loss is lower than the scene model's, per photo, paired.
    """

    auc: Measured
    scene: Measured
    gain: Measured
    bits: Measured


def figures(
    samples: Sequence[Sample], found: Sequence[Sequence[Detection]], rounds: int
) -> dict[str, tuple[int, Measured, Measured]]:
    """Return boxes, AP50 and recall at `FALSE_PER_PHOTO`, with 95 % intervals, per group.

    A photo counts for a group if all of the group's objects were boxed in it.

    Parameters
    ----------
    samples
    found
        What was found in each, boxes as shares of the photo.
    rounds
        Of the bootstrap over photos.
    """
    rows = {}
    for name, kinds in GROUPS.items():
        numbers = [CLASSES.index(kind) for kind in kinds]
        photos = [
            _matched(sample, own, kinds)
            for sample, own in zip(samples, found, strict=True)
            if sample.known[numbers].all()
        ]
        if row := figures_of(photos, rounds, MIN_BOXES):
            rows[name] = row
    return rows


def _matched(sample: Sample, found: Sequence[Detection], kinds: Sequence[str]) -> Matched:
    own = [one for one in found if one.kind in kinds]
    box = np.array([one.box.xyxy_px for one in own]).reshape(-1, 4) * _SIDE
    score = np.array([one.score for one in own])
    # Classes of one group that overlap are one object.
    kept = suppress(box, score, np.zeros(len(own), np.int64))
    truth = sample.boxes[np.isin(sample.kinds, [CLASSES.index(kind) for kind in kinds])]
    return match(box[kept], score[kept], truth * _SIDE)


def scores(found: Sequence[Sequence[Detection]], variable: str) -> Floats:
    """Return the log-odds of the surest object that shows a variable, per photo."""
    best = (surest(own, VARIABLES[variable]) for own in found)
    return np.array([log_odds(one.score if one else 0.0) for one in best])


def presence(samples: Sequence[Sample], variable: str) -> tuple[npt.NDArray[np.bool_], Floats]:
    """Return in which photos a variable can be told, and in which of these it is present."""
    numbers = [CLASSES.index(kind) for kind in VARIABLES[variable]]
    told = np.array([sample.known[numbers].all() for sample in samples])
    seen = np.array([np.isin(sample.kinds, numbers).any() for sample in samples])
    return told, seen


def fit_scales(
    samples: Sequence[Sample], found: Sequence[Sequence[Detection]], rounds: int
) -> tuple[SceneScales, dict[str, Measured]]:
    """Fit how scores speak for presence (Platt 1999), and measure the AUC, on held-out photos.

    A variable is on if the 95 % interval of its AUC lies above chance and no other detector tells
    it better.
    """
    rows, measured = [], {}
    for number, variable in enumerate(VARIABLES):
        told, seen = presence(samples, variable)
        score, label = scores(found, variable)[told], seen[told]
        if label.sum() < MIN_BOXES:
            continue
        measured[variable] = metrics.with_interval(metrics.auc, score, label, rounds=rounds)
        on = measured[variable][1] > 0.5 and variable not in LEFT_TO_OTHERS
        rows.append(bounded(variable, number, *platt(score, label), label, label.sum(), enabled=on))
    return SceneScales(tuple(VARIABLES), tuple(rows), ()), measured


def above_floor(found: Sequence[Sequence[Detection]]) -> list[list[Detection]]:
    """Return what the detector would report: objects above its threshold."""
    return [[one for one in own if one.score >= FLOOR] for own in found]


def read_dev(
    head: YoloHead, backbone: YoloBackbone, street: Path, out_dir: Path
) -> tuple[ScenePhotos, list[list[Detection]]]:
    """Return the tagged dev photos, and what is found in each."""
    photos = read_photos(street, ["dev.csv"], "cue_labels.csv", tags=_TAGS)
    photos = take(photos, np.flatnonzero(photos.labelled))
    return photos, find_all(head, backbone, photos.paths, out_dir / "dev.jsonl", FLOOR)


def measure_dev(
    photos: ScenePhotos, found: Sequence[Sequence[Detection]], rounds: int
) -> dict[str, tuple[int, Measured]]:
    """Return positives and AUC against tags given by eye on the dev photos, per variable."""
    rows = {}
    for variable, label in _dev_labels(photos).items():
        measured = metrics.with_interval(metrics.auc, scores(found, variable), label, rounds=rounds)
        rows[variable] = (int(label.sum()), measured)
    return rows


def measure_together(
    photos: ScenePhotos,
    found: Sequence[Sequence[Detection]],
    scales: SceneScales,
    looks: Mapping[str, Look],
    rounds: int,
) -> dict[str, Together]:
    """Measure objects and the scene model's look together on the dev photos, per variable."""
    from rich.progress import track

    scale_of = {scale.variable: scale for scale in scales.binary}
    labels = {v: label for v, label in _dev_labels(photos).items() if v in looks and v in scale_of}
    whole = np.array(
        [
            [looks[variable](photo)[0] for variable in labels]
            for photo in map(open_photo, track(photos.paths, description="scene model: looking"))
        ]
    )
    rows = {}
    for column, (variable, label) in enumerate(labels.items()):
        alone = whole[:, column]
        own = [scale_of[variable].log_ratio(score) for score in scores(found, variable)]
        both = np.array([beside_look(*pair) for pair in zip(own, alone, strict=True)])
        rows[variable] = Together(
            metrics.with_interval(metrics.auc, both, label, rounds=rounds),
            metrics.with_interval(metrics.auc, alone, label, rounds=rounds),
            metrics.with_interval(_auc_gain, np.stack([both, alone], 1), label, rounds=rounds),
            metrics.with_interval(
                _mean, _bits(alone, label) - _bits(both, label), label, rounds=rounds
            ),
        )
    return rows


def _dev_labels(photos: ScenePhotos) -> dict[str, metrics.Labels]:
    """Return where a variable is present, for those that the dev photos show at all."""
    tag_of = {v: t for v, t in variables_of_tags(_TAGS)[0].items() if v in VARIABLES}
    labels = {v: photos.labels[:, _TAGS.index(tag)] for v, tag in tag_of.items()}
    return {variable: label for variable, label in labels.items() if label.any()}


def _auc_gain(pair: metrics.Scores, label: metrics.Labels) -> float:
    """Return by how much the AUC of the first column is higher than the second's."""
    return metrics.auc(pair[:, 0], label) - metrics.auc(pair[:, 1], label)


def _mean(values: metrics.Scores, _: metrics.Labels) -> float:
    return float(values.mean())


def _bits(log_ratio: Floats, label: metrics.Labels) -> Floats:
    """Return the log-loss of each photo, from the share of photos with the tag as prior."""
    logit = log_ratio + np.log(label.mean() / (1 - label.mean()))
    return np.asarray(np.logaddexp(0, np.where(label, -logit, logit)) / np.log(2))


def measure_german(
    head: YoloHead, backbone: YoloBackbone, folder: Path, out_dir: Path, rounds: int
) -> dict[str, tuple[int, Measured, Measured]]:
    """Return what `figures` does, for the superclasses of signs in held-out German scenes."""
    samples = read_german(folder, ("test",))
    paths = [sample.path for sample in samples]
    found = []
    for path, own in zip(
        paths, find_all(head, backbone, paths, out_dir / "german.jsonl", SEARCH), strict=True
    ):
        with Image.open(path) as opened:
            wide, high = opened.size
        found.append([_as_shares(one, wide, high) for one in own])
    return figures(samples, found, rounds)


def _as_shares(one: Detection, wide: int, high: int) -> Detection:
    box = one.box
    return Detection(
        one.kind, one.score, Box(box.x0 / wide, box.y0 / high, box.x1 / wide, box.y1 / high)
    )
