"""From the kinds of the things in a photo to its scores, and from these to likelihoods."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from detectors.scene.calibration import ChoiceScale
from detectors.signs.kinds import DIAMONDS, KINDS, TRIANGLES

# What a photo is scored for > the kinds any of which shows it.
SCORED: dict[str, tuple[str, ...]] = {
    "triangle": TRIANGLES,
    "diamond": DIAMONDS,
    "chevron": ("chevron",),
    "stop": ("stop",),
}
TAGS = tuple(SCORED)
SHAPE_VARIABLE = "signs.warning-shape"
GROUND_VARIABLE = "signs.warning-background"
CHEVRON_VARIABLE = "signs.chevron"
_LOWEST = -8.0  # log-odds of a photo without anything like a sign
# Of the yellow warning signs of the world, so many are diamonds (a guess: half of the countries
# with yellow grounds, and the larger ones, have diamonds).
_DIAMONDS_AMONG_YELLOW = 0.7
GROUNDS = ("white", "yellow", "orange", "blue")  # all values of the variable
# How a yellow triangle looks is known from drawn ones, and measured on real white ones only: what
# the network says counts half. What is falsely taken for a triangle mostly looks yellow, so that a
# look of yellow counts less than one of white.
_GROUND_COUNTS = 0.5
_MOST_WHITE, _MOST_YELLOW = math.log(20), math.log(4)

Floats = npt.NDArray[np.float64]


def columns(kinds: tuple[str, ...]) -> list[int]:
    """Return the places of some kinds among `KINDS`."""
    return [KINDS.index(kind) for kind in kinds]


def score_things(log_p: Floats) -> Floats:
    """Return the log-odds of each of `TAGS` for things, from log-probabilities of `KINDS`.

    Both have a row for each thing.
    """
    p = np.exp(log_p)
    among = np.stack([p[:, columns(kinds)].sum(1) for kinds in SCORED.values()], 1)
    among = np.clip(among, 1e-9, 1 - 1e-6)
    return np.asarray(np.maximum(np.log(among / (1 - among)), _LOWEST))


def score_photo(log_p: Floats) -> Floats:
    """Return the log-odds of each of `TAGS` for a photo: those of the surest thing."""
    return np.asarray(score_things(log_p).max(0, initial=_LOWEST))


def ground_ratio(log_p: Floats) -> float:
    """Return log( P(look of a triangle | yellow ground) / P(look | white ground) ), bounded."""
    white, yellow = (log_p[KINDS.index(kind)] for kind in TRIANGLES)
    return float(np.clip(_GROUND_COUNTS * (yellow - white), -_MOST_WHITE, _MOST_YELLOW))


def shape_likelihood(scale: ChoiceScale, scores: Floats) -> dict[str, float]:
    """Return P(what was seen | warning signs have this shape here), up to a factor, per shape.

    Most photos show no warning sign, whatever its shape would be: as far as what was seen may be
    none, the shapes are alike.
    """
    shown, none = _shown(scale, scores)
    return {shape: value + none for shape, value in shown.items()}


def ground_likelihood(scale: ChoiceScale, scores: Floats, ratio: float) -> dict[str, float]:
    """Return P(what was seen | warning signs have this ground here), up to a factor, per ground.

    Parameters
    ----------
    scale
        Of the shape.
    scores
        Of the photo.
    ratio
        `ground_ratio` of the surest triangle.
    """
    shown, none = _shown(scale, scores)
    triangle, diamond = shown["triangle"], shown["diamond"]
    yellow = _DIAMONDS_AMONG_YELLOW * diamond
    yellow += (1 - _DIAMONDS_AMONG_YELLOW) * math.exp(ratio) * triangle
    known = {"white": triangle, "yellow": yellow}
    least = min(known.values())
    return {ground: known.get(ground, least) + none for ground in GROUNDS}


def _shown(scale: ChoiceScale, scores: Floats) -> tuple[dict[str, float], float]:
    """Return P(seen | a sign of this shape is shown), times the share of such photos, and P(none).

    Both in units of P(seen).
    """
    likelihood, told = scale.judge(scores)
    share = scale.prior[:-1] / scale.prior[:-1].sum()
    mean = sum(s * likelihood[value] for s, value in zip(share, scale.values, strict=True))
    return {value: told * likelihood[value] / mean for value in scale.values}, 1 - told
