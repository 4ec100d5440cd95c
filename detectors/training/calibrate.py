"""Fit the scales of the scene model on held-out scores: tags, exclusive values, sharpness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clues.knowledge import Kind, load_kb
from detectors.appearance.cells import Cells
from detectors.scene.calibration import BinaryScale, ChoiceScale, SceneScales
from detectors.training.metrics import auc, bootstrap_interval

_NEVER = -30.0  # score of a class without any example
_FREEDOM = np.array([0.3, 0.5])  # how far slopes and intercepts of tags differ from log-odds
Floats = npt.NDArray[np.float64]


def variables_of_tags(tags: tuple[str, ...]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return which cue variables the knowledge base says the tags stand for.

    Returns
    -------
    binary
        Variable to tag.
    choices
        Variable to value to tag; only where every value has a trained tag.
    """
    binary, choices = {}, {}
    for variable in load_kb().variables.values():
        known = dict(variable.tags or {})
        if not known or not set(known.values()) <= set(tags):
            continue
        if variable.kind is Kind.BINARY:
            binary[variable.id] = known["present"]
        else:
            choices[variable.id] = known
    return binary, choices


def fit_scales(
    tags: tuple[str, ...],
    scores: npt.NDArray[np.floating],
    labels: npt.NDArray[np.bool_],
    *,
    rounds: int,
    log_odds: bool = False,
    counts: npt.NDArray[np.integer] | None = None,
) -> SceneScales:
    """Fit a scale per cue variable on held-out scores, shape (photos, tags).

    A tag is enabled if the 95 % interval of its AUC lies above chance.

    Parameters
    ----------
    tags, scores, labels
    rounds
        Of the bootstrap.
    log_odds
        The scores are log-odds already; each tag's scale is drawn towards leaving them alone.
    counts
        Positives that the scores were learned from; by default those of ``labels``.
    """
    binary, choices = variables_of_tags(tags)
    rows = []
    for variable, tag in sorted(binary.items()):
        column = tags.index(tag)
        score, label = scores[:, column].astype(float), labels[:, column]
        slope, intercept = (_near_identity if log_odds else _platt_of_spread)(score, label)
        count = label.sum() if counts is None else counts[column]
        low = bootstrap_interval(auc, score, label, rounds=rounds)[0]
        rows.append(bounded(variable, column, slope, intercept, label, count, enabled=low > 0.5))
    scales = [_choice(name, values, tags, scores, labels) for name, values in choices.items()]
    return SceneScales(tags, tuple(rows), tuple(scales))


def bounded(
    variable: str,
    tag: int,
    slope: float,
    intercept: float,
    label: npt.NDArray[np.bool_],
    count: float,
    *,
    enabled: bool,
) -> BinaryScale:
    """Return a scale fitted on ``label`` with ratios that the number of examples supports.

    That is half of the ``count`` positives (plus one) for presence, a quarter for absence, since a
    missing tag is but a weak negative. A slope that is not positive switches the scale off.
    """
    share = np.clip(label.mean(), 0.5 / len(label), 1 - 0.5 / len(label))
    return BinaryScale(
        variable=variable,
        tag=tag,
        slope=slope,
        intercept=intercept,
        prior=float(np.log(share) - np.log1p(-share)),
        low=-float(np.log1p(count / 4)),
        high=float(np.log1p(count / 2)),
        enabled=bool(enabled and slope > 0),
    )


