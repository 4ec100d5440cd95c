"""Measure and calibrate the network of signs on photos that it did not learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detectors.likelihood import MIN_LOG_RATIO
from detectors.scene.calibration import ChoiceScale, SceneScales
from detectors.signs.kinds import KINDS, SUPERCLASS_OF, SUPERCLASSES
from detectors.signs.look import Floats
from detectors.signs.scores import (
    CHEVRON_VARIABLE,
    GROUND_VARIABLE,
    SCORED,
    SHAPE_VARIABLE,
    TAGS,
    ground_likelihood,
    ground_ratio,
    score_photo,
    score_things,
    shape_likelihood,
)
from detectors.training import metrics
from detectors.training.boxes import (
    Matched,
    Measured,
    figures_of,
    match,
)
from detectors.training.calibrate import bounded, platt
from detectors.training.signs_data import Thing
from detectors.training.text_card import share
from detectors.yolo import Detection

SHAPES = ("triangle", "diamond")
# The tags given by eye that stand for the scores.
_TAG_OF = {"triangle": "warn-triangle", "diamond": "warn-yellow", "chevron": "chevron"}
_LEAST = 10  # photos that show a thing, for a cue of it
_LEAST_BOXES = 5  # of a superclass, for a figure of its own
# Of these every sign is boxed in the German scenes.
_BOXED_IN_GERMANY = ("warning", "prohibition", "mandatory", "stop", "yield", "priority")

Crops = dict[str, tuple[int, Measured]]


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photo, what may be signs in it, and how the network scored it.

    Attributes
    ----------
    path, fold
    parts
        What the network looks at.
    kinds
        Which kinds of signs it shows for sure.
    boxed
        Whether every sign was boxed by eye; else it was tagged.
    scores : ndarray, shape (tags,)
    ratio
        `ground_ratio` of the surest triangle.
    """

    path: Path
    fold: int
    parts: Sequence[Detection]
    kinds: frozenset[str]
    boxed: bool
    scores: Floats | None = None
    ratio: float = 0.0

    def scored(self, log_p: Floats) -> Photo:
        """Return the photo with its scores, from log-probabilities of the parts."""
        ratio = 0.0
        if len(log_p):
            surest = score_things(log_p)[:, TAGS.index("triangle")].argmax()
            ratio = ground_ratio(log_p[int(surest)])
        return replace(self, scores=score_photo(log_p), ratio=ratio)

    def shows(self, tag: str) -> bool:
        """Return whether one of the kinds of a score is there."""
        return not self.kinds.isdisjoint(SCORED[tag])


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A road scene with its signs, and what a detector found in it.

    Attributes
    ----------
    things
        The signs that were boxed.
    parts
        What the detector took for signs.
    log_p : ndarray, shape (parts, kinds)
        What the network makes of each.
    """

    things: Sequence[Thing]
    parts: Sequence[Detection]
    log_p: Floats


@dataclass(frozen=True, slots=True)
class Spoken:
    """How often a cue speaks, and how often what it says is there.

    Attributes
    ----------
    photos
        That it could speak on.
    shown
        In which it is there.
    spoke, right
        Photos.
    """

    photos: int
    shown: int
    spoke: int
    right: int


def crop_figures(things: Sequence[Thing], log_p: Floats) -> Crops:
    """Return, for each superclass and all, how many signs there are and how many were told.

    A sign that may be of several superclasses counts for the first one, and as told if it was taken
    for any of them.
    """
    judged = [SUPERCLASS_OF[KINDS[n]] for n in log_p.argmax(1)]
    truth = [[SUPERCLASS_OF[kind] for kind in thing.kinds] for thing in things]
    right = np.array([own in those for own, those in zip(judged, truth, strict=True)])
    first = np.array([those[0] for those in truth])
    rows = {"all": (len(right), share(right))}
    rows["all signs"] = (int((first != "none").sum()), share(right[first != "none"]))
    for name in SUPERCLASSES:
        own = right[first == name]
        if len(own):
            rows[name] = (len(own), share(own))
    return rows


def scene_figures(
    scenes: Sequence[Scene], rounds: int
) -> dict[str, tuple[int, Measured, Measured]]:
    """Return signs, AP50 and recall at `FALSE_PER_PHOTO`, found and told by superclass.

    A part's score for a superclass is the detector's, times the share that the network gives it.
    The row "all" takes the superclasses together: a sign that is told wrongly is missed, and a
    false alarm besides.
    """
    of_superclass = {
        name: [_found_and_told(scene, name) for scene in scenes] for name in _BOXED_IN_GERMANY
    }
    of_superclass["all"] = [_together(own) for own in zip(*of_superclass.values(), strict=True)]
    rows = {}
    for name, photos in of_superclass.items():
        if row := figures_of(photos, rounds, _LEAST_BOXES):
            rows[name] = row
    return rows


def _found_and_told(scene: Scene, superclass: str) -> Matched:
    kinds = [KINDS.index(kind) for kind in SUPERCLASSES[superclass]]
    share_of = np.exp(scene.log_p[:, kinds]).sum(1)
    box = np.array([part.box.xyxy_px for part in scene.parts]).reshape(-1, 4)
    truth = [t.box.xyxy_px for t in scene.things if SUPERCLASS_OF[t.kinds[0]] == superclass]
    score = np.array([part.score for part in scene.parts]) * share_of
    return match(box, score, np.array(truth).reshape(-1, 4))


def _together(photos: Sequence[Matched]) -> Matched:
    names = ("score", "hit", "caught", "height_px")
    return Matched(*(np.concatenate([getattr(one, name) for one in photos]) for name in names))


def ground_mistakes(things: Sequence[Thing], log_p: Floats) -> tuple[int, int]:
    """Return how many of the things are white triangles, and how many of these look yellow."""
    white = [n for n, thing in enumerate(things) if thing.kinds == ("triangle-white",)]
    return len(white), sum(ground_ratio(log_p[n]) > 0 for n in white)


def fit_scales(
    photos: Sequence[Photo], shares: Mapping[str, float], unboxed: int, rounds: int
) -> tuple[SceneScales, dict[str, Measured]]:
    """Fit what scores say, given how rare the signs are, and measure the AUC on boxed photos.

    Parameters
    ----------
    photos
        Scored by networks that did not learn from them.
    shares
        Tag > share of ordinary photos that show it.
    unboxed
        Tagged photos that were not boxed, of which some are among ``photos``.
    rounds
        Of the bootstrap.
    """
    scores = np.array([photo.scores for photo in photos])
    boxed = np.array([photo.boxed for photo in photos])
    label = {tag: np.array([photo.shows(tag) for photo in photos]) for tag in TAGS}
    measured = {
        tag: metrics.with_interval(metrics.auc, scores[boxed, n], label[tag][boxed], rounds=rounds)
        for n, tag in enumerate(TAGS)
        if label[tag][boxed].any()
    }
    warned = np.any([label[shape][boxed] for shape in SHAPES], 0)
    surest = scores[boxed][:, [TAGS.index(shape) for shape in SHAPES]].max(1)
    warning = metrics.with_interval(metrics.auc, surest, warned, rounds=rounds)
    rare = [shares[_TAG_OF[shape]] for shape in SHAPES]
    shape = _shape_scale(scores, np.stack([label[s] for s in SHAPES], 1), rare)
    choices = (shape, replace(shape, variable=GROUND_VARIABLE))
    trusted = right_share(choices, photos, unboxed)
    choices = tuple(replace(one, enabled=trusted[one.variable][1] > 0.5) for one in choices)
    measured |= {f"{variable}, right": share for variable, share in trusted.items()}
    measured |= {SHAPE_VARIABLE: warning, GROUND_VARIABLE: warning}
    binary = []
    if "chevron" in measured:
        score, shown = scores[:, TAGS.index("chevron")], label["chevron"]
        on = shown.sum() >= _LEAST and measured["chevron"][1] > 0.5
        line = platt(score, shown)
        tag = TAGS.index("chevron")
        binary.append(bounded(CHEVRON_VARIABLE, tag, *line, shown, shown.sum(), enabled=bool(on)))
        measured[CHEVRON_VARIABLE] = measured["chevron"]
    return SceneScales(TAGS, tuple(binary), choices), measured


def right_share(
    choices: Sequence[ChoiceScale], photos: Sequence[Photo], unboxed: int
) -> dict[str, Measured]:
    """Return, per cue, how often it is right where it speaks, were photos as they come.

    The boxed photos are all tagged photos with a warning sign; false alarms on the ordinary ones
    stand for those on all ``unboxed`` photos. The interval takes the bad end of the one with the
    bad end of the other, so that it is rather too wide.
    """
    boxed, ordinary = (
        spoken(choices, [one for one in photos if one.boxed is kind]) for kind in (True, False)
    )
    rows = {}
    for variable in boxed:
        right, own = share(_marks(boxed[variable].right, boxed[variable].photos)), boxed[variable]
        false = own.spoke - own.right
        wrong = share(_marks(ordinary[variable].spoke, max(ordinary[variable].photos, 1)))
        hits = [own.photos * value for value in right]
        misses = [unboxed * value + false for value in (wrong[0], wrong[2], wrong[1])]
        rows[variable] = tuple(
            hit / max(hit + miss, 1e-9) for hit, miss in zip(hits, misses, strict=True)
        )
    return rows


def _marks(count: int, total: int) -> npt.NDArray[np.bool_]:
    return np.arange(total) < count


def _shape_scale(
    scores: Floats, label: npt.NDArray[np.bool_], rare: Sequence[float]
) -> ChoiceScale:
    """Fit a multinomial regression of triangle, diamond and none, moved to how rare they are."""
    from sklearn.linear_model import LogisticRegression

    kind = np.where(label.sum(1) == 1, label.argmax(1), len(SHAPES))
    used = label.sum(1) < len(SHAPES)
    tags = [TAGS.index(shape) for shape in SHAPES]
    x, kind = scores[used][:, tags], kind[used]
    spread = x.std(0)
    fit = LogisticRegression(C=10.0, max_iter=2000).fit(x / spread, kind)
    seen = np.bincount(kind, minlength=len(SHAPES) + 1) / len(kind)
    prior = np.array([*rare, 1 - sum(rare)])
    return ChoiceScale(
        variable=SHAPE_VARIABLE,
        values=SHAPES,
        tags=tuple(tags),
        weight=fit.coef_ / spread,
        bias=fit.intercept_ + np.log(prior / seen),
        prior=prior,
        bound=float(np.log1p(label.sum(0).min() / 2)),
    )


def photo_figures(
    photos: Sequence[Photo], rounds: int
) -> dict[str, tuple[int, Measured, Measured]]:
    """Return, per score, photos that show it, AUC and average precision on all photos."""
    scores = np.array([photo.scores for photo in photos])
    rows = {}
    for column, tag in enumerate(TAGS):
        label = np.array([photo.shows(tag) for photo in photos])
        if label.any():
            auc, precision = (
                metrics.with_interval(metric, scores[:, column], label, rounds=rounds)
                for metric in (metrics.auc, metrics.average_precision)
            )
            rows[tag] = (int(label.sum()), auc, precision)
    return rows


def spoken(choices: Sequence[ChoiceScale], photos: Sequence[Photo]) -> dict[str, Spoken]:
    """Return how often the cues of shape and ground speak, and are right that there is such a sign.

    Yellow grounds are right on a diamond or a triangle, white ones on a triangle.
    """
    scale_of = {scale.variable: scale for scale in choices}
    means = {"white": ("triangle",), "yellow": ("diamond", "triangle")}
    rows = {}
    for variable in (SHAPE_VARIABLE, GROUND_VARIABLE):
        spoke = right = 0
        for photo in photos:
            if variable == SHAPE_VARIABLE:
                likelihood = shape_likelihood(scale_of[variable], photo.scores)
            else:
                likelihood = ground_likelihood(scale_of[variable], photo.scores, photo.ratio)
            best = max(likelihood, key=lambda value: likelihood[value])
            if np.log(likelihood[best] / min(likelihood.values())) < MIN_LOG_RATIO:
                continue
            spoke += 1
            right += any(map(photo.shows, means.get(best, (best,))))
        shown = sum(any(map(photo.shows, SHAPES)) for photo in photos)
        rows[variable] = Spoken(len(photos), shown, spoke, right)
    return rows
