"""Measure and calibrate the furniture detector on photos that its networks did not learn from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from clues.cue import Box
from detectors.furniture import (
    CLASSES,
    LEFT_TO_OTHERS,
    POLES,
    POSTS,
    SIGNS,
    VARIABLES,
    WARNINGS,
)
from detectors.objects import FLOOR, log_odds, surest
from detectors.scene.calibration import SceneScales
from detectors.training import metrics
from detectors.training.boxes import (
    Matched,
    Measured,
    average_precision,
    match,
    recall_at,
    with_interval,
)
from detectors.training.calibrate import bounded, variables_of_tags
from detectors.training.furniture_data import Sample, read_german
from detectors.training.scene_data import read_photos
from detectors.training.sightings import find_all
from detectors.yolo import Detection, YoloBackbone, YoloHead, suppress

SEARCH = 0.005  # lowest score for the precision-recall curve
FALSE_PER_PHOTO = 0.1
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
        boxes = sum(len(photo.caught) for photo in photos)
        if boxes >= MIN_BOXES:
            precision = with_interval(average_precision, photos, rounds=rounds)
            recall = with_interval(_recall, photos, rounds=rounds)
            rows[name] = (boxes, precision, recall)
    return rows


def _recall(photos: Sequence[Matched]) -> float:
    return recall_at(photos, FALSE_PER_PHOTO)[0]


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
        rows.append(
            bounded(variable, number, *_platt(score, label), label, label.sum(), enabled=on)
        )
    return SceneScales(tuple(VARIABLES), tuple(rows), ()), measured


def _platt(score: Floats, label: npt.NDArray[np.bool_]) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    fit = LogisticRegression(C=10.0).fit(score[:, None], label)
    return float(fit.coef_[0, 0]), float(fit.intercept_[0])


def above_floor(found: Sequence[Sequence[Detection]]) -> list[list[Detection]]:
    """Return what the detector would report: objects above its threshold."""
    return [[one for one in own if one.score >= FLOOR] for own in found]


def measure_dev(
    head: YoloHead, backbone: YoloBackbone, street: Path, out_dir: Path, rounds: int
) -> dict[str, tuple[int, Measured]]:
    """Return positives and AUC against tags given by eye on the dev photos, per variable."""
    tag_of = {v: t for v, t in variables_of_tags(_TAGS)[0].items() if v in VARIABLES}
    photos = read_photos(street, ["dev.csv"], "cue_labels.csv", tags=_TAGS)
    found = find_all(head, backbone, photos.paths, out_dir / "dev.jsonl", FLOOR)
    rows = {}
    for variable, tag in tag_of.items():
        label = photos.labels[photos.labelled, _TAGS.index(tag)]
        score = scores(found, variable)[photos.labelled]
        if label.any():
            measured = metrics.with_interval(metrics.auc, score, label, rounds=rounds)
            rows[variable] = (int(label.sum()), measured)
    return rows


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
