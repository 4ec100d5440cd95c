"""Metrics of an object detector: average precision and recall, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detectors.yolo import overlap

Floats = npt.NDArray[np.float64]
Measured = tuple[float, float, float]
_IOU = 0.5
FALSE_PER_PHOTO = 0.1  # false boxes at which recall is told


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """What was found in one photo, for one class.

    Attributes
    ----------
    score : ndarray, shape (found,)
    hit : ndarray of bool, shape (found,)
        Whether it lies on an object that no surer box lies on.
    caught : ndarray, shape (objects,)
        Score of the box that lies on each object; -inf where none does.
    height_px : ndarray, shape (objects,)
        Of the true boxes.
    """

    score: Floats
    hit: npt.NDArray[np.bool_]
    caught: Floats
    height_px: Floats


def match(found: Floats, score: Floats, truth: Floats, iou: float = _IOU) -> Matched:
    """Assign found boxes, shape (found, 4), to true ones, the surest first (Everingham 2010)."""
    order = np.argsort(-score, kind="stable")
    found, score = found[order], score[order]
    hit = np.zeros(len(found), bool)
    caught = np.full(len(truth), -np.inf)
    for row, box in enumerate(found):
        if not len(truth):
            break
        shared = overlap(box, truth)
        shared[np.isfinite(caught)] = 0
        best = int(shared.argmax())
        if shared[best] >= iou:
            hit[row], caught[best] = True, score[row]
    return Matched(score, hit, caught, truth[:, 3] - truth[:, 1])


def average_precision(photos: Sequence[Matched]) -> float:
    """Return the area under the interpolated precision-recall curve; NaN without objects."""
    objects = sum(len(photo.caught) for photo in photos)
    if not objects:
        return float("nan")
    score = np.concatenate([photo.score for photo in photos])
    hit = np.concatenate([photo.hit for photo in photos])[np.argsort(-score, kind="stable")]
    precision = np.cumsum(hit) / np.arange(1, len(hit) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(envelope[hit].sum() / objects)


def recall_at(photos: Sequence[Matched], false_per_photo: float) -> tuple[float, float]:
    """Return the recall where so many boxes a photo are false, and the score that it needs."""
    false = np.concatenate([photo.score[~photo.hit] for photo in photos])
    allowed = int(false_per_photo * len(photos))
    threshold = np.sort(false)[::-1][allowed] if len(false) > allowed else 0.0
    caught = np.concatenate([photo.caught for photo in photos])
    recall = float((caught > threshold).mean()) if len(caught) else float("nan")
    return recall, float(threshold)


def figures_of(
    photos: Sequence[Matched], rounds: int, least: int
) -> tuple[int, Measured, Measured] | None:
    """Return boxes, AP50 and recall at `FALSE_PER_PHOTO`, with 95 % intervals.

    None where there are fewer than ``least`` boxes.
    """
    boxes = sum(len(photo.caught) for photo in photos)
    if boxes < least:
        return None
    precision = with_interval(average_precision, photos, rounds=rounds)
    return boxes, precision, with_interval(recall, photos, rounds=rounds)


def recall(photos: Sequence[Matched]) -> float:
    """Return the recall at `FALSE_PER_PHOTO`."""
    return recall_at(photos, FALSE_PER_PHOTO)[0]


def with_interval(
    metric: Callable[[Sequence[Matched]], float],
    photos: Sequence[Matched],
    *,
    rounds: int = 1000,
    seed: int = 0,
) -> Measured:
    """Return a metric and its 95 % percentile interval over resampled photos."""
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(photos), (rounds, len(photos)))
    values = [metric([photos[n] for n in rows]) for rows in draws]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return metric(photos), float(low), float(high)
