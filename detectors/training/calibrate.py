"""Fit the scales of the scene model on held-out scores: tags, exclusive values, sharpness."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clues.knowledge import Kind, load_kb
from detectors.appearance.cells import Cells
from detectors.scene.calibration import BinaryScale, ChoiceScale, SceneScales
from detectors.training.metrics import auc, bootstrap_interval

_NEVER = -30.0  # score of a class without any example
_SHARPNESS = np.geomspace(0.4, 3.0, 22)
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
) -> SceneScales:
    """Fit a scale per cue variable on held-out scores, shape (photos, tags).

    A tag is enabled if the 95 % interval of its AUC lies above chance. A ratio may not exceed
    what the number of examples supports: half of the positives (plus one) for presence, a quarter
    for absence, since a missing tag is but a weak negative.
    """
    binary, choices = variables_of_tags(tags)
    rows = []
    for variable, tag in sorted(binary.items()):
        column = tags.index(tag)
        score, label = scores[:, column].astype(float), labels[:, column]
        slope, intercept = _platt(score, label)
        share, count = label.mean(), label.sum()
        low = bootstrap_interval(auc, score, label, rounds=rounds)[0]
        rows.append(
            BinaryScale(
                variable=variable,
                tag=column,
                slope=slope,
                intercept=intercept,
                prior=float(np.log(share / (1 - share))),
                low=-float(np.log1p(count / 4)),
                high=float(np.log1p(count / 2)),
                enabled=bool(low > 0.5 and slope > 0),
            )
        )
    scales = [_choice(name, values, tags, scores, labels) for name, values in choices.items()]
    return SceneScales(tags, tuple(rows), tuple(scales))


def _platt(score: Floats, label: npt.NDArray[np.bool_]) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    spread = float(score.std()) or 1.0
    fit = LogisticRegression(C=10.0).fit((score / spread)[:, None], label)
    return float(fit.coef_[0, 0]) / spread, float(fit.intercept_[0])


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
    fit = LogisticRegression(C=10.0, max_iter=1000).fit(score / spread, kind)
    weight, bias = np.zeros((len(columns) + 1, len(columns))), np.full(len(columns) + 1, _NEVER)
    # With two classes scikit-learn returns the log-odds of the second.
    seen_classes = fit.classes_ if len(fit.classes_) > 2 else fit.classes_[1:]
    bias[fit.classes_] = 0.0
    weight[seen_classes], bias[seen_classes] = fit.coef_ / spread, fit.intercept_
    share = np.bincount(kind, minlength=len(columns) + 1) / len(kind)
    return ChoiceScale(
        variable=variable,
        values=tuple(values),
        tags=tuple(columns),
        weight=weight,
        bias=bias,
        prior=np.maximum(share, 1 / len(kind)),
        bound=float(np.log1p(seen.sum(0).min() / 2)),
    )


def fit_sharpness(
    raw: npt.NDArray[np.floating],
    more: Floats,
    country: npt.NDArray[np.str_],
    cells: Cells,
    prior: Floats,
) -> float:
    """Return the factor on raw log-likelihoods that predicts held-out countries best.

    ``more`` are further log-likelihoods, added as they are. Photos are weighted so that countries
    count as under the prior, each photo at most as much as one in 1,500.
    """
    known = np.isin(country, cells.country)
    codes, counts = np.unique(country[known], return_counts=True)
    mass = {c: prior[cells.country == c].sum() / n for c, n in zip(codes, counts, strict=True)}
    weight = np.array([min(mass[c], 1 / 1500) for c in country[known]])
    own = cells.country[None] == country[known][:, None]
    losses = []
    for factor in _SHARPNESS:
        log = np.log(prior + 1e-9) + factor * raw[known] + more[known]
        posterior = np.exp(log - log.max(1, keepdims=True))
        posterior /= posterior.sum(1, keepdims=True)
        losses.append(-(weight * np.log((posterior * own).sum(1) + 1e-4)).sum())
    return float(_SHARPNESS[int(np.argmin(losses))])
