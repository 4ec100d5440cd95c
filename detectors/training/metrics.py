"""Ranking metrics of one tag, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.floating]
Labels = npt.NDArray[np.bool_]


def auc(score: Scores, label: Labels) -> float:
    """Return the area under the ROC curve (ties count half); NaN without both classes."""
    from scipy.stats import rankdata

    positives = int(label.sum())
    negatives = len(label) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(score)[label].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(score: Scores, label: Labels) -> float:
    """Return the average precision; NaN without positives."""
    if not label.any():
        return float("nan")
    hits = label[np.argsort(-score, kind="stable")]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean())


def bootstrap_interval(
    metric: Callable[[Scores, Labels], float],
    score: Scores,
    label: Labels,
    *,
    rounds: int,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the 95 % percentile interval of a metric over resampled photos."""
    rng = np.random.default_rng(seed)
    draws = rng.integers(0, len(label), (rounds, len(label)))
    values = [metric(score[rows], label[rows]) for rows in draws]
    low, high = np.nanpercentile(values, [2.5, 97.5]) if np.isfinite(values).any() else (0.0, 1.0)
    return float(low), float(high)


def with_interval(
    metric: Callable[[Scores, Labels], float], score: Scores, label: Labels, *, rounds: int
) -> tuple[float, float, float]:
    """Return a metric and its 95 % interval; see `bootstrap_interval`."""
    return (metric(score, label), *bootstrap_interval(metric, score, label, rounds=rounds))