def platt(score: Floats, label: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and intercept of the log-odds of a label over a score (Platt 1999)."""
    from sklearn.linear_model import LogisticRegression

    fit = LogisticRegression(C=10.0).fit(score[:, None], label)
    return float(fit.coef_[0, 0]), float(fit.intercept_[0])


def _platt_of_spread(score: Floats, label: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return them for scores of any size, which are fitted in units of their spread."""
    spread = float(score.std()) or 1.0
    slope, intercept = platt(score / spread, label)
    return slope / spread, intercept


def _near_identity(score: Floats, label: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return slope and intercept under a normal prior around 1 and 0."""
    from scipy.optimize import minimize

    def loss(values: Floats) -> float:
        log = values[0] * score + values[1]
        likelihood = (np.logaddexp(0, log) - label * log).sum()
        return float(likelihood + (((values - (1, 0)) / _FREEDOM) ** 2).sum() / 2)

    slope, intercept = minimize(loss, np.array([1.0, 0.0]), method="BFGS").x
    return float(slope), float(intercept)


def _choice(
    variable: str,
    values: dict[str, str],
    tags: tuple[str, ...],
    scores: npt.NDArray[np.floating],
    labels: npt.NDArray[np.bool_],
) -> ChoiceScale:
    from sklearn.linear_model import LogisticRegression

    columns = [tags.index(tag) for tag in values.values()]
    seen = labels[:, columns]
    # Photos with none or several of the values form the class "cannot be told".
    kind = np.where(seen.sum(1) == 1, seen.argmax(1), len(columns))
    score = scores[:, columns].astype(float)
    spread = np.maximum(score.std(0), 1e-9)
    weight, bias = np.zeros((len(columns) + 1, len(columns))), np.full(len(columns) + 1, _NEVER)
    classes = np.unique(kind)
    bias[classes] = 0.0
    if len(classes) > 1:
        fit = LogisticRegression(C=10.0, max_iter=1000).fit(score / spread, kind)
        # With two classes scikit-learn returns the log-odds of the second.
        told = classes if len(classes) > 2 else classes[1:]
        weight[told], bias[told] = fit.coef_ / spread, fit.intercept_
    share = np.bincount(kind, minlength=len(columns) + 1) / len(kind)
    return ChoiceScale(
        variable=variable,
        values=tuple(values),
        tags=tuple(columns),
        weight=weight,
        bias=bias,
        prior=np.maximum(share, 1 / len(kind)),
        bound=float(np.log1p(seen.sum(0).min() / 2)),
        enabled=len(classes) > 1,
    )


def fit_powers(
    parts: Sequence[npt.NDArray[np.floating]],
    country: npt.NDArray[np.str_],
    cells: Cells,
    prior: Floats,
    weight: npt.NDArray[np.floating] | None = None,
) -> Floats:
    """Return the factor on each part's log-likelihoods that predicts held-out countries best.

    Photos are weighted so that countries count as under the prior, each photo at most one and a
    half times as much as if its country did not matter.

    Parameters
    ----------
    parts
        Log-likelihoods of shape (photos, cells), of photos that none of the parts has seen.
    country : ndarray, shape (photos,)
    cells, prior
    weight : ndarray, shape (photos,)
        How much each photo counts within its country; all the same if left out.
    """
    from scipy.optimize import minimize

    known = np.isin(country, cells.country)
    share = np.ones(len(country)) if weight is None else weight / weight.mean()
    share = share[known]
    codes, index = np.unique(country[known], return_inverse=True)
    mass = np.array([prior[cells.country == code].sum() for code in codes])
    each = mass / np.bincount(index, weights=share)
    counted = share * np.minimum(each[index], 1.5 / len(country))
    own = cells.country[None] == country[known][:, None]
    rows = [np.asarray(part[known], dtype=np.float64) for part in parts]

    def loss(power: Floats) -> float:
        log = np.log(prior + 1e-9) + sum(p * row for p, row in zip(power, rows, strict=True))
        posterior = np.exp(log - log.max(1, keepdims=True))
        posterior /= posterior.sum(1, keepdims=True)
        return float(-(counted * np.log((posterior * own).sum(1) + 1e-4)).sum() / counted.sum())

    start = np.full(len(rows), 1 / len(rows))
    found = minimize(
        loss, start, method="Nelder-Mead", options={"maxfev": 400, "xatol": 0.01, "fatol": 1e-4}
    )
    return np.clip(found.x, 0.05, 3.0)


@dataclass(frozen=True, slots=True)
class TagBlend:
    """From the scores of the frozen heads and of fine-tuned networks to log-odds of all tags.

    Attributes
    ----------
    frozen
        Factor on the frozen heads' score.
    tuned
        Factor on the score of each fine-tuned network.
    offset : ndarray, shape (tags,)
    """

    frozen: float
    tuned: tuple[float, ...]
    offset: Floats

    def __call__(
        self, frozen: npt.NDArray[np.floating], tuned: Sequence[npt.NDArray[np.floating]]
    ) -> npt.NDArray[np.float32]:
        """Return log-odds, shape (photos, tags)."""
        score = self.frozen * frozen + self.offset
        for factor, own in zip(self.tuned, tuned, strict=True):
            score = score + factor * own
        return score.astype(np.float32)


def fit_tag_blend(
    frozen: npt.NDArray[np.floating],
    tuned: Sequence[npt.NDArray[np.floating]],
    labels: npt.NDArray[np.bool_],
    share: Floats,
) -> TagBlend:
    """Fit the blend on photos that none was trained on, by one logistic regression of all tags.

    Parameters
    ----------
    frozen : ndarray, shape (photos, tags)
    tuned
        As many arrays of this shape as there are fine-tuned networks.
    labels : ndarray, shape (photos, tags)
    share : ndarray, shape (tags,)
        Of each tag in all labelled photos; its log-odds are part of the regression.
    """
    from sklearn.linear_model import LogisticRegression

    share = np.clip(share, 1e-4, 1 - 1e-4)
    prior = np.log(share / (1 - share))
    columns = [frozen, np.broadcast_to(prior, frozen.shape), *tuned]
    x = np.stack([np.asarray(c, dtype=np.float64).ravel() for c in columns], 1)
    fit = LogisticRegression(C=100.0, max_iter=500).fit(x, labels.ravel())
    factor = fit.coef_[0]
    return TagBlend(
        frozen=float(factor[0]),
        tuned=tuple(map(float, factor[2:])),
        offset=factor[1] * prior + fit.intercept_[0],
    )
