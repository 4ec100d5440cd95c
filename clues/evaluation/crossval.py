"""Cross-validation of fitted fusion settings: what photos not used for fitting say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from clues.evaluation.fit import Floats, Sample, country_samples, fit, loss_bits
from clues.evaluation.manifest import Truth
from clues.inference import Tables
from clues.knowledge.model import FusionSettings
from clues.pipeline import Extraction, Locator
from clues.regions.prior import prior

Seen = tuple[Truth, Extraction]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Mean log-loss (bits, true country) on photos that the settings were not fitted on."""

    designed_bits: float
    fitted_bits: float


def cross_validate(
    samples: Sequence[Sample],
    log_prior: Floats,
    designed: FusionSettings,
    folds: int = 5,
    seed: int = 0,
) -> HeldOut:
    """Fit on all folds but one and measure on that one, in turn."""
    fold = _folds(len(samples), folds, seed)
    losses = np.zeros((2, len(samples)))
    for held in range(folds):
        inside = [s for s, f in zip(samples, fold, strict=True) if f != held]
        outside = [s for s, f in zip(samples, fold, strict=True) if f == held]
        found = fit(inside, log_prior, designed, "")
        losses[0, fold == held] = loss_bits(outside, log_prior, designed)
        losses[1, fold == held] = loss_bits(outside, log_prior + found.offsets, found.settings)
    return HeldOut(float(losses[0].mean()), float(losses[1].mean()))


def refitted(
    locator: Locator, seen: Sequence[Seen], folds: int, seed: int = 0
) -> Iterator[tuple[Locator, list[Seen]]]:
    """Yield, for each fold, a locator fitted to the other photos, and the fold's own photos.

    The designed settings are the start of each fit, so that nothing of the shipped settings,
    which may have been fitted to the same photos, is left.
    """
    designed = locator.kb.settings.as_designed()
    countries = locator.world.of_level("country")
    tables = Tables(replace(locator.kb, settings=designed), locator.world)
    there = set(countries)
    known = [n for n, (truth, _) in enumerate(seen) if truth.country in there]
    leaves = np.exp(prior(locator.world))
    samples, log_prior = country_samples(tables, leaves, [seen[n] for n in known])
    fold = _folds(len(seen), folds, seed)
    for held in range(folds):
        inside = [s for n, s in zip(known, samples, strict=True) if fold[n] != held]
        found = fit(inside, log_prior, designed, f"without fold {held}", countries)
        own = [one for one, f in zip(seen, fold, strict=True) if f == held]
        yield locator.with_kb(replace(locator.kb, settings=found.settings)), own


def _folds(count: int, folds: int, seed: int) -> npt.NDArray[np.int64]:
    return np.random.default_rng(seed).permutation(count) % folds
