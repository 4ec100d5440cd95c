"""Learn how far to trust each cue family: maximum likelihood of the true country.

Each family's weight, redundancy and background rate are fitted on labelled photos, regularised
towards the designed values (a Gaussian prior on a transformed scale, so that bounds hold), and
so is a factor on each country's share of the prior. The likelihood works on countries: within a
country a cue's ratio is averaged under the prior.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from clues.evaluation.manifest import Truth
from clues.inference import Tables
from clues.inference.evidence import Evidence, EvidenceModel
from clues.inference.fusion import effective_number
from clues.knowledge.model import FamilySettings, FusionSettings
from clues.pipeline import Extraction

Floats = npt.NDArray[np.float64]

_SPREAD = 1.0  # standard deviation of the parameters' prior on the transformed scale
_COUNTRY_SPREAD = 1.0  # of the log factors on countries
_MAX_WEIGHT = 3.0
_MAX_BACKGROUND = 0.9
_UNCHANGED = 0.1  # a log factor below it is not worth writing down


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """One photo, reduced to countries.

    Attributes
    ----------
    ratios
        By family: likelihood over its mean under the prior, shape (cues, countries), before any
        background is mixed in.
    strengths
        By family: the strength of each cue in bits, shape (cues,).
    truth
        Index of the true country.
    """

    ratios: dict[str, Floats]
    strengths: dict[str, Floats]
    truth: int


@dataclass(frozen=True, slots=True)
class Fit:
    """Fitted settings and the mean log-loss (bits, true country) before and after.

    ``offsets`` are the logs of the factors on all countries, shape (countries,).
    """

    settings: FusionSettings
    offsets: Floats
    before_bits: float
    after_bits: float


def country_samples(
    tables: Tables, prior: Floats, seen: Iterable[tuple[Truth, Extraction]]
) -> tuple[list[Sample], Floats]:
    """Reduce photos to countries, in alphabetical order; return samples and the log prior.

    Parameters
    ----------
    prior : ndarray, shape (leaves,)
        Probabilities.
    """
    world = tables.world
    countries = world.of_level("country")
    index = {code: i for i, code in enumerate(countries)}
    of_subdivision = [index[str(world.country_of(code))] for code in world.subdivision_codes]
    of_leaf = np.array(of_subdivision)[world.leaves.subdivision]
    mass = np.bincount(of_leaf, weights=prior, minlength=len(countries))
    model = EvidenceModel(tables, prior)
    samples = []
    for truth, extraction in seen:
        if truth.country not in index:
            continue
        best: dict[tuple[str, str], Evidence] = {}
        for cue in extraction.cues:
            evidence = model.evidence(cue, 0.0)
            key = (cue.variable, cue.value)
            if key not in best or evidence.strength_bits > best[key].strength_bits:
                best[key] = evidence
        rows: defaultdict[str, list[Floats]] = defaultdict(list)
        strengths: defaultdict[str, list[float]] = defaultdict(list)
        for evidence in best.values():
            ratio = np.exp(evidence.on_leaves(tables.atoms.of_leaf))
            total = np.bincount(of_leaf, weights=prior * ratio, minlength=len(countries))
            group = tables.kb.settings.group(evidence.cue)
            rows[group].append(total / np.maximum(mass, 1e-300))
            strengths[group].append(evidence.strength_bits)
        ratios = {family: np.vstack(found) for family, found in rows.items()}
        bits = {family: np.array(found) for family, found in strengths.items()}
        samples.append(Sample(ratios, bits, index[truth.country]))
    return samples, np.log(np.maximum(mass, 1e-300))


def loss_bits(samples: Sequence[Sample], log_prior: Floats, settings: FusionSettings) -> Floats:
    """Return -log2 P(true country) of each sample under given settings, shape (samples,)."""
    families = sorted({family for sample in samples for family in sample.ratios})
    log_p = np.tile(log_prior, (len(samples), 1))
    for family in families:
        _batch(samples, family).add_to(log_p, settings.of(family))
    return _loss_bits(log_p, np.array([sample.truth for sample in samples]))


def _loss_bits(log_p: Floats, truth: npt.NDArray[np.int64]) -> Floats:
    top = log_p.max(axis=1)
    total = np.log(np.exp(log_p - top[:, None]).sum(axis=1)) + top
    return np.asarray((total - log_p[np.arange(len(truth)), truth]) / math.log(2))


def fit(
    samples: Sequence[Sample],
    log_prior: Floats,
    designed: FusionSettings,
    provenance: str,
    countries: Sequence[str] = (),
) -> Fit:
    """Fit family settings; families without cues in the samples keep the designed ones.

    Parameters
    ----------
    samples, log_prior
        From `country_samples`.
    designed
        The settings to start from and to stay near.
    provenance
        How the result came about.
    countries
        Codes in the order of ``log_prior``, to name the factors by.
    """
    families = sorted({family for sample in samples for family in sample.ratios})
    start = np.concatenate(
        [*(_transform(designed.of(family)) for family in families), np.zeros(len(log_prior))]
    )
    spread = np.full(len(start), _SPREAD)
    spread[3 * len(families) :] = _COUNTRY_SPREAD
    likelihood = _Likelihood(samples, families, log_prior)

    def objective(theta: Floats) -> tuple[float, Floats]:
        loss, slope = likelihood(theta)
        away = (theta - start) / spread
        per_photo = 1 / (len(samples) * math.log(2))
        return loss + per_photo * float(away @ away) / 2, slope + per_photo * away / spread

    best = minimize(objective, start, jac=True, method="L-BFGS-B", options={"maxiter": 100})
    learned: dict[str, FamilySettings] = {}
    for number, family in enumerate(families):
        settings = _settle(best.x[3 * number : 3 * number + 3])
        learned[family] = FamilySettings(
            weight=round(settings.weight, 3),
            redundancy=round(settings.redundancy, 3),
            background=round(settings.background, 4),
        )
    offsets = best.x[3 * len(families) :]
    factors = {
        code: round(math.exp(offset), 2)
        for code, offset in zip(countries, offsets, strict=False)
        if abs(offset) > _UNCHANGED
    }
    fitted = designed.model_copy(
        update={"families": learned, "countries": factors, "provenance": provenance}
    )
    return Fit(fitted, offsets, likelihood(start)[0], likelihood(best.x)[0])


class _Likelihood:
    """Mean loss in bits and its gradient, as a function of all parameters.

    Parameters are three a family, then the log factors on countries.
    """

    def __init__(
        self, samples: Sequence[Sample], families: Sequence[str], log_prior: Floats
    ) -> None:
        self.truth = np.array([sample.truth for sample in samples])
        self.batches = [_batch(samples, family) for family in families]
        self.log_prior = log_prior

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        count = 3 * len(self.batches)
        found = [_settle(part) for part in theta[:count].reshape(-1, 3)]
        log_p = np.tile(self.log_prior + theta[count:], (len(self.truth), 1))
        for batch, settings in zip(self.batches, found, strict=True):
            batch.add_to(log_p, settings)
        losses = _loss_bits(log_p, self.truth)
        slope = np.exp(log_p - log_p.max(axis=1, keepdims=True))
        slope /= slope.sum(axis=1, keepdims=True)
        slope[np.arange(len(self.truth)), self.truth] -= 1
        slope /= len(self.truth) * math.log(2)
        parts = [b.slope(slope, s) for b, s in zip(self.batches, found, strict=True)]
        share = 1 / (1 + np.exp(-theta[:count]))
        by_family = np.concatenate([*parts, np.zeros(0)]) * share * (1 - share)
        return float(losses.mean()), np.concatenate([by_family, slope.sum(axis=0)])


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """All cues of one family over all samples, stacked; those of a sample follow each other.

    Attributes
    ----------
    sample, start : ndarray, shape (samples with the family,)
        Which samples, and the row at which the cues of each begin.
    of_row : ndarray, shape (cues,)
        The sample of each cue.
    ratios : ndarray, shape (cues, countries)
    number : ndarray, shape (cues,)
        The effective number of the family's cues in the sample.
    """

    sample: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    of_row: npt.NDArray[np.int64]
    ratios: Floats
    number: Floats

    def add_to(self, log_p: Floats, settings: FamilySettings) -> None:
        values = self._coefficient(settings)[:, None] * np.log(self._mixed(settings))
        log_p[self.sample] += np.add.reduceat(values, self.start, axis=0)

    def slope(self, of_log_p: Floats, settings: FamilySettings) -> Floats:
        """Return the gradient by weight, redundancy and background before they were scaled."""
        own, mixed = of_log_p[self.of_row], self._mixed(settings)
        by_coefficient = (own * np.log(mixed)).sum(axis=1)
        shared = self.number**-settings.redundancy
        by_redundancy = -settings.weight * shared * np.log(self.number)
        by_background = (own * (1 - self.ratios) / mixed).sum(axis=1)
        return np.array(
            [
                by_coefficient @ shared * _MAX_WEIGHT,
                by_coefficient @ by_redundancy,
                by_background @ self._coefficient(settings) * _MAX_BACKGROUND,
            ]
        )

    def _mixed(self, settings: FamilySettings) -> Floats:
        mixed = (1 - settings.background) * self.ratios + settings.background
        return np.asarray(np.maximum(mixed, 1e-12))

    def _coefficient(self, settings: FamilySettings) -> Floats:
        return np.asarray(settings.weight * self.number**-settings.redundancy)


def _batch(samples: Sequence[Sample], family: str) -> _Batch:
    with_family = [(i, s) for i, s in enumerate(samples) if family in s.ratios]
    sizes = [len(s.ratios[family]) for _, s in with_family]
    numbers = [effective_number(list(s.strengths[family])) for _, s in with_family]
    index = np.array([i for i, _ in with_family])
    return _Batch(
        index,
        np.cumsum([0, *sizes[:-1]]),
        np.repeat(index, sizes),
        np.vstack([s.ratios[family] for _, s in with_family]),
        np.repeat(numbers, sizes),
    )


def _transform(settings: FamilySettings) -> Floats:
    return np.array(
        [
            _logit(settings.weight / _MAX_WEIGHT),
            _logit(settings.redundancy),
            _logit(settings.background / _MAX_BACKGROUND),
        ]
    )


def _settle(theta: Floats) -> FamilySettings:
    weight, redundancy, background = 1 / (1 + np.exp(-theta))
    return FamilySettings(
        weight=float(weight) * _MAX_WEIGHT,
        redundancy=float(redundancy),
        background=float(background) * _MAX_BACKGROUND,
    )


def _logit(p: float) -> float:
    p = min(max(p, 1e-3), 1 - 1e-3)
    return math.log(p / (1 - p))
